"""Turn a folder of whatever was handed in into submissions."""

from grader.ingest.batch import read

__all__ = ["read"]
