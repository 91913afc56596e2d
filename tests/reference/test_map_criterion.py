"""The paper's loss, against NumPy."""

import numpy as np
import pytest

pytestmark = pytest.mark.keras


def loss(labels, distances, **options):
    from keras import ops

    from reference.map_criterion import map_criterion

    tensor = ops.convert_to_tensor(np.asarray(distances, "float32"))
    return ops.convert_to_numpy(map_criterion(np.asarray(labels), tensor, **options))


@pytest.mark.parametrize("j", [0.1, 3.0])
def test_it_is_equation_9(j):
    distances = np.random.default_rng(4).uniform(0, 8, size=(5, 10))
    labels = [3, 0, 9, 3, 7]
    expected = [
        y[d] + np.log(np.exp(-j) + np.exp(-y).sum()) for y, d in zip(distances, labels, strict=True)
    ]
    np.testing.assert_allclose(loss(labels, distances, j=j), expected, rtol=1e-5, atol=1e-6)


def test_labels_may_stand_in_a_column():
    distances = np.random.default_rng(5).uniform(0, 8, size=(3, 10))
    np.testing.assert_array_equal(loss([[1], [2], [3]], distances), loss([1, 2, 3], distances))


def test_far_distances_do_not_overflow():
    # exp(-1000) is 0 even in float64: what is left is y[d] - j.
    np.testing.assert_allclose(loss([0], [[1000.0] * 10]), [999.9], rtol=1e-6)


def test_a_far_wrong_class_is_pushed_less_than_a_near_one():
    from scipy.special import softmax

    near, far, j, step = 2.0, 9.0, 0.1, 1e-2
    start = np.array([[1.0, near, far]])
    pushed = [loss([0], start + step * np.eye(3)[k])[0] - loss([0], start)[0] for k in (1, 2)]
    # d E / d y[k] = -exp(-y[k]) / (exp(-j) + sum of exp(-y))
    shares = softmax([-j, -1.0, -near, -far])[2:]
    np.testing.assert_allclose(pushed, -step * shares, atol=2e-5)


@pytest.mark.parametrize(
    ("distances", "j", "words"),
    [([[1.0, 2.0]], 0.0, "j: received 0.0"), ([1.0, 2.0], 0.1, r"expected \(batch, classes\)")],
)
def test_what_does_not_fit_is_named(distances, j, words):
    with pytest.raises(ValueError, match=words):
        loss([0], distances, j=j)
