"""A course: assignments, rubrics and reference networks in a folder, checked as a whole."""

import hashlib
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grader import registry
from grader.course_faults import check_faults, repeated, rubric_faults
from grader.errors import AssignmentError, CourseError
from grader.records import Record

_T = TypeVar("_T", bound=BaseModel)


class Limits(Record):
    """What one submission may use."""

    submission_seconds: float = Field(default=600, gt=0)
    """Wall time of the whole notebook."""
    cell_seconds: float = Field(default=300, gt=0)
    """Wall time of one cell."""
    memory_mib: int = Field(default=4096, ge=512)
    """Resident memory of all its processes together."""
    processes: int = Field(default=256, ge=16)
    """Processes and threads at once."""
    scratch_mib: int = Field(default=1024, ge=16)
    """Files it may write."""
    stream_mib: float = Field(default=1, gt=0)
    """Text kept of stdout and of stderr, each."""
    rich_output_mib: float = Field(default=2, gt=0)
    """One picture or displayed value."""
    export_mib: int = Field(default=64, ge=1)
    """All that the run process hands back, weights included."""
    notebook_mib: int = Field(default=20, ge=1)
    """The file as handed in."""
    cells: int = Field(default=2000, ge=1)
    """Cells of a notebook."""


class TrainingBudget(Record):
    """Where training is cut short; the cut and its reason are part of the result."""

    max_steps: int | None = Field(default=None, ge=1)
    """Optimiser steps of one model; None for no limit."""
    max_seconds: float | None = Field(default=None, gt=0)
    """Seconds of one call of `fit`, or of one loop of the student's own; None for no limit."""
    max_eval_seconds: float | None = Field(default=None, gt=0)
    """Seconds of one call of `evaluate`; its figure is the student's, no mark depends on it."""


class Check(BaseModel):
    """One check of a question; further keys are the options of its type."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    """Unique in its question."""
    type: str
    """File name under `grader/verify/`."""
    points: float = Field(ge=0)
    """Worth of full credit; 0 for information."""
    needs: tuple[str, ...] = ()
    """Checks that must earn something first; else this one is `blocked`."""

    @property
    def options(self) -> dict[str, Any]:
        """The keys that belong to the check's type."""
        return dict(self.model_extra or {})


class Criterion(BaseModel):
    """One thing a marker looks for; further keys are the options of its scorer."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    """Unique in its rubric."""
    text: str
    """A whole sentence that a human marker could use."""
    points: float = Field(gt=0)
    """Worth of full credit."""
    scorer: str = "key_groups"
    """File name under `grader/score/`."""

    @property
    def options(self) -> dict[str, Any]:
        """The keys that belong to the scorer."""
        return dict(self.model_extra or {})


class Rubric(Record):
    """How a written answer earns its points."""

    question: str
    """Question id; the file's name too."""
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    """In the order of the report."""

    @property
    def points(self) -> float:
        """Sum over the criteria."""
        return sum(c.points for c in self.criteria)


class Section(Record):
    """A part of an assignment under a title of its own, where numbering may start again."""

    id: str
    """Short name that questions refer to."""
    title: str
    """As printed in the handout."""


class Question(Record):
    """One question of an assignment."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    """Unique in the assignment; names the rubric file."""
    title: str
    """Short, for reports."""
    number: int = Field(ge=1)
    """As printed in the handout, within its section."""
    prompt: str
    """As printed in the handout; alignment looks for these words."""
    kind: Literal["written", "model", "code"]
    """How it is marked."""
    points: float = Field(gt=0)
    """Worth of the question."""
    section: str | None = None
    """Id of its section, if the assignment has any."""
    aliases: tuple[str, ...] = ()
    """Other wordings of the prompt that were handed out."""
    networks: tuple[str, ...] = ()
    """Reference networks that this question's models are compared with; empty for all."""
    checks: tuple[Check, ...] = ()
    """For kinds model and code."""


class Assignment(Record):
    """One assignment."""

    slug: str = Field(pattern=r"^[a-z0-9_]+$")
    """Folder name."""
    title: str
    """For people."""
    review_below: float = Field(default=0.6, ge=0, le=1)
    """A person is asked where alignment or scoring is less sure than this."""
    seed: int = 0
    """Set before each cell."""
    limits: Limits = Limits()
    """What one submission may use."""
    training: TrainingBudget = TrainingBudget()
    """Where training is cut short."""
    data: tuple[str, ...] = ()
    """Data sets that are staged for the notebook."""
    networks: tuple[str, ...] = ()
    """Reference networks that models are compared with."""
    sections: tuple[Section, ...] = ()
    """In the handout's order."""
    questions: tuple[Question, ...] = Field(min_length=1)
    """In the handout's order."""
    rubrics: dict[str, Rubric] = {}
    """By question id; filled from `rubrics/<slug>/`."""

    @property
    def points(self) -> float:
        """Sum over the questions."""
        return sum(q.points for q in self.questions)

    def question(self, id: str) -> Question:
        """The question called `id`."""
        return next(q for q in self.questions if q.id == id)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults = [
            *repeated("questions", [q.id for q in self.questions]),
            *repeated("sections", [s.id for s in self.sections]),
        ]
        sections = {s.id for s in self.sections}
        for i, q in enumerate(self.questions):
            where = f"questions[{i}]"
            if q.section is not None and q.section not in sections:
                faults.append(f"{where}.section: no section '{q.section}' in sections")
            if q.kind == "written" and q.checks:
                faults.append(f"{where}.checks: a written question has a rubric, not checks")
            if q.kind != "written":
                faults += check_faults(where, q)
        if faults:
            raise ValueError("\n".join(faults))
        return self


class Course(Record):
    """A folder with `assignments/`, `reference/` and `rubrics/`."""

    root: Path
    """The folder."""
    version: str
    """Hash over the course's files, to tell which one a result is from."""
    assignments: tuple[Assignment, ...]
    """Sorted by slug."""

    def assignment(self, slug: str) -> Assignment:
        """The assignment called `slug`.

        Raises:
            CourseError: If there is none.
        """
        for assignment in self.assignments:
            if assignment.slug == slug:
                return assignment
        known = ", ".join(a.slug for a in self.assignments)
        raise CourseError(f"{self.root}: no assignment '{slug}'; the course has {known}")


def default_root() -> Path:
    """The course that comes with the package: beside it in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent
    bundled = package / "_course"
    return bundled if bundled.is_dir() else package.parent


def load(root: Path) -> Course:
    """Read and check the course in `root`.

    Raises:
        CourseError: With every fault of every file, so that they can be mended in one go.
    """
    files = sorted(root.glob("assignments/*/assignment.yaml"))
    if not files:
        raise CourseError(
            f"{root}: no assignments/<slug>/assignment.yaml here; pass a course with --course DIR"
        )
    faults: list[str] = []
    assignments = [_assignment(root, file, faults) for file in files]
    if faults:
        raise AssignmentError(*faults)
    good = tuple(a for a in assignments if a is not None)
    return Course(root=root, version=_version(root), assignments=good)


def _assignment(root: Path, file: Path, faults: list[str]) -> Assignment | None:
    rubrics: dict[str, Rubric] = {}
    folder = root / "rubrics" / file.parent.name
    for rubric_file in sorted(folder.glob("*.yaml")):
        rubric = _parse(root, rubric_file, Rubric, faults)
        if rubric is not None:
            rubrics[rubric_file.stem] = rubric
            faults += [f"{_name(root, rubric_file)}: {f}" for f in rubric_faults(rubric)]
            if rubric.question != rubric_file.stem:
                faults.append(
                    f"{_name(root, rubric_file)}: question: received {rubric.question!r}, "
                    f"expected the file's name {rubric_file.stem!r}"
                )
    assignment = _parse(root, file, Assignment, faults)
    if assignment is None:
        return None
    name = _name(root, file)
    if assignment.slug != file.parent.name:
        faults.append(
            f"{name}: slug: received {assignment.slug!r}, expected the folder's name "
            f"{file.parent.name!r}"
        )
    for i, question in enumerate(assignment.questions):
        if question.kind != "written":
            continue
        expected = f"rubrics/{assignment.slug}/{question.id}.yaml"
        rubric = rubrics.get(question.id)
        if rubric is None:
            if not (root / expected).exists():
                faults.append(f"{name}: questions[{i}]: a written question needs {expected}")
        elif abs(rubric.points - question.points) > 1e-9:
            faults.append(
                f"{expected}: criteria: their points add up to {rubric.points:g}, "
                f"the question is worth {question.points:g}"
            )
    for stray in sorted(set(rubrics) - {q.id for q in assignment.questions if q.kind == "written"}):
        faults.append(f"rubrics/{assignment.slug}/{stray}.yaml: no written question '{stray}'")
    for network in assignment.networks:
        if not (root / "reference" / f"{network}.py").is_file():
            faults.append(f"{name}: networks: no reference/{network}.py for '{network}'")
    return assignment.model_copy(update={"rubrics": rubrics})


def _parse(root: Path, file: Path, record: type[_T], faults: list[str]) -> _T | None:
    name = _name(root, file)
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        faults.append(f"{name}: not readable as YAML: {' '.join(str(error).split())}")
        return None
    if not isinstance(content, dict):
        faults.append(f"{name}: received {type(content).__name__}, expected keys and values")
        return None
    try:
        return record.model_validate(content)
    except ValidationError as error:
        for key, text in registry.explain(error):
            if key:
                faults.append(f"{name}: {key}: {text}")
            else:
                # A consistency fault carries one line per fault, each with its own key.
                own = text.removeprefix("Value error, ").split(", received {")[0]
                faults += [f"{name}: {line}" for line in own.splitlines()]
        return None


def _name(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()


def _version(root: Path) -> str:
    digest = hashlib.sha256()
    for pattern in ("assignments/*/assignment.yaml", "rubrics/**/*.yaml", "reference/**/*.py"):
        for file in sorted(root.glob(pattern)):
            digest.update(_name(root, file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
