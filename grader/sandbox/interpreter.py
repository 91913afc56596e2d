"""What of the file system a Python interpreter needs, and what must stay out of sight."""

import functools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grader
from grader import course

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Programs and libraries of the system; some are links into /usr."""
SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/alternatives",  # Debian's BLAS is a link through here
    "/etc/fonts",
    "/etc/localtime",
    "/etc/mime.types",
    "/sys/devices/system/cpu",  # thread pools are sized by it
    "/sys/devices/system/node",
)
"""The rest of the system that frameworks read; each is optional."""

# A prefix is never shown as a whole: a virtual environment may lie in the very folder that holds
# the course, and a prefix may be a home.
_PARTS = ("bin", "lib", "lib32", "lib64", "include", "share", "etc", "ssl", "pyvenv.cfg")


@dataclass(frozen=True)
class Interpreter:
    """The running interpreter as it must look inside."""

    executable: Path
    """To start it by; in a virtual environment the link there."""
    shown: tuple[Path, ...]
    """Folders and files to show read-only at the same place, shallow ones first."""
    links: tuple[Path, ...]
    """Links on the way from `executable` to the real file that lie in none of the above."""
    hidden: tuple[Path, ...]
    """What lies in `shown` and must not be seen, by each name that it has there."""
    extra: tuple[str, ...]
    """Entries of `sys.path` that an isolated interpreter (`-I`) would leave out."""


@functools.cache
def locate(hidden: tuple[Path, ...] = ()) -> Interpreter:
    """Describe the interpreter that runs this process.

    Args:
        hidden: To keep out of sight besides this package and its checkout.
    """
    trees = {Path(folder) for folder in SYSTEM_FOLDERS if Path(folder).is_dir()}
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        for form in {Path(prefix), Path(prefix).resolve()}:
            trees |= {form / part for part in _PARTS if (form / part).exists()}
    extra = _extra()
    trees |= {Path(entry) for entry in extra}
    if Path(sys.base_prefix).is_relative_to("/nix/store"):
        trees.add(Path("/nix/store"))

    secret = _secrets(hidden)
    shown = [tree for tree in _shallow_first(trees) if not _inside(tree, trees, secret)]
    links = [link for link in _links() if not any(link.is_relative_to(t) for t in shown)]
    return Interpreter(
        executable=Path(sys.executable),
        shown=tuple(shown),
        links=tuple(dict.fromkeys(links)),
        hidden=tuple(_shallow_first({n for tree in shown for n in _names(tree, secret)})),
        extra=extra,
    )


def _secrets(hidden: tuple[Path, ...]) -> set[Path]:
    package = Path(grader.__file__).parent
    secret = {package, *hidden}
    if (root := course.default_root()) == package.parent and (root / "assignments").is_dir():
        secret.add(root)
    return secret | {path.resolve() for path in secret}


def _inside(tree: Path, trees: set[Path], secret: set[Path]) -> bool:
    """Whether another tree shows `tree` already, with nothing hidden on the way down to it."""
    for other in trees - {tree}:
        if tree.is_relative_to(other):
            between = [s for s in secret if tree.is_relative_to(s) and s.is_relative_to(other)]
            if not between:
                return True
    return False


def _names(tree: Path, secret: set[Path]) -> Iterator[Path]:
    """Every secret by the name that it has below `tree`.

    Trees overlap by links: in a virtual environment `lib64` is `lib` once more.
    """
    real = tree.resolve()
    for path in {s.resolve() for s in secret}:
        if path != real and path.is_relative_to(real):
            yield tree / path.relative_to(real)


def _extra() -> tuple[str, ...]:
    """Folders of packages that came by `pip install --user` or PYTHONPATH.

    Only folders of packages: PYTHONPATH is often the course's own checkout.
    """
    names = ("site-packages", "dist-packages")
    own = {str(Path(p)) for p in (sys.prefix, sys.base_prefix)}
    return tuple(
        entry
        for entry in sys.path
        if Path(entry).name in names
        and Path(entry).is_dir()
        and not any(Path(entry).is_relative_to(prefix) for prefix in own)
    )


def _links() -> list[Path]:
    found = []
    path = Path(sys.executable)
    while path.is_symlink():
        found.append(path)
        path = Path(os.path.normpath(path.parent / path.readlink()))
    return [*found, path]


def _shallow_first(paths: set[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (len(path.parts), path))
