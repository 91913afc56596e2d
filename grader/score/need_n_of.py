"""Credit for naming enough of several options."""

from typing import Annotated

from pydantic import Field

from grader.records import Answer, Finding, Record
from grader.score import _gates, _judgement, _reading
from grader.score._keys import Key, Keys


class Option(Record):
    """One of the things that may be named."""

    text: str
    """For people."""
    keys: Keys
    """Any one of them counts."""


def score(
    answer: Answer,
    *,
    need: Annotated[int, Field(ge=1)],
    options: Annotated[tuple[Option, ...], Field(min_length=1)],
    wrong: tuple[Key, ...] = (),
) -> Finding:
    """Any `need` of the options earn full credit; fewer earn their share.

    Keys are described in `grader/score/_keys.py`. A negation right before the words found, or a
    wrong statement, costs nothing and asks for a person (confidence under 0.5).

    Args:
        answer: The prose that answers the question.
        need: Options for full credit.
        options: What may be named.
        wrong: Keys of misconceptions, as students put them.
    """
    if (unanswered := _gates.gate(answer)) is not None:
        return unanswered
    reading = _reading.read(answer)
    found = _judgement.locate([option.keys for option in options], reading, wrong)
    named = [hits for hits in found if hits]
    finding = _judgement.judge(reading, named, of=len(options), need=need, wrong=wrong)
    texts = [option.text for option, hits in zip(options, found, strict=True) if hits]
    return finding.model_copy(update={"evidence": {**finding.evidence, "named": texts}})
