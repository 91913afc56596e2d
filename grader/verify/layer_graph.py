"""Compare a model with the paper's network, layer by layer."""

from grader.graph.canonical import canonical
from grader.graph.compare import NOT_REACHED, compare
from grader.records import Comparison, Finding, ModelSummary, Subject


def check(subject: Subject, *, network: str, variants: tuple[str, ...] = ()) -> Finding:
    """The model has the layers of the reference network, in any spelling.

    Credit is the share of the reference's layers that are right. Modernisations that the course
    takes (ReLU for tanh, max for average pooling, another number of classes) and additions such
    as dropout cost nothing.

    Args:
        subject: The model that answers the question, and the references.
        network: File name under `reference/`, such as `lenet5`.
        variants: The variants of it that are allowed; empty for all.
    """
    references = tuple(
        r
        for r in subject.references
        if r.network == network and (not variants or r.variant in variants)
    )
    model = subject.model
    if model is None:
        title = references[0].title if references else network
        return Finding(
            credit=0.0,
            outcome="unanswered",
            message=f"No model was found in the cells of this question; expected {title}.",
            expected=title,
            evidence={"network": network},
        )
    if not references:
        wanted = f" in the variants {', '.join(variants)}" if variants else ""
        return Finding(
            credit=0.0,
            confidence=0.0,
            outcome="grader_error",
            message=f"The reference network '{network}'{wanted} could not be described, so there "
            f"is nothing to compare with. Is reference/{network}.py in the course, and does it "
            "build?",
            evidence={"network": network, "variants": list(variants)},
        )
    expected = str(canonical(references[0].summary))
    title = references[0].title
    comparison = compare(model, references)
    found = str(canonical(model)) or "no layers"
    if not model.verified:
        return _for_review(model, comparison, f"{title}: {expected}", found)
    if comparison is None:
        return Finding(
            credit=0.0,
            message=f"The model is not recognisable as {title}. Found: {found}. Compare it with "
            "the figure in the handout, starting from the first layer.",
            expected=f"{title}: {expected}",
            found=found,
            evidence={"network": network, "comparison": None},
        )
    near = next(r for r in references if r.variant == comparison.variant)
    return Finding(
        credit=comparison.credit,
        message=_message(comparison),
        expected=f"{near.title}: {canonical(near.summary)}",
        found=found,
        evidence=_evidence(comparison),
    )


def _for_review(
    model: ModelSummary, comparison: Comparison | None, expected: str, found: str
) -> Finding:
    # What the student's process says of itself earns nothing until a person has looked.
    why = (model.problem or "it runs only inside the notebook").rstrip(".")
    return Finding(
        credit=0.0,
        confidence=0.3,
        outcome="needs_review",
        message="The model could not be rebuilt outside the notebook, so a person will look at "
        f"its layers: {why}.",
        expected=expected,
        found=found,
        evidence={"problem": model.problem, **(_evidence(comparison) if comparison else {})},
    )


def _message(comparison: Comparison) -> str:
    """The faults first; what is accepted is said, what is only a remark is left to the report."""
    faults = [d.message for d in comparison.differences if d.severity == "fault"]
    accepted = [d for d in comparison.differences if d.severity == "accepted"]
    if faults:
        unreached = [d.layer for d in comparison.differences if d.message.endswith(NOT_REACHED)]
        told = [f for f in faults if not f.endswith(NOT_REACHED)]
        if unreached:
            told.append(f"Not reached after that: {', '.join(unreached)}.")
        return f"Compared with {comparison.title}: {' '.join(told)}"
    if accepted:
        layers = ", ".join(dict.fromkeys(d.layer for d in accepted))
        return f"The layers are those of {comparison.title}; accepted differences at {layers}."
    return f"The layers are those of {comparison.title}."


def _evidence(comparison: Comparison) -> dict[str, object]:
    return {
        "network": comparison.network,
        "variant": comparison.variant,
        "conforms": comparison.conforms,
        "differences": [d.model_dump(mode="json") for d in comparison.differences],
    }
