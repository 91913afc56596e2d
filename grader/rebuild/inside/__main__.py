"""The rebuild worker: read the job, describe every model, then predict.

Reads `<stage>/job.json`: `{"models": [{"index", "framework", "config", "weights", "blob",
"inputs", "images"}]}`, where `blob` and `inputs` name attachments or are null. Writes frames
`{"type": "summary", "index", "summary"}` and `{"type": "predictions", "index", "n", "k",
"device"}` with the scores as payload; a model that fails gets `"problem"` instead, and the rest
go on. All summaries come before the first prediction, so that a model that exhausts the machine
costs the predictions after it and no summary.
"""

import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np

from .refusal import RefusedError

MOST_CLASSES = 1024
"""Scores per example that are handed back; ImageNet has 1,000 classes."""
_TORCH_MISSING = "PyTorch is not installed here: pip install 'grade[torch]'"


class _MissingError(Exception):
    """The machine lacks a framework."""


def main() -> None:
    """Do the job that is staged."""
    stage = Path(os.environ["GRADE_STAGE"])
    job = json.loads((stage / "job.json").read_text(encoding="utf-8"))
    with os.fdopen(int(os.environ["GRADE_EXPORT_FD"]), "wb") as pipe:
        for model in job["models"]:
            try:
                head = {"summary": _adaptor(model).summarise(model)}
            except Exception as error:
                head = _problem(error)
            _send(pipe, {"type": "summary", "index": model["index"], **head})
        for model in job["models"]:
            if model["inputs"] is None:
                continue
            payload = b""
            try:
                scores = _scores(model, stage / "attachments")
                head = {"n": scores.shape[0], "k": scores.shape[1], "device": _device(model)}
                payload = scores.tobytes()
            except Exception as error:
                head = _problem(error)
            _send(pipe, {"type": "predictions", "index": model["index"], **head}, payload)


def _adaptor(model: dict[str, Any]) -> Any:
    if model["framework"] == "keras":
        from . import keras_model

        return keras_model
    try:
        from . import torch_model
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise _MissingError(_TORCH_MISSING) from None
    return torch_model


def _scores(model: dict[str, Any], attachments: Path) -> "np.ndarray[Any, Any]":
    inputs = np.load(attachments / model["inputs"], mmap_mode="r", allow_pickle=False)
    adaptor = _adaptor(model)
    scores: np.ndarray[Any, Any] = adaptor.predict(model, attachments / model["blob"], inputs)
    if scores.ndim != 2 or len(scores) != len(inputs) or scores.shape[1] > MOST_CLASSES:
        shape = "x".join(map(str, scores.shape[1:]))
        raise RefusedError(
            f"it gives {shape} numbers for an image, "
            f"expected one row of up to {MOST_CLASSES:,} scores"
        )
    return scores


def _device(model: dict[str, Any]) -> str:
    if model["framework"] == "torch":
        return "cpu"
    import keras

    if keras.backend.backend() != "tensorflow":
        return str(keras.backend.backend())
    import tensorflow as tf

    return "gpu" if tf.config.list_physical_devices("GPU") else "cpu"


def _problem(error: Exception) -> dict[str, Any]:
    """What to say of a model that failed; any exception costs that model alone.

    What a framework raises on hostile values cannot be foreseen, so nothing is let through here.
    """
    if isinstance(error, RefusedError):
        return {"problem": str(error)}
    if isinstance(error, _MissingError):
        return {"problem": str(error), "machine": True}
    lines = str(error).strip().splitlines() or [""]
    return {"problem": f"{type(error).__name__}: {lines[0][:300]}"}


def _send(pipe: Any, head: dict[str, Any], payload: bytes = b"") -> None:
    text = json.dumps(head).encode()
    pipe.write(struct.pack("<IQ", len(text), len(payload)) + text + payload)
    pipe.flush()


if __name__ == "__main__":
    main()
