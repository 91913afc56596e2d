"""Watch PyTorch modules at work: what they read, who trains them, and for how long."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from .budget import LoopCut
from .context import Run

SAMPLE = 16
"""Training inputs that are kept of a model."""


@dataclass(eq=False)
class Seen:
    """What a module was last called with from outside."""

    order: int
    """Counts the modules in the order of their first call."""
    inputs: Any = None
    """The first images of the last call or, once trained in this cell, of the training."""
    batch: int = 0
    """How many there were."""
    others: tuple[Any, ...] = ()
    """Further arguments that are no tensors."""
    tensors: int = 1
    """How many tensors it was called with."""
    worked: bool = False
    """True once it has given a result."""
    sample: Any = None
    """The first inputs of its last training."""
    cell: int = -1
    """Where `sample` is from."""

    @property
    def example(self) -> Any:
        """Inputs that tell what the module reads: those of a training before any others."""
        return self.inputs if self.sample is None else self.sample


@dataclass(eq=False)
class Tracked:
    """A model that is trained or handed over."""

    id: int
    """Unique in the run."""
    steps: int = 0
    """Optimiser steps so far."""
    epochs_run: int = 0
    """Rounds over a loader that began within the budget and had a step."""
    stopped_because: str | None = None
    """Why a loop was cut short."""
    cell: int = -1
    """Where it was built or trained last."""
    started: float = field(default_factory=time.monotonic)
    """When the running cell began to train it."""
    trained_in: int = -1
    """The cell of `started`."""
    print: Any = None
    """Tells whether it changed since it was handed over."""


@dataclass(eq=False)
class Round:
    """One iteration over a loader."""

    trained: list[Tracked] = field(default_factory=list)
    """Models that were stepped within it."""
    resumed: float = 0.0
    """When it was last asked for a batch."""


class Watch:
    """Follows all modules of a run through patches of PyTorch's own classes."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.models: WeakKeyDictionary[Any, Tracked] = WeakKeyDictionary()
        self.seen: WeakKeyDictionary[Any, Seen] = WeakKeyDictionary()
        self.trained: dict[int, Any] = {}
        """Models trained in this cell, held until they are handed over: functions drop theirs."""
        self.round: Round | None = None
        """The loader that gave the last batch."""
        self.paused = False
        """True while we call the modules ourselves."""
        self.eval_seconds = 0.0
        """Spent in this cell on rounds without a step."""
        self._alive: WeakSet[Any] = WeakSet()
        self._owners: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()
        self._depth = 0
        self._order = itertools.count()

    def install(self) -> None:
        """Patch modules and optimisers."""
        build, call = nn.Module.__init__, nn.Module.__call__

        def init(module: Any, *args: Any, **kwargs: Any) -> None:
            build(module, *args, **kwargs)
            self._alive.add(module)

        def outer(module: Any, *args: Any, **kwargs: Any) -> Any:
            if self._depth or self.paused:
                return call(module, *args, **kwargs)
            seen = inputs = None
            # Whatever is wrong with our notes must not reach the student's call.
            with self.run.guard("watching a model"):
                seen, inputs = self._called(module, args, kwargs)
            self._depth += 1
            try:
                result = call(module, *args, **kwargs)
            finally:
                self._depth -= 1
            if seen is not None:
                seen.inputs, seen.worked = inputs, True
            return result

        nn.Module.__init__ = init
        nn.Module.__call__ = outer
        register_optimizer_step_post_hook(self._stepped)

    def tracked(self, module: Any) -> Tracked:
        """The record of a model, made on first use."""
        if module not in self.models:
            self.models[module] = Tracked(id=self.run.model_id(), cell=self.run.cell)
        return self.models[module]

    def seen_by(self, module: Any) -> Seen | None:
        """What reached a module, or its first part where `forward` was called directly."""
        if module in self.seen:
            return self.seen[module]
        parts = [self.seen[part] for part in module.modules() if part in self.seen]
        return min(parts, key=lambda seen: seen.order, default=None)

    def spent(self, model: Tracked) -> str | None:
        """Why the model may not be trained further, or None."""
        return self.run.budget.spent(model.steps, time.monotonic() - model.started)

    def end_cell(self) -> None:
        """Let go of what belongs to one cell."""
        self.trained.clear()
        self.round = None
        self.eval_seconds = 0.0

    def _called(
        self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Seen | None, Any]:
        """Note a call; its record, and the inputs to keep once it has succeeded."""
        if not (module._parameters or module._modules):
            return None, None
        self._alive.add(module)
        values = [*args, *kwargs.values()]
        tensors = [value for value in values if isinstance(value, torch.Tensor)]
        if not tensors or tensors[0].dim() < 2:
            return None, None
        seen = self.seen.get(module)
        if seen is None:
            seen = self.seen[module] = Seen(order=next(self._order))
        # The first batch of a training is kept; until a step shows that it was one, each may be.
        trained = seen.cell == self.run.cell
        inputs = seen.inputs if trained else tensors[0][:SAMPLE].detach().clone()
        if not seen.worked:
            seen.inputs = inputs
        seen.batch, seen.tensors = tensors[0].shape[0], len(tensors)
        seen.others = tuple(v for v in args if not isinstance(v, torch.Tensor))
        return seen, inputs

    def _stepped(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        with self.run.guard("watching a training"):
            if optimizer not in self._owners:
                self._owners[optimizer] = list(self._roots(optimizer))
            for module in self._owners[optimizer]:
                self._count(module, self.tracked(module))

    def _count(self, module: Any, model: Tracked) -> None:
        cell = self.run.cell
        if model.trained_in != cell:
            model.trained_in = model.cell = cell
            model.started = time.monotonic()
            self.trained[id(module)] = module
            for part in module.modules():
                if part in self.seen and self.seen[part].cell != cell:
                    self.seen[part].sample, self.seen[part].cell = self.seen[part].inputs, cell
        if self.round is not None and model not in self.round.trained:
            self.round.trained.append(model)
            if self.spent(model) is None:
                model.epochs_run += 1
        model.steps += 1
        self._leave(model)

    def _leave(self, model: Tracked) -> None:
        """End the cell where no loader ends its loop.

        Loops over plain tensors, and rounds of one batch each, cannot be cut otherwise. The limit
        is chosen: well above what loops over loaders take after their budget.
        """
        budget = self.run.budget
        if budget.max_seconds is None:
            return
        most = 2 * budget.max_seconds + (budget.max_eval_seconds or budget.max_seconds)
        if time.monotonic() - model.started > most:
            model.stopped_because = f"budget of {budget.max_seconds:g} seconds"
            raise LoopCut(model.stopped_because)

    def _roots(self, optimizer: Any) -> Iterator[Any]:
        """The outermost modules that hold any of the optimiser's parameters."""
        owned = {id(p) for group in optimizer.param_groups for p in group["params"]}
        alive = list(self._alive)
        inner = {id(part) for module in alive for part in module.modules() if part is not module}
        for module in alive:
            if id(module) not in inner and any(id(p) in owned for p in module.parameters()):
                yield module
