"""One result as JSON in the public format `grade.result/1`."""

from pathlib import Path

from grader.report import atomic
from grader.result import Result


def write_json(result: Result, path: Path) -> None:
    """Write `result` to `path`, whole or not at all: UTF-8, indented by two, `schema` first.

    Raises:
        OSError: If it cannot be written; what was at `path` is still there.
    """
    text = result.model_dump_json(by_alias=True, indent=2)
    atomic.write(path, (text + "\n").encode())
