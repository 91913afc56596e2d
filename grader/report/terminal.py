"""A table of the batch for the terminal, or aligned text for a pipe."""

import io
import shutil
import sys
from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.report import review
from grader.report.text import one_line, points
from grader.report.words import OUTCOMES
from grader.result import Result

HEADS = ("Student", "Assignment", "Mark", "Outcome", "What needs a person")
STYLES = {
    "good": "green",
    "partly": "yellow",
    "bad": "red",
    "muted": "dim",
    "review": "bold cyan",
    "machine": "bold magenta",
}
"""Tone -> how rich prints it."""


def summary(results: Sequence[Result], *, terminal: bool | None = None) -> str:
    """One line per submission and a line of totals, ready to print.

    Args:
        results: Of all submissions.
        terminal: True for a table in colour as wide as the terminal, False for aligned plain
            text; None asks stdout.
    """
    terminal = sys.stdout.isatty() if terminal is None else terminal
    rows = [_row(r) for r in results]
    table = _table(results, rows) if terminal else _plain(rows)
    return f"{table}\n{_totals(results)}\n"


def _row(result: Result) -> tuple[str, ...]:
    needs = review.needs(result)
    more = f" (and {len(needs) - 1} more)" if len(needs) > 1 else ""
    where = f"{one_line(needs[0].title, 40)}: " if needs and needs[0].question is not None else ""
    return (
        one_line(result.submission.student, 40),
        one_line(result.assignment or "not recognised", 40),
        _mark(result),
        OUTCOMES[result.outcome].label,
        where + one_line(needs[0].reasons[0], 100) + more if needs else "",
    )


def _mark(result: Result) -> str:
    if review.unmarked(result):
        return f"– / {points(result.max_points)}" if result.max_points else "–"
    return f"{points(result.points)} / {points(result.max_points)}"


def _plain(rows: Sequence[tuple[str, ...]]) -> str:
    lines = [HEADS, *rows]
    # Counted in columns of the terminal: a CJK character takes two.
    widths = [max(cell_len(line[i]) for line in lines) for i in range(len(HEADS))]
    return "\n".join(
        "  ".join(_padded(text, widths[i], right=i == 2) for i, text in enumerate(line)).rstrip()
        for line in lines
    )


def _padded(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - cell_len(text))
    return gap + text if right else text + gap


def _table(results: Sequence[Result], rows: Sequence[tuple[str, ...]]) -> str:
    table = Table(expand=False, header_style="bold")
    for i, head in enumerate(HEADS):
        table.add_column(
            head, justify="right" if i == 2 else "left", no_wrap=i == 2, overflow="fold"
        )
    for result, row in zip(results, rows, strict=True):
        style = STYLES[OUTCOMES[result.outcome].tone]
        # Text and not str: rich reads [red] in a str as mark-up.
        table.add_row(*(Text(text, style=style if i == 3 else "") for i, text in enumerate(row)))
    file = io.StringIO()
    width = shutil.get_terminal_size().columns
    Console(file=file, force_terminal=True, width=width).print(table)
    return file.getvalue().rstrip("\n")


def _totals(results: Sequence[Result]) -> str:
    counts = Counter(r.outcome for r in results)
    parts = [f"{word.label.lower()} {counts[o]}" for o, word in OUTCOMES.items() if counts[o]]
    people = sum(r.needs_person for r in results)
    noun = "submission" if len(results) == 1 else "submissions"
    waiting = f"{people or 'none'} {'need' if people > 1 else 'needs'} a person"
    return f"{len(results)} {noun}: {', '.join(parts)}; {waiting}" if results else "no submissions"
