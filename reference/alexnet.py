"""AlexNet (Krizhevsky, Sutskever and Hinton 2012), section 3.5."""

from dataclasses import dataclass

import keras
from keras import layers

from reference import facts as _facts
from reference.local_response_norm import LocalResponseNormalization

VARIANTS = {
    "single_tower": "AlexNet (single tower, 227x227 input)",
    "narrow": "AlexNet (64-192-384-256-256 filters, 224x224 input)",
    "cifar": "AlexNet (adapted to 32x32 input)",
}
"""Variant -> title for people; the form that courses draw comes first."""

EXACT = {"grouped": "AlexNet (the paper's two towers with response normalisation, 227x227 input)"}
"""Variant -> title, for forms with layers of our own; `build` takes them as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What tells the variants apart."""

    size: int
    """Height and width of the input."""
    border: int = 0
    """Zeros added on each side before conv1."""
    kernel: int = 11
    """Height and width of conv1's filters."""
    stride: int = 4
    """Of conv1."""
    same: bool = False
    """True when conv1 keeps height and width."""
    filters: tuple[int, int, int, int, int]
    """Of conv1 to conv5."""
    towers: int = 1
    """Parts that the maps below conv2, conv4 and conv5 fall into; a filter reads one of them."""
    classes: int
    """Output classes when none are asked for."""


_FORMS = {
    "single_tower": _Form(size=227, filters=(96, 256, 384, 384, 256), classes=1000),
    "narrow": _Form(size=224, border=2, filters=(64, 192, 384, 256, 256), classes=1000),
    "cifar": _Form(
        size=32, kernel=3, stride=1, same=True, filters=(96, 256, 384, 384, 256), classes=10
    ),
    "grouped": _Form(size=227, filters=(96, 256, 384, 384, 256), towers=2, classes=1000),
}
_SPLIT = (2, 4, 5)
"""Convolutions that read only the maps of their own GPU (section 3.5)."""


def build(
    variant: str = "single_tower", classes: int | None = None, *, lrn: bool | None = None
) -> keras.Model:
    """Build AlexNet as the paper has it (`grouped`), or as one tower.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks", NIPS 2012, section 3.5. Where this departs from it:

    - The paper says 224x224 input; an 11x11 filter with stride 4 gives its 55x55 maps only for
      227x227, or with a border. `grouped` and `single_tower` read 227x227.
    - The paper splits conv2, conv4 and conv5 over two GPUs, so that a filter reads half of the
      maps below. `grouped` does so with convolutions in two groups (60,965,224 weights in all); in
      the other forms each filter reads all maps below (`single_tower`: 62,378,344).
    - Local response normalisation follows conv1 and conv2 in the paper. It has no weights, and only
      `grouped` has it unless `lrn` says otherwise. Its window runs over the N maps of the layer, as
      the formula of section 3.3 says, so at the middle it reaches from one tower to the other.
    - `narrow` is the form of Krizhevsky's later one-tower paper ("One weird trick", 2014) as
      torchvision builds it: 64-192-384-256-256 filters, a border of 2 before conv1. Torchvision's
      adaptive pooling to 6x6 changes nothing for this input and is left out. 61,100,840 weights
      with 1,000 classes, 57,044,810 with 10.
    - `cifar` follows no paper. On 32x32 input the filters of conv1 and the poolings of stride 2
      leave nothing to pool, so conv1 is 3x3 with stride 1 and keeps the size; all else stays, and
      pool5 gives 3x3 maps.

    Dropout of 0.5 follows fc6 and fc7, as in the paper's section 4.2.

    Args:
        variant: A key of `VARIANTS` or `EXACT`.
        classes: Number of output classes, at least 2; None for 1,000 (`cifar`: 10).
        lrn: True for local response normalisation after conv1 and conv2 (`norm1`, `norm2`); None
            for what the variant says.
    Input shape:
        `(batch, 227, 227, 3)`, `(batch, 224, 224, 3)` or `(batch, 32, 32, 3)`; float32.
    Output shape:
        `(batch, classes)`, probabilities that sum to 1.

    Raises:
        ValueError: If `variant` is unknown or `classes` is below 2.
    """
    if variant not in _FORMS:
        known = ", ".join([*VARIANTS, *EXACT])
        raise ValueError(f"variant: received {variant!r}, expected one of {known}")
    form = _FORMS[variant]
    if classes is None:
        classes = form.classes
    if classes < 2:
        raise ValueError(f"classes: received {classes}, expected at least 2")

    def conv(number: int, kernel: int, *, stride: int = 1, same: bool = True) -> layers.Layer:
        return layers.Conv2D(
            form.filters[number - 1],
            kernel,
            strides=stride,
            padding="same" if same else "valid",
            activation="relu",
            groups=form.towers if number in _SPLIT else 1,
            name=f"conv{number}",
        )

    def norm(number: int) -> list[layers.Layer]:
        wanted = variant in EXACT if lrn is None else lrn
        return [LocalResponseNormalization(name=f"norm{number}")] if wanted else []

    border = [layers.ZeroPadding2D(form.border, name="pad1")] if form.border else []
    return keras.Sequential(
        [
            layers.Input((form.size, form.size, 3)),
            *border,
            conv(1, form.kernel, stride=form.stride, same=form.same),
            *norm(1),
            layers.MaxPooling2D(3, strides=2, name="pool1"),
            conv(2, 5),
            *norm(2),
            layers.MaxPooling2D(3, strides=2, name="pool2"),
            conv(3, 3),
            conv(4, 3),
            conv(5, 3),
            layers.MaxPooling2D(3, strides=2, name="pool5"),
            layers.Flatten(name="flatten"),
            layers.Dense(4096, activation="relu", name="fc6"),
            layers.Dropout(0.5, name="drop6"),
            layers.Dense(4096, activation="relu", name="fc7"),
            layers.Dropout(0.5, name="drop7"),
            layers.Dense(classes, activation="softmax", name="fc8"),
        ],
        name=f"alexnet_{variant}",
    )


def facts(variant: str = "single_tower") -> _facts.Facts:
    """Shapes, weights, connections and costs of a variant, counted from the built network.

    Args:
        variant: A key of `VARIANTS` or `EXACT`.

    Raises:
        ValueError: If `variant` is unknown.
    """
    return _facts.of(build(variant), network="alexnet", variant=variant)
