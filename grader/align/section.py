"""Find section titles: `# Exploring LeNet`, `TOPIC: Exploring LeNet`, `#TOPIC: ...`."""

import re
from collections.abc import Sequence

from grader.align import marker
from grader.align.anchor import Anchor
from grader.align.statement import same_word
from grader.align.text import Line, plain
from grader.course import Assignment

_PREFIX = re.compile(
    rf"{marker.MARKUP}(?:topic|section|part|unit|module|chapter)\b\s*[-–]?\s*"
    r"(?:\d+|[ivx]+\b|[a-d]\b)?\s*[*_]*\s*[:.)\-–]*[*_]*\s*",
    re.IGNORECASE,
)


def find(lines: Sequence[Line], assignment: Assignment) -> list[Anchor]:
    """Anchors for all lines that hold a section's title and nothing else."""
    titles = {section.id: plain(section.title) for section in assignment.sections}
    if not titles:
        return []
    found = []
    for line in lines:
        if not line.open or line.blank or len(line.text) > 300:
            continue
        prefix = _PREFIX.match(line.text)
        label = marker.read(line.text)
        offset = prefix.end() if prefix else label.end
        own = plain(line.text[offset:].rstrip())
        for id, title in titles.items():
            # A title of one word may head any paragraph; it needs to look like a title.
            if _same(own, title) and (len(title) > 1 or prefix or label.heading):
                found.append(Anchor(cell=line.cell, start=line.start, end=line.end, section=id))
                break
    return found


def _same(own: tuple[str, ...], title: tuple[str, ...]) -> bool:
    return (
        bool(title)
        and len(own) == len(title)
        and all(same_word(a, b) for a, b in zip(own, title, strict=True))
    )
