"""Measure what a tree of processes uses."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import psutil

MAX_FILES = 100_000
"""Files and folders of a scratch folder; chosen to bound the time of a look at it."""
MAX_NESTING = 64
"""Folders in folders of a scratch folder; deeper ones would escape a look by path."""


def descendants(root: int) -> list[psutil.Process]:
    """All processes that stem from `root`, itself left out."""
    try:
        return psutil.Process(root).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def threads(processes: Sequence[psutil.Process]) -> int:
    """Threads of all of them; a process counts as one at least."""
    total = 0
    for process in processes:
        try:
            total += process.num_threads()
        except psutil.Error:
            continue
    return total


def memory(processes: Sequence[psutil.Process], ceiling: int) -> int:
    """Bytes of memory of all of them together: resident, and in files that exist only in memory.

    Resident memory counts a page once for each process that shares it, so forked data loaders
    look several times as big as they are. Over `ceiling` the pages are shared out (PSS), which is
    exact and slow.
    """
    files = _unlinked(processes, only_in_memory=True)
    resident = files + sum(_resident(process) for process in processes)
    if resident <= ceiling:
        return resident
    return files + sum(_share(process) for process in processes)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _share(process: psutil.Process) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # ended, or made itself unreadable: then it counts in full
        return _resident(process)
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def mounted(processes: Sequence[psutil.Process], folder: str, size: int) -> int:
    """Bytes used of the file system of `size` bytes that the processes see at `folder`.

    Zero if none can be asked. The size tells it from the machine's own, which a process sees
    until its sandbox is made.
    """
    for process in reversed(processes):
        try:
            found = os.statvfs(f"/proc/{process.pid}/root{folder}")
        except OSError:
            continue
        if found.f_blocks * found.f_frsize == size:
            return (found.f_blocks - found.f_bfree) * found.f_frsize
    return 0


def folder(path: Path, processes: Sequence[psutil.Process]) -> float:
    """Bytes below `path`, and of deleted files that the processes hold open.

    Infinite where there are too many files, or too deep ones, to count.
    """
    try:
        root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return 0.0
    try:
        return _walk(root, [MAX_FILES], MAX_NESTING) + _unlinked(processes)
    finally:
        os.close(root)


def _walk(fd: int, budget: list[int], nesting: int) -> float:
    # By descriptors, not by path: a hostile worker swaps folders for links while we look.
    total = 0.0
    with os.scandir(fd) as entries:
        for entry in entries:
            budget[0] -= 1
            if budget[0] < 0 or nesting == 0:
                return float("inf")
            try:
                found = entry.stat(follow_symlinks=False)
                total += found.st_blocks * 512
                if stat.S_ISDIR(found.st_mode):
                    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                    child = os.open(entry.name, flags, dir_fd=fd)
                    try:
                        total += _walk(child, budget, nesting - 1)
                    finally:
                        os.close(child)
            except OSError:  # removed, swapped or closed to us meanwhile
                continue
    return total


def _unlinked(processes: Sequence[psutil.Process], *, only_in_memory: bool = False) -> int:
    """Bytes of open files without a name: deleted ones, or those of `memfd_create`."""
    files: dict[tuple[int, int], int] = {}
    for process in processes:
        try:
            for entry in os.scandir(f"/proc/{process.pid}/fd"):
                in_memory = str(Path(entry.path).readlink()).startswith("/memfd:")
                if in_memory == only_in_memory:
                    found = entry.stat()
                    if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                        files[found.st_dev, found.st_ino] = found.st_blocks * 512
        except OSError:  # ended, or not ours to look into
            continue
    return sum(files.values())
