"""Run a submission's code cells in a sandbox and take in what comes back."""

from grader.execute.run import has_code, run

__all__ = ["has_code", "run"]
