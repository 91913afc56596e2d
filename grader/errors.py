"""One tree of errors, split by whose turn it is.

GraderError
  CourseError         the instructor: an assignment, rubric or reference is wrong
    AssignmentError, RubricError
  SubmissionError     the student: a notebook that cannot be read
  SandboxError        the machine: no working sandbox, or a process that did not start
  DataError           the machine: a data set that is not staged, or is not what it says
"""


class GraderError(Exception):
    """Something that a person can act on; the message names the next step."""


class CourseError(GraderError):
    """The course is wrong: the instructor's turn.

    Args:
        faults: Every fault found, each as `file: key: received, expected, next step`.
    """

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class AssignmentError(CourseError):
    """An `assignment.yaml` is wrong."""


class RubricError(CourseError):
    """A file under `rubrics/` is wrong."""


class SubmissionError(GraderError):
    """A hand-in cannot be read: the student's turn."""


class SandboxError(GraderError):
    """Student code cannot be confined or started here: the machine's turn."""


class DataError(GraderError):
    """A data set is missing or is not what its name says: the machine's turn."""
