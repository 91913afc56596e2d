"""A student's answer in pieces, so that the words that earned something can be marked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.records import Cell, Quote
from grader.report.text import cut
from grader.report.words import CRITERIA, VERDICTS, Tone
from grader.result import QuestionResult

CELL_CHARACTERS = 20_000
"""Longest stretch of a cell that a page shows; chosen, a long essay has a fifth of it."""

# Pictures pasted into a notebook: thousands of characters that nobody reads.
_PASTED = re.compile(r"[A-Za-z0-9+/=]{400,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a stretch of the answer is evidence of."""

    number: str
    """1, 2, ... for criteria, a, b, ... for statements; unique in its question."""
    target: str
    """Anchor of its row, without the #."""
    label: str
    """What a pointer over the words says."""
    tone: Tone
    """Colour of the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a cell that is marked the same from end to end."""

    text: str
    """The words."""
    sources: tuple[Source, ...] = ()
    """What they are evidence of; empty for plain text."""
    ends: tuple[Source, ...] = ()
    """Those of them that end here."""
    anchor: str = ""
    """Unique in the page; empty for plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCell:
    """A cell of the answer."""

    index: int
    """Position in the notebook, from 0."""
    kind: str
    """code, markdown or raw."""
    pieces: tuple[Piece, ...]
    """The whole source, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The answer to one question with its evidence."""

    cells: tuple[MarkedCell, ...]
    """In notebook order; empty when the notebook is not at hand."""
    anchors: dict[str, tuple[str, ...]]
    """`Source.number` -> anchors of the pieces where its words end."""


def mark(question: QuestionResult, cells: Sequence[Cell], prefix: str) -> Evidence:
    """Find the quotes and the checked statements of `question` in its cells.

    Args:
        question: Its criteria and claims.
        cells: Of the submission.
        prefix: Start of every anchor, unique in the page.
    """
    spans = list(_spans(question, {c.index: c for c in cells}, prefix))
    shown = {*question.alignment.cells, *(cell for cell, _, _, _ in spans)}
    marked = []
    anchors: dict[str, list[str]] = {}
    for cell in cells:
        if cell.index not in shown:
            continue
        own = [(start, end, source) for index, start, end, source in spans if index == cell.index]
        pieces = tuple(_pieces(cell.source, own, f"{prefix}-e{cell.index}"))
        for piece in pieces:
            for source in piece.ends:
                anchors.setdefault(source.number, []).append(piece.anchor)
        marked.append(MarkedCell(index=cell.index, kind=cell.kind, pieces=pieces))
    return Evidence(cells=tuple(marked), anchors={n: tuple(a) for n, a in anchors.items()})


def letter(position: int) -> str:
    """a, b, ..., z, a1, b1, ...: the name of the statement at `position`, from 0."""
    return chr(ord("a") + position % 26) + (str(position // 26) if position >= 26 else "")


def _spans(
    question: QuestionResult, cells: dict[int, Cell], prefix: str
) -> Iterable[tuple[int, int, int, Source]]:
    for i, criterion in enumerate(question.criteria, start=1):
        word = CRITERIA[criterion.outcome]
        label = f"{word.label}: {criterion.text}"
        source = Source(number=str(i), target=f"{prefix}-c{i}", label=label, tone=word.tone)
        for quote in criterion.quotes:
            if (cell := cells.get(quote.cell)) and (span := _locate(quote, cell.source)):
                yield quote.cell, *span, source
    for i, claim in enumerate(question.claims):
        if claim.verdict == "right":
            continue  # a right statement needs no pointing at; a criterion already does
        word = VERDICTS[claim.verdict]
        label = f"{word.label}: {claim.text}"
        name = letter(i)
        source = Source(number=name, target=f"{prefix}-s{name}", label=label, tone=word.tone)
        cell = cells.get(claim.cell)
        at = cell.source.find(claim.text) if cell and claim.text else -1
        if at >= 0:
            yield claim.cell, at, at + len(claim.text), source


def _locate(quote: Quote, source: str) -> tuple[int, int] | None:
    """Where the quote is; looked for by its words when the notebook has changed since."""
    if quote.text and source[quote.start : quote.end] == quote.text:
        return quote.start, quote.end
    at = source.find(quote.text) if quote.text else -1
    return (at, at + len(quote.text)) if at >= 0 else None


def _pieces(source: str, spans: Sequence[tuple[int, int, Source]], prefix: str) -> Iterable[Piece]:
    edges = sorted({0, len(source), *(edge for start, end, _ in spans for edge in (start, end))})
    left = CELL_CHARACTERS
    for n, (start, end) in enumerate(pairwise(edges)):
        text = _PASTED.sub(lambda m: f"[… {len(m[0]):,} characters]", source[start:end])
        text = cut(text, left) if left else ""
        left = max(0, left - len(text))
        here = [(e, s) for b, e, s in spans if b <= start and end <= e]
        # One criterion may quote overlapping words; its number is said once.
        sources = tuple({s.number: s for _, s in here}.values())
        ends = tuple({s.number: s for e, s in here if e == end}.values())
        if text:
            anchor = f"{prefix}-{n}" if sources else ""
            yield Piece(text=text, sources=sources, ends=ends, anchor=anchor)
