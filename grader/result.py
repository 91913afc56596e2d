"""The public result format `grade.result/1`: fields may be added, never renamed."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from grader.records import Difference, Layer, Outcome, Quote, Record, Shape, Status

SCHEMA = "grade.result/1"


class SubmissionInfo(Record):
    """Which file this is the result of."""

    id: str
    """Unique in the batch; names the result files."""
    student: str
    """From the folder's or the file's name."""
    source: str
    """The path as it was found."""
    sha256: str
    """Of the file, in hex; empty when it could not be read."""
    attempt: int = 1
    """From 1."""
    submitted_at: datetime | None = None
    """When it was handed in, if known."""
    late: bool = False
    """True where the download said so."""


class EnvironmentInfo(Record):
    """What the notebook ran with."""

    python: str | None = None
    """Version."""
    keras: str | None = None
    """Version; None if Keras was not used."""
    backend: str | None = None
    """Keras' backend, or torch."""
    device: str | None = None
    """cpu or the accelerator's name."""
    versions: dict[str, str] = {}
    """Other packages that were imported and matter."""
    data: dict[str, str] = {}
    """Data sets that were served and where they are from."""


class CellInfo(Record):
    """What happened to one cell."""

    index: int
    """Position in the notebook, from 0."""
    status: Status
    """How it ended."""
    seconds: float
    """Wall time."""
    error: str | None = None
    """Exception or reason, if it did not end well."""


class ExecutionInfo(Record):
    """What happened when the notebook was run."""

    status: Status
    """`not_run` when there was no code to run."""
    seconds: float
    """Wall time."""
    peak_memory_mib: float | None
    """Highest resident memory of all its processes together."""
    isolation: str
    """The sandbox it ran in."""
    warm: bool
    """True when it was forked from a process that had the framework imported."""
    seed: int | None
    """Set before each cell."""
    environment: EnvironmentInfo
    """What it ran with."""
    cells: tuple[CellInfo, ...]
    """In notebook order."""
    message: str | None = None
    """One sentence about an end that was not `ok`."""
    missing: tuple[str, ...] = ()
    """Packages or data sets the machine lacked."""
    skipped: tuple[str, ...] = ()
    """Commands that were recorded and not run."""


class AlignmentInfo(Record):
    """Where the answer to a question was found."""

    cells: tuple[int, ...]
    """Cell indices, the cell that states the question included."""
    method: str | None
    """How it was found; None if it was not."""
    confidence: float
    """0 to 1."""


class CriterionInfo(Record):
    """One criterion of a written answer."""

    id: str
    """As in the rubric."""
    text: str
    """What a human marker would look for."""
    outcome: Outcome
    """What became of it."""
    points: float
    """Earned."""
    max_points: float
    """Possible."""
    credit: float
    """Share from 0 to 1."""
    confidence: float
    """How sure the scorer is."""
    message: str
    """For the student."""
    quotes: tuple[Quote, ...] = ()
    """The words that earned the points."""


class ClaimInfo(Record):
    """A statement in the answer, checked against the facts."""

    text: str
    """As written."""
    cell: int
    """Where."""
    verdict: Literal["right", "wrong", "unsure"]
    """What the facts say."""
    expected: str | None = None
    """The right value."""


class CheckInfo(Record):
    """One check of a model or of code."""

    id: str
    """As in assignment.yaml."""
    type: str
    """File name under `grader/verify/`."""
    outcome: Outcome
    """What became of it."""
    passed: bool
    """True when it earned all its points."""
    points: float
    """Earned."""
    max_points: float
    """Possible."""
    expected: str | None = None
    """What the check looked for."""
    found: str | None = None
    """What it saw."""
    message: str = ""
    """For the student."""
    evidence: dict[str, Any] = {}
    """Whatever else led to it."""


class ModelInfo(Record):
    """A network that was found in the question's cells."""

    variable: str
    """The variable it was found in."""
    cell: int
    """The cell that last built or trained it."""
    framework: Literal["keras", "torch"]
    """What it was written in."""
    verified: bool
    """True when it was rebuilt outside the student's process."""
    input_shape: Shape | None
    """Without the batch axis, channels last."""
    params: int
    """Scalars in all weights, of the rebuilt model."""
    trainable_params: int
    """Scalars in the weights that training changes."""
    reference: str | None = None
    """The nearest reference: `lenet5/classroom`."""
    conforms: Literal["yes", "accepted-variant", "no"] | None = None
    """None where there was nothing to compare with."""
    layers: tuple[Layer, ...]
    """In order of computation."""
    differences: tuple[Difference, ...] = ()
    """From the reference to what was found."""
    failure: str | None = None
    """Where and why it cannot be built; None if it can."""
    training: str | None = None
    """How it was trained and what was cut short, in words."""
    problem: str | None = None
    """Why it is not verified."""


class AccuracyInfo(Record):
    """Held-out accuracy of the judged model."""

    dataset: str
    """Name of the data set."""
    split: str
    """Which part of it."""
    value: float | None
    """Share of right answers."""
    n: int
    """Number of held-out images."""
    low: float | None
    """Lower end of the exact interval (Clopper-Pearson)."""
    high: float | None
    """Upper end."""
    confidence_level: float
    """Of the interval."""
    threshold: float | None
    """Full credit from here."""
    passed: bool | None
    """None where it is not decided."""
    device: str | None
    """Where it was predicted."""
    epochs_run: int | None
    """Epochs begun."""
    epochs_asked: int | None
    """Epochs the student asked for."""
    stopped_because: str | None
    """Why training was cut short."""
    verified: bool
    """True when predicted by the rebuilt model."""
    real: bool = True
    """False when the images are a stand-in for the data set."""
    preprocessing: str | None = None
    """What the student did to the images, as recovered."""


class Flag(Record):
    """Something a person should know; it never costs a point by itself."""

    kind: str
    """claimed_accuracy, custom_layer, similar_submission, stand_in_data, no_isolation, ..."""
    severity: Literal["info", "warning", "serious"]
    """How loudly to say it."""
    message: str
    """One sentence."""
    evidence: dict[str, Any] = {}
    """What led to it."""


class QuestionResult(Record):
    """The mark of one question and all that led to it."""

    id: str
    """As in assignment.yaml."""
    title: str
    """For people."""
    kind: Literal["written", "model", "code"]
    """How it is marked."""
    points: float
    """Earned."""
    max_points: float
    """Possible."""
    outcome: Outcome
    """What became of it."""
    confidence: float
    """How sure the grader is."""
    needs_review: bool
    """True when a person must look."""
    reasons: tuple[str, ...] = ()
    """Why, in whole sentences."""
    alignment: AlignmentInfo
    """Where the answer was found."""
    criteria: tuple[CriterionInfo, ...] = ()
    """For written answers."""
    claims: tuple[ClaimInfo, ...] = ()
    """Statements checked against the facts."""
    checks: tuple[CheckInfo, ...] = ()
    """For models and code."""
    model: ModelInfo | None = None
    """The one that was judged."""
    other_models: tuple[ModelInfo, ...] = ()
    """The others in the question's cells."""
    accuracy: AccuracyInfo | None = None
    """Of the judged model."""
    flags: tuple[Flag, ...] = ()
    """What a person should know."""


class Override(Record):
    """A correction by a person."""

    question: str
    """Question id."""
    criterion: str | None
    """Criterion or check id; None for the whole question."""
    points: float
    """What it is worth now."""
    reason: str
    """Why."""
    author: str
    """Who."""
    at: datetime
    """When."""


class Result(Record):
    """The result of one submission: `results/<id>.json`."""

    # Shadows a deprecated alias of pydantic's; the format fixes the name.
    schema_: Literal["grade.result/1"] = Field(default="grade.result/1", alias="schema")
    """Format of this file."""
    grader_version: str
    """Of this package."""
    course_version: str
    """Hash over the course's files."""
    submission: SubmissionInfo
    """Which file."""
    assignment: str | None
    """Slug; None when it could not be told."""
    points: float
    """Sum over the questions."""
    max_points: float
    """Sum over the questions."""
    outcome: Outcome
    """Of the whole."""
    execution: ExecutionInfo
    """What happened when it was run."""
    questions: tuple[QuestionResult, ...] = ()
    """In the assignment's order."""
    flags: tuple[Flag, ...] = ()
    """What a person should know about the whole."""
    overrides: tuple[Override, ...] = ()
    """Corrections by people."""
    run_key: str = ""
    """Hash of all that decides this result; equal work is not repeated."""

    model_config = {**Record.model_config, "populate_by_name": True, "serialize_by_alias": True}

    @property
    def needs_person(self) -> bool:
        """True when somebody must look before the mark counts."""
        waiting = {"needs_review", "grader_error"}
        return self.outcome in waiting or any(
            q.needs_review or q.outcome in waiting for q in self.questions
        )
