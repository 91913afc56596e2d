"""One captured PyTorch model: described, and asked for predictions."""

from pathlib import Path
from typing import Any

import numpy as np

from . import arrays, torch_graph
from .refusal import RefusedError

_LARGEST_BATCH = 256


def summarise(model: dict[str, Any]) -> dict[str, Any]:
    """The structure of a captured model, as `keras_model.summarise` gives it.

    Raises:
        RefusedError: If it cannot be taken over.
    """
    try:
        summary = torch_graph.describe(model["config"])
        accepts = [
            torch_graph.accepts(model["config"], (channels, height, width))[0]
            for height, width, channels in model["images"]
        ]
    except ValueError as error:
        raise RefusedError(str(error)) from error
    return {**summary, "accepts": accepts}


def predict(
    model: dict[str, Any], blob: Path, inputs: "np.ndarray[Any, Any]"
) -> "np.ndarray[Any, Any]":
    """The scores of a captured model for `inputs`, as `(n, k)` float32.

    Raises:
        RefusedError: If its weights do not fit its structure, or it gives no scores.
    """
    specs = arrays.declared(model["weights"])
    names = [spec.name for spec in specs]
    weights = dict(zip(names, arrays.read(blob, specs), strict=True))
    try:
        return torch_graph.predict(model["config"], weights, inputs, _LARGEST_BATCH)
    except ValueError as error:
        raise RefusedError(str(error)) from error
