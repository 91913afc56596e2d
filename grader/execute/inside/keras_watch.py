"""What is known of each Keras model of the notebook: its training, its failure, its last export."""

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .context import Run
from .keras_loops import Loops

HELD_BYTES = 256 * 2**20
"""Weights kept alive until a cell's end for models that no variable holds; chosen, so that a loop
over many large networks does not fill the memory that an honest notebook has."""


@dataclass(eq=False)
class Entry:
    """One model's log."""

    ref: "weakref.ref[Any]"
    """The model."""
    steps: int = 0
    """Optimiser steps."""
    epochs_run: int = 0
    """Epochs begun."""
    epochs_asked: int | None = None
    """Epochs that `fit` was called with, all calls together."""
    stopped_because: str | None = None
    """Why training was cut short."""
    history: dict[str, list[float | None]] = field(default_factory=dict)
    """Per epoch, all calls of `fit` together."""
    sample: "np.ndarray[Any, Any] | None" = None
    """The first training inputs."""
    failure: str | None = None
    """Why it could not be built."""
    used: bool = False
    """Compiled or trained by the student, so a model of its own even inside another one."""
    id: int | None = None
    """Number among the exported models."""
    fingerprint: str = ""
    """Of what was exported last."""

    @property
    def trained(self) -> bool:
        """Whether it has seen a training step."""
        return self.steps > 0


class Watch:
    """All models of the notebook, from the moment they are made."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.fitting = 0
        """Depth of Keras' own training and evaluation loops."""
        self.building = 0
        """Depth of calls in which Keras makes models of its own."""
        self.unbuilt: list[tuple[Any, Any, str]] = []
        """Of this cell: layer, symbolic input, and why the layer could not be applied to it."""
        self.loops = Loops(self)
        """The student's own training loops."""
        self.last_input: Any = None
        """What a model was last called with outside Keras' loops, in this cell."""
        self._entries: dict[int, Entry] = {}
        self._held: list[Any] = []

    def add(self, model: Any) -> None:
        """Take note of a model that is being made; it stays alive until the cell ends."""
        if self.building or any(model is held for held in self._held):
            return
        self._entries[id(model)] = Entry(ref=weakref.ref(model))
        self._held.append(model)
        while len(self._held) > 1 and sum(map(weight_bytes, self._held)) > HELD_BYTES:
            self._held.pop(0)

    def entry(self, model: Any) -> Entry:
        """The log of `model`."""
        entry = self._entries.get(id(model))
        if entry is None or entry.ref() is not model:
            entry = self._entries[id(model)] = Entry(ref=weakref.ref(model))
        return entry

    def models(self) -> list[Any]:
        """All models that are alive, oldest first."""
        alive = {key: entry for key, entry in self._entries.items() if entry.ref() is not None}
        self._entries = alive
        return [model for entry in alive.values() if (model := entry.ref()) is not None]

    def end_of_cell(self) -> None:
        """Let go of what no variable holds."""
        if self._held:
            self._held.clear()
            # Models refer to themselves in circles; a large one must not outlive its variable.
            gc.collect()
        self.unbuilt.clear()
        self.last_input = None
        self.loops.end_of_cell()

    @contextmanager
    def inside_keras(self) -> Iterator[None]:
        """Models that are made in the block are Keras' own, or ours, not the student's."""
        self.building += 1
        try:
            yield
        finally:
            self.building -= 1

    @contextmanager
    def inside_fit(self) -> Iterator[None]:
        """Steps that are taken in the block are counted by a callback."""
        self.fitting += 1
        try:
            yield
        finally:
            self.fitting -= 1
            self.loops.resume()


def weight_bytes(model: Any) -> int:
    """Bytes of the weights that exist so far, whatever state the model is in."""
    try:
        return sum(int(np.prod(w.shape)) * 4 for w in model.weights)
    except Exception:  # half-made models of the student's own class may lack anything
        return 0
