"""One captured Keras model: described, and asked for predictions."""

from pathlib import Path
from typing import Any

import numpy as np

from . import arrays, plain
from .describe import describe
from .graph import Network
from .refusal import RefusedError
from .rules import Weight
from .shapes import Shape
from .trace import Trace, trace

_BATCH_NUMBERS = 32_000_000
"""Scalars of the largest feature map for one batch: 128 MB; so a batch fits in memory."""
_LARGEST_BATCH = 256


def summarise(model: dict[str, Any]) -> dict[str, Any]:
    """The rebuilt structure of a captured model.

    Args:
        model: `config`, `weights` and `images`, the shapes of pictures it may be meant for.

    Returns:
        What `describe` gives, with `accepts`: whether it can take each of `images`.

    Raises:
        RefusedError: If it cannot be taken over.
    """
    network = plain.read(model["config"])
    traced = trace(network)
    summary = describe(network, traced)
    if None in network.inputs.values():
        return {**summary, "problem": "it was never given an input shape, so nothing was built"}
    if traced.failure is None:
        if model["weights"]:
            arrays.match(arrays.declared(model["weights"]), _expected(network, traced))
        # Keras must come to the same shapes and counts; imported late, as it takes seconds.
        from .network import Built

        Built(network, traced)
    return {**summary, "accepts": [_accepts(network, tuple(s)) for s in model["images"]]}


def predict(
    model: dict[str, Any], blob: Path, inputs: "np.ndarray[Any, Any]"
) -> "np.ndarray[Any, Any]":
    """The scores of a captured model for `inputs`, as `(n, k)` float32.

    Raises:
        RefusedError: If its weights do not fit its structure, or it gives no scores.
    """
    from .network import Built

    network = plain.read(model["config"])
    traced = trace(network)
    if traced.failure is not None:
        raise RefusedError(traced.failure[1])
    specs = arrays.declared(model["weights"])
    arrays.match(specs, _expected(network, traced))
    built = Built(network, traced)
    built.set_weights(arrays.read(blob, specs))
    return built.predict(inputs, max(1, min(_LARGEST_BATCH, _BATCH_NUMBERS // traced.largest)))


def _expected(network: Network, traced: Trace) -> list[Weight]:
    return [w for name in network.layers for w in traced.steps[name].weights]


def _accepts(network: Network, picture: Shape) -> bool:
    """True when pictures of this shape fit the input, as they are or laid out flat."""
    declared = next(iter(network.inputs.values()))
    if declared is None or len(network.inputs) != 1:
        return False
    height, width, channels = picture
    numbers = (height or 0) * (width or 0) * (channels or 0)
    forms: list[Shape] = [picture, (channels, height, width), (numbers,)]
    if channels == 1:
        forms.append((height, width))
    return any(
        len(form) == len(declared)
        and all(d in (None, s) for d, s in zip(declared, form, strict=True))
        for form in forms
    )
