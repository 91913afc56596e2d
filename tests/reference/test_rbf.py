"""Distances to the digits' codes, against NumPy."""

from itertools import combinations

import numpy as np
import pytest

from reference.digit_codes import DIGIT_CODES, HEIGHT, WIDTH

pytestmark = pytest.mark.keras


def array(value):
    from keras import ops

    return ops.convert_to_numpy(value)


def test_there_are_ten_different_codes_of_84_signs():
    assert DIGIT_CODES.shape == (10, HEIGHT * WIDTH) == (10, 7 * 12)
    assert set(np.unique(DIGIT_CODES)) == {-1.0, 1.0}
    # Chosen floor; two codes that differ in n pixels lie 4 n apart.
    assert min(np.sum(a != b) for a, b in combinations(DIGIT_CODES, 2)) >= 6


def test_the_one_is_a_stroke_with_a_foot():
    one = DIGIT_CODES[1].reshape(HEIGHT, WIDTH) > 0
    assert one[1:11, 3:5].all()
    assert one[10, 1:].all()
    assert not one[:, 0].any()


def test_it_gives_squared_distances():
    from reference.rbf import EuclideanRBF

    vectors = np.random.default_rng(3).normal(size=(4, 84)).astype("float32")
    expected = [[sum((x - w) ** 2) for w in DIGIT_CODES] for x in vectors]
    np.testing.assert_allclose(array(EuclideanRBF()(vectors)), expected, rtol=1e-5)


def test_a_digits_own_code_is_at_distance_0_and_scores_best():
    from reference.rbf import EuclideanRBF, class_scores

    distances = array(EuclideanRBF()(DIGIT_CODES))
    assert np.diag(distances).tolist() == [0.0] * 10
    differing = (DIGIT_CODES[:, None] != DIGIT_CODES[None]).sum(axis=-1)
    np.testing.assert_array_equal(distances, 4 * differing)
    assert class_scores(distances).argmax(axis=1).tolist() == list(range(10))


def test_the_codes_are_840_values_that_training_leaves_alone():
    from reference.rbf import EuclideanRBF

    layer = EuclideanRBF()
    layer.build((None, 84))
    assert layer.count_params() == layer.connections() == layer.macs() == 10 * 84
    assert layer.trainable_weights == []


def test_it_comes_back_from_its_config():
    from reference.rbf import EuclideanRBF

    layer = EuclideanRBF([[0, 1], [2, 3], [4, 5]])
    again = EuclideanRBF.from_config(layer.get_config())
    assert array(again(np.zeros((1, 2), "float32"))).tolist() == [[1.0, 13.0, 41.0]]


@pytest.mark.parametrize(
    ("codes", "shape", "words"),
    [
        ([1.0, -1.0], (None, 2), r"expected \(classes, values\)"),
        (None, (None, 83), r"expected \(b, 84\)"),
    ],
)
def test_what_does_not_fit_is_named(codes, shape, words):
    from reference.rbf import EuclideanRBF

    with pytest.raises(ValueError, match=words):
        EuclideanRBF(codes).build(shape)
