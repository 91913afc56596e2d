"""Turn what the stages found into marks: the only place where credit becomes points."""

from collections.abc import Sequence

import grader
from grader.course import Question
from grader.judge.case import Case, Rebuilt
from grader.judge.infos import case_flags, execution_info, submission_info
from grader.judge.model import mark_model
from grader.judge.points import by_points, tidy
from grader.judge.question import unanswered
from grader.judge.selection import asks_for_accuracy, held_out, judged_model
from grader.judge.written import mark_written
from grader.records import ExecutionRecord, Outcome, Submission
from grader.result import Flag, QuestionResult, Result

__all__ = [
    "Case",
    "Rebuilt",
    "asks_for_accuracy",
    "held_out",
    "judged_model",
    "mark",
    "submission_info",
    "unmarked",
]


def mark(case: Case) -> Result:
    """The result of one submission: every point with what led to it."""
    questions = tuple(_question(case, q) for q in case.assignment.questions)
    return Result(
        grader_version=grader.__version__,
        course_version=case.course_version,
        submission=submission_info(case.submission),
        assignment=case.assignment.slug,
        points=tidy(sum(q.points for q in questions)),
        max_points=tidy(case.assignment.points),
        outcome=_overall(questions),
        execution=execution_info(case.execution, case.data),
        questions=questions,
        flags=tuple(case_flags(case)),
    )


def unmarked(
    submission: Submission, *, problem: str, outcome: Outcome, course_version: str
) -> Result:
    """The result of a file that could not be marked at all, and why."""
    return Result(
        grader_version=grader.__version__,
        course_version=course_version,
        submission=submission_info(submission),
        assignment=None,
        points=0,
        max_points=0,
        outcome=outcome,
        execution=execution_info(
            ExecutionRecord(status="not_run", isolation="not needed", message=problem)
        ),
        flags=(
            Flag(kind="not_marked", severity="serious", message=problem),
            *(Flag(kind="note", severity="info", message=note) for note in submission.notes),
        ),
    )


def _question(case: Case, question: Question) -> QuestionResult:
    match = case.alignment.match(question.id)
    if match is None:
        return unanswered(case, question)
    if question.kind == "written":
        return mark_written(case, question, match)
    return mark_model(case, question, match)


def _overall(questions: Sequence[QuestionResult]) -> Outcome:
    outcomes = {q.outcome for q in questions}
    if "grader_error" in outcomes:
        return "grader_error"
    if any(q.needs_review for q in questions):
        return "needs_review"
    if outcomes == {"unanswered"}:
        return "unanswered"
    return by_points(sum(q.points for q in questions), sum(q.max_points for q in questions))
