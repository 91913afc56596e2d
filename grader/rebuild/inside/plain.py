"""Read a Keras config, hostile as it is, into a network of plain values.

Keras' own deserialisation is never called on it: it imports modules by name and runs what it
finds. What comes out is one flat graph; nested models are unfolded into it, their layers named
`inner/layer`.
"""

import itertools
from typing import Any

from . import operations, wiring
from .arguments import REQUIRED, mapping, whole
from .graph import MOST_LAYERS, Layer, Network
from .kinds import KINDS, Kind
from .refusal import RefusedError, shown
from .rules import Args
from .shapes import Shape
from .wiring import Listing, Part

MOST_NESTED = 8
"""Models inside models."""


_NETWORKS = ("Sequential", "Functional", "Model")
_LAYER_MODULES = (
    "keras.layers",
    "keras",
    "keras.models",
    "keras.src.models.sequential",
    "keras.src.models.functional",
    "keras.src.models.model",
)
# fmt: off
_TRAINING_ONLY = {
    "name", "trainable", "dtype", "seed", "noise_shape", "momentum", "renorm_momentum",
    "batch_shape", "batch_input_shape", "input_shape", "activity_regularizer", "data_format",
}
# fmt: on
_SET_AFTERWARDS = ("_initializer", "_regularizer", "_constraint")
_side = whole(1, 100_000)


def read(config: Any) -> Network:
    """The network that `{"class_name", "config"}` describes.

    Raises:
        RefusedError: If it holds anything but allow-listed layers and values inside the ceilings.
    """
    network = Network()
    name = _text(config, "class_name")
    if name not in _NETWORKS:
        raise RefusedError(f"{shown(name)} is a class of its own, not Sequential or Functional")
    listing = _listing(network, config, path="", depth=0, trainable=True)
    shapes = {part.name: part.shape for part in listing.parts}
    given = []
    for number, ref in enumerate(listing.inputs):
        network.inputs[number] = shapes[ref[0]]
        given.append(number)
    network.outputs = tuple(wiring.wire(network, listing, given))
    return network


def _listing(network: Network, entry: Any, *, path: str, depth: int, trainable: bool) -> Listing:
    if depth > MOST_NESTED:
        raise RefusedError(f"models are nested more than {MOST_NESTED} deep")
    config = mapping(entry.get("config"), "config")
    entries = config.get("layers")
    if not isinstance(entries, list):
        raise RefusedError(f"layers: received {shown(entries)}, expected a list")
    if len(entries) > MOST_LAYERS:
        raise RefusedError(f"received {len(entries):,} layers, expected at most {MOST_LAYERS}")
    trainable = trainable and config.get("trainable") is not False
    parts = [_part(network, e, path=path, depth=depth, trainable=trainable) for e in entries]
    names = [part.name for part in parts]
    if len(set(names)) != len(names):
        raise RefusedError("two layers of one model have the same name")
    if entry["class_name"] == "Sequential":
        return _chain(parts, config)
    for part, raw in zip(parts, entries, strict=True):
        part.calls = wiring.calls(part.name, raw)
    inputs = wiring.refs(config.get("input_layers"))
    # Keras counts the calls of an inner Functional from 1 here, and only here.
    counted = {part.name for part in parts if part.functional}
    outputs = [
        (name, call - (name in counted), output)
        for name, call, output in wiring.refs(config.get("output_layers"))
    ]
    known = {part.name for part in parts if part.content is None}
    if not inputs or not outputs or not {ref[0] for ref in inputs} <= known:
        raise RefusedError("input_layers or output_layers name no layers of the model")
    return Listing(parts, inputs, outputs)


def _chain(parts: list[Part], config: dict[str, Any]) -> Listing:
    """A Sequential's parts, each reading the one before."""
    if not parts or parts[0].content is not None:
        parts = [Part("", None, _first_shape(parts, config)), *parts]
    for before, part in itertools.pairwise(parts):
        if part.content is None:
            raise RefusedError(f"{part.name}: an input in the middle of a Sequential")
        part.calls = [[(before.name, 0, 0)]]
    return Listing(parts, [(parts[0].name, 0, 0)], [(parts[-1].name, 0, 0)])


def _first_shape(parts: list[Part], config: dict[str, Any]) -> Shape | None:
    if config.get("build_input_shape") is not None:
        return _shape(config["build_input_shape"])
    # A model that starts with a model reads what that one reads.
    if parts and isinstance(parts[0].content, Listing):
        inner = parts[0].content
        return next((p.shape for p in inner.parts if p.name == inner.inputs[0][0]), None)
    return parts[0].shape if parts else None


def _part(network: Network, entry: Any, *, path: str, depth: int, trainable: bool) -> Part:
    entry = mapping(entry, "a layer")
    kind = _text(entry, "class_name")
    config = mapping(entry.get("config"), f"config of a {kind}")
    name = _text(entry if "name" in entry else config, "name")
    module, registered = entry.get("module"), entry.get("registered_name")
    if module in operations.MODULES and registered in (None, kind):
        kind, config = operations.as_layer(kind, config)
    elif module not in _LAYER_MODULES or registered not in (None, kind):
        raise RefusedError(f"layer '{name}': {kind} is the student's own class, not one of Keras")
    shape = _shape(config["batch_shape"]) if config.get("batch_shape") else None
    if kind == "InputLayer":
        if shape is None or config.get("sparse") or config.get("ragged"):
            raise RefusedError(f"input '{name}': expected a dense input with a batch_shape")
        return Part(name, None, shape)
    inner = f"{path}{name}"
    if kind in _NETWORKS:
        deeper = f"{inner}/"
        listing = _listing(network, entry, path=deeper, depth=depth + 1, trainable=trainable)
        return Part(name, listing, functional=kind != "Sequential")
    known = KINDS.get(kind)
    if known is None:
        raise RefusedError(
            f"layer '{name}': {shown(kind)} is not among the layers that are rebuilt"
        )
    trained = trainable and config.get("trainable") is not False
    if len(network.layers) >= MOST_LAYERS:
        raise RefusedError(f"more than {MOST_LAYERS} layers")
    network.layers[inner] = Layer(inner, kind, _clean(name, known, config), trained)
    return Part(name, inner, shape)


def _clean(name: str, kind: Kind, config: dict[str, Any]) -> Args:
    for key, value in config.items():
        harmless = value is None or value is False or key in _TRAINING_ONLY
        if key in kind.arguments or harmless or key.endswith(_SET_AFTERWARDS) or kind.identity:
            continue
        raise RefusedError(f"{name}.{shown(key)}: received {shown(value)}, which is not supported")
    args: Args = {}
    for key, argument in kind.arguments.items():
        value = config.get(key, argument.default)
        if value is REQUIRED:
            raise RefusedError(f"{name}.{key}: missing")
        try:
            args[key] = argument.read(value) if key in config else value
        except RefusedError as error:
            raise RefusedError(f"{name}.{key}: {error}") from None
    return args


def _shape(value: Any) -> Shape:
    """A shape without its batch axis."""
    if not isinstance(value, list) or not 1 <= len(value) <= 6:
        raise RefusedError(f"shape: received {shown(value)}, expected up to 6 sizes")
    return tuple(None if size is None else _side(size) for size in value[1:])


def _text(entry: Any, key: str) -> str:
    value = mapping(entry, "a layer").get(key)
    if not isinstance(value, str) or not 1 <= len(value) <= 200 or not value.isprintable():
        raise RefusedError(f"{key}: received {shown(value)}, expected a short text")
    return value
