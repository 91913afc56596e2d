"""Cut a file of little-endian numbers into the weight arrays that a network expects."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .arguments import whole
from .refusal import RefusedError, shown
from .rules import Weight

_TYPES = {
    "float16": "<f2",
    "float32": "<f4",
    "float64": "<f8",
    "int32": "<i4",
    "int64": "<i8",
    "uint8": "|u1",
}
_size = whole(0, 2**31)


class Spec(NamedTuple):
    """One declared array."""

    name: str
    """As the run process called it."""
    shape: tuple[int, ...]
    """Sizes of its axes."""
    dtype: str
    """Key of the known types."""


def declared(specs: Any) -> list[Spec]:
    """The declarations `[{"name", "shape", "dtype"}]`, hostile, as clean values.

    Raises:
        RefusedError: At the first that is none.
    """
    if not isinstance(specs, list):
        raise RefusedError(f"weights: received {shown(specs)}, expected a list")
    found = []
    for raw in specs:
        spec = raw if isinstance(raw, dict) else {}
        name, shape, dtype = (spec.get(key) for key in ("name", "shape", "dtype"))
        if not isinstance(name, str) or not isinstance(shape, list) or len(shape) > 8:
            raise RefusedError(f"weights: received {shown(raw)}, expected a name and a shape")
        if not isinstance(dtype, str) or dtype not in _TYPES:
            known = ", ".join(_TYPES)
            raise RefusedError(f"{shown(name)}: received {shown(dtype)}, expected one of {known}")
        found.append(Spec(name, tuple(_size(n) for n in shape), dtype))
    return found


def match(specs: Sequence[Spec], expected: Sequence[Weight]) -> None:
    """The declared arrays are the weights that the structure has, in the same order.

    Raises:
        RefusedError: At the first that differs.
    """
    if len(specs) != len(expected):
        raise RefusedError(
            f"the structure has {len(expected)} weight arrays, received {len(specs)}"
        )
    for spec, weight in zip(specs, expected, strict=True):
        # A path, model/layer/kernel; numbered where two are alike.
        if re.sub(r"_\d+$", "", spec.name.rsplit("/", 1)[-1]) != weight.name:
            raise RefusedError(f"weights: received {shown(spec.name)}, expected a {weight.name}")
        if spec.shape != weight.shape:
            raise RefusedError(
                f"{shown(spec.name)}: received the shape {spec.shape}, expected {weight.shape}"
            )


def read(file: Path, specs: Sequence[Spec]) -> list["np.ndarray[Any, Any]"]:
    """The arrays of `file`, one per spec.

    Raises:
        RefusedError: If the file is shorter or longer than the specs say.
    """
    kinds = [np.dtype(_TYPES[spec.dtype]) for spec in specs]
    counts = [math.prod(spec.shape) for spec in specs]
    needed = sum(n * kind.itemsize for n, kind in zip(counts, kinds, strict=True))
    if file.stat().st_size != needed:
        raise RefusedError(
            f"the weights are {file.stat().st_size:,} bytes, their shapes need {needed:,}"
        )
    with file.open("rb") as stream:
        return [
            np.fromfile(stream, kind, n).reshape(spec.shape)
            for spec, kind, n in zip(specs, kinds, counts, strict=True)
        ]
