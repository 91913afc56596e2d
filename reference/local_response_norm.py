"""Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3)."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="reference")
class LocalResponseNormalization(keras.layers.Layer):  # type: ignore[misc]
    """Divide each activity by a power of the squares around it, across the channels.

    With N channels, the activity of channel i at one position becomes

        b[i] = a[i] / (k + alpha * sum of a[j]**2) ** beta

    over j from max(0, i - n // 2) to min(N - 1, i + n // 2). Positions never mix, and no weight is
    learnt. The sum is not divided by n: `torch.nn.LocalResponseNorm` and Caffe divide, so that
    their alpha is n times the one here; `tf.nn.local_response_normalization` does not, and its
    `depth_radius` is n // 2.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks", NIPS 2012, section 3.3, which also gives the default constants.

    The sum and the power are taken in float32 at least: in float16 the square of an activity above
    255 is infinite.

    Args:
        k: Added to the sum; above 0, so that silent channels divide by something.
        n: Channels in the window; odd, so that the window has a middle.
        alpha: Weight of the squares, at least 0.
        beta: Exponent, at least 0.
    Input shape:
        `(batch, ..., channels)`, channels last.
    Output shape:
        As the input.

    Raises:
        ValueError: If a constant is out of its range.
    """

    def __init__(
        self,
        *,
        k: float = 2.0,
        n: int = 5,
        alpha: float = 1e-4,
        beta: float = 0.75,
        **kwargs: Any,
    ) -> None:
        if k <= 0:
            raise ValueError(f"k: received {k}, expected more than 0")
        if n < 1 or n % 2 == 0:
            raise ValueError(f"n: received {n}, expected an odd number of channels, at least 1")
        for name, value in (("alpha", alpha), ("beta", beta)):
            if value < 0:
                raise ValueError(f"{name}: received {value}, expected at least 0")
        super().__init__(**kwargs)
        self.k = k
        self.n = n
        self.alpha = alpha
        self.beta = beta

    def call(self, inputs: Any) -> Any:
        """The normalised activities, in the inputs' shape and this layer's dtype."""
        wide = keras.backend.result_type(inputs.dtype, "float32")
        activity = ops.cast(inputs, wide)
        channels = inputs.shape[-1]
        border = [(0, 0)] * (len(inputs.shape) - 1) + [(self.n // 2, self.n // 2)]
        squares = ops.pad(ops.square(activity), border)
        total = squares[..., :channels]
        for start in range(1, self.n):
            total = total + squares[..., start : start + channels]
        scaled = activity / ops.power(self.k + self.alpha * total, self.beta)
        return ops.cast(scaled, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """As the input."""
        return tuple(input_shape)

    def connections(self) -> int:
        """0: no weight or bias is used."""
        return 0

    def macs(self) -> int:
        """0: squares, powers and quotients of activities; none multiplies by a weight."""
        return 0

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this layer again."""
        own = {"k": self.k, "n": self.n, "alpha": self.alpha, "beta": self.beta}
        return {**super().get_config(), **own}
