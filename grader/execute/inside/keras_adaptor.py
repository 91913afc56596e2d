"""Keras: serve its data sets, watch its training, and hand over its models.

Nothing here imports Keras before the notebook does.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import keras_data
from .context import Run

if TYPE_CHECKING:
    from .keras_watch import Watch


def _patch_keras(module: ModuleType, run: Run) -> None:
    from . import keras_layers, keras_loops, keras_training, keras_watch

    watch = keras_watch.Watch(run)
    run.state["keras"] = watch
    keras_layers.patch(watch)
    keras_training.patch(watch)
    if module.backend.backend() == "tensorflow":
        keras_loops.patch_functions(watch)


PATCHES = {
    **keras_data.PATCHES,
    "keras": _patch_keras,
}
"""Module -> what is called right after its import."""


def seed(value: int) -> None:
    """Seed Python, NumPy and the backend."""
    import keras

    keras.utils.set_random_seed(value)


def environment() -> dict[str, str]:
    """Versions and the device."""
    import keras

    backend = keras.backend.backend()
    return {"keras": keras.__version__, "backend": backend, "device": _device(backend)}


def _device(backend: str) -> str:
    import keras

    if backend == "tensorflow":
        import tensorflow as tf

        for gpu in tf.config.list_physical_devices("GPU"):
            details = tf.config.experimental.get_device_details(gpu)
            return str(details.get("device_name", "gpu"))
    if backend == "torch":
        import torch

        if torch.cuda.is_available():
            return str(torch.cuda.get_device_name(0))
    return str(keras.distribution.list_devices()[0]).partition(":")[0]


def capture(namespace: dict[str, Any], run: Run) -> None:
    """Hand over each model that is new, or has been built or trained further, in this cell."""
    watch: Watch | None = run.state.get("keras")
    if watch is None or "keras" not in sys.modules:
        return
    from . import keras_capture

    keras_capture.capture(namespace, watch)
