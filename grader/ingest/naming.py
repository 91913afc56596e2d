"""Who handed a file in, and a name for the submission that is safe as a file name."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from grader.ingest.folder import Found

_GENERIC = frozenset(
    """answer answers ans assign assignment assignments attempt backup code copy download downloads
    draft ex exercise exercises file files final hand homework hw in index ipynb lab labs late main
    module my nb new notebook notebooks of old part problem problems proj project ps pset
    resubmission script set sets sol solution solutions src submission submissions submitted task
    tasks the try unit untitled upload uploads v ver version week wk work""".split()  # noqa: SIM905
)
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?")
_CANVAS = re.compile(r"(?P<name>[^\W_]+)(?P<late>_LATE)?_(?P<id>\d{3,})_\d{3,}_.+")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_ID_LENGTH = 80
# The results folder holds an index.html and a summary.csv of its own.
_RESERVED = {"index", "summary"}


@dataclass(frozen=True, slots=True)
class Person:
    """Whose file it is."""

    name: str
    """For people."""
    key: str
    """Equal for the files of one student only."""
    from_folder: bool = False
    """True when a folder gave the name, so that the folder is this student's."""
    late: bool = False
    """True where the layout says so."""


def people(found: Sequence[Found]) -> list[Person]:
    """The student of each file, from the file's own name or from a folder's.

    A stem such as `hw1`, or one that occurs in more folders than those hold different stems, names
    the assignment and not the student; then the nearest folder with a name of its own counts.
    """
    stems = [f.path.stem for f in found]
    shared = _shared(found, stems)
    return [_person(f, shared) for f in found]


def identifiers(found: Sequence[Found], students: Sequence[str]) -> list[str]:
    """A unique `[A-Za-z0-9._-]` name for each file; of two for one student the later is longer.

    Unique without regard to case, because some file systems have none.
    """
    taken = set(_RESERVED)
    ids = []
    for file, student in zip(found, students, strict=True):
        base = safe(student)
        stem = safe(file.path.stem)
        folder = safe(file.folders[0]) if file.folders else "file"
        names = [base, f"{base}-{stem}", f"{folder}-{base}-{stem}"]
        names += [f"{base}-{n}" for n in range(2, len(found) + 4)]
        id = next(i for name in names if (i := _short(name)).casefold() not in taken)
        taken.add(id.casefold())
        ids.append(id)
    return ids


def safe(name: str) -> str:
    """A name in plain letters, digits, dots and dashes; what has none is named by its hash."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name))
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")
    return kept or "student-" + _digest(name)


def raw(path: str) -> bytes:
    """The bytes of a path, whatever a file system or a caller put into it."""
    return path.encode("utf-8", "surrogatepass")


def shown(path: str) -> str:
    """A path or name that any terminal and any JSON can hold."""
    # Controls could steer a terminal; lone surrogates stand for bytes that are no UTF-8.
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in path)


def _shared(found: Sequence[Found], stems: Sequence[str]) -> set[str]:
    folders: dict[str, set[str]] = {}
    inside: dict[str, set[str]] = {}
    for file, stem in zip(found, stems, strict=True):
        folder = str(file.path.parent)
        folders.setdefault(stem, set()).add(folder)
        inside.setdefault(folder, set()).add(stem)
    return {
        stem
        for stem, places in folders.items()
        # Folders that hold many stems in common are assignments, and the stems are students.
        if len(places) > 1 and len(places) >= len({s for p in places for s in inside[p]})
    }


def _person(file: Found, shared: set[str]) -> Person:
    names = [file.path.stem if not file.is_folder else file.path.name, *file.folders]
    for i, name in enumerate(names[:4]):
        download = _MOODLE.fullmatch(name) or _CANVAS.fullmatch(name)
        if download:
            own = shown(download["name"])
            late = bool(download.groupdict().get("late"))
            return Person(own, f"{own}_{download['id']}", i > 0, late)
    if names[0] not in shared and not generic(names[0]):
        return _plain(names[0])
    for name in names[1:4]:
        if name not in shared and not generic(name):
            return _plain(name, from_folder=True)
    return _plain(names[0])


def generic(name: str) -> bool:
    """True for `hw1`, `FinalAssignment (2)` and the like; a long number is a student's."""
    words = [w.lower() for w in _WORD.findall(name)]
    return all(w in _GENERIC for w in words) and not re.search(r"\d{5}", name)


def _plain(name: str, *, from_folder: bool = False) -> Person:
    name = unicodedata.normalize("NFC", shown(name)).strip() or "unknown"
    return Person(name, name, from_folder)


def _short(name: str) -> str:
    if len(name) <= _ID_LENGTH:
        return name
    # The hash keeps apart what the cut would make equal.
    return f"{name[: _ID_LENGTH - 9].rstrip('-._')}-{_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(raw(name)).hexdigest()[:8]
