"""Walk what was handed in and tell submissions from what lies beside them."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.ingest.file import not_a_file

ACCEPTED = (".ipynb", ".py", ".md")
_IGNORED = {"__MACOSX", "__pycache__", "node_modules", "site-packages", "Thumbs.db", "desktop.ini"}
_SIDE_SUFFIXES = frozenset(
    """.npz .npy .csv .tsv .json .png .jpg .jpeg .gif .svg .bmp .h5 .hdf5 .keras .pt .pth .onnx
    .pkl .pickle .weights .tflite .pb .index .log .yaml .yml .toml .cfg""".split()  # noqa: SIM905
)
_SIDE_NAMES = {"readme", "requirements", "license", "licence", "timestamp", "environment"}
_DEEPEST = 20


@dataclass(kw_only=True)
class Found:
    """One path that becomes a submission."""

    path: Path
    """As it was found."""
    folders: tuple[str, ...] = ()
    """Names of the folders around it, nearest first, up to the one that was asked for."""
    problem: str | None = None
    """Why there is nothing to read."""
    is_folder: bool = False
    """True for a folder without anything that could be graded."""
    link: bool = False
    """True for a symbolic link."""
    notes: list[str] = field(default_factory=list)
    """What lies beside it and was left out."""


@dataclass
class _Part:
    """What one folder holds, its own folders included."""

    found: list[Found] = field(default_factory=list)
    sides: list[Path] = field(default_factory=list)


def find(paths: Sequence[Path]) -> list[Found]:
    """Everything that was asked for; each file once, in the order of its path."""
    found: list[Found] = []
    for path in paths:
        found += _asked(path)
    real = {_real(f.path): f for f in reversed(found) if not f.link}
    kept: dict[str, Found] = {}
    for one in found:
        place = _real(one.path)
        if one.link and place in real:
            real[place].notes.append(f"Found again through the link {one.path.name}.")
        else:
            key = os.path.abspath(one.path) if one.link else place  # noqa: PTH100
            kept.setdefault(key, one)
    return sorted(kept.values(), key=lambda f: _raw(str(f.path)))


def wrong_type(path: Path) -> str:
    """The message for a file that cannot be a submission."""
    received = f"a {path.suffix} file" if path.suffix else "a file without a suffix"
    return (
        f"Received {received}, expected a notebook (.ipynb), a Python script (.py) or a markdown "
        "file (.md); export your work as one of these and hand it in again."
    )


def _asked(path: Path) -> list[Found]:
    try:
        mode = os.lstat(path).st_mode
        # A link that was typed may lead to a folder; a link to a file may be a student's.
        if stat.S_ISDIR(mode) or (stat.S_ISLNK(mode) and path.is_dir()):
            return _folder(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return [
            Found(
                path=path,
                problem=f"Received a path that cannot be found ({reason}), expected a file or a "
                "folder; check its spelling and try again.",
            )
        ]
    around = Path(os.path.abspath(path)).parents  # noqa: PTH100
    return [_file(path, mode, tuple(p.name for p in around[:3] if p.name))]


def _folder(root: Path) -> list[Found]:
    names = (Path(os.path.realpath(root)).name,)
    part = _walk(root, names, covered=False, depth=0)
    if not part.found:
        return [_barren(root, names[1:], part.sides)]
    _leave_out(part.found[0], part.sides)
    return part.found


def _walk(folder: Path, names: tuple[str, ...], *, covered: bool, depth: int) -> _Part:
    """Go through a folder.

    Args:
        folder: Where.
        names: Its name and those of the folders around it, nearest first.
        covered: True when a folder around it holds a submission itself; then a folder without
            any, such as `data/`, is no student's.
        depth: Folders above it.
    """
    part = _Part()
    try:
        entries = sorted(os.scandir(folder), key=lambda e: _raw(e.name))
    except OSError as error:
        problem = (
            f"Received a folder that cannot be opened ({error.strerror}), expected a folder with a "
            "notebook; check its permissions and hand it in again."
        )
        part.found.append(Found(path=folder, folders=names[1:], problem=problem, is_folder=True))
        return part
    inner: list[Path] = []
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith(".") or entry.name in _IGNORED:
            continue
        mode = _mode(entry)
        if stat.S_ISDIR(mode):
            if not _holds_results(path):
                inner.append(path)
        elif stat.S_ISREG(mode) and _lies_beside(path):
            part.sides.append(path)
        else:
            part.found.append(_file(path, mode, names))
    gradable = [f for f in part.found if f.problem is None]
    covered = covered or bool(gradable)
    barren: list[tuple[Path, list[Path]]] = []
    for path in inner:
        if depth == _DEEPEST:
            problem = (
                f"Received folders more than {_DEEPEST} deep, expected a notebook near the top; "
                "move it up and hand it in again."
            )
            part.found.append(Found(path=path, folders=names, problem=problem, is_folder=True))
            continue
        below = _walk(path, (path.name, *names), covered=covered, depth=depth + 1)
        part.found += below.found
        if below.found:
            # Whatever those folders could not place lies beside their first submission.
            _leave_out(below.found[0], below.sides)
        elif covered:
            part.sides += below.sides
        else:
            barren.append((path, below.sides))
    # Where others handed something in, or at the top, an empty folder is a student's.
    if part.found or depth == 0:
        part.found += [_barren(path, names, sides) for path, sides in barren]
    else:
        part.sides += [side for _, sides in barren for side in sides]
    if gradable:
        _leave_out(gradable[0], part.sides)
        part.sides = []
    return part


def _file(path: Path, mode: int, names: tuple[str, ...]) -> Found:
    kind = not_a_file(mode)
    problem = None
    if kind:
        problem = f"Received {kind}, expected the notebook file itself; hand in a copy of the file."
    elif path.suffix.lower() not in ACCEPTED:
        problem = wrong_type(path)
    return Found(path=path, folders=names, problem=problem, link=stat.S_ISLNK(mode))


def _mode(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return stat.S_IFREG  # It is gone or out of reach, and reading it will say so.


def _raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _real(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:
        return str(path)  # A path that no file can have is only equal to itself.


def _lies_beside(path: Path) -> bool:
    return path.suffix.lower() in _SIDE_SUFFIXES or path.stem.lower() in _SIDE_NAMES


def _holds_results(folder: Path) -> bool:
    return (folder / "index.html").is_file() and (folder / "summary.csv").is_file()


def _barren(folder: Path, names: tuple[str, ...], sides: Sequence[Path]) -> Found:
    if len(sides) == 1:
        return Found(path=sides[0], folders=(folder.name, *names), problem=wrong_type(sides[0]))
    held = f"a folder with {len(sides)} files ({_listed(sides)})" if sides else "an empty folder"
    problem = (
        f"Received {held} and no notebook, expected a notebook (.ipynb), a Python script (.py) or "
        "a markdown file (.md); put it into the folder and hand it in again."
    )
    return Found(path=folder, folders=names, problem=problem, is_folder=True)


def _leave_out(found: Found, sides: Sequence[Path]) -> None:
    if sides:
        files = "1 file" if len(sides) == 1 else f"{len(sides)} files"
        found.notes.append(f"Left out {files} beside it: {_listed(sides)}.")


def _listed(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return ", ".join(path.name for path in paths[:5]) + more
