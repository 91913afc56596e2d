import numpy as np
import pytest

from grader.rebuild.layout import layouts


def sizes(*shape):
    return [(a.height, a.width, a.channels, a.channels_first) for a in layouts(shape)]


@pytest.mark.parametrize("shape", [(), (7,), (3, 3), (28, 28, 2), (2000, 2000), (1, 2, 3, 4, 5)])
def test_what_cannot_be_an_image_has_no_layout(shape):
    assert sizes(*shape) == []


def test_a_row_of_numbers_may_be_grey_or_in_colour():
    assert sizes(784) == [(28, 28, 1, False)]
    assert sizes(3072) == [(32, 32, 3, False), (32, 32, 3, True)]


def test_channels_may_come_first_or_last():
    assert sizes(28, 28) == sizes(28, 28, 1) == [(28, 28, 1, False)]
    assert sizes(1, 28, 28) == [(28, 28, 1, True)]
    assert sizes(3, 32, 32) == [(32, 32, 3, True), (32, 32, 3, False)]


@pytest.mark.parametrize("shape", [(784,), (3072,), (28, 28), (3, 32, 32), (32, 32, 3), (1, 8, 8)])
def test_what_is_read_is_written_back(shape):
    arrays = np.random.default_rng(0).random((5, *shape))
    for layout in layouts(shape):
        images = layout.read(arrays)
        assert images.shape == (5, layout.height, layout.width, layout.channels)
        np.testing.assert_array_equal(layout.write(images), arrays)
