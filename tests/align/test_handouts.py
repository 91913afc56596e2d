"""Every handout of the course is understood, and answers nothing by itself."""

import pytest

from grader import course
from grader.align import align, detect
from grader.ingest import read

COURSE = course.load(course.default_root())


def handout(assignment):
    path = COURSE.root / "assignments" / assignment.slug / "handout.ipynb"
    (only,) = read([path], limits=assignment.limits)
    return only


@pytest.mark.parametrize("assignment", COURSE.assignments, ids=lambda a: a.slug)
def test_the_handout_states_every_question(assignment):
    matches = align(handout(assignment), assignment).matches
    assert [m.question for m in matches] == [q.id for q in assignment.questions]
    assert {m.method for m in matches} == {"statement"}
    assert min(m.confidence for m in matches) >= 0.95


@pytest.mark.parametrize("assignment", COURSE.assignments, ids=lambda a: a.slug)
def test_the_handout_answers_no_written_question(assignment):
    matches = align(handout(assignment), assignment).matches
    answered = {m.question for m in matches if m.answer}
    assert not answered & {q.id for q in assignment.questions if q.kind == "written"}


@pytest.mark.parametrize("assignment", COURSE.assignments, ids=lambda a: a.slug)
def test_the_handout_is_recognised(assignment):
    found = detect(handout(assignment), COURSE.assignments)
    assert found is not None
    assert found[0].slug == assignment.slug
