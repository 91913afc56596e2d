"""Arithmetic of sliding windows, with messages that show it."""

from collections.abc import Sequence
from math import ceil


def slid(
    sides: Sequence[int],
    kernel: Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
) -> None:
    """Check that a convolution leaves at least one value along each side.

    Raises:
        ValueError: With the sum that gives none.
    """
    _check(sides, kernel, stride, padding, dilation, False)


def pooled(
    sides: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    ceil_mode: bool,
) -> None:
    """Check that a pooling leaves at least one value along each side.

    Raises:
        ValueError: With the sum that gives none.
    """
    _check(sides, kernel, stride or kernel, padding, dilation, ceil_mode)


def _check(
    sides: Sequence[int],
    kernel: Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    ceil_mode: bool,
) -> None:
    n = len(sides)
    every = zip(
        sides,
        _each(kernel, n),
        _each(stride, n),
        _each(padding, n),
        _each(dilation, n),
        strict=True,
    )
    for side, k, s, p, d in every:
        if k < 1 or s < 1 or d < 1:
            raise ValueError(f"kernel {k}, stride {s} and dilation {d} must be at least 1")
        reach = d * (k - 1) + 1
        room = side + 2 * p - reach
        out = (ceil(room / s) if ceil_mode else room // s) + 1
        if out < 1:
            padded = f"{side} + {2 * p}" if p else f"{side}"
            rounding = "ceil" if ceil_mode else "floor"
            raise ValueError(f"{rounding}(({padded} - {reach}) / {s}) + 1 = {out}")


def _each(value: int | Sequence[int], n: int) -> Sequence[int]:
    values = [value] if isinstance(value, int) else list(value)
    if len(values) == 1:
        values *= n
    if len(values) != n:
        raise ValueError(f"received {len(values)} sizes, expected {n}")
    return values
