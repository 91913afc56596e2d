"""Look at the shape that a model puts out."""

from grader.records import Finding, Shape, Subject


def check(subject: Subject, *, shape: tuple[int | None, ...]) -> Finding:
    """The model puts out arrays of the expected shape.

    Args:
        subject: The model that answers the question.
        shape: Expected sizes without the batch axis, channels last; None where any size will do.
    """
    expected = _words(shape)
    model = subject.model
    if model is None:
        return Finding(
            credit=0.0,
            outcome="unanswered",
            message="No model was found in the cells of this question; expected one that puts "
            f"out {expected}.",
            expected=expected,
            evidence={"expected": list(shape)},
        )
    output = model.layers[-1].output_shape if model.layers else None
    seen = {"expected": list(shape), "found": None if output is None else list(output)}
    if not model.verified:
        # What the student's process says of itself earns nothing until a person has looked.
        return Finding(
            credit=0.0,
            confidence=0.3,
            outcome="needs_review",
            message="The model could not be rebuilt outside the notebook, so a person will look "
            "at its output.",
            expected=expected,
            found=None if output is None else _words(output),
            evidence={**seen, "problem": model.problem},
        )
    if model.failure is not None or output is None:
        where = f" at '{model.failure.layer}'" if model.failure else ""
        return Finding(
            credit=0.0,
            message=f"The model cannot be built{where}, so it puts out nothing; expected "
            f"{expected}.",
            expected=expected,
            evidence=seen,
        )
    if _fits(output, shape):
        return Finding(
            credit=1.0,
            message=f"The model puts out {_words(output)}, as expected.",
            expected=expected,
            found=_words(output),
            evidence=seen,
        )
    return Finding(
        credit=0.0,
        message=f"The model puts out {_words(output)}, expected {expected}; look at the last "
        f"layer, '{model.layers[-1].name}', and at what it reads.",
        expected=expected,
        found=_words(output),
        evidence=seen,
    )


def _fits(output: Shape | None, shape: Shape) -> bool:
    return (
        output is not None
        and len(output) == len(shape)
        and all(e is None or e == f for e, f in zip(shape, output, strict=True))
    )


def _words(shape: Shape) -> str:
    sizes = ["any" if n is None else str(n) for n in shape]
    return f"{sizes[0]} values" if len(sizes) == 1 else " x ".join(sizes) or "a single number"
