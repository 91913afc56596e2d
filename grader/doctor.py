"""Say what this machine has and lacks for grading."""

import os
import platform
from dataclasses import dataclass
from importlib import metadata

from grader import sandbox

FRAMEWORKS = ("keras", "tensorflow", "torch", "torchvision")
"""Packages that notebooks ask for; the last two are wanted for PyTorch notebooks only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at."""

    kind: str
    """`machine`, `sandbox` or `package`."""
    name: str
    """Such as `bubblewrap` or `keras`."""
    holds: bool
    """True if it is there and works."""
    detail: str
    """A version, what a working sandbox does not do, or what is wrong."""
    hint: str = ""
    """What to do about it; empty when it holds."""
    needed: bool = True
    """False for what can be done without: PyTorch, or a sandbox where another one holds."""


def report() -> list[Line]:
    """Look at the machine, its sandboxes and its frameworks; imports no framework.

    The first sandbox that holds is the one that `--sandbox auto` takes.
    """
    return [_machine(), *_sandboxes(), *(_package(name) for name in FRAMEWORKS)]


def _machine() -> Line:
    detail = f"Python {platform.python_version()}, {platform.system()} {platform.release()}, "
    detail += f"{platform.machine()}, {os.cpu_count()} cores"
    linux = platform.system() == "Linux"
    hint = "" if linux else "Student code is confined on Linux only; use a virtual machine."
    return Line(kind="machine", name=platform.node(), holds=linux, detail=detail, hint=hint)


def _sandboxes() -> list[Line]:
    attempts = [sandbox.try_kind(kind) for kind in sandbox.KINDS if kind != "none"]
    one_holds = any(attempt.sandbox for attempt in attempts)
    return [
        Line(
            kind="sandbox",
            name=attempt.kind,
            holds=attempt.sandbox is not None,
            detail="; ".join(attempt.sandbox.weaker) if attempt.sandbox else attempt.problem,
            hint=attempt.hint,
            needed=not one_holds,
        )
        for attempt in attempts
    ]


def _package(name: str) -> Line:
    needed = not name.startswith("torch")
    try:
        detail, hint = metadata.version(name), ""
    except metadata.PackageNotFoundError:
        detail, hint = "not installed", f"pip install {name if needed else 'grade[torch]'}"
    holds = not hint
    return Line(kind="package", name=name, holds=holds, detail=detail, hint=hint, needed=needed)
