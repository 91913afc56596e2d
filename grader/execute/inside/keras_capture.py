"""After a cell: find the models, tell which are new or changed, and hand those over."""

import zlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from . import keras_structure
from .keras_watch import Entry, Watch

UNTRAINED_BYTES = 32 * 2**20
"""Weights of an untrained model are handed over up to here."""
WHOLE = 65_536
"""A weight up to this many numbers counts whole in a fingerprint, a larger one by its first."""


def capture(namespace: dict[str, Any], watch: Watch) -> None:
    """Hand over what this cell has built or trained.

    Args:
        namespace: The notebook's variables.
        watch: What is known of the models.
    """
    named = _named(namespace)
    models = {id(model): model for _, model in named}
    models.update({id(model): model for model in watch.models()})
    inner = {id(part) for model in models.values() for part in _parts(model)}
    variables: dict[int, str] = {}
    for variable, model in named:
        variables.setdefault(id(model), variable)
    for key, model in models.items():
        entry = watch.entry(model)
        # A part of another model is its own model once it has been compiled or trained.
        if key not in inner or entry.used:
            with watch.run.guard(f"handing over {variables.get(key) or type(model).__name__}"):
                _hand_over(model, variables.get(key, ""), entry, watch)
    with watch.run.guard("a network that could not be built"):
        _hand_over_unbuilt(watch, models.values())
    watch.end_of_cell()


def _named(namespace: dict[str, Any]) -> list[tuple[str, Any]]:
    """Models with their names: variables first, then what variables hold."""
    own = [(n, v) for n, v in namespace.items() if not n.startswith("_") and n not in _SHELL]
    found = [(n, v) for n, v in own if isinstance(v, keras.Model)]
    for name, value in own:
        with_names: Iterator[tuple[str, Any]] = iter(())
        if isinstance(value, (list, tuple)):
            with_names = ((f"{name}[{i}]", v) for i, v in enumerate(value[:1000]))
        elif isinstance(value, dict):
            with_names = ((f"{name}[{k!r}]", v) for k, v in list(value.items())[:1000])
        elif type(value).__module__ == "__main__" and hasattr(value, "__dict__"):
            with_names = ((f"{name}.{k}", v) for k, v in list(vars(value).items()))
        if not isinstance(value, keras.Model):
            found += [(n[:100], v) for n, v in with_names if isinstance(v, keras.Model)]
    return found


_SHELL = {"In", "Out", "get_ipython", "exit", "quit"}


def _parts(model: Any) -> list[Any]:
    try:
        flat = model._flatten_layers(include_self=False, recursive=True)
        return [layer for layer in flat if isinstance(layer, keras.Model)]
    except Exception:  # half-made models of the student's own class may lack anything
        return []


def _hand_over(model: Any, variable: str, entry: Entry, watch: Watch) -> None:
    if not entry.failure and not _has_layers(model):
        return
    fingerprint = _fingerprint(model, entry)
    if fingerprint == entry.fingerprint:
        return
    entry.fingerprint = fingerprint
    with watch.inside_keras(), watch.inside_fit():
        structure = keras_structure.describe(model, entry)
    room = watch.run.room
    size = sum(_size(w) * 4 for w in structure.weights)
    # An untrained network must leave room for what it becomes.
    light = size <= UNTRAINED_BYTES and size <= room // 4
    wanted = watch.run.weights and (entry.trained or light)
    weights = structure.weights if structure.built and wanted and size <= room else []
    if wanted and size > room:
        watch.run.problem(
            f"the weights of {variable or 'a model'} (cell {watch.run.cell}) take "
            f"{size / 2**20:.0f} MiB and {room / 2**20:.0f} MiB of limits.export_mib are left: "
            "raise it in assignment.yaml to have the network judged on held-out images"
        )
    if entry.id is None:
        entry.id = watch.run.model_id()
    arrays = [_numbers(w) for w in weights]
    head = {
        "id": entry.id,
        "variable": variable,
        "framework": "keras",
        "config": structure.config,
        "weights": [{"name": n} for n in keras_structure.weight_names(model, weights)],
        "params": sum(map(_size, structure.weights)) if structure.built else None,
        "training": _training(entry),
        "sample": None if entry.sample is None else {"name": "x"},
        "failure": entry.failure,
        "problem": structure.problem,
    }
    watch.run.export(head, arrays if entry.sample is None else [*arrays, entry.sample])


def _hand_over_unbuilt(watch: Watch, models: Any) -> None:
    """Chains of layers that ended in one that could not be applied."""
    whole = {id(layer) for model in models for layer in getattr(model, "layers", ())}
    for layer, tensor, message in watch.unbuilt:
        config = keras_structure.chain(layer, tensor)
        if config is None or id(layer) in whole:
            continue
        head = {
            "id": watch.run.model_id(),
            "variable": "",
            "framework": "keras",
            "config": config,
            "weights": [],
            "params": None,
            "training": None,
            "sample": None,
            "failure": message,
            "problem": None,
        }
        watch.run.export(head, [])


def _has_layers(model: Any) -> bool:
    try:
        return bool(model.layers) or bool(model.weights)
    except Exception:  # half-made models of the student's own class may lack anything
        return False


def _training(entry: Entry) -> dict[str, Any] | None:
    if not entry.trained:
        return None
    return {
        "steps": entry.steps,
        "epochs_run": entry.epochs_run,
        "epochs_asked": entry.epochs_asked,
        "stopped_because": entry.stopped_because,
        "history": entry.history,
    }


def _fingerprint(model: Any, entry: Entry) -> str:
    """Differs as soon as the model has been built, trained or loaded further.

    Of large weights only the first numbers count: every training changes the small ones too.
    """
    checksum = 0
    for weight in model.weights:
        value = weight.value
        if _size(weight) > WHOLE:
            value = value[:1]
        numbers = np.asarray(keras.ops.convert_to_numpy(value)).reshape(-1)[:WHOLE]
        checksum = zlib.crc32(numbers.tobytes(), checksum)
    layers = [layer.name for layer in getattr(model, "_layers", [])]
    return f"{layers} {len(model.weights)} {checksum} {entry.steps} {entry.failure}"


def _size(weight: Any) -> int:
    return int(np.prod(weight.shape))


def _numbers(weight: Any) -> "np.ndarray[Any, Any]":
    array = np.asarray(keras.ops.convert_to_numpy(weight))
    # bfloat16 has no name that NumPy alone would know on the other side.
    return array if array.dtype.kind in "iub" else array.astype(np.float32)
