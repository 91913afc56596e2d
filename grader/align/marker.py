"""Read the label at the front of a line, such as `Q3.`, `**Ans 4:**` or `## Question 2`."""

import re
from dataclasses import dataclass
from typing import Literal

MARKUP = r"(?:[\s>#*_~`+•\-–—\[\"'“”]|</?[A-Za-z][^<>\n]*>)*"
_LABEL = (
    r"(?:(?P<strong>(?:answers?|ans|solution|sol)\s*(?:to|for|of)?\s*(?:the\s+)?(?:questions?|ques|q)"
    r"|questions?|ques|qstn|qn|answers?|ans|(?:q|a)(?=\s*[.\-]?\s*\d))"
    r"|(?P<weak>tasks?|problem|exercise|solution|sol))"
)
_NUMBERED = re.compile(
    rf"{MARKUP}{_LABEL}\s*(?:(?:number|num|no|nr)\b)?\s*[.#:\-–]?\s*[(\[]?"
    r"(?P<number>\d{1,2})(?!\d)(?:\.(?P<part>\d{1,2})(?!\d))?",
    re.IGNORECASE,
)
_UNNUMBERED = re.compile(
    rf"{MARKUP}(?:questions?|ques|q|answers?|ans|solution|sol)[*_`\s]*[.:)\-–]+", re.IGNORECASE
)
_BARE = re.compile(rf"{MARKUP}[(\[]?(?P<number>\d{{1,2}})(?![\d])(?:\s*[.):\]\-–]+(?!\d)|\s)")
_CLOSE = re.compile(r"[\s*_`]*[.):\]\-–—]+[*_`]*")
_HEADING = re.compile(r"\s*>?\s*(?:#|\*\*|__|<(?:h\d|b|strong|u)\b)", re.IGNORECASE)
_TAIL = re.compile(
    r"(?:[ \t]*(?:[(\[]?\d+\s*(?:marks?|points?|pts)\b|[*_`~.:;?!)\]\"'”#]|</\w+>))*[ \t]*",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\d+(?:\.\d+)?\s*(?:marks?|points?|pts)", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?:(?:write|type|enter|put)\s+)?your\s+answer\s+(?:goes\s+)?here", re.IGNORECASE
)
# "a)" is a list item.
_ANSWER_LABEL = re.compile(
    rf"{MARKUP}(?:(?:answer|ans|solution|sol)[*_`\s]*[.:)\-–]+|a[*_`]*:)[*_`]*\s*", re.IGNORECASE
)
_LONGEST_LABEL = 200
_STRAY_MARKUP = re.compile(rf"{MARKUP}$")


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands before the first words of a line."""

    end: int
    """One past the label, in the line."""
    number: int | None
    """The number it gives, if any."""
    part: int | None
    """The second number of `Q2.3`."""
    strength: Literal["strong", "weak", "bare", "none"]
    """`strong` has the word question or answer, `weak` a word that answers use too."""
    closed: bool
    """True when a stop, bracket or colon ends it, or the line does."""
    heading: bool
    """True on a heading, in bold and in a comment."""
    alone: bool
    """True when nothing follows on the line."""


def read(line: str) -> Marker:
    """The label at the front of `line`; `strength` is `none` when there is none."""
    # A label is short, and a line of a million blanks must cost nothing.
    longer = bool(line[_LONGEST_LABEL:].strip())
    line = line[:_LONGEST_LABEL] if longer else line.rstrip()[:_LONGEST_LABEL]
    heading = _HEADING.match(line) is not None
    if m := _NUMBERED.match(line):
        close = _CLOSE.match(line, m.end())
        end = close.end() if close else m.end()
        alone = not longer and _STRAY_MARKUP.match(line, end) is not None
        end = len(line) if alone else end
        follows = line[m.end() : m.end() + 1]
        # "Q1st" and "A2b" are words; "A 3" is an article and a number.
        word = (m["strong"] or m["weak"]).lower()
        glued = follows.isalnum()
        article = word == "a" and not (line[m.start("number") - 1] in "aA" and (close or alone))
        if not glued and not article:
            return Marker(
                end=end,
                number=int(m["number"]),
                part=int(m["part"]) if m["part"] else None,
                strength="strong" if m["strong"] else "weak",
                closed=close is not None or alone,
                heading=heading,
                alone=alone,
            )
    if m := _UNNUMBERED.match(line):
        return Marker(m.end(), None, None, "none", True, heading, not line[m.end() :].strip())
    if m := _BARE.match(line + " "):
        end = min(m.end(), len(line))
        alone = not longer and _STRAY_MARKUP.match(line, end) is not None
        return Marker(end, int(m["number"]), None, "bare", True, heading, alone)
    return Marker(0, None, None, "none", False, heading, not line.strip())


def after(source: str, end: int) -> int:
    """Past the stops, closing marks and "(5 marks)" that follow a question on its line."""
    tail = _TAIL.match(source, end, end + _LONGEST_LABEL)
    return tail.end() if tail else end


def printed(text: str) -> int:
    """Length of what a handout prints below a question: points, `Answer:`, `your answer here`."""
    end = 0
    for line in text.splitlines(keepends=True):
        bare = line[:_LONGEST_LABEL].strip(" \t\r\n*_>#()[].")
        # Quotes may close a string that held the question.
        if bare not in ("", '"""', "'''") and not (
            _POINTS.fullmatch(bare) or _PLACEHOLDER.fullmatch(bare)
        ):
            break
        end += len(line)
    label = _ANSWER_LABEL.match(text, end, end + _LONGEST_LABEL)
    return label.end() if label else end
