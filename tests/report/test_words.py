"""Every value of the format has a word."""

from typing import get_args

from grader.records import Difference, Outcome, Status
from grader.report import words
from grader.result import ClaimInfo, Flag, ModelInfo, QuestionResult


def values(record, field):
    return set(get_args(record.model_fields[field].annotation))


def test_no_value_is_without_a_word():
    assert set(get_args(Outcome)) == set(words.OUTCOMES) == set(words.CRITERIA)
    assert set(get_args(Status)) == set(words.STATUSES)
    assert values(Difference, "severity") == set(words.DIFFERENCES)
    assert values(Flag, "severity") == set(words.FLAGS)
    assert values(ClaimInfo, "verdict") == set(words.VERDICTS)
    assert values(QuestionResult, "kind") == set(words.KINDS)
    conforms = {v for part in values(ModelInfo, "conforms") for v in get_args(part)}
    assert conforms | {None} == set(words.CONFORMS)
