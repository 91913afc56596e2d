"""Notice models as they are made, and layers that cannot be applied."""

import functools
from typing import Any

import keras
from keras.src.layers.layer import Layer
from keras.src.models.model import Model
from keras.src.models.sequential import Sequential

from . import keras_loops
from .keras_watch import Watch
from .outputs import ANSI


def patch(watch: Watch) -> None:
    """Wrap the making of models, the building of Sequentials and the calling of layers."""
    _patch_new(watch)
    _patch_build(watch)
    _patch_call(watch)


def first_words(error: BaseException) -> str:
    """The framework's message without colours, call details and what comes after them."""
    paragraphs = [" ".join(p.split()) for p in ANSI.sub("", str(error)).split("\n\n")]
    telling = [p for p in paragraphs if p and not p.startswith(("Exception enc", "Arguments rec"))]
    return (telling or [type(error).__name__])[0][:500]


def _patch_new(watch: Watch) -> None:
    original = Model.__new__

    @functools.wraps(original)
    def __new__(cls: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        __tracebackhide__ = True
        model = original(cls, *args, **kwargs)
        with watch.run.guard("a new model"):
            watch.add(model)
        return model

    Model.__new__ = staticmethod(__new__)


def _patch_build(watch: Watch) -> None:
    original = Sequential.build

    @functools.wraps(original)
    def build(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            # A Sequential makes a Functional of itself each time a layer is added.
            with watch.inside_keras():
                result = original(self, *args, **kwargs)
        except Exception as error:
            # The failing layer has been appended already.
            watch.entry(self).failure = first_words(error)
            raise
        watch.entry(self).failure = None
        return result

    Sequential.build = build
    rebuild = Sequential._maybe_rebuild

    @functools.wraps(rebuild)
    def _maybe_rebuild(self: Any) -> None:
        __tracebackhide__ = True
        try:
            rebuild(self)
        except Exception:
            # One network, one mark: written with `add`, it would end at the impossible layer, and
            # in a list it would not. So `add` goes on, and `fit` or a call raises the error.
            if watch.entry(self).failure is None:
                raise

    Sequential._maybe_rebuild = _maybe_rebuild


def _patch_call(watch: Watch) -> None:
    original = Layer.__call__

    @keras_loops.do_not_convert
    @functools.wraps(original)
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        __tracebackhide__ = True
        if not watch.fitting and args and isinstance(self, Model) and keras_loops.eager():
            watch.last_input = args[0]
        try:
            return original(self, *args, **kwargs)
        except Exception as error:
            if not watch.building and args and isinstance(args[0], keras.KerasTensor):
                watch.unbuilt.append((self, args[0], first_words(error)))
            raise

    Layer.__call__ = __call__
