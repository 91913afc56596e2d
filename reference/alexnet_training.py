"""How AlexNet is trained: first weights, optimizer and steps of the learning rate (section 5)."""

from typing import Any

import keras
import numpy as np

BATCH_SIZE = 128
"""Pictures in a step (Krizhevsky et al. 2012, section 5)."""
EPOCHS = 90
"""Cycles through the training set, roughly (section 5)."""
_ONES = ("conv2", "conv4", "conv5", "fc6", "fc7")
"""Layers whose biases start at 1, so that their rectifiers see positive inputs at first."""


def initialise(model: keras.Model, *, seed: int | None = None) -> None:
    """Give a built AlexNet the paper's first weights, in place.

    Weights are drawn from a Gaussian of mean 0 and standard deviation 0.01. Biases are 1 in conv2,
    conv4, conv5, fc6 and fc7, and 0 in the other layers.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks", NIPS 2012, section 5.

    Args:
        model: Any form from `reference.alexnet`; layers are known by their names.
        seed: For the same weights again, on any backend; None for others each time.

    Raises:
        ValueError: If the model has no weights yet or lacks one of the five layers.
    """
    names = [layer.name for layer in model.layers if layer.weights]
    missing = [name for name in _ONES if name not in names]
    if missing:
        raise ValueError(
            f"model: received layers with weights {', '.join(names) or 'none'}, "
            f"expected also {', '.join(missing)}"
        )
    draws = np.random.default_rng(seed)
    for layer in model.layers:
        if not layer.weights:
            continue
        drawn = draws.standard_normal(tuple(layer.kernel.shape), dtype=np.float32)
        layer.kernel.assign(drawn * np.float32(0.01))
        first = 1.0 if layer.name in _ONES else 0.0
        layer.bias.assign(np.full(tuple(layer.bias.shape), first, dtype=np.float32))


@keras.saving.register_keras_serializable(package="reference")
class DecayingSGD(keras.optimizers.SGD):  # type: ignore[misc]
    """Gradient descent with momentum, and a weight decay that takes part in the momentum.

    A step moves a weight w with gradient g, at learning rate e, by

        v = momentum * v - decay * e * w - e * g
        w = w + v

    which is the update rule of section 5. `keras.optimizers.SGD(weight_decay=...)` shrinks the
    weight on its own, outside v: with momentum 0.9 its decay is a tenth of this in the long run.
    The paper speaks of weights; biases (variables of one axis) do not decay here.

    Args:
        learning_rate: Above 0.
        momentum: From 0 to 1.
        decay: At least 0.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.9,
        decay: float = 0.0005,
        **kwargs: Any,
    ) -> None:
        if isinstance(learning_rate, int | float) and learning_rate <= 0:
            raise ValueError(f"learning_rate: received {learning_rate}, expected more than 0")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum: received {momentum}, expected 0 to 1")
        if decay < 0:
            raise ValueError(f"decay: received {decay}, expected at least 0")
        super().__init__(learning_rate=learning_rate, momentum=momentum, **kwargs)
        self.decay = decay

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one variable."""
        if len(variable.shape) > 1:
            value = keras.ops.cast(variable, gradient.dtype)
            gradient = keras.ops.add(gradient, keras.ops.multiply(value, self.decay))
        super().update_step(gradient, variable, learning_rate)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this optimizer again."""
        return {**super().get_config(), "decay": self.decay}


def optimizer() -> DecayingSGD:
    """The paper's: momentum 0.9, weight decay 0.0005, learning rate 0.01 to begin with."""
    return DecayingSGD(learning_rate=0.01, momentum=0.9, decay=0.0005)


def learning_rate_steps(
    monitor: str = "val_accuracy", *, patience: int = 5
) -> keras.callbacks.ReduceLROnPlateau:
    """A callback that divides the learning rate by 10 when validation stops improving.

    The paper did so by hand, three times in all, so that the rate ends at 0.00001.

    Args:
        monitor: What `fit` logs; a name with "acc" in it should rise, any other fall.
        patience: Epochs without improvement before a step, at least 1. The paper gives none; 5
            is chosen, and leaves room for more than the three steps in 90 epochs.

    Raises:
        ValueError: If `patience` is below 1.
    """
    if patience < 1:
        raise ValueError(f"patience: received {patience}, expected at least 1")
    return keras.callbacks.ReduceLROnPlateau(
        monitor=monitor,
        mode="max" if "acc" in monitor else "min",
        factor=0.1,
        patience=patience,
        # Any improvement counts; the paper names no smallest one.
        min_delta=0.0,
        min_lr=0.01 / 10**3,
    )
