"""Find which cells answer which question, in notebooks that carry no tags."""

from grader.align.matching import align
from grader.align.recognise import detect

__all__ = ["align", "detect"]
