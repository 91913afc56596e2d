"""Walk through a network by arithmetic alone: shapes, weights, and where it is impossible.

Nothing is allocated here, so the ceilings on the whole network are checked before anything is.
"""

import math
from dataclasses import dataclass, field

from . import shapes
from .graph import Layer, Network
from .kinds import KINDS
from .refusal import RefusedError
from .rules import Weight
from .shapes import ImpossibleError, Shape

MOST_PARAMETERS = 300_000_000
"""Scalars in all weights: 1.2 GB; AlexNet has 62 million, VGG-19 has 144 million."""
MOST_NUMBERS = 64_000_000
"""Scalars of one feature map for one example: 256 MB; AlexNet's largest has 290,400."""


@dataclass(slots=True)
class Step:
    """One layer as met on the way."""

    layer: Layer
    """The layer."""
    inputs: list[str]
    """Names of the layers it reads."""
    shape: Shape | None = None
    """What it gives at its first call; None where the way does not lead."""
    weights: list[Weight] = field(default_factory=list)
    """In Keras' order."""


@dataclass(slots=True)
class Trace:
    """A network with its sizes."""

    steps: dict[str, Step]
    """By layer name, in order of computation."""
    shapes: dict[int, Shape | None]
    """Tensor -> shape."""
    failure: tuple[str, str] | None = None
    """Name of the first impossible layer, and why."""

    @property
    def largest(self) -> int:
        """Scalars of the largest feature map for one example, open sizes taken as 1."""
        return max((_numbers(s) for s in self.shapes.values() if s is not None), default=1)


def trace(network: Network, inputs: dict[int, Shape | None] | None = None) -> Trace:
    """The sizes of `network`, up to the first impossible layer.

    Args:
        network: From `plain.read`.
        inputs: Shapes to start from, instead of the declared ones.

    Raises:
        RefusedError: If it is larger than the ceilings allow.
    """
    result = Trace({}, dict(network.inputs if inputs is None else inputs))
    givers: dict[int, str] = {}
    total = 0
    for shape in result.shapes.values():
        _bounded("the input", shape)
    for call in network.calls:
        layer = network.layers[call.layer]
        first = layer.name not in result.steps
        reads = [givers[t] for t in call.inputs if t in givers]
        step = result.steps.setdefault(layer.name, Step(layer, reads))
        givers[call.output] = layer.name
        given = [result.shapes[t] for t in call.inputs]
        known = [s for s in given if s is not None]
        result.shapes[call.output] = None
        if len(known) < len(given) or result.failure:
            continue
        try:
            output, weights = _apply(layer, known)
            if not first and weights != step.weights:
                raise ImpossibleError("is used twice, on inputs that need different weights")
        except ImpossibleError as error:
            result.failure = (layer.name, f"{layer.name} {error}")
            continue
        _bounded(layer.name, output)
        result.shapes[call.output] = output
        if first:
            step.shape, step.weights = output, weights
            total += sum(math.prod(w.shape) for w in weights)
        if total > MOST_PARAMETERS:
            raise RefusedError(
                f"more than {MOST_PARAMETERS:,} weights, counted up to layer '{layer.name}'"
            )
    return result


def channels_last(shape: Shape) -> Shape:
    """A picture that arrives channels first, turned; other shapes unchanged."""
    return (*shape[1:], shape[0]) if len(shape) == 3 else shape


def _channels_first(shape: Shape) -> Shape:
    return (shape[-1], *shape[:-1]) if len(shape) == 3 else shape


def _apply(layer: Layer, given: list[Shape]) -> tuple[Shape, list[Weight]]:
    kind = KINDS[layer.kind]
    turned = layer.args.get("data_format") == "channels_first"
    if turned:
        given = [channels_last(s) for s in given]
    output, weights = kind.output(layer.args, given), kind.weights(layer.args, given[0])
    return (_channels_first(output) if turned else output), weights


def _bounded(name: str, shape: Shape | None) -> None:
    if shape is not None and _numbers(shape) > MOST_NUMBERS:
        raise RefusedError(
            f"{name}: {shapes.show(shape)} is more than {MOST_NUMBERS:,} numbers for one example"
        )


def _numbers(shape: Shape) -> int:
    return math.prod(1 if size is None else size for size in shape)
