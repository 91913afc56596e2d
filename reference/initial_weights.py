"""First weights as in LeCun et al. 1998: uniform between -2.4/F and 2.4/F."""

from typing import Any

import keras

SPREAD = 2.4
"""LeCun et al. 1998, appendix A."""


def initial_weights(inputs: int) -> Any:
    """A Keras initialiser for weights of units that read `inputs` values.

    `keras.utils.set_random_seed` fixes what it draws. Make one for each weight: a Keras
    initialiser draws the same numbers each time it is used.

    Args:
        inputs: Values each unit reads (F, the fan-in), without the bias; at least 1.

    Raises:
        ValueError: If `inputs` is below 1.
    """
    if inputs < 1:
        raise ValueError(f"inputs: received {inputs}, expected at least 1")
    return keras.initializers.RandomUniform(-SPREAD / inputs, SPREAD / inputs)
