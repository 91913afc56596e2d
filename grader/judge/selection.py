"""Which model answers which question."""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.course import Assignment, Check
from grader.records import Alignment, CapturedModel, Match, Training


def judged_model(case_models: Sequence[CapturedModel], cells: Sequence[int]) -> int | None:
    """Which model answers a question: the last one trained in its cells, else the last built.

    Returns:
        Index into `case_models`; None if the cells hold no model.
    """
    own = [i for i, m in enumerate(case_models) if m.cell in cells]
    trained = [i for i in own if _steps(case_models[i].training)]
    complete = [i for i in own if case_models[i].failure is None]
    return next((group[-1] for group in (trained, complete, own) if group), None)


def model_cells(
    assignment: Assignment, alignment: Alignment, match: Match, models: Sequence[CapturedModel]
) -> tuple[int, ...]:
    """The question's cells; if they hold no model, the cells that no model question claims."""
    if any(m.cell in match.cells for m in models):
        return match.cells
    claimed = {
        cell
        for q in assignment.questions
        if q.kind == "model" and (other := alignment.match(q.id))
        for cell in other.cells
    }
    return tuple(sorted({m.cell for m in models} - claimed))


def thresholds(check: Check) -> Mapping[str, Any] | None:
    """Accuracy by data set, where the check is about held-out images; None where it is not."""
    limits = check.options.get("thresholds")
    return limits if isinstance(limits, Mapping) else None


def asks_for_accuracy(assignment: Assignment) -> bool:
    """Whether any check needs the trained weights."""
    return any(thresholds(c) is not None for q in assignment.questions for c in q.checks)


def held_out(
    assignment: Assignment, alignment: Alignment, models: Sequence[CapturedModel]
) -> dict[int, tuple[str, ...]]:
    """For each model that answers a question about accuracy, the data sets it may be about."""
    wanted: dict[int, tuple[str, ...]] = {}
    for question in assignment.questions:
        for check in question.checks:
            limits = thresholds(check)
            match = alignment.match(question.id)
            if limits is None or match is None:
                continue
            index = judged_model(models, model_cells(assignment, alignment, match, models))
            if index is not None:
                wanted[index] = tuple(limits)
    return wanted


def _steps(training: Training | None) -> int:
    return training.steps if training else 0
