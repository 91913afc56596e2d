"""Sizes against hand counts and the papers."""

import pytest

from grader.rebuild.inside import shapes
from grader.rebuild.inside.shapes import ImpossibleError


@pytest.mark.parametrize(
    ("size", "field", "stride", "padding", "result"),
    [
        (32, 5, 1, "valid", 28),  # LeNet-5 C1
        (28, 2, 2, "valid", 14),  # LeNet-5 S2
        (227, 11, 4, "valid", 55),  # AlexNet conv1
        (55, 3, 2, "valid", 27),  # AlexNet pool1, overlapping
        (224, 11, 4, "valid", 54),
        (13, 3, 1, "same", 13),
        (7, 3, 2, "same", 4),
        (2, 3, 2, "valid", 0),
        (None, 3, 2, "valid", None),
    ],
)
def test_windows_are_counted(size, field, stride, padding, result):
    assert shapes.window(size, field, stride, padding) == result


def test_a_window_that_does_not_fit_comes_with_its_arithmetic():
    with pytest.raises(ImpossibleError) as error:
        shapes.slide((2, 2, 256), (3, 3), (2, 2), "valid")
    assert str(error.value) == (
        "(3x3, stride 2) needs at least 3x3, gets 2x2: floor((2 - 3) / 2) + 1 = 0"
    )


def test_only_the_axis_that_does_not_fit_is_explained():
    with pytest.raises(ImpossibleError, match=r"gets 9x2: floor\(\(2 - 3\) / 1\) \+ 1 = 0"):
        shapes.slide((9, 2, 1), (3, 3), (1, 1), "valid")


def test_dilation_widens_the_reach():
    assert shapes.slide((9, 9, 1), (3, 3), (1, 1), "valid", (2, 2)) == (5, 5)
    with pytest.raises(ImpossibleError, match=r"dilation 4x4.* needs at least 9x9"):
        shapes.slide((8, 8, 1), (3, 3), (1, 1), "valid", (4, 4))


def test_a_flat_thing_is_no_picture():
    with pytest.raises(ImpossibleError, match="needs height, width and channels, gets 400"):
        shapes.picture((400,))


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ([(8, 8, 4), (8, 8, 4)], (8, 8, 4)),
        ([(8, 8, 4), (4,)], (8, 8, 4)),
        ([(8, 8, 1), (8, 8, 4)], (8, 8, 4)),
        ([(None, 8, 4), (6, 8, 4)], (6, 8, 4)),
    ],
)
def test_sums_take_the_common_shape(given, result):
    assert shapes.broadcast(given) == result


def test_a_sum_of_unequal_shapes_is_impossible():
    with pytest.raises(ImpossibleError, match="equal shapes, gets 8x8x4 and 6x6x4"):
        shapes.broadcast([(8, 8, 4), (6, 6, 4)])


def test_joining_adds_one_axis_up():
    assert shapes.joined([(8, 8, 4), (8, 8, 3)], 2) == (8, 8, 7)
    with pytest.raises(ImpossibleError, match="differ in one axis only"):
        shapes.joined([(8, 8, 4), (6, 8, 4)], 2)
    with pytest.raises(ImpossibleError, match="differ in one axis only"):
        shapes.joined([(8, 8, 4), (4,)], 0)


def test_a_reshape_must_hold_as_many_numbers():
    assert shapes.reshaped((28, 28), (28, 28, 1)) == (28, 28, 1)
    assert shapes.reshaped((784,), (28, -1)) == (28, 28)
    with pytest.raises(ImpossibleError, match="needs 1,024 numbers for 32x32, gets 784"):
        shapes.reshaped((784,), (32, 32))
    with pytest.raises(ImpossibleError, match="cannot give"):
        shapes.reshaped((784,), (-1, -1))


@pytest.mark.parametrize(("axis", "place"), [(-1, 2), (1, 0), (3, 2), (-3, 0)])
def test_axes_count_the_batch(axis, place):
    assert shapes.positive_axis(axis, 3) == place


@pytest.mark.parametrize("axis", [0, 4, -4])
def test_an_axis_outside_is_impossible(axis):
    with pytest.raises(ImpossibleError, match="not among the 3 axes"):
        shapes.positive_axis(axis, 3)
