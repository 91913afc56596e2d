import numpy as np
import pytest

from grader.rebuild.colour import Colour, fit

PIXELS = np.random.default_rng(1).integers(0, 256, (200, 3)).astype(float)


def colour(scale, shift=0.0, channels=1):
    shifts = np.full(channels, shift)
    return Colour(matrix=np.eye(channels) * scale, shift=shifts, padding=shifts)


def test_what_is_not_linear_is_not_fitted():
    assert fit(PIXELS, np.sqrt(PIXELS), 1e-3) is None
    assert fit(PIXELS[:, :1], PIXELS[:, :1] ** 2, 1.0) is None


def test_a_scale_of_its_own_is_preferred_to_a_mixture():
    grey = np.repeat(PIXELS[:, :1], 3, axis=1)  # Any mixture that adds up would fit.
    found = fit(grey, grey / 255, 1e-6)
    assert found is not None
    np.testing.assert_allclose(found.matrix, np.eye(3) / 255, atol=1e-12)


def test_a_mixture_is_found():
    weights = np.array([[0.2, 0.3, 0.5], [0, 1, 0], [1, -1, 0.25]])
    found = fit(PIXELS, PIXELS @ weights.T + 4, 1e-6)
    assert found is not None
    np.testing.assert_allclose(found.matrix, weights, atol=1e-9)
    np.testing.assert_allclose(found.shift, 4, atol=1e-6)
    assert str(found).startswith("channels mixed")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (colour(1), "raw pixel values"),
        (colour(1 / 255), "x / 255"),
        (colour(1 / 127.5, -1), "(x - 127.5) / 127.5"),
        (colour(1 / 255 / 0.3081, -0.1307 / 0.3081), "(x / 255 - 0.1307) / 0.3081"),
        (colour(1 / 70.123, -0.25), "(x - 17.531) / 70.123"),
        (colour(0), "a constant"),
        (colour(2 / 255, -1, 3), "(x - 127.5) / 127.5"),
    ],
)
def test_a_scale_is_told_as_people_write_it(made, words):
    assert str(made) == words


def test_padding_after_scaling_is_told_from_padding_before():
    assert not colour(1 / 127.5, -1).pads_after
    assert colour(1 / 127.5, -1).padded_with(np.zeros(1)).pads_after
