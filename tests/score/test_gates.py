"""What is no answer earns nothing, and the finding says why."""

import pytest

from grader.score import key_groups, need_n_of
from tests.score.answers import answer

PROMPT = "Explain the difference between min pooling and max pooling."
KEYS = (("pooling",),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\n ", "empty"),
        ("---", "empty"),
        ("...", "empty"),
        ("idk", "no submission"),
        ("I don't know.", "no submission"),
        ("N/A", "no submission"),
        ("TODO", "no submission"),
        ("**Your answer here**", "no submission"),
        ("# Ans 2.\n\nNo answer", "no submission"),
        ("Ans 2.", "empty"),
        (PROMPT, "question only"),
        (f"## Q2. {PROMPT}", "question only"),
        (f"{PROMPT}\n\n{PROMPT}", "question only"),
        ("What is the difference between max pooling and min pooling?", "question only"),
        ("The pooling difference", "question only"),
    ],
)
def test_no_answer_is_unanswered(text, reason):
    finding = key_groups.score(answer(text, prompt=PROMPT), keys=KEYS)
    assert finding.outcome == "unanswered"
    assert finding.credit == 0
    assert finding.evidence["gate"] == reason
    assert finding.message


@pytest.mark.parametrize(
    "text",
    [
        "max takes max and min takes min",
        "Max pooling keeps big numbers.",
        "Nothing is lost with max pooling, the strongest value stays.",
        "The difference between min pooling and max pooling: smallest or largest value.",
    ],
)
def test_a_short_answer_is_an_answer(text):
    assert key_groups.score(answer(text, prompt=PROMPT), keys=KEYS).outcome is None


def test_an_answer_without_parts_is_empty():
    options = (need_n_of.Option(text="a", keys=("a",)),)
    assert need_n_of.score(answer(), need=1, options=options).outcome == "unanswered"
