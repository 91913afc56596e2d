"""The real notebooks, read by hand before the first line of `align` was written."""

from pathlib import Path

import pytest

from grader import course
from grader.align import align, detect
from grader.ingest import read
from grader.records import Submission

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "submissions"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real submissions are not here")

ASSIGNMENTS = {a.slug: a for a in course.load(course.default_root()).assignments}

EXPECTED = {
    "lenet_alexnet/s000": {
        "Q1": (1, 2),
        "Q2": (3, 4),
        "Q3": (5, 6),
        "Q4": (7, 8),
        "Q5": (9, 10),
    },
    "lenet_alexnet/s001": {
        "Q1": (0, 1),
        "Q2": (2, 3),
        "Q3": (4, 5),
        "Q4": (6, 7),
        "Q5": (8, 9, 10),
    },
    "lenet_alexnet/s003": {
        "Q1": (0, 1),
        "Q2": (2, 3),
        "Q3": (4, 5),
        "Q4": (6, 7),
        "Q5": (8, 9),
    },
    "cnn_foundations/s002": {
        "P1": (0,),
        "P2": (1,),
        "P3": (2,),
        "P4": (3,),
        "L1": (5,),
        "L2": (6,),
        "L3": (7,),
        "L4": (8, 9, 10),
        "A1": (12,),
        "A2": (13,),
        "A3": (14,),
        "A4": (15, 16, 17, 18),
    },
    "cnn_foundations/s004": {
        "P1": (1, 2),
        "P2": (3, 4),
        "P3": (5, 6),
        "P4": (7, 8),
        "L1": (10, 11),
        "L2": (12, 13),
        "L3": (14, 15),
        "L4": (16, 17),
        "A1": (19, 20),
        "A2": (21, 22),
        "A3": (23, 24),
        "A4": (25, 26),
    },
}

PROSE = {"cnn_foundations/s004": (0, 1, 3, 5, 7, 9)}

LEFTOVER = {"lenet_alexnet/s000": (0,)}


def submission(name: str) -> Submission:
    (only,) = read([SHARED / f"{name}.ipynb"], limits=course.Limits())
    assert only.problem is None
    return only


@pytest.mark.parametrize("name", EXPECTED)
def test_each_question_gets_its_cells(name):
    alignment = align(submission(name), ASSIGNMENTS[name.split("/")[0]])
    assert {m.question: m.cells for m in alignment.matches} == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_text_in_code_cells_is_told_from_code(name):
    alignment = align(submission(name), ASSIGNMENTS[name.split("/")[0]])
    assert alignment.prose == PROSE.get(name, ())


@pytest.mark.parametrize("name", EXPECTED)
def test_only_the_notebook_title_is_left_over(name):
    alignment = align(submission(name), ASSIGNMENTS[name.split("/")[0]])
    assert alignment.leftover == LEFTOVER.get(name, ())


@pytest.mark.parametrize("name", EXPECTED)
def test_nobody_needs_to_be_asked(name):
    alignment = align(submission(name), ASSIGNMENTS[name.split("/")[0]])
    assert min(m.confidence for m in alignment.matches) >= 0.8


@pytest.mark.parametrize("name", EXPECTED)
def test_the_assignment_is_recognised(name):
    found = detect(submission(name), tuple(ASSIGNMENTS.values()))
    assert found is not None
    assert found[0].slug == name.split("/")[0]


@pytest.mark.parametrize("name", EXPECTED)
def test_answers_hold_no_question(name):
    read_in = submission(name)
    assignment = ASSIGNMENTS[name.split("/")[0]]
    for match in align(read_in, assignment).matches:
        prompt = assignment.question(match.question).prompt
        for span in match.answer:
            assert prompt[:60] not in read_in.cells[span.cell].source[span.start : span.end]
