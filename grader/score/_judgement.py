"""Turn the places where keys stand into a finding."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from grader.records import Finding
from grader.score import _keys, _negation
from grader.score._keys import Hit
from grader.score._reading import Reading

QUOTES = 3
"""Units shown at most; more prove nothing further."""

WRONG_GAP = 1
"""Words between those of a wrong statement: closer, since "A and not B" must not read as "A B"."""

# Chosen: their order matters, and that only doubt lies under 0.5.
FULL, NONE, HALF, TYPO, DOUBT = 0.9, 0.8, 0.65, 0.7, 0.4


def locate(
    alternatives: Sequence[tuple[str, ...]], reading: Reading, wrong: Sequence[str] = ()
) -> list[list[Hit]]:
    """Where each group of alternatives stands; slips of the pen are read only if nothing else."""
    known = frozenset(
        s for keys in (*alternatives, wrong) for key in keys for s in _keys.stems(key)
    )
    found = []
    for keys in alternatives:
        hits = _hits(keys, reading, tolerant=False, known=known)
        found.append(hits or _hits(keys, reading, tolerant=True, known=known))
    return found


def judge(
    reading: Reading, counted: Sequence[Sequence[Hit]], *, of: int, need: int, wrong: Sequence[str]
) -> Finding:
    """The finding for `counted`, the hits of each group or option that was met.

    Args:
        reading: The answer.
        counted: One list of hits for everything that was met.
        of: Number of groups or options.
        need: How many make full credit.
        wrong: Keys of statements that are wrong.
    """
    credit = min(1.0, len(counted) / need)
    evidence: dict[str, Any] = {"met": len(counted), "of": of, "need": need}
    evidence["words"] = [_words(reading, group[0]) for group in counted]
    confidence = NONE if not counted else FULL if credit == 1 else HALF
    if any(all(hit.typo for hit in group) for group in counted):
        confidence = min(confidence, TYPO)
    message = _message(credit, len(counted), need)
    shown = _units(counted)
    if negated := _negation.negated(counted, reading):
        confidence = DOUBT
        evidence["negated"] = [_words(reading, hit) for hit in negated]
        first = evidence["negated"][0]
        message = f"A negation stands right before “{first}”, so a person reads this again."
        shown = [*dict.fromkeys([negated[0].unit, *shown])][:QUOTES]
    mistaken = [
        hit
        for key in wrong
        for hit in _keys.find(key, reading, tolerant=False, known=frozenset(), gap=WRONG_GAP)
    ]
    if mistaken:
        confidence = DOUBT
        evidence["wrong"] = [_words(reading, hit) for hit in mistaken]
        message = f"“{evidence['wrong'][0]}” may be a mistake, so a person reads this again."
        shown = [*dict.fromkeys([mistaken[0].unit, *shown])][:QUOTES]
    return Finding(
        credit=credit,
        confidence=confidence,
        message=message,
        quotes=tuple(reading.quote(unit) for unit in sorted(shown)),
        evidence=evidence,
    )


def _hits(
    keys: Sequence[str], reading: Reading, *, tolerant: bool, known: frozenset[str]
) -> list[Hit]:
    return [hit for key in keys for hit in _keys.find(key, reading, tolerant=tolerant, known=known)]


def _units(counted: Sequence[Sequence[Hit]]) -> list[int]:
    """Few units that show all that was met: each time the one that shows the most of the rest.

    Of two that show as much, the one with more of the words: a heading names a thing, the
    sentence below says something of it.
    """
    rest = [Counter(hit.unit for hit in group) for group in counted]
    shown: list[int] = []
    while rest and len(shown) < QUOTES:
        units = sorted({unit for group in rest for unit in group})
        best = max(units, key=lambda u: (sum(u in g for g in rest), sum(g[u] for g in rest)))
        shown.append(best)
        rest = [group for group in rest if best not in group]
    return shown


def _words(reading: Reading, hit: Hit) -> str:
    source = reading.source(hit.unit)
    return source[reading.tokens[hit.first].start : reading.tokens[hit.last].end]


def _message(credit: float, met: int, need: int) -> str:
    if credit == 1:
        return "The answer covers this."
    if met:
        return f"The answer covers {met} of {need} parts of this; say more about the rest."
    return "Nothing was found in the answer that speaks to this."
