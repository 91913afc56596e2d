"""What the cells put out, kept within limits; nothing here ever decides a mark."""

import array
import base64
import fcntl
import os
import re
import select
import sys
import termios
import threading
import time
from typing import Any, TextIO

CELL_PIECES = 500
"""Outputs kept of one cell."""
CELL_BYTES = 6 * 2**20
"""Pictures and values kept of one cell, so that its frame stays under the judge's 8 MiB."""
RUN_BYTES = 24 * 2**20
"""Pictures and values kept of the whole notebook."""
ERROR_CHARS = 20_000
"""Kept of a traceback."""

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Colours and cursor movements of a terminal."""


FLOOD = 20
"""A cell may print this many times what is kept of a stream before it is stopped."""


class OutputLimit(BaseException):
    """The cell prints without end; no `Exception`, so that few handlers swallow it."""


class Outputs:
    """Collects the outputs of the running cell.

    Args:
        stream_bytes: Kept of stdout and of stderr, each, over the whole notebook.
        rich_bytes: Kept of one picture or displayed value.
    """

    def __init__(self, stream_bytes: int, rich_bytes: int) -> None:
        self._stream_room = {"stdout": stream_bytes, "stderr": stream_bytes}
        self._rich_bytes = rich_bytes
        self._flood = FLOOD * stream_bytes
        self._printed = 0
        self._run_room = RUN_BYTES
        self._cell_room = CELL_BYTES
        self._pieces: list[dict[str, Any]] = []
        # Re-entrant: the alarm's exception may arrive while a stream is being written.
        self.lock = threading.RLock()

    def take(self) -> list[dict[str, Any]]:
        """The outputs since the last call."""
        with self.lock:
            pieces, self._pieces, self._cell_room = self._pieces, [], CELL_BYTES
            self._printed = 0
        return [{**piece, "text": "".join(piece["text"])} for piece in pieces]

    def stream(self, kind: str, text: str) -> None:
        """Add to stdout or stderr; what is over the limit is dropped and marked."""
        # "replace": lone surrogates cannot be encoded on their way to the judge.
        text = ANSI.sub("", text).encode("utf-8", "replace").decode()
        with self.lock:
            last = self._pieces[-1] if self._pieces else None
            if last is None or last["kind"] != kind:
                if self._room(kind) <= 0 and any(p["kind"] == kind for p in self._pieces):
                    return
                last = self._add(kind, "")
            if last is None:
                return
            if "\r" in text or "\b" in text:
                # A progress bar draws itself thousands of times: only the last one is kept.
                text = overprint(self._take_back(last) + text)
            data = text.encode()
            kept = data[: max(0, self._room(kind))]
            self._pay(kind, len(kept))
            last["text"].append(kept.decode("utf-8", "ignore"))
            last["truncated"] = last["truncated"] or len(kept) < len(data)

    def stop_flood(self, size: int) -> None:
        """Count `size` more characters of the running cell.

        Raises:
            OutputLimit: If that makes too many.
        """
        self._printed += size
        if self._printed > self._flood:
            raise OutputLimit(f"the cell printed more than {self._flood / 2**20:.0f} MiB")

    def _room(self, kind: str) -> int:
        return min(self._stream_room[kind], self._cell_room)

    def _pay(self, kind: str, size: int) -> None:
        self._stream_room[kind] -= size
        self._cell_room -= size

    def _take_back(self, piece: dict[str, Any]) -> str:
        """Remove the unfinished line of a stream, and give back the room that it took."""
        line = ""
        while piece["text"]:
            head, newline, tail = piece["text"].pop().rpartition("\n")
            line = tail + line
            if newline:
                piece["text"].append(head + newline)
                break
        self._pay(piece["kind"], -len(line.encode()))
        return line

    def error(self, traceback: str) -> None:
        """Add a traceback, its end kept where it is too long."""
        text = ANSI.sub("", traceback).encode("utf-8", "replace").decode()
        self._add("error", text[-ERROR_CHARS:], truncated=len(text) > ERROR_CHARS)

    def rich(self, data: dict[str, Any]) -> None:
        """Add a displayed value: its picture where it has one, else its text."""
        picture = data.get("image/png")
        if isinstance(picture, bytes):
            picture = base64.b64encode(picture).decode()
        if isinstance(picture, str):
            # Half a picture is of no use, so one over the limit leaves only its mark.
            picture = "".join(picture.split())
            fits = len(picture) <= min(self._rich_bytes * 4 // 3 + 4, self._rich_room)
            self._spend(len(picture) if fits else 0)
            self._add("png", picture if fits else "", truncated=not fits)
            return
        text = data.get("text/plain")
        if isinstance(text, str):
            whole = ANSI.sub("", text).encode("utf-8", "replace")
            kept = whole[: min(self._rich_bytes, self._rich_room)]
            self._spend(len(kept))
            self._add("text", kept.decode("utf-8", "ignore"), truncated=len(kept) < len(whole))

    @property
    def _rich_room(self) -> int:
        return min(self._run_room, self._cell_room)

    def _spend(self, size: int) -> None:
        self._run_room -= size
        self._cell_room -= size

    def _add(self, kind: str, text: str, truncated: bool = False) -> dict[str, Any] | None:
        with self.lock:
            if len(self._pieces) >= CELL_PIECES:
                self._pieces[-1]["truncated"] = True
                return None
            # A list of text: a string that grows by pieces would be copied at each of them.
            self._pieces.append({"kind": kind, "text": [text], "truncated": truncated})
            return self._pieces[-1]


def overprint(text: str) -> str:
    """What a terminal would show of a text with carriage returns and backspaces."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for piece in line.removesuffix("\r").split("\r"):
            kept: list[str] = []
            for character in piece:
                if character != "\b":
                    kept.append(character)
                elif kept:
                    kept.pop()
            shown = "".join(kept) or shown
        lines.append(shown)
    return "\n".join(lines)


class Stream:
    """Stands for `sys.stdout` or `sys.stderr`."""

    encoding = "utf-8"
    errors = "replace"
    newlines = None
    closed = False

    def __init__(self, outputs: Outputs, kind: str, fd: int) -> None:
        self._outputs = outputs
        self._kind = kind
        self._fd = fd
        self._owner = os.getpid()
        self.name = f"<{kind}>"

    def write(self, text: str) -> int:
        """Keep the text; from a forked process it goes through the pipe."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() == self._owner:
            self._outputs.stream(self._kind, text)
            self._outputs.stop_flood(len(text))
        else:
            os.write(self._fd, text.encode("utf-8", "replace"))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """It is no terminal."""
        return False

    def fileno(self) -> int:
        """The pipe that the reader empties."""
        return self._fd

    def readable(self) -> bool:
        """It cannot be read."""
        return False

    def writable(self) -> bool:
        """It can be written."""
        return True

    def seekable(self) -> bool:
        """It has no positions."""
        return False

    def close(self) -> None:
        """Stay open for the next cell."""

    @property
    def buffer(self) -> "_Bytes":
        """The same stream for bytes."""
        return _Bytes(self)


class _Bytes:
    """Stands for `sys.stdout.buffer`."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def flush(self) -> None:
        pass


class Pipes:
    """Takes over file descriptors 1 and 2, so that native code and child processes are kept too."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        self._ends: dict[int, str] = {}
        for fd, kind in ((1, "stdout"), (2, "stderr")):
            read_end, write_end = os.pipe()
            os.dup2(write_end, fd)
            os.close(write_end)
            self._ends[read_end] = kind
        threading.Thread(target=self._read, daemon=True).start()

    def drain(self, seconds: float = 0.3) -> None:
        """Wait until what has been written so far is collected, a background writer aside."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._outputs.lock:
                if not any(_waiting(fd) for fd in self._ends):
                    return
            time.sleep(0.001)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select(list(self._ends), [], [])
            # Reading under the lock: whoever holds it sees either the pipe or the output filled.
            with self._outputs.lock:
                for fd in ready:
                    data = os.read(fd, 65536)
                    self._outputs.stream(self._ends[fd], data.decode("utf-8", "replace"))


def _waiting(fd: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]


def take_over(outputs: Outputs) -> Pipes:
    """Send all that this process and its children print to `outputs`."""
    pipes = Pipes(outputs)
    sys.stdout = _as_text(Stream(outputs, "stdout", 1))
    sys.stderr = _as_text(Stream(outputs, "stderr", 2))
    return pipes


def _as_text(stream: Any) -> TextIO:
    text: TextIO = stream
    return text
