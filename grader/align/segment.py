"""Cut a submission at its anchors and find what stands between them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.align import marker
from grader.align.anchor import Anchor, Segment
from grader.records import Cell, Span

_CONTENT = re.compile(r"\w")


def cut(cells: Sequence[Cell], anchors: Sequence[Anchor]) -> list[Segment]:
    """The stretch before the first anchor, then one segment for each anchor."""
    ends = [(a.cell, a.start) for a in anchors] + [(len(cells), 0)]
    segments = [Segment(None, tuple(_between(cells, (0, 0), ends[0])))]
    for anchor, end in zip(anchors, ends[1:], strict=True):
        segments.append(Segment(anchor, tuple(_between(cells, (anchor.cell, anchor.end), end))))
    return segments


def piece(cell: Cell, start: int, end: int) -> Span | None:
    """The stretch without the blanks around it; None if nothing is left to read."""
    text = cell.source[start:end]
    if not _CONTENT.search(text):
        return None
    kept = text.strip()
    start += text.index(kept)
    return Span(cell=cell.index, start=start, end=start + len(kept))


def runs(cells: Sequence[Cell], anchors: Sequence[Anchor]) -> Iterator[list[int]]:
    """Indices of anchors back to back, nothing in between, that ask two questions or more."""
    segments = cut(cells, anchors)[1:]
    run: list[int] = []
    asked: list[str] = []
    for i, anchor in enumerate(anchors):
        # A question that comes again is where the answers begin.
        if run and (segments[run[-1]].pieces or anchor.question in asked):
            if len(asked) > 1:
                yield run
            run, asked = [], []
        run.append(i)
        if anchor.question:
            asked.append(anchor.question)
    if len(asked) > 1:
        yield run


def set_lists_aside(cells: Sequence[Cell], anchors: Sequence[Anchor]) -> list[Anchor]:
    """Anchors in which a mere list of questions claims nothing any more.

    Statements back to back are a list when they fill one cell between them, or when their
    questions are answered elsewhere; else they are questions that were left blank.
    """
    pieces = [segment.pieces for segment in cut(cells, anchors)[1:]]
    kept = list(anchors)
    for run in runs(cells, anchors):
        last = run[-1]
        in_one_cell = anchors[run[0]].cell == anchors[last].cell
        fills_it = in_one_cell and all(p.cell != anchors[last].cell for p in pieces[last])
        elsewhere = {a.question for i, a in enumerate(anchors) if i not in run and pieces[i]}
        asked = {i for i in run if anchors[i].question}
        answered = {i for i in asked if anchors[i].question in elsewhere}
        listed = run if fills_it or answered == asked else answered - {last}
        for i in listed:
            kept[i] = replace(anchors[i], question=None, section=None)
    return kept


def _between(cells: Sequence[Cell], begin: tuple[int, int], end: tuple[int, int]) -> Iterator[Span]:
    first = True
    for cell in cells[begin[0] : end[0] + 1]:
        start = begin[1] if cell.index == begin[0] else 0
        stop = end[1] if cell.index == end[0] else len(cell.source)
        found = piece(cell, start, stop)
        if found and first:
            label = marker.printed(cell.source[found.start : found.end])
            found = piece(cell, found.start + label, found.end)
            first = found is None
        if found:
            yield found
