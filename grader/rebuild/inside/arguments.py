"""Readers of layer arguments: hostile JSON in, typed and bounded values out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .refusal import RefusedError, shown

Reader = Callable[[Any], Any]
"""Gives the clean value, or raises RefusedError saying what was expected."""

REQUIRED = object()
"""Stands for the default of an argument that has none."""

# fmt: off
ACTIVATIONS = (
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish",
    "mish", "glu", "tanh", "sigmoid", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "tanh_shrink", "hard_shrink", "soft_shrink", "softmax", "log_softmax", "log_sigmoid",
    "softplus", "softsign", "squareplus", "sparse_plus", "sparsemax", "sparse_sigmoid",
    "threshold", "exponential",
)
"""Keras' activations; one of the student's own is refused."""
# fmt: on


@dataclass(frozen=True, slots=True)
class Argument:
    """One constructor argument of a layer."""

    read: Reader
    """Checks and cleans it."""
    default: Any = REQUIRED
    """Used where the config leaves it out."""


def whole(low: int, high: int) -> Reader:
    """A whole number from `low` to `high`."""

    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise RefusedError(
                f"received {shown(value)}, expected a whole number from {low:,} to {high:,}"
            )
        return value

    return read


def real(low: float, high: float) -> Reader:
    """A number from `low` to `high`."""

    def read(value: Any) -> float:
        if type(value) not in (int, float) or not low <= value <= high:
            expected = f"expected a number from {low:g} to {high:g}"
            raise RefusedError(f"received {shown(value)}, {expected}")
        return float(value)

    return read


def flag(value: Any) -> bool:
    """True or False."""
    if type(value) is not bool:
        raise RefusedError(f"received {shown(value)}, expected true or false")
    return value


def choice(*values: str) -> Reader:
    """One of `values`."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise RefusedError(f"received {shown(value)}, expected one of {', '.join(values)}")
        return value

    return read


def optional(read: Reader) -> Reader:
    """None, or what `read` takes."""
    return lambda value: None if value is None else read(value)


def pair(low: int, high: int) -> Reader:
    """Height and width, each from `low` to `high`; one number stands for both."""
    one = whole(low, high)

    def read(value: Any) -> tuple[int, int]:
        if isinstance(value, list) and len(value) == 2:
            return one(value[0]), one(value[1])
        number: int = one(value)
        return number, number

    return read


def margins(high: int) -> Reader:
    """`((top, bottom), (left, right))`, each up to `high`; shorter forms as Keras takes them."""
    both = pair(0, high)

    def read(value: Any) -> tuple[tuple[int, int], tuple[int, int]]:
        if isinstance(value, list) and len(value) == 2:
            return both(value[0]), both(value[1])
        return both(value), both(value)

    return read


def several(read_one: Reader, most: int) -> Reader:
    """A tuple of up to `most` values; a single one is taken as a tuple of one."""

    def read(value: Any) -> tuple[Any, ...]:
        values = value if isinstance(value, list) else [value]
        if len(values) > most:
            raise RefusedError(f"received {len(values):,} values, expected at most {most:,}")
        return tuple(read_one(v) for v in values)

    return read


def numbers(most: int) -> Reader:
    """A number, or nested lists of up to `most` numbers in all (such as a mean per channel)."""
    one = real(-1e12, 1e12)

    def read(value: Any, depth: int = 0) -> Any:
        if not isinstance(value, list):
            return one(value)
        if depth == 3 or len(value) > most:
            raise RefusedError(f"received {shown(value)}, expected up to {most:,} numbers")
        return [read(v, depth + 1) for v in value]

    return read


def activation(value: Any) -> str:
    """The name of one of Keras' activations; None means linear."""
    if value is None:
        return "linear"
    if isinstance(value, dict):
        inner = value.get("config")
        value = inner if isinstance(inner, str) else value.get("class_name")
    if not isinstance(value, str) or value not in ACTIVATIONS:
        raise RefusedError(f"received {shown(value)}, which is none of Keras' activations")
    return "silu" if value == "swish" else value


def mapping(value: Any, what: str) -> dict[str, Any]:
    """A JSON object; `what` names its place."""
    if not isinstance(value, dict):
        raise RefusedError(f"{what}: received {shown(value)}, expected keys and values")
    return value
