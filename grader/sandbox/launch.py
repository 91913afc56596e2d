"""Start a confined worker and end all of its processes; run by path, as a program of its own.

    python -I -S -B launch.py SPEC.json

A process of its own, because what must happen between fork and exec (limits, Landlock, seccomp)
would have to run in a copy of the judge, whose other threads may hold any lock at that moment.
Imports only the standard library. It stays as the parent of everything the worker starts: orphans
come to it, so that a daemon of the worker cannot get away. When the worker ends, or when standard
input closes (the judge wants an end, or is gone), it kills all of them and exits.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

_LIBC = ctypes.CDLL(None, use_errno=True)

# <linux/prctl.h>, <linux/capability.h>
_PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 24, 36, 22, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x2008_0522
# The same numbers on every machine.
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_PATH_BENEATH = 1


def main(spec: dict[str, Any]) -> NoReturn:
    """Start what `spec` says and wait for it."""
    _call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    worker = os.fork()
    if worker == 0:
        try:
            _become(spec)
        except OSError as error:
            print(f"launch: {error}", file=sys.stderr, flush=True)
            os._exit(127)
    os.closerange(3, 1024)
    status = _wait(worker)
    _end_all()
    code = os.waitstatus_to_exitcode(status) if status is not None else 0
    os._exit(128 - code if code < 0 else code)


def _become(spec: dict[str, Any]) -> NoReturn:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(spec["folder"])
    for name, value in spec["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if spec["landlock"] is not None:
        _drop_capabilities()
        _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _landlock(**spec["landlock"])
    if spec["seccomp"] is not None:
        _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        own = struct.pack("<I", os.getpid())
        _seccomp(bytes.fromhex(spec["seccomp"]).replace(struct.pack("<I", spec["self"]), own))
    os.execve(spec["command"][0], spec["command"], spec["environment"])


def _drop_capabilities() -> None:
    # The bounding set needs CAP_SETPCAP, which a container may lack; no_new_privs holds anyway.
    for capability in range(64):
        _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    _call("capset", header, bytes(24))


def _landlock(
    filesystem: int, network: int, scoped: int, rules: list[tuple[str, int]], on_files: int
) -> None:
    size = 24 if scoped else 16 if network else 8
    attributes = struct.pack("<QQQ", filesystem, network, scoped)[:size]
    ruleset = _call("syscall", _LANDLOCK_CREATE, attributes, size, 0)
    for path, rights in rules:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if not os.path.isdir(path):  # noqa: PTH112 - one stat, no object
            rights &= on_files
        rule = struct.pack("<Qi", rights, fd)
        _call("syscall", _LANDLOCK_ADD, ruleset, _LANDLOCK_PATH_BENEATH, rule, 0)
        os.close(fd)
    _call("syscall", _LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _seccomp(program: bytes) -> None:
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    _call("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0)


def _call(name: str, *arguments: int | bytes) -> int:
    # Without ctypes.c_long a variadic integer is passed as 32 bits with rubbish above.
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = getattr(_LIBC, name)(*converted)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}{arguments[:1]}: {os.strerror(code)}")
    return result


def _wait(worker: int) -> int | None:
    """The worker's wait status; None if the judge let go first."""
    watch = os.pidfd_open(worker)
    while True:
        ready, _, _ = select.select([0, watch], [], [], 1.0)
        status = _reap(worker)
        if status is not None:
            return status
        if 0 in ready:
            return None


def _reap(worker: int = 0) -> int | None:
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == worker:
            found = status


def _end_all() -> None:
    """Kill every descendant; returns when none is left."""
    while _descendants():
        # Stop first: what is stopped cannot fork while the list is read.
        stopped: set[int] = set()
        while new := _descendants() - stopped:
            for pid in new:
                _send(pid, signal.SIGSTOP)
            stopped |= new
        for pid in stopped:
            _send(pid, signal.SIGKILL)
        _reap()
        time.sleep(0.002)


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _descendants() -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_bytes()
            except OSError:  # it ended meanwhile
                continue
            parent = int(stat[stat.rindex(b")") + 2 :].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    level = [os.getpid()]
    while level:
        level = [child for pid in level for child in children.get(pid, []) if child not in found]
        found.update(level)
    return found


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
