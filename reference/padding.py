"""Zeros around pictures: same, valid, explicit and causal padding.

`reference.sizes` has the formulas for how many zeros go where and what size comes out.
Pictures are channels last here, whatever `keras.config.image_data_format()` says.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from reference import sizes


def explicit(x: Any, border: tuple[tuple[int, int], tuple[int, int]], *, value: float = 0) -> Any:
    """Put `value` around each picture, as many rows and columns as asked.

    y[b, i, j, c] = x[b, i - top, j - left, c] where that pixel exists, else `value`.

    Args:
        x: Pictures.
        border: ((top, bottom), (left, right)), in pixels, none below 0.
        value: What to put there; one that the pictures' dtype can hold.
    Input shape:
        `(batch, height, width, channels)`, any real dtype.
    Output shape:
        `(batch, top + height + bottom, left + width + right, channels)`, same dtype.

    Raises:
        ValueError: If `x` is not of rank 4, `border` not of that form, or `value` does not fit.
    """
    shape_of(x, ranks=(4,))
    rows, columns = sizes.borders(border, "border")
    _check_value(value, dtype_of(x))
    return ops.pad(x, ((0, 0), rows, columns, (0, 0)), constant_values=value)


def same(x: Any, window: sizes.Pair, *, strides: sizes.Pair = 1, dilation: sizes.Pair = 1) -> Any:
    """Put zeros around each picture so that windows give ceil(n / s) outputs along each axis.

    p = max((ceil(n / s) - 1) s + (k - 1) d + 1 - n, 0) zeros, floor(p / 2) of them before, the rest
    after: an odd one goes to the bottom or the right. With stride 1 the size stays. With a stride
    above 1 this can differ from floor(k / 2) zeros on each side, as PyTorch code often has them:
    for 4 pixels, a window of 3 and a stride of 2, the only zero goes after.

    Args:
        x: Pictures.
        window: Of the convolution or pooling that follows, (height, width) or one number.
        strides: Of what follows.
        dilation: Of what follows.
    Input shape:
        `(batch, height, width, channels)`, height and width known, any real dtype.
    Output shape:
        `(batch, height + p, width + p', channels)`, same dtype.

    Raises:
        ValueError: If `x` is not of that shape, or a number is below 1.
    """
    size = height_and_width(x)
    border = sizes.plane_zeros(size, window, strides=strides, padding="same", dilation=dilation)
    return explicit(x, border)


def valid(x: Any, window: sizes.Pair, *, dilation: sizes.Pair = 1) -> Any:
    """Add nothing; a window must fit into the picture.

    y = x. What follows gives floor((n - (k - 1) d - 1) / s) + 1 outputs along each axis and does
    not read up to s - 1 rows at the bottom and columns at the right.

    Args:
        x: Pictures.
        window: Of the convolution or pooling that follows, (height, width) or one number.
        dilation: Of what follows.
    Input shape:
        `(batch, height, width, channels)`, height and width known, any real dtype.
    Output shape:
        That of the input.

    Raises:
        ValueError: If `x` is not of that shape, a number is below 1, or a window does not fit.
    """
    size = height_and_width(x)
    return explicit(x, sizes.plane_zeros(size, window, padding="valid", dilation=dilation))


def causal(x: Any, window: int, *, dilation: int = 1) -> Any:
    """Put (k - 1) d zeros before the first spatial axis, so that no output reads a later step.

    y[b, t, ...] = x[b, t - (k - 1) d, ...] where that exists, else 0. A window that starts at t
    ends at step t of the input. The other axes stay as they are. Source: van den Oord et al.,
    "WaveNet", arXiv:1609.03499, section 2.1; `keras.layers.Conv1D(padding="causal")`.

    Args:
        x: Sequences, or pictures whose rows are steps in time.
        window: Of the convolution that follows, along the first spatial axis.
        dilation: Of what follows, along that axis.
    Input shape:
        `(batch, steps, channels)`, `(batch, steps, width, channels)` or
        `(batch, steps, height, width, channels)`, any real dtype.
    Output shape:
        `(batch, (window - 1) * dilation + steps, ...)`, same dtype.

    Raises:
        ValueError: If `x` is not of rank 3 to 5, or a number is below 1.
    """
    rank = len(shape_of(x, ranks=(3, 4, 5)))
    dtype_of(x)
    before = sizes.span(window, dilation) - 1
    return ops.pad(x, ((0, 0), (before, 0), *((0, 0),) * (rank - 2)))


def shape_of(x: Any, *, ranks: tuple[int, ...]) -> tuple[int | None, ...]:
    """The shape of `x`, None where it is open.

    Raises:
        ValueError: If `x` has no shape or another rank.
    """
    names = {3: "(batch, steps, channels)", 4: "(batch, height, width, channels)"}
    wanted = " or ".join(f"rank {r} {names.get(r, '')}".strip() for r in ranks)
    if not hasattr(x, "shape") or not hasattr(x, "dtype"):
        raise ValueError(f"x: received a {type(x).__name__}, expected a tensor of {wanted}")
    shape = tuple(x.shape)
    if len(shape) not in ranks:
        raise ValueError(f"x: received shape {shape}, expected {wanted}")
    return shape


def height_and_width(x: Any) -> tuple[int, int]:
    """Of pictures, channels last.

    Raises:
        ValueError: If `x` is not of rank 4, or its height or width is open or 0.
    """
    shape = shape_of(x, ranks=(4,))
    _, height, width, _ = shape
    if not height or not width:
        raise ValueError(f"x: received shape {shape}, expected a height and width of at least 1")
    return height, width


def dtype_of(x: Any) -> str:
    """The dtype of `x`, as Keras names it: "float32", "uint8".

    Raises:
        ValueError: If it is not one of real numbers (bool, complex, text).
    """
    received = str(getattr(x.dtype, "name", x.dtype)).removeprefix("torch.")
    if not received.startswith(("float", "bfloat", "int", "uint")):
        raise ValueError(f"x: received dtype {received}, expected a float or integer dtype")
    return str(keras.backend.standardize_dtype(x.dtype))


def _check_value(value: float, dtype: str) -> None:
    if dtype.startswith(("float", "bfloat")):
        return
    limits = np.iinfo(dtype)
    # A comparison of ints: float(2**63 - 1) is 2**63, which int64 does not hold.
    if value != value or value in (np.inf, -np.inf) or int(value) != value:
        raise ValueError(f"value: received {value!r}, expected a whole number for dtype {dtype}")
    if not int(limits.min) <= int(value) <= int(limits.max):
        raise ValueError(
            f"value: received {value!r}, expected {limits.min} to {limits.max} for dtype {dtype}"
        )
