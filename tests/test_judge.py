"""Credit becomes points, doubt goes to a person, the machine's faults cost nothing."""

import pytest

from grader import judge
from grader.course import Assignment, Rubric
from grader.records import (
    Alignment,
    CapturedModel,
    Cell,
    CellRun,
    ExecutionRecord,
    Match,
    ModelSummary,
    Span,
    Submission,
    Training,
)

WRITTEN = {
    "id": "Q1",
    "title": "Why",
    "number": 1,
    "prompt": "Why?",
    "kind": "written",
    "points": 2,
}
BUILD = {
    "id": "Q2",
    "title": "Build",
    "number": 2,
    "prompt": "Build it.",
    "kind": "model",
    "points": 5,
    "checks": [
        {"id": "count", "type": "param_count", "points": 3, "expected": [10]},
        {"id": "shape", "type": "output_shape", "points": 2, "shape": [10], "needs": ["count"]},
    ],
}
RUBRIC = Rubric.model_validate(
    {
        "question": "Q1",
        "criteria": [
            {"id": "pool", "text": "Names pooling.", "points": 1, "keys": [["pooling"]]},
            {"id": "pad", "text": "Names padding.", "points": 1, "keys": [["padding"]]},
        ],
    }
)
ASSIGNMENT = Assignment.model_validate(
    {"slug": "small", "title": "Small", "questions": [WRITTEN, BUILD]}
).model_copy(update={"rubrics": {"Q1": RUBRIC}})
TEXT = "Pooling makes every feature map smaller, which saves a lot of computing."


def submission(*sources: str) -> Submission:
    cells = tuple(
        Cell(index=i, kind="markdown" if i == 0 else "code", source=s)
        for i, s in enumerate(sources)
    )
    return Submission(id="ann", student="ann", source="ann.ipynb", sha256="0" * 64, cells=cells)


def case(*, text=TEXT, confidence=0.95, models=(), rebuilt=(), runs=(), **execution) -> judge.Case:
    handed_in = submission(text, "model = build()")
    matches = [
        Match(
            question=q,
            cells=(i,),
            answer=(Span(cell=i, start=0, end=len(handed_in.cells[i].source)),),
            method="statement",
            confidence=confidence,
        )
        for i, q in enumerate(("Q1", "Q2"))
    ]
    return judge.Case(
        submission=handed_in,
        assignment=ASSIGNMENT,
        alignment=Alignment(assignment="small", matches=tuple(matches)),
        execution=ExecutionRecord(**{"status": "ok", "cells": runs, "models": models, **execution}),
        rebuilt=rebuilt,
        course_version="test",
    )


def captured(cell=1, steps=0, failure=None) -> CapturedModel:
    training = Training(steps=steps) if steps else None
    return CapturedModel(
        variable="model",
        cell=cell,
        framework="keras",
        config={},
        training=training,
        failure=failure,
    )


def summary(params=10) -> ModelSummary:
    return ModelSummary(
        variable="model", cell=1, framework="keras", verified=True, input_shape=(1,),
        params=params, trainable_params=params, layers=(),
    )  # fmt: skip


def question(result, id):
    return next(q for q in result.questions if q.id == id)


def test_a_missing_package_is_the_machines_turn_and_names_what_to_install():
    run = CellRun(index=1, status="error", error="ModuleNotFoundError: No module named 'torch'")
    result = judge.mark(case(runs=(run,), status="error", missing=("package torch",)))
    assert question(result, "Q2").outcome == "grader_error"
    assert "pip install 'grade[torch]'" in question(result, "Q2").reasons[0]
    assert "No point is lost" in question(result, "Q2").reasons[0]
    assert result.outcome == "grader_error"
    assert question(result, "Q1").points == 1


def test_a_package_name_that_a_notebook_made_up_does_not_become_a_command():
    run = CellRun(index=1, status="error", error="ModuleNotFoundError: No module named 'x; rm'")
    missing = ("package x; rm -rf", "package seaborn")
    result = judge.mark(case(runs=(run,), status="error", missing=missing))
    reason = question(result, "Q2").reasons[0]
    assert "rm -rf" not in reason
    assert "pip install" not in reason
    assert "install seaborn if the course means it to be used" in reason


def test_a_sandbox_that_failed_is_the_machines_turn():
    result = judge.mark(case(status="not_run", fault="the sandbox did not start"))
    assert question(result, "Q2").outcome == "grader_error"


def test_a_students_own_error_is_not_the_machines():
    run = CellRun(index=1, status="error", error="NameError: name 'build' is not defined")
    result = judge.mark(case(runs=(run,), status="error"))
    assert question(result, "Q2").outcome == "unanswered"
    assert "NameError" in " ".join(question(result, "Q2").reasons)


def test_written_points_follow_the_criteria_and_quote_the_words():
    q1 = question(judge.mark(case()), "Q1")
    assert (q1.points, q1.max_points, q1.outcome) == (1, 2, "partial")
    (quote,) = q1.criteria[0].quotes
    assert quote.text in TEXT
    assert TEXT[quote.start : quote.end] == quote.text


def test_an_empty_answer_is_unanswered_not_failed():
    assert question(judge.mark(case(text=" ")), "Q1").outcome == "unanswered"


def test_a_question_that_was_not_found_is_unanswered():
    whole = case()
    none = whole.model_copy(
        update={"alignment": Alignment(assignment="small", matches=whole.alignment.matches[1:])}
    )
    assert question(judge.mark(none), "Q1").outcome == "unanswered"


def test_doubtful_alignment_goes_to_a_person():
    q1 = question(judge.mark(case(confidence=0.4)), "Q1")
    assert q1.needs_review
    assert "not sure that cells 0 answer this question" in " ".join(q1.reasons)


def test_all_checks_passed_is_full_marks():
    model = summary().model_copy(update={"layers": ()})
    result = judge.mark(case(models=(captured(),), rebuilt=(judge.Rebuilt(summary=model),)))
    count, _ = question(result, "Q2").checks
    assert (count.points, count.passed) == (3, True)


def test_a_check_whose_need_earned_nothing_is_blocked():
    result = judge.mark(
        case(models=(captured(),), rebuilt=(judge.Rebuilt(summary=summary(params=99)),))
    )
    count, shape = question(result, "Q2").checks
    assert (count.points, count.outcome) == (0, "failed")
    assert (shape.points, shape.outcome) == (0, "blocked")
    assert "count" in shape.message


def test_a_network_that_was_not_rebuilt_is_for_a_person_neither_zero_nor_trust():
    claimed = summary().model_copy(update={"verified": False, "problem": "it has a custom layer"})
    result = judge.mark(case(models=(captured(),), rebuilt=(judge.Rebuilt(summary=claimed),)))
    q2 = question(result, "Q2")
    assert (q2.points, q2.outcome, q2.needs_review) == (0, "needs_review", True)
    assert "unverified_model" in {f.kind for f in result.flags}


def test_points_lost_in_a_run_that_was_cut_off_go_to_a_person():
    result = judge.mark(
        case(
            models=(captured(),),
            rebuilt=(judge.Rebuilt(summary=summary(params=99)),),
            status="timeout",
            message="cell 1 took longer than 300 s",
        )
    )
    q2 = question(result, "Q2")
    assert q2.needs_review
    assert "cell 1 took longer than 300 s" in " ".join(q2.reasons)


@pytest.mark.parametrize("status", ["timeout", "output_limit"])
def test_points_lost_in_a_cell_that_was_stopped_go_to_a_person(status):
    run = CellRun(index=1, status=status, error="the cell ran longer than 300 s")
    q2 = question(judge.mark(case(runs=(run,))), "Q2")
    assert q2.needs_review
    assert f"Cell 1 was stopped ({status}): the cell ran longer" in " ".join(q2.reasons)


def test_no_sandbox_is_said_in_the_result():
    result = judge.mark(case(isolation="none"))
    assert "no_isolation" in {f.kind for f in result.flags}


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ([], None),
        ([captured(cell=7)], None),
        ([captured(), captured()], 1),
        ([captured(steps=5), captured()], 0),
        ([captured(), captured(failure="does not build")], 0),
        ([captured(failure="does not build")], 0),
    ],
)
def test_the_last_trained_model_answers_else_the_last_built(models, expected):
    assert judge.judged_model(models, [1]) == expected


def test_the_sum_is_the_sum_of_the_questions():
    result = judge.mark(case())
    assert result.points == sum(q.points for q in result.questions)
    assert result.max_points == 7
