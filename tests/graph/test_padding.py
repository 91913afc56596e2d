import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.graph.padding import NONE, add, explicit, pair, pixels, words


@pytest.mark.parametrize("nonsense", [None, "full", [1], [1, 2, 3], 1.5])
def test_padding_that_cannot_be_read_is_not_guessed(nonsense):
    assert explicit(nonsense) is None


def test_same_with_a_stride_needs_the_input():
    assert pixels("same", (3, 3), {"strides": (2, 2)}, None) is None
    assert pixels("same", (3, 3), {"strides": (1, 1)}, None) == ((1, 1), (1, 1))


@given(st.integers(1, 60), st.integers(1, 11), st.integers(1, 4))
def test_same_gives_as_many_outputs_as_strides_fit(length, window, stride):
    config = {"strides": (stride, stride)}
    (top, bottom), columns = pixels("same", (window, window), config, (length, length, 1))
    # TensorFlow: ceil(length / stride) outputs, the odd pixel at the end.
    outputs = (length + top + bottom - window) // stride + 1
    assert outputs == -(-length // stride)
    assert (top, bottom) == columns
    assert top in (bottom, bottom - 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [(2, ((2, 2), (2, 2))), ([1, 2], ((1, 1), (2, 2))), ([[1, 2], [3, 4]], ((1, 2), (3, 4)))],
)
def test_numbers_are_read_in_all_their_forms(written, read):
    assert explicit(written) == read


def test_padding_adds_up():
    assert add(((1, 2), (3, 4)), ((1, 1), (1, 1))) == ((2, 3), (4, 5))


@pytest.mark.parametrize(
    ("pads", "text"),
    [
        (NONE, "'valid'"),
        (((2, 2), (2, 2)), "'same'"),
        (((1, 1), (1, 1)), "1 on each side"),
        (((0, 4), (0, 4)), "0+4 rows and 0+4 columns"),
    ],
)
def test_padding_is_told_in_words_that_students_wrote(pads, text):
    assert words(pads, (5, 5)) == text


@pytest.mark.parametrize(("value", "read"), [(5, (5, 5)), ([5], (5, 5)), ([3, 5], (3, 5))])
def test_one_number_stands_for_both_sides(value, read):
    assert pair(value) == read
