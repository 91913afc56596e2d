"""The pipe to the judge: frames of a JSON head and raw bytes."""

import json
import os
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

HEAD_BYTES = 8 * 2**20
"""Longest head that the judge takes."""


class Channel:
    """Writes frames to an open pipe.

    Args:
        fd: The pipe's write end; kept from child processes.
        payload_bytes: Sum of the payloads that may be sent.
    """

    def __init__(self, fd: int, payload_bytes: int) -> None:
        os.set_inheritable(fd, False)
        self._fd = fd
        self.room = payload_bytes
        """Bytes of payload that may still be sent."""

    def send(self, head: dict[str, Any], arrays: Sequence[np.ndarray[Any, Any]] = ()) -> None:
        """Send one frame; the arrays go end to end as little-endian numbers.

        Raises:
            ValueError: If the head is too long or no JSON, or if the arrays are more than `room`.
        """
        text = json.dumps(head, allow_nan=False).encode()
        if len(text) > HEAD_BYTES:
            raise ValueError(f"a {head.get('type')} frame of {len(text):,} bytes is too long")
        plain = [np.ascontiguousarray(a, dtype=a.dtype.newbyteorder("<")) for a in arrays]
        size = sum(a.nbytes for a in plain)
        if size > self.room:
            raise ValueError(f"{size:,} bytes to hand over, {self.room:,} left")
        self.room -= size
        self._write(struct.pack("<IQ", len(text), size) + text)
        for array in plain:
            if array.size:
                self._write(array.reshape(-1).view(np.uint8).data)

    def _write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
