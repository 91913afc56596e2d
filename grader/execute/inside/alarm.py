"""The soft time limit of a cell."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN_SECONDS = 5.0
"""Between one alarm and the next, in case the student's code swallows it; chosen."""


class CellTimeout(BaseException):
    """The cell's time is up; not derived from `Exception`, so that few handlers swallow it."""


class Alarm:
    """Raises `CellTimeout` in the main thread while a cell runs too long.

    Native code is interrupted only once it returns; the sandbox's own limit ends the rest.
    """

    def __init__(self, cell_seconds: float) -> None:
        self._seconds = cell_seconds
        self._armed = False
        signal.signal(signal.SIGALRM, self._ring)

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Watch over the block."""
        # Student code may have put a handler of its own in place.
        signal.signal(signal.SIGALRM, self._ring)
        self._armed = True
        signal.setitimer(signal.ITIMER_REAL, self._seconds, AGAIN_SECONDS)
        try:
            yield
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._armed:
            raise CellTimeout(f"the cell ran longer than {self._seconds:g} s")
