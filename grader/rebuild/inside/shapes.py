"""Sizes of feature maps, computed by hand so that an impossible layer can be explained.

Shapes are without the batch axis, channels last; None stands for a size that the network leaves
open. Source of the rules: TensorFlow's guide to convolution padding, and Dumoulin and Visin, "A
guide to convolution arithmetic for deep learning" (2016).
"""

import math
from collections.abc import Sequence

Size = int | None
Shape = tuple[Size, ...]


class ImpossibleError(Exception):
    """A layer cannot work on what it gets; the message says why, with the arithmetic."""


def show(shape: Sequence[Size]) -> str:
    """A shape for people: `28x28x6`; `?` for an open size."""
    return "x".join("?" if size is None else str(size) for size in shape) or "a single number"


def count(shape: Shape) -> int | None:
    """How many numbers a shape holds; None if a size is open."""
    return None if None in shape else math.prod(s for s in shape if s is not None)


def picture(shape: Shape) -> tuple[Size, Size, Size]:
    """Height, width and channels, or ImpossibleError if the shape is no picture."""
    if len(shape) != 3:
        raise ImpossibleError(f"needs height, width and channels, gets {show(shape)}")
    return shape[0], shape[1], shape[2]


def known(size: Size, what: str) -> int:
    """A size that must be known, or ImpossibleError."""
    if size is None:
        raise ImpossibleError(f"needs to know {what}, which the network leaves open")
    return size


def window(size: Size, field: int, stride: int, padding: str) -> Size:
    """How many windows of `field` fit along one axis; 0 or less where none does."""
    if size is None:
        return None
    if padding == "same":
        return -(-size // stride)
    return (size - field) // stride + 1


def slide(
    shape: Shape,
    field: tuple[int, int],
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int] = (1, 1),
) -> tuple[Size, Size]:
    """Height and width after a window slid over a picture.

    Raises:
        ImpossibleError: If the window does not fit, with the arithmetic of the first such axis.
    """
    height, width, _ = picture(shape)
    reach = [(k - 1) * d + 1 for k, d in zip(field, dilation, strict=True)]
    out = [
        window(size, r, s, padding)
        for size, r, s in zip((height, width), reach, strides, strict=True)
    ]
    for size, r, s, result in zip((height, width), reach, strides, out, strict=True):
        if result is not None and result < 1:
            stride = str(strides[0]) if strides[0] == strides[1] else show(strides)
            wide = f", dilation {show(dilation)}" if max(dilation) > 1 else ""
            raise ImpossibleError(
                f"({show(field)}, stride {stride}{wide}) needs at least {show(reach)}, "
                f"gets {show((height, width))}: floor(({size} - {r}) / {s}) + 1 = {result}"
            )
    return out[0], out[1]


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The common shape of things that are added or multiplied."""
    rank = max(len(s) for s in shapes)
    out: list[Size] = []
    for sizes in zip(*((1,) * (rank - len(s)) + s for s in shapes), strict=True):
        wide = {s for s in sizes if s != 1}
        if len(wide - {None}) > 1:
            raise ImpossibleError(f"needs equal shapes, gets {' and '.join(map(show, shapes))}")
        out.append(next(iter(sorted(wide, key=lambda s: s is None)), 1))
    return tuple(out)


def joined(shapes: Sequence[Shape], axis: int) -> Shape:
    """The shape after concatenation along `axis`, which counts without the batch axis."""
    first = shapes[0]
    sizes = [s[axis] for s in shapes if len(s) == len(first)]
    rests = {s[:axis] + s[axis + 1 :] for s in shapes}
    if len(rests) != 1:
        raise ImpossibleError(
            f"needs shapes that differ in one axis only, gets {' and '.join(map(show, shapes))}"
        )
    whole = None if None in sizes else sum(s for s in sizes if s is not None)
    return (*first[:axis], whole, *first[axis + 1 :])


def reshaped(shape: Shape, target: Sequence[int]) -> Shape:
    """The shape after Reshape; -1 in `target` takes what is left."""
    total = count(shape)
    fixed = math.prod(t for t in target if t != -1)
    open_axes = sum(t == -1 for t in target)
    if open_axes > 1 or fixed < 1:
        raise ImpossibleError(f"cannot give the shape {show(target)}")
    if total is None:
        return tuple(None if t == -1 else t for t in target)
    if (open_axes and total % fixed) or (not open_axes and total != fixed):
        raise ImpossibleError(
            f"needs {fixed:,} numbers for {show(target)}, gets {total:,} from {show(shape)}"
        )
    return tuple(total // fixed if t == -1 else t for t in target)


def positive_axis(axis: int, rank: int) -> int:
    """An axis as Keras counts it (batch is 0, or negative from the end), without the batch."""
    place = axis + rank if axis < 0 else axis - 1
    if not 0 <= place < rank or axis == 0:
        raise ImpossibleError(f"axis {axis} is not among the {rank} axes it gets")
    return place
