"""Compare a model's weight count with the reference's."""

from grader.graph.canonical import canonical
from grader.graph.counts import adapted_params, expected_params
from grader.records import Finding, ModelSummary, Subject


def check(
    subject: Subject,
    *,
    expected: tuple[int, ...] | None = None,
    network: str | None = None,
    tolerance: float = 0.0,
) -> Finding:
    """The model has as many weights as an accepted form of the network.

    Counts cannot tell tanh from linear, nor average from max pooling; pair this check with
    `layer_graph`. A variant's count is adapted to the model's number of classes, and the nearest
    variant's also to differences that `layer_graph` accepts. Weights of layers that are only
    remarked upon, such as batch normalisation, are left out of the model's count.

    Args:
        subject: The model that answers the question, and the references.
        expected: Counts that are right, in scalars; None for those of `network`.
        network: File name under `reference/`; None to go by `expected` alone.
        tolerance: Largest allowed difference, as a share of the expected count.
    """
    references = [r for r in subject.references if r.network == network]
    model = subject.model
    if model is None:
        return Finding(
            credit=0.0,
            outcome="unanswered",
            message="No model was found in the cells of this question.",
            evidence={"expected": expected, "network": network},
        )
    if not expected and not references:
        return Finding(
            credit=0.0,
            confidence=0.0,
            outcome="grader_error",
            message="There is no count to compare with: give `expected`, or a `network` of the "
            f"course that builds (received {network!r}).",
            evidence={"expected": None, "network": network},
        )
    classes = canonical(model).classes
    counts = list(expected or ())
    counts += [expected_params(r, classes=classes) for r in references]
    if references:
        adapted = adapted_params(model, references)
        counts += [adapted] if adapted is not None else []
    counts = list(dict.fromkeys(counts))
    wanted = " or ".join(f"{count:,}" for count in counts)
    found = {model.params, model.params - sum(n.params for n in canonical(model).notes)}
    seen = {
        "params": model.params,
        "without_notes": min(found),
        "expected": counts,
        "tolerance": tolerance,
    }
    right = any(abs(f - e) <= tolerance * e for f in found for e in counts)
    if not model.verified:
        # What the student's process says of itself earns nothing until a person has looked.
        return Finding(
            credit=0.0,
            confidence=0.3,
            outcome="needs_review",
            message="The model could not be rebuilt outside the notebook, so its count of "
            f"{model.params:,} weights is only what the notebook says; a person will look.",
            expected=wanted,
            found=f"{model.params:,}",
            evidence={**seen, "problem": model.problem},
        )
    return Finding(
        credit=float(right and model.failure is None),
        message=_message(model, wanted, right),
        expected=wanted,
        found=f"{model.params:,}",
        evidence=seen,
    )


def _message(model: ModelSummary, wanted: str, right: bool) -> str:
    if model.failure is not None:
        return (
            f"The model cannot be built at '{model.failure.layer}', so its weights cannot be "
            f"counted beyond that; {model.params:,} up to there, expected {wanted} in all."
        )
    if right:
        return f"The model has {model.params:,} weights, as expected."
    return (
        f"The model has {model.params:,} weights, expected {wanted}. Work out the count of each "
        "layer from its kernel, its inputs and its filters, and compare."
    )
