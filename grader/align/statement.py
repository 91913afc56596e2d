"""Find the question's own words: as a heading, plain text, a comment or raw text in code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from grader.align import marker
from grader.align.anchor import Anchor
from grader.align.text import Line, Word, plain, words
from grader.course import Assignment, Question

# Chosen on the forms in tests/align: typos and a dropped clause stay above, sub-headings such as
# "Key Components of LeNet-5 and Their Roles" (75) stay below.
_SIMILAR = 86.0
_LEAST = 76.0
_WITHOUT_VERB = 93.0
_TIED = 1.0
_LINES = 4
_REACH = 3000
_SHORTENED_WORDS = 4
_SHORTENED_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class _Hit:
    question: Question
    score: float
    end: int
    whole: bool


def find(lines: Sequence[Line], assignment: Assignment, titles: Sequence[Anchor]) -> list[Anchor]:
    """Anchors for all statements, in order, without overlap.

    Args:
        lines: Of the whole submission, in order.
        assignment: Its prompts and aliases are what is looked for.
        titles: Section titles, which tell equal statements of two sections apart.
    """
    anchors: list[Anchor] = []
    used: set[str] = set()
    for i, line in enumerate(lines):
        if not line.open or line.blank:
            continue
        if anchors and anchors[-1].cell == line.cell and line.start < anchors[-1].end:
            continue
        label = marker.read(line.text)
        hits = list(_hits(lines, i, label.end, assignment))
        if not hits:
            continue
        section = next(
            (t.section for t in reversed(titles) if t.place < (line.cell, line.start)), None
        )
        hit = _choose(hits, label.number, section, used)
        used.add(hit.question.id)
        anchors.append(
            Anchor(
                cell=line.cell,
                start=line.start,
                end=hit.end,
                question=hit.question.id,
                method="statement",
                confidence=_confidence(hit, label),
            )
        )
    return anchors


def same_word(a: str, b: str) -> bool:
    """Equal but for a slip of the pen; `lenet` and `alexnet`, `min` and `max` are not."""
    if a == b:
        return True
    short = min(len(a), len(b))
    if short < 4:
        return False
    allowed = 1 if short < 8 else 2
    return OSA.distance(a, b, score_cutoff=allowed) <= allowed


def _hits(lines: Sequence[Line], i: int, offset: int, assignment: Assignment) -> Iterator[_Hit]:
    block = _block(lines, i, offset)
    if not block:
        return
    line = lines[i]
    for question in assignment.questions:
        for wording in (question.prompt, *question.aliases):
            prompt = plain(wording)
            if not prompt:
                continue
            found = _whole(block, prompt, line) or _shortened(block, prompt, line)
            if found is not None:
                score, last, whole = found
                end = marker.after(_source_tail(lines, i, last), 0) + last
                yield _Hit(question, score, end, whole)


def _block(lines: Sequence[Line], i: int, offset: int) -> list[Word]:
    """Words from a place on, over a few lines of the same cell; places are in the cell."""
    found: list[Word] = []
    taken = 0
    for j in range(i, len(lines)):
        line = lines[j]
        if line.cell != lines[i].cell or not (line.open or line.blank) or taken == _LINES:
            break
        if line.blank:
            continue
        skip = offset if j == i else 0
        found += [
            Word(w.text, line.start + skip + w.start, line.start + skip + w.end)
            for w in words(line.text[skip : skip + _REACH])
        ]
        taken += 1
    return found


def _whole(
    block: Sequence[Word], prompt: tuple[str, ...], line: Line
) -> tuple[float, int, bool] | None:
    n = len(prompt)
    wanted = " ".join(prompt)
    texts = [w.text for w in block[: n + n // 4 + 2]]
    # One comparison of the expected length decides whether the others are worth the time.
    if fuzz.ratio(" ".join(texts[:n]), wanted) < _SIMILAR - 20:
        return None
    best, size = 0.0, 0
    for m in range(max(1, n - n // 4 - 1), len(texts) + 1):
        score = fuzz.ratio(" ".join(texts[:m]), wanted)
        if score > best:
            best, size = score, m
    if best < _SIMILAR:
        return None
    if n < _SHORTENED_WORDS and block[size - 1].end < line.start + len(line.text.rstrip(" *_#.:?")):
        return None  # So few words are a statement only when the line holds nothing else.
    seen = texts[:size]
    if not any(same_word(prompt[0], w) for w in seen[:2]) and best < _WITHOUT_VERB:
        return None
    strange = sum(not any(same_word(p, w) for w in seen) for p in set(prompt))
    score = best - 4 * strange
    return (score, block[size - 1].end, True) if score >= _LEAST else None


def _shortened(
    block: Sequence[Word], prompt: tuple[str, ...], line: Line
) -> tuple[float, int, bool] | None:
    """The line is the beginning of the prompt and nothing else."""
    own = [w for w in block if w.end <= line.end]
    n = len(own)
    text = " ".join(w.text for w in own)
    if n < _SHORTENED_WORDS or n >= len(prompt) or len(text) < _SHORTENED_CHARACTERS:
        return None
    start = prompt[:n]
    if not all(same_word(a, b) for a, b in zip(start, (w.text for w in own), strict=True)):
        return None
    return _LEAST, own[-1].end, False


def _source_tail(lines: Sequence[Line], i: int, place: int) -> str:
    """The rest of the line in which `place` lies."""
    for line in lines[i:]:
        if line.start <= place <= line.end:
            return line.text[place - line.start :]
    return ""


def _choose(hits: Sequence[_Hit], number: int | None, section: str | None, used: set[str]) -> _Hit:
    whole = [h for h in hits if h.whole] or list(hits)
    best = max(h.score for h in whole)
    return max(
        (h for h in whole if h.score >= best - _TIED),
        key=lambda h: (
            h.question.section == section,
            h.question.number == number,
            h.question.id not in used,
            h.score,
        ),
    )


def _confidence(hit: _Hit, label: marker.Marker) -> float:
    if label.number is not None and label.number != hit.question.number:
        # Copied labels are wrong more often than copied sentences.
        return 0.8
    # From 0.85 for the least similar to 0.99 for the very words.
    likeness = 0.85 + 0.14 * (hit.score - _LEAST) / (100 - _LEAST)
    return round(max(likeness, 0.95 if label.number == hit.question.number else 0.0), 3)
