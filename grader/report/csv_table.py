"""`summary.csv`: one row per submission, one column per question."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from grader.report import review
from grader.report.text import one_line
from grader.result import Result

# A spreadsheet reads a cell that starts like this as a formula; Excel also skips white space and
# takes the full-width forms.
_FORMULA = re.compile(r"^[\s\x00\ufeff\u200b]*[=+\-@＝＋－＠−]|^[\t\r]")


BEFORE = (
    "id",
    "student",
    "assignment",
    "points",
    "max_points",
    "percent",
    "outcome",
    "needs_review",
)
"""Columns before those of the questions."""
AFTER = ("reasons", "source", "sha256")
"""Columns after them."""


def render(results: Sequence[Result]) -> bytes:
    """The table as CSV.

    Points are blank where the grader broke, so that an import never turns its fault into a zero.

    Returns:
        UTF-8 with a byte order mark: without one Excel reads names such as Zoë as Windows-1252;
        pandas, R and LibreOffice skip it.
    """
    columns = _question_columns(results)
    several = len({slug for slug, _ in columns}) > 1
    heads = [f"{slug}.{id}" if several else id for slug, id in columns]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*BEFORE, *map(text_cell, heads), *AFTER])
    for result in results:
        writer.writerow(_row(result, columns))
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def text_cell(text: str) -> str:
    """`text` on one line, with a leading apostrophe where a spreadsheet would compute it."""
    return ("'" if _FORMULA.match(text) else "") + one_line(text)


def _row(result: Result, columns: Iterable[tuple[str, str]]) -> list[str | float]:
    unmarked = review.unmarked(result)
    marks = {
        (result.assignment or "", q.id): "" if q.outcome == "grader_error" else _number(q.points)
        for q in result.questions
    }
    percent = 100 * result.points / result.max_points if result.max_points else None
    reasons = " | ".join(reason for need in review.needs(result) for reason in need.reasons)
    return [
        text_cell(result.submission.id),
        text_cell(result.submission.student),
        text_cell(result.assignment or ""),
        "" if unmarked else _number(result.points),
        _number(result.max_points),
        "" if unmarked or percent is None else _number(percent),
        result.outcome,
        "yes" if result.needs_person else "no",
        *(marks.get(column, "") for column in columns),
        text_cell(reasons),
        text_cell(result.submission.source),
        text_cell(result.submission.sha256),
    ]


def _question_columns(results: Iterable[Result]) -> list[tuple[str, str]]:
    """Assignment and id of all questions: assignments by name, questions in their order."""
    seen = dict.fromkeys((r.assignment or "", q.id) for r in results for q in r.questions)
    return sorted(seen, key=lambda column: column[0])


def _number(value: float) -> float:
    value = round(float(value), 4)
    return int(value) if value.is_integer() else value
