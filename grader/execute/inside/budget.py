"""How much training a notebook may do, and the exception that ends a student's own loop."""

import time
from dataclasses import dataclass


class LoopCut(BaseException):
    """A training loop of the student's own has used up its budget: the rest of the cell is left.

    Not derived from `Exception`, so that an `except Exception` in the loop does not swallow it.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Where training is cut short; None is no limit."""

    max_steps: int | None = None
    """Optimiser steps of one model, over all its trainings."""
    max_seconds: float | None = None
    """Seconds of one call of `fit`, or of one loop of the student's own."""
    max_eval_seconds: float | None = None
    """Seconds of one call of `evaluate`."""

    def spent(self, steps: int, seconds: float) -> str | None:
        """Why training must stop now ("budget of 300 steps"), or None if it may go on."""
        if self.max_steps is not None and steps >= self.max_steps:
            return f"budget of {self.max_steps} steps"
        if self.max_seconds is not None and seconds >= self.max_seconds:
            return f"budget of {self.max_seconds:g} seconds"
        return None


class Clock:
    """Counts seconds from the moment it is made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """So far."""
        return time.monotonic() - self._start
