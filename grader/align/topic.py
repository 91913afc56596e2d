"""Match what nobody claims to questions without an answer, by their content words."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from grader.align.text import plain
from grader.course import Assignment
from grader.records import Span

# Words of a task, not of its subject.
_TASK = frozenset(
    plain(
        """a an and answer any are as at based be brief briefly by can choice compare
        context contrast could deep define demonstrate describe detail discuss do does each effect
        etc evaluate example explain field for framework from give given have how implement in
        insight introduce is it its learning like main mention name of on or outline own
        present provide question respective respectively show state such
        task term that the their them these they this to use using various was were what when where
        which why will with write you your"""
    )
)
# All chosen on the forms in tests/align; whatever is found here goes to a person.
_OPENING_CHARACTERS = 240
_ENOUGH = 0.4
_CLEARLY = 0.2
_ANSWER_WORDS = 12
_LEAST, _MOST = 0.3, 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text or code that may answer a question."""

    span: Span
    """Where it stands."""
    text: str
    """As written."""
    code: bool
    """True for code that is run."""


class Topics:
    """What each question of an assignment is about."""

    def __init__(self, assignment: Assignment) -> None:
        self._order = [q.id for q in assignment.questions]
        self._of = {q.id: stems(f"{q.prompt} {q.title}") for q in assignment.questions}
        spread = Counter(stem for own in self._of.values() for stem in own)
        # A word that every question has says little; one that a single question has, most.
        self._weight = {stem: math.log(1 + len(self._of) / n) for stem, n in spread.items()}
        self._built = {q.id for q in assignment.questions if q.kind != "written"}

    def share(self, question: str, text: str, *, code: bool = False) -> float:
        """How much of what the question is about the text speaks of, from 0 to 1.

        The opening counts more: that is where people say what they are going to answer.
        """
        own = self._of[question]
        total = sum(self._weight[s] for s in own)
        if not total:
            return 0.0
        said, first = own & stems(text), own & stems(text[:_OPENING_CHARACTERS])
        if len(said) < min(2, len(own)):
            return 0.0  # One word in common happens by chance.
        value = sum(0.6 * self._weight[s] for s in first) + sum(0.4 * self._weight[s] for s in said)
        value /= total
        # Code answers a question that asks for it, and text one that does not.
        return value if code == (question in self._built) else 0.8 * value

    def claim(
        self, blocks: Sequence[Block], open_questions: Iterable[str]
    ) -> dict[str, list[Span]]:
        """Give blocks that nobody claims, one after the other, to questions without an answer.

        What says too little for itself goes with the block before it.
        """
        candidates = [q for q in self._order if q in set(open_questions)]
        taken: dict[str, list[Span]] = {}
        owner: str | None = None
        heading: list[Block] = []
        for block in blocks if candidates else ():
            if not block.code and len(plain(block.text)) < _ANSWER_WORDS:
                heading.append(block)
                continue
            text = "\n".join(b.text for b in (*heading, block))
            share, best = max(
                ((self.share(q, text, code=block.code), q) for q in candidates),
                key=lambda pair: pair[0],
            )
            if share >= _ENOUGH:
                owner = best
            if owner:
                taken.setdefault(owner, []).extend(b.span for b in (*heading, block))
            heading = []
        return taken

    def part(
        self, question: str, blocks: Sequence[Block], open_questions: Iterable[str]
    ) -> dict[str, list[Span]]:
        """Split an answer that runs on into the one to a question before or after it.

        Returns:
            What goes to each question; `question` keeps something, or nothing moves.
        """
        at = self._order.index(question)
        near = set(self._order[max(0, at - 1) : at + 2]) & set(open_questions)
        parts: dict[str, list[Span]] = {}
        owner = question
        for block in blocks if near else ():
            shares = {q: self.share(q, block.text, code=block.code) for q in (*near, question)}
            best = max(near, key=lambda q: shares[q])
            if shares[best] >= max(_ENOUGH, shares[question] + _CLEARLY):
                owner = best
            elif shares[question] >= shares[owner] + _CLEARLY:
                owner = question
            parts.setdefault(owner, []).append(block.span)
        return parts if question in parts else {}

    def confidence(self, question: str, text: str) -> float:
        """Always so low that a person is asked."""
        return round(_LEAST + (_MOST - _LEAST) * min(1.0, self.share(question, text)), 3)


def stems(text: str) -> frozenset[str]:
    """Stems of the content words of a text."""
    return frozenset(_stem(w) for w in set(plain(text)) - _TASK if len(w) > 2)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    # Imported here, since most notebooks state their questions and never ask for it.
    import snowballstemmer

    return snowballstemmer.stemmer("english")
