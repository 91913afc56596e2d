"""LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998), section II-B."""

import keras
from keras import layers

VARIANTS = {
    "classroom": "LeNet-5 (classroom form, 32x32 input)",
    "unpadded_28": "LeNet-5 (28x28 input, unpadded)",
    "padded_28": "LeNet-5 (28x28 input, C1 padded)",
}
"""Variant -> title for people; the form that courses draw comes first."""

_INPUT = {"classroom": 32, "unpadded_28": 28, "padded_28": 28}


def build(variant: str = "classroom", classes: int = 10) -> keras.Model:
    """Build LeNet-5 with every C3 filter reading all six S2 maps.

    The classroom form differs from the paper, which is LeCun et al., "Gradient-based learning
    applied to document recognition", Proceedings of the IEEE 86(11), 1998, section II-B:

    - The paper wires C3 to chosen S2 maps only (table 1) and holds 1,516 weights there; here C3
      holds 2,416.
    - The paper's S2 and S4 add four pixels, scale by a trained coefficient and add a trained
      bias (12 and 32 weights), and pass through the squashing function; here they average and
      hold none.
    - The paper's C5 is a convolution whose field covers all of S4; here it is written as a dense
      layer, which is the same sum (48,120 weights).
    - The paper's squashing function is 1.7159 tanh(2/3 x); here it is tanh.
    - The paper's output units are Euclidean radial basis functions on fixed codes; here they are
      a softmax layer of 850 weights.

    MNIST pictures are 28x28 and the paper centres them in a field of 32x32. `padded_28` lets the
    padding of C1 do so, with the same counts; `unpadded_28` does not, so that S4 is 4x4 and C5
    holds 30,840 weights.

    Args:
        variant: A key of `VARIANTS`.
        classes: Number of output classes, at least 2.
    Input shape:
        `(batch, 32, 32, 1)`, or `(batch, 28, 28, 1)` for the variants that say so; float32.
    Output shape:
        `(batch, classes)`, probabilities that sum to 1.

    Raises:
        ValueError: If `variant` is unknown or `classes` is below 2.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant: received {variant!r}, expected one of {', '.join(VARIANTS)}")
    if classes < 2:
        raise ValueError(f"classes: received {classes}, expected at least 2")
    size = _INPUT[variant]
    padding = "same" if variant == "padded_28" else "valid"
    return keras.Sequential(
        [
            layers.Input((size, size, 1)),
            layers.Conv2D(6, 5, padding=padding, activation="tanh", name="C1"),
            layers.AveragePooling2D(2, name="S2"),
            layers.Conv2D(16, 5, activation="tanh", name="C3"),
            layers.AveragePooling2D(2, name="S4"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="tanh", name="C5"),
            layers.Dense(84, activation="tanh", name="F6"),
            layers.Dense(classes, activation="softmax", name="output"),
        ],
        name=f"lenet5_{variant}",
    )
