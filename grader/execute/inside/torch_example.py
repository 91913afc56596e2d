"""Export a module with the input it was seen with, or with a likely one."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from . import torch_export, torch_partial
from .torch_watch import Seen

SIDES = {1: (28, 32, 224, 227), 3: (32, 224, 227, 28)}
"""Sides of a square image to try, by its channels: MNIST, CIFAR-10, and what AlexNet reads."""

BATCH = 2
"""One image would make `squeeze()` and lengths of one ambiguous."""


@dataclass
class Exported:
    """What became of an export."""

    config: dict[str, Any] = field(default_factory=dict)
    """The graph; empty where there is none."""
    weights: dict[str, Any] = field(default_factory=dict)
    """The tensors that it reads, by name."""
    failure: str | None = None
    """PyTorch's message when the model takes no input that was tried."""
    problem: str | None = None
    """Why a working model has no graph."""


def export(module: Any, seen: Seen | None) -> Exported:
    """Export the graph of a module in evaluation mode.

    Args:
        module: The model.
        seen: What it was called with; None if it never was.
    """
    if any(nn.parameter.is_lazy(weight) for weight in module.parameters()):
        return Exported(problem="its lazy layers have never been given an input")
    if seen is not None and seen.tensors > 1:
        return Exported(problem=f"it reads {seen.tensors} tensors; one is expected")
    others = () if seen is None else seen.others
    examples = _examples(module, seen)
    refused: list[dict[str, Any]] = []
    for example in examples:
        try:
            module(example, *others)
        except Exception as error:  # the student's own code, so anything may come
            refused.append({"shape": list(example.shape[1:]), "message": _words(error)})
            continue
        exported = _graph(module, example, others)
        if exported.config and seen is not None and refused and not seen.worked:
            exported.config["refused"] = refused[0]
        return exported
    if not examples:
        return Exported(problem="it was never called, and its first layer does not tell its input")
    shape = tuple(refused[0]["shape"])
    broken = Exported(failure=f"{refused[0]['message']} (with an input of shape {shape})")
    try:
        broken.config, broken.weights = torch_partial.export(module, examples[0], others)
    except Exception:  # what there is of a broken model is a bonus
        return broken
    return broken


def _graph(module: Any, example: Any, others: tuple[Any, ...]) -> Exported:
    try:
        return Exported(*torch_export.export(module, example, others))
    except Exception as error:  # the student's own code runs in it, so anything may come
        return Exported(problem=f"its graph could not be exported: {_words(error)}")


def _examples(module: Any, seen: Seen | None) -> list[Any]:
    examples = []
    if seen is not None:
        like = seen.example
        # A batch written into `forward` as a number only takes that one.
        batches = dict.fromkeys((BATCH, seen.batch, 1))
        examples = [
            torch.zeros((n, *like.shape[1:]), dtype=like.dtype, device=like.device) for n in batches
        ]
        if seen.worked:
            return examples
    weight = next(module.parameters())
    guesses = [
        torch.zeros((BATCH, *shape), dtype=weight.dtype, device=weight.device)
        for shape in _guesses(module)
    ]
    return examples + guesses


def _guesses(module: Any) -> list[tuple[int, ...]]:
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            channels = part.in_channels
            return [(channels, side, side) for side in SIDES.get(channels, SIDES[3])]
        if isinstance(part, nn.Linear):
            images = {784: [(1, 28, 28)], 1024: [(1, 32, 32)], 3072: [(3, 32, 32)]}
            return [*images.get(part.in_features, []), (part.in_features,)]
    return []


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
