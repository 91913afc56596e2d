"""Local response normalisation against a loop over the paper's formula, and against PyTorch."""

import numpy as np
import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def normalization():
    from reference.local_response_norm import LocalResponseNormalization

    return LocalResponseNormalization


def activities(*shape, scale=100.0):
    return np.random.default_rng(3).normal(scale=scale, size=shape).astype("float32")


def by_hand(a, k, n, alpha, beta):
    """Krizhevsky et al. 2012, section 3.3, as it is printed there."""
    count = a.shape[-1]
    b = np.empty(a.shape, "float64")
    for position in np.ndindex(a.shape[:-1]):
        for i in range(count):
            total = 0.0
            for j in range(max(0, i - n // 2), min(count - 1, i + n // 2) + 1):
                total += float(a[(*position, j)]) ** 2
            b[(*position, i)] = a[(*position, i)] / (k + alpha * total) ** beta
    return b


def result(layer, a):
    from keras import ops

    return ops.convert_to_numpy(layer(a))


def test_the_constants_are_the_papers(normalization):
    layer = normalization()
    assert (layer.k, layer.n, layer.alpha, layer.beta) == (2, 5, 1e-4, 0.75)


@pytest.mark.parametrize(
    "constants",
    [
        {},
        {"n": 1},
        {"n": 3, "alpha": 0.5},
        {"n": 9, "alpha": 1e-2},  # wider than the seven channels
        {"k": 0.5, "beta": 0.5},
        {"alpha": 0.0},
    ],
)
def test_each_activity_is_divided_as_in_the_paper(normalization, constants):
    a = activities(2, 3, 2, 7)
    all_four = {"k": 2.0, "n": 5, "alpha": 1e-4, "beta": 0.75, **constants}
    np.testing.assert_allclose(
        result(normalization(**constants), a), by_hand(a, **all_four), rtol=1e-5
    )


def test_one_active_channel_dims_its_two_neighbours_on_each_side_alone(normalization):
    a = np.ones((1, 1, 1, 9), "float32")
    a[..., 4] = 1000.0
    dimmed = result(normalization(), a)[0, 0, 0] < 0.1
    assert dimmed.tolist() == [False, False, True, True, False, True, True, False, False]


@pytest.mark.torch
@pytest.mark.parametrize("n", [1, 3, 5, 7])
def test_pytorch_agrees_when_its_alpha_is_n_times_as_large(normalization, n):
    torch = pytest.importorskip("torch")
    a = activities(2, 5, 4, 12)
    theirs = torch.nn.LocalResponseNorm(n, alpha=1e-4 * n, beta=0.75, k=2.0)
    expected = theirs(torch.from_numpy(a).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).numpy()
    np.testing.assert_allclose(result(normalization(n=n), a), expected, rtol=1e-5)


def test_large_half_precision_activities_do_not_vanish(normalization):
    a = np.full((1, 1, 1, 5), 1000.0, "float16")
    out = result(normalization(dtype="float16"), a)
    assert out.dtype == np.float16
    np.testing.assert_allclose(out, by_hand(a, 2.0, 5, 1e-4, 0.75), rtol=1e-3)


def test_a_network_with_it_comes_back_from_its_config(keras, normalization):
    model = keras.Sequential([keras.layers.Input((4, 4, 6)), normalization(n=3, name="norm1")])
    again = type(model).from_config(model.get_config())
    assert again.count_params() == 0
    assert again.output_shape == (None, 4, 4, 6)
    assert (again.get_layer("norm1").n, again.get_layer("norm1").alpha) == (3, 1e-4)


@pytest.mark.parametrize(
    ("constants", "words"),
    [
        ({"k": 0}, "k: received 0, expected more than 0"),
        ({"n": 4}, "n: received 4, expected an odd number"),
        ({"n": -1}, "n: received -1, expected an odd number"),
        ({"alpha": -1.0}, "alpha: received -1.0, expected at least 0"),
        ({"beta": -0.75}, "beta: received -0.75, expected at least 0"),
    ],
)
def test_a_constant_out_of_range_is_named(normalization, constants, words):
    with pytest.raises(ValueError, match=words):
        normalization(**constants)
