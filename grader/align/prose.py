"""Tell text from code in code cells."""

import ast
import re
from collections.abc import Sequence

from grader.align.statement import same_word
from grader.align.text import parse, plain, without_magics
from grader.course import Assignment
from grader.records import Cell

_CODE = re.compile(
    r"""
      ^(?:import|from\s+\S+\s+import|def\s+\w+\s*\(|class\s+\w+\s*[(:]|return\b|print\b|@\w|del\s|raise\s)
    | ^(?:for|while|if|elif|else|with|try|except|finally)\b.*:\s*(?:\#.*)?$
    | ^for\s+[\w\s,]+\sin\s+[\w.]+(?:\(.*)?$
    | ^[\w.\[\]'",\s]+?[-+*/]?=(?!=)\s*\S         # an assignment, a keyword argument
    | ^[\w.]*\w\(                                  # a call
    | ^[\])}]                                       # the end of one
    """,
    re.VERBOSE,
)
_PLAIN_WORD = re.compile(r"\W*[^\W\d_]+(?:[-'’/][^\W_]+)*\W*")
_PLAIN_WORDS = 3
_LINE = 400


def is_prose(cell: Cell, assignment: Assignment | None = None) -> bool:
    """A code cell holds text: a statement, a title, natural language or only comments.

    Code with a syntax error, magics and shell lines are not prose: they are run, and what
    happens is told.
    """
    source = cell.source
    if cell.kind != "code" or not source.strip():
        return False
    rows = [row.strip() for row in source.split("\n") if row.strip()]
    if all(row.startswith("#") for row in rows):
        return True
    if rows[0].startswith("%%"):
        return False
    if assignment is not None and _is_title(source, assignment):
        return True
    tree = parse(source)
    if tree is not None:
        return _only_strings(tree)
    return _reads_as_text(without_magics(source).split("\n"))


def prose_cells(cells: Sequence[Cell], assignment: Assignment) -> tuple[int, ...]:
    """Indices of the code cells that hold text."""
    return tuple(cell.index for cell in cells if is_prose(cell, assignment))


def _only_strings(tree: ast.Module) -> bool:
    return bool(tree.body) and all(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for node in tree.body
    )


def _is_title(source: str, assignment: Assignment) -> bool:
    """`TOPIC: LeNet` would parse, as an annotation."""
    own = [w for w in plain(source) if w not in ("topic", "section", "part", "unit", "module")]
    return any(
        len(own) == len(title) > 0 and all(same_word(a, b) for a, b in zip(own, title, strict=True))
        for title in (plain(s.title) for s in assignment.sections)
    )


def _reads_as_text(rows: Sequence[str]) -> bool:
    """More lines of words than of code; a line that is neither counts for nothing."""
    text = code = 0
    for row in (r.strip()[:_LINE] for r in rows):
        if _CODE.match(row):
            code += 1
        elif not row.startswith("#"):
            text += sum(bool(_PLAIN_WORD.fullmatch(w)) for w in row.split()) >= _PLAIN_WORDS
    return text > code
