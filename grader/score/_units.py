"""The sentences, list items and table cells of a text, and what each is read together with."""

import re
from dataclasses import dataclass, field

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$")
_QUOTE = re.compile(r"^\s*(?:>\s*)+")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s*(?=\S)")
_ITEM = re.compile(r"^(\s*)(?:[-+*•▪◦]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])\s+(?=\S)")
_BOLD_LINE = re.compile(r"^\s*(?:\*\*|__)(?:(?!\*\*|__).)+(?:\*\*|__)\s*:?\s*$")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])['\")\]*_`]{0,6}\s{1,8}(?=['\"(\[*_`]{0,6}[A-Z0-9])|;\s+|\n"
    # A contrast parts what is said of one thing from what is said of the other.
    r"|,?\s{1,4}(?=(?:whereas|but|while(?!\s{1,4}\w{1,20}ing\b))\s)"
    r"|,\s{1,4}(?=(?:on the other hand|in contrast)\b)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|fig|eq|al|approx|resp|no|dr|prof|cf|ca|aka)|\b[A-Z])\.$", re.I
)
_PRONOUN = re.compile(
    r"\W*(?:(?:that|he|here|such|which|those)\b|(?:\w+\W+){0,4}(?:it|its|this|they|them|these)\b)",
    re.I,
)
_LABEL = re.compile(r"\s*(?:(?:\*\*|__)[^*_\n]+(?:\*\*|__)|[\w -]{1,30}(?::|\s[-–=])\s)")
"""Opens a paragraph that says what it is about: `**Zero-padding** ...`, `Dropout: ...`."""

_LOOSE_LINE = 60
"""Shorter lines end a sentence when the next begins with a capital: few people wrap so early."""
_TITLE_WORDS = 12
_ROW = 20
"""Cells of a row that are read together."""


@dataclass(slots=True)
class Unit:
    """A sentence (or its half before a contrast), list item, heading or table cell."""

    start: int
    """First character in the source."""
    end: int
    """One past the last character."""
    context: tuple[int, ...] = ()
    """Units read together with it: headings and items above, its row, what a pronoun points at."""


@dataclass(slots=True)
class _Parser:
    """Walks over the lines once and keeps what stands above the current one."""

    source: str
    units: list[Unit] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)
    """Level and unit of the headings above, outermost first."""
    items: list[tuple[int, int]] = field(default_factory=list)
    """Indent and first unit of the list items above, outermost first."""
    header: tuple[int, ...] = ()
    """First row of the table."""
    open: list[tuple[int, int]] = field(default_factory=list)
    """Lines of the paragraph or item that is being read."""
    indent: int | None = None
    """Of the item that is being read; None for a paragraph."""

    def above(self) -> tuple[int, ...]:
        return tuple(unit for _, unit in (*self.headings, *self.items))

    def heading(self, start: int, end: int, level: int) -> None:
        self.close()
        self.items = []
        self.headings = [h for h in self.headings if h[0] < level]
        self.units.append(Unit(start, end, self.above()))
        self.headings.append((level, len(self.units) - 1))

    def row(self, start: int, end: int) -> None:
        self.close()
        cells = []
        for cell in re.finditer(r"[^|]+", self.source[start:end]):
            if cell[0].strip():
                cells.append(Unit(start + cell.start(), start + cell.end()))
        first = len(self.units)
        members = tuple(range(first, first + min(len(cells), _ROW)))
        for unit in cells:
            unit.context = (*self.above(), *self.header, *members)
        self.units += cells
        self.header = self.header or members

    def close(self) -> None:
        """End the paragraph or item that is being read and cut it into sentences."""
        if not self.open:
            return
        first = len(self.units)
        if self.indent is not None:
            self.items = [i for i in self.items if i[0] < self.indent]
        above = self.above()
        # What follows the first words of a list item, or a label, is about them.
        about = self.indent is not None or _LABEL.match(self.source, self.open[0][0])
        for start, end in self._sentences():
            context = above
            if len(self.units) > first:
                if about:
                    context = (*above, first)
                if _PRONOUN.match(self.source, start, min(end, start + 80)):
                    context = (*context, len(self.units) - 1)
            self.units.append(Unit(start, end, context))
        if self.indent is not None and len(self.units) > first:
            self.items.append((self.indent, first))
        self.open = []
        self.indent = None

    def _sentences(self) -> list[tuple[int, int]]:
        start, end = self.open[0][0], self.open[-1][1]
        breaks = {
            stop
            for (begin, stop), (next_begin, _) in zip(self.open, self.open[1:], strict=False)
            if stop - begin < _LOOSE_LINE and self.source[next_begin : next_begin + 1].isupper()
        }
        found = []
        for gap in _SENTENCE_END.finditer(self.source, start, end):
            before = self.source[max(start, gap.start() - 12) : gap.start()]
            if (gap[0] == "\n" and gap.start() not in breaks) or _ABBREVIATION.search(before):
                continue
            found.append((start, gap.start()))
            start = gap.end()
        found.append((start, end))
        return [(a, b) for a, b in found if self.source[a:b].strip()]


def units(source: str) -> list[Unit]:
    """The units of `source` in order; they do not overlap."""
    parser = _Parser(source)
    lines = _lines(source)
    for number, (start, end) in enumerate(lines):
        quote = _QUOTE.match(source, start, end)
        start = quote.end() if quote else start
        line = source[start:end]
        if not line.strip() or _FENCE.match(line) or _RULE.match(line):
            parser.close()
            if not line.strip():
                parser.header = ()
        elif "-" in line and "|" in line and not line.strip("|:- \t"):
            continue
        elif line.count("|") >= 2 and (line.lstrip().startswith("|") or line.count("|") > 2):
            parser.row(start, end)
        elif (mark := _HEADING.match(line)) and not _comment(source, lines, number):
            parser.heading(start + mark.end(), end, len(mark[1]))
        elif _BOLD_LINE.match(line) and not parser.open:
            parser.heading(start, end, 7)
        elif item := _ITEM.match(line):
            parser.close()
            parser.indent = len(item[1].expandtabs(4))
            parser.open.append((start + item.end(), end))
        else:
            begin = start + len(line) - len(line.lstrip(" \t#"))
            if not parser.open and not line[:1].isspace():
                parser.items = []
            parser.open.append((begin, end))
            if len(parser.open) == 1 and parser.indent is None and _lead(line):
                parser.open = []
                parser.heading(begin, end, 8)
    parser.close()
    return parser.units


def _lines(source: str) -> list[tuple[int, int]]:
    found = []
    start = 0
    for line in source.split("\n"):
        found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _comment(source: str, lines: list[tuple[int, int]], number: int) -> bool:
    """A `#` that opens a sentence of a comment, not a heading."""
    start, end = lines[number]
    text = source[start:end].strip()
    if not text.startswith("#") or text.startswith("##"):
        return False
    beside = [lines[i] for i in (number - 1, number + 1) if 0 <= i < len(lines)]
    return (
        len(text.split()) > _TITLE_WORDS
        or text.endswith((".", ",", ";"))
        or any(source[a:b].lstrip().startswith("# ") for a, b in beside)
    )


def _lead(line: str) -> bool:
    """A short line that ends in a colon: what follows is about it."""
    return line.rstrip(" *_").endswith(":") and len(line.split()) <= _TITLE_WORDS
