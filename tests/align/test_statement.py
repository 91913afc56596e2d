"""A question is found by its own words, in whatever dress."""

import pytest

from grader.align import align
from grader.align.statement import same_word
from tests.align.questions import CNN_FOUNDATIONS, LENET_ALEXNET, answer, cells, notebook

Q1 = "Explain the architecture of LeNet-5 and its significance in the field of deep learning."
Q2 = "Describe the key components of LeNet-5 and their roles in the network."
WORDS = "It was made for reading cheques."


@pytest.mark.parametrize(
    "stated",
    [
        Q1,
        f"# {Q1}",
        f"## Q1. {Q1}",
        f"**{Q1}**",
        f"**Q1: {Q1}**",
        f"1. {Q1}",
        f"1) {Q1}",
        f"(1) {Q1}",
        f"> *Question 1 - {Q1}*",
        f"<h3>Q1) {Q1}</h3>",
        f"Question: {Q1}",
        f"- {Q1}",
        f"{Q1} (5 marks)",
        Q1.upper(),
        Q1.replace("architecture", "achitecture").replace("significance", "signifcance"),
        Q1.replace("LeNet-5", "LeNet5"),
        Q1.replace(" and its", "\nand its"),
        Q1.replace(" of LeNet", "\nof LeNet").replace(" in the", "\n\nin the"),
        Q1.removesuffix("."),
        "Q1. Explain the architecture of LeNet-5",
        "What it says: \n" + Q1,
    ],
)
def test_a_statement_in_text(stated):
    work = notebook(stated, WORDS)
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0, 1)}
    assert alignment.matches[0].method == "statement"
    assert alignment.matches[0].confidence >= 0.85
    assert answer(work, alignment, "Q1") == WORDS


@pytest.mark.parametrize(
    "stated",
    [
        f"# 1. {Q1}\nx = 1",
        f"# Q1 {Q1}\n\nx = 1",
        f"# {Q1.replace(' and its', chr(10) + '# and its')}\nx = 1",
        f'"""{Q1}"""\nx = 1',
        f'"""\nQ1. {Q1}\n"""\nx = 1',
        f"1. {Q1}\nx = 1",
        f"%matplotlib inline\n# {Q1}\nx = 1",
    ],
)
def test_a_statement_on_top_of_code(stated):
    work = notebook(("code", stated), WORDS)
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0, 1)}
    assert alignment.prose == ()
    assert answer(work, alignment, "Q1") == f"x = 1\n{WORDS}"


@pytest.mark.parametrize("stated", [f"1. {Q1}", Q1, f"# {Q1}", f"'''{Q1}'''"])
def test_a_code_cell_of_nothing_but_the_statement_is_prose(stated):
    work = notebook(("code", stated), WORDS)
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0, 1)}
    assert alignment.prose == (0,)


@pytest.mark.parametrize(
    "heading",
    [
        "### Key Components of LeNet-5 (Simplified)",
        "### Key Components of LeNet-5 and Their Roles",
        "**LeNet-5 Architecture and Its Significance**",
        "### Limitations of LeNet-5 and How AlexNet Addressed Them",
        "### Architecture of AlexNet",
        "The key components of LeNet-5 are its layers.",
        "2. Describe pooling: it halves the maps.",
    ],
)
def test_a_sub_heading_does_not_begin_a_question(heading):
    work = notebook(f"## Q1. {Q1}", WORDS, heading, "more", f"## Q2. {Q2}", "words")
    assert cells(align(work, LENET_ALEXNET)) == {"Q1": (0, 1, 2, 3), "Q2": (4, 5)}


def test_the_same_words_in_code_begin_nothing():
    source = f'prompt = """\n{Q2}\n"""\ndef f():\n    # {Q2}\n    return "{Q2}"'
    work = notebook(f"Q1. {Q1}", ("code", source))
    assert cells(align(work, LENET_ALEXNET)) == {"Q1": (0, 1)}


def test_a_fenced_block_begins_nothing():
    work = notebook(f"Q1. {Q1}", f"Words.\n```\n{Q2}\n```\n")
    assert cells(align(work, LENET_ALEXNET)) == {"Q1": (0, 1)}


def test_several_questions_in_one_cell_are_cut_apart():
    text = f"# Q1. {Q1}\nFirst words.\n\n**2. {Q2}**\nSecond words.\n"
    work = notebook(text)
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0,), "Q2": (0,)}
    assert answer(work, alignment, "Q1") == "First words."
    assert answer(work, alignment, "Q2") == "Second words."


def test_an_answer_on_the_line_of_its_question():
    work = notebook(f"{Q1} {WORDS}")
    assert answer(work, align(work, LENET_ALEXNET), "Q1") == WORDS


def test_a_label_under_the_question_belongs_to_no_answer():
    work = notebook(f"## {Q1}", f"**Answer:** {WORDS}")
    assert answer(work, align(work, LENET_ALEXNET), "Q1") == WORDS


@pytest.mark.parametrize(
    "printed",
    ["*8 points*", "(5 marks)", "*Your answer here.*", "_Type your answer here_", "Answer:"],
)
def test_what_a_handout_prints_under_a_question_is_no_answer(printed):
    blank = notebook(f"## {Q1}\n\n{printed}", "")
    assert align(blank, LENET_ALEXNET).matches[0].answer == ()
    work = notebook(f"## {Q1}\n\n{printed}\n\n{WORDS}")
    assert answer(work, align(work, LENET_ALEXNET), "Q1") == WORDS


def test_any_order_of_questions():
    work = notebook(f"Q2. {Q2}", "second", f"Q1. {Q1}", "first")
    alignment = align(work, LENET_ALEXNET)
    assert [m.question for m in alignment.matches] == ["Q1", "Q2"]
    assert cells(alignment) == {"Q1": (2, 3), "Q2": (0, 1)}


def test_a_question_answered_twice_is_one_match():
    work = notebook(f"Q1. {Q1}", "first", f"Q2. {Q2}", "second", f"Q1. {Q1}", "again")
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0, 1, 4, 5), "Q2": (2, 3)}
    assert answer(work, alignment, "Q1") == "first\nagain"


def test_the_words_win_over_a_number_that_disagrees():
    work = notebook(f"## Q5. {Q2}", "words")
    (match,) = align(work, LENET_ALEXNET).matches
    assert (match.question, match.confidence) == ("Q2", 0.8)


def test_a_question_left_blank_is_found_without_answer():
    work = notebook(f"Q1. {Q1}", f"Q2. {Q2}", "An answer about pizza and its toppings.")
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0,), "Q2": (1, 2)}
    assert alignment.matches[0].answer == ()


def test_aliases_are_looked_for_too():
    question = LENET_ALEXNET.questions[0]
    renamed = question.model_copy(update={"aliases": ("Sketch the network of 1998 and its use.",)})
    assignment = LENET_ALEXNET.model_copy(
        update={"questions": (renamed, *LENET_ALEXNET.questions[1:])}
    )
    work = notebook("Sketch the network of 1998 and its use.", WORDS)
    assert cells(align(work, assignment)) == {"Q1": (0, 1)}


def test_equal_statements_of_two_sections_are_told_apart_by_the_title():
    second = CNN_FOUNDATIONS.questions[8].model_copy(
        update={"prompt": CNN_FOUNDATIONS.questions[4].prompt}
    )
    assignment = CNN_FOUNDATIONS.model_copy(
        update={"questions": (*CNN_FOUNDATIONS.questions[:8], second)}
    )
    work = notebook("# Analyzing AlexNet", f"1. {second.prompt}", WORDS)
    assert cells(align(work, assignment)) == {"A1": (1, 2)}


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("lenet", "lenet", True),
        ("architecture", "achitecture", True),
        ("exploring", "explroing", True),
        ("lenet", "alexnet", False),
        ("min", "max", False),
        ("advantages", "disadvantages", False),
    ],
)
def test_a_slip_of_the_pen_is_no_other_word(a, b, same):
    assert same_word(a, b) is same
