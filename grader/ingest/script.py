"""Read `.py`: cells at `# %%` or `# In[1]:`, else at comments that name a question."""

import ast
import re
import warnings
from collections.abc import Iterator

from grader.ingest.content import Content, Kind

_MARK = re.compile(r"#\s*%%(?P<rest>.*)$|#\s*In\[[\d ]*\]:\s*$|#\s*<(?:code|markdown)cell>\s*$")
_TEXT_MARK = re.compile(r"\[(?:markdown|md)\]", re.IGNORECASE)
_RAW_MARK = re.compile(r"\[raw\]", re.IGNORECASE)
_QUESTION = re.compile(
    r"#[\s#*=\-]*(?:(?:q|question|ques|ans|answer|task|problem|exercise)\s*[.#:\-]?\s*\d"
    r"|\(?\d{1,2}[.)]\s*[A-Z]\w+\s+\w+)",
    re.IGNORECASE,
)

# Only the front of a line is looked at, so that a line of a million blanks costs nothing.
_LABEL = 200


def parse(text: str) -> Content:
    """Cells of a script; text in comments or strings of its own becomes markdown."""
    rows = _without_header(text.split("\n"))
    marked = any(_MARK.match(row) for row in rows)
    cells = _at_marks(rows) if marked else _at_questions(rows)
    kept = tuple((kind, source) for kind, source in cells if source.strip())
    return Content(kept, ("Converted from a Python script.",))


def _without_header(rows: list[str]) -> list[str]:
    """Without interpreter and encoding lines and the settings that jupytext puts on top."""
    while rows and re.match(r"#!|#.*coding[:=]", rows[0]):
        rows = rows[1:]
    if rows and rows[0].strip() == "# ---":
        end = next((i for i, row in enumerate(rows[1:40], 1) if row.strip() == "# ---"), None)
        if end:
            return rows[end + 1 :]
    return rows


def _at_marks(rows: list[str]) -> Iterator[tuple[Kind, str]]:
    start, mark = 0, ""
    for number, row in enumerate(rows):
        if _MARK.match(row):
            yield from _marked(mark, rows[start:number])
            start, mark = number + 1, row
    yield from _marked(mark, rows[start:])


def _marked(mark: str, rows: list[str]) -> Iterator[tuple[Kind, str]]:
    if _TEXT_MARK.search(mark) or "<markdowncell>" in mark:
        yield "markdown", _uncommented(rows)
    elif _RAW_MARK.search(mark):
        yield "raw", _uncommented(rows)
    elif "In[" in mark or not mark:
        # `jupyter nbconvert --to script` marks the code only; its text stands as comments behind.
        end = len(rows)
        while end and (not rows[end - 1].strip() or rows[end - 1].startswith("#")):
            end -= 1
        yield "code", "\n".join(rows[:end]).strip("\n")
        yield "markdown", _uncommented(rows[end:])
    else:
        title = mark.split("%%", 1)[-1].strip()
        source = "\n".join(rows).strip("\n")
        # The title of a cell may be the question.
        yield "code", f"# {title}\n{source}" if title else source


def _at_questions(rows: list[str]) -> Iterator[tuple[Kind, str]]:
    """One code cell, cut where a comment at the margin names a question."""
    inside, strings = _statements("\n".join(rows))
    start = 0
    for number, row in enumerate(rows):
        if number in strings:
            yield "code", "\n".join(rows[start:number]).strip("\n")
            yield "markdown", strings[number][1]
            start = strings[number][0]
        elif number >= start and number not in inside and _QUESTION.match(row[:_LABEL]):
            yield "code", "\n".join(rows[start:number]).strip("\n")
            start = number
    yield "code", "\n".join(rows[start:]).strip("\n")


def _statements(text: str) -> tuple[set[int], dict[int, tuple[int, str]]]:
    """Rows inside statements, and the strings that stand alone: row -> (row after, text)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), {}
    inside: set[int] = set()
    strings: dict[int, tuple[int, str]] = {}
    for node in tree.body:
        end = node.end_lineno or node.lineno
        inside |= set(range(node.lineno, end))
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            and node.lineno < end
        ):
            strings[node.lineno - 1] = (end, node.value.value.strip("\n"))
    return inside, strings


def _uncommented(rows: list[str]) -> str:
    """Text of comment lines, or of a string that stands alone."""
    text = "\n".join(rows).strip()
    if quoted := re.fullmatch(r'[rR]?("""|\'\'\')(.*?)\1', text, re.DOTALL):
        return quoted.group(2).strip("\n")
    return "\n".join(re.sub(r"^#\s?", "", row) for row in rows).strip("\n")
