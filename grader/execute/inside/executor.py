"""Run the cells in order and report each as soon as it has ended."""

import random
import sys
import time
from typing import Any

import numpy as np

from . import installs
from .alarm import Alarm, CellTimeout
from .budget import LoopCut
from .context import Run
from .hooks import Hooks
from .outputs import ANSI, OutputLimit, Outputs, Pipes
from .shell import NotebookShell

ERROR_CHARS = 2_000
"""Kept of an exception's message."""


class Executor:
    """Runs cells in one shell, going on after one that fails."""

    def __init__(
        self, run: Run, shell: NotebookShell, outputs: Outputs, pipes: Pipes, hooks: Hooks
    ) -> None:
        self._run = run
        self._shell = shell
        self._outputs = outputs
        self._pipes = pipes
        self._hooks = hooks
        self._alarm = Alarm(run.limits["cell_seconds"])

    def cell(self, index: int, source: str) -> None:
        """Run one cell, report it, and hand over the models that it built or trained."""
        self._run.cell = index
        self._seed()
        start = time.monotonic()
        error = self._execute(source)
        seconds = time.monotonic() - start
        self._run.leave_if_forked()
        status, message = _judge(error)
        with self._run.guard("what a failed cell lacked"):
            self._note_missing(error)
        self._pipes.drain()
        report = {"index": index, "status": status, "seconds": seconds, "error": message}
        self._run.send({"type": "cell", **report, "outputs": self._outputs.take()})
        for framework, adaptor in self._hooks.adaptors.items():
            if framework in sys.modules:
                with self._run.guard(f"capture of {framework} models after cell {index}"):
                    adaptor.capture(self._shell.user_ns, self._run)

    def _execute(self, source: str) -> BaseException | None:
        try:
            with self._alarm.armed():
                source = installs.mend(source, self._shell.transform_cell)
                result = self._shell.run_cell(source)
        except BaseException as error:
            # IPython reports what the cell raises; this is an alarm that rang just behind it, or
            # an IPython that the student's code has damaged.
            self._outputs.error(f"{type(error).__name__}: {error}")
            return error
        failure: BaseException | None = result.error_before_exec or result.error_in_exec
        return failure

    def _seed(self) -> None:
        with self._run.guard("seeds"):
            random.seed(self._run.seed)
            np.random.seed(self._run.seed % 2**32)
            for framework, adaptor in self._hooks.adaptors.items():
                if framework in sys.modules:
                    adaptor.seed(self._run.seed)

    def _note_missing(self, error: BaseException | None) -> None:
        for cause in _chain(error):
            if isinstance(cause, ModuleNotFoundError) and cause.name:
                # The whole name where only a part of an installed package is missing, as after
                # a change of its layout.
                package = cause.name.split(".")[0]
                known = package in sys.modules
                self._run.missing(f"package {cause.name if known else package}")
            elif isinstance(cause, FileNotFoundError) and cause.filename is not None:
                self._run.missing(f"file {cause.filename}")
            elif type(cause).__name__ in ("URLError", "gaierror", "ConnectionError"):
                self._run.missing("network access, which notebooks do not have while graded")


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain and len(chain) < 10:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _judge(error: BaseException | None) -> tuple[str, str | None]:
    if error is None:
        return "ok", None
    if isinstance(error, LoopCut):
        return "ok", f"training stopped ({error}); the rest of the cell was not run"
    if isinstance(error, CellTimeout):
        return "timeout", str(error)
    if isinstance(error, OutputLimit):
        return "output_limit", str(error)
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return "ok", None
    return "error", _describe(error)


def _describe(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # the student's own exception class may fail here too
        text = "(its message cannot be shown)"
    plain = ANSI.sub("", f"{type(error).__name__}: {text}")[:ERROR_CHARS]
    return plain.encode("utf-8", "replace").decode()


def environment(run: Run, hooks: Hooks) -> dict[str, Any]:
    """What the notebook ran with, as far as it has been imported."""
    found: dict[str, Any] = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "tensorflow", "torch", "torchvision", "sklearn"):
        if name in sys.modules:
            found[name] = str(getattr(sys.modules[name], "__version__", "unknown"))
    for framework, adaptor in hooks.adaptors.items():
        if framework in sys.modules:
            with run.guard(f"environment of {framework}"):
                # Keras names the backend; a bare torch does so only where there is no Keras.
                found = {**adaptor.environment(), **found}
    found.update({f"data {name}": origin for name, origin in run.served.items()})
    return found
