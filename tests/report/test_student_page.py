"""The page of one submission."""

import re
from itertools import pairwise

import pytest

from grader.records import Quote
from grader.report import student_page
from tests.report import builder
from tests.report.reader import read


def page(result=None, cells=builder.CELLS, **options):
    return read(student_page.render(result or builder.result(), cells, **options))


def test_a_grader_error_says_that_it_is_the_machines_fault():
    broken = builder.built(
        outcome="grader_error", points=0, checks=(), model=None, accuracy=None, other_models=()
    )
    result = builder.result(outcome="grader_error", questions=(builder.written(), broken), points=2)
    words = page(result).words
    assert "It is the machine's fault, no point is lost, and a person will look." in words
    assert "– / 6" in words  # a zero would look like points that were lost
    assert "0 / 6" not in words
    assert "6 points are still open" in words


def test_a_grader_error_of_the_whole_shows_no_mark_and_the_reason():
    execution = builder.ran(status="not_run", cells=(), message="No sandbox works here.")
    result = builder.result(outcome="grader_error", questions=(), points=0, execution=execution)
    words = page(result).words
    assert "machine's fault" in words
    assert "No sandbox works here." in words
    assert "– / 10" in words
    assert "0 / 10" not in words


def test_an_unreadable_file_gets_a_page_with_the_next_step():
    words = page(builder.unreadable(), cells=()).words
    assert "This file could not be graded" in words
    assert words.count("hand in the notebook again") == 1
    assert "No assignment recognised" in words


def test_an_unanswered_question_says_so():
    question = builder.written(
        outcome="unanswered",
        points=0,
        criteria=(),
        claims=(),
        alignment=builder.AlignmentInfo(cells=(), method=None, confidence=0),
    )
    words = page(builder.result(questions=(question,))).words
    assert "No answer to this question was found." in words
    assert "0 / 4" in words


def test_a_blocked_check_is_not_called_wrong():
    check = (
        builder.built()
        .checks[1]
        .model_copy(update={"outcome": "blocked", "passed": False, "points": 0.0})
    )
    words = page(builder.result(questions=(builder.built(checks=(check,)),))).words
    assert "Blocked" in words
    assert "Not right yet" not in words


def test_a_network_that_cannot_be_built_says_why():
    model = builder.model(failure="conv2: a 5 × 5 window does not fit into 2 × 2.", layers=())
    question = builder.built(model=model, accuracy=None, other_models=())
    words = page(builder.result(questions=(question,))).words
    assert "Why it cannot be built" in words
    assert "conv2: a 5 × 5 window does not fit into 2 × 2." in words


def test_a_network_that_was_not_verified_is_left_to_a_person():
    model = builder.model(verified=False, problem="It holds a layer of the student's own.")
    words = page(builder.result(questions=(builder.built(model=model),))).words
    assert "Not verified" in words
    assert "It holds a layer of the student's own." in words


def test_accuracy_that_could_not_be_measured_has_no_bar():
    accuracy = builder.accuracy(value=None, low=None, high=None, passed=None)
    shown = page(builder.result(questions=(builder.built(accuracy=accuracy),)))
    assert "It could not be measured" in shown.words
    assert not [s for s in shown.all("svg") if s.get("class") == "bar"]


def test_what_needs_a_person_comes_before_the_questions():
    text = page().text
    assert 0 < text.index("What needs a person") < text.index("At a glance")
    assert text.index("The notebook claims 99.2%") < text.index("Question by question")


def test_what_needs_a_person_links_to_its_question():
    links = [a["href"] for a in page().all("a")]
    assert links[:2] == ["#main", "#q2"]  # the second question is the one in doubt


def test_every_number_of_the_json_is_shown():
    words = page().words
    result = builder.result()
    assert f"{result.points} / 10" in words
    for number in ("2.5 / 4", "5 / 6", "0.5 / 1", "61,706", "1,256,080", "28 × 28 × 8", "208"):
        assert number in words
    for number in ("97.12%", "96.77% to 97.44%", "10,000", "96.00%", "2 of 10 epochs", "41.3 s"):
        assert number in words
    assert "83% sure" in words
    assert "97% sure" in words


def test_execution_says_what_was_missing_skipped_cut_short_and_made_up():
    words = page().words
    for part in (
        "the package seaborn",
        "pip install seaborn",
        "NameError: 'y_tset'",
        "budget of 2000 steps",
        "stand-in made from scikit-learn's digits",
        "bubblewrap",
        "Stopped with an error",
    ):
        assert part in words


def test_running_without_a_sandbox_is_said():
    assert (
        "ran without a sandbox"
        in page(builder.result(execution=builder.ran(isolation="none"))).words
    )


def test_a_correction_by_a_person_names_who_when_and_why():
    words = page().words
    assert (
        "Dr. Marker, 2026-03-02 21:40: shift is worth 0.5 now. The second sentence says it."
        in words
    )


def test_quotes_are_marked_in_the_answer_and_link_both_ways():
    shown = page()
    marks = shown.all("mark")
    assert [m["class"] for m in marks] == ["good", "bad", "partly"]
    targets = {a["href"].removeprefix("#") for a in shown.all("a") if a["href"].startswith("#")}
    assert {m["id"] for m in marks} <= targets
    assert {"q1-c1", "q1-c2", "q1-sa"} <= targets


def test_the_answer_is_shown_to_the_last_character():
    raw = student_page.render(builder.result(), builder.CELLS).decode()
    figure = re.findall(r"<pre[^>]*>(.*?)</pre>", raw, re.DOTALL)
    shown = [re.sub(r"<a .*?</a>|<[^>]*>", "", f) for f in figure]
    assert builder.ANSWER in shown


def test_without_the_notebook_the_quoted_words_are_still_shown():
    shown = page(cells=())
    assert not shown.all("mark")
    assert "makes a map smaller" in shown.words


def test_a_quote_of_a_cell_that_is_not_there_breaks_nothing():
    lost = Quote(cell=99, start=0, end=4, text="lost")
    criterion = builder.written().criteria[0].model_copy(update={"quotes": (lost,)})
    shown = page(builder.result(questions=(builder.written(criteria=(criterion,)),)))
    assert "lost" in shown.words


def test_ids_are_unique_and_every_link_leads_somewhere():
    shown = page()
    assert len(shown.ids) == len(set(shown.ids))
    for link in shown.all("a"):
        assert link["href"].removeprefix("#") in shown.ids


def test_another_students_name_does_not_reach_the_page():
    flag = builder.Flag(
        kind="similar_submission",
        severity="warning",
        message="Equal to the work of Bo Broken.",
        evidence={"other": "Bo Broken"},
    )
    doubtful = builder.written(flags=(flag,), needs_review=True, reasons=(flag.message,))
    for question in (doubtful, builder.written(flags=(flag,))):
        words = page(builder.result(flags=(flag,), questions=(question,))).words
        assert "Bo Broken" not in words
        assert words.count("a person compares the two") >= 3  # two flags and what needs a person


def test_the_page_has_a_language_one_heading_of_each_rank_and_named_tables():
    shown = page()
    assert shown.all("html") == [{"lang": "en"}]
    ranks = [int(tag[1]) for tag, _ in shown.elements if re.fullmatch("h[1-6]", tag)]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(ranks))
    assert len(shown.all("table")) == len(shown.all("caption"))
    assert all(h.get("scope") for h in shown.all("th"))
    assert shown.all("a")[0] == {"class": "skip", "href": "#main"}


@pytest.mark.parametrize("outcome", ["passed", "partial", "failed", "blocked", "unanswered"])
def test_a_page_can_be_made_for_every_outcome(outcome):
    questions = (builder.written(outcome=outcome), builder.built(outcome=outcome))
    assert page(builder.result(outcome=outcome, questions=questions)).words


def test_the_title_of_the_assignment_is_used_where_given():
    assert "CNN foundations" in page(title="CNN foundations").words
    assert "cnn_foundations" in page().words
