"""What every question's result has in common."""

from collections.abc import Sequence
from typing import Any

from grader.course import Question
from grader.judge.case import Case
from grader.records import Match, Outcome
from grader.result import AlignmentInfo, QuestionResult

_SHORTEST_TEXT = 12
"""Words; titles and names of students are shorter. Chosen; little depends on it."""


def conclude(
    case: Case,
    question: Question,
    match: Match,
    *,
    points: float,
    outcome: Outcome,
    confidence: float,
    doubts: Sequence[str],
    remarks: Sequence[str],
    **details: Any,
) -> QuestionResult:
    """The result of a question: doubts send it to a person, remarks only explain.

    Args:
        case: The submission.
        question: What was asked.
        match: Where the answer was found.
        points: Earned.
        outcome: By the criteria or checks alone.
        confidence: Of the criteria or checks, 0 to 1.
        doubts: Sentences; any of them makes a person look.
        remarks: Sentences that explain the outcome.
        details: Further fields of the result.
    """
    doubts = list(doubts)
    if match.confidence < case.assignment.review_below:
        doubts.append(
            f"It is not sure that cells {', '.join(map(str, match.cells))} answer this question."
        )
    return QuestionResult(
        id=question.id,
        title=question.title,
        kind=question.kind,
        points=points,
        max_points=question.points,
        outcome=outcome,
        confidence=round(min(confidence, match.confidence), 3),
        needs_review=bool(doubts) or outcome in ("needs_review", "grader_error"),
        reasons=tuple(dict.fromkeys([*remarks, *doubts])),
        alignment=AlignmentInfo(
            cells=match.cells, method=match.method, confidence=match.confidence
        ),
        **details,
    )


def unanswered(case: Case, question: Question) -> QuestionResult:
    """The result of a question that was not found.

    Text that belongs to no question may be its answer: then a person looks.
    """
    loose = [i for i in case.alignment.leftover if _is_text(case.submission.cells[i].source)]
    reasons = ["No answer to this question was found in the notebook."]
    if loose:
        cells = ", ".join(map(str, loose))
        reasons.append(f"Cells that belong to no question may hold it: {cells}.")
    return QuestionResult(
        id=question.id,
        title=question.title,
        kind=question.kind,
        points=0,
        max_points=question.points,
        outcome="unanswered",
        confidence=0.5 if loose else 1.0,
        needs_review=bool(loose),
        reasons=tuple(reasons),
        alignment=AlignmentInfo(cells=(), method=None, confidence=0),
    )


def _is_text(source: str) -> bool:
    """More than a title, a name and a date."""
    return len(source.split()) >= _SHORTEST_TEXT
