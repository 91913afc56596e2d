"""Cells of a markdown file."""

import pytest

from grader.ingest.prose import parse


def test_fenced_python_becomes_code_and_text_is_cut_at_headings():
    text = "intro\n\n# Q1\nWords.\n\n```python\nx = 1\n```\nmore\n## Q2\nOthers.\n"
    assert parse(text).cells == (
        ("markdown", "intro"),
        ("markdown", "# Q1\nWords."),
        ("code", "x = 1"),
        ("markdown", "more"),
        ("markdown", "## Q2\nOthers."),
    )


@pytest.mark.parametrize(
    "fence", ["```python", "```py", "``` {python}", "```{.python}", "~~~ python3"]
)
def test_spellings_of_a_python_fence(fence):
    assert parse(f"{fence}\nx = 1\n{fence[:3]}\n").cells == (("code", "x = 1"),)


def test_other_fences_stay_text():
    text = "a\n```\n# no heading\n```\nb\n```bash\npip install x\n```"
    assert parse(text).cells == (("markdown", text),)


def test_a_fence_that_is_never_closed_loses_nothing():
    assert parse("a\n```python\nx = 1").cells == (("markdown", "a"), ("code", "x = 1"))
    assert parse("a\n```\nx = 1").cells == (("markdown", "a\n```\nx = 1"),)


def test_a_longer_fence_holds_a_shorter_one():
    assert parse("````python\n'''\n```\n'''\n````").cells == (("code", "'''\n```\n'''"),)


def test_question_lines_cut_and_list_items_do_not():
    text = "Q1. Words\n1. one\n2. two\n**Answer 2:** more\nQuestion 3\nlast"
    assert [source for _, source in parse(text).cells] == [
        "Q1. Words\n1. one\n2. two",
        "**Answer 2:** more",
        "Question 3\nlast",
    ]


def test_questions_back_to_back_stay_together():
    text = "Q1. a?\nQ2. b?\n\nQ3. c?\n"
    assert parse(text).cells == (("markdown", "Q1. a?\nQ2. b?\n\nQ3. c?"),)


def test_a_yaml_header_is_no_content():
    assert parse("---\ntitle: x\nauthor: y\n---\nWords.").cells == (("markdown", "Words."),)
    assert parse("---\nWords and\n---\nmore.").cells == (
        ("markdown", "---\nWords and\n---\nmore."),
    )
