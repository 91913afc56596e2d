"""The lines of a submission in which a question may be stated, and their words."""

import ast
import io
import re
import tokenize
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.records import Cell

_WORD = re.compile(r"[^\W\d_]+|\d+")
_FENCE = re.compile(r"\s*(```|~~~)")
# What IPython runs and Python does not parse; `pip install x` is one of them by its automagic.
_MAGIC = re.compile(r"(\s*)(?:[%!?]|(?:pip3?|conda|mamba|apt-get)\s+\w)|[\w.*]+\?{1,2}\s*$")
# Beyond this the parser costs more than what a question in so long a cell is worth.
_PARSED_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell."""

    cell: int
    """Index into `Submission.cells`."""
    start: int
    """First character in the cell's source."""
    text: str
    """Without the line end."""
    open: bool
    """True where a question may be stated: no code, no fenced block."""

    @property
    def end(self) -> int:
        """One past the last character in the cell's source."""
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        """True when there is nothing to read."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Word:
    """One word or number."""

    text: str
    """Lower case, without accents."""
    start: int
    """First character in the text it is from."""
    end: int
    """One past the last character."""


def lines(cell: Cell, *, prose: bool) -> list[Line]:
    """All lines of a cell, each told whether a question may be stated in it.

    In code these are comments at the left margin, strings that stand alone and, when the code
    does not parse, all lines: a statement pasted without `#` is what broke it.
    """
    rows = cell.source.split("\n")
    if cell.kind == "code" and not prose:
        open_rows = _open_code_rows(cell.source, len(rows))
    else:
        open_rows = _unfenced_rows(rows)
    found, start = [], 0
    for number, row in enumerate(rows):
        found.append(Line(cell.index, start, row, number in open_rows))
        start += len(row) + 1
    return found


def words(text: str) -> list[Word]:
    """Words and numbers of a text; `LeNet-5` and `LeNet5` both give `lenet`, `5`."""
    return [Word(_fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


@lru_cache(maxsize=4096)
def plain(text: str) -> tuple[str, ...]:
    """The words of a text without their places."""
    return tuple(w.text for w in words(text))


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell, magics left out; None if it is not Python."""
    if len(source) > _PARSED_CHARACTERS:
        return None
    for attempt in (source, without_magics(source)):
        try:
            # A student's odd escape sequence is no business of the grader's terminal.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(attempt)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def without_magics(source: str) -> str:
    """The source with magics and shell lines turned into `pass`, as many lines as before."""
    rows = source.split("\n")
    first = next((row.lstrip() for row in rows if row.strip()), "")
    if first.startswith("%%"):
        return "\n".join("pass" if row.startswith("%%") else "" for row in rows)
    return "\n".join(
        (m.group(1) or "") + "pass" if (m := _MAGIC.match(row)) else row for row in rows
    )


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    marks = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in marks if not unicodedata.combining(c))


def _unfenced_rows(rows: Sequence[str]) -> set[int]:
    found, fence = set(), None
    for number, row in enumerate(rows):
        mark = _FENCE.match(row)
        if mark and fence is None:
            fence = mark.group(1)
        elif mark and mark.group(1) == fence:
            fence = None
        elif fence is None:
            found.add(number)
    return found


def _open_code_rows(source: str, count: int) -> set[int]:
    tree = parse(source)
    if tree is None:
        return set(range(count)) if len(source) <= _PARSED_CHARACTERS else set()
    found = {
        row
        for node in tree.body
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for row in range(node.lineno - 1, (node.end_lineno or node.lineno))
    }
    try:
        for token in tokenize.generate_tokens(io.StringIO(without_magics(source)).readline):
            if token.type == tokenize.COMMENT and token.start[1] == 0:
                found.add(token.start[0] - 1)
    except (tokenize.TokenError, SyntaxError):
        pass  # The comments up to here are known; the parser has the last word on the rest.
    return found
