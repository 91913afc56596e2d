"""The table for spreadsheets."""

import csv
import io

import pytest

from grader.report import csv_table
from tests.report import builder


def rows(*results):
    text = csv_table.render(results).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "  =1",
        "\n=1",
        "\u00a0=1",
        "\u3000=1",
        "\ufeff=1",
        "\u200b=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("x")',
    ],
)
def test_a_cell_that_a_spreadsheet_would_compute_is_defused(text):
    student = builder.submission(student=text, source=text, id=text)
    question = builder.written(reasons=(text,), needs_review=True)
    [row] = rows(builder.result(submission=student, questions=(question,)))
    for column in ("id", "student", "source", "reasons"):
        assert row[column].startswith("'")


def test_ordinary_text_is_left_alone():
    for text in ("Ada Sample", "a=b", "3-4", "O'Neil", "Zoë 陈"):
        assert csv_table.text_cell(text) == text


def test_a_row_reads_back_as_the_result():
    [row] = rows(builder.result())
    assert row == {
        "id": "ada",
        "student": "Ada Sample",
        "assignment": "cnn_foundations",
        "points": "7.5",
        "max_points": "10",
        "percent": "75",
        "outcome": "needs_review",
        "needs_review": "yes",
        "P1": "2.5",
        "L4": "5",
        "reasons": "The notebook claims 99.2%, measured were 97.12%.",
        "source": "hand-ins/ada.ipynb",
        "sha256": "0f" * 32,
    }


def test_commas_quotes_and_line_ends_survive_the_round_trip():
    student = builder.submission(student='Sample, "Ada"; O\'Neil')
    [row] = rows(builder.result(submission=student))
    assert row["student"] == 'Sample, "Ada"; O\'Neil'
    assert csv_table.text_cell("two\nlines") == "two lines"


def test_negative_numbers_of_the_grader_stay_numbers():
    [row] = rows(builder.result(points=-1.0, questions=(builder.written(points=-1.0),)))
    assert float(row["points"]) == float(row["P1"]) == -1


def test_the_graders_own_fault_is_a_blank_and_not_a_zero():
    broken = builder.built(outcome="grader_error", points=0)
    [row] = rows(builder.result(questions=(builder.written(), broken), outcome="grader_error"))
    assert (row["P1"], row["L4"], row["points"]) == ("2.5", "", "7.5")
    [row] = rows(builder.result(questions=(), outcome="grader_error", points=0))
    assert (row["points"], row["percent"], row["max_points"]) == ("", "", "10")


def test_an_unreadable_file_has_a_row_with_the_reason():
    [row] = rows(builder.unreadable())
    assert row["reasons"].startswith("The file ends in the middle of a cell")
    assert (row["points"], row["percent"], row["assignment"]) == ("", "", "")


def test_questions_carry_their_assignment_where_there_are_several():
    other = builder.result(assignment="lenet_alexnet", questions=(builder.written(points=4),))
    table = rows(other, builder.result(), builder.unreadable())
    columns = [c for c in table[0] if "." in c]
    assert columns == ["cnn_foundations.P1", "cnn_foundations.L4", "lenet_alexnet.P1"]
    assert [row["lenet_alexnet.P1"] for row in table] == ["4", "", ""]
    assert [row["cnn_foundations.P1"] for row in table] == ["", "2.5", ""]


def test_it_starts_with_a_byte_order_mark_for_excel():
    assert csv_table.render([]).startswith(b"\xef\xbb\xbfid,student,")
