"""The summary of a batch."""

from rich.cells import cell_len

from grader.report import terminal
from tests.report import builder


def test_no_submissions_is_said():
    assert "no submissions" in terminal.summary([], terminal=False)


def test_plain_text_is_aligned_in_columns_of_the_terminal():
    wide = builder.result(submission=builder.submission(student="陈伟"))
    head, first, second, _ = terminal.summary([wide, builder.result()], terminal=False).splitlines()
    at = cell_len(head[: head.index("Assignment")])
    assert cell_len(first[: first.index("cnn_foundations")]) == at
    assert cell_len(second[: second.index("cnn_foundations")]) == at


def test_plain_text_holds_no_escape():
    assert "\x1b" not in terminal.summary([builder.result()], terminal=False)


def test_a_pipe_gets_plain_text(capsys):
    assert terminal.summary([builder.result()]).startswith("Student")


def test_each_line_names_mark_outcome_and_what_needs_a_person():
    _, line, *_ = terminal.summary([builder.result()], terminal=False).splitlines()
    assert "7.5 / 10" in line
    assert "Needs review" in line
    assert "Build LeNet-5: The notebook claims 99.2%" in line


def test_a_grader_error_shows_no_zero():
    broken = builder.result(outcome="grader_error", questions=(), points=0)
    _, line, *_ = terminal.summary([broken], terminal=False).splitlines()
    assert "– / 10" in line
    assert "0 / 10" not in line


def test_totals_count_every_submission_once():
    batch = [builder.result(), builder.unreadable(), builder.result(outcome="grader_error")]
    last = terminal.summary(batch, terminal=False).splitlines()[-1]
    assert last == "3 submissions: needs review 2, grader error 1; 3 need a person"


def test_a_terminal_gets_a_table_in_colour_that_fits(monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = terminal.summary([builder.result()], terminal=True)
    assert "\x1b[" in shown
    assert "Ada Sample" in shown
    assert max(len(line) for line in shown.splitlines() if line.startswith("└")) <= 70
