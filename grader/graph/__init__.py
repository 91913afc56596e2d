"""Networks as graphs: one spelling for each, and what separates two of them."""

from grader.graph.compare import compare

__all__ = ["compare"]
