"""Held-out images for a trained model: prepared as it was trained, compared with labels here."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.data import DataSet
from grader.records import CapturedModel, Predictions

if TYPE_CHECKING:
    import numpy as np

MOST_INPUT_BYTES = 512 * 2**20
"""Prepared images of one model: all 10,000 of MNIST or CIFAR-10 take 31 or 123 MB; of 224x224
colour images 891 fit."""

_CHUNK = 256
"""Images that are prepared at a time; the steps between need several times the room."""
_SAMPLE_TYPES = ("float16", "float32", "float64", "uint8", "int32", "int64")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Images on their way to a model, and the labels that stay here."""

    dataset: DataSet
    """Where the images are from."""
    preprocessing: str
    """What was recovered, in words."""
    file: Path
    """The prepared images as `.npy`, batch axis first."""
    labels: "np.ndarray[Any, Any]"
    """The right classes, one per image."""


def prepare(model: CapturedModel, datasets: Sequence[DataSet], file: Path) -> HeldOut | Predictions:
    """Write the test images to `file` as the model is used to seeing them.

    Only the first `distinct_test` images are used, fewer where they take too much room.

    Returns:
        What to predict, or Predictions that say why nothing can be and whose turn it is.
    """
    if model.training is None or model.training.steps == 0:
        return _stop("the model was never trained: no optimiser step was seen", "student")
    if not datasets:
        return _stop("no data set is staged for this question: run grade data", "machine")
    if not model.weights or model.blob is None:
        return _stop("its weights were not exported, being larger than the limit", "machine")
    sample = _sample(model)
    if sample is None:
        return _stop("the images that it was trained on were not seen", "review")
    from grader.rebuild.preprocessing import recover

    recovered = recover(sample, datasets)
    if recovered is None:
        names = ", ".join(d.name for d in datasets)
        return _stop(
            f"preprocessing not recognised: it was trained on arrays of {_show(sample.shape[1:])}, "
            f"which are no known transformation of {names}",
            "review",
        )
    import numpy as np

    dataset = recovered.dataset
    arrays = dataset.load()
    images = arrays["x_test"][: dataset.distinct_test]
    shape = recovered.apply(images[:1]).shape[1:]
    images = images[: max(1, MOST_INPUT_BYTES // (4 * math.prod(shape)))]
    made = np.lib.format.open_memmap(file, "w+", np.float32, (len(images), *shape))
    for start in range(0, len(images), _CHUNK):
        made[start : start + _CHUNK] = recovered.apply(images[start : start + _CHUNK])
    made.flush()
    return HeldOut(
        dataset=dataset,
        preprocessing=recovered.words,
        file=file,
        labels=arrays["y_test"].reshape(-1)[: len(images)],
    )


def compare(held: HeldOut, scores: Path, *, classes: int, device: str | None) -> Predictions:
    """Set the scores against the labels.

    Args:
        held: What was predicted.
        scores: File of little-endian float32, `len(held.labels) x classes`.
        classes: Scores per image.
        device: Where they were computed.
    """
    import numpy as np

    n = len(held.labels)
    known: dict[str, Any] = {
        "dataset": held.dataset.name,
        "real": held.dataset.real,
        "preprocessing": held.preprocessing,
    }
    size = scores.stat().st_size
    if classes < 1 or size != n * classes * 4:
        text = f"received {size:,} bytes of scores, expected {n:,} x {classes} numbers"
        return Predictions(**known, problem=text, turn="machine")
    table = np.fromfile(scores, "<f4").reshape(n, classes)
    # A row with NaN has no largest score; argmax would name the NaN.
    right = (table.argmax(axis=1) == held.labels) & ~np.isnan(table).any(axis=1)
    correct = int(right.sum())
    return Predictions(
        **known, value=correct / n, correct=correct, n=n, verified=True, device=device
    )


def _sample(model: CapturedModel) -> "np.ndarray[Any, Any] | None":
    import numpy as np

    spec, blob = model.sample, model.sample_blob
    if spec is None or blob is None or spec.dtype not in _SAMPLE_TYPES or len(spec.shape) < 2:
        return None
    kind = np.dtype(spec.dtype).newbyteorder("<")
    if min(spec.shape) < 1 or blob.size != math.prod(spec.shape) * kind.itemsize:
        return None
    return np.fromfile(blob.path, kind).reshape(spec.shape)


def _stop(problem: str, turn: Any) -> Predictions:
    return Predictions(dataset="", problem=problem, turn=turn)


def _show(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))
