"""Words, numbers and sizes of a text, each with its place in the source."""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")

_MARKS = re.compile(
    r"(?P<link>\]\([^)\s]{0,500}\))"
    r"|(?P<tag></?[a-zA-Z][^<>\n]{0,500}>)"
    r"|(?P<entity>&[a-zA-Z]+;|&\#\d+;)"
    r"|(?P<times>\\times(?![a-zA-Z])|\\cdot(?![a-zA-Z])|(?<=\d)[ \t]*\\?\*[ \t]*(?=\d))"
    r"|(?P<drop>\\?\*+|`+|~~|\\(?:[a-zA-Z]+|[^a-zA-Z\s]))"
    r"|(?P<other>[^\x00-\x7f])"
)
_PLAIN = {"×": "x", "✕": "x", "⨯": "x", "⋅": "x", "·": " ", "–": "-", "—": " - ", "−": "-"}
_PLAIN |= {"‐": "-", "‑": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "→": " ", "•": " "}

_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d+\.\d+|\.\d+|\d+"
_TOKEN = re.compile(
    r"(?P<size>\d+(?:(?:[ \t]*x[ \t]*|[ \t]+by[ \t]+|-by-)\d+)+(?![\d.]*\d))"
    r"|(?P<tuple>\([ \t]*\d+(?:[ \t]*,[ \t]*\d+)+[ \t]*,?[ \t]*\))"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th|d)(?![a-z0-9]))"
    rf"|(?P<number>{_NUMBER})(?P<unit>[km](?![a-z0-9])|[ \t-]*(?:thousand|million|billion)\b)?"
    r"|(?P<word>[a-z]+-\d+(?!\d|[ \t]*x[ \t]*\d|\.\d)|[a-z]+(?:'[a-z]+)?(?:\d+[a-z]*)?)"
)
_LONGEST = 40
"""Characters; what is longer is no word or number that a key could mean."""

_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "billion": 1e9}
# "zero" and "one" stay words: "zero padding", "the first one".
_NUMBER_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_NUMBER_WORDS |= {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "sixteen": 16}
_SPELLING = (
    (re.compile(r"is(e|es|ed|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"ys(e|es|ed|ing)$"), r"yz\1"),
    (re.compile(r"^(.{3,})our(s|ed|ing|hood)?$"), r"\1or\2"),
    (re.compile(r"ll(ed|ing)$"), r"l\1"),
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"tre(s?)$"), r"ter\1"),
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or size."""

    kind: Literal["word", "number", "size"]
    """A size is several numbers such as 28x28."""
    text: str
    """Lower case, without marks; the American spelling of a word."""
    stem: str
    """What keys are compared with: a stem, `#60000` for a number, `28x28` for a size."""
    start: int
    """First character in the source."""
    end: int
    """One past the last character."""


@lru_cache(maxsize=64)
def plain(source: str) -> tuple[str, tuple[int, ...]]:
    """`source` in lower-case plain characters without marks, and each one's place in it.

    Markdown and HTML marks go, LaTeX commands go, signs of multiplication become `x`. Line
    breaks stay where they are.
    """
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for mark in _MARKS.finditer(source):
        start, end = mark.span()
        pieces.append(source[done:start].lower())
        places.extend(range(done, start))
        done = end
        instead = _instead(mark)
        pieces.append(instead)
        places.extend([start] * len(instead))
    pieces.append(source[done:].lower())
    places.extend(range(done, len(source)))
    return "".join(pieces), tuple(places)


@lru_cache(maxsize=256)
def tokens(source: str) -> tuple[Token, ...]:
    """All tokens of `source` in order; hyphens part words, except before a number (LeNet-5)."""
    text, places = plain(source)
    found = []
    for match in _TOKEN.finditer(text):
        kind, word, stemmed = _read(match)
        start, end = match.span()
        found.append(Token(kind, word, stemmed, places[start], places[end - 1] + 1))
    return tuple(found)


def word_set(text: str) -> frozenset[str]:
    """The words of `text`, for lists of words in code."""
    return frozenset(text.split())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case word, one for British and American spelling."""
    return str(_STEMMER.stemWord(word))


def runs(size: str) -> list[str]:
    """Every size that `size` contains: 28x28x6 holds 28x28, 28x6 and itself."""
    sides = size.split("x")
    count = len(sides)
    return [
        "x".join(sides[i:j]) for i in range(count) for j in range(i + 2, count + 1) if j <= count
    ]


def _instead(mark: re.Match[str]) -> str:
    if mark["times"]:
        return "x"
    if mark["tag"]:
        return " "
    if mark["entity"]:
        return "".join(_character(c) for c in html.unescape(mark[0]))
    return _character(mark[0]) if mark["other"] else ""


def _character(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in _PLAIN:
        return _PLAIN[character]
    taken_apart = unicodedata.normalize("NFKD", character)
    return "".join(c for c in taken_apart if not unicodedata.combining(c)).lower()


def _read(match: re.Match[str]) -> tuple[Literal["word", "number", "size"], str, str]:
    text = match[0]
    if len(text) > _LONGEST:
        return "word", text, text
    if match["size"]:
        size = "x".join(str(int(n)) for n in re.findall(r"\d+", text))
        return "size", size, size
    if match["tuple"]:
        return _tuple(text)
    if match["number"]:
        scale = _SCALE[match["unit"].strip(" \t-")] if match["unit"] else 1
        return _number(float(match["number"].replace(",", "")) * scale)
    if match["ordinal"]:
        return "word", text, text
    if text in _NUMBER_WORDS:
        return _number(_NUMBER_WORDS[text])
    return "word", *_word(text)


@lru_cache(maxsize=50_000)
def _word(text: str) -> tuple[str, str]:
    if text.endswith("n't") or text == "cannot":
        return "not", "not"
    word = text.replace("-", "").removesuffix("'s")
    for pattern, american in _SPELLING if len(word) > 3 else ():
        word = pattern.sub(american, word)
    return word, word if word[-1].isdigit() else stem(word)


def _tuple(text: str) -> tuple[Literal["number", "size"], str, str]:
    sides = [int(n) for n in re.findall(r"\d+", text)]
    # (227,227) is a size, (61,706) a number.
    grouped = re.fullmatch(r"\(\d{1,3}(?:,\d{3})+\)", text)
    if grouped and all(a != b for a, b in pairwise(sides)):
        return _number(float(text.strip("()").replace(",", "")))
    size = "x".join(str(n) for n in sides)
    return "size", size, size


def _number(value: float) -> tuple[Literal["number"], str, str]:
    text = f"{value:.0f}" if value == int(value) else f"{value:g}"
    return "number", text, f"#{text}"
