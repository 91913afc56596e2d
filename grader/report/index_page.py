"""The page of the class: every submission, what needs a person first, means and spread."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from grader.report import page, review
from grader.result import QuestionResult, Result

BINS = 10
"""Columns of the spread, a tenth of the points each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """How a class did on one question."""

    title: str
    """Of the question."""
    marked: int
    """Submissions with a mark; a grader error is none."""
    mean: float | None
    """Mean points over them; None if there are none."""
    max_points: float
    """Possible."""
    waiting: int
    """Submissions where a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The questions of one assignment."""

    title: str
    """Of the assignment."""
    means: list[Mean]
    """In the assignment's order."""


def render(results: Sequence[Result], titles: dict[str, str]) -> bytes:
    """The page of the class.

    Args:
        results: Of all submissions.
        titles: Slug -> title for people.
    """
    waiting = [(r, need) for r in results for need in review.needs(r)]
    # The grader's own faults first, they are quickly mended; then where most points hang on it.
    waiting.sort(key=lambda w: (w[1].outcome != "grader_error", -w[1].points, w[1].confidence))
    values: dict[str, Any] = {
        "results": sorted(results, key=_order),
        "titles": titles,
        "outcomes": Counter(r.outcome for r in results),
        "people": sum(r.needs_person for r in results),
        "groups": _groups(results, titles),
        "waiting": waiting,
        "first_reason": {r.submission.id: need.reasons[0] for r, need in reversed(waiting)},
        "flags": [(r, f) for r in results for f in _flags(r)],
        "flag_count": lambda r: len(_flags(r)),
        "bins": _bins(results),
        "unmarked": review.unmarked,
        "open_points": review.open_points,
        "isolation": sorted({r.execution.isolation for r in results}),
        "versions": sorted({(r.grader_version, r.course_version) for r in results}),
    }
    return page.render("index.html.j2", values)


def _groups(results: Sequence[Result], titles: dict[str, str]) -> list[Group]:
    groups = []
    for slug in sorted({r.assignment for r in results if r.assignment is not None}):
        own = [r for r in results if r.assignment == slug]
        groups.append(Group(title=titles.get(slug, slug), means=_means(own)))
    return groups


def _order(result: Result) -> tuple[bool, str, str, int]:
    """By assignment, those without one last; then by student and attempt."""
    submission = result.submission
    slug = result.assignment
    return slug is None, slug or "", submission.student.casefold(), submission.attempt


def _means(results: Sequence[Result]) -> list[Mean]:
    by_id: dict[str, list[QuestionResult]] = {}
    for result in results:
        for question in result.questions:
            by_id.setdefault(question.id, []).append(question)
    return [_mean(questions) for questions in by_id.values()]


def _mean(questions: Sequence[QuestionResult]) -> Mean:
    marked = [q.points for q in questions if q.outcome != "grader_error"]
    return Mean(
        title=questions[0].title,
        marked=len(marked),
        mean=fmean(marked) if marked else None,
        max_points=questions[0].max_points,
        waiting=sum(q.needs_review or q.outcome in review.WAITING for q in questions),
    )


def _bins(results: Sequence[Result]) -> list[int]:
    """Submissions by tenths of the points; full marks belong to the last tenth."""
    counts = [0] * BINS
    for result in results:
        if result.max_points > 0 and not review.unmarked(result):
            share = min(1.0, max(0.0, result.points / result.max_points))
            counts[min(BINS - 1, int(share * BINS))] += 1
    return counts


def _flags(result: Result) -> list[Any]:
    return [*result.flags, *(f for q in result.questions for f in q.flags)]
