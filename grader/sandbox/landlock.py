"""Confine with Landlock and seccomp: no root, no system package, no namespaces."""

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import Limits
from grader.errors import SandboxError
from grader.sandbox import Ending, Frame, gpu, interpreter, seccomp, stage, supervisor, usage

HINT = "It needs Linux 6.2 or later with Landlock among /sys/kernel/security/lsm"

# <linux/landlock.h>: rights over files and folders, and the interface version that brought them.
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _IOCTL = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_MAKE_DEVICE = 1 << 6 | 1 << 11
_ALL = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
_ON_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_TCP, _SCOPES = 0b11, 0b11
_OLDEST = 3
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_GET_VERSION = 1


@dataclass(frozen=True)
class Landlock:
    """A list of paths that may be read, one folder that may be written, and no sockets."""

    abi: int
    """Version of the kernel's interface to use."""
    hidden: tuple[Path, ...] = ()
    """See `find`."""
    devices: tuple[Path, ...] = ()
    """See `find`."""
    name: str = "landlock"

    @property
    def weaker(self) -> tuple[str, ...]:
        """What bubblewrap does and this does not."""
        return (
            "memory, processes and files are watched ten times a second, not walled",
            "the worker keeps this account's user id and sees names and sizes of files, and the "
            "command lines of other processes",
            "no sockets and no shared memory at all: data loaders with worker processes fail",
            "file modes and times cannot be set; the attempt is ignored",
            *(
                ()
                if self.abi >= _SCOPES_SINCE
                else ("a program cannot signal the processes that it started",)
            ),
            "the kernel is shared: a hole in it is a hole in the sandbox",
        )

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
        """See `Sandbox.run`."""
        python = interpreter.locate(self.hidden)
        with (
            stage.prepare(package, job, attachments, foreign=False) as staged,
            supervisor.export_pipe() as (source, target),
        ):
            home, temporary = staged.scratch / "home", staged.scratch / "tmp"
            plan = supervisor.Plan(
                command=staged.command(python.executable, staged.folder, python.extra),
                # joblib would warn on stderr that it cannot have shared memory.
                environment={"JOBLIB_MULTIPROCESSING": "0"}
                | stage.environment(
                    self.name,
                    stage=staged.folder,
                    home=home,
                    temporary=temporary,
                    fd=target,
                    devices=self.devices,
                ),
                folder=home,
                private=staged.private,
                source=source,
                export=target,
                landlock=self._rules(python, staged),
                seccomp=seccomp.program(namespaces=False, signals_scoped=self.abi >= _SCOPES_SINCE),
                disk=lambda processes: usage.folder(staged.scratch, processes),
            )
            return supervisor.supervise(plan, limits=limits, spool=spool, on_frame=on_frame)

    def _rules(self, python: interpreter.Interpreter, staged: stage.Stage) -> dict[str, Any]:
        """Arguments of `launch._landlock`; a path that is in no rule is refused."""
        every = _ALL[min(self.abi, max(_ALL))]
        program = _READ | _LIST | _EXECUTE
        rules = [*_around(python.shown, python.hidden, program)]
        rules += [(path, program) for path in python.links]
        rules += [(Path(path), _READ | _LIST) for path in interpreter.SYSTEM_FILES]
        # The other processes' secrets in /proc stay shut: Landlock forbids to trace outwards.
        rules += [(Path("/proc"), _READ | _LIST), (staged.folder, _READ | _LIST)]
        rules += [(path, _READ | _LIST) for path in staged.attachments.values()]
        rules += [(Path(path), _READ | _WRITE | _TRUNCATE | _IOCTL) for path in _DEVICES]
        rules += [(path, _READ | _WRITE | _LIST | _IOCTL) for path in self.devices]
        if self.devices:
            present = [Path(f) for f in gpu.FOLDERS if Path(f).exists()]
            rules += [(path, _READ | _LIST) for path in present]
        rules += [(staged.scratch, every & ~_MAKE_DEVICE)]
        return {
            "filesystem": every,
            "network": _TCP if self.abi >= _NETWORK_SINCE else 0,
            "scoped": _SCOPES if self.abi >= _SCOPES_SINCE else 0,
            "rules": [(str(path), rights & every) for path, rights in rules],
            "on_files": _ON_FILES & every,
        }


def create(hidden: tuple[Path, ...] = (), devices: tuple[Path, ...] = ()) -> Landlock:
    """Landlock as this kernel has it.

    Raises:
        SandboxError: If it has none, one that is too old, or is of an unknown machine.
    """
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    abi = int(syscall(ctypes.c_long(444), None, ctypes.c_long(0), ctypes.c_long(_GET_VERSION)))
    if abi < 0:
        raise SandboxError(f"this kernel has no Landlock ({os.strerror(ctypes.get_errno())})")
    if abi < _OLDEST:
        # Older ones let `truncate` empty any file of the account.
        raise SandboxError(f"Landlock of this kernel is version {abi}, too old to protect files")
    seccomp.program(namespaces=False)
    return Landlock(abi, hidden, devices)


def _around(
    shown: Iterable[Path], hidden: Iterable[Path], rights: int
) -> Iterator[tuple[Path, int]]:
    """Rules for `shown` without `hidden`.

    A rule covers all that lies below, so a folder with something hidden in it is replaced by its
    other children. Its names stay to be listed, all the way down: imports list folders. Rules
    follow links and are about what lies behind them, so all is done by real names.
    """
    secret = {path.resolve() for path in hidden}
    for path in dict.fromkeys(path.resolve() for path in shown):
        below = {h for h in secret if h != path and h.is_relative_to(path)}
        if not below:
            yield path, rights
            continue
        yield path, rights & _LIST
        children = [c for c in path.iterdir() if c not in below and not c.is_symlink()]
        yield from _around(children, below, rights)
