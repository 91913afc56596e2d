"""Judge a trained model by its answers on images it has not seen."""

from typing import Any, Self

from pydantic import Field, model_validator

from grader.interval import clopper_pearson
from grader.records import Finding, Predictions, Record, Subject


class Threshold(Record):
    """What a share of right answers is worth on one data set."""

    full: float = Field(gt=0, le=1)
    """Full credit from here."""
    none: float = Field(ge=0, lt=1)
    """No credit up to here; in between it rises in a straight line."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.none >= self.full:
            raise ValueError(f"none ({self.none}) must be below full ({self.full})")
        return self

    def credit(self, value: float) -> float:
        """Worth of a measured share."""
        return min(max((value - self.none) / (self.full - self.none), 0.0), 1.0)


def check(
    subject: Subject,
    *,
    thresholds: dict[str, Threshold],
    confidence_level: float = 0.95,
) -> Finding:
    """The trained model answers enough held-out images right.

    The measured share earns credit on a ramp. A person is asked, and the credit stands until
    then, where the figure does not settle the matter: its exact interval holds the threshold,
    training was cut short below it, or the images are a stand-in. A model that could not be
    rebuilt earns nothing until then.

    Args:
        subject: The model that answers the question, and its predictions.
        thresholds: What a share is worth, by data set.
        confidence_level: Of the exact interval (Clopper-Pearson).
    """
    wanted = "; ".join(f"{t.full:.1%} on {name}" for name, t in thresholds.items())
    model, predictions = subject.model, subject.predictions
    if model is None:
        return Finding(
            credit=0.0,
            outcome="unanswered",
            message="No model was found in the cells of this question; expected one that answers "
            f"{wanted} of the held-out images right.",
            expected=wanted,
        )
    if model.failure is not None:
        return Finding(
            credit=0.0,
            message=f"The model cannot be built at '{model.failure.layer}', so it cannot answer "
            f"held-out images; expected {wanted}.",
            expected=wanted,
            evidence={"failure": model.failure.model_dump()},
        )
    if predictions is None:
        return Finding(
            credit=0.0,
            confidence=0.0,
            outcome="grader_error",
            message="The model was not tried on held-out images.",
            expected=wanted,
        )
    if predictions.value is None or predictions.n < 1:
        return _no_value(predictions, wanted)
    threshold = thresholds.get(predictions.dataset)
    if threshold is None:
        named = f"'{predictions.dataset}'" if predictions.dataset else "a data set not recognised"
        return Finding(
            credit=0.0,
            confidence=0.0,
            outcome="needs_review",
            message=f"The model was trained on {named} and answers {predictions.value:.2%} of its "
            f"held-out images right; expected {wanted}. A person will decide what that is worth.",
            expected=wanted,
            found=f"{predictions.value:.2%}",
            evidence=predictions.model_dump(mode="json"),
        )
    return _judge(subject, predictions, threshold, confidence_level)


def _no_value(predictions: Predictions, wanted: str) -> Finding:
    """Nothing was measured: whose turn it is decides what that means."""
    problem = (predictions.problem or "the reason is not known").rstrip(".")
    evidence = predictions.model_dump(mode="json")
    message = f"The accuracy on held-out images could not be measured: {problem}."
    if predictions.turn == "student":
        return Finding(
            credit=0.0,
            message=f"{message} Expected {wanted}.",
            expected=wanted,
            evidence=evidence,
        )
    return Finding(
        credit=0.0,
        confidence=0.0,
        outcome="grader_error" if predictions.turn == "machine" else "needs_review",
        message=message,
        expected=wanted,
        evidence=evidence,
    )


def _judge(
    subject: Subject, predictions: Predictions, threshold: Threshold, level: float
) -> Finding:
    value = predictions.correct / predictions.n
    low, high = clopper_pearson(predictions.correct, predictions.n, level)
    doubts = _doubts(subject, predictions, threshold, low)
    if close := low < threshold.full <= high:
        undecided = f"The threshold lies inside the interval, so {predictions.n:,} images do not"
        messages = [f"{undecided} decide it; a person will.", *doubts]
    else:
        messages = doubts
    # What the student's process says of itself earns nothing until a person has looked.
    verified = predictions.verified and subject.model is not None and subject.model.verified
    measured = (
        f"{predictions.correct:,} of {predictions.n:,} held-out images of {predictions.dataset} "
        f"are answered right: {value:.2%} ({level:.0%} interval {low:.2%} to {high:.2%})"
    )
    goal = f"full credit from {threshold.full:.1%}, none up to {threshold.none:.1%}"
    return Finding(
        credit=threshold.credit(value) if verified else 0.0,
        # Half: the figure is right, and says little about what it should say.
        confidence=min(_sureness(predictions, threshold), 0.5 if doubts else 1.0),
        outcome="needs_review" if close or doubts else None,
        message=" ".join([f"{measured}; {goal}.", *messages]),
        expected=f"at least {threshold.full:.1%}",
        found=f"{value:.2%}",
        evidence=_evidence(subject, predictions, threshold, level, low, high),
    )


def _doubts(
    subject: Subject, predictions: Predictions, threshold: Threshold, low: float
) -> list[str]:
    """Why the figure may not be the model's own, in whole sentences."""
    doubts = []
    model = subject.model
    training = model.training if model else None
    if training and training.stopped_because and low < threshold.full:
        epochs = f"in epoch {training.epochs_run}"
        epochs += f" of {training.epochs_asked}" if training.epochs_asked else ""
        doubts.append(
            f"Training was cut short by the grader ({training.stopped_because}, {epochs}); "
            "run to its end it might get further, so a person decides."
        )
    if not predictions.real:
        doubts.append(
            f"The images are a stand-in for {predictions.dataset}, not the data set itself, so "
            "the figure says little about the real one; a person decides."
        )
    if not predictions.verified or (model and not model.verified):
        doubts.append(
            "The model could not be rebuilt outside the notebook and answered inside it, so the "
            "figure is not verified; a person decides."
        )
    return doubts


def _sureness(predictions: Predictions, threshold: Threshold) -> float:
    """How likely the true share is on the threshold's side that was measured.

    Posterior under Jeffreys' prior; the same data that give the interval.
    """
    from scipy.stats import beta

    wrong = predictions.n - predictions.correct
    above = float(beta.sf(threshold.full, predictions.correct + 0.5, wrong + 0.5))
    return max(above, 1 - above)


def _evidence(
    subject: Subject,
    predictions: Predictions,
    threshold: Threshold,
    level: float,
    low: float,
    high: float,
) -> dict[str, Any]:
    training = subject.model.training if subject.model else None
    return {
        **predictions.model_dump(mode="json"),
        "value": predictions.correct / predictions.n,
        "low": low,
        "high": high,
        "confidence_level": level,
        "full": threshold.full,
        "none": threshold.none,
        "epochs_run": training.epochs_run if training else None,
        "epochs_asked": training.epochs_asked if training else None,
        "stopped_because": training.stopped_because if training else None,
    }
