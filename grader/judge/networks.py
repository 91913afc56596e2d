"""What a result says about the networks in a question's cells."""

from collections.abc import Sequence

from grader import graph
from grader.course import Question
from grader.judge.case import Case
from grader.records import Match, ModelSummary, Reference, Training
from grader.result import ModelInfo


def network_fields(
    case: Case, question: Question, match: Match, index: int | None
) -> dict[str, ModelInfo | tuple[ModelInfo, ...] | None]:
    """The fields `model` (number `index`, the judged one) and `other_models` of a result."""
    networks = question.networks or case.assignment.networks
    own = [i for i, r in enumerate(case.rebuilt) if r.summary.cell in match.cells and i != index]
    infos = {
        i: _model_info(case.rebuilt[i].summary, case.references, networks)
        for i in [*own, *([] if index is None else [index])]
    }
    return {
        "model": None if index is None else infos[index],
        "other_models": tuple(infos[i] for i in own),
    }


def _model_info(
    summary: ModelSummary, references: Sequence[Reference], networks: Sequence[str]
) -> ModelInfo:
    nearest = graph.compare(summary, references, networks)
    fields = summary.model_dump(
        include={
            "variable",
            "cell",
            "framework",
            "verified",
            "input_shape",
            "params",
            "trainable_params",
            "problem",
        }
    )
    return ModelInfo(
        **fields,
        layers=summary.layers,
        reference=f"{nearest.network}/{nearest.variant}" if nearest else None,
        conforms=nearest.conforms if nearest else None,
        differences=nearest.differences if nearest else (),
        failure=summary.failure.message if summary.failure else None,
        training=_training_words(summary.training),
    )


def _training_words(training: Training | None) -> str | None:
    if training is None or not training.steps:
        return None
    asked = f" of {training.epochs_asked} epochs asked for" if training.epochs_asked else ""
    cut = f"; cut short: {training.stopped_because}" if training.stopped_because else ""
    return f"{training.steps:,} steps, {training.epochs_run} epochs begun{asked}{cut}"
