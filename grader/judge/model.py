"""Mark a network by the checks of its question."""

import re
from collections.abc import Sequence

from grader import registry
from grader.course import Check, Question
from grader.interval import clopper_pearson
from grader.judge.case import Case
from grader.judge.networks import network_fields
from grader.judge.points import by_points, tidy
from grader.judge.question import conclude
from grader.judge.selection import judged_model, model_cells, thresholds
from grader.records import CellRun, Finding, Match, Outcome, Subject
from grader.result import AccuracyInfo, CheckInfo, QuestionResult

PACKAGE_ERRORS = ("ModuleNotFoundError", "ImportError")
"""Errors of a cell that may be the machine's: a person decides whose they are."""
EXTRAS = {"torch": "'grade[torch]'", "torchvision": "'grade[torch]'"}
"""Packages that come with an extra of this one."""
_NAME = re.compile(r"[A-Za-z0-9_.]{1,60}")


def mark_model(case: Case, question: Question, match: Match) -> QuestionResult:
    """Run the question's checks on the network that answers it."""
    models = case.execution.models
    cells = model_cells(case.assignment, case.alignment, match, models)
    index = judged_model(models, cells)
    elsewhere = index is not None and models[index].cell not in match.cells
    runs = tuple(c for c in case.execution.cells if c.index in match.cells)
    machine = _machine_fault(case, runs) if index is None else None
    subject = Subject(
        question=question.id,
        model=case.rebuilt[index].summary if index is not None else None,
        predictions=case.rebuilt[index].predictions if index is not None else None,
        references=case.references,
        cells=runs,
    )
    checks: list[CheckInfo] = []
    findings: list[Finding] = []
    for check in question.checks:
        finding = machine or _blocked(check, checks) or _check(check, subject)
        findings.append(finding)
        checks.append(_check_info(check, finding))
    points = tidy(sum(c.points for c in checks))
    doubts = [
        f"Check '{c.id}': {f.message}"
        for c, f in zip(checks, findings, strict=True)
        if f.outcome == "needs_review"
        or (f.outcome != "grader_error" and f.confidence < case.assignment.review_below)
    ]
    if elsewhere:
        doubts.append("The network was found outside the question's own cells.")
    if points < question.points and case.execution.status not in ("ok", "error", "not_run"):
        doubts.append(f"The run ended early: {case.execution.message or case.execution.status}")
    if points < question.points:
        # The cell's own limit, while the run as a whole went on.
        ended = [r for r in runs if r.status not in ("ok", "error", "not_run")]
        doubts += [f"Cell {r.index} was stopped ({r.status}): {r.error}." for r in ended]
    if points < question.points and (error := _package_error(runs)):
        doubts.append(f"A cell of this question ended with {error}; the machine may be why.")
    outcome: Outcome = by_points(points, question.points)
    remarks: list[str] = []
    if any(f.outcome == "grader_error" for f in findings):
        outcome = "grader_error"
        remarks = list(dict.fromkeys(f.message for f in findings if f.outcome == "grader_error"))
    elif any(f.outcome == "needs_review" for f in findings):
        outcome = "needs_review"
    elif subject.model is None:
        outcome = "unanswered"
        remarks = ["No network was found in this question's cells.", *_cell_errors(runs)]
    elif case.rebuilt and subject.model is not None and subject.model.failure is not None:
        remarks = [f"The network cannot be built: {subject.model.failure.message}"]
    weights = [c.points for c in question.checks]
    sure = sum(f.confidence * w for f, w in zip(findings, weights, strict=True)) / sum(weights)
    return conclude(
        case,
        question,
        match,
        points=points,
        outcome=outcome,
        confidence=sure,
        doubts=doubts,
        remarks=remarks,
        checks=tuple(checks),
        accuracy=_accuracy(question, subject),
        **network_fields(case, question, match, index),
    )


def _machine_fault(case: Case, runs: Sequence[CellRun]) -> Finding | None:
    """No model, and the machine may be why: a missing package, or a sandbox that failed."""
    error = _package_error(runs)
    if error is not None:
        cause = f"The grading machine lacks what this notebook imports ({error}). {_remedy(case)}"
    elif case.execution.fault:
        cause = f"The notebook could not be run: {case.execution.fault}."
    else:
        return None
    return Finding(
        credit=0, confidence=0, outcome="grader_error", message=f"{cause} No point is lost."
    )


def _remedy(case: Case) -> str:
    """What a person installs before grading again.

    The names come from the notebook, so only those that are known here become a command.
    """
    names = [m.removeprefix("package ") for m in case.execution.missing if "package " in m]
    known = dict.fromkeys(EXTRAS[n] for n in names if n in EXTRAS)
    other = [n for n in names if n not in EXTRAS and _NAME.fullmatch(n)]
    steps = [f"run pip install {extra}" for extra in known]
    if other:
        steps.append(f"install {', '.join(other)} if the course means it to be used")
    return f"A person's turn: {' and '.join(steps or ['install it'])}, then grade again."


def _package_error(runs: Sequence[CellRun]) -> str | None:
    return next((r.error for r in runs if (r.error or "").startswith(PACKAGE_ERRORS)), None)


def _blocked(check: Check, done: Sequence[CheckInfo]) -> Finding | None:
    lacking = [c.id for c in done if c.id in check.needs and c.points == 0 and c.max_points > 0]
    if not lacking:
        return None
    return Finding(
        credit=0,
        outcome="blocked",
        message=f"Not looked at, since '{', '.join(lacking)}' earned nothing.",
    )


def _check(check: Check, subject: Subject) -> Finding:
    plugin = registry.find("verify", check.type)
    assert plugin is not None, "the course was checked before the first submission"
    return plugin(subject, check.options)


def _check_info(check: Check, finding: Finding) -> CheckInfo:
    points = tidy(finding.credit * check.points)
    return CheckInfo(
        id=check.id,
        type=check.type,
        outcome=finding.outcome or by_points(points, check.points),
        passed=finding.outcome is None and finding.credit >= 1,
        points=points,
        max_points=check.points,
        expected=finding.expected,
        found=finding.found,
        message=finding.message,
        evidence=finding.evidence,
    )


def _accuracy(question: Question, subject: Subject) -> AccuracyInfo | None:
    predictions = subject.predictions
    check = next((c for c in question.checks if thresholds(c) is not None), None)
    limits = thresholds(check) if check else None
    if predictions is None or predictions.value is None or check is None or limits is None:
        return None
    level = float(check.options.get("confidence_level", 0.95))
    low, high = clopper_pearson(predictions.correct, predictions.n, level)
    threshold = limits.get(predictions.dataset, {}).get("full")
    training = subject.model.training if subject.model else None
    return AccuracyInfo(
        dataset=predictions.dataset,
        split=predictions.split,
        value=predictions.value,
        n=predictions.n,
        low=low,
        high=high,
        confidence_level=level,
        threshold=threshold,
        passed=None if threshold is None else predictions.value >= threshold,
        device=predictions.device,
        epochs_run=training.epochs_run if training else None,
        epochs_asked=training.epochs_asked if training else None,
        stopped_because=training.stopped_because if training else None,
        verified=predictions.verified,
        real=predictions.real,
        preprocessing=predictions.preprocessing,
    )


def _cell_errors(runs: Sequence[CellRun]) -> list[str]:
    return [f"Cell {r.index} ended with {r.error}" for r in runs if r.error and r.status != "ok"]
