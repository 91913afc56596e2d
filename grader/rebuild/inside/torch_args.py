"""Read the arguments of a hostile graph node into typed, bounded values."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_ELEMENTS = 2**28
"""Largest tensor, weights included: 1 GiB of float32. VGG-16 holds half of it in all."""
MAX_WINDOW = 512
"""Largest kernel, stride, padding or pooled size; AlexNet's largest is 11."""
MAX_ITEMS = 256
"""Longest list of tensors or sizes in one argument."""


@dataclass(frozen=True)
class Ref:
    """The result of an earlier node, or a weight."""

    kind: str
    """`node` or `weight`."""
    name: str
    """Unique among its kind."""


Reader = Callable[[Any], Any]
"""Takes a decoded JSON value and returns the value to use, or raises ValueError."""


def tensor(raw: Any) -> Ref:
    """A reference to a node or a weight."""
    if isinstance(raw, dict) and len(raw) == 1:
        ((kind, name),) = raw.items()
        if kind in ("node", "weight") and isinstance(name, str):
            return Ref(kind, name)
    raise ValueError(f"received {show(raw)}, expected a node or a weight")


def tensors(raw: Any) -> list[Ref]:
    """A list of references."""
    return [tensor(item) for item in _list(raw, MAX_ITEMS)]


def integer(low: int, high: int) -> Reader:
    """A whole number from `low` to `high`."""

    def read(raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            raise ValueError(f"received {show(raw)}, expected a whole number {low} to {high}")
        return raw

    return read


def integers(low: int, high: int, most: int = 8) -> Reader:
    """Up to `most` whole numbers; one alone counts as a list."""
    one = integer(low, high)

    def read(raw: Any) -> list[int]:
        return [one(item) for item in _list([raw] if isinstance(raw, int) else raw, most)]

    return read


def number(raw: Any) -> float | int:
    """A finite number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or abs(raw) > 1e30:
        raise ValueError(f"received {show(raw)}, expected a number")
    if not math.isfinite(raw):
        raise ValueError(f"received {raw}, expected a finite number")
    return raw


def numbers(raw: Any) -> list[float | int]:
    """A few finite numbers."""
    return [number(item) for item in _list(raw, 8)]


def floating(raw: Any) -> None:
    """A floating type; everything is computed as float32 here."""
    if raw is not None and raw not in [{"dtype": f"float{bits}"} for bits in (16, 32, 64)]:
        raise ValueError(f"received {raw if isinstance(raw, dict) else show(raw)}, expected floats")


def flag(raw: Any) -> bool:
    """True or false."""
    if not isinstance(raw, bool):
        raise ValueError(f"received {show(raw)}, expected true or false")
    return raw


def word(*known: str) -> Reader:
    """One of `known`."""

    def read(raw: Any) -> str:
        if raw not in known or not isinstance(raw, str):
            raise ValueError(f"received {show(raw)}, expected one of {', '.join(known)}")
        return raw

    return read


def either(*readers: Reader) -> Reader:
    """What the first of `readers` that accepts the value makes of it."""

    def read(raw: Any) -> Any:
        faults = []
        for reader in readers:
            try:
                return reader(raw)
            except ValueError as fault:
                faults.append(str(fault))
        raise ValueError("; ".join(faults))

    return read


def optional(reader: Reader) -> Reader:
    """Null, or what `reader` reads."""
    return lambda raw: None if raw is None else reader(raw)


def ignored(raw: Any) -> None:
    """An argument that changes nothing here, such as a memory layout."""


def show(raw: Any) -> str:
    """A value for a message, cut short."""
    text = repr(raw) if isinstance(raw, str | int | float | None) else type(raw).__name__
    return text if len(text) <= 60 else text[:57] + "..."


def _list(raw: Any, most: int) -> list[Any]:
    if not isinstance(raw, list) or len(raw) > most:
        raise ValueError(f"received {show(raw)}, expected a list of at most {most} items")
    return raw


window = integers(0, MAX_WINDOW, 3)
"""Kernel, stride, padding: one to three numbers."""
dim = integer(-8, 7)
"""An axis."""
dims = integers(-8, 7)
"""Some axes."""
size = integer(-1, MAX_ELEMENTS)
"""A length, or -1 for whatever is left."""
sizes = integers(-1, MAX_ELEMENTS)
"""Lengths of a view."""
