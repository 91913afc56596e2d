"""Judge a PyTorch network by its exported graph: layers, counts, predictions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from . import torch_layers
from .torch_network import Network, StepError
from .torch_parse import parse

Array = np.ndarray[Any, Any]

ROOM = 2**26
"""Numbers in the largest result of one batch: 256 MiB of float32."""


def build(config: dict[str, Any]) -> Network:
    """Check an exported graph and make a network of it.

    Args:
        config: `{"format": "aten/1", "inputs": [{"name", "shape"}], "nodes": [{"name", "op",
            "args", "kwargs", "module"}], "output", "parameters": [names], "shapes": {name: shape},
            "trainable": [names]}`; the inputs' first axis is the batch it was exported with.

    Raises:
        ValueError: If anything in it is unknown, out of order or out of bounds; the message names
            the place.
    """
    return parse(config)


def describe(config: dict[str, Any]) -> dict[str, Any]:
    """The network's layers and counts.

    Returns:
        `input_shape`, `params`, `trainable_params`, `layers` (fields of `Layer`) and `failure`:
        None, or `{"layer", "message"}` of the impossible layer, which is then the last of
        `layers` and has no output shape. Shapes without the batch, channels last.

    Raises:
        ValueError: As `build`.
    """
    network = build(config)
    failure = None
    try:
        results = network.propagate()
        layers = torch_layers.describe(network, results)
    except StepError as stop:
        layers = torch_layers.describe(network, stop.results)
        last = torch_layers.impossible(network, stop.node, stop.results)
        layers.append(last)
        failure = {"layer": last["name"], "message": str(stop)}
    return {
        "input_shape": list(torch_layers.channels_last(network.input_shape[1:])),
        "params": sum(layer["params"] for layer in layers),
        "trainable_params": sum(layer["trainable_params"] for layer in layers),
        "layers": layers,
        "failure": failure,
    }


def predict(
    config: dict[str, Any], weights: Mapping[str, Array], inputs: Array, batch: int = 256
) -> Array:
    """The network's answers.

    Args:
        config: As for `build`.
        weights: All parameters by name; computed with as float32.
        inputs: Images as the module reads them, batch first, channels first.
        batch: How many at a time, fewer where the maps are large.

    Returns:
        float32 of shape (images, outputs).

    Raises:
        ValueError: If the graph is wrong, or weights or inputs do not fit it.
    """
    network = build(config)
    if tuple(inputs.shape[1:]) != network.input_shape[1:]:
        raise ValueError(
            f"received images of shape {tuple(inputs.shape[1:])}, "
            f"expected {network.input_shape[1:]}"
        )
    results = network.propagate()
    shape: tuple[int, ...] = tuple(getattr(results[network.output], "shape", ()))
    if len(shape) < 1 or shape[0] != network.input_shape[0]:
        raise ValueError(
            f"gives results of shape {shape} for {network.input_shape[0]} images, "
            "expected one row for each image"
        )
    known = _weights(network, weights)
    tensors = [r for r in results.values() if isinstance(r, torch.Tensor)]
    largest = max(tensor.numel() for tensor in tensors) // network.input_shape[0]
    step = max(1, min(batch, ROOM // max(1, largest)))
    rows = []
    with torch.inference_mode():
        for start in range(0, len(inputs), step):
            part = np.ascontiguousarray(inputs[start : start + step], dtype=np.float32)
            answer = network.run(torch.from_numpy(part), known)
            rows.append(answer.reshape(len(part), -1).numpy().astype(np.float32))
    columns = int(np.prod(shape[1:], dtype=np.int64))
    return np.concatenate(rows) if rows else np.zeros((0, columns), np.float32)


def accepts(config: dict[str, Any], input_shape: tuple[int, ...]) -> tuple[bool, str]:
    """Whether the network can take images of another shape.

    Args:
        config: As for `build`.
        input_shape: Of one image, channels first, such as `(3, 32, 32)`.

    Returns:
        Whether it can, and if not the arithmetic of the first layer that cannot and its name:
        "floor((2 - 3) / 2) + 1 = 0 at features.5".

    Raises:
        ValueError: As `build`, or for a shape that no image has.
    """
    network = build(config)
    if not input_shape or len(input_shape) > 4 or not all(1 <= n <= 4096 for n in input_shape):
        raise ValueError(f"received the shape {input_shape}, expected one of an image")
    try:
        results = network.propagate(input_shape)
    except StepError as stop:
        return False, str(stop)
    rows = _rows(results[network.output])
    if rows != network.input_shape[0]:
        return False, f"gives {rows} rows for {network.input_shape[0]} images"
    return True, ""


def _rows(result: Any) -> int:
    return int(result.shape[0]) if isinstance(result, torch.Tensor) and result.dim() else 0


def _weights(network: Network, weights: Mapping[str, Array]) -> dict[str, Any]:
    for name, shape in network.shapes.items():
        if name not in weights:
            raise ValueError(f"no numbers for the weight {name[:60]!r}")
        if tuple(weights[name].shape) != shape:
            raise ValueError(
                f"received {tuple(weights[name].shape)} for the weight {name[:60]!r}, "
                f"expected {shape}"
            )
        if weights[name].dtype.kind != "f":
            raise ValueError(f"received {weights[name].dtype} for {name[:60]!r}, expected floats")
    return {
        name: torch.from_numpy(np.array(weights[name], dtype=np.float32)) for name in network.shapes
    }
