"""One page per submission: the mark and everything that led to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.records import Cell
from grader.report import evidence, interval_bar, page, review
from grader.report.discretion import discreet
from grader.result import CellInfo, ModelInfo, QuestionResult, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A question with what its section shows beside the record itself."""

    anchor: str
    question: QuestionResult
    evidence: evidence.Evidence
    bar: interval_bar.Bar | None
    faults: frozenset[str]


def render(result: Result, cells: Sequence[Cell] = (), *, title: str | None = None) -> bytes:
    """The page of `result`, complete in itself: no script, nothing loaded from elsewhere.

    Args:
        result: What to show.
        cells: Of the submission, to show answers with their evidence; may be empty.
        title: Of the assignment, for people; its slug if None.
    """
    result = discreet(result)
    views = [_view(i, q, cells) for i, q in enumerate(result.questions, start=1)]
    values = {
        "result": result,
        "title": title or result.assignment or "No assignment recognised",
        "views": views,
        "needs": review.needs(result),
        "open_points": review.open_points(result),
        "unmarked": review.unmarked(result),
        "cut_short": _cut_short(result),
        "failed_cells": [
            c
            for c in result.execution.cells
            if c.status != "not_run" and (c.error or c.status != "ok")
        ],
        "idle_cells": _idle(result.execution.cells),
        "overrides": {
            q.id: [o for o in result.overrides if o.question == q.id] for q in result.questions
        },
    }
    return page.render("student.html.j2", values)


def _view(position: int, question: QuestionResult, cells: Sequence[Cell]) -> _View:
    anchor = f"q{position}"
    return _View(
        anchor=anchor,
        question=question,
        evidence=evidence.mark(question, cells, anchor),
        bar=interval_bar.layout(question.accuracy) if question.accuracy else None,
        faults=_faults(question.model),
    )


def _faults(model: ModelInfo | None) -> frozenset[str]:
    """Names of layers that a fault names, to point at them in the table of layers."""
    if model is None:
        return frozenset()
    return frozenset(
        d.layer.lower() for d in model.differences if d.severity == "fault" and d.kind != "missing"
    )


def _idle(cells: Sequence[CellInfo]) -> dict[str, str]:
    """Why cells were not run -> which ones."""
    found: dict[str, list[str]] = {}
    for cell in cells:
        if cell.status == "not_run" and cell.error:
            found.setdefault(cell.error, []).append(str(cell.index))
    return {reason: ", ".join(indices) for reason, indices in found.items()}


def _cut_short(result: Result) -> list[str]:
    """What ended before its time, in words, each once."""
    message, status = result.execution.message, result.execution.status
    execution = [message] if message and status != "not_run" else []
    training = [
        f"Training for “{q.title}” was cut short: {q.accuracy.stopped_because}."
        for q in result.questions
        if q.accuracy and q.accuracy.stopped_because
    ]
    return [*execution, *training]
