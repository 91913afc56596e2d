"""Credit for the share of key groups that an answer meets."""

from typing import Annotated, Literal

from pydantic import Field

from grader.records import Answer, Finding
from grader.score import _gates, _judgement, _reading
from grader.score._keys import Hit, Key, Keys
from grader.score._reading import Reading


def score(
    answer: Answer,
    *,
    keys: Annotated[tuple[Keys, ...], Field(min_length=1)],
    within: Literal["answer", "sentence"] = "answer",
    wrong: tuple[Key, ...] = (),
) -> Finding:
    """Every group is needed, any key of a group will do; the credit is the share of groups met.

    Keys are described in `grader/score/_keys.py`. A negation right before the words found, or a
    wrong statement, costs nothing and asks for a person (confidence under 0.5).

    Args:
        answer: The prose that answers the question.
        keys: Groups of alternatives.
        within: Where the groups must meet. `answer`, the default, suits students who spread a
            point over a list; `sentence` is for words that prove something only together. A
            sentence is read with the headings and list items above it, a table cell with its row.
        wrong: Keys of misconceptions, as students put them.
    """
    if (unanswered := _gates.gate(answer)) is not None:
        return unanswered
    reading = _reading.read(answer)
    groups = _judgement.locate(keys, reading, wrong)
    if within == "sentence":
        groups = _together(groups, reading)
    met = [hits for hits in groups if hits]
    return _judgement.judge(reading, met, of=len(keys), need=len(keys), wrong=wrong)


def _together(groups: list[list[Hit]], reading: Reading) -> list[list[Hit]]:
    """The hits that lie in the sentence, with its context, in which most groups meet."""
    best: list[list[Hit]] = [[] for _ in groups]
    for unit in sorted({hit.unit for hits in groups for hit in hits}):
        context = reading.units[unit].context
        here = [[hit for hit in hits if hit.unit in context] for hits in groups]
        if sum(map(bool, here)) > sum(map(bool, best)):
            best = here
    return best
