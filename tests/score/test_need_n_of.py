"""Need n of: any few of several options."""

import pytest

from grader import registry
from grader.score.need_n_of import Option, score
from tests.score.answers import answer, assert_quotes_are_exact

OPTIONS = (
    Option(text="ReLU", keys=("relu", "rectified linear")),
    Option(text="Dropout", keys=("dropout",)),
    Option(text="Augmentation", keys=("augment*", "random crop*")),
)


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("It was trained on many pictures.", 0),
        ("It was trained with ReLU and rectified linear units.", 0.5),
        ("It has ReLU, and dropout too, for training.", 1),
        ("It has ReLU, dropout and random crops of pictures.", 1),
    ],
)
def test_credit_is_the_share_of_what_is_needed(text, credit):
    given = answer(text)
    finding = score(given, need=2, options=OPTIONS)
    assert finding.credit == credit
    assert_quotes_are_exact(finding, given)


def test_the_evidence_says_what_was_named():
    finding = score(answer("It has dropout and random crops inside."), need=3, options=OPTIONS)
    assert finding.evidence["named"] == ["Dropout", "Augmentation"]
    assert "2 of 3" in finding.message


def test_a_negation_and_a_wrong_statement_ask_for_a_person():
    negated = score(answer("It does not have dropout, they say."), need=1, options=OPTIONS)
    wrong = score(
        answer("ReLU is always slow and bad."), need=1, options=OPTIONS, wrong=("always slow",)
    )
    assert negated.confidence < 0.5
    assert wrong.confidence < 0.5
    assert wrong.evidence["wrong"] == ["always slow"]


def test_options_come_as_written_in_yaml():
    plugin = registry.find("score", "need_n_of")
    given = {"need": 1, "options": [{"text": "Dropout", "keys": ["dropout"]}]}
    assert plugin(answer("They put dropout into it."), given).credit == 1
