"""What needs a person."""

import pytest

from grader.report import review
from tests.report import builder


def test_nothing_waits_where_everything_is_marked():
    result = builder.result(outcome="passed", questions=(builder.written(),))
    assert review.needs(result) == ()


@pytest.mark.parametrize("changes", [{"needs_review": True}, {"outcome": "grader_error"}])
def test_a_question_without_a_reason_gets_one(changes):
    [need] = review.needs(builder.result(questions=(builder.written(**changes),)))
    assert need.question == 0
    assert need.reasons[0]


def test_a_submission_without_questions_waits_as_a_whole():
    [need] = review.needs(builder.unreadable())
    assert need.question is None
    assert need.reasons == (builder.unreadable().execution.message,)


def test_whoever_needs_a_person_has_a_need_and_no_one_else():
    for outcome in ("passed", "needs_review", "grader_error", "failed", "blocked"):
        for question in (builder.written(), builder.built()):
            result = builder.result(outcome=outcome, questions=(question,))
            assert bool(review.needs(result)) == result.needs_person


def test_points_are_open_only_where_the_grader_broke():
    broken = builder.built(outcome="grader_error", points=0, checks=())
    assert review.open_points(builder.result(questions=(builder.written(), broken))) == 6
    assert review.open_points(builder.result()) == 0
    assert review.open_points(builder.result(outcome="grader_error", questions=())) == 10


def test_of_a_question_only_the_broken_checks_are_open():
    graph, accuracy = builder.built().checks
    broken = accuracy.model_copy(update={"outcome": "grader_error", "points": 0.0})
    question = builder.built(outcome="grader_error", points=3, checks=(graph, broken))
    assert review.open_points(builder.result(questions=(question,))) == 2
