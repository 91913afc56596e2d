"""How the layers of a Keras model are wired, read from its config and unfolded into calls."""

from dataclasses import dataclass, field
from typing import Any

from .arguments import mapping, whole
from .graph import MOST_LAYERS, Call, Network
from .kinds import KINDS
from .refusal import RefusedError, shown
from .shapes import Shape

_index = whole(0, 10_000)

Ref = tuple[str, int, int]
"""Layer name, which call of it, which of its outputs."""


@dataclass(slots=True)
class Part:
    """One entry of a model's list of layers."""

    name: str
    """Unique in its list."""
    content: "str | Listing | None"
    """Path of a layer, or a nested model; None for an input."""
    shape: Shape | None = None
    """Of an input, or what a first layer says it reads."""
    functional: bool = False
    """True for a nested model that is no Sequential."""
    calls: list[list[Ref]] = field(default_factory=list)
    """What each call of it reads."""


@dataclass(slots=True)
class Listing:
    """One model's layers and how they are wired."""

    parts: list[Part]
    """As listed."""
    inputs: list[Ref]
    """The parts that are its inputs."""
    outputs: list[Ref]
    """What it gives back."""


def wire(network: Network, listing: Listing, given: list[int]) -> list[int]:
    """Add the calls of `listing` on the tensors `given` to `network`.

    Returns:
        The tensors that the listing gives back.

    Raises:
        RefusedError: If the wiring makes no sense, or unfolds into too many calls.
    """
    if len(given) != len(listing.inputs):
        raise RefusedError(f"a model of {len(listing.inputs)} inputs is called on {len(given)}")
    tensors: dict[Ref, int] = dict(zip(listing.inputs, given, strict=True))
    waiting = [(part, i, reads) for part in listing.parts for i, reads in enumerate(part.calls)]
    network.unfolded += 1
    # A model that hands its input through adds no call, so unfolding is counted by itself.
    if max(network.unfolded, len(waiting)) > MOST_LAYERS:
        raise RefusedError(f"more than {MOST_LAYERS} layers in all")
    while waiting:
        later = []
        for part, i, reads in waiting:
            if all(ref in tensors for ref in reads):
                outputs = _call(network, part, [tensors[ref] for ref in reads])
                tensors.update({(part.name, i, k): t for k, t in enumerate(outputs)})
            else:
                later.append((part, i, reads))
        if len(later) == len(waiting):
            raise RefusedError(f"layer '{later[0][0].name}' reads what no layer gives")
        waiting = later
    missing = [ref[0] for ref in listing.outputs if ref not in tensors]
    if missing:
        raise RefusedError(f"the output {shown(missing[0])} is computed nowhere")
    return [tensors[ref] for ref in listing.outputs]


def _call(network: Network, part: Part, inputs: list[int]) -> list[int]:
    if isinstance(part.content, Listing):
        return wire(network, part.content, inputs)
    if part.content is None:
        raise RefusedError(f"input '{part.name}' is called like a layer")
    merges = KINDS[network.layers[part.content].kind].merges
    if len(network.calls) >= MOST_LAYERS:
        raise RefusedError(f"more than {MOST_LAYERS} layers in all")
    if not inputs or (len(inputs) > 1 and not merges):
        raise RefusedError(f"layer '{part.content}' is called on {len(inputs)} tensors")
    output = len(network.inputs) + len(network.calls)
    network.calls.append(Call(part.content, tuple(inputs), output))
    return [output]


def calls(name: str, entry: dict[str, Any]) -> list[list[Ref]]:
    """What each call of layer `name` reads, from its entry in a Functional's list.

    Raises:
        RefusedError: If it reads anything but tensors, or is called with an option.
    """
    nodes = entry.get("inbound_nodes", [])
    if not isinstance(nodes, list) or len(nodes) > MOST_LAYERS:
        raise RefusedError(f"inbound_nodes: received {shown(nodes)}, expected a short list")
    return [_reads(name, mapping(node, f"a call of '{name}'")) for node in nodes]


def _reads(name: str, node: dict[str, Any]) -> list[Ref]:
    for key, value in mapping(node.get("kwargs"), f"kwargs of '{name}'").items():
        # Outside training, `training=False` is what happens anyway.
        if value is not None and not (key == "training" and value is False):
            raise RefusedError(
                f"layer '{name}' is called with {shown(key)}, which is not supported"
            )
    args = node.get("args")
    # Several tensors come as one list to a layer, one after the other to an operation.
    tensors = args[0] if isinstance(args, list) and len(args) == 1 else args
    tensors = [tensors] if isinstance(tensors, dict) else tensors
    if not isinstance(tensors, list) or len(tensors) > MOST_LAYERS:
        raise RefusedError(f"layer '{name}' reads {shown(tensors)}, expected tensors")
    found = []
    for tensor in tensors:
        if not isinstance(tensor, dict) or tensor.get("class_name") != "__keras_tensor__":
            raise RefusedError(f"layer '{name}' reads {shown(tensor)}, expected a tensor")
        found.append(_ref(mapping(tensor.get("config"), "a tensor").get("keras_history")))
    return found


def refs(value: Any) -> list[Ref]:
    """The tensors of `["a", 0, 0]`, or of a list of such."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [_ref(value)]
    if not isinstance(value, list) or len(value) > MOST_LAYERS:
        raise RefusedError(f"received {shown(value)}, expected a list of tensors")
    return [_ref(v) for v in value]


def _ref(value: Any) -> Ref:
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[0], str):
        raise RefusedError(f"received {shown(value)}, expected a tensor as [layer, call, output]")
    return value[0], _index(value[1]), _index(value[2])
