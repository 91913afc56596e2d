"""Take a hostile byte stream apart into frames."""

import json
import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from grader.records import Blob, Status
from grader.sandbox import Frame

HEADER = struct.Struct("<IQ")
"""Length of the JSON head and of the payload, in bytes."""
MAX_HEAD = 8 * 2**20
"""Bytes of one head."""
MAX_FRAMES = 20_000
"""A notebook of 2,000 cells sends some 5,000; each frame costs the judge a call and a file."""
MAX_DEPTH = 100
"""Levels of one head; far under Python's recursion limit, far over what an export needs."""


class StreamError(Exception):
    """The stream cannot be read on: `status` and a sentence say why."""

    def __init__(self, status: Status, message: str) -> None:
        self.status: Status = status
        super().__init__(message)


class FrameReader:
    """Feed it bytes as they come; it gives frames and spools their payloads.

    Args:
        spool: Folder for payloads.
        limit: Bytes of all heads and payloads together.
    """

    def __init__(self, spool: Path, limit: int) -> None:
        self._spool = spool
        self._left = limit
        self._count = 0
        self._buffer = bytearray()
        self._sizes: tuple[int, int] | None = None
        self._head: dict[str, Any] = {}
        self._payload: BinaryIO | None = None
        self._missing = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes.

        Raises:
            StreamError: At the first byte that makes no sense or is too much; do not feed on.
        """
        self._buffer += data
        while True:
            if self._payload is not None:
                if not self._buffer and self._missing:
                    return
                part = self._buffer[: self._missing]
                self._payload.write(part)
                del self._buffer[: len(part)]
                self._missing -= len(part)
                if self._missing:
                    return
                self._payload.close()
                path = Path(self._payload.name)
                self._payload = None
                yield Frame(self._head, Blob(path=path, size=path.stat().st_size))
            if self._sizes is None:
                if len(self._buffer) < HEADER.size:
                    return
                self._sizes = self._header()
            head, payload = self._sizes
            if len(self._buffer) < head:
                return
            self._head = _parse(bytes(self._buffer[:head]))
            del self._buffer[:head]
            self._sizes = None
            if payload:
                self._payload = (self._spool / f"{self._count:06}.bin").open("xb")
                self._missing = payload
            else:
                yield Frame(self._head)

    def close(self) -> bool:
        """Drop what is incomplete; True if nothing was."""
        whole = not self._buffer and self._sizes is None and self._payload is None
        if self._payload is not None:
            self._payload.close()
            Path(self._payload.name).unlink()
            self._payload = None
        return whole

    def _header(self) -> tuple[int, int]:
        head, payload = HEADER.unpack(self._buffer[: HEADER.size])
        del self._buffer[: HEADER.size]
        self._count += 1
        self._left -= head + payload
        if head > MAX_HEAD or self._left < 0 or self._count > MAX_FRAMES:
            raise StreamError("output_limit", "It handed back more than the limit allows.")
        return head, payload


def _parse(data: bytes) -> dict[str, Any]:
    try:
        head = json.loads(data.decode(), parse_constant=_refuse, parse_float=_finite)
        # A lone surrogate, legal as \\ud800 in JSON, would fail later when a report is written.
        if b"\\ud" in data.lower():
            text = json.dumps(head, ensure_ascii=False)
            head = json.loads(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise _nonsense() from error
    if not isinstance(head, dict) or not _shallow(head):
        raise _nonsense()
    return head


def _nonsense() -> StreamError:
    return StreamError("dead_kernel", "It broke the format in which results are handed back.")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is out of range")
    return value


def _shallow(head: dict[str, Any]) -> bool:
    level: list[Any] = [head]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return True
    return False
