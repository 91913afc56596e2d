"""Find numbered labels: `ans1.`, `Q3.`, `Question 4:`, numbering that restarts by section."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.align import marker
from grader.align.anchor import Anchor
from grader.align.text import Line
from grader.course import Assignment, Question

# Chosen; what depends on them is only whether they lie above `Assignment.review_below`.
_SURE = 0.9
_SECTION_FOLLOWS = 0.85
_SECTION_GUESSED = 0.7
_WEAK = 0.65


@dataclass(frozen=True, slots=True)
class _Label:
    line: Line
    mark: marker.Marker
    question: Question | None
    """Set when the label is a question's id."""

    @property
    def place(self) -> tuple[int, int]:
        return self.line.cell, self.line.start


@dataclass
class _Reader:
    """Follows a notebook from label to label and knows in which section it is."""

    assignment: Assignment
    placed: set[str | None]
    """Sections that a title or a statement places."""
    section: str | None = None
    sure: bool = False
    """True when a title or a statement has told the section."""
    seen: list[int] = field(default_factory=list)
    """Numbers met in this section."""

    def __post_init__(self) -> None:
        self.sections: list[str | None] = [s.id for s in self.assignment.sections] or [None]
        # What comes before the first title belongs to a section that has none.
        open_sections = [s for s in self.sections if s not in self.placed]
        self.section = (open_sections or self.sections)[0]
        self.sure = len(self.sections) == 1

    def enter(self, section: str | None) -> None:
        self.section, self.sure, self.seen = section, True, []

    def meet(self, anchor: Anchor) -> None:
        """Take note of a title or a statement."""
        if anchor.section:
            self.enter(anchor.section)
        elif anchor.question:
            question = self.assignment.question(anchor.question)
            if question.section != self.section:
                self.enter(question.section)
            self.seen.append(question.number)

    def read(self, number: int) -> tuple[Question | None, float]:
        """The question with this number here, and how sure that is."""
        following = self.following
        # A number that comes back after others starts the next section, unless that one is
        # placed elsewhere: then the question was answered twice.
        if number in self.seen[:-1] and following and following not in self.placed:
            self.section, self.sure, self.seen = following, False, []
        question = next(
            (
                q
                for q in self.assignment.questions
                if q.section == self.section and q.number == number
            ),
            None,
        )
        if question:
            self.seen.append(number)
        if self.sure:
            return question, _SURE
        return question, _SECTION_FOLLOWS if self.following in self.placed else _SECTION_GUESSED

    @property
    def following(self) -> str | None:
        """The section after this one."""
        if self.section not in self.sections:
            return None
        return next(iter(self.sections[self.sections.index(self.section) + 1 :]), None)


def find(lines: Sequence[Line], assignment: Assignment, known: Sequence[Anchor]) -> list[Anchor]:
    """Anchors for all numbered labels outside the places that are known already.

    Args:
        lines: Of the whole submission, in order.
        assignment: Its numbers, ids and sections.
        known: Section titles and statements in order; they tell the section.
    """
    labels = _labels(lines, assignment, known)
    strong = [x for x in labels if x.question or x.mark.strength == "strong"]
    stated = any(a.method == "statement" for a in known)
    # "Problem 1" and a lone "1." are words of answers too: they count where nothing better is.
    chosen = strong or ([] if stated else labels)
    through = _numbered_through(chosen, assignment)
    placed = {_section(a, assignment) for a in known if a.question or a.section}
    reader = _Reader(assignment, placed)
    waiting = list(known)
    anchors = []
    for label in chosen:
        while waiting and waiting[0].place < label.place:
            reader.meet(waiting.pop(0))
        number, part = label.mark.number or 0, label.mark.part
        question, confidence = label.question, _SURE
        if question is not None:
            reader.enter(question.section)
        elif part is not None and assignment.sections:
            question = _in_section(assignment, number, part)
        elif through:
            question = next(iter(assignment.questions[number - 1 : number]), None)
            confidence = _SECTION_GUESSED
        else:
            question, confidence = reader.read(number)
        if question is not None:
            anchors.append(
                Anchor(
                    cell=label.line.cell,
                    start=label.line.start,
                    end=label.line.start + label.mark.end,
                    question=question.id,
                    method="number",
                    confidence=confidence if strong else min(confidence, _WEAK),
                )
            )
    return anchors


def _labels(lines: Sequence[Line], assignment: Assignment, known: Sequence[Anchor]) -> list[_Label]:
    covered: dict[int, list[Anchor]] = {}
    for anchor in known:
        covered.setdefault(anchor.cell, []).append(anchor)
    free = [
        line
        for line in lines
        if line.open
        and not line.blank
        and not any(a.start <= line.start < a.end for a in covered.get(line.cell, ()))
    ]
    # `A1` is an id in one handout and "answer 1" in another: a neighbour such as `P1` tells.
    ids = [q for q in assignment.questions if not re.fullmatch(r"[QA]?\d+", q.id, re.IGNORECASE)]
    labelled = any(_by_id(line, ids) for line in free)
    ids = list(assignment.questions) if labelled else []
    found = []
    for line in free:
        mark = marker.read(line.text)
        question = _by_id(line, ids)
        if question is not None or _is_label(line, mark):
            end = mark if question is None else _after_id(line, mark, question)
            found.append(_Label(line, end, question))
    return found


def _is_label(line: Line, mark: marker.Marker) -> bool:
    if mark.number is None:
        return False
    if mark.strength == "bare":
        # "1." before words is a list item; a heading that is only a number is a label.
        return mark.heading and mark.alone
    # "Question 3 asks about ..." may begin a paragraph of prose.
    return mark.closed or mark.heading or len(line.text.strip(" #*_>")) < 40


def _by_id(line: Line, questions: Sequence[Question]) -> Question | None:
    return next((q for q in questions if _id_pattern(q).match(line.text)), None)


def _after_id(line: Line, mark: marker.Marker, question: Question) -> marker.Marker:
    m = _id_pattern(question).match(line.text)
    end = m.end() if m else mark.end
    return marker.Marker(end, question.number, None, "strong", True, mark.heading, mark.alone)


def _id_pattern(question: Question) -> re.Pattern[str]:
    return re.compile(rf"{marker.MARKUP}{re.escape(question.id)}(?:[*_\s]*[.:)]+[*_]*|[*_\s]*$)")


def _numbered_through(labels: Sequence[_Label], assignment: Assignment) -> bool:
    """True when the student counted on through all sections."""
    if not assignment.sections:
        return False
    largest = max(q.number for q in assignment.questions)
    numbers = [x.mark.number for x in labels if x.mark.number and x.mark.part is None]
    return max(numbers, default=0) > largest and numbers.count(1) <= 1


def _in_section(assignment: Assignment, section: int, number: int) -> Question | None:
    """The question meant by `Q2.3`: the third of the second section."""
    names = [s.id for s in assignment.sections]
    return next(
        (
            q
            for q in assignment.questions
            if q.number == number and names[section - 1 : section] == [q.section]
        ),
        None,
    )


def _section(anchor: Anchor, assignment: Assignment) -> str | None:
    if anchor.question:
        return assignment.question(anchor.question).section
    return anchor.section
