"""Turn what the rebuild worker handed back, hostile as it is, into records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from grader.data import SHAPES, DataSet
from grader.rebuild.held_out import HeldOut, compare
from grader.records import BuildFailure, CapturedModel, ModelSummary, Predictions
from grader.sandbox import Ending, Frame

_DESCRIPTION = ("input_shape", "params", "trainable_params", "layers", "failure")


@dataclass(slots=True)
class Received:
    """All that the worker sent about one model."""

    description: dict[str, Any] | None = None
    """Head of its summary frame; None if none came."""
    scores: Frame | None = None
    """Its predictions; None if none came."""

    def take(self, frame: Frame) -> None:
        """Keep the first frame of each type."""
        if frame.head.get("type") == "summary" and self.description is None:
            self.description = frame.head
        elif frame.head.get("type") == "predictions" and self.scores is None:
            self.scores = frame


def summary(
    model: CapturedModel, received: Received, ending: Ending | None
) -> tuple[ModelSummary, bool]:
    """The model's summary, and whether the machine is to blame when it is not verified."""
    if model.problem is not None:
        return _unverified(model, model.problem), False
    head = received.description
    if head is None:
        return _unverified(model, _stopped(ending)), True
    if "summary" not in head:
        return _unverified(model, _short(head.get("problem"))), head.get("machine") is True
    found = head["summary"]
    try:
        problem = found.get("problem")
        described = ModelSummary.model_validate(
            {
                **{key: found.get(key) for key in _DESCRIPTION},
                **_origin(model),
                "verified": problem is None,
                "problem": None if problem is None else _short(problem),
            }
        )
    except (ValidationError, AttributeError):
        return _unverified(model, "the rebuild process gave a description without sense"), False
    if model.failure is not None and described.failure is None:
        last = described.layers[-1].name if described.layers else ""
        failure = BuildFailure(layer=last, message=_short(model.failure))
        text = "it could not be built in the notebook, and the reason could not be found here"
        update = {"failure": failure, "verified": False, "problem": text}
        return described.model_copy(update=update), False
    return described, False


def predictions(
    plan: HeldOut | Predictions,
    datasets: Sequence[DataSet],
    judged: tuple[ModelSummary, bool],
    received: Received,
    ending: Ending | None,
) -> Predictions:
    """The model's held-out accuracy, or why there is none.

    Args:
        plan: What was asked, or why nothing could be.
        datasets: The candidates.
        judged: What `summary` gave.
        received: What came back.
        ending: How the worker ended; None if it was not started.
    """
    model, machine = judged
    if isinstance(plan, Predictions):
        return _explained(plan, model, received, datasets)
    known: dict[str, Any] = {
        "dataset": plan.dataset.name,
        "real": plan.dataset.real,
        "preprocessing": plan.preprocessing,
    }
    if model.problem is not None:
        known["turn"] = "machine" if machine else "review"
        return Predictions(**known, problem=f"it could not be rebuilt: {model.problem}")
    if received.scores is None:
        return Predictions(**known, problem=_stopped(ending), turn="machine")
    blob, head = received.scores.blob, received.scores.head
    problem, classes, device = (head.get(key) for key in ("problem", "k", "device"))
    if blob is None or not isinstance(classes, int):
        text = f"it could not be asked: {_short(problem)}"
        return Predictions(**known, problem=text, turn="review")
    where = None if device is None else _short(device)
    return compare(plan, blob.path, classes=classes, device=where)


def _unverified(model: CapturedModel, problem: str) -> ModelSummary:
    failure = None
    if model.failure is not None:
        failure = BuildFailure(layer="", message=_short(model.failure))
    return ModelSummary(
        **_origin(model),
        verified=False,
        input_shape=None,
        params=model.params or 0,
        trainable_params=0,
        layers=(),
        failure=failure,
        problem=problem,
    )


def _origin(model: CapturedModel) -> dict[str, Any]:
    return {
        "variable": model.variable,
        "cell": model.cell,
        "framework": model.framework,
        "training": model.training,
    }


def _explained(
    plan: Predictions, model: ModelSummary, received: Received, datasets: Sequence[DataSet]
) -> Predictions:
    """Say of a model that was not trained what stood in the way, where that can be seen."""
    if plan.turn != "student":
        return plan
    if model.failure is not None:
        text = f"the model cannot be built, so it was never trained: {model.failure.message}"
        return plan.model_copy(update={"problem": text})
    if not model.verified or received.description is None:
        return plan
    accepts = received.description["summary"].get("accepts")
    if datasets and isinstance(accepts, list) and accepts and not any(accepts):
        reads = "x".join("?" if s is None else str(s) for s in model.input_shape or ())
        images = " and ".join(
            f"those of {d.name} are {'x'.join(map(str, image(d)))}" for d in datasets
        )
        text = f"{plan.problem}. It reads images of {reads}; {images}"
        return plan.model_copy(update={"problem": text})
    return plan


def image(dataset: DataSet) -> tuple[int, ...]:
    """Height, width and channels of one image."""
    shape = SHAPES[dataset.name]["x_test"][1:]
    return shape if len(shape) == 3 else (*shape, 1)


def _stopped(ending: Ending | None) -> str:
    reason = ending.message if ending is not None else None
    return f"the rebuild process stopped before it came to this: {reason or 'no reason is known'}"


def _short(text: Any) -> str:
    """The first line of a message from the worker, bounded."""
    lines = str(text).strip().splitlines() or ["no reason was given"]
    return lines[0][:500]
