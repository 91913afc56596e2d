"""Numbered labels begin a question, list items do not."""

import pytest

from grader.align import align
from tests.align.questions import CNN_FOUNDATIONS, LENET_ALEXNET, answer, cells, notebook

WORDS = "It keeps the strongest response of every window."


@pytest.mark.parametrize(
    "label",
    [
        "Q1.", "Q1", "q1)", "Q.1", "Q 1:", "Q-1", "Question 1:", "Question no. 1", "QUESTION 1",
        "ans1.", "ans 1", "Ans 1:", "Answer 1)", "Answer 1 -", "A1.", "# ans1.", "## Question 1",
        "**Ans 1:**", "**Answer 1**:", "### **Q1**", "<b>Q1.</b>", "> Q1.", "Answer to question 1:",
        "Ans to Q1", "Question #1", "[Q1]", "Solution of question 1.",
    ],
)  # fmt: skip
def test_labels(label):
    work = notebook("Name and date", f"{label}\n{WORDS}")
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (1,)}
    assert alignment.matches[0].method == "number"
    assert alignment.matches[0].confidence == 0.9
    assert answer(work, alignment, "Q1") == WORDS


@pytest.mark.parametrize(
    "line",
    [
        "2. Pooling halves the maps.",
        "2) Pooling",
        "### 2. Pooling layers",
        "**2. Pooling:** halves the maps.",
        "2.",
        "Question 2 asks for the parts of the network, which are described further up.",
        "A 2 by 2 window is used.",
        "Q2O is no label",
        "Quality 2",
        "Layer 2: pooling",
        "Problem 2: vanishing gradients",
        "Solution 2: rectified units",
        "Q9. is no question of this assignment",
    ],
)
def test_what_is_no_label(line):
    work = notebook("Q1.", WORDS, f"{line}\nand more", "Q3.", "words")
    assert cells(align(work, LENET_ALEXNET)) == {"Q1": (0, 1, 2), "Q3": (3, 4)}


@pytest.mark.parametrize("word", ["Task", "Problem", "Exercise", "Solution"])
def test_weak_labels_count_where_there_is_nothing_better(word):
    work = notebook(f"## {word} 1", "first", f"## {word} 2", "second")
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0, 1), "Q2": (2, 3)}
    assert {m.confidence for m in alignment.matches} == {0.65}


def test_headings_that_are_only_a_number():
    work = notebook("# 1.", "first", "## 2", "second")
    assert cells(align(work, LENET_ALEXNET)) == {"Q1": (0, 1), "Q2": (2, 3)}


def test_labels_in_code_are_comments():
    work = notebook(("code", "# Q1\nx = 1\n\n# Q2:\ny = 2"))
    alignment = align(work, LENET_ALEXNET)
    assert answer(work, alignment, "Q1") == "x = 1"
    assert answer(work, alignment, "Q2") == "y = 2"


def test_question_and_answer_labels_are_one_place():
    work = notebook("Q1. What is LeNet?", "Ans 1: a network", "Q2. And its parts?", "Ans 2: layers")
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (0, 1), "Q2": (2, 3)}


def section(title):
    return [title, *(f"ans {n}.\n{WORDS}" for n in (1, 2, 3, 4))]


TITLES = [s.title for s in CNN_FOUNDATIONS.sections]
ALL = [q.id for q in CNN_FOUNDATIONS.questions]


def found(work):
    return [m.question for m in align(work, CNN_FOUNDATIONS).matches]


@pytest.mark.parametrize(
    "dress",
    ["# {}", "TOPIC: {}", "#TOPIC: {}", "**{}**", "Section 2 - {}:", "{}", "## Part II: {}"],
)
def test_numbers_restart_under_titles(dress):
    work = notebook(*(cell for t in TITLES for cell in section(dress.format(t))))
    alignment = align(work, CNN_FOUNDATIONS)
    expected = [1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14]
    assert cells(alignment) == {id: (n,) for id, n in zip(ALL, expected, strict=True)}
    assert {m.confidence for m in alignment.matches} == {0.9}
    assert alignment.leftover == ()


def test_sections_in_any_order():
    work = notebook(*section(TITLES[2]), *section(TITLES[0]))
    alignment = align(work, CNN_FOUNDATIONS)
    assert cells(alignment)["A1"] == (1,)
    assert cells(alignment)["P1"] == (6,)


def test_numbers_restart_without_any_title():
    labels = [f"Q{n}.\n{WORDS}" for _ in range(3) for n in (1, 2, 3, 4)]
    alignment = align(notebook(*labels), CNN_FOUNDATIONS)
    assert cells(alignment) == {id: (n,) for n, id in enumerate(ALL)}
    assert {m.confidence for m in alignment.matches} == {0.7}


def test_the_first_title_may_be_missing():
    work = notebook(*section("")[1:], *section(TITLES[1]), *section(TITLES[2]))
    alignment = align(work, CNN_FOUNDATIONS)
    assert [m.question for m in alignment.matches] == ALL
    assert [m.confidence for m in alignment.matches] == [0.85] * 4 + [0.9] * 8


def test_a_middle_title_may_be_missing():
    work = notebook(*section(TITLES[0]), *section("")[1:], *section(TITLES[2]))
    alignment = align(work, CNN_FOUNDATIONS)
    assert [m.question for m in alignment.matches] == ALL
    assert [m.confidence for m in alignment.matches] == [0.9] * 4 + [0.85] * 4 + [0.9] * 4


def test_a_number_that_comes_back_under_titles_is_a_second_answer():
    work = notebook(*section(TITLES[0]), f"Ans 2 (again)\n{WORDS}", *section(TITLES[1]))
    assert cells(align(work, CNN_FOUNDATIONS))["P2"] == (2, 5)


def test_a_number_that_comes_back_without_sections_is_a_second_answer():
    work = notebook("Q1.\na", "Q2.\nb", "Q1.\nc")
    assert cells(align(work, LENET_ALEXNET)) == {"Q1": (0, 2), "Q2": (1,)}


def test_numbers_that_run_through_all_sections():
    labels = [f"Q{n}.\n{WORDS}" for n in range(1, 13)]
    assert cells(align(notebook(*labels), CNN_FOUNDATIONS)) == {
        id: (n,) for n, id in enumerate(ALL)
    }


def test_numbers_with_their_section():
    labels = [f"Q{s}.{n}\n{WORDS}" for s in (1, 2, 3) for n in (1, 2, 3, 4)]
    assert cells(align(notebook(*labels), CNN_FOUNDATIONS)) == {
        id: (n,) for n, id in enumerate(ALL)
    }


def test_ids_of_the_handout():
    labels = [f"**{id}.** {WORDS}" for id in ALL]
    work = notebook(*labels)
    alignment = align(work, CNN_FOUNDATIONS)
    assert cells(alignment) == {id: (n,) for n, id in enumerate(ALL)}
    assert answer(work, alignment, "A3") == WORDS


def test_a_is_an_answer_where_no_other_id_is_used():
    work = notebook(f"A1. {WORDS}", f"A2. {WORDS}", "# Exploring LeNet", f"A1. {WORDS}")
    assert cells(align(work, CNN_FOUNDATIONS)) == {"P1": (0,), "P2": (1,), "L1": (3,)}


def test_a_title_of_another_network_is_no_title():
    work = notebook("# Exploring AlexNet", f"ans 1.\n{WORDS}")
    assert found(work) == ["P1"]


def test_a_statement_tells_the_section_of_the_labels_after_it():
    prompt = CNN_FOUNDATIONS.question("L1").prompt
    work = notebook(f"1. {prompt}", WORDS, f"ans 2.\n{WORDS}", f"ans 3.\n{WORDS}")
    assert found(work) == ["L1", "L2", "L3"]


def test_code_before_the_first_label_is_left_over():
    work = notebook(("code", "import os"), "Q1.\nwords")
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {"Q1": (1,)}
    assert alignment.leftover == (0,)
