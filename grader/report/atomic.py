"""Write a file whole or not at all."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path`; a reader sees the old file or the new one, never a part.

    Raises:
        OSError: If it cannot be written; what was at `path` is still there.
    """
    # In the same folder, for a rename across file systems is a copy.
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
