"""Key groups: what counts as met, what is quoted, and when a person is asked."""

import pytest

from grader.score.key_groups import score
from tests.score.answers import answer, assert_quotes_are_exact


def credit(text: str, *keys: str, **options) -> float:
    # The filler keeps short texts from being gated as no answer.
    return score(answer(text + "\n\nSome idle words follow here."), keys=(keys,), **options).credit


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("It pools the maps.", "pooling"),
        ("**Max**-Pooling", "max pooling"),
        ("uses MaxPooling2D layers", "max pool*"),
        ("maxpool", "max pooling"),
        ("reduces the spatial size of maps", "reduce size"),
        ("down-sampling", "downsampling"),
        ("downsampling", "down sampling"),
        ("Normalisation of colours", "normalization colors"),
        ("it doesn't shrink", "not shrink"),
        ("normalisieren", "normali*"),
        ("28 × 28 pixels", "28x28"),
        ("28*28", "28x28"),
        ("28 by 28", "28x28"),
        ("maps of 28x28x6", "28x28"),
        (r"$28 \times 28$", "28x28"),
        ("kernel_size=(5, 5)", "5x5"),
        ("1,000 classes", "1000"),
        ("60K parameters", "60 thousand"),
        ("60 million weights", "60,000,000"),
        ("five convolutional layers", "5 conv*"),
        ("LeNet-5", "lenet-5"),
        ("an error of 15.3%", "15.3"),
        ("the <b>largest</b> value", "largest value"),
        ("the larg&eacute;st value", "largest value"),
        ("wide, and it halves the maps", "wide & halve"),
        ("nothing but half of it", "quarter|half"),
        (r"\[ O = \frac{{N + 2P - F}}{{S}} + 1 \]", "=?+2?-?"),
        ("(W − F + 2·P)/S + 1", "=?-?+2?"),
        ("28-5+1 = 24", "=?-?+1"),
    ],
)
def test_a_key_is_found_in_every_spelling(text, key):
    assert credit(text, key) == 1


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("LeNet-5 has few layers", "5"),
        ("maps of 28x28", "28"),
        ("15.3 percent", "15"),
        ("60 thousand", "60"),
        ("7x7 windows", "5x5"),
        ("pooling that takes the max", "max pooling"),
        ("Max values are kept. Pooling is good.", "max pooling"),
        ("max one two three four pooling", "max pooling"),
        ("Wide. It is deep too.", "wide & half"),
        ("minimum", "maximum"),
        ("n - f + 3", "=?-?+1"),
        ("the general idea", "generate"),
        ("a simple network", "sample"),
    ],
)
def test_a_key_is_not_found_in_other_words(text, key):
    assert credit(text, key) == 0


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("weigths", "weights"),
        ("avrage", "average"),
        ("droput", "dropout"),
        ("augmantasion", "augmentation"),
        ("normlaization", "normali*"),
    ],
)
def test_slips_of_the_pen_count_with_less_confidence(written, key):
    slip = score(answer(f"It has {written} for many good reasons."), keys=((key,),))
    clean = score(
        answer("It has weights average dropout augmentation normalisation."), keys=((key,),)
    )
    assert slip.credit == 1
    assert slip.confidence < clean.confidence


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("mix", "max"),
        ("strede", "stride*"),
        ("65", "64"),
        ("variance", "invariance"),
        ("tahn", "tanh"),
    ],
)
def test_short_words_numbers_and_other_first_letters_are_no_slips(written, key):
    allowed = written == "strede"  # six letters of the key, one edit
    assert credit(f"There is {written} in it.", key) == allowed


def test_a_word_that_is_a_key_itself_is_no_slip_of_another():
    keys = (("increase",), ("increased size", "decrease", "incleare"))
    finding = score(answer("All of it will increase a lot here."), keys=keys)
    assert finding.evidence["met"] == 1


def test_credit_is_the_share_of_groups():
    keys = (("relu", "rectified"), ("dropout",), ("gpu*",), ("augment*",))
    finding = score(answer("It has ReLU, rectified units and dropout, which helps."), keys=keys)
    assert finding.credit == 0.5
    assert finding.evidence["words"] == ["ReLU", "dropout"]


def test_confidence_is_lower_between_all_and_nothing():
    text = answer("It has ReLU and dropout, and this really helps.")
    some, both = (("relu",), ("lrn",)), (("relu",), ("dropout",))
    assert score(text, keys=some).confidence < score(text, keys=both).confidence
    assert score(text, keys=some).confidence < score(text, keys=(("lrn",),)).confidence


SWAPPED = "Max pooling keeps the smallest value, whereas min pooling keeps the largest value."
RIGHT = "Max pooling keeps the largest value, whereas min pooling keeps the smallest value."


def test_within_a_sentence_words_must_meet():
    keys = (("max pooling",), ("largest",))
    assert score(answer(RIGHT), keys=keys, within="sentence").credit == 1
    assert score(answer(SWAPPED), keys=keys, within="sentence").credit == 0.5
    assert score(answer(SWAPPED), keys=keys).credit == 1


@pytest.mark.parametrize(
    "text",
    [
        "## Max pooling\n\nTakes the largest value of the window.",
        "1. **Max pooling:**\n   - Operation: the largest value is taken\n   - cheap",
        "**Max pooling**\n\n- it takes the largest value",
        "| kind | takes |\n|---|---|\n| max pooling | the largest value |",
        "Max pooling slides a window. It takes the largest value.",
        "**Max pooling**: slides a window. The largest value is taken.",
        "# Max pooling slides a window over\n# the map and takes the largest value.",
    ],
)
def test_a_sentence_is_read_with_what_it_stands_under(text):
    assert score(answer(text), keys=(("max pooling",), ("largest",)), within="sentence").credit == 1
    assert score(answer(text), keys=(("max pooling & largest",),)).credit == 1


def test_a_heading_speaks_for_its_own_section_only():
    text = "## Max pooling\n\nIs common in networks.\n\n## Min pooling\n\nTakes the largest value."
    assert (
        score(answer(text), keys=(("max pooling",), ("largest",)), within="sentence").credit == 0.5
    )


def test_the_question_repeated_inside_the_answer_earns_nothing():
    prompt = "Describe the purpose and benefits of pooling in CNN."
    text = f"### {prompt}\n\nIt makes everything smaller and faster to compute."
    assert score(answer(text, prompt=prompt), keys=(("purpose",),)).credit == 0
    assert score(answer(text, prompt=prompt), keys=(("smaller",),)).credit == 1


@pytest.mark.parametrize(
    "text",
    [
        "- **Max-Pooling:** takes the *largest* value.\n- Other things happen too.",
        "| Kind | Takes |\n|:--|--:|\n| max pooling | the `largest` value |\n",
        "Größe — naïve café: max pooling → the largest value… 🙂 and more text",
        "ﬁlter ½ max‑pooling takes the <b>largest</b>&nbsp;value",
        "> quoted\n> max pooling keeps\n> the largest",
    ],
)
def test_quotes_keep_their_place_in_the_source(text):
    given = answer(text, text, start=7)
    finding = score(given, keys=(("max pooling",), ("largest",)))
    assert finding.credit == 1
    assert_quotes_are_exact(finding, given)


def test_the_quote_is_the_sentence():
    text = "Nothing here to see at all. It keeps the **largest** value. The end comes now."
    finding = score(answer(text), keys=(("largest",),))
    assert [q.text for q in finding.quotes] == ["It keeps the **largest** value."]


def test_abbreviations_and_decimals_do_not_end_a_sentence():
    text = "Krizhevsky et al. Used a rate of 0.5 in fc6, e.g. Dropout, in both layers."
    finding = score(answer(text), keys=(("dropout",),))
    assert finding.quotes[0].text == text


def test_the_quote_of_a_table_is_the_cell():
    text = "| layer | what it does |\n|---|---|\n| S2 | halves the maps |\n| C3 | finds features |"
    finding = score(answer(text), keys=(("halves",),))
    assert [q.text for q in finding.quotes] == ["halves the maps"]


def test_few_quotes_show_all_that_was_met():
    text = "Alpha is here now. Beta is here now. Alpha and beta meet here."
    finding = score(answer(text), keys=(("alpha",), ("beta",)))
    assert [q.text for q in finding.quotes] == ["Alpha and beta meet here."]


@pytest.mark.parametrize(
    "text",
    [
        "AlexNet does not use any dropout in its layers.",
        "There is never a dropout in this kind of network.",
        "AlexNet doesn't use dropout, which is a pity.",
    ],
)
def test_a_negation_before_the_words_asks_for_a_person(text):
    finding = score(answer(text), keys=(("dropout",),))
    assert finding.credit == 1
    assert finding.confidence < 0.5
    assert finding.outcome is None
    assert finding.evidence["negated"] == ["dropout"]
    assert "negation" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "Not only does it use dropout, it also augments the data.",
        "It is not large, uses dropout and trains quickly.",
        "LeNet-5 has no dropout. AlexNet uses dropout in its dense layers.",
    ],
)
def test_a_negation_of_something_else_does_not(text):
    assert "negated" not in score(answer(text), keys=(("dropout",),)).evidence


def test_a_negation_that_the_key_asks_for_is_right():
    finding = score(
        answer("With valid there is no padding added to it."), keys=(("no padding", "padding"),)
    )
    assert finding.credit == 1
    assert "negated" not in finding.evidence


def test_a_wrong_statement_asks_for_a_person_and_costs_nothing():
    finding = score(answer(SWAPPED), keys=(("max pooling",),), wrong=("max pool* smallest",))
    assert finding.credit == 1
    assert finding.confidence < 0.5
    assert finding.evidence["wrong"] == ["Max pooling keeps the smallest"]
    assert "negated" not in finding.evidence


def test_a_right_statement_is_not_taken_for_a_wrong_one():
    assert (
        "wrong"
        not in score(answer(RIGHT), keys=(("max",),), wrong=("max pool* smallest",)).evidence
    )
