"""The language of keys, and where a key stands in an answer.

A key is words in the order in which they must stand; up to two words of weight may come between.
    max pooling         every form of the words: "Max-pooled", "MaxPooling2D"
    normali*            words that begin so
    28x28, 60,000       numbers and sizes, exactly: "28 × 28", "60K", "60 thousand"
    half|halve & width  alternatives, and parts that stand in one sentence in any order
    =?-?+2?             a formula: `?` is any one name or number, blanks and brackets are free
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import Annotated

from pydantic import AfterValidator, Field
from rapidfuzz.distance import OSA

from grader.score import _text
from grader.score._reading import LIGHT, LONGEST, Reading

_PREFIX = re.compile(r"(\S*[a-zA-Z]\*)(?=\s|$)")
# Bounded, so that no answer can make the search slow.
_FREE = r"[\s{}()\[\]$\\]{0,6}"
_NAME = (
    r"(?:[a-z][a-z0-9]{0,20}(?:[\s_{}]{1,3}(?!x\b)[a-z0-9]{1,20}){0,2}\}?|\d{1,9}(?:\.\d{1,9})?)"
)
_FORMULAS = 20
"""Places of one formula that are looked at in a part."""

_REACH = 10
"""Tokens, light ones included, that may stand between two words of a key."""

# Right as they stand, though one slip away from a word of the field.
_OTHER_WORDS = _text.word_set(
    "simple simply transition general generally strike stripe former format latter later lager "
    "compute computer recent resent layout labels local locate channel change changes chances "
    "stable staple wight height weight eight night right light higher hire layers player "
    "convention conversion conversation relation rotation"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One word, number or size of a key."""

    text: str
    """Lower case, American spelling."""
    stem: str
    """What is looked up."""
    kind: str
    """word, number, size or prefix."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a key stands."""

    key: str
    """The key, or the part of it, as in the rubric."""
    first: int
    """First token."""
    last: int
    """Last token."""
    unit: int
    """The unit that holds it."""
    typo: bool
    """True when a word had to be read with tolerance."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    terms: tuple[Term, ...]
    formula: re.Pattern[str] | None


def _parseable(key: str) -> str:
    if not all(
        alternatives and all(p.terms or p.formula for p in alternatives)
        for alternatives in _parse(key)
    ):
        raise ValueError("a key, and each part of it between & and |, needs a word or a number")
    return key


Key = Annotated[str, AfterValidator(_parseable)]
"""A key as written in a rubric."""

Keys = Annotated[tuple[Key, ...], Field(min_length=1)]
"""Alternatives: any one of them counts."""


def find(
    key: str, reading: Reading, *, tolerant: bool, known: frozenset[str], gap: int = 2
) -> list[Hit]:
    """Where `key` stands.

    Args:
        key: As in the module's docstring.
        reading: The answer.
        tolerant: Read slips of the pen too: one edit from six letters, two from nine, the first
            letter right, never in numbers.
        known: Stems that are right as they stand and never a slip of another word.
        gap: Words of weight that may stand between two words of a key.
    """
    parts = [
        [hit for phrase in alternatives for hit in _phrase(phrase, reading, tolerant, known, gap)]
        for alternatives in _parse(key)
    ]
    if len(parts) == 1:
        return parts[0]
    by_unit: dict[int, list[tuple[int, Hit]]] = {}
    for number, part in enumerate(parts):
        for hit in part:
            by_unit.setdefault(hit.unit, []).append((number, hit))
    found: dict[tuple[int, int], Hit] = {}
    for unit in by_unit:
        here = [pair for u in reading.units[unit].context for pair in by_unit.get(u, ())]
        if len({number for number, _ in here}) == len(parts):
            found |= {(hit.first, hit.last): hit for _, hit in here}
    return sorted(found.values(), key=lambda h: (h.first, h.last))


@lru_cache(maxsize=10_000)
def stems(key: str) -> frozenset[str]:
    """The stems of all words in `key`."""
    return frozenset(t.stem for part in _parse(key) for phrase in part for t in phrase.terms)


@lru_cache(maxsize=10_000)
def _parse(key: str) -> tuple[tuple[_Phrase, ...], ...]:
    return tuple(
        tuple(_phrase_of(text.strip()) for text in part.split("|")) for part in key.split("&")
    )


def _phrase_of(text: str) -> _Phrase:
    if text.startswith("=") and text.strip("= "):
        return _Phrase(text, (), _formula(text[1:]))
    return _Phrase(text, tuple(_terms(text)), None)


def _terms(text: str) -> Iterator[Term]:
    # Odd pieces are words with an asterisk; the others are read like an answer.
    for number, piece in enumerate(_PREFIX.split(text)):
        read = [Term(t.text, t.stem, t.kind) for t in _text.tokens(piece.rstrip("*"))]
        if number % 2 and read:
            read[-1] = Term(read[-1].text, read[-1].text, "prefix")
        yield from read


def _formula(text: str) -> re.Pattern[str]:
    pieces = [
        _NAME if c == "?" else re.escape(c) for c in re.findall(r"[a-z]+|\d+|[^\sa-z\d]", text)
    ]
    # Between a number and a name there may be a sign of multiplication: 2P, 2*P, 2 x P.
    between = [
        _FREE + (rf"(?:x\b|\*)?{_FREE}" if a[-1].isdigit() and b == _NAME else "")
        for a, b in pairwise(pieces)
    ]
    joined = "".join(p + gap for p, gap in zip(pieces, [*between, ""], strict=True))
    return re.compile(rf"(?<![a-z0-9]){joined}(?![a-z0-9])")


def _phrase(
    phrase: _Phrase, reading: Reading, tolerant: bool, known: frozenset[str], gap: int
) -> list[Hit]:
    if phrase.formula is not None:
        return _formula_hits(phrase, phrase.formula, reading)
    spans = []
    for term in phrase.terms:
        spans.append(_spans(term, reading, tolerant, known))
        if not spans[-1]:
            break
    hits = []
    for first, last, typo in spans[0] if spans and spans[-1] else ():
        reached: tuple[int, bool] | None = (last, typo)
        for following in spans[1:]:
            reached = reached and _next(following, *reached, reading, gap)
        if reached:
            unit = reading.unit_of[first]
            hits.append(Hit(phrase.text, first, reached[0], unit, reached[1]))
    if len(phrase.terms) > 1 and all(t.kind in ("word", "prefix") for t in phrase.terms):
        *head, tail = phrase.terms
        whole = "".join(t.text for t in head) + tail.stem
        for word in reading.starting_with(whole):
            for first, last in reading.places[word]:
                hits.append(Hit(phrase.text, first, last, reading.unit_of[first], False))
    return hits


def _next(
    spans: list[tuple[int, int, bool]], last: int, typo: bool, reading: Reading, gap: int
) -> tuple[int, bool] | None:
    at = bisect_left(spans, (last + 1, 0, False))
    if at == len(spans):
        return None
    first, end, slipped = spans[at]
    if reading.unit_of[first] != reading.unit_of[last] or first - last > _REACH:
        return None
    between = reading.tokens[last + 1 : first]
    if sum(token.text not in LIGHT for token in between) > gap:
        return None
    return end, typo or slipped


def _spans(
    term: Term, reading: Reading, tolerant: bool, known: frozenset[str]
) -> list[tuple[int, int, bool]]:
    if term.kind == "prefix":
        words = reading.starting_with(term.text)
        exact = [place for word in words for place in reading.places[word]]
    else:
        exact = reading.index.get(term.stem, [])
    spans = [(first, last, False) for first, last in exact]
    if tolerant and term.kind in ("word", "prefix") and len(term.text) >= 6:
        for word in _slips(term, reading, known):
            spans += [(first, last, True) for first, last in reading.places[word]]
    return sorted(spans)


def _slips(term: Term, reading: Reading, known: frozenset[str]) -> Iterator[str]:
    prefix = term.kind == "prefix"
    allowed = 2 if len(term.text) >= 9 and not prefix else 1
    for word in reading.starting_with(term.text[0]):
        if len(word) < 5 or word in _OTHER_WORDS or word[-1].isdigit():
            continue
        stem = _text.stem(word)
        if stem == term.stem or stem in known or (prefix and word.startswith(term.text)):
            continue
        size = len(term.text)
        beginnings = {word[: size + d] for d in (-1, 0, 1)} if prefix else {word, word.rstrip("s")}
        if any(OSA.distance(b, term.text, score_cutoff=allowed) <= allowed for b in beginnings):
            yield word


def _formula_hits(phrase: _Phrase, formula: re.Pattern[str], reading: Reading) -> list[Hit]:
    hits = []
    for number, part in enumerate(reading.answer.parts):
        text, places = _text.plain(part.text[:LONGEST])
        for match in islice(formula.finditer(text), _FORMULAS):
            start, end = places[match.start()], places[match.end() - 1] + 1
            inside = [
                i
                for i, token in enumerate(reading.tokens)
                if start <= token.start
                and token.end <= end
                and reading.units[reading.unit_of[i]].part == number
            ]
            if inside:
                unit = reading.unit_of[inside[0]]
                hits.append(Hit(phrase.text, inside[0], inside[-1], unit, False))
    return hits
