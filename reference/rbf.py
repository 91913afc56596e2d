"""Euclidean radial basis outputs: the squared distance to a fixed code for each class."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from reference.digit_codes import DIGIT_CODES


@keras.saving.register_keras_serializable(package="reference")
class EuclideanRBF(keras.layers.Layer):  # type: ignore[misc]
    """Measure how far a vector is from the code of each class.

    `y[k] = sum over i of (x[i] - codes[k, i]) ** 2`: LeCun et al. 1998, equation 7. The codes are
    weights that training leaves alone (840 for ten digits). The nearest class has the smallest
    output; `class_scores` turns that round.

    Args:
        codes: Code of each class, `(classes, values)`; None for `DIGIT_CODES`, (10, 84).
    Input shape:
        `(batch, values)`.
    Output shape:
        `(batch, classes)`, at least 0.

    Raises:
        ValueError: If the codes are no table, or the input has another length.
    """

    def __init__(self, codes: Sequence[Sequence[float]] | None = None, **kwargs: Any) -> None:
        table = np.array(DIGIT_CODES if codes is None else codes, dtype="float32")
        if table.ndim != 2 or 0 in table.shape:
            raise ValueError(f"codes: received shape {table.shape}, expected (classes, values)")
        super().__init__(**kwargs)
        self._table = table

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the fixed weight `codes`, (classes, values)."""
        if len(input_shape) != 2 or input_shape[-1] != self._table.shape[1]:
            raise ValueError(
                f"input: received shape {input_shape}, expected (b, {self._table.shape[1]})"
            )
        self.codes = self.add_weight(
            name="codes",
            shape=self._table.shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(self._table, dtype=dtype),
            trainable=False,
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Measure the distances."""
        return ops.sum(ops.square(ops.expand_dims(inputs, 1) - self.codes), axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """`(batch, classes)`."""
        return (input_shape[0], self._table.shape[0])

    def connections(self) -> int:
        """One for each value of each code."""
        return int(self._table.size)

    def macs(self) -> int:
        """One square for each value of each code."""
        return int(self._table.size)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make the same layer."""
        return {**super().get_config(), "codes": self._table.tolist()}


def class_scores(distances: Any) -> Any:
    """Scores for which larger is likelier, so that argmax gives the class: `-distances`.

    Their softmax is the posterior of the classes, the paper's "rubbish" class aside.
    """
    return -distances
