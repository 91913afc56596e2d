"""Confine with bubblewrap: own root, processes, network and file systems."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import Limits
from grader.errors import SandboxError
from grader.sandbox import Ending, Frame, gpu, interpreter, seccomp, stage, supervisor, usage

HINT = (
    "Install version 0.8 or later (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install "
    "bubblewrap). Where it is installed and may not make namespaces, allow that; on Ubuntu 23.10 "
    "and later: apt install apparmor-profiles, ln -s /usr/share/apparmor/extra-profiles/"
    "bwrap-userns-restrict /etc/apparmor.d/, systemctl reload apparmor"
)

_STAGE = Path("/stage")
_HOME = Path("/tmp/home")
_TMP = Path("/tmp")
_WRITABLE = ("/tmp", "/dev/shm")
# Beyond accounts, containers and systemd's dynamic users; one for each run, so that runs side by
# side cannot signal each other and RLIMIT_NPROC counts one run.
_FIRST_USER, _USERS = 2_000_000_000, 100_000_000


@dataclass(frozen=True)
class Bubblewrap:
    """Namespaces by bwrap, system calls filtered by seccomp."""

    program: Path
    """Of bwrap."""
    setpriv: Path | None
    """For root, to give up its user id; None for an ordinary user."""
    hidden: tuple[Path, ...] = ()
    """See `find`."""
    devices: tuple[Path, ...] = ()
    """See `find`."""
    name: str = "bubblewrap"
    weaker: tuple[str, ...] = (
        "memory and processes are watched ten times a second, not walled",
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
        root = self.setpriv is not None
        processes = 2 * supervisor.ceiling(limits)
        # A little over the limit, so that the supervisor sees that it was passed.
        room = (limits.scratch_mib + 4) * supervisor.MIB
        with (
            stage.prepare(package, job, attachments, foreign=root) as staged,
            supervisor.export_pipe() as (source, target),
            _filter_file() as filter_fd,
        ):
            # As an ordinary user the ceiling counts this run alone only in its own user namespace.
            inside = processes if not root and _counts_by_namespace() else 0
            plan = supervisor.Plan(
                command=[
                    *self._namespaces(filter_fd),
                    *_file_system(python, staged, room, self.devices),
                    *self._give_up(),
                    *staged.command(python.executable, _STAGE, python.extra, inside),
                ],
                environment=stage.environment(
                    self.name,
                    stage=_STAGE,
                    home=_HOME,
                    temporary=_TMP,
                    fd=target,
                    devices=self.devices,
                ),
                private=staged.private,
                source=source,
                export=target,
                descriptors=(filter_fd,),
                process_ceiling=processes if root else None,
                disk=lambda seen: sum(usage.mounted(seen, folder, room) for folder in _WRITABLE),
            )
            return supervisor.supervise(plan, limits=limits, spool=spool, on_frame=on_frame)

    def _namespaces(self, filter_fd: int) -> list[str]:
        user = [] if self.setpriv else ["--unshare-user", "--disable-userns"]
        return [
            str(self.program),
            *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
            *("--unshare-cgroup-try", *user, "--hostname", "sandbox"),
            *("--die-with-parent", "--new-session", "--seccomp", str(filter_fd)),
        ]

    def _give_up(self) -> list[str]:
        """Give up all rights, and as root the user id too.

        A user namespace of root's would map every id to root: file modes and RLIMIT_NPROC would
        then protect nothing.
        """
        if self.setpriv is None:
            return ["--cap-drop", "ALL", "--"]
        user = str(_FIRST_USER + secrets.randbelow(_USERS))
        return [
            *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
            *("--cap-add", "CAP_SETPCAP", "--"),
            *(str(self.setpriv), "--reuid", user, "--regid", user, "--clear-groups"),
            *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"),
        ]


def create(hidden: tuple[Path, ...] = (), devices: tuple[Path, ...] = ()) -> Bubblewrap:
    """Bubblewrap as found on this machine.

    Raises:
        SandboxError: If a program is missing or the machine has no filter of system calls.
    """
    program = _which("bwrap")
    setpriv = _which("setpriv") if os.geteuid() == 0 else None
    seccomp.program(namespaces=True)
    return Bubblewrap(program, setpriv, hidden, devices)


def _file_system(
    python: interpreter.Interpreter, staged: stage.Stage, room: int, devices: tuple[Path, ...]
) -> list[str]:
    """The root as seen inside; what is writable holds `room` bytes each."""
    view = _View()
    # Writable first: the interpreter may lie below one of these.
    view.arguments += ["--proc", "/proc", "--dev", "/dev"]
    for folder in _WRITABLE:
        view.arguments += ["--perms", "1777", "--size", str(room), "--tmpfs", folder]
    view.arguments += ["--perms", "0777", "--dir", str(_HOME)]
    view.made |= {Path("/dev"), Path("/proc"), _TMP}
    # Shallow ones first, so that a shown folder may lie in a hidden one, and the reverse.
    entries = [(path, True) for path in python.shown] + [(path, False) for path in python.hidden]
    for path, shown in sorted(entries, key=lambda entry: len(entry[0].parts)):
        if shown:
            view.show(path, path)
        else:
            view.mask(path)
    for path in python.links:
        view.show(path, path)
    for system in interpreter.SYSTEM_FILES:
        if Path(system).exists():
            view.show(Path(system), Path(system))
    for device in devices:
        view.open(device)
    for folder in gpu.FOLDERS if devices else ():
        if Path(folder).exists():
            view.show(Path(folder), Path(folder))
    view.show(staged.folder / staged.name, _STAGE / staged.name)
    view.show(staged.folder / "job.json", _STAGE / "job.json")
    for name, path in staged.attachments.items():
        view.show(path, _STAGE / "attachments" / name)
    # bwrap's own tmpfs on / and /dev have no size and belong to the worker.
    for mount in [*map(str, view.masks), "/dev", "/"]:
        view.arguments += ["--remount-ro", mount]
    return [*view.arguments, "--chdir", str(_HOME)]


class _View:
    """Arguments that build a root file system."""

    def __init__(self) -> None:
        self.arguments: list[str] = []
        self.made: set[Path] = {Path("/")}
        self.bound: list[Path] = []
        self.masks: list[Path] = []

    def show(self, source: Path, at: Path) -> None:
        self._ancestors(at)
        if at.is_symlink() and len(at.parts) == 2:  # /lib -> usr/lib
            self.arguments += ["--symlink", str(at.readlink()), str(at)]
        else:
            self.arguments += ["--ro-bind", str(source), str(at)]
            self.bound.append(at)

    def open(self, device: Path) -> None:
        self._ancestors(device)
        self.arguments += ["--dev-bind", str(device), str(device)]

    def mask(self, path: Path) -> None:
        if path.is_dir():
            self.arguments += ["--perms", "0755", "--size", "65536", "--tmpfs", str(path)]
            self.masks.append(path)
        else:
            self.arguments += ["--ro-bind", "/dev/null", str(path)]

    def _ancestors(self, path: Path) -> None:
        # By itself bwrap makes them 0700, and as root the worker could not pass.
        for folder in reversed(path.parents):
            if folder not in self.made and not self._within(folder):
                self.arguments += ["--perms", "0755", "--dir", str(folder)]
                self.made.add(folder)

    def _within(self, folder: Path) -> bool:
        """Whether `folder` exists already as part of something shown and not masked."""
        bound = max((len(b.parts) for b in self.bound if folder.is_relative_to(b)), default=0)
        masked = max((len(m.parts) for m in self.masks if folder.is_relative_to(m)), default=0)
        return bound > masked


@contextlib.contextmanager
def _filter_file() -> Iterator[int]:
    """An open file with the seccomp program, as bwrap wants it."""
    fd = os.memfd_create("seccomp")
    try:
        os.write(fd, seccomp.program(namespaces=True))
        os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)


def _counts_by_namespace() -> bool:
    release = os.uname().release.split("-")[0].split(".")
    return (int(release[0]), int(release[1])) >= (5, 14)


def _which(program: str) -> Path:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/bin")
    if found is None:
        raise SandboxError(f"{program} is not installed")
    return Path(found)
