"""First weights, against the interval of the paper."""

import numpy as np
import pytest

pytestmark = pytest.mark.keras


def draw(inputs, count=2_000):
    from keras import ops

    from reference.initial_weights import initial_weights

    return ops.convert_to_numpy(initial_weights(inputs)((count,)))


@pytest.mark.parametrize("inputs", [25, 120, 400])
def test_they_fill_the_interval_evenly(inputs):
    limit = 2.4 / inputs
    weights = draw(inputs)
    assert np.abs(weights).max() <= limit
    quarters, _ = np.histogram(weights, bins=4, range=(-limit, limit))
    assert quarters.sum() == 2_000
    assert quarters.min() > 400  # 500 expected, standard deviation 19


def test_a_seed_fixes_them():
    import keras

    keras.utils.set_random_seed(8)
    first = draw(25)
    assert not np.array_equal(first, draw(25))
    keras.utils.set_random_seed(8)
    np.testing.assert_array_equal(first, draw(25))


def test_no_inputs_are_refused():
    with pytest.raises(ValueError, match="inputs: received 0, expected at least 1"):
        draw(0)
