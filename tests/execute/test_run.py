import json
from pathlib import Path

import pytest

from grader.course import Limits, TrainingBudget
from grader.execute import run
from grader.execute.run import _Received
from grader.records import Alignment, Cell
from grader.sandbox import Ending, Frame
from tests.execute.conftest import submission, text


class Fixed:
    """A sandbox in which a run goes as written here."""

    name = "fixed"

    def __init__(self, frames=(), **ending):
        self.frames = frames
        self.ending = Ending(**{"status": "ok", "seconds": 9.0, **ending})
        self.job = None

    def run(self, package, job, *, limits, spool, on_frame, attachments):
        self.job = job
        for head in self.frames:
            on_frame(Frame(head))
        return self.ending


def go(cells, sandbox, prose=()):
    alignment = Alignment(assignment="a", matches=(), prose=prose)
    return run(
        submission(cells), alignment, sandbox=sandbox, limits=Limits(), budget=TrainingBudget(),
        seed=1, data={}, spool=Path(),
    )  # fmt: skip


READY = {"type": "environment", "environment": {"python": "3.11.0"}}
DONE = {"type": "done"}
FIRST = {"type": "cell", "index": 0, "status": "ok", "seconds": 2.0, "outputs": []}


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [""],
        ["# only words", "!pip install keras"],
        [Cell(index=0, kind="markdown", source="x = 1")],
    ],
)
def test_without_code_nothing_is_started(cells):
    sandbox = Fixed()
    record = go(cells, sandbox)
    assert record.status == "not_run"
    assert sandbox.job is None


def test_an_exit_status_of_zero_without_the_workers_own_end_is_no_success():
    record = go(["import os; os._exit(0)"], Fixed([READY]))
    assert record.status == "dead_kernel"
    assert [c.status for c in record.cells] == ["dead_kernel"]
    assert "ended its own process (in cell 0)" in record.message


def test_prose_is_not_sent():
    sandbox = Fixed([READY, DONE])
    record = go(["x = 1", "LeNet has five layers"], sandbox, prose=(1,))
    assert [c["index"] for c in sandbox.job["cells"]] == [0]
    assert [c.status for c in record.cells] == ["not_run", "not_run"]
    assert record.cells[1].error == "holds text instead of code"


def test_only_prose_is_no_code():
    assert go(["LeNet has five layers"], Fixed(), prose=(0,)).status == "not_run"


def test_a_limit_is_told_to_the_cell_that_ran_into_it():
    ending = {"status": "timeout", "message": "It ran longer than 600 s."}
    record = go(["1", "2", "3"], Fixed([READY, FIRST], **ending))
    assert [c.status for c in record.cells] == ["ok", "timeout", "not_run"]
    assert record.cells[1].seconds == 7.0
    assert record.message == "It ran longer than 600 s (in cell 1)."


def test_a_worker_that_never_came_up_blames_no_cell():
    record = go(["1", "2"], Fixed(status="dead_kernel", message="It died."))
    assert [c.status for c in record.cells] == ["not_run", "not_run"]
    assert record.message == "It died."


@pytest.mark.parametrize(
    "head",
    [
        {"type": "grade", "points": 100},
        {},
        {"type": "cell", "index": 99},
        {"type": ["x"]},
        {"type": "model"},
    ],
)
def test_a_malformed_frame_is_dropped_with_a_note(head):
    record = go(["1"], Fixed([READY, FIRST, head]))
    assert [c.status for c in record.cells] == ["ok"]
    assert "was dropped" in record.message


def test_floods_of_notes_are_bounded():
    received = _Received({0})
    for i in range(10_000):
        received.take(Frame({"type": "missing", "name": f"package {i}"}))
        received.take(Frame({"type": f"odd {i}"}))
    assert len(received.missing) == len(received.notes) == 100


def test_what_came_before_a_crash_is_kept(execute):
    record = execute(["print('here')", "import os; os._exit(3)", "print('never')"])
    assert record.status == "dead_kernel"
    assert [c.status for c in record.cells] == ["ok", "dead_kernel", "not_run"]
    assert text(record.cells[0]) == "here\n"
    assert "(in cell 1)" in record.message


def test_the_record_turns_into_json(execute):
    record = execute(["print('\\ud800 \\x00')", "float('nan')"])
    assert json.loads(record.model_dump_json())["cells"][1]["status"] == "ok"
    assert record.isolation == "none"
    assert record.seed == 7
    assert record.environment["python"]
