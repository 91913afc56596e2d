from grader.records import Subject
from grader.verify.layer_graph import check
from tests.graph.networks import FLATTEN, REFERENCES, alexnet, dense, lenet, model


def subject(built, references=REFERENCES):
    return Subject(question="L4", model=built, references=references)


def test_a_reference_that_could_not_be_described_is_the_graders_fault():
    finding = check(subject(lenet(), ()), network="lenet5")
    assert finding.outcome == "grader_error"
    assert "reference/lenet5.py" in finding.message


def test_an_unknown_variant_is_the_graders_fault():
    finding = check(subject(lenet()), network="lenet5", variants=("grouped",))
    assert finding.outcome == "grader_error"
    assert "grouped" in finding.message


def test_without_a_model_the_question_is_unanswered():
    finding = check(subject(None), network="alexnet")
    assert (finding.outcome, finding.credit) == ("unanswered", 0)
    assert "expected AlexNet (single_tower)" in finding.message


def test_a_model_that_was_not_rebuilt_earns_nothing_until_a_person_has_looked():
    built = lenet().model_copy(update={"verified": False, "problem": "It uses layer 'Odd'."})
    finding = check(subject(built), network="lenet5")
    assert (finding.outcome, finding.credit) == ("needs_review", 0)
    assert "It uses layer 'Odd'." in finding.message


def test_a_model_of_which_nothing_is_known_goes_to_a_person_too():
    built = model((32, 32, 1)).model_copy(update={"verified": False})
    assert check(subject(built), network="lenet5").outcome == "needs_review"


def test_a_stranger_gets_nothing_and_is_told_what_was_seen():
    built = model((784,), dense(128, "relu"), dense(10, "softmax"))
    finding = check(subject(built), network="lenet5")
    assert (finding.outcome, finding.credit) == (None, 0)
    assert "Found: Dense 128 relu → Dense 10 softmax" in finding.message


def test_alexnet_does_not_answer_a_question_about_lenet():
    assert check(subject(alexnet()), network="lenet5").credit == 0
    assert check(subject(alexnet()), network="alexnet").credit == 1


def test_the_right_network_gets_full_credit():
    finding = check(subject(lenet()), network="lenet5")
    assert (finding.credit, finding.outcome) == (1.0, None)
    assert finding.message == "The layers are those of LeNet-5 (classroom)."
    assert finding.evidence["conforms"] == "yes"


def test_accepted_differences_are_named_and_cost_nothing():
    finding = check(subject(lenet(kind="Max")), network="lenet5")
    assert finding.credit == 1.0
    assert finding.message.endswith("accepted differences at S2, S4.")


def test_faults_are_listed_and_cost_their_layers():
    finding = check(subject(alexnet(224, padding="valid")), network="alexnet")
    assert round(finding.credit, 3) == 0.636
    assert "conv2: the padding is 'valid', expected 'same'" in finding.message
    assert [d["layer"] for d in finding.evidence["differences"]][1:] == [
        "conv2", "conv3", "conv4", "conv5",
    ]  # fmt: skip


def test_only_allowed_variants_count():
    assert check(subject(lenet(28)), network="lenet5").credit == 1
    allowed = check(subject(lenet(28)), network="lenet5", variants=("classroom", "padded_28"))
    assert allowed.credit < 1


def test_a_model_that_does_not_build_is_credited_for_what_is_right():
    finding = check(subject(alexnet(32, classes=10)), network="alexnet")
    assert 0.5 < finding.credit < 1
    assert "pool2 cannot be built" in finding.message


def test_layers_that_were_not_reached_are_told_in_one_sentence():
    whole = alexnet(32, classes=10)
    built = [x for x in whole.layers if x.output_shape is not None]
    cut = whole.model_copy(update={"layers": (*built, whole.layers[len(built)])})
    message = check(subject(cut), network="alexnet").message
    assert message.endswith("Not reached after that: conv3, conv4, conv5, pool5, fc6, fc7, fc8.")


def test_the_finding_turns_into_json():
    finding = check(subject(lenet(kind="Max")), network="lenet5")
    assert type(finding).model_validate_json(finding.model_dump_json()) == finding


def test_an_empty_model_gets_nothing():
    assert check(subject(model((32, 32, 1), FLATTEN)), network="lenet5").credit == 0
