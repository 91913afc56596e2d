"""Read the bytes of one handed-in file without being led elsewhere."""

import os
import stat
from pathlib import Path

from grader.errors import SubmissionError

_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def not_a_file(mode: int) -> str | None:
    """What a path is instead of a regular file ("a link"); None if it is one."""
    if stat.S_ISREG(mode):
        return None
    return next((name for test, name in _KINDS if test(mode)), "no regular file")


def read_bytes(path: Path, *, max_mib: int) -> bytes:
    """The content of a regular file.

    Raises:
        SubmissionError: If it is something else, cannot be read or is larger than `max_mib`.
    """
    most = max_mib * 2**20
    try:
        _check(os.lstat(path))
        # The path may have changed since: neither follow a link nor wait for a pipe's writer.
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            status = os.fstat(fd)
            _check(status)
            data = file.read(most + 1) if status.st_size <= most else b""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SubmissionError(
            f"Received a file that cannot be opened ({reason}), expected a readable notebook; "
            "hand it in again."
        ) from error
    size = max(status.st_size, len(data))
    if size > most:
        raise SubmissionError(
            f"Received a file of {size / 2**20:.1f} MiB, expected at most {max_mib} MiB; clear the "
            "outputs (Kernel > Restart & Clear Output), save and hand it in again."
        )
    return data


def _check(status: os.stat_result) -> None:
    kind = not_a_file(status.st_mode)
    if kind:
        raise SubmissionError(
            f"Received {kind}, expected the notebook file itself; hand in a copy of the file."
        )
