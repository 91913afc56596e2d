"""Describe a Keras model as plain JSON, as far as it can be."""

import json
import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras.src.models.functional import Functional
from keras.src.models.sequential import Sequential

from .keras_watch import Entry

CONFIG_CHARS = 4 * 2**20
"""Longest config that is handed over, as JSON; a head of 8 MiB holds it."""


@dataclass(frozen=True)
class Structure:
    """What is handed over of a model besides its training."""

    config: dict[str, Any]
    """`{"class_name", "config"}`."""
    weights: list[Any]
    """Variables in the order in which the described model has them."""
    built: bool
    """Whether all of its weights exist."""
    problem: str | None = None
    """Why the structure is not described."""


def describe(model: Any, entry: Entry) -> Structure:
    """The structure of a model, built or not.

    A subclassed model is run on a symbolic input: where its `call` only applies layers and
    `keras.ops`, it turns out to be a functional model over the same weights.
    """
    weights, built = list(model.weights), bool(model.built) and entry.failure is None
    if isinstance(model, Sequential):
        return Structure(_config("Sequential", Sequential.get_config(model)), weights, built)
    if isinstance(model, Functional):
        return Structure(_config("Functional", _functional(model)), weights, built)
    name = type(model).__name__
    unknown = {"class_name": name, "config": {}}
    shape = _input_shape(model, entry)
    if shape is None or not built:
        return Structure(unknown, weights, built, f"{name} is a class that was never built")
    try:
        inputs = keras.Input(shape=shape)
        traced = keras.Model(inputs, model.call(inputs), name=model.name)
        config = _config("Functional", _functional(traced))
    except Exception as error:  # the student's own code, run in a way it was not written for
        reason = " ".join(str(error).split())[:200]
        problem = f"{name} computes in ways that cannot be described as layers: {reason}"
        return Structure(unknown, weights, built, problem)
    if len(traced.weights) != len(weights):
        problem = f"{name} has weights that its call does not use through layers"
        return Structure(unknown, weights, built, problem)
    return Structure(config, list(traced.weights), built)


def chain(layer: Any, tensor: Any) -> dict[str, Any] | None:
    """The layers that lead to `tensor`, one after the other, then `layer`; None for a branch."""
    layers = [layer]
    while True:
        operation, node_index, _ = tensor._keras_history
        layers.insert(0, operation)
        parents = operation._inbound_nodes[node_index].input_tensors
        if not parents:
            break
        if len(parents) > 1 or len(layers) > 1000:
            return None
        tensor = parents[0]
    described = [keras.saving.serialize_keras_object(part) for part in layers]
    return _config("Sequential", {"name": "unfinished", "layers": described})


def weight_names(model: Any, weights: list[Any]) -> list[str]:
    """A name for each weight, `layer/variable`, unique in the model."""
    owners: dict[int, str] = {}
    for layer in getattr(model, "layers", []):
        for weight in layer.weights:
            inner = weight.path.rpartition(f"{layer.name}/")[2]
            owners.setdefault(id(weight), f"{layer.name}/{inner}")
    names: list[str] = []
    for weight in weights:
        name = base = owners.get(id(weight), weight.path)
        number = 2
        while name in names:
            name, number = f"{base}_{number}", number + 1
        names.append(name)
    return names


def _functional(model: Any) -> dict[str, Any]:
    # A student's subclass with a constructor of its own keeps Keras from describing it.
    plain = model if type(model) is Functional else Functional(model.inputs, model.outputs)
    config: dict[str, Any] = Functional.get_config(plain)
    return {**config, "name": model.name}


def _input_shape(model: Any, entry: Entry) -> tuple[int | None, ...] | None:
    if entry.sample is not None:
        return tuple(int(size) for size in entry.sample.shape[1:])
    shapes = list((model._build_shapes_dict or {}).values())
    if len(shapes) == 1 and isinstance(shapes[0], tuple) and len(shapes[0]) > 1:
        return shapes[0][1:]
    return None


def _config(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    plain = _plain(keras.saving.serialize_keras_object(config))
    if len(json.dumps(plain)) > CONFIG_CHARS:
        raise ValueError(f"the config of a {class_name} is longer than {CONFIG_CHARS:,} characters")
    return {"class_name": class_name, "config": plain}


def _plain(value: Any) -> Any:
    """Plain JSON; what has no such form becomes the name of its type."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return type(value).__name__
