"""A place in a submission where a question, a section or a list of questions begins."""

from dataclasses import dataclass

from grader.records import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Words that are the handout's or a marker, and so belong to no answer."""

    cell: int
    """Index into `Submission.cells`."""
    start: int
    """First character of its first line, in the cell's source."""
    end: int
    """One past its last character."""
    question: str | None = None
    """The question that begins here; None for a section title or a mere list of questions."""
    section: str | None = None
    """The section that begins here; None for a question."""
    method: str = ""
    """File name of the method that found it."""
    confidence: float = 1.0
    """0 to 1."""

    @property
    def place(self) -> tuple[int, int]:
        """Where it begins, to sort by."""
        return self.cell, self.start


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between one anchor and the next."""

    anchor: Anchor | None
    """None before the first anchor."""
    pieces: tuple[Span, ...]
    """Stretches with content, one a cell."""
