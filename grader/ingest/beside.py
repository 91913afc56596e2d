"""Leave out what belongs to another file of the same student."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from grader.ingest.content import Content
from grader.ingest.folder import ACCEPTED, Found
from grader.ingest.naming import Person

_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)


def set_aside(
    found: Sequence[Found],
    people: Sequence[Person],
    outcomes: Sequence[Content | str],
    *,
    asked: Sequence[Path],
) -> set[int]:
    """Indices of the files that are no submissions, each noted at the one it lies beside.

    These are: a file of a type that cannot be graded, when its student has one that can; what
    stands with a notebook in a student's own folder; a module that the only notebook of its
    folder imports. A file that was asked for by name is never left out.
    """
    named = {os.path.abspath(path) for path in asked}  # noqa: PTH100
    readable: dict[str, int] = {}
    own: dict[Path, int] = {}
    notebooks: dict[Path, list[int]] = {}
    for i, (file, person) in enumerate(zip(found, people, strict=True)):
        if file.problem is not None:
            continue
        readable.setdefault(person.key, i)
        if _is_notebook(file):
            notebooks.setdefault(file.path.parent, []).append(i)
    for folder, inside in notebooks.items():
        if all(people[i].from_folder for i in inside):
            own[folder] = inside[0]
    aside = set()
    for i, file in enumerate(found):
        asked_for = os.path.abspath(file.path) in named  # noqa: PTH100
        if asked_for or file.link or file.is_folder or _is_notebook(file):
            continue
        # The top folder may hold the handout; it says nothing about the folders inside it.
        around = [f for f in file.path.parents if os.path.abspath(f) not in named]  # noqa: PTH100
        main = next((own[f] for f in (file.path.parent, *around) if f in own), None)
        alone = notebooks.get(file.path.parent, [])
        if main is None and file.path.suffix.lower() not in ACCEPTED:
            main = readable.get(people[i].key)
        elif main is None and len(alone) == 1:
            main = alone[0] if file.path.stem in _imports(outcomes[alone[0]]) else None
        if main is not None:
            aside.add(i)
            found[main].notes.append(f"Left out 1 file beside it: {file.path.name}.")
    return aside


def _is_notebook(file: Found) -> bool:
    return file.path.suffix.lower() == ".ipynb"


def _imports(outcome: Content | str) -> set[str]:
    if isinstance(outcome, str):
        return set()
    return {
        name for kind, source in outcome.cells if kind == "code" for name in _IMPORT.findall(source)
    }
