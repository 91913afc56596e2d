"""Run a worker package in a confined process and read back one bounded stream of frames."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from grader.course import Limits
from grader.errors import SandboxError
from grader.records import Blob, Status

KINDS = ("bubblewrap", "landlock", "none")
"""Ways to confine, best first; each is a file in this folder."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a worker: hostile data."""

    head: dict[str, Any]
    """The JSON part; finite numbers, no lone surrogates, at most 100 levels."""
    blob: Blob | None = None
    """The payload, spooled to a file; None when it was empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a confined process ended."""

    status: Status
    """`ok` for exit status 0; `dead_kernel` when it died by itself; else the limit it ran into."""
    seconds: float
    """Wall time."""
    peak_memory_mib: float | None = None
    """Highest memory of all its processes together, as polled; None if it ended before that."""
    message: str | None = None
    """One sentence for people; None when `ok`."""
    stderr: str = ""
    """The last 64 KiB, for diagnosis only."""


class Sandbox(Protocol):
    """One way to confine a process."""

    @property
    def name(self) -> str:
        """`bubblewrap`, `landlock` or `none`; every report names it."""

    @property
    def weaker(self) -> tuple[str, ...]:
        """What this kind does not do, in words for people."""

    def run(
        self,
        package: Path,
        job: dict[str, Any],
        *,
        limits: Limits,
        spool: Path,
        on_frame: Callable[[Frame], None],
        attachments: Mapping[str, Path] = {},
    ) -> Ending:
        """Run `package` (a folder with `__main__.py`) until it ends or meets a limit.

        Inside, `GRADE_STAGE` is a read-only folder with the package, `job.json` and
        `attachments/<name>`; `GRADE_EXPORT_FD` is a pipe for frames: `<IQ` with the lengths of
        head and payload, the head as JSON, the payload. `GRADE_SANDBOX` is the kind. HOME is an
        empty, writable working folder. When this returns, no process of the run is left.

        Args:
            package: Copied into the stage; must import nothing of this project.
            job: Written to `job.json`.
            limits: `submission_seconds memory_mib processes scratch_mib export_mib` are kept here.
            spool: Existing folder for payloads; the caller's to delete.
            on_frame: Called in the order of arrival, in the caller's thread.
            attachments: Files to show read-only, by name.

        Raises:
            SandboxError: If the worker could not be started.
        """


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of trying one kind."""

    kind: str
    """`bubblewrap` or `landlock`."""
    sandbox: Sandbox | None = None
    """Ready to use; None if it does not hold here."""
    problem: str = ""
    """Why not."""
    hint: str = ""
    """What to install or to allow."""


def find(
    kind: str = "auto", *, hidden: tuple[Path, ...] = (), devices: tuple[Path, ...] = ()
) -> Sandbox:
    """The sandbox called `kind`, or the best one that holds on this machine.

    A kind holds when a hostile program was really refused in it (`grader.sandbox.probe`); the
    answer is remembered for the life of the process. `none` is given only when asked for.

    Args:
        kind: `auto`, `bubblewrap`, `landlock` or `none`.
        devices: Files of GPUs that the code may use (`grader.sandbox.gpu.devices`).
        hidden: More files and folders to keep out of sight, such as a course that lies in a
            folder which the interpreter needs; homes and checkouts are out of sight anyway.

    Raises:
        SandboxError: If none holds, with what to install.
    """
    if kind not in ("auto", *KINDS):
        raise SandboxError(
            f"--sandbox: received {kind!r}, expected one of auto, {', '.join(KINDS)}"
        )
    if kind == "none":
        return _sandbox(kind, hidden, devices)
    failed = []
    for name in KINDS[:-1] if kind == "auto" else (kind,):
        attempt = try_kind(name, hidden=hidden, devices=devices)
        if attempt.sandbox is not None:
            return attempt.sandbox
        failed.append(f"  {name}: {attempt.problem}. {attempt.hint}")
    raise SandboxError(
        "No working sandbox for student code on this machine:\n"
        + "\n".join(failed)
        + "\nOr run code that you trust without one: --sandbox none"
    )


@functools.cache
def try_kind(
    kind: str, *, hidden: tuple[Path, ...] = (), devices: tuple[Path, ...] = ()
) -> Attempt:
    """Try one confining kind by running the hostile probe in it."""
    probe = import_module("grader.sandbox.probe")
    hint: str = import_module(f"grader.sandbox.{kind}").HINT
    try:
        sandbox = _sandbox(kind, hidden, devices)
        probe.run(sandbox)
    except SandboxError as error:
        return Attempt(kind, problem=str(error), hint=hint)
    return Attempt(kind, sandbox=sandbox)


def _sandbox(kind: str, hidden: tuple[Path, ...], devices: tuple[Path, ...]) -> Sandbox:
    create: Callable[..., Sandbox] = import_module(f"grader.sandbox.{kind}").create
    return create(hidden=hidden, devices=devices)
