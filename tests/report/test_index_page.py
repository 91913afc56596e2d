"""The page of the class."""

import re

from grader.report import index_page
from tests.report import builder
from tests.report.reader import read


def batch():
    first = builder.result()
    second = builder.result(
        submission=builder.submission(id="cy d", student="Cy Dee", late=False, attempt=1),
        outcome="partial",
        questions=(
            builder.written(points=1.5),
            builder.built(outcome="grader_error", points=0, reasons=("The disk was full.",)),
        ),
        points=1.5,
        flags=(),
    )
    return [first, second, builder.unreadable()]


def page(results=None, titles=None):
    return read(index_page.render(batch() if results is None else results, titles or {}))


def test_no_submissions_make_a_page_too():
    assert "0 submissions" in page([]).words


def test_every_submission_is_in_the_table_once():
    raw = index_page.render(batch(), {}).decode()
    table = raw[raw.index('id="all"') :]
    table = table[: table.index("</table>")]
    links = re.findall(r'href="([^"]*)"', table)
    assert sorted(links) == ["./ada.html", "./broken.html", "./cy%20d.html"]


def test_grader_errors_come_first_then_most_points_at_stake():
    text = page().text
    table = text[text.index("Look at these first") : text.index("All submissions")]
    assert table.index("Cy Dee") < table.index("Ada Sample") < table.index("Bo Broken")


def test_what_needs_a_person_links_to_its_question():
    links = [a["href"] for a in page().all("a")]
    assert links[1:4] == ["./cy%20d.html#q2", "./ada.html#q2", "./broken.html"]


def test_a_mean_leaves_out_what_the_grader_broke():
    words = page().words
    assert "2 / 4" in words  # P1: 2.5 and 1.5
    assert "5 / 6" in words  # L4: 5 and a grader error
    assert "2.5 / 6" not in words


def test_means_are_apart_for_each_assignment():
    other = builder.result(
        assignment="lenet_alexnet", submission=builder.submission(id="o"), questions=()
    )
    written = builder.result(
        assignment="lenet_alexnet",
        submission=builder.submission(id="p"),
        questions=(builder.written(id="P1", title="Another first question", points=4),),
    )
    words = page([*batch(), other, written], {"lenet_alexnet": "LeNet-5 and AlexNet"}).words
    assert "LeNet-5 and AlexNet: question by question" in words
    assert "cnn_foundations: question by question" in words
    assert "Another first question 4 / 4" in words


def test_the_spread_counts_every_marked_submission():
    results = [
        builder.result(submission=builder.submission(id=str(p)), points=p) for p in (0, 0.9, 7, 10)
    ]
    label = next(s for s in page(results).all("svg") if s.get("class") == "spread")["aria-label"]
    assert label.endswith("2, 0, 0, 0, 0, 0, 0, 1, 0, 1")


def test_the_reason_an_unreadable_file_gives_is_listed():
    assert "The file ends in the middle of a cell" in page().words


def test_flags_are_shown_in_full():
    flag = builder.Flag(kind="similar_submission", severity="warning", message="Equal to Bo's.")
    assert "Equal to Bo's." in page([builder.result(flags=(flag,))]).words


def test_tables_are_named_and_ids_unique():
    shown = page()
    assert len(shown.all("table")) == len(shown.all("caption"))
    assert len(shown.ids) == len(set(shown.ids))
