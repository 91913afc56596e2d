"""Count and cut training loops of the student's own, eager or inside a `tf.function`."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import keras
from keras.src.optimizers.base_optimizer import BaseOptimizer

from .budget import Clock, LoopCut
from .keras_samples import first_samples

if TYPE_CHECKING:
    from .keras_watch import Entry, Watch


class Loops:
    """The optimisers that the student applies by hand, and how far they have come."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._optimizers: dict[int, tuple[weakref.ref[Any], Entry, int]] = {}
        self._clocks: dict[int, Clock] = {}
        self.arguments: tuple[Any, ...] = ()
        """What the running `tf.function` was called with."""

    def step(self, entry: Entry) -> None:
        """A step was taken: end the loop if the budget is spent.

        Raises:
            LoopCut: If it is; the rest of the cell is left.
        """
        clock = self._clocks.setdefault(id(entry), Clock())
        reason = self._watch.run.budget.spent(entry.steps, clock.seconds)
        if reason:
            entry.stopped_because = reason
            raise LoopCut(reason)

    def applied(self, optimizer: Any, variables: Any) -> None:
        """An optimiser was applied, or its application became part of a graph."""
        known = self._optimizers.get(id(optimizer))
        if known is None or known[0]() is not optimizer:
            entry = self._owner(variables)
            if entry is None:
                return
            entry.used = True
            # Eagerly, the step that has just been taken is yet to be counted; a graph is only
            # being traced.
            seen = _iterations(optimizer) - int(eager())
            self._optimizers[id(optimizer)] = (weakref.ref(optimizer), entry, seen)
            if entry.sample is None:
                candidates = [self._watch.last_input, *keras.tree.flatten(self.arguments)]
                concrete = (c for c in candidates if _is_batch(c))
                with _outside_graph():
                    entry.sample = first_samples(next(concrete, None))

    def poll(self) -> None:
        """Read the optimisers' own counters, the only ones that graphs advance too."""
        for key, (ref, entry, seen) in list(self._optimizers.items()):
            optimizer = ref()
            if optimizer is None:
                del self._optimizers[key]
                continue
            count = _iterations(optimizer)
            if count > seen:
                self._optimizers[key] = (ref, entry, count)
                entry.steps += count - seen
                self.step(entry)

    def resume(self) -> None:
        """Steps that were taken inside `fit` are counted already."""
        for key, (ref, entry, _) in self._optimizers.items():
            if (optimizer := ref()) is not None:
                self._optimizers[key] = (ref, entry, _iterations(optimizer))

    def end_of_cell(self) -> None:
        """The next cell is another loop."""
        self._clocks.clear()

    def _owner(self, variables: Any) -> Entry | None:
        wanted = {id(v) for v in variables or ()}
        for model in reversed(self._watch.models()):
            if any(id(v) in wanted for v in _trainable(model)):
                return self._watch.entry(model)
        return None

    @property
    def waiting(self) -> bool:
        """Whether there is any optimiser to ask."""
        return bool(self._optimizers)


def patch_optimizers(watch: Watch) -> None:
    """Wrap `apply`, which every way to use an optimiser comes through."""
    original = BaseOptimizer.apply

    @do_not_convert
    @functools.wraps(original)
    def apply(self: Any, grads: Any, trainable_variables: Any = None) -> Any:
        __tracebackhide__ = True
        if watch.fitting:
            return original(self, grads, trainable_variables)
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
        result = original(self, grads, trainable_variables)
        with watch.run.guard("a training loop"):
            watch.loops.applied(self, trainable_variables or self._trainable_variables)
        if eager():
            watch.loops.poll()
        return result

    BaseOptimizer.apply = apply


def patch_functions(watch: Watch) -> None:
    """Wrap the calling of a `tf.function`: inside it no Python runs once it is traced."""
    from tensorflow.python.eager.polymorphic_function.polymorphic_function import Function

    original = Function.__call__

    @functools.wraps(original)
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        __tracebackhide__ = True
        if watch.fitting or not eager():
            return original(self, *args, **kwargs)
        watch.loops.arguments = args
        try:
            result = original(self, *args, **kwargs)
        finally:
            watch.loops.arguments = ()
        if watch.loops.waiting:
            watch.loops.poll()
        return result

    Function.__call__ = __call__


def do_not_convert(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep TensorFlow from rewriting a wrapper, as it keeps it from rewriting Keras itself."""
    if keras.backend.backend() != "tensorflow":
        return function
    from tensorflow.python.autograph.impl.api import do_not_convert as keep

    kept: Callable[..., Any] = keep(function)
    return kept


def eager() -> bool:
    """Whether operations run at once, rather than becoming part of a graph."""
    if keras.backend.backend() != "tensorflow":
        return True
    from tensorflow.python.eager import context

    return bool(context.executing_eagerly())


def _iterations(optimizer: Any) -> int:
    with _outside_graph():
        return int(optimizer.iterations)


def _outside_graph() -> AbstractContextManager[None]:
    """Out of a graph that is being traced, where every operation gives a symbol."""
    if keras.backend.backend() != "tensorflow":
        return nullcontext()
    import tensorflow as tf

    scope: AbstractContextManager[None] = tf.init_scope()
    return scope


def _trainable(model: Any) -> list[Any]:
    try:
        return list(model.trainable_variables)
    except Exception:  # half-made models of the student's own class may lack anything
        return []


def _is_batch(value: Any) -> bool:
    return hasattr(value, "__array__") and len(getattr(value, "shape", ())) >= 2
