"""Padding in pixels, however it was written."""

from typing import Any

from grader.records import Shape

Pads = tuple[tuple[int, int], tuple[int, int]]
"""Rows above and below, columns left and right."""

NONE: Pads = ((0, 0), (0, 0))
"""What "valid" means."""


def pixels(
    padding: Any, size: tuple[int, int] | None, config: dict[str, Any], shape: Shape | None
) -> Pads | None:
    """Padding of a window in pixels; None where it cannot be told.

    Args:
        padding: "valid", "same" or numbers.
        size: Of the window.
        config: With its `strides` and, if it has any, `dilation_rate`.
        shape: What the layer reads; only "same" with a stride depends on it.
    """
    if padding in (None, "valid"):
        return NONE
    if padding != "same":
        return explicit(padding)
    if size is None:
        return None
    strides, dilation = config["strides"], config.get("dilation_rate", (1, 1))
    found = []
    for axis in range(2):
        extent = dilation[axis] * (size[axis] - 1) + 1
        length = shape[axis] if shape is not None and len(shape) == 3 else None
        if strides[axis] == 1:
            total = extent - 1
        elif length is None:
            return None
        else:
            # Keras: as many outputs as strides fit into the input, the odd pixel at the end.
            outputs = -(-length // strides[axis])
            total = max((outputs - 1) * strides[axis] + extent - length, 0)
        found.append((total // 2, total - total // 2))
    return (found[0], found[1])


def explicit(padding: Any) -> Pads | None:
    """`2`, `[2, 2]` or `[[2, 2], [2, 2]]` as pixels on each side."""
    if isinstance(padding, int):
        return ((padding, padding), (padding, padding))
    if not isinstance(padding, list | tuple) or len(padding) != 2:
        return None
    rows, columns = ((p, p) if isinstance(p, int) else tuple(p) for p in padding)
    return (rows, columns)


def add(one: Pads, other: Pads) -> Pads:
    """Padding on top of padding."""
    (a, b), (c, d) = one
    (e, f), (g, h) = other
    return ((a + e, b + f), (c + g, d + h))


def words(pads: Pads | None, size: Any = None, strides: Any = (1, 1)) -> str:
    """Pixels of padding in Keras' words where they have any."""
    if pads is None:
        return "'same'"
    if pads == NONE:
        return "'valid'"
    if size and strides == (1, 1) and pads == tuple(((n - 1) // 2, n // 2) for n in size):
        return "'same'"
    if len({*pads[0], *pads[1]}) == 1:
        return f"{pads[0][0]} on each side"
    return f"{pads[0][0]}+{pads[0][1]} rows and {pads[1][0]}+{pads[1][1]} columns"


def pair(value: Any, default: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """`5` or `[5, 5]` as height and width."""
    if value is None:
        return default
    if isinstance(value, int):
        return (value, value)
    pair = tuple(value)
    return pair * 2 if len(pair) == 1 else pair
