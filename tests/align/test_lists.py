"""A list of questions neither swallows nor steals answers."""

import pytest

from grader.align import align
from tests.align.questions import CNN_FOUNDATIONS, LENET_ALEXNET, answer, cells, notebook

LIST = "\n".join(f"{q.number}. {q.prompt}" for q in LENET_ALEXNET.questions)
LONG_LIST = "\n".join(f"{q.number}. {q.prompt}" for q in CNN_FOUNDATIONS.questions)


def test_a_list_at_the_top_before_labels():
    work = notebook(f"# Assignment\n{LIST}", *(f"Ans {n}: answer {n}" for n in range(1, 6)))
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {f"Q{n}": (n,) for n in range(1, 6)}
    assert answer(work, alignment, "Q5") == "answer 5"


def test_a_list_at_the_top_before_statements():
    stated = [f"{q.prompt}\n\nanswer {q.number}" for q in LENET_ALEXNET.questions]
    work = notebook(LIST, *stated)
    alignment = align(work, LENET_ALEXNET)
    assert cells(alignment) == {f"Q{n}": (n,) for n in range(1, 6)}


def test_a_list_over_several_cells_with_imports_behind():
    listed = [f"{q.number}. {q.prompt}" for q in LENET_ALEXNET.questions]
    labels = [f"Ans {n}: answer {n}" for n in range(1, 6)]
    alignment = align(notebook(*listed, ("code", "import os"), *labels), LENET_ALEXNET)
    assert cells(alignment) == {f"Q{n}": (n + 5,) for n in range(1, 6)}
    assert alignment.leftover == (5,)


def test_a_list_at_the_end_takes_nothing():
    labels = [f"Ans {n}: answer {n}" for n in range(1, 6)]
    alignment = align(notebook(*labels, LIST), LENET_ALEXNET)
    assert cells(alignment) == {f"Q{n}": (n - 1,) for n in range(1, 6)}


@pytest.mark.parametrize("one_cell", [True, False])
def test_a_list_of_all_sections_does_not_tell_the_section(one_cell):
    listed = [LONG_LIST] if one_cell else LONG_LIST.split("\n")
    labels = [f"Ans {n}: answer" for _ in range(3) for n in (1, 2, 3, 4)]
    alignment = align(notebook(*listed, *labels), CNN_FOUNDATIONS)
    first = len(listed)
    assert cells(alignment) == {q.id: (first + n,) for n, q in enumerate(CNN_FOUNDATIONS.questions)}


def test_a_list_and_nothing_else_answers_nothing():
    alignment = align(notebook(LIST), LENET_ALEXNET)
    assert alignment.matches == ()


def test_a_list_before_answers_without_any_label():
    work = notebook(
        LIST,
        "The architecture of LeNet-5 has seven layers; its significance lies in showing that "
        "learned features beat features made by hand.",
        "AlexNet and LeNet-5 are similar in stacking convolution and pooling, their differences "
        "are size and activations; compared, both made contributions.",
    )
    alignment = align(work, LENET_ALEXNET)
    assert all(m.method == "topic" for m in alignment.matches)
    assert cells(alignment)["Q1"] == (1,)
