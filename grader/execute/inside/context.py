"""What the worker's parts share during one run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from .budget import Budget
from .channel import Channel


class Run:
    """One notebook on its way: the cell at hand, its budget and data, and the way to the judge.

    Args:
        job: The content of `job.json`.
        stage: The read-only folder with the attachments.
        channel: The way to the judge.
    """

    def __init__(self, job: dict[str, Any], stage: Path, channel: Channel) -> None:
        self.cell = -1
        """Index of the running cell."""
        self.seed: int = job["seed"]
        """Set before each cell."""
        self.limits: dict[str, Any] = job["limits"]
        """`cell_seconds stream_mib rich_output_mib export_mib`."""
        self.budget = Budget(**job["budget"])
        """Where training is cut short."""
        self.data: dict[str, dict[str, Any]] = {
            name: {**entry, "path": stage / "attachments" / entry["file"]}
            for name, entry in job["data"].items()
        }
        """Staged data sets by name: `path`, `origin`, `real`."""
        self.weights: bool = job.get("weights", True)
        """Whether anything asks for weights; else only structures are handed over."""
        self.served: dict[str, str] = {}
        """Data sets that the notebook asked for, with their origin."""
        self.state: dict[str, Any] = {}
        """What each adaptor keeps between its calls, by the adaptor's name."""
        self._channel = channel
        self._said: set[tuple[str, str]] = set()
        self._models = 0
        self._owner = os.getpid()

    @property
    def room(self) -> int:
        """Bytes of weights and samples that may still be handed over."""
        return self._channel.room

    def data_path(self, name: str) -> Path | None:
        """The staged file of a data set, recorded as served; None, and missing, if not staged."""
        entry = self.data.get(name)
        if entry is None:
            self.missing(f"data set {name}")
            return None
        self.served[name] = str(entry["origin"])
        return Path(entry["path"])

    def missing(self, text: str) -> None:
        """Record what the machine lacks, such as `package cv2` or `data set imdb`."""
        self._say("missing", "name", text)

    def skipped(self, text: str) -> None:
        """Record what was not run, or not to its end."""
        self._say("skipped", "text", text)

    def problem(self, text: str) -> None:
        """Record that a part of this worker failed, which must never cost the student."""
        self._say("problem", "text", text)

    @contextmanager
    def guard(self, doing: str) -> Iterator[None]:
        """Turn a failure of the worker's own code into a recorded problem.

        The objects it handles are the student's, so anything may be raised; nothing of it may
        reach the student's cell.
        """
        try:
            yield
        except Exception as error:
            self.problem(f"{doing}: {type(error).__name__}: {str(error)[:300].rstrip('.')}")

    def model_id(self) -> int:
        """A number that no other model of this run has."""
        self._models += 1
        return self._models

    def export(self, model_head: dict[str, Any], arrays: list[np.ndarray[Any, Any]]) -> None:
        """Hand over a model.

        Args:
            model_head: `id variable framework config weights params training sample failure
                problem`; `weights` and `sample` need only names, shapes and types are filled in.
            arrays: The weights in the order of `weights`, then the sample if there is one. When
                they are more than `room`, the weights stay behind.
        """
        head: dict[str, Any] = {"cell": self.cell, **model_head, "type": "model"}
        weights, samples = arrays[: len(head["weights"])], arrays[len(head["weights"]) :]
        if not self.weights:
            weights, head["weights"], samples, head["sample"] = [], [], [], None
        elif sum(a.nbytes for a in arrays) > self.room:
            size = sum(a.nbytes for a in weights)
            self.problem(
                f"the weights of {head['variable'] or 'a model'} (cell {self.cell}) take "
                f"{size / 2**20:.0f} MiB, {self.room / 2**20:.0f} MiB of export_mib are left: "
                "raise limits.export_mib in assignment.yaml to have them judged"
            )
            weights, head["weights"] = [], []
        if sum(a.nbytes for a in samples) > self.room:
            samples, head["sample"] = [], None
        head["weights"] = [
            _spec(w["name"], a) for w, a in zip(head["weights"], weights, strict=True)
        ]
        head["sample"] = _spec(head["sample"]["name"], samples[0]) if samples else None
        self.send(head, [*weights, *samples])

    def send(self, head: dict[str, Any], arrays: list[np.ndarray[Any, Any]] | None = None) -> None:
        """Send a frame, unless this is a process that the student's code has forked."""
        if os.getpid() == self._owner:
            self._channel.send(head, arrays or [])

    def leave_if_forked(self) -> None:
        """End a forked copy of the worker, which would run the remaining cells once more."""
        if os.getpid() != self._owner:
            os._exit(0)

    def _say(self, kind: str, key: str, text: str) -> None:
        if (kind, text) not in self._said and len(self._said) < 500:
            self._said.add((kind, text))
            self.send({"type": kind, key: text[:500], "cell": self.cell})


def _spec(name: str, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    return {"name": name, "shape": list(array.shape), "dtype": array.dtype.name}
