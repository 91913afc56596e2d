"""Put the methods together: from cells to one match a question."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.align import number, section, statement, text
from grader.align.anchor import Anchor, Segment
from grader.align.prose import prose_cells
from grader.align.segment import cut, piece, runs, set_lists_aside
from grader.align.topic import Block, Topics
from grader.course import Assignment
from grader.records import Alignment, Cell, Match, Span, Submission

_HEADING = re.compile(r"^[ \t]*(?:#{1,6}[ \t]|\*\*[^*\n]+\*\*:?[ \t]*$|<h\d)", re.M | re.I)
_LIST = 3
_SPLIT = 0.75
"""Confidence in an answer from which a later one was split off."""


@dataclass
class _Draft:
    """A match in the making."""

    cells: set[int] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    method: str = ""
    confidence: float = 0.0

    def add(self, segment: Segment, *, apart: bool) -> None:
        """Take in one more stretch; `apart` when another question stands between."""
        anchor = segment.anchor
        assert anchor is not None
        doubt = apart and bool(self.spans) and bool(segment.pieces)
        better = anchor.confidence > self.confidence
        # Twice answered is as sure as the less sure place; a label under its statement is not.
        if not self.method or better != doubt:
            self.method, self.confidence = anchor.method, anchor.confidence
        self.cells |= {anchor.cell, *(p.cell for p in segment.pieces)}
        self.spans += segment.pieces


def align(submission: Submission, assignment: Assignment) -> Alignment:
    """Find the cells that answer each question of an assignment.

    Never raises on what a student wrote; a submission that could not be read has no matches.
    """
    cells = submission.cells
    prose = prose_cells(cells, assignment)
    anchors = find_anchors(cells, prose, assignment)
    segments = cut(cells, anchors)
    drafts: dict[str, _Draft] = {}
    last = None
    for segment in segments:
        if segment.anchor and segment.anchor.question:
            question = segment.anchor.question
            drafts.setdefault(question, _Draft()).add(segment, apart=question != last)
            last = question
    _fill(cells, prose, assignment, segments, drafts)
    matches = tuple(
        Match(
            question=q.id,
            cells=tuple(sorted(draft.cells)),
            answer=tuple(sorted(draft.spans, key=lambda s: (s.cell, s.start))),
            method=draft.method,
            confidence=draft.confidence,
        )
        for q in assignment.questions
        if (draft := drafts.get(q.id))
    )
    claimed = {c for m in matches for c in m.cells}
    loose = {p.cell for s in segments for p in s.pieces} - claimed
    return Alignment(
        assignment=assignment.slug,
        matches=matches,
        prose=prose,
        leftover=tuple(sorted(loose)),
    )


def find_anchors(
    cells: Sequence[Cell], prose: Sequence[int], assignment: Assignment
) -> list[Anchor]:
    """Statements, section titles and numbered labels in order, without overlap."""
    texts = set(prose)
    lines = [line for cell in cells for line in text.lines(cell, prose=cell.index in texts)]
    titles = section.find(lines, assignment)
    stated = statement.find(lines, assignment, titles)
    places = {a.place for a in stated}
    known = sorted((*stated, *(t for t in titles if t.place not in places)), key=lambda a: a.place)
    # A list of questions at the top does not tell in which section the answers below it stand.
    listed = {i for run in runs(cells, known) if len(run) >= _LIST for i in run}
    told = [
        replace(a, question=None, section=None) if i in listed else a for i, a in enumerate(known)
    ]
    numbered = number.find(lines, assignment, told)
    return set_lists_aside(cells, sorted((*known, *numbered), key=lambda a: a.place))


def _fill(
    cells: Sequence[Cell],
    prose: Sequence[int],
    assignment: Assignment,
    segments: Sequence[Segment],
    drafts: dict[str, _Draft],
) -> None:
    """Look by topic for what answers the questions that have nothing yet."""
    open_questions = {q.id for q in assignment.questions if q.id not in drafts} | {
        id for id, draft in drafts.items() if not draft.spans
    }
    if not open_questions:
        return
    topics = Topics(assignment)
    found: dict[str, list[Span]] = {}
    for segment in segments:
        if segment.anchor is None or segment.anchor.question is None:
            blocks = _blocks(cells, prose, segment.pieces, split=True)
            for id, spans in topics.claim(blocks, open_questions).items():
                found.setdefault(id, []).extend(spans)
    open_questions -= set(found)
    for id, draft in list(drafts.items()):
        if len(draft.spans) < 2:
            continue
        blocks = _blocks(cells, prose, draft.spans, split=False)
        parts = topics.part(id, blocks, open_questions)
        if len(parts) < 2:
            continue
        kept = parts.pop(id)
        moved = {s.cell for spans in parts.values() for s in spans}
        draft.cells -= moved - {s.cell for s in kept}
        draft.spans = kept
        draft.confidence = min(draft.confidence, _SPLIT)
        for other, spans in parts.items():
            found.setdefault(other, []).extend(spans)
            open_questions.discard(other)
    for id, spans in found.items():
        draft = drafts.setdefault(id, _Draft())
        draft.cells |= {s.cell for s in spans}
        draft.spans = spans
        draft.method = "topic"
        written = "\n".join(cells[s.cell].source[s.start : s.end] for s in spans)
        draft.confidence = topics.confidence(id, written)


def _blocks(
    cells: Sequence[Cell], prose: Sequence[int], pieces: Iterable[Span], *, split: bool
) -> list[Block]:
    blocks = []
    for whole in pieces:
        cell = cells[whole.cell]
        code = cell.kind == "code" and cell.index not in prose
        source = cell.source
        marks = [whole.start, whole.end]
        if split and not code:
            marks[1:1] = [
                m.start()
                for m in _HEADING.finditer(source, whole.start, whole.end)
                if m.start() > whole.start
            ]
        for start, end in pairwise(marks):
            span = piece(cell, start, end)
            if span:
                blocks.append(Block(span, source[span.start : span.end], code))
    return blocks
