"""Trained sub-sampling, against NumPy."""

import numpy as np
import pytest

pytestmark = pytest.mark.keras


def array(value):
    from keras import ops

    return ops.convert_to_numpy(value)


def built(shape, window=2, activation=None):
    from reference.subsampling import Subsampling2D

    layer = Subsampling2D(window, activation=activation)
    layer.build((None, *shape))
    return layer


@pytest.mark.parametrize(("window", "size"), [(2, 6), (2, 7), (3, 9)])
def test_it_adds_up_each_window_then_scales_and_shifts(window, size):
    maps = np.random.default_rng(1).normal(size=(2, size, size, 3)).astype("float32")
    layer = built(maps.shape[1:], window)
    coefficient, bias = array(layer.coefficient), array(layer.bias)
    cells = size // window
    expected = np.zeros((2, cells, cells, 3))
    for p in range(cells):
        for q in range(cells):
            rows, columns = (slice(i * window, (i + 1) * window) for i in (p, q))
            expected[:, p, q] = coefficient * maps[:, rows, columns].sum(axis=(1, 2)) + bias
    np.testing.assert_allclose(array(layer(maps)), expected, rtol=1e-4, atol=1e-5)


def test_the_squashing_function_comes_last():
    maps = np.random.default_rng(2).normal(size=(1, 4, 4, 2)).astype("float32")
    plain, squashed = built((4, 4, 2)), built((4, 4, 2), activation="tanh")
    squashed.set_weights(plain.get_weights())
    np.testing.assert_allclose(array(squashed(maps)), np.tanh(array(plain(maps))), rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "weights", "connections"), [((28, 28, 6), 12, 5_880), ((10, 10, 16), 32, 2_000)]
)
def test_weights_and_connections_are_the_papers(shape, weights, connections):
    layer = built(shape)
    cells = shape[0] // 2
    assert layer.count_params() == 2 * shape[2] == weights
    assert layer.connections() == cells * cells * shape[2] * (4 + 1) == connections
    assert layer.macs() == cells * cells * shape[2]


def test_first_weights_stay_within_2_4_over_the_window():
    layer = built((4, 4, 500))
    for weight in (array(layer.coefficient), array(layer.bias)):
        assert 0.55 < np.abs(weight).max() <= 2.4 / 4
        assert weight.min() < 0 < weight.max()
    assert not np.array_equal(array(layer.coefficient), array(layer.bias))


def test_it_comes_back_from_its_config():
    from reference.subsampling import Subsampling2D

    layer = Subsampling2D(3, activation="relu", name="S2")
    again = Subsampling2D.from_config(layer.get_config())
    assert (again.name, again.window, again.activation) == ("S2", 3, layer.activation)


@pytest.mark.parametrize(
    ("window", "shape", "words"),
    [
        (0, (None, 4, 4, 1), "window: received 0, expected at least 1"),
        (2, (None, 1, 4, 1), "expected at least 2 pixels"),
        (2, (None, 4, 1), r"expected \(b, h, w, maps\)"),
    ],
)
def test_what_does_not_fit_is_named(window, shape, words):
    from reference.subsampling import Subsampling2D

    with pytest.raises(ValueError, match=words):
        Subsampling2D(window).build(shape)


def test_connections_of_an_open_size_are_refused():
    layer = built((None, None, 3))
    with pytest.raises(ValueError, match="open picture size"):
        layer.connections()
