"""Tell an answer from none: nothing written, no submission, or only the question."""

import re
from collections import Counter
from functools import lru_cache

from grader.records import Answer, Finding
from grader.score import _text
from grader.score._reading import LIGHT

_NO_ANSWER = re.compile(
    r"\W*(?:idk|dk|n\W?a|none|nil|null|nothing|to ?do|tbd|pass|skip(?:ped)?|blank|empty|x+|\?+"
    r"|(?:sorry\W+)?(?:i )?(?:(?:do not|don'?t|dont) (?:know|understand)(?: th(?:is|e answer))?"
    r"|have no idea)|no (?:idea|answer|submission|response|clue)"
    r"|not (?:attempted|answered|submitted|done|applicable|sure)|(?:to be|will be) done(?: later)?"
    r"|(?:(?:type|write|enter|put) )?(?:your|the) (?:answer|code|text) (?:goes )?here"
    r"|(?:double[- ])?click (?:here )?to edit)\W*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\A\W*(?:question|answer|ans|que|q|a|sol|solution)\W{0,3}\d+\b", re.IGNORECASE)
_SHORT = 120
"""Characters; a longer text says more than that there is no answer."""

_LEAST = 3
"""Words of weight that an answer needs beyond the prompt's."""


@lru_cache(maxsize=64)
def gate(answer: Answer) -> Finding | None:
    """The finding for a text that is no answer; None for one that a scorer should read."""
    text = _LABEL.sub("", _text.plain(answer.text)[0], count=1)
    if not re.search(r"\w", text):
        return _unanswered("There is no answer here.", 1.0, "empty")
    if len(text) < _SHORT and _NO_ANSWER.fullmatch(text):
        return _unanswered("The text says that there is no answer.", 0.95, "no submission")
    prompt = [t.stem for t in _text.tokens(answer.prompt)]
    rest = Counter(_without([t.stem for t in _text.tokens(text)], prompt))
    rest.subtract(prompt)
    left = sum(n for stem, n in rest.items() if n > 0 and stem not in _LIGHT_STEMS)
    if left < _LEAST:
        return _unanswered(
            "Apart from the question's own words there is no answer here.", 0.85, "question only"
        )
    return None


_LIGHT_STEMS = frozenset(_text.stem(word) for word in LIGHT)


def _without(words: list[str], prompt: list[str]) -> list[str]:
    """`words` less every whole copy of `prompt`."""
    found: list[str] = []
    i = 0
    while i < len(words):
        if prompt and words[i : i + len(prompt)] == prompt:
            i += len(prompt)
        else:
            found.append(words[i])
            i += 1
    return found


def _unanswered(message: str, confidence: float, reason: str) -> Finding:
    return Finding(
        credit=0,
        confidence=confidence,
        outcome="unanswered",
        message=message,
        evidence={"gate": reason},
    )
