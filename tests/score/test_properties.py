"""Whatever a student writes, scoring ends well and quotes are exact."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from grader.score import _keys, key_groups, need_n_of
from tests.score.answers import answer, assert_quotes_are_exact

LETTERS = str.maketrans("0123456789", "ghijklmnop")
PIECES = (
    "max pooling",
    "Max-Pool2D",
    "the **largest** value",
    "28 × 28",
    "does not",
    "60K weigths",
    "n - f + 2p",
    "| a | b |\n|---|---|\n| c | max |",
    "\n# ",
    "\n- ",
    "\n   1) ",
    "\n\n",
    ". ",
    "whereas",
    "$\\frac{N+2P-F}{S}$",
    "```",
    "&times;",
    "<br>",
    "İß½ﬁ🙂\u0301",
    "\t",
    ":",
    "**",
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=25).map(" ".join)
KEYS = (("max pool*",), ("largest value", "=?-?+2?"), ("28x28", "60 thousand weights & largest"))
OPTIONS = (need_n_of.Option(text="a", keys=("largest",)), need_n_of.Option(text="b", keys=("max",)))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, max_size=3), start=st.integers(0, 50), prompt=TEXTS)
def test_quotes_are_the_source_and_nothing_raises(texts, start, prompt):
    handed_in = answer(*texts, prompt=prompt, start=start)
    for finding in (
        key_groups.score(handed_in, keys=KEYS, wrong=("max pool* smallest",)),
        key_groups.score(handed_in, keys=KEYS, within="sentence"),
        need_n_of.score(handed_in, need=2, options=OPTIONS),
    ):
        assert_quotes_are_exact(finding, handed_in)
        assert 0 <= finding.credit <= 1


@settings(max_examples=50, deadline=None)
@given(text=TEXTS, key=st.text(max_size=15))
def test_any_key_can_be_tried(text, key):
    first = key_groups.score(answer(text), keys=((key,),))
    assert first == key_groups.score(answer(text), keys=((key,),))


FLOODS = {
    "words": "a " * 20_000,
    "different words": " ".join(f"m{i:x}".translate(LETTERS) for i in range(5_000)),
    "blanks": "max" + " " * 50_000 + "pooling",
    "points": "." * 50_000,
    "questions": "?" * 50_000,
    "dashes": "-" * 50_000 + "x",
    "pipes": "|-" * 20_000 + "x",
    "cells": "| max pool " * 5_000,
    "links": "](" * 25_000,
    "tags": "<a" * 25_000,
    "underscores": "n" + "_" * 50_000,
    "brackets": "n" + "{" * 50_000 + "- f + 2p",
    "formulas": "n - f + 2 p " * 4_000,
    "digits": "9" * 50_000,
    "sizes": "9x" * 25_000,
    "hits": "max pool largest " * 3_000,
    "one word": "m" * 50_000,
    "lists": "\n".join(" " * i + "- max" for i in range(300)),
    "headings": "# max\n\n" * 5_000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_no_flood_takes_long(flood):
    began = time.process_time()
    text = f"{flood}\n\nSome words follow here: max pooling."
    key_groups.score(answer(text), keys=KEYS, wrong=("max pool* smallest",))
    # Far above what is needed, far below what anything but linear work would take.
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "key", ["", " ", "=", "= ", "*", "&", "|", "a &", "=)(", "=???", "=[", "**"]
)
def test_odd_keys_do_not_stop_the_scoring(key):
    assert key_groups.score(answer("Some words of an answer, n - f."), keys=((key,),)).credit <= 1


@pytest.mark.parametrize("key", ["", "=", "*", "&", "max |"])
def test_a_key_without_a_word_is_a_fault(key):
    with pytest.raises(ValidationError):
        TypeAdapter(_keys.Key).validate_python(key)


def test_numbers_without_end_are_read():
    assert key_groups.score(answer("9" * 500 + " and 60 words follow"), keys=(("60",),)).credit == 1


def test_what_lies_beyond_the_longest_answer_is_not_read():
    finding = key_groups.score(
        answer("some idle words " * 10_000 + "dropout"), keys=(("dropout",),)
    )
    assert finding.credit == 0
