"""The frozen records that the stages pass on; each turns into JSON and back."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal[
    "ok", "error", "timeout", "memory", "disk", "output_limit", "killed", "dead_kernel", "not_run"
]
"""How a cell or a whole execution ended."""

Outcome = Literal[
    "passed", "partial", "failed", "blocked", "unanswered", "needs_review", "grader_error"
]
"""What became of a question, a criterion or a check; the last two cost no point by themselves."""

Shape = tuple[int | None, ...]
"""Sizes without the batch axis, channels last; None where the network leaves a size open."""


class Record(BaseModel):
    """A frozen value that knows its own JSON form."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, ser_json_inf_nan="null"
    )


class Cell(Record):
    """One cell as handed in."""

    index: int
    """Position in the notebook, from 0."""
    kind: Literal["code", "markdown", "raw"]
    """The cell's declared type; a code cell may still hold prose (`Alignment.prose`)."""
    source: str
    """The text, with `\\n` line ends."""


class Submission(Record):
    """One file that was handed in, readable or not."""

    id: str
    """Unique in the batch and safe as a file name."""
    student: str
    """Who handed it in, from the folder's or the file's name."""
    source: str
    """The path as it was found."""
    sha256: str = ""
    """Of the file's bytes, in hex; empty when it could not be read."""
    attempt: int = 1
    """From 1; several files of one student for one assignment are attempts."""
    submitted_at: datetime | None = None
    """When it was handed in, where the layout says so."""
    late: bool = False
    """True where the layout says so."""
    cells: tuple[Cell, ...] = ()
    """In notebook order."""
    problem: str | None = None
    """Why it cannot be graded, in one sentence with the next step; None if it can."""
    notes: tuple[str, ...] = ()
    """Oddities that do not stop the grading (converted format, duplicate of another file)."""


class Span(Record):
    """A stretch of one cell's source."""

    cell: int
    """Index into `Submission.cells`."""
    start: int
    """First character, counted from 0 in the cell's source."""
    end: int
    """One past the last character."""


class Match(Record):
    """The cells that answer one question."""

    question: str
    """Question id, as in assignment.yaml."""
    cells: tuple[int, ...]
    """All cells of the question in notebook order, the one that states it included."""
    answer: tuple[Span, ...]
    """What the student wrote, in order: code and prose, without the question's own text."""
    method: str
    """File name of the method under `grader/align/` that found it."""
    confidence: float = Field(ge=0, le=1)
    """0 to 1; below the assignment's threshold a person is asked."""


class Alignment(Record):
    """Which cells answer which question."""

    assignment: str
    """Slug of the assignment."""
    matches: tuple[Match, ...]
    """In the assignment's order; a question without a match was not found."""
    prose: tuple[int, ...] = ()
    """Code cells that hold text instead of code; they are not run."""
    leftover: tuple[int, ...] = ()
    """Cells with content that belong to no question."""

    def match(self, question: str) -> Match | None:
        """The match of `question`, or None if it was not found."""
        return next((m for m in self.matches if m.question == question), None)


class Output(Record):
    """One thing that a cell put out."""

    kind: Literal["stdout", "stderr", "text", "png", "error"]
    """`text` is a displayed value as plain text; `png` a displayed picture."""
    text: str = ""
    """The text, or the picture in base64."""
    truncated: bool = False
    """True when the limit cut it."""


class CellRun(Record):
    """What happened to one cell."""

    index: int
    """Index into `Submission.cells`."""
    status: Status
    """How it ended."""
    seconds: float = 0.0
    """Wall time."""
    error: str | None = None
    """For a failed cell the exception's type and message, for a skipped one the reason."""
    outputs: tuple[Output, ...] = ()
    """In order of appearance."""


class Blob(Record):
    """Bytes that are kept in a file beside the records."""

    path: Path
    """Where the bytes are."""
    size: int
    """In bytes."""


class ArraySpec(Record):
    """One array in a blob of little-endian numbers, laid end to end."""

    name: str
    """Name of the weight, unique in its model."""
    shape: tuple[int, ...]
    """Sizes of the axes."""
    dtype: str
    """NumPy's name, such as `float32`."""


class Training(Record):
    """How a model was trained, as the run process reports it; for information, never for marks."""

    steps: int = 0
    """Optimiser steps that were taken."""
    epochs_run: int = 0
    """Epochs begun."""
    epochs_asked: int | None = None
    """Epochs the student asked for; None for a loop of the student's own."""
    stopped_because: str | None = None
    """Why it was cut short ("budget of 2000 steps"); None if it ran to its end."""
    history: dict[str, tuple[float | None, ...]] = {}
    """Per epoch, as Keras' History holds it."""


class CapturedModel(Record):
    """A model as it left the run process: hostile until it has been rebuilt."""

    variable: str
    """The variable it was found in; empty if it was in none."""
    cell: int
    """The cell that last built or trained it."""
    framework: Literal["keras", "torch"]
    """What it was written in."""
    config: dict[str, Any]
    """For Keras `{"class_name", "config"}`; for PyTorch the exported graph of plain operations."""
    weights: tuple[ArraySpec, ...] = ()
    """In the order of the blob; empty when the weights were not exported."""
    blob: Blob | None = None
    """The weights as raw little-endian arrays; None when they were not exported."""
    params: int | None = None
    """Scalars the live object says it has; only used where nothing can be rebuilt."""
    training: Training | None = None
    """None if it was never trained."""
    sample: ArraySpec | None = None
    """Up to 16 training inputs as they reached the model, batch axis first."""
    sample_blob: Blob | None = None
    """The numbers of `sample`."""
    failure: str | None = None
    """The framework's message when the model could not be built."""
    problem: str | None = None
    """Why its structure could not be exported; None if it was."""


class ExecutionRecord(Record):
    """Everything the run process handed back."""

    status: Status
    """How the execution ended as a whole; `not_run` when there was no code to run."""
    seconds: float = 0.0
    """Wall time."""
    peak_memory_mib: float | None = None
    """Highest resident memory of all its processes together."""
    isolation: str = "none"
    """The sandbox it ran in: bubblewrap, landlock or none."""
    warm: bool = False
    """True when it was forked from a process that had the framework imported."""
    seed: int | None = None
    """Seed set before each cell."""
    environment: dict[str, str | None] = {}
    """Versions of python, keras, backend, torch; the device; data sets served and their origin."""
    cells: tuple[CellRun, ...] = ()
    """In notebook order."""
    models: tuple[CapturedModel, ...] = ()
    """In the order of the cells that last built or trained them."""
    missing: tuple[str, ...] = ()
    """Packages or data sets the machine lacked: the machine's turn."""
    skipped: tuple[str, ...] = ()
    """What was recorded and not run, such as `pip install torch`."""
    message: str | None = None
    """One sentence about an end that was not `ok`."""
    fault: str | None = None
    """Why the machine could not run it, with the next step; None if it could."""


class Layer(Record):
    """One layer of a rebuilt network, in terms that do not depend on the framework."""

    name: str
    """Unique in its network."""
    kind: str
    """Keras' class name: Conv2D, Dense, MaxPooling2D, AveragePooling2D, Flatten, ..."""
    output_shape: Shape | None
    """None where the network could not be built up to here."""
    params: int = 0
    """Scalars in all weights."""
    trainable_params: int = 0
    """Scalars in the weights that training changes."""
    config: dict[str, Any] = {}
    """`filters units kernel_size pool_size strides padding activation groups use_bias rate`."""
    inputs: tuple[str, ...] = ()
    """Names of the layers it reads; empty for the first."""


class BuildFailure(Record):
    """The layer at which a network cannot be built."""

    layer: str
    """Name of the impossible layer."""
    message: str
    """Where and why, with the arithmetic."""


class ModelSummary(Record):
    """A network as rebuilt in a clean process."""

    variable: str
    """The variable it was found in."""
    cell: int
    """The cell that last built or trained it."""
    framework: Literal["keras", "torch"]
    """What it was written in."""
    verified: bool
    """True when it was rebuilt outside the student's process."""
    input_shape: Shape | None
    """What it reads."""
    params: int
    """Scalars in all weights."""
    trainable_params: int
    """Scalars in the weights that training changes."""
    layers: tuple[Layer, ...]
    """In order of computation, input layer left out."""
    failure: BuildFailure | None = None
    """None if it was built."""
    training: Training | None = None
    """None if it was never trained."""
    problem: str | None = None
    """Why it is not verified; None if it is."""


class Reference(Record):
    """One accepted variant of a reference network, described by the same code as submissions."""

    network: str
    """File name under `reference/`: lenet5, alexnet."""
    variant: str
    """Its name among the network's variants."""
    title: str
    """For people: "LeNet-5 (classroom form)"."""
    accepted: bool = True
    """False for the variant that the paper describes, True for an accepted other one."""
    summary: ModelSummary
    """Layers carry the paper's names."""


class Difference(Record):
    """One line of the edit script that turns the reference into the network that was found."""

    layer: str
    """Name of the layer in the paper's words: C1, S2, conv3."""
    kind: Literal["missing", "extra", "changed"]
    """What happened to the layer."""
    field: str | None = None
    """What changed: padding, filters, activation, ..."""
    expected: str | None = None
    """In the reference."""
    found: str | None = None
    """In the submission."""
    severity: Literal["fault", "remark", "accepted"]
    """`accepted` is a modernisation the course takes, `remark` costs nothing either."""
    message: str
    """The whole sentence, for the student."""


class Comparison(Record):
    """A network beside its nearest reference."""

    network: str
    """File name under `reference/`."""
    variant: str
    """The nearest variant."""
    title: str
    """Of that variant, for people."""
    conforms: Literal["yes", "accepted-variant", "no"]
    """`no` as soon as one difference is a fault."""
    credit: float = Field(ge=0, le=1)
    """Share of the reference's layers that are right."""
    differences: tuple[Difference, ...] = ()
    """In the reference's order."""
    expected_params: int
    """Of the variant, with the submission's number of classes."""


class Predictions(Record):
    """Held-out answers of a model, set against the labels on the judge's side."""

    dataset: str
    """Name of the data set; empty when it could not be told."""
    split: str = "test"
    """Which part of it."""
    value: float | None = None
    """Share of right answers; None when it could not be measured."""
    correct: int = 0
    """Number of right answers."""
    n: int = 0
    """Number of held-out images."""
    verified: bool = False
    """True when predicted by the rebuilt model."""
    real: bool = True
    """False for a stand-in data set."""
    device: str | None = None
    """Where it was predicted."""
    preprocessing: str | None = None
    """What was recovered, for people: "x / 255"."""
    problem: str | None = None
    """Why there is no value."""
    turn: Literal["student", "machine", "review"] | None = None
    """Whose turn `problem` is."""


class Subject(Record):
    """All that a check may look at for one question."""

    question: str
    """Question id."""
    model: ModelSummary | None = None
    """The model that answers the question; None if there is none."""
    other_models: tuple[ModelSummary, ...] = ()
    """The other models of the question's cells."""
    predictions: Predictions | None = None
    """Of `model`, when a check asked for a data set."""
    references: tuple[Reference, ...] = ()
    """All variants of all networks of the course that could be described."""
    cells: tuple[CellRun, ...] = ()
    """Runs of the question's cells."""


class Quote(Record):
    """Words of the student that earned something."""

    cell: int
    """Index into `Submission.cells`."""
    start: int
    """First character in the cell's source."""
    end: int
    """One past the last character."""
    text: str
    """The words."""


class Finding(Record):
    """What a check or a scorer found; it knows nothing of points."""

    credit: float = Field(ge=0, le=1)
    """Share from 0 to 1."""
    confidence: float = Field(default=1.0, ge=0, le=1)
    """How sure the finding is."""
    outcome: Literal["blocked", "unanswered", "needs_review", "grader_error"] | None = None
    """Set where the credit does not tell the story; None for a plain judgement."""
    message: str = ""
    """For the student: what was seen, what was expected, a pointer."""
    expected: str | None = None
    """For the report."""
    found: str | None = None
    """For the report."""
    quotes: tuple[Quote, ...] = ()
    """The words that earned the credit."""
    evidence: dict[str, Any] = {}
    """Whatever else led to the finding."""


class AnswerPart(Record):
    """A piece of a written answer."""

    cell: int
    """Index into `Submission.cells`."""
    start: int
    """Offset of the first character in the cell's source."""
    text: str
    """The words, as written."""


class Answer(Record):
    """The prose that answers a question."""

    question: str
    """Question id."""
    prompt: str
    """The question as asked, to tell an answer from an echo."""
    parts: tuple[AnswerPart, ...]
    """In notebook order."""

    @property
    def text(self) -> str:
        """All parts, one after the other."""
        return "\n\n".join(part.text for part in self.parts)
