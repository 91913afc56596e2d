"""Watch a confined process: read what it says, within limits, and end it at the first breach."""

import contextlib
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from grader.course import Limits
from grader.errors import SandboxError
from grader.records import Status
from grader.sandbox import Ending, Frame, seccomp, usage
from grader.sandbox.frames import FrameReader, StreamError
from grader.sandbox.stage import HELLO

MIB = 2**20
TEXT = 32 * MIB
"""Bytes of messages beside the exported weights, and of raw text on stdout and stderr each."""
KEPT = 64 * 1024
"""Bytes of stderr that are kept."""
LOOK_SECONDS = 0.1
"""Time between two looks at the processes; a memory bomb of 1 GB/s overshoots by 100 MB."""
CHUNK = 256 * 1024
STOP = threading.Event()
"""Set when the command is interrupted: Python tells only the main thread, runs are in others."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to start a confined process; the launcher does what it says."""

    command: list[str]
    """What to run, by full path."""
    environment: dict[str, str]
    """All its variables."""
    folder: Path = Path("/")
    """Working folder."""
    private: Path
    """Folder for the launcher's orders."""
    export: int
    """Write end of the export pipe."""
    source: int
    """Read end of the export pipe."""
    landlock: dict[str, Any] | None = None
    """Arguments of `launch._landlock`; None to go without."""
    seccomp: bytes | None = None
    """A filter for the launcher to load; None to go without."""
    descriptors: tuple[int, ...] = ()
    """To leave open besides the export pipe."""
    process_ceiling: int | None = None
    """RLIMIT_NPROC; None where it would count other processes too."""
    disk: Callable[[Sequence[psutil.Process]], float]
    """Bytes of scratch in use."""


@contextlib.contextmanager
def export_pipe() -> Iterator[tuple[int, int]]:
    """A pipe for frames: read end, never blocking, and write end."""
    source, target = os.pipe()
    try:
        os.set_blocking(source, False)
        # Fewer turns for big weights; a user at the pipe quota goes on with what there is.
        with contextlib.suppress(OSError):
            fcntl.fcntl(source, fcntl.F_SETPIPE_SZ, MIB)
        yield source, target
    finally:
        os.close(source)
        os.close(target)


def ceiling(limits: Limits) -> int:
    """Processes and threads at once.

    Frameworks start several threads for each core, so those of a big machine come on top:
    an honest notebook must not fail because the machine is good.
    """
    return limits.processes + 8 * (os.cpu_count() or 1)


def supervise(
    plan: Plan, *, limits: Limits, spool: Path, on_frame: Callable[[Frame], None]
) -> Ending:
    """Run what `plan` says to its end or to the first limit; nothing of it is left afterwards.

    Raises:
        SandboxError: If the worker was not reached, or its processes do not end.
    """
    orders = plan.private / "launch.json"
    orders.write_text(json.dumps(_orders(plan, limits)), encoding="utf-8")
    launcher = Path(__file__).with_name("launch.py")
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", str(launcher), str(orders)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(plan.export, *plan.descriptors),
        env={},
        cwd="/",
        start_new_session=True,  # Ctrl-C at the terminal is for the judge
    )
    watch = _Watch(process, plan, limits, FrameReader(spool, limits.export_mib * MIB + TEXT))
    try:
        verdict = watch.until_end(on_frame)
    finally:
        _end(process)
        whole = watch.reader.close()
    stderr = watch.stderr.decode(errors="replace")
    if not watch.started and verdict is None:
        said = stderr.strip().splitlines()[-1:] or [f"exit status {process.returncode}"]
        raise SandboxError(f"the worker did not start: {said[0]}")
    status, message = verdict or _judge(process.returncode, whole)
    return Ending(
        status=status,
        seconds=round(time.monotonic() - watch.begun, 3),
        peak_memory_mib=round(watch.peak / MIB, 1) if watch.peak else None,
        message=message,
        stderr=stderr,
    )


def _orders(plan: Plan, limits: Limits) -> dict[str, Any]:
    ceilings = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": limits.scratch_mib * MIB,
        "RLIMIT_NOFILE": 4096,
        "RLIMIT_NPROC": plan.process_ceiling,
    }
    return {
        "command": plan.command,
        "environment": plan.environment,
        "folder": str(plan.folder),
        "limits": {name: value for name, value in ceilings.items() if value is not None},
        "landlock": plan.landlock,
        "seccomp": plan.seccomp.hex() if plan.seccomp is not None else None,
        "self": seccomp.SELF,
    }


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.close()  # the launcher takes this as its order to kill everything
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        raise SandboxError(
            f"processes of a run do not end (below process {process.pid}); end them by hand"
        ) from None
    finally:
        process.stdout.close()
        process.stderr.close()


def _judge(code: int, whole: bool) -> tuple[Status, str | None]:
    """What an exit status that no limit explains means."""
    if code == 0:
        if whole:
            return "ok", None
        return "dead_kernel", "It ended in the middle of handing back its results."
    number = code - 128 if code > 128 else -code if code < 0 else 0
    if number == signal.SIGKILL:
        return "killed", "It was killed from outside, most likely because the machine ran short."
    if number:
        with contextlib.suppress(ValueError):
            name = signal.Signals(number).name
            return "dead_kernel", f"Python died of a signal ({name}), as native code does."
    return "dead_kernel", f"Python ended by itself with exit status {code}."


@dataclass
class _Watch:
    """What has been seen of a running process."""

    process: "subprocess.Popen[bytes]"
    plan: Plan
    limits: Limits
    reader: FrameReader
    started: bool = False
    peak: int = 0
    stderr: bytearray = field(default_factory=bytearray)
    begun: float = field(default_factory=time.monotonic)
    _text: dict[int, int] = field(default_factory=dict)
    _next_look: float = 0.0
    _next_disk: float = 0.0

    def until_end(self, on_frame: Callable[[Frame], None]) -> tuple[Status, str] | None:
        """Read until the process ends; the limit it broke, or None."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        deadline = self.begun + self.limits.submission_seconds
        try:
            with selectors.DefaultSelector() as selector:
                for stream in (self.process.stdout, self.process.stderr):
                    os.set_blocking(stream.fileno(), False)
                    selector.register(stream.fileno(), selectors.EVENT_READ)
                selector.register(self.plan.source, selectors.EVENT_READ)
                while True:
                    gone = self.process.poll() is not None
                    for key, _ in selector.select(0 if gone else LOOK_SECONDS):
                        if not self._read(key.fd, on_frame):
                            selector.unregister(key.fd)
                    if gone:
                        # All writers are dead: what is left is at most a full pipe.
                        while self._read(self.plan.source, on_frame):
                            pass
                        return None
                    if STOP.is_set():
                        return "killed", "The grading was interrupted."
                    if time.monotonic() > deadline:
                        seconds = self.limits.submission_seconds
                        return "timeout", f"It ran for more than {seconds:g} seconds."
                    self._look()
        except StreamError as error:
            return error.status, str(error)

    def _read(self, fd: int, on_frame: Callable[[Frame], None]) -> bool:
        """Take one chunk; False when there is no more."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return False
        if fd == self.plan.source:
            for frame in self.reader.feed(data):
                if not self.started:
                    self.started = frame.head.get("type") == HELLO
                else:
                    on_frame(frame)
            return bool(data)
        self._text[fd] = self._text.get(fd, 0) + len(data)
        if self._text[fd] > TEXT:
            raise StreamError("output_limit", f"It printed more than {TEXT // MIB} MiB.")
        if self.process.stderr is not None and fd == self.process.stderr.fileno():
            self.stderr = (self.stderr + data)[-KEPT:]
        return bool(data)

    def _look(self) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        processes = usage.descendants(self.process.pid)
        memory_limit = self.limits.memory_mib * MIB
        memory = usage.memory(processes, memory_limit)
        self.peak = max(self.peak, memory)
        if memory > memory_limit:
            raise StreamError("memory", f"It used more than {self.limits.memory_mib} MiB.")
        if usage.threads(processes) > ceiling(self.limits):
            limit = self.limits.processes
            raise StreamError("killed", f"It started more than {limit} processes and threads.")
        if now >= self._next_disk:
            if self.plan.disk(processes) > self.limits.scratch_mib * MIB:
                limit = self.limits.scratch_mib
                raise StreamError("disk", f"It wrote more than {limit} MiB of files.")
            # A scratch folder of many files takes long to count: spend a tenth of the time on it.
            self._next_disk = time.monotonic() + 10 * (time.monotonic() - now)
        self._next_look = time.monotonic() + LOOK_SECONDS
