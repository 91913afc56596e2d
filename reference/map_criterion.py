"""The loss of LeNet-5: maximum a posteriori, equation 9 of LeCun et al. 1998."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="reference")  # type: ignore[untyped-decorator]
def map_criterion(labels: Any, distances: Any, j: float = 0.1) -> Any:
    """Pull the right class nearer and push the others away, those far off less and less.

    `y[d] + log(exp(-j) + sum over k of exp(-y[k]))` for label d and distances y; the paper's E(W)
    is the mean over the examples, as Keras takes it of a loss. It is above 0, since the sum holds
    exp(-y[d]). `exp(-j)` stands for a "rubbish" class at distance j.

    Args:
        labels: Class numbers, `(batch,)` or `(batch, 1)`.
        distances: What `EuclideanRBF` gives, `(batch, classes)`.
        j: Above 0. The paper gives no value; 0.1 is chosen, as other implementations do.

    Returns:
        A loss for each example, `(batch,)`.

    Raises:
        ValueError: If `j` is not above 0 or `distances` is no table.
    """
    if not j > 0:
        raise ValueError(f"j: received {j}, expected above 0")
    if len(distances.shape) != 2:
        raise ValueError(
            f"distances: received shape {tuple(distances.shape)}, expected (batch, classes)"
        )
    right = ops.one_hot(ops.cast(ops.reshape(labels, (-1,)), "int32"), distances.shape[-1])
    right = ops.cast(right, distances.dtype)
    rubbish = ops.full_like(distances[:, :1], -j)
    # logsumexp, since exp(-y) of a distance beyond 100 is 0 in float32 and its log infinite.
    others = ops.logsumexp(ops.concatenate([rubbish, -distances], axis=-1), axis=-1)
    return ops.sum(right * distances, axis=-1) + others
