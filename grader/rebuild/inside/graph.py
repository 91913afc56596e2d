"""A network of plain values: layers, and calls that pass numbered tensors along."""

from dataclasses import dataclass, field

from .rules import Args
from .shapes import Shape

MOST_LAYERS = 500
"""Calls of layers in all; ResNet-152 has about 520, courses stay below 100."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer with clean arguments."""

    name: str
    """Unique; `inner/layer` inside a nested model."""
    kind: str
    """Key of KINDS."""
    args: Args
    """Clean values of its arguments."""
    trainable: bool
    """False when it, or a model around it, is frozen."""


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a layer."""

    layer: str
    """Its name."""
    inputs: tuple[int, ...]
    """Numbers of the tensors it reads."""
    output: int
    """Number of the tensor it gives."""


@dataclass(slots=True)
class Network:
    """A flat graph; tensors are numbered."""

    layers: dict[str, Layer] = field(default_factory=dict)
    """In the order of their weights."""
    inputs: dict[int, Shape | None] = field(default_factory=dict)
    """Tensor -> declared shape; None where the model was never given one."""
    calls: list[Call] = field(default_factory=list)
    """In order of computation."""
    outputs: tuple[int, ...] = ()
    """Tensors that the model gives back."""
    unfolded: int = 0
    """How often a model was unfolded, to bound it."""
