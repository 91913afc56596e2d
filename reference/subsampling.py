"""Sub-sampling as in LeNet-5: windows added up, scaled and shifted by trained weights."""

from typing import Any

import keras
from keras import ops

from reference.initial_weights import initial_weights


@keras.saving.register_keras_serializable(package="reference")
class Subsampling2D(keras.layers.Layer):  # type: ignore[misc]
    """Add each window, times a coefficient of its map, plus a bias of its map.

    `y[p, q, m] = activation(c[m] * sum of x[s p + u, s q + v, m] + b[m])`, over a window of s x s
    pixels that moves by s. Two weights a map: 12 in S2 and 32 in S4 of LeCun et al. 1998, section
    II-B, which passes the sum through the squashing function (`activation`). The weights start as
    in appendix A there, with s * s inputs to a unit. Rows and columns left over at the lower and
    right border are not read.

    Args:
        window: Height and width of the window and its stride, at least 1.
        activation: As in `keras.layers.Conv2D`; None leaves it to a layer above.
    Input shape:
        `(batch, height, width, maps)`, both sizes at least `window`.
    Output shape:
        `(batch, height // window, width // window, maps)`.

    Raises:
        ValueError: If the window is below 1 or does not fit the input.
    """

    def __init__(self, window: int = 2, activation: Any = None, **kwargs: Any) -> None:
        if window < 1:
            raise ValueError(f"window: received {window}, expected at least 1")
        super().__init__(**kwargs)
        self.window = window
        self.strides = window
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights: `coefficient` and `bias`, (maps,) each."""
        if len(input_shape) != 4 or input_shape[-1] is None:
            raise ValueError(f"input: received shape {input_shape}, expected (b, h, w, maps)")
        if any(size is not None and size < self.window for size in input_shape[1:3]):
            raise ValueError(
                f"input: received shape {input_shape}, expected at least {self.window} pixels "
                "in height and width"
            )
        for name in ("coefficient", "bias"):
            weight = self.add_weight(
                name=name, shape=(input_shape[-1],), initializer=initial_weights(self.window**2)
            )
            setattr(self, name, weight)
        self._output_shape = self.compute_output_shape(input_shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Sub-sample."""
        means = ops.average_pool(
            inputs, self.window, strides=self.window, padding="valid", data_format="channels_last"
        )
        return self.activation(self.coefficient * (means * self.window**2) + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """`(batch, height // window, width // window, maps)`."""
        batch, height, width, maps = input_shape
        return (batch, *(n if n is None else n // self.window for n in (height, width)), maps)

    def connections(self) -> int:
        """For each output, the pixels of its window and a bias."""
        return self.macs() * (self.window**2 + 1)

    def macs(self) -> int:
        """One multiplication for each output; the window is only added up."""
        _, height, width, maps = self._output_shape
        if height is None or width is None or maps is None:
            raise ValueError(f"{self.name}: received an open picture size, expected a fixed one")
        return height * width * maps

    def get_config(self) -> dict[str, Any]:
        """Arguments that make the same layer."""
        return {
            **super().get_config(),
            "window": self.window,
            "activation": keras.activations.serialize(self.activation),
        }
