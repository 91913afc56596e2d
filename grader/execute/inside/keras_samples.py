"""Look at the first training inputs without taking them away."""

import itertools
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

SAMPLES = 16
"""Inputs kept of a training."""


def first_samples(x: Any) -> "np.ndarray[Any, Any] | None":
    """Up to 16 inputs as they reach the model.

    Args:
        x: What `fit` was given: an array or tensor, a `tf.data.Dataset`, a `PyDataset`, a torch
            `DataLoader`, or one batch of a generator.

    Returns:
        float32 or uint8, batch axis first; None where there is more than one input or none.
    """
    if hasattr(x, "take") and hasattr(x, "element_spec"):
        x = _inputs(next(iter(x.take(1)), None))
    elif isinstance(x, keras.utils.PyDataset):
        x = _inputs(x[0])
    elif type(x).__name__ == "DataLoader":
        x = _inputs(next(iter(x), None))
    while isinstance(x, (list, tuple, dict)) and len(x) == 1:
        x = next(iter(x.values() if isinstance(x, dict) else x))
    if x is None or isinstance(x, (list, tuple, dict)) or not hasattr(x, "__getitem__"):
        return None
    first = x[:SAMPLES]
    array = np.asarray(first if hasattr(first, "__array__") else keras.ops.convert_to_numpy(first))
    if array.ndim < 2 or not np.issubdtype(array.dtype, np.number):
        return None
    return array if array.dtype == np.uint8 else array.astype(np.float32)


def peek(generator: Iterator[Any]) -> tuple[Any, Iterator[Any]]:
    """The inputs of the first batch, and a generator that gives all batches."""
    first = next(generator, None)

    # A generator again: Keras tells what it was given by its type.
    def again() -> Iterator[Any]:
        yield from itertools.chain([] if first is None else [first], generator)

    return _inputs(first), again()


def _inputs(batch: Any) -> Any:
    return batch[0] if isinstance(batch, (tuple, list)) and batch else batch
