"""Find the hits that a negation right before them turns round."""

import re
from collections.abc import Sequence

from grader.score import _text
from grader.score._keys import Hit
from grader.score._reading import Reading

REACH = 4
"""Words before a hit in which a negation counts."""

SHARE = 0.25
"""Of the hits, from which a person is asked. With the rule in `negated`, asked of each criterion,
all 5 negated probe answers to CNN questions were found; of real answers 2.2% (digiklausur, 686)
and 3.0% (saf, 825) were sent to a person. The probes were known when the rule was made."""

_BREAK = re.compile(r"[,;:.()]|\b(?:so|but|instead|therefore|hence)\b", re.I)
"""Where a negation ends early."""

_NEGATIONS = _text.word_set("no not never none neither nor without lack lacks lacking")
_UNLESS_FOLLOWED_BY = _text.word_set("only just merely simply longer")


def negated(groups: Sequence[Sequence[Hit]], reading: Reading) -> list[Hit]:
    """The hits with a negation shortly before them, if they cast doubt on the whole.

    They do when they are a quarter of the hits and leave some group without a sentence of its
    own that is not negated: "LeNet-5 has no dropout" takes nothing from "AlexNet has dropout".

    A hit inside a longer one ("padding" in "no padding") is left to the longer one, and a
    negation that belongs to a hit ("no padding") counts for none.

    Args:
        groups: The hits of each group or option that was met.
        reading: The answer.
    """
    hits = [hit for group in groups for hit in group]
    own = {i for hit in hits for i in range(hit.first, hit.last + 1)}
    places = longest(hits)
    found = [hit for hit in places if _turned(hit, reading, own)]
    if len(found) < SHARE * len(places):
        return []
    turned = {unit for hit in found for unit in reading.units[hit.unit].context}
    doubtful = any({hit.unit for hit in group} <= turned for group in groups)
    return found if doubtful else []


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that do not lie inside another one, each place once, in order."""
    spans: dict[tuple[int, int], Hit] = {}
    for hit in hits:
        spans.setdefault((hit.first, hit.last), hit)
    found: list[Hit] = []
    reach = -1
    for hit in sorted(spans.values(), key=lambda h: (h.first, -h.last)):
        if hit.last > reach:
            found.append(hit)
            reach = hit.last
    return found


def _turned(hit: Hit, reading: Reading, own: set[int]) -> bool:
    source = reading.source(hit.unit)
    start = reading.tokens[hit.first].start
    return any(
        i not in own
        and reading.unit_of[i] == hit.unit
        and _negation(reading, i)
        and not _BREAK.search(source, reading.tokens[i].end, start)
        for i in range(max(0, hit.first - REACH), hit.first)
    )


def _negation(reading: Reading, i: int) -> bool:
    if reading.tokens[i].text not in _NEGATIONS:
        return False
    after = reading.tokens[i + 1].text if i + 1 < len(reading.tokens) else ""
    return after not in _UNLESS_FOLLOWED_BY
