"""Watch `fit`, `evaluate` and `train_on_batch`, and cut them short by the training budget."""

import functools
import inspect
import math
import types
from collections.abc import Callable
from typing import Any

import keras
from keras.src.callbacks.callback_list import CallbackList
from keras.src.models.model import Model

from . import keras_loops
from .budget import Clock
from .keras_samples import first_samples, peek
from .keras_watch import Entry, Watch


def patch(watch: Watch) -> None:
    """Wrap the methods on `keras.Model`; signatures and return values stay as they are."""
    Model.fit = _fit(watch, Model.fit)
    Model.evaluate = _evaluate(watch, Model.evaluate)
    Model.predict = _inside(watch, Model.predict)
    Model.train_on_batch = _train_on_batch(watch, Model.train_on_batch)
    Model.compile = _compile(watch, Model.compile)
    keras_loops.patch_optimizers(watch)


class Training(keras.callbacks.Callback):  # type: ignore[misc]
    """Counts steps and epochs of one call of `fit`, and ends it when the budget is spent."""

    def __init__(self, watch: Watch, entry: Entry, epochs: int) -> None:
        super().__init__()
        self._watch = watch
        self._entry = entry
        self._last_epoch = epochs - 1
        self._epoch = 0
        self._begun = 0
        self._clock = Clock()
        self._evaluation = Evaluation(watch)

    def set_model(self, model: Any) -> None:
        """Keras names the model."""
        super().set_model(model)
        self._evaluation.set_model(model)

    def on_train_begin(self, logs: Any = None) -> None:
        """The clock starts behind the preparation of the data."""
        self._clock = Clock()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Count it."""
        self._epoch = epoch
        self._entry.epochs_run += 1

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Remember it: several steps may be taken at once."""
        self._begun = batch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the steps, and stop when they are enough."""
        self._entry.steps += batch - self._begun + 1
        last = self.params.get("steps") == batch + 1 and self._epoch == self._last_epoch
        reason = self._watch.run.budget.spent(self._entry.steps, self._clock.seconds)
        if reason and not last:
            self._entry.stopped_because = reason
            self.model.stop_training = True

    def on_test_begin(self, logs: Any = None) -> None:
        """The validation at an epoch's end."""
        self._evaluation.on_test_begin()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """It has a limit of its own."""
        self._evaluation.on_test_batch_end(batch)


class Evaluation(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends one call of `evaluate` when its seconds are up."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._run = watch.run
        self._clock = Clock()

    def on_test_begin(self, logs: Any = None) -> None:
        """Start the clock."""
        self._clock = Clock()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stop when time is up; the metrics are those of the batches so far."""
        limit = self._run.budget.max_eval_seconds
        if limit is not None and self._clock.seconds >= limit:
            self.model.stop_evaluating = True
            self._run.skipped(f"evaluation after {limit:g} seconds (cell {self._run.cell})")


def _fit(watch: Watch, original: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        entry = watch.entry(self)
        with watch.run.guard("preparing fit"):
            bound = signature.bind(self, *args, **kwargs)
            given = bound.arguments
            epochs = given.get("epochs", 1)
            training = Training(watch, entry, epochs)
            asked = epochs - given.get("initial_epoch", 0)
            with watch.run.guard("a sample of the training inputs"):
                if isinstance(given.get("x"), types.GeneratorType):
                    first, given["x"] = peek(given["x"])
                else:
                    first = given.get("x")
                if entry.sample is None:
                    entry.sample = first_samples(first)
            given["callbacks"] = _with(given.get("callbacks"), training)
            entry.used = True
            entry.epochs_asked = (entry.epochs_asked or 0) + asked
            args, kwargs = bound.args[1:], bound.kwargs
        try:
            with watch.inside_fit():
                return original(self, *args, **kwargs)
        finally:
            with watch.run.guard("the history of a training"):
                _keep_history(entry, self)

    return fit


def _keep_history(entry: Entry, model: Any) -> None:
    history = getattr(model, "history", None)
    for name, values in getattr(history, "history", {}).items():
        if all(isinstance(v, (int, float)) or hasattr(v, "item") for v in values):
            entry.history.setdefault(str(name), []).extend(map(_finite, values))


def _finite(value: Any) -> float | None:
    """A loss may be NaN, which JSON cannot hold."""
    number = float(value)
    return number if math.isfinite(number) else None


def _evaluate(watch: Watch, original: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def evaluate(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with watch.run.guard("preparing evaluate"):
            bound = signature.bind(self, *args, **kwargs)
            callbacks = bound.arguments.get("callbacks")
            # The validation inside `fit` comes with the list that holds `Training` already.
            if not isinstance(callbacks, CallbackList):
                bound.arguments["callbacks"] = _with(callbacks, Evaluation(watch))
            args, kwargs = bound.args[1:], bound.kwargs
        with watch.inside_fit():
            return original(self, *args, **kwargs)

    return evaluate


def _train_on_batch(watch: Watch, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def train_on_batch(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with watch.inside_fit():
            result = original(self, x, *args, **kwargs)
        entry = watch.entry(self)
        with watch.run.guard("counting a step"):
            entry.used = True
            if entry.sample is None:
                entry.sample = first_samples(x)
            entry.steps += 1
        watch.loops.step(entry)
        return result

    return train_on_batch


def _compile(watch: Watch, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def compile(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        watch.entry(self).used = True
        return original(self, *args, **kwargs)

    return compile


def _inside(watch: Watch, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with watch.inside_fit():
            return original(*args, **kwargs)

    return method


def _with(callbacks: Any, mine: Any) -> Any:
    if isinstance(callbacks, CallbackList):
        callbacks.append(mine)
        return callbacks
    return [*(keras.tree.flatten(callbacks) if callbacks else []), mine]
