"""Describe a traced network in terms that do not depend on the framework."""

import math
from collections.abc import Iterable
from typing import Any

from .graph import Layer, Network
from .rules import Weight
from .shapes import Shape
from .trace import Step, Trace, channels_last

# fmt: off
_SHOWN = (
    "filters", "units", "kernel_size", "pool_size", "output_size", "strides", "padding",
    "dilation_rate", "depth_multiplier", "groups", "use_bias", "activation", "rate", "axis",
    "target_shape", "dims", "cropping", "size", "height", "width", "scale", "offset",
)
# fmt: on


def describe(network: Network, trace: Trace) -> dict[str, Any]:
    """What a ModelSummary says of the network itself.

    Returns:
        `input_shape params trainable_params layers failure`; shapes without the batch axis,
        channels last. Layers come in order of computation, inputs left out.
    """
    turned = _channels_first(network)
    weights = [(s.layer.trainable, s.weights) for s in trace.steps.values()]
    first = next(iter(network.inputs.values()), None)
    failure = trace.failure
    return {
        "input_shape": _turn(first, turned),
        "params": sum(_count(w) for _, w in weights),
        "trainable_params": sum(_trainable(t, w) for t, w in weights),
        "layers": [_layer(step, turned) for step in trace.steps.values()],
        "failure": None if failure is None else {"layer": failure[0], "message": failure[1]},
    }


def _layer(step: Step, turned: bool) -> dict[str, Any]:
    kind, config = _words(step.layer)
    return {
        "name": step.layer.name,
        "kind": kind,
        "output_shape": _turn(step.shape, turned),
        "params": _count(step.weights),
        "trainable_params": _trainable(step.layer.trainable, step.weights),
        "config": config,
        "inputs": step.inputs,
    }


def _words(layer: Layer) -> tuple[str, dict[str, Any]]:
    """Kind and config; a layer that is only an activation is an Activation, however spelled."""
    args = layer.args
    if layer.kind == "ReLU" and not args["threshold"]:
        if args["max_value"] in (None, 6.0) and not args["negative_slope"]:
            return "Activation", {"activation": "relu6" if args["max_value"] else "relu"}
        if args["max_value"] is None:
            slope = args["negative_slope"]
            return "Activation", {"activation": "leaky_relu", "negative_slope": slope}
    if layer.kind == "LeakyReLU":
        return "Activation", {"activation": "leaky_relu", **args}
    if layer.kind == "ELU":
        return "Activation", {"activation": "elu", **args}
    if layer.kind == "Softmax":
        return "Activation", {"activation": "softmax", **args}
    config = {key: args[key] for key in _SHOWN if args.get(key) is not None}
    if "pool_size" in args:
        config["strides"] = args["strides"] or args["pool_size"]
    return layer.kind, config


def _channels_first(network: Network) -> bool:
    """True when the pictures in the network are channels first throughout."""
    # Flatten keeps its default where the other layers were told otherwise.
    layers = [layer for layer in network.layers.values() if layer.kind != "Flatten"]
    return {la.args["data_format"] for la in layers if "data_format" in la.args} == {
        "channels_first"
    }


def _turn(shape: Shape | None, turned: bool) -> Shape | None:
    return channels_last(shape) if turned and shape is not None else shape


def _count(weights: Iterable[Weight]) -> int:
    return sum(math.prod(w.shape) for w in weights)


def _trainable(trainable: bool, weights: Iterable[Weight]) -> int:
    return _count(w for w in weights if w.trainable) if trainable else 0
