"""Run a few lines in each kind of sandbox that holds on this machine."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader import sandbox as sandboxes
from grader.course import Limits
from grader.sandbox import Ending, Frame, Sandbox

_HELPERS = """
import json, os, struct, sys
stage = os.environ["GRADE_STAGE"]
job = json.load(open(os.path.join(stage, "job.json")))
fd = int(os.environ["GRADE_EXPORT_FD"])
def send(payload=b"", **head):
    data = json.dumps(head).encode()
    with os.fdopen(os.dup(fd), "wb") as pipe:
        pipe.write(struct.pack("<IQ", len(data), len(payload)) + data + payload)
def attempt(action):
    try:
        return f"possible: {action()!r}"
    except OSError as error:
        return f"refused: {type(error).__name__}"
"""


@dataclass
class Result:
    """What came out of a worker."""

    ending: Ending
    frames: list[Frame]

    @property
    def said(self) -> dict[str, Any]:
        """All heads in one."""
        return {key: value for frame in self.frames for key, value in frame.head.items()}


class Bench:
    """Runs source as a worker in one sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.spool = folder / "spool"
        self.package = folder / "worker"
        self.spool.mkdir()
        self.package.mkdir()

    def run(
        self,
        source: str,
        job: dict[str, Any] | None = None,
        *,
        limits: dict[str, Any] | None = None,
        on_frame: Callable[[Frame], None] | None = None,
        attachments: dict[str, Path] | None = None,
    ) -> Result:
        """Run `source` after helpers `send(payload, **head)`, `attempt(action)`, `job`, `stage`."""
        text = _HELPERS + textwrap.dedent(source)
        (self.package / "__main__.py").write_text(text, encoding="utf-8")
        frames: list[Frame] = []
        ending = self.sandbox.run(
            self.package,
            job or {},
            limits=Limits.model_validate({"submission_seconds": 30} | (limits or {})),
            spool=self.spool,
            on_frame=on_frame or frames.append,
            attachments=attachments or {},
        )
        return Result(ending, frames)


def confined(kind: str) -> Sandbox:
    """The sandbox called `kind`; skips where it does not hold."""
    attempt = sandboxes.try_kind(kind)
    if attempt.sandbox is None:
        pytest.skip(f"{kind} does not hold here: {attempt.problem}")
    return attempt.sandbox


@pytest.fixture(params=["bubblewrap", "landlock"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """A bench in each confining kind."""
    return Bench(confined(request.param), tmp_path)


@pytest.fixture(params=["bubblewrap", "landlock", "none"])
def any_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """A bench in each kind: all keep the limits and the contract."""
    if request.param == "none":
        return Bench(sandboxes.find("none"), tmp_path)
    return Bench(confined(request.param), tmp_path)
