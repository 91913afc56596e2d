"""Find the models of a PyTorch notebook and hand over their graphs and weights."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from . import torch_example
from .torch_watch import Seen, Tracked, Watch

UNTRAINED_BYTES = 32 * 2**20
"""Weights of a model that was never trained stay behind when they are larger."""
MOST = 20
"""Models that are handed over after one cell."""


def capture(namespace: dict[str, Any], watch: Watch) -> None:
    """Hand over all models that are new or changed, trained ones that no variable holds included.

    Args:
        namespace: The notebook's variables.
        watch: What was seen of the modules.
    """
    found = _find(namespace, watch)
    watch.end_cell()
    changed = [(module, name) for module, name in found if _changed(module, watch)]
    for module, name in changed[:MOST]:
        with watch.run.guard(f"capture of {name or 'a model'}"):
            _hand_over(module, name, watch)
    if len(changed) > MOST:
        watch.run.problem(f"{len(changed) - MOST} models of cell {watch.run.cell} were left out")


def _find(namespace: dict[str, Any], watch: Watch) -> list[tuple[Any, str]]:
    named: dict[int, tuple[Any, str]] = {}
    for module, name in _values(namespace):
        module = _unwrapped(module)
        named.setdefault(id(module), (module, name))
    for module in watch.trained.values():
        module = _unwrapped(module)
        named.setdefault(id(module), (module, ""))
    found = [pair for pair in named.values() if _is_model(pair[0])]
    inner = {id(part) for module, _ in found for part in module.modules() if part is not module}
    return [
        (module, name)
        for module, name in found
        if id(module) not in inner or module in watch.models
    ]


def _values(namespace: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    for name, value in list(namespace.items()):
        # IPython keeps results under names such as `_12`.
        if name.startswith("_"):
            continue
        if isinstance(value, nn.Module):
            yield value, name
        elif type(value) in (list, tuple, dict) and len(value) <= 100:
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in pairs:
                if isinstance(item, nn.Module) and isinstance(key, str | int):
                    yield item, f"{name}[{key!r}]"


def _unwrapped(module: Any) -> Any:
    return module.module if isinstance(module, nn.DataParallel) else module


def _is_model(module: Any) -> bool:
    # With PyTorch as its backend a Keras model is a module too; its own adaptor takes it.
    if any(base.__module__.split(".")[0] == "keras" for base in type(module).__mro__):
        return False
    return next(module.parameters(), None) is not None


def _changed(module: Any, watch: Watch) -> bool:
    """Whether a model differs from what was handed over; its cell is noted if so."""
    model = watch.tracked(module)
    weights = tuple(
        # A sum, since neither versions nor addresses tell of a write through `.data`.
        (name, tuple(p.shape), repr(p.detach().double().sum().item()))
        for name, p in _numbers(module)
        if not nn.parameter.is_lazy(p) and p.is_floating_point()
    )
    seen = watch.seen_by(module)
    shape = None if seen is None else (seen.worked, tuple(seen.example.shape[1:]))
    before, model.print = model.print, (weights, model.steps, shape)
    if before is not None and before[:2] != model.print[:2]:
        model.cell = watch.run.cell
    return bool(before != model.print)


def _numbers(module: Any) -> Iterator[tuple[str, Any]]:
    """Parameters and buffers with their names."""
    yield from module.named_parameters()
    yield from module.named_buffers()


def _hand_over(module: Any, name: str, watch: Watch) -> None:
    model, seen = watch.tracked(module), watch.seen_by(module)
    with _quiet(), _paused(watch), _evaluating(module):
        exported = torch_example.export(module, seen)
    arrays = [_array(weight) for weight in exported.weights.values()]
    if model.steps == 0 and sum(array.nbytes for array in arrays) >= UNTRAINED_BYTES:
        arrays = []
    sample = _sample(seen, exported.config)
    head = {
        "id": model.id,
        "variable": name,
        "cell": model.cell,
        "framework": "torch",
        "config": exported.config,
        "weights": [{"name": weight} for weight in exported.weights] if arrays else [],
        "params": sum(p.numel() for p in module.parameters() if not nn.parameter.is_lazy(p)),
        "training": _training(model),
        "sample": None if sample is None else {"name": "inputs"},
        "failure": exported.failure,
        "problem": exported.problem,
    }
    watch.run.export(head, arrays if sample is None else [*arrays, _array(sample)])


def _training(model: Tracked) -> dict[str, Any] | None:
    if model.steps == 0:
        return None
    return {
        "steps": model.steps,
        "epochs_run": model.epochs_run,
        "epochs_asked": None,
        "stopped_because": model.stopped_because,
        "history": {},
    }


def _sample(seen: Seen | None, config: dict[str, Any]) -> Any:
    if seen is None or seen.sample is None or not config:
        return None
    fits = list(seen.sample.shape[1:]) == config["inputs"][0]["shape"][1:]
    return seen.sample if fits else None


def _array(tensor: Any) -> Any:
    tensor = tensor.detach().cpu().contiguous()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


@contextlib.contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Evaluation mode without the student's own `train` and `eval`, and back."""
    before = [(part, part.training) for part in module.modules()]
    for part, _ in before:
        part.training = False
    try:
        with torch.no_grad():
            yield
    finally:
        for part, training in before:
            part.training = training


@contextlib.contextmanager
def _paused(watch: Watch) -> Iterator[None]:
    watch.paused = True
    try:
        yield
    finally:
        watch.paused = False


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the student's `forward` prints, and PyTorch's warnings, out of the notebook."""
    logging.disable(logging.WARNING)
    sink = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
