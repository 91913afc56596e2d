"""Sizes of what a convolution or pooling gives, and the zeros it adds; plain integers.

Along one axis: n is the input size, k the window, s the stride, d the dilation, and
p = before + after the zeros added. A dilated window spans K = (k - 1) d + 1 pixels, and

    output = floor((n + p - K) / s) + 1

| padding         | before     | after      | output              |
|-----------------|------------|------------|---------------------|
| valid           | 0          | 0          | ceil((n - K + 1)/s) |
| same            | floor(p/2) | p - before | ceil(n/s)           |
| causal          | K - 1      | 0          | ceil(n/s)           |
| (before, after) | as given   | as given   | the formula         |

with p = max((ceil(n/s) - 1) s + K - n, 0) for "same".

Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning",
arXiv:1603.07285, relationships 6 (any stride and padding) and 15 (dilation); the placing of an odd
zero at the end is TensorFlow's and Keras's choice ("Notes on padding" in the guide to `tf.nn`),
and causal padding is that of van den Oord et al., "WaveNet", arXiv:1609.03499, section 2.1.
"""

import operator
from collections.abc import Sequence
from typing import Any

Padding = str | tuple[int, int]
"""Of one axis: "valid", "same", "causal" or zeros (before, after)."""
PlanePadding = str | tuple[tuple[int, int], tuple[int, int]]
"""Of a picture: "valid", "same" or zeros ((top, bottom), (left, right))."""
Pair = int | tuple[int, int]
"""One number for height and width, or (height, width)."""


def span(window: int, dilation: int = 1) -> int:
    """Pixels from the first to the last that a window reads: (k - 1) d + 1.

    Raises:
        ValueError: If `window` or `dilation` is not a whole number of at least 1.
    """
    window = whole(window, "window", least=1)
    return (window - 1) * whole(dilation, "dilation", least=1) + 1


def zeros(
    n: int, window: int, *, stride: int = 1, padding: Padding = "valid", dilation: int = 1
) -> tuple[int, int]:
    """Zeros before and after one axis; the table above has the formulas.

    Args:
        n: Size of the input along this axis, in pixels, at least 1.
        window: Size of the filter or pool, in pixels, at least 1.
        stride: Pixels between windows, at least 1.
        padding: "valid", "same", "causal" or (before, after), none below 0.
        dilation: Pixels from one read by the window to the next, at least 1.

    Raises:
        ValueError: If an argument is out of range, or the window spans more than the padded axis.
    """
    n = whole(n, "size", least=1)
    reach = span(window, dilation)
    stride = whole(stride, "stride", least=1)
    if not isinstance(padding, str):
        before, after = _border(padding, "padding")
    elif padding == "valid":
        before, after = 0, 0
    elif padding == "same":
        total = max((-(-n // stride) - 1) * stride + reach - n, 0)
        before, after = total // 2, total - total // 2
    elif padding == "causal":
        before, after = reach - 1, 0
    else:
        raise ValueError(
            f"padding: received {padding!r}, expected valid, same, causal or (before, after)"
        )
    if reach > before + n + after:
        raise ValueError(
            f"window: received {window} with dilation {dilation}, which spans {reach}; "
            f"expected a span of at most {before + n + after}, the padded size ({n} + zeros)"
        )
    return before, after


def output_size(
    n: int, window: int, *, stride: int = 1, padding: Padding = "valid", dilation: int = 1
) -> int:
    """Windows along one axis: floor((n + before + after - K) / s) + 1.

    Args:
        n: Size of the input along this axis, in pixels, at least 1.
        window: Size of the filter or pool, in pixels, at least 1.
        stride: Pixels between windows, at least 1.
        padding: "valid", "same", "causal" or (before, after), none below 0.
        dilation: Pixels from one read by the window to the next, at least 1.

    Raises:
        ValueError: If an argument is out of range, or the window spans more than the padded axis.
    """
    before, after = zeros(n, window, stride=stride, padding=padding, dilation=dilation)
    return (n + before + after - span(window, dilation)) // stride + 1


def plane_zeros(
    size: tuple[int, int],
    window: Pair,
    *,
    strides: Pair = 1,
    padding: PlanePadding = "valid",
    dilation: Pair = 1,
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Zeros ((top, bottom), (left, right)) around a picture of `size` (height, width).

    Raises:
        ValueError: As `zeros`, naming the axis; also if `padding` is causal, which has one axis.
    """
    top_bottom, left_right = _axes(size, window, strides, padding, dilation)
    return _named("height", zeros, top_bottom), _named("width", zeros, left_right)


def plane_size(
    size: tuple[int, int],
    window: Pair,
    *,
    strides: Pair = 1,
    padding: PlanePadding = "valid",
    dilation: Pair = 1,
) -> tuple[int, int]:
    """Height and width of the map that windows over a picture of `size` (height, width) give.

    Raises:
        ValueError: As `output_size`, naming the axis; also if `padding` is causal.
    """
    rows, columns = _axes(size, window, strides, padding, dilation)
    return _named("height", output_size, rows), _named("width", output_size, columns)


def whole(value: Any, name: str, *, least: int) -> int:
    """`value` as an int.

    Raises:
        ValueError: If it is no whole number or below `least`; True and 2.0 are none.
    """
    try:
        found = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        found = None
    if found is None or found < least:
        raise ValueError(f"{name}: received {value!r}, expected a whole number of at least {least}")
    return found


def pair(value: Any, name: str) -> tuple[int, int]:
    """One number for both axes, or (height, width), as (height, width); each at least 1.

    Raises:
        ValueError: If it is neither.
    """
    both = value if isinstance(value, Sequence) and not isinstance(value, str) else (value, value)
    if len(both) != 2:
        raise ValueError(f"{name}: received {value!r}, expected one number or (height, width)")
    return whole(both[0], name, least=1), whole(both[1], name, least=1)


def borders(value: Any, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Zeros ((top, bottom), (left, right)), none below 0.

    Raises:
        ValueError: If it is not of that form.
    """
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError(f"{name}: received {value!r}, expected ((top, bottom), (left, right))")
    return _border(value[0], name), _border(value[1], name)


def _border(value: Any, name: str) -> tuple[int, int]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError(f"{name}: received {value!r}, expected (before, after)")
    return whole(value[0], name, least=0), whole(value[1], name, least=0)


def _axes(
    size: Any, window: Pair, strides: Pair, padding: PlanePadding, dilation: Pair
) -> tuple[dict[str, Any], dict[str, Any]]:
    height, width = pair(size, "size")
    windows, steps, gaps = (
        pair(window, "window"),
        pair(strides, "stride"),
        pair(dilation, "dilation"),
    )
    edges: tuple[Padding, Padding]
    if not isinstance(padding, str):
        edges = borders(padding, "padding")
    elif padding in ("valid", "same"):
        edges = (padding, padding)
    else:
        raise ValueError(
            f"padding: received {padding!r}, expected valid, same or ((top, bottom), (left, right))"
        )
    first, second = (
        {"n": n, "window": k, "stride": s, "padding": p, "dilation": d}
        for n, k, s, p, d in zip((height, width), windows, steps, edges, gaps, strict=True)
    )
    return first, second


def _named(axis: str, rule: Any, arguments: dict[str, Any]) -> Any:
    try:
        return rule(**arguments)
    except ValueError as error:
        raise ValueError(f"{axis}: {error}") from error
