"""A convolution whose output maps each read chosen input maps only."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from reference import connection_table
from reference.initial_weights import SPREAD


@keras.saving.register_keras_serializable(package="reference")
class SparseConv2D(keras.layers.Layer):  # type: ignore[misc]
    """Convolve by a connection table, with no weight for what the table leaves out.

    `y[p, q, k] = activation(b[k] + sum of x[p + u, q + v, m] * w[u, v, (m, k)])` over the window
    and over the maps m that the table gives output map k; stride 1, no border. With table I of
    LeCun et al. 1998 and 5x5 windows: 25 * 60 + 16 = 1,516 weights. They start as in appendix A
    there, so a map that reads fewer maps starts with larger weights.

    Args:
        table: For each output map, the indices of the input maps it reads.
        kernel_size: Height and width of the window, at least 1.
        activation: As in `keras.layers.Conv2D`.
    Input shape:
        `(batch, height, width, maps)`, both sizes at least `kernel_size`.
    Output shape:
        `(batch, height - kernel_size + 1, width - kernel_size + 1, len(table))`.

    Raises:
        ValueError: If the table or the window is unusable, or does not fit the input.
    """

    strides = 1

    def __init__(
        self,
        table: Sequence[Sequence[int]],
        kernel_size: int = 5,
        activation: Any = None,
        **kwargs: Any,
    ) -> None:
        rows = tuple(tuple(int(index) for index in row) for row in table)
        connection_table.check(rows)
        if kernel_size < 1:
            raise ValueError(f"kernel_size: received {kernel_size}, expected at least 1")
        super().__init__(**kwargs)
        self.table = rows
        self.window = kernel_size
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights: `kernel`, (window, window, pairs of maps), and `bias`, (maps,)."""
        if len(input_shape) != 4 or input_shape[-1] is None:
            raise ValueError(f"input: received shape {input_shape}, expected (b, h, w, maps)")
        if any(size is not None and size < self.window for size in input_shape[1:3]):
            raise ValueError(
                f"input: received shape {input_shape}, expected at least {self.window} pixels "
                "in height and width"
            )
        maps = input_shape[-1]
        connection_table.check(self.table, maps=maps)
        fan_in = np.array([self.window**2 * len(row) for row in self.table])
        by_pair = np.repeat(fan_in, [len(row) for row in self.table])
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.window, self.window, len(by_pair)),
            initializer=lambda shape, dtype=None: _uniform(shape, dtype, SPREAD / by_pair),
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(len(self.table),),
            initializer=lambda shape, dtype=None: _uniform(shape, dtype, SPREAD / fan_in),
        )
        # Where each pair's weights go in a full kernel; what is left points at a column of zeros.
        place = np.full((maps, len(self.table)), len(by_pair), dtype="int32")
        pairs = [(m, k) for k, row in enumerate(self.table) for m in row]
        for number, pair in enumerate(pairs):
            place[pair] = number
        self._place = place
        self._output_shape = self.compute_output_shape(input_shape)
        self.built = True

    def full_kernel(self) -> Any:
        """The kernel of the same sum as a full convolution: zeros where the table has none.

        Shape `(window, window, input maps, output maps)`.
        """
        zeros = ops.zeros((self.window, self.window, 1), dtype=self.kernel.dtype)
        return ops.take(ops.concatenate([self.kernel, zeros], axis=-1), self._place, axis=-1)

    def call(self, inputs: Any) -> Any:
        """Convolve."""
        sums = ops.conv(inputs, self.full_kernel(), padding="valid", data_format="channels_last")
        return self.activation(sums + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """`(batch, height - window + 1, width - window + 1, maps)`."""
        batch, height, width, _ = input_shape
        shrunk = (n if n is None else n - self.window + 1 for n in (height, width))
        return (batch, *shrunk, len(self.table))

    def connections(self) -> int:
        """Weights and biases used, over all output positions."""
        return self.macs() + self._positions() * len(self.table)

    def macs(self) -> int:
        """Multiplications with an addition."""
        return self._positions() * self.window**2 * sum(map(len, self.table))

    def _positions(self) -> int:
        _, height, width, _ = self._output_shape
        if height is None or width is None:
            raise ValueError(f"{self.name}: received an open picture size, expected a fixed one")
        return height * width

    def get_config(self) -> dict[str, Any]:
        """Arguments that make the same layer."""
        return {
            **super().get_config(),
            "table": [list(row) for row in self.table],
            "kernel_size": self.window,
            "activation": keras.activations.serialize(self.activation),
        }


def _uniform(shape: Any, dtype: Any, limits: np.ndarray[Any, Any]) -> Any:
    """Uniform within a limit for each entry of the last axis."""
    draw = keras.initializers.RandomUniform(-1.0, 1.0)(shape, dtype=dtype)
    return draw * ops.convert_to_tensor(limits, dtype=dtype)
