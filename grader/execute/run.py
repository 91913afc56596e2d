"""Run a submission's code cells in a sandbox: the trusted side."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.course import Limits, TrainingBudget
from grader.data import DataSet
from grader.execute import frames
from grader.execute.code import is_code
from grader.records import (
    Alignment,
    CapturedModel,
    Cell,
    CellRun,
    ExecutionRecord,
    Status,
    Submission,
)

if TYPE_CHECKING:
    from grader.sandbox import Ending, Frame, Sandbox

PACKAGE = Path(__file__).parent / "inside"
"""The worker that runs inside the sandbox."""

MAX_MODELS = 500
"""Models taken of one notebook."""
MAX_NOTES = 100
"""Texts taken of one kind."""


def has_code(submission: Submission, alignment: Alignment) -> bool:
    """Whether there is anything to run: else no sandbox and no framework is started."""
    return any(
        is_code(c.source)
        for c in submission.cells
        if c.kind == "code" and c.index not in alignment.prose
    )


def run(
    submission: Submission,
    alignment: Alignment,
    *,
    sandbox: Sandbox,
    limits: Limits,
    budget: TrainingBudget,
    seed: int,
    data: Mapping[str, DataSet],
    spool: Path,
    weights: bool = True,
) -> ExecutionRecord:
    """Run the code cells of a notebook, those aside that hold prose.

    Whatever the notebook does is part of the record; nothing of it raises.

    Args:
        submission: What was handed in.
        alignment: Names the code cells that hold text instead of code.
        sandbox: Where to run it.
        limits: What it may use.
        budget: Where training is cut short.
        seed: Set before each cell.
        data: Data sets to serve, by the names of `keras.datasets`.
        spool: Existing empty folder for the weights that come back.
        weights: Whether the models' weights are wanted; False saves their transfer.

    Raises:
        SandboxError: If the sandbox does not start: the machine's turn.
    """
    code = [c for c in submission.cells if c.kind == "code"]
    cells = [c for c in code if c.index not in alignment.prose]
    prose = [_not_run(c, "holds text instead of code") for c in code if c not in cells]
    if not any(is_code(c.source) for c in cells):
        idle = [_not_run(c, "holds no code") for c in cells]
        return ExecutionRecord(
            status="not_run",
            isolation=sandbox.name,
            cells=_sorted(prose + idle),
            message="There is no code to run.",
        )
    received = _Received({c.index for c in cells})
    ending = sandbox.run(
        PACKAGE,
        _job(cells, limits, budget, seed, data, weights),
        limits=limits,
        spool=spool,
        on_frame=received.take,
        attachments={_file(name): entry.path for name, entry in data.items()},
    )
    if ending.status == "ok" and not received.done:
        # Exit status 0, but not by the worker's own end: `os._exit(0)` in a cell.
        ended = "The notebook ended its own process."
        ending = dataclasses.replace(ending, status="dead_kernel", message=ended)
    runs, where = _complete(cells, received, ending)
    return ExecutionRecord(
        status=ending.status,
        seconds=ending.seconds,
        peak_memory_mib=ending.peak_memory_mib,
        isolation=sandbox.name,
        seed=seed,
        environment=received.environment,
        cells=_sorted(prose + runs),
        models=tuple(sorted(received.models.values(), key=lambda m: m.cell)),
        missing=tuple(received.missing),
        skipped=tuple(received.skipped),
        message=_message(ending, where, received.notes),
    )


class _Received:
    """The frames of one run, checked as they come."""

    def __init__(self, sent: set[int]) -> None:
        self.environment: dict[str, str | None] = {}
        self.cells: dict[int, CellRun] = {}
        self.models: dict[tuple[str, int], CapturedModel] = {}
        self.missing: list[str] = []
        self.skipped: list[str] = []
        self.notes: list[str] = []
        self.done = False
        self._sent = sent

    def take(self, frame: Frame) -> None:
        """Keep what the frame says; a frame that is wrong leaves a note."""
        try:
            self._take(frame)
        except frames.FrameError as error:
            kind = str(frame.head.get("type"))[:40]
            _append(self.notes, f"A {kind!r} message of the notebook was dropped: {error}.")

    def _take(self, frame: Frame) -> None:
        head = frame.head
        match head.get("type"):
            case "environment":
                self.environment.update(frames.environment(head))
            case "cell":
                cell = frames.cell(head, self._sent)
                self.cells[cell.index] = cell
            case "model":
                if len(self.models) >= MAX_MODELS:
                    raise frames.FrameError(f"there are more than {MAX_MODELS} models")
                key, model = frames.model(head, frame.blob, self._sent)
                old = self.models.pop(key, None)
                self.models[key] = model
                _discard(old)
            case "missing":
                _append(self.missing, frames.said(head, "name"))
            case "skipped":
                _append(self.skipped, frames.said(head, "text"))
            case "problem":
                _append(self.notes, f"Grader: {frames.said(head, 'text')}.")
            case "done":
                self.done = True
            case _:
                raise frames.FrameError("there is no such type")


def _job(
    cells: list[Cell],
    limits: Limits,
    budget: TrainingBudget,
    seed: int,
    data: Mapping[str, DataSet],
    weights: bool,
) -> dict[str, Any]:
    kept = {"cell_seconds", "stream_mib", "rich_output_mib", "export_mib"}
    return {
        "cells": [c.model_dump() for c in cells],
        "seed": seed,
        "limits": limits.model_dump(include=kept),
        "budget": budget.model_dump(),
        "weights": weights,
        "data": {
            name: {"file": _file(name), "origin": entry.origin, "real": entry.real}
            for name, entry in data.items()
        },
    }


def _complete(
    cells: list[Cell], received: _Received, ending: Ending
) -> tuple[list[CellRun], int | None]:
    """A run for each cell, and the cell that the end came in, if it came in one."""
    runs: list[CellRun] = []
    running: int | None = None
    # The first message comes when the worker is ready for the first cell.
    cut_short = ending.status != "ok" and bool(received.environment)
    spent = sum(r.seconds for r in received.cells.values())
    for cell in cells:
        known = received.cells.get(cell.index)
        if known is not None:
            runs.append(known)
        elif cut_short and running is None:
            running = cell.index
            status: Status = ending.status
            seconds = max(0.0, ending.seconds - spent)
            runs.append(
                CellRun(index=running, status=status, seconds=seconds, error=ending.message)
            )
        else:
            runs.append(_not_run(cell, "the run ended before this cell"))
    return runs, running


def _message(ending: Ending, where: int | None, notes: list[str]) -> str | None:
    parts = []
    if ending.status != "ok":
        at = "" if where is None else f" (in cell {where})"
        text = (ending.message or f"The run ended with {ending.status}.").rstrip(".")
        parts.append(f"{text}{at}.")
    return " ".join([*parts, *notes]) or None


def _not_run(cell: Cell, reason: str) -> CellRun:
    return CellRun(index=cell.index, status="not_run", error=reason)


def _sorted(runs: list[CellRun]) -> tuple[CellRun, ...]:
    return tuple(sorted(runs, key=lambda r: r.index))


def _file(name: str) -> str:
    return f"{name}.npz"


def _discard(model: CapturedModel | None) -> None:
    """Remove the files of a model that a later state has replaced."""
    for blob in (model.blob, model.sample_blob) if model else ():
        if blob is not None:
            blob.path.unlink(missing_ok=True)


def _append(texts: list[str], text: str) -> None:
    if text not in texts and len(texts) < MAX_NOTES:
        texts.append(text)
