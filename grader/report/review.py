"""What a person must look at in a result, and why."""

from dataclasses import dataclass

from grader.records import Outcome
from grader.report.words import OUTCOMES
from grader.result import CheckInfo, CriterionInfo, QuestionResult, Result

WAITING = frozenset({"needs_review", "grader_error"})
"""Outcomes that no mark may rest on before somebody has looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that waits for a person."""

    question: int | None
    """Position in `Result.questions`; None for the submission as a whole."""
    title: str
    """The question's title, for people."""
    outcome: Outcome
    """What has become of it so far."""
    reasons: tuple[str, ...]
    """Why, in whole sentences; never empty."""
    points: float
    """Points at stake."""
    confidence: float
    """How sure the grader is."""


def needs(result: Result) -> tuple[Need, ...]:
    """Everything of `result` that waits for a person, in the assignment's order."""
    found = [
        Need(
            question=i,
            title=q.title,
            outcome=q.outcome,
            reasons=q.reasons or (_fallback(q.outcome),),
            points=q.max_points,
            confidence=q.confidence,
        )
        for i, q in enumerate(result.questions)
        if q.needs_review or q.outcome in WAITING
    ]
    if not found and result.outcome in WAITING:
        message = result.execution.message
        loud = tuple(f.message for f in result.flags if f.severity != "info")
        found.append(
            Need(
                question=None,
                title="The whole submission",
                outcome=result.outcome,
                reasons=((message,) if message else loud) or (_fallback(result.outcome),),
                points=result.max_points,
                confidence=0.0,
            )
        )
    return tuple(found)


def open_points(result: Result) -> float:
    """Points that are not given yet through no fault of the student."""
    if not result.questions:
        return result.max_points if result.outcome == "grader_error" else 0.0
    return sum(_open(q) for q in result.questions if q.outcome == "grader_error")


def unmarked(result: Result) -> bool:
    """True when there is no mark: nothing to earn, or the grader broke before it marked any."""
    broke = all(q.outcome == "grader_error" for q in result.questions)
    return result.max_points == 0 or (result.outcome == "grader_error" and broke)


def _open(question: QuestionResult) -> float:
    """What the broken checks are worth; all of the question where none of them is named."""
    parts: list[CheckInfo | CriterionInfo] = [*question.checks, *question.criteria]
    broken = sum(p.max_points for p in parts if p.outcome == "grader_error")
    return broken or question.max_points


def _fallback(outcome: Outcome) -> str:
    return OUTCOMES[outcome].sentence or OUTCOMES["needs_review"].sentence
