import pytest

from grader.graph.counts import adapted_params, expected_params
from tests.graph.networks import (
    ALEXNETS,
    FLATTEN,
    LENETS,
    REFERENCES,
    alexnet,
    conv,
    dense,
    lenet,
    model,
)

COUNTS = [61_706, 44_426, 61_706, 62_378_344, 61_100_840, 29_978_506]


@pytest.mark.parametrize(
    ("reference", "params"),
    list(zip(REFERENCES, COUNTS, strict=True)),
    ids=lambda x: getattr(x, "variant", ""),
)
def test_references_count_as_in_the_literature(reference, params):
    assert expected_params(reference) == params


def test_the_output_layer_follows_the_number_of_classes():
    assert expected_params(LENETS[0], classes=26) == 61_706 + 16 * 85
    assert expected_params(ALEXNETS[1], classes=10) == 57_044_810


def test_the_first_dense_layer_follows_the_input():
    assert expected_params(LENETS[0], input_shape=(28, 28, 1)) == 44_426
    assert expected_params(LENETS[0], input_shape=(32, 32, 3)) == 61_706 + 2 * 25 * 6


def test_an_input_that_cannot_be_read_leaves_the_count_as_it_is():
    assert expected_params(LENETS[0], input_shape=(8, 8, 1)) == 61_706


@pytest.mark.parametrize(
    "accepted",
    [
        lenet(kind="Max", classes=47, channels=3),
        alexnet(224),
        alexnet(groups=2),
        alexnet(32, conv1=conv(96, 11, "relu"), classes=10),
    ],
    ids=["lenet", "224", "two towers", "11x11 on 32x32"],
)
def test_an_accepted_network_has_an_accepted_count(accepted):
    assert adapted_params(accepted, REFERENCES) == accepted.params


def test_a_fault_is_not_taken_over_into_the_count():
    wrong = alexnet(224, padding="valid")
    assert wrong.params == 25_678_184
    assert adapted_params(wrong, REFERENCES) == 50_844_008  # pool5 5x5: 6,400 inputs of fc6


def test_a_stranger_has_no_expected_count():
    assert adapted_params(model((784,), FLATTEN, dense(10)), REFERENCES) is None
