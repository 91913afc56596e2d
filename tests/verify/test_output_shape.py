import pytest

from grader.records import Subject
from grader.verify.output_shape import check
from tests.graph.networks import alexnet, dense, lenet, model


def subject(built):
    return Subject(question="L4", model=built)


def test_without_a_model_the_question_is_unanswered():
    finding = check(subject(None), shape=(10,))
    assert (finding.outcome, finding.credit) == ("unanswered", 0)
    assert "expected one that puts out 10 values" in finding.message


def test_a_model_that_does_not_build_puts_out_nothing():
    finding = check(subject(alexnet(32)), shape=(1000,))
    assert (finding.outcome, finding.credit) == (None, 0)
    assert "cannot be built at 'maxpooling2d_3'" in finding.message


def test_a_model_without_layers_puts_out_nothing():
    assert check(subject(model((32, 32, 1))), shape=(10,)).credit == 0


def test_a_model_that_was_not_rebuilt_goes_to_a_person():
    built = lenet().model_copy(update={"verified": False, "layers": ()})
    assert check(subject(built), shape=(10,)).outcome == "needs_review"


@pytest.mark.parametrize(
    ("shape", "credit"), [((10,), 1), ((None,), 1), ((9,), 0), ((1, 10), 0), ((), 0)]
)
def test_sizes_are_compared_one_by_one(shape, credit):
    assert check(subject(lenet()), shape=shape).credit == credit


def test_a_missing_flatten_shows_in_the_shape():
    finding = check(subject(model((5, 5, 16), dense(10))), shape=(10,))
    assert finding.credit == 0
    assert "puts out 5 x 5 x 10, expected 10 values" in finding.message
