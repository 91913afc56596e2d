"""Mark a written answer by the criteria of its rubric."""

from grader import registry
from grader.course import Criterion, Question
from grader.judge.case import Case
from grader.judge.networks import network_fields
from grader.judge.points import by_points, tidy
from grader.judge.question import conclude
from grader.judge.selection import judged_model
from grader.records import Answer, AnswerPart, Finding, Match
from grader.result import CriterionInfo, QuestionResult


def mark_written(case: Case, question: Question, match: Match) -> QuestionResult:
    """Score the answer by each criterion of the rubric."""
    answer = answer_to(case, question, match)
    rubric = case.assignment.rubrics[question.id]
    scored = [(c, _score(c, answer)) for c in rubric.criteria]
    criteria = tuple(_criterion(c, f) for c, f in scored)
    points = tidy(sum(c.points for c in criteria))
    empty = all(f.outcome == "unanswered" for _, f in scored)
    reasons = list(dict.fromkeys(f.message for _, f in scored)) if empty else []
    sure = sum(f.confidence * c.points for c, f in scored) / rubric.points
    for c, f in scored:
        if not empty and f.confidence < case.assignment.review_below:
            reasons.append(f"Criterion '{c.id}' is in doubt: {f.message}")
    return conclude(
        case,
        question,
        match,
        points=points,
        outcome="unanswered" if empty else by_points(points, question.points),
        confidence=1.0 if empty else sure,
        doubts=[] if empty else reasons,
        remarks=reasons if empty else [],
        criteria=criteria,
        **network_fields(case, question, match, judged_model(case.execution.models, match.cells)),
    )


def answer_to(case: Case, question: Question, match: Match) -> Answer:
    """The student's prose; the comments of code cells only where there is no prose at all."""
    cells = case.submission.cells
    parts = [
        AnswerPart(cell=s.cell, start=s.start, text=cells[s.cell].source[s.start : s.end])
        for s in match.answer
        if cells[s.cell].kind != "code" or s.cell in case.alignment.prose
    ]
    if not any(part.text.strip() for part in parts):
        for s in match.answer:
            parts += _comments(s.cell, s.start, cells[s.cell].source[s.start : s.end])
    return Answer(question=question.id, prompt=question.prompt, parts=tuple(parts))


def _comments(cell: int, start: int, source: str) -> list[AnswerPart]:
    parts, offset = [], start
    for line in source.splitlines(keepends=True):
        hash_at = line.find("#")
        if hash_at >= 0 and not line[:hash_at].strip():
            text = line[hash_at + 1 :].rstrip("\n")
            parts.append(AnswerPart(cell=cell, start=offset + hash_at + 1, text=text))
        offset += len(line)
    return parts


def _score(criterion: Criterion, answer: Answer) -> Finding:
    plugin = registry.find("score", criterion.scorer)
    assert plugin is not None, "the course was checked before the first submission"
    return plugin(answer, criterion.options)


def _criterion(criterion: Criterion, finding: Finding) -> CriterionInfo:
    points = tidy(finding.credit * criterion.points)
    return CriterionInfo(
        id=criterion.id,
        text=criterion.text,
        outcome=finding.outcome or by_points(points, criterion.points),
        points=points,
        max_points=criterion.points,
        credit=finding.credit,
        confidence=finding.confidence,
        message=finding.message,
        quotes=finding.quotes,
    )
