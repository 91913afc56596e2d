import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader import registry
from grader.records import Predictions, Subject, Training
from grader.verify.held_out_accuracy import Threshold, check
from tests.graph.networks import alexnet, lenet

MNIST = {"mnist": Threshold(full=0.97, none=0.90)}


def predicted(correct, n=10_000, **changes):
    known = {"dataset": "mnist", "value": correct / n if n else None, "correct": correct, "n": n}
    return Predictions(**{**known, "verified": True, **changes})


def run(predictions, built=None, **training):
    built = built or lenet()
    if training:
        built = built.model_copy(update={"training": Training(**training)})
    subject = Subject(question="L4", model=built, predictions=predictions)
    return check(subject, thresholds=MNIST)


# What cannot be measured


def test_a_threshold_that_runs_backwards_is_refused():
    plugin = registry.find("verify", "held_out_accuracy")
    assert plugin is not None
    with pytest.raises(ValidationError, match="must be below full"):
        plugin.parse({"thresholds": {"mnist": {"full": 0.9, "none": 0.97}}})


def test_without_a_model_the_question_is_unanswered():
    finding = check(Subject(question="L4"), thresholds=MNIST)
    assert (finding.outcome, finding.credit) == ("unanswered", 0)
    assert "97.0% on mnist" in finding.message


def test_without_predictions_it_is_the_graders_turn():
    assert run(None).outcome == "grader_error"


@pytest.mark.parametrize(
    ("turn", "outcome"),
    [
        ("machine", "grader_error"),
        ("review", "needs_review"),
        (None, "needs_review"),
        ("student", None),
    ],
)
def test_whose_turn_a_problem_is_decides_the_outcome(turn, outcome):
    predictions = Predictions(dataset="", problem="it was never trained", turn=turn)
    finding = run(predictions)
    assert (finding.outcome, finding.credit) == (outcome, 0)
    assert "it was never trained" in finding.message


def test_a_model_that_does_not_build_gets_nothing():
    finding = run(None, alexnet(32))
    assert (finding.outcome, finding.credit) == (None, 0)
    assert "cannot be built" in finding.message


def test_a_data_set_without_a_threshold_goes_to_a_person():
    finding = run(predicted(9_000, dataset="fashion_mnist"))
    assert finding.outcome == "needs_review"
    assert "'fashion_mnist'" in finding.message


# What can


def test_985_of_1000_on_ten_thousand_images_is_a_clean_pass():
    finding = run(predicted(9_850))
    assert (finding.credit, finding.outcome) == (1.0, None)
    assert finding.confidence > 0.99
    # Exact interval of 9,850 of 10,000 (binomtest(9850, 10000).proportion_ci).
    assert finding.evidence["low"] == pytest.approx(0.98242, abs=1e-5)
    assert finding.evidence["high"] == pytest.approx(0.98729, abs=1e-5)


@pytest.mark.parametrize(
    ("correct", "credit"), [(10_000, 1), (9_350, 0.5), (9_000, 0), (1_000, 0), (0, 0)]
)
def test_credit_rises_in_a_straight_line(correct, credit):
    finding = run(predicted(correct))
    assert finding.credit == pytest.approx(credit)
    assert finding.outcome is None


def test_the_measured_share_is_counted_and_not_taken_from_the_record():
    assert run(predicted(1_000, value=0.99)).credit == 0


@pytest.mark.parametrize("correct", [9_690, 9_710])
def test_a_threshold_inside_the_interval_goes_to_a_person(correct):
    finding = run(predicted(correct))
    assert finding.outcome == "needs_review"
    assert finding.credit == pytest.approx(min((correct / 10_000 - 0.9) / 0.07, 1))
    assert 0.5 <= finding.confidence < 0.975
    assert "do not decide it" in finding.message


def test_fewer_images_leave_more_undecided():
    assert run(predicted(985, 1_000)).outcome is None
    assert run(predicted(197, 200)).outcome == "needs_review"


def test_training_cut_short_below_the_threshold_is_never_a_fail():
    cut = {"stopped_because": "budget of 2000 steps", "epochs_run": 3, "epochs_asked": 10}
    finding = run(predicted(9_500), **cut)
    assert finding.outcome == "needs_review"
    assert "budget of 2000 steps, in epoch 3 of 10" in finding.message


def test_training_cut_short_above_the_threshold_has_passed():
    finding = run(predicted(9_850), stopped_because="budget of 2000 steps", epochs_run=3)
    assert (finding.credit, finding.outcome) == (1.0, None)
    assert finding.evidence["stopped_because"] == "budget of 2000 steps"


def test_training_that_ran_to_its_end_can_fail():
    assert run(predicted(1_135), epochs_run=5, epochs_asked=5).outcome is None


def test_a_stand_in_data_set_goes_to_a_person():
    finding = run(predicted(9_900, real=False))
    assert (finding.outcome, finding.confidence) == ("needs_review", 0.5)
    assert "stand-in for mnist" in finding.message


@pytest.mark.parametrize("which", ["predictions", "model"])
def test_what_was_not_verified_earns_nothing_until_a_person_has_looked(which):
    built = lenet().model_copy(update={"verified": which != "model"})
    finding = run(predicted(9_900, verified=which != "predictions"), built)
    assert (finding.outcome, finding.credit) == ("needs_review", 0)
    assert "not verified" in finding.message


@given(st.integers(1, 10_000), st.data())
def test_credit_never_falls_when_more_is_right(n, data):
    less, more = sorted(data.draw(st.tuples(st.integers(0, n), st.integers(0, n))))
    one, other = run(predicted(less, n)), run(predicted(more, n))
    assert one.credit <= other.credit
    assert type(one).model_validate_json(one.model_dump_json()) == one
