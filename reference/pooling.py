"""Max, min and average pooling over windows and over whole pictures.

Window (i, j) of a pooling with pool (kh, kw) and strides (sh, sw) reads the pixels

    W(i, j) = {(r, q): 0 <= r - i sh + top < kh, 0 <= q - j sw + left < kw, and (r, q) exists}

where top and left are the padding before each axis (`reference.sizes`). Added pixels are in no
window: they are never the largest or the smallest, and averages are over what exists.

Pictures are channels last here, whatever `keras.config.image_data_format()` says. The poolings are
written with slices rather than with `keras.ops.max_pool` and `average_pool`, which are not the same
on every backend: Keras 3.15 on PyTorch fills an uneven "same" border of an average with copies of
the edge (keras pull request 23233 tells of it), and TensorFlow has no average of integers.

Sources: average pooling, LeCun et al. 1998, section II-A; max pooling, Boureau, Ponce and LeCun, "A
theoretical analysis of feature pooling in visual recognition", ICML 2010; overlapping pooling,
Krizhevsky et al. 2012, section 3.4; global average pooling, Lin, Chen and Yan, "Network in
network", arXiv:1312.4400, section 3.2.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from reference import sizes
from reference.padding import dtype_of, explicit, height_and_width


def max_pool(
    x: Any,
    pool: sizes.Pair,
    *,
    strides: sizes.Pair | None = None,
    padding: sizes.PlanePadding = "valid",
) -> Any:
    """Keep the largest pixel of each window: y[b, i, j, c] = max of x[b, r, q, c] over W(i, j).

    Args:
        x: Pictures.
        pool: Height and width of the window, or one number for both.
        strides: From one window to the next; None for those of `pool`, so that windows touch.
            Smaller ones than `pool` let windows overlap, as AlexNet's 3 with strides of 2.
        padding: "valid", "same" or ((top, bottom), (left, right)). Added pixels never win, so
            negative pixels at the border keep their values; zeros from `reference.padding` would
            win over them.
    Input shape:
        `(batch, height, width, channels)`, height and width known, float or integer.
    Output shape:
        `(batch, *sizes.plane_size((height, width), pool, ...), channels)`, same dtype.

    Raises:
        ValueError: If `x` is not of that shape or dtype, a number is out of range, the pool is
            larger than the padded picture, or a window would hold added pixels alone.
    """
    border, _, strides = _plan(x, pool, strides, padding)
    dtype = dtype_of(x)
    # The smallest number of the dtype, so that an added pixel equals the maximum at most.
    lowest = -np.inf if _is_float(dtype) else int(np.iinfo(dtype).min)
    return _slide(explicit(x, border, value=lowest), pool, strides, ops.max)


def min_pool(
    x: Any,
    pool: sizes.Pair,
    *,
    strides: sizes.Pair | None = None,
    padding: sizes.PlanePadding = "valid",
) -> Any:
    """Keep the smallest pixel of each window, as -max(-x).

    y[b, i, j, c] = min of x[b, r, q, c] over W(i, j). Keras has no layer for it.

    -max(-x) is exact for floats: negation turns the sign bit over, rounds nothing, and reverses
    the order. It is wrong for integers: -1 is 255 in uint8, -0 stays 0 and so stays the smallest,
    and -(-128) is -128 in int8. Integers are reversed by ~x instead, which is -x - 1 with a sign
    and (largest - x) without; it has no exception and is its own inverse.

    Args:
        x: Pictures.
        pool: Height and width of the window, or one number for both.
        strides: From one window to the next; None for those of `pool`.
        padding: "valid", "same" or ((top, bottom), (left, right)); added pixels never win.
    Input shape:
        `(batch, height, width, channels)`, height and width known, float or integer.
    Output shape:
        `(batch, *sizes.plane_size((height, width), pool, ...), channels)`, same dtype.

    Raises:
        ValueError: As `max_pool`.
    """
    _plan(x, pool, strides, padding)
    return _reverse(max_pool(_reverse(x), pool, strides=strides, padding=padding))


def average_pool(
    x: Any,
    pool: sizes.Pair,
    *,
    strides: sizes.Pair | None = None,
    padding: sizes.PlanePadding = "valid",
) -> Any:
    """Average each window: y[b, i, j, c] = sum of x[b, r, q, c] over W(i, j), divided by |W(i, j)|.

    With "same" or explicit padding the sum is divided by the number of real pixels in the window,
    not by the pool's size; so does Keras, and PyTorch with `count_include_pad=False` (not its
    default). To count zeros, add them with `reference.padding` first.

    Args:
        x: Pictures.
        pool: Height and width of the window, or one number for both.
        strides: From one window to the next; None for those of `pool`.
        padding: "valid", "same" or ((top, bottom), (left, right)).
    Input shape:
        `(batch, height, width, channels)`, height and width known, float or integer.
    Output shape:
        `(batch, *sizes.plane_size((height, width), pool, ...), channels)`; the dtype of float
        input, `keras.config.floatx()` for integers. Half precision is summed in float32.

    Raises:
        ValueError: As `max_pool`.
    """
    border, (rows, columns), strides = _plan(x, pool, strides, padding)
    dtype, wide = _average_dtypes(x)
    total = _slide(explicit(ops.cast(x, wide), border), pool, strides, ops.sum)
    real = np.multiply.outer(rows, columns)[:, :, None].astype(wide)
    return ops.cast(ops.divide(total, real), dtype)


def global_max(x: Any, *, keepdims: bool = False) -> Any:
    """Keep the largest pixel of each map: y[b, c] = max of x[b, r, q, c] over all r, q.

    Args:
        x: Pictures.
        keepdims: True to keep height and width, as 1.
    Input shape:
        `(batch, height, width, channels)`, height and width known, float or integer.
    Output shape:
        `(batch, channels)` or `(batch, 1, 1, channels)`, same dtype.

    Raises:
        ValueError: If `x` is not of that shape or dtype.
    """
    height_and_width(x)
    dtype_of(x)
    return ops.max(x, axis=(1, 2), keepdims=keepdims)


def global_min(x: Any, *, keepdims: bool = False) -> Any:
    """Keep the smallest pixel of each map: y[b, c] = min of x[b, r, q, c] over all r, q.

    Args:
        x: Pictures.
        keepdims: True to keep height and width, as 1.
    Input shape:
        `(batch, height, width, channels)`, height and width known, float or integer.
    Output shape:
        `(batch, channels)` or `(batch, 1, 1, channels)`, same dtype.

    Raises:
        ValueError: If `x` is not of that shape or dtype.
    """
    height_and_width(x)
    return _reverse(global_max(_reverse(x), keepdims=keepdims))


def global_average(x: Any, *, keepdims: bool = False) -> Any:
    """Average each map: y[b, c] = sum of x[b, r, q, c] over all r, q, by height times width.

    Args:
        x: Pictures.
        keepdims: True to keep height and width, as 1.
    Input shape:
        `(batch, height, width, channels)`, height and width known, float or integer.
    Output shape:
        `(batch, channels)` or `(batch, 1, 1, channels)`; the dtype of float input,
        `keras.config.floatx()` for integers.

    Raises:
        ValueError: If `x` is not of that shape or dtype.
    """
    height_and_width(x)
    dtype, wide = _average_dtypes(x)
    return ops.cast(ops.mean(ops.cast(x, wide), axis=(1, 2), keepdims=keepdims), dtype)


def overlaps(pool: sizes.Pair, strides: sizes.Pair | None = None) -> bool:
    """Neighbouring windows share pixels: the pool is larger than the stride along some axis.

    AlexNet pools 3x3 with strides of 2 and so shares a row and a column (Krizhevsky et al. 2012,
    section 3.4); LeNet-5 pools 2x2 with strides of 2 and shares none.

    Raises:
        ValueError: If a number is below 1.
    """
    pools = sizes.pair(pool, "pool")
    steps = pools if strides is None else sizes.pair(strides, "strides")
    return any(k > s for k, s in zip(pools, steps, strict=True))


def _plan(
    x: Any, pool: sizes.Pair, strides: sizes.Pair | None, padding: sizes.PlanePadding
) -> tuple[tuple[tuple[int, int], tuple[int, int]], list[list[int]], tuple[int, int]]:
    """Check all arguments; the border, real pixels in each row and column of windows, strides."""
    size = height_and_width(x)
    dtype_of(x)
    pools = sizes.pair(pool, "pool")
    steps = pools if strides is None else sizes.pair(strides, "strides")
    border = sizes.plane_zeros(size, pools, strides=steps, padding=padding)
    counts = []
    for n, k, s, (before, after) in zip(size, pools, steps, border, strict=True):
        starts = range(-before, n + after - k + 1, s)
        counts.append([min(start + k, n) - max(start, 0) for start in starts])
    if min(map(min, counts)) < 1:
        raise ValueError(
            f"padding: received {padding!r}, expected a border that leaves "
            f"at least one of the {size[0]}x{size[1]} pixels in each window of {pools}"
        )
    return border, counts, steps


def _slide(x: Any, pool: sizes.Pair, strides: tuple[int, int], combine: Callable[..., Any]) -> Any:
    """Combine the pixels of each window, first down the columns and then along the rows."""
    pools = sizes.pair(pool, "pool")
    for axis, k, s in zip((1, 2), pools, strides, strict=True):
        length = (sizes.output_size(x.shape[axis], k, stride=s) - 1) * s + 1
        before = (slice(None),) * axis
        # Stacked, as `ops.maximum` of Keras 3.15 on PyTorch rounds float64 to float32.
        x = combine(ops.stack([x[(*before, slice(i, i + length, s))] for i in range(k)]), axis=0)
    return x


def _reverse(x: Any) -> Any:
    """Numbers in reversed order, without rounding or overflow; its own inverse."""
    return ops.negative(x) if _is_float(dtype_of(x)) else ops.bitwise_not(x)


def _average_dtypes(x: Any) -> tuple[str, str]:
    """The dtype of an average, and the one to sum in."""
    dtype = dtype_of(x)
    if not _is_float(dtype):
        dtype = str(keras.config.floatx())
    return dtype, dtype if dtype in ("float32", "float64") else "float32"


def _is_float(dtype: str) -> bool:
    return dtype.startswith(("float", "bfloat"))
