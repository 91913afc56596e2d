"""Start the rebuild worker on the models of one submission and take what it hands back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.course import Limits
from grader.data import DataSet
from grader.rebuild.held_out import HeldOut, prepare
from grader.rebuild.received import Received, image, predictions, summary
from grader.records import CapturedModel, ModelSummary, Predictions
from grader.sandbox import Frame, Sandbox

INSIDE = Path(__file__).resolve().parent / "inside"
"""The worker's code."""
MOST_CLASSES = 1024
"""Scores per image that the worker hands back at most, as in its `__main__.py`."""


def rebuild(
    models: Sequence[CapturedModel],
    *,
    evaluate: Mapping[int, Sequence[DataSet]],
    sandbox: Sandbox,
    limits: Limits,
    spool: Path,
) -> list[tuple[ModelSummary, Predictions | None]]:
    """Rebuild all models of a submission in one confined process.

    A model that cannot be rebuilt keeps its place: its summary is not verified and says why.

    Args:
        models: As captured; nothing is started when there are none.
        evaluate: For the models (by index) whose held-out accuracy is asked for, the data sets
            they may have been trained on.
        sandbox: Where the worker runs.
        limits: Of the submission.
        spool: Folder for files that are only needed meanwhile.

    Returns:
        For each model its summary, and its predictions where they were asked for.

    Raises:
        SandboxError: If the worker cannot be started at all.
        DataError: If a data set is not what its name says.
    """
    plans: dict[int, HeldOut | Predictions] = {}
    received = [Received() for _ in models]

    def on_frame(frame: Frame) -> None:
        index = frame.head.get("index")
        if isinstance(index, int) and 0 <= index < len(received):
            received[index].take(frame)

    try:
        for i, datasets in evaluate.items():
            plans[i] = prepare(models[i], datasets, spool / f"inputs-{i}.npy")
        jobs = [
            _job(i, model, plans.get(i), evaluate.get(i, ()))
            for i, model in enumerate(models)
            if model.problem is None
        ]
        ending = None
        if jobs:
            ending = sandbox.run(
                INSIDE,
                {"models": jobs},
                limits=_widened(limits, plans),
                spool=spool,
                on_frame=on_frame,
                attachments=_attachments(models, plans),
            )
        found: list[tuple[ModelSummary, Predictions | None]] = []
        for i, model in enumerate(models):
            judged = summary(model, received[i], ending)
            answer = None
            if i in plans:
                answer = predictions(plans[i], evaluate[i], judged, received[i], ending)
            found.append((judged[0], answer))
        return found
    finally:
        for plan in plans.values():
            if isinstance(plan, HeldOut):
                plan.file.unlink(missing_ok=True)


def _job(
    index: int,
    model: CapturedModel,
    plan: HeldOut | Predictions | None,
    datasets: Sequence[DataSet],
) -> dict[str, Any]:
    held = isinstance(plan, HeldOut)
    return {
        "index": index,
        "framework": model.framework,
        "config": model.config,
        "weights": [spec.model_dump(mode="json") for spec in model.weights],
        "blob": _weights_name(index) if held else None,
        "inputs": _inputs_name(index) if held else None,
        "images": [image(d) for d in datasets],
    }


def _attachments(
    models: Sequence[CapturedModel], plans: Mapping[int, HeldOut | Predictions]
) -> dict[str, Path]:
    files = {}
    for i, plan in plans.items():
        blob = models[i].blob
        if isinstance(plan, HeldOut) and blob is not None:
            files[_weights_name(i)] = blob.path
            files[_inputs_name(i)] = plan.file
    return files


def _widened(limits: Limits, plans: Mapping[int, HeldOut | Predictions]) -> Limits:
    """Room for the scores, whose number is known beforehand."""
    images = sum(len(p.labels) for p in plans.values() if isinstance(p, HeldOut))
    mib = images * MOST_CLASSES * 4 // 2**20 + 1
    return limits.model_copy(update={"export_mib": limits.export_mib + mib})


def _weights_name(index: int) -> str:
    return f"weights-{index}.bin"


def _inputs_name(index: int) -> str:
    return f"inputs-{index}.npy"
