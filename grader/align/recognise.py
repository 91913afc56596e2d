"""Tell from its text which assignment a submission answers."""

from collections.abc import Sequence

from grader.align import matching
from grader.align.topic import Topics
from grader.course import Assignment
from grader.records import Alignment, Submission

# One question stated in its own words is enough; so are two answers that plainly are on topic.
_ENOUGH = 0.8
# Neighbouring assignments share their topics, but not their sentences.
_TOPIC = 0.5


def detect(
    submission: Submission, assignments: Sequence[Assignment]
) -> tuple[Assignment, Alignment] | None:
    """The assignment that a submission answers, with its alignment; None if it is none of them.

    Args:
        submission: As read; its name and folder play no part.
        assignments: The candidates; of equals the first one wins.
    """
    best: tuple[float, Assignment, Alignment] | None = None
    for assignment in assignments:
        alignment = matching.align(submission, assignment)
        score = _score(submission, assignment, alignment)
        if score >= _ENOUGH and (best is None or score > best[0]):
            best = score, assignment, alignment
    return best and best[1:]


def _score(submission: Submission, assignment: Assignment, alignment: Alignment) -> float:
    """Section titles and statements found, plus how far other answers are on topic."""
    anchors = matching.find_anchors(submission.cells, alignment.prose, assignment)
    stated: dict[str, float] = {}
    for anchor in anchors:
        # Lists of questions at the top count too, though they claim no answer.
        if anchor.method == "statement":
            id = anchor.question or f"listed at {anchor.place}"
            stated[id] = max(stated.get(id, 0.0), anchor.confidence)
    titles = {a.section for a in anchors if a.section}
    topics = Topics(assignment)
    score = sum(stated.values()) + len(titles)
    for match in alignment.matches:
        if match.question not in stated:
            text = "\n".join(submission.cells[s.cell].source[s.start : s.end] for s in match.answer)
            score += _TOPIC * topics.share(match.question, text)
    return score
