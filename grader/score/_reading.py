"""An answer, read once: its words by unit, ready to be searched for keys."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from grader.records import Answer, Quote
from grader.score import _text, _units
from grader.score._text import Token

LIGHT = _text.word_set(
    "a an the of to in on at by for with as is are was were be been it its this that these those "
    "their each every any some and or also very so then which from into has have had can will "
    "both does do did i we you our"
)
"""Words that carry little: they do not widen a gap and do not make an answer."""

LONGEST = 100_000
"""Characters that are read of an answer: a book of fifty pages; more is no answer but a flood."""

_ECHO = 4
"""Words in a row that must come from the prompt before a unit counts as the question itself."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, list item, heading or table cell of the answer."""

    part: int
    """Index into `Answer.parts`."""
    first: int
    """Its first token."""
    stop: int
    """One past its last token."""
    context: frozenset[int]
    """Itself and the units it is read together with."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All tokens of an answer, those that only repeat the question left out."""

    answer: Answer
    """What was read."""
    tokens: tuple[Token, ...]
    """In order; offsets count in their part."""
    unit_of: tuple[int, ...]
    """Unit of each token."""
    units: tuple[Unit, ...]
    """In order; units without a token are kept, to be referred to."""
    index: dict[str, list[tuple[int, int]]]
    """Stem -> first and last token of each place where it stands."""
    words: tuple[str, ...]
    """The different words, sorted."""
    places: dict[str, list[tuple[int, int]]]
    """Word -> first and last token of each place where it stands."""

    def starting_with(self, prefix: str) -> list[str]:
        """The words that begin with `prefix`."""
        found = []
        for word in self.words[bisect_left(self.words, prefix) :]:
            if not word.startswith(prefix):
                break
            found.append(word)
        return found

    def source(self, unit: int) -> str:
        """The text of the part that holds `unit`."""
        return self.answer.parts[self.units[unit].part].text

    def quote(self, unit: int) -> Quote:
        """The unit as words of the student."""
        place = self.units[unit]
        part = self.answer.parts[place.part]
        start, end = self.tokens[place.first].start, self.tokens[place.stop - 1].end
        while end < len(part.text) and part.text[end] in ".!?)%]":
            end += 1
        return Quote(
            cell=part.cell,
            start=part.start + start,
            end=part.start + end,
            text=part.text[start:end],
        )


@lru_cache(maxsize=64)
def read(answer: Answer) -> Reading:
    """Read `answer`; all criteria of a rubric share one reading."""
    prompt = " ".join(t.stem for t in _text.tokens(answer.prompt))
    kept: list[Token] = []
    unit_of: list[int] = []
    units: list[Unit] = []
    left = LONGEST
    for number, part in enumerate(answer.parts):
        shift = len(units)
        text, left = part.text[:left], max(0, left - len(part.text))
        tokens = _text.tokens(text)
        at = 0
        for unit in _units.units(text):
            inside = []
            while at < len(tokens) and tokens[at].start < unit.end:
                if tokens[at].start >= unit.start:
                    inside.append(tokens[at])
                at += 1
            echo = len(inside) >= _ECHO and " ".join(t.stem for t in inside) in prompt
            first = len(kept)
            if not echo:
                kept += inside
                unit_of += [len(units)] * len(inside)
            context = frozenset((len(units), *(shift + c for c in unit.context)))
            units.append(Unit(number, first, len(kept), context))
    index: dict[str, list[tuple[int, int]]] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    for i, token in enumerate(kept):
        stems = _text.runs(token.stem) if token.kind == "size" else [token.stem]
        for stem in stems:
            index.setdefault(stem, []).append((i, i))
        if token.kind == "word":
            places.setdefault(token.text, []).append((i, i))
            if joined := _joined(answer, kept, unit_of, units, i):
                index.setdefault(_text.stem(joined), []).append((i, i + 1))
                places.setdefault(joined, []).append((i, i + 1))
    return Reading(
        answer, tuple(kept), tuple(unit_of), tuple(units), index, tuple(sorted(places)), places
    )


def _joined(
    answer: Answer, tokens: list[Token], unit_of: list[int], units: list[Unit], i: int
) -> str | None:
    """The word that token `i` makes with the next one across a hyphen: down-sampling."""
    if i + 1 == len(tokens) or unit_of[i] != unit_of[i + 1] or tokens[i + 1].kind != "word":
        return None
    text = answer.parts[units[unit_of[i]].part].text
    between = text[tokens[i].end : tokens[i + 1].start]
    return tokens[i].text + tokens[i + 1].text if between in ("-", "‐", "‑") else None
