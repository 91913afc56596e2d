"""Read everything that was handed in: each file once, readable or not."""

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from grader.course import Limits
from grader.errors import SubmissionError
from grader.ingest import folder, naming, notebook, prose, script
from grader.ingest.beside import set_aside
from grader.ingest.content import Content
from grader.ingest.decode import to_text
from grader.ingest.file import read_bytes
from grader.ingest.folder import Found
from grader.ingest.naming import Person
from grader.records import Cell, Submission


def read(paths: Sequence[Path], *, limits: Limits) -> list[Submission]:
    """One submission for each file found, sorted by student and attempt.

    Never raises on what was handed in: a file that cannot be read is a submission with a
    `problem`. Files that merely lie beside a notebook (data, pictures, an export of it, a module
    it imports) are named in its notes instead.

    Args:
        paths: Files and folders; folders are walked, links are not followed.
        limits: Bounds the size of a file and the number of cells.
    """
    found = folder.find(paths)
    people = naming.people(found)
    parsed = [_parse(f, limits) for f in found]
    beside = set_aside(found, people, [outcome for _, outcome in parsed], asked=paths)
    # Oldest first, so that a second attempt never takes over the first one's id.
    order = sorted(
        (i for i in range(len(found)) if i not in beside),
        key=lambda i: (people[i].name.casefold(), people[i].key, _modified(found[i]), i),
    )
    found, people, parsed = (
        [found[i] for i in order],
        [people[i] for i in order],
        [parsed[i] for i in order],
    )
    ids = naming.identifiers(found, [p.name for p in people])
    attempts = _attempts(people)
    twins = _twins(found, parsed)
    submissions = []
    for i, (file, person, (digest, outcome)) in enumerate(zip(found, people, parsed, strict=True)):
        content = outcome if isinstance(outcome, Content) else Content(())
        notes = [*content.notes, *(naming.shown(note) for note in file.notes), *twins[i]]
        number, of = attempts[i]
        if of > 1:
            notes.append(
                f"One of {of} files of this student: number {number} by date of modification."
            )
        submissions.append(
            Submission(
                id=ids[i],
                student=person.name,
                source=naming.shown(str(file.path)),
                sha256=digest,
                attempt=number,
                late=person.late,
                cells=tuple(
                    Cell(index=n, kind=kind, source=source)
                    for n, (kind, source) in enumerate(content.cells)
                ),
                problem=naming.shown(outcome) if isinstance(outcome, str) else None,
                notes=tuple(notes),
            )
        )
    return submissions


def _parse(found: Found, limits: Limits) -> tuple[str, Content | str]:
    """The file's digest, and its content or the problem with it."""
    digest = ""
    if found.problem:
        return digest, found.problem
    try:
        data = read_bytes(found.path, max_mib=limits.notebook_mib)
        digest = hashlib.sha256(data).hexdigest()
        return digest, _content(found.path.suffix.lower(), data, limits)
    except SubmissionError as error:
        return digest, str(error)


def _content(suffix: str, data: bytes, limits: Limits) -> Content:
    if not data.strip():
        raise SubmissionError(
            "Received an empty file, expected a notebook with your answers; save it in Jupyter and "
            "hand it in again."
        )
    text, note = to_text(data)
    if suffix == ".ipynb":
        content = notebook.parse(text, max_cells=limits.cells)
    else:
        content = (script if suffix == ".py" else prose).parse(text)
    if len(content.cells) > limits.cells:
        raise SubmissionError(
            f"Received a file of {len(content.cells):,} cells, expected at most {limits.cells:,}; "
            "remove what does not belong to the assignment and hand it in again."
        )
    if not any(source.strip() for _, source in content.cells):
        raise SubmissionError(
            f"Received a file with {len(content.cells)} cells and nothing in them, expected your "
            "answers; save the notebook in Jupyter and hand it in again."
        )
    return Content(content.cells, (*content.notes, note) if note else content.notes)


def _attempts(people: Sequence[Person]) -> list[tuple[int, int]]:
    """Of each file, which of how many of its student it is."""
    of = Counter(p.key for p in people)
    seen: Counter[str] = Counter()
    numbers = []
    for person in people:
        seen[person.key] += 1
        numbers.append((seen[person.key], of[person.key]))
    return numbers


def _twins(found: Sequence[Found], parsed: Sequence[tuple[str, Content | str]]) -> list[list[str]]:
    """For each file a note that names the files that are equal byte for byte."""
    same: dict[str, list[int]] = {}
    for i, (digest, outcome) in enumerate(parsed):
        if isinstance(outcome, Content):
            same.setdefault(digest, []).append(i)
    notes: list[list[str]] = [[] for _ in found]
    for group in same.values():
        for i in group if len(group) > 1 else ():
            others = ", ".join(naming.shown(str(found[j].path)) for j in group if j != i)
            notes[i].append(f"Equal, byte for byte, to {others}.")
    return notes


def _modified(found: Found) -> int:
    try:
        return os.lstat(found.path).st_mtime_ns
    except (OSError, ValueError):
        return 0
