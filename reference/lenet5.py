"""LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998), section II-B."""

import keras
from keras import layers

from reference.connection_table import C3_READS
from reference.facts import Facts, of
from reference.initial_weights import initial_weights
from reference.rbf import EuclideanRBF
from reference.scaled_tanh import scaled_tanh
from reference.sparse_conv import SparseConv2D
from reference.subsampling import Subsampling2D

VARIANTS = {
    "classroom": "LeNet-5 (classroom form, 32x32 input)",
    "unpadded_28": "LeNet-5 (28x28 input, unpadded)",
    "padded_28": "LeNet-5 (28x28 input, C1 padded)",
}
"""Variant -> title for people; the form that courses draw comes first."""

EXACT = {"1998": "LeNet-5 (as published in 1998)"}
"""Further variants, of layers that Keras has not, which submissions are not compared with."""

_INPUT = {"classroom": 32, "unpadded_28": 28, "padded_28": 28}
_POOLINGS = {"average": layers.AveragePooling2D, "max": layers.MaxPooling2D}


def build(
    variant: str = "classroom",
    classes: int = 10,
    *,
    activation: str = "tanh",
    pooling: str = "average",
    c5: str = "dense",
) -> keras.Model:
    """Build LeNet-5: as courses draw it, or for `1998` as published.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998, section II-B. `1998` has its 60,000
    trainable weights and 340,908 connections:

    - S2 and S4 add four pixels, scale by a trained coefficient, add a trained bias (12 and 32
      weights) and squash.
    - C3 reads chosen S2 maps only (table I): 1,516 weights.
    - C5 is a convolution whose window covers all of S4 (48,120 weights).
    - The squashing function is 1.7159 tanh(2/3 x), on C1 to F6.
    - The output is the squared distance to a fixed picture of each digit (840 values that
      training leaves alone). The pictures are drawn after figure 3, not copied from it.
    - First weights are uniform within 2.4 / fan-in (appendix A).
    - The paper's pixels are -0.1 for paper and 1.175 for ink. Its loss is
      `reference.map_criterion`; its training, by a stochastic diagonal Levenberg-Marquardt
      method, is not here.

    The classroom form departs from that:

    - C3 reads all six S2 maps and holds 2,416 weights.
    - S2 and S4 average and hold none.
    - C5 is written as a dense layer, which is the same sum.
    - The squashing function is tanh, first weights are Keras's own.
    - The output is a softmax layer of 850 weights.

    MNIST pictures are 28x28 and the paper centres them in a field of 32x32. `padded_28` lets the
    padding of C1 do so, with the same counts; `unpadded_28` does not, so that S4 is 4x4 and C5
    holds 30,840 weights.

    Args:
        variant: A key of `VARIANTS` or `EXACT`.
        classes: Number of output classes, at least 2; 10 for `1998`, whose codes are digits.
        activation: On C1, C3, C5 and F6, `tanh` or `relu`; `1998` has its own and takes neither
            this nor what follows.
        pooling: In S2 and S4, `average` or `max`.
        c5: `dense`, or `convolution` for the paper's spelling with the same count.
    Input shape:
        `(batch, 32, 32, 1)`, or `(batch, 28, 28, 1)` for the variants that say so; float32.
    Output shape:
        `(batch, classes)`: probabilities that sum to 1; for `1998`, distances, the smallest for
        the likeliest class (`reference.rbf.class_scores` turns them round).

    Raises:
        ValueError: If `variant` or an option is unknown or does not fit the variant, or `classes`
            is below 2.
    """
    known = {**VARIANTS, **EXACT}
    if variant not in known:
        raise ValueError(f"variant: received {variant!r}, expected one of {', '.join(known)}")
    if classes < 2:
        raise ValueError(f"classes: received {classes}, expected at least 2")
    options = {
        "activation": (activation, ("tanh", "relu")),
        "pooling": (pooling, ("average", "max")),
        "c5": (c5, ("dense", "convolution")),
    }
    for name, (value, choices) in options.items():
        if value not in choices:
            raise ValueError(f"{name}: received {value!r}, expected one of {', '.join(choices)}")
        if variant in EXACT and value != choices[0]:
            raise ValueError(f"{name}: received {value!r}, expected none with {variant!r}")
    if variant in EXACT:
        if classes != 10:
            raise ValueError(f"classes: received {classes}, expected 10 with {variant!r}")
        return _exact(variant)
    size = _INPUT[variant]
    padding = "same" if variant == "padded_28" else "valid"
    pool = _POOLINGS[pooling]
    top = [layers.Flatten(name="flatten"), layers.Dense(120, activation=activation, name="C5")]
    if c5 == "convolution":
        window = 4 if variant == "unpadded_28" else 5
        top = [
            layers.Conv2D(120, window, activation=activation, name="C5"),
            layers.Flatten(name="flatten"),
        ]
    return keras.Sequential(
        [
            layers.Input((size, size, 1)),
            layers.Conv2D(6, 5, padding=padding, activation=activation, name="C1"),
            pool(2, name="S2"),
            layers.Conv2D(16, 5, activation=activation, name="C3"),
            pool(2, name="S4"),
            *top,
            layers.Dense(84, activation=activation, name="F6"),
            layers.Dense(classes, activation="softmax", name="output"),
        ],
        name=f"lenet5_{variant}",
    )


def facts(variant: str = "classroom") -> Facts:
    """Shapes, weights, connections and costs of a variant, layer by layer.

    Args:
        variant: A key of `VARIANTS` or `EXACT`.

    Raises:
        ValueError: If `variant` is unknown.
    """
    return of(build(variant), network="lenet5", variant=variant)


def _exact(variant: str) -> keras.Model:
    def start(inputs: int) -> dict[str, keras.initializers.Initializer]:
        return {
            "kernel_initializer": initial_weights(inputs),
            "bias_initializer": initial_weights(inputs),
        }

    return keras.Sequential(
        [
            layers.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation=scaled_tanh, name="C1", **start(5 * 5)),
            Subsampling2D(2, activation=scaled_tanh, name="S2"),
            SparseConv2D(C3_READS, 5, activation=scaled_tanh, name="C3"),
            Subsampling2D(2, activation=scaled_tanh, name="S4"),
            layers.Conv2D(120, 5, activation=scaled_tanh, name="C5", **start(5 * 5 * 16)),
            layers.Flatten(name="flatten"),
            layers.Dense(84, activation=scaled_tanh, name="F6", **start(120)),
            EuclideanRBF(name="output"),
        ],
        name=f"lenet5_{variant}",
    )
