"""Rebuild captured models in a clean process, and ask them about images they have not seen."""

from grader.rebuild.references import references
from grader.rebuild.worker import rebuild

__all__ = ["rebuild", "references"]
