"""The squashing function, against the paper's description of it."""

import math

import numpy as np
import pytest

pytestmark = pytest.mark.keras


def squash(values):
    from keras import ops

    from reference.scaled_tanh import scaled_tanh

    return ops.convert_to_numpy(scaled_tanh(ops.convert_to_tensor(np.asarray(values, "float32"))))


def test_it_is_the_papers_formula():
    values = np.linspace(-6, 6, 25)
    expected = [1.7159 * math.tanh(2 / 3 * value) for value in values]
    np.testing.assert_allclose(squash(values), expected, rtol=1e-5, atol=1e-6)


def test_it_takes_1_to_1_and_minus_1_to_minus_1():
    np.testing.assert_allclose(squash([1, -1]), [1, -1], atol=1e-4)  # appendix A


def test_keras_finds_it_by_its_registered_name():
    import keras

    from reference.scaled_tanh import scaled_tanh

    assert keras.activations.get(keras.activations.serialize(scaled_tanh)) is scaled_tanh
