"""The words and tones with which a report names outcomes, ends and severities."""

from dataclasses import dataclass
from typing import Literal

from grader.records import Outcome

Tone = Literal["good", "partly", "bad", "muted", "review", "machine"]
"""Names a colour of the style sheet; the label always says the same in words."""


@dataclass(frozen=True, slots=True)
class Word:
    """How one value of a record is said."""

    label: str
    """On a badge."""
    tone: Tone
    """Its colour."""
    sentence: str = ""
    """For the student, where the label alone leaves a question."""


OUTCOMES: dict[Outcome, Word] = {
    "passed": Word("Passed", "good"),
    "partial": Word("Partly right", "partly"),
    "failed": Word("Not right yet", "bad"),
    "blocked": Word("Blocked", "muted", "Not tried: an earlier check has to earn something first."),
    "unanswered": Word("No answer found", "muted", "No answer to this question was found."),
    "needs_review": Word(
        "Needs review", "review", "The grader is not sure; a person will look before it counts."
    ),
    "grader_error": Word(
        "Grader error",
        "machine",
        "The grader could not finish. It is the machine's fault, no point is lost, "
        "and a person will look.",
    ),
}
"""By `Outcome`."""

CRITERIA: dict[Outcome, Word] = {
    **OUTCOMES,
    "passed": Word("Met", "good"),
    "partial": Word("Partly met", "partly"),
    "failed": Word("Not met", "bad"),
}
"""By `Outcome`, for the criteria of a written answer."""

STATUSES: dict[str, Word] = {
    "ok": Word("Ran to the end", "good"),
    "error": Word("Stopped with an error", "bad"),
    "timeout": Word("Out of time", "bad"),
    "memory": Word("Out of memory", "bad"),
    "disk": Word("Out of disk space", "bad"),
    "output_limit": Word("Too much output", "bad"),
    "killed": Word("Stopped from outside", "bad"),
    "dead_kernel": Word("Python ended unexpectedly", "bad"),
    "not_run": Word("Not run", "muted"),
}
"""By `Status`."""

DIFFERENCES: dict[str, Word] = {
    "fault": Word("Fault", "bad"),
    "remark": Word("Remark", "muted"),
    "accepted": Word("Accepted", "good"),
}
"""By `Difference.severity`."""

CONFORMS: dict[str | None, Word] = {
    "yes": Word("Same network as the reference", "good"),
    "accepted-variant": Word("Accepted variant of the reference", "good"),
    "no": Word("Differs from the reference", "bad"),
    None: Word("Not compared with a reference", "muted"),
}
"""By `ModelInfo.conforms`."""

FLAGS: dict[str, Word] = {
    "info": Word("Note", "muted"),
    "warning": Word("Warning", "partly"),
    "serious": Word("Serious", "bad"),
}
"""By `Flag.severity`."""

VERDICTS: dict[str, Word] = {
    "right": Word("Right", "good"),
    "wrong": Word("Wrong", "bad"),
    "unsure": Word("Not sure", "review"),
}
"""By `ClaimInfo.verdict`."""

KINDS = {"written": "Written answer", "model": "Model", "code": "Code"}
"""By `QuestionResult.kind`."""
