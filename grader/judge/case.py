"""What is known about one submission when it is marked."""

from grader.course import Assignment
from grader.data import DataSet
from grader.records import (
    Alignment,
    ExecutionRecord,
    ModelSummary,
    Predictions,
    Record,
    Reference,
    Submission,
)


class Rebuilt(Record):
    """A captured model as seen from the clean process."""

    summary: ModelSummary
    """Structure, or why there is none."""
    predictions: Predictions | None = None
    """Held-out answers, where a check asked for them."""


class Case(Record):
    """Everything that is known about one submission when it is marked."""

    submission: Submission
    """As handed in."""
    assignment: Assignment
    """What was asked."""
    alignment: Alignment
    """Where the answers are."""
    execution: ExecutionRecord
    """What happened when it ran."""
    rebuilt: tuple[Rebuilt, ...] = ()
    """One for each of `execution.models`, in the same order."""
    references: tuple[Reference, ...] = ()
    """The course's networks."""
    data: tuple[DataSet, ...] = ()
    """The data sets that were staged for it."""
    course_version: str
    """For the record."""
