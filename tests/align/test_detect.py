"""The assignment is recognised by the text alone."""

import pytest

from grader.align import detect
from tests.align.questions import CNN_FOUNDATIONS, LENET_ALEXNET, notebook

BOTH = (CNN_FOUNDATIONS, LENET_ALEXNET)


def slug(work):
    found = detect(work, BOTH)
    return found and found[0].slug


@pytest.mark.parametrize("assignment", BOTH)
def test_one_stated_question_is_enough(assignment):
    for question in assignment.questions:
        assert slug(notebook(f"Q. {question.prompt}", "words")) == assignment.slug


def test_titles_and_labels_are_enough():
    assert slug(notebook("# Exploring LeNet", "ans 1.\nwords")) == "cnn_foundations"


def test_the_alignment_comes_with_it():
    work = notebook(LENET_ALEXNET.questions[0].prompt, "words")
    _, alignment = detect(work, BOTH)
    assert alignment.assignment == "lenet_alexnet"
    assert alignment.matches[0].cells == (0, 1)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [""],
        ["Q1. Who was Napoleon?", "An emperor of the French, crowned in 1804."],
        ["ans 1.\nyes", "ans 2.\nno", "ans 3.\nperhaps", "ans 4.\nyes"],
        [("code", "import pandas as pd\ndf = pd.read_csv('titanic.csv')")],
    ],
)
def test_other_work_is_not_recognised(cells):
    assert detect(notebook(*cells), BOTH) is None


def test_without_assignments_nothing_is_recognised():
    assert detect(notebook("words"), ()) is None
