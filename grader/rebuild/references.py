"""Describe the course's reference networks, with the code that describes submissions."""

import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from grader.errors import CourseError, GraderError
from grader.rebuild.worker import INSIDE
from grader.records import Reference

_SECONDS = 600
"""To build every variant of every network; AlexNet's three take about ten."""
# `reference` is imported from the course, `inside` from this package.
_CODE = """
import sys
from pathlib import Path
course, package, output, *networks = sys.argv[1:]
sys.path[:0] = [course, package]
from inside.references import main
main(networks, Path(output))
"""
_REFERENCES: TypeAdapter[tuple[Reference, ...]] = TypeAdapter(tuple[Reference, ...])


def references(course_root: Path, networks: Sequence[str]) -> tuple[Reference, ...]:
    """Every variant of `networks`, described by a process of our own.

    The description is kept under `$GRADE_HOME/references` (by default `~/.cache/grade`), named by
    a hash over the course's reference files, the describing code and the framework's versions.

    Args:
        course_root: Folder that holds `reference/<network>.py`.
        networks: File names under `reference/`, without `.py`.

    Raises:
        CourseError: If a network is missing or one of its variants does not build.
        GraderError: If no framework can be started.
    """
    if not networks:
        return ()
    _check(course_root, networks)
    file = _cache_file(course_root, networks)
    try:
        return _REFERENCES.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        pass  # not there yet, or not readable: described anew
    found = _built(_described(course_root, networks))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(_REFERENCES.dump_json(found))
        part.replace(file)
    except OSError:
        pass  # without a cache it takes some seconds more next time
    return found


def _check(course_root: Path, networks: Sequence[str]) -> None:
    missing = [n for n in networks if not (course_root / "reference" / f"{n}.py").is_file()]
    if missing:
        raise CourseError(
            *(f"reference/{n}.py: not found; an assignment's networks name it" for n in missing)
        )


def _cache_file(course_root: Path, networks: Sequence[str]) -> Path:
    digest = hashlib.sha256(" ".join(networks).encode())
    folders = (course_root / "reference", INSIDE)
    for file in (f for folder in folders for f in sorted(folder.glob("*.py"))):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    for package in ("keras", "tensorflow"):
        digest.update(f"{package} {_version(package)}\0".encode())
    home = os.environ.get("GRADE_HOME") or Path.home() / ".cache" / "grade"
    return Path(home) / "references" / f"{digest.hexdigest()[:32]}.json"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _described(course_root: Path, networks: Sequence[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "references.json"
        # -P: the current folder may hold a file called like a module.
        command = [sys.executable, "-P", "-B", "-c", _CODE]
        arguments = [str(course_root.resolve()), str(INSIDE.parent), str(output), *networks]
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
        try:
            subprocess.run(
                [*command, *arguments],
                env={**os.environ, **quiet},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=True,
            )
            found: list[dict[str, Any]] = json.loads(output.read_text(encoding="utf-8"))
        except subprocess.TimeoutExpired as error:
            raise CourseError(
                f"reference/: {', '.join(networks)} took more than {_SECONDS} s to build"
            ) from error
        except subprocess.CalledProcessError as error:
            last = (error.stderr.strip().splitlines() or ["no message"])[-1]
            raise GraderError(f"the reference networks cannot be described here: {last}") from error
    return found


def _built(entries: Sequence[dict[str, Any]]) -> tuple[Reference, ...]:
    faults = []
    found: list[Reference] = []
    for entry in entries:
        network, variant = entry["network"], entry["variant"]
        fault = entry.get("fault") or _fault(entry["summary"])
        if fault:
            where = f"variant '{variant}': " if variant is not None else ""
            faults.append(f"reference/{network}.py: {where}{fault}")
            continue
        first = all(r.network != network for r in found)
        found.append(_reference(entry, accepted=not first))
    if faults:
        raise CourseError(*faults)
    return tuple(found)


def _fault(summary: dict[str, Any]) -> str | None:
    failure = summary["failure"]
    return summary.get("problem") or (failure["message"] if failure else None)


def _reference(entry: dict[str, Any], *, accepted: bool) -> Reference:
    summary = {key: value for key, value in entry["summary"].items() if key != "accepts"}
    place = {"variable": f"{entry['network']}/{entry['variant']}", "cell": -1, "framework": "keras"}
    return Reference.model_validate(
        {
            "network": entry["network"],
            "variant": entry["variant"],
            "title": entry["title"],
            "accepted": accepted,
            "summary": {**place, "verified": True, **summary},
        }
    )
