"""What a result says about the file and its execution."""

from collections.abc import Sequence

from grader.data import DataSet
from grader.judge.case import Case
from grader.records import ExecutionRecord, Submission
from grader.result import CellInfo, EnvironmentInfo, ExecutionInfo, Flag, SubmissionInfo

SERVED = "data "
"""An environment entry of this prefix names a data set that the notebook asked for."""


def submission_info(submission: Submission) -> SubmissionInfo:
    """What the result says about the file."""
    return SubmissionInfo(**submission.model_dump(include=set(SubmissionInfo.model_fields)))


def execution_info(execution: ExecutionRecord, data: Sequence[DataSet] = ()) -> ExecutionInfo:
    """What the result says about the run, without the bulk."""
    known = execution.environment
    versions = {
        key: value
        for key, value in known.items()
        if value and key not in EnvironmentInfo.model_fields and not key.startswith(SERVED)
    }
    fields = set(ExecutionInfo.model_fields) - {"environment", "cells"}
    return ExecutionInfo(
        **execution.model_dump(include=fields),
        environment=EnvironmentInfo(
            python=known.get("python"),
            keras=known.get("keras"),
            backend=known.get("backend"),
            device=known.get("device"),
            versions=versions,
            data={d.name: d.origin for d in _served(execution, data)},
        ),
        cells=tuple(
            CellInfo(index=c.index, status=c.status, seconds=c.seconds, error=c.error)
            for c in execution.cells
        ),
    )


def case_flags(case: Case) -> list[Flag]:
    """What a person should know about the whole submission."""
    flags = [Flag(kind="note", severity="info", message=note) for note in case.submission.notes]
    if case.execution.isolation == "none":
        flags.append(
            Flag(
                kind="no_isolation",
                severity="serious",
                message="The notebook ran without a sandbox: it could read and change files of "
                "the grading machine.",
            )
        )
    for data in _served(case.execution, case.data):
        if not data.real:
            message = f"The notebook asked for {data.name} and got a {data.origin}."
            flags.append(Flag(kind="stand_in_data", severity="warning", message=message))
    for summary in (r.summary for r in case.rebuilt if not r.summary.verified):
        message = (
            f"Model '{summary.variable}' of cell {summary.cell} was not rebuilt: {summary.problem}"
        )
        flags.append(Flag(kind="unverified_model", severity="warning", message=message))
    return flags


def _served(execution: ExecutionRecord, data: Sequence[DataSet]) -> list[DataSet]:
    """Which of the staged sets were asked for; what they are is known here, not in there."""
    return [d for d in data if f"{SERVED}{d.name}" in execution.environment]
