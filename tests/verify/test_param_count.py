import pytest

from grader.records import Subject
from grader.verify.param_count import check
from tests.graph.networks import (
    FLATTEN,
    REFERENCES,
    alexnet,
    conv,
    dense,
    lenet,
    model,
    other,
    pool,
)


def subject(built, references=REFERENCES):
    return Subject(question="L4", model=built, references=references)


def test_nothing_to_compare_with_is_the_graders_fault():
    assert check(subject(lenet())).outcome == "grader_error"
    finding = check(subject(lenet()), network="vgg16")
    assert finding.outcome == "grader_error"
    assert "'vgg16'" in finding.message


def test_without_a_model_the_question_is_unanswered():
    finding = check(subject(None), network="lenet5")
    assert (finding.outcome, finding.credit) == ("unanswered", 0)


def test_a_count_from_the_notebook_alone_goes_to_a_person():
    built = lenet().model_copy(update={"verified": False})
    finding = check(subject(built), network="lenet5")
    assert (finding.outcome, finding.credit) == ("needs_review", 0)


def test_a_model_that_does_not_build_has_no_right_count():
    built = alexnet(32, classes=10)
    assert check(subject(built), network="alexnet").credit == 0
    finding = check(subject(built), expected=(built.params,))
    assert finding.credit == 0
    assert "cannot be built at 'maxpooling2d_3'" in finding.message


@pytest.mark.parametrize(
    ("built", "network"),
    [
        (lenet(), "lenet5"),
        (lenet(28), "lenet5"),
        (lenet(28, c1_padding="same", classes=47), "lenet5"),
        (alexnet(classes=10), "alexnet"),
        (alexnet(224), "alexnet"),
        (alexnet(groups=2), "alexnet"),
    ],
)
def test_any_accepted_form_has_a_right_count(built, network):
    assert check(subject(built), network=network).credit == 1


def test_a_count_cannot_tell_a_linear_lenet_from_a_real_one():
    assert check(subject(lenet(activation="linear")), network="lenet5").credit == 1


def test_missing_padding_shows_in_the_count():
    finding = check(subject(alexnet(224, padding="valid")), network="alexnet")
    assert finding.credit == 0
    assert "25,678,184 weights, expected 62,378,344" in finding.message


def test_weights_of_added_normalisation_do_not_count_against_it():
    batch = other("BatchNormalization")
    layers = [conv(6, 5), batch, pool(), conv(16, 5), pool(), FLATTEN, dense(120), dense(84)]
    built = model((32, 32, 1), *layers, dense(10, "softmax"))
    assert built.params == 61_706 + 24
    assert check(subject(built), network="lenet5").credit == 1
    assert check(subject(built), expected=(61_730,)).credit == 1


@pytest.mark.parametrize(
    ("params", "credit"), [(61_706, 1), (62_000, 1), (61_100, 1), (70_000, 0), (50_000, 0)]
)
def test_credit_depends_on_the_distance_from_the_expected_count(params, credit):
    built = lenet().model_copy(update={"params": params})
    assert check(subject(built, ()), expected=(61_706,), tolerance=0.01).credit == credit


def test_without_tolerance_one_weight_too_many_is_wrong():
    built = lenet().model_copy(update={"params": 61_707})
    assert check(subject(built, ()), expected=(61_706, 44_426)).credit == 0
