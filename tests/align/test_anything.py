"""Whatever stands in the cells, `align` answers, and its spans hold."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.align import align, detect
from grader.records import Submission
from tests.align.questions import CNN_FOUNDATIONS, LENET_ALEXNET, notebook

PROMPTS = [q.prompt for a in (CNN_FOUNDATIONS, LENET_ALEXNET) for q in a.questions]
TITLES = [s.title for s in CNN_FOUNDATIONS.sections]

fragments = st.one_of(
    st.text(max_size=40),
    st.sampled_from(PROMPTS),
    st.sampled_from(TITLES),
    st.sampled_from(
        ["Q1.", "# ans 2", "**Answer 3:**", "TOPIC:", "```", "x = 1", "'''", "# ", "\n", " ", "L4:"]
    ),
    st.sampled_from(["pooling keeps the largest value", "import os", "%%bash", "def f(:", "- a"]),
)
sources = st.lists(fragments, max_size=8).map("\n".join) | st.lists(fragments, max_size=4).map(
    "".join
)
kinds = st.sampled_from(["code", "markdown", "raw"])
notebooks = st.lists(st.tuples(kinds, sources), max_size=8).map(lambda c: notebook(*c))
assignments = st.sampled_from([CNN_FOUNDATIONS, LENET_ALEXNET])


@settings(max_examples=150, deadline=None)
@given(notebooks, assignments)
def test_spans_lie_inside_their_cells_and_do_not_overlap(work: Submission, assignment):
    alignment = align(work, assignment)
    order = [q.id for q in assignment.questions]
    assert [m.question for m in alignment.matches] == [id for id in order if alignment.match(id)]
    spans = []
    for match in alignment.matches:
        assert list(match.cells) == sorted(set(match.cells))
        for span in match.answer:
            source = work.cells[span.cell].source
            assert 0 <= span.start < span.end <= len(source)
            assert span.cell in match.cells
            text = source[span.start : span.end]
            assert text == text.strip()
            spans.append((span.cell, span.start, span.end))
    spans.sort()
    for (cell, _, end), (next_cell, start, _) in pairwise(spans):
        assert cell != next_cell or end <= start
    claimed = {c for m in alignment.matches for c in m.cells}
    assert not claimed & set(alignment.leftover)
    assert all(work.cells[i].kind == "code" for i in alignment.prose)


@settings(max_examples=50, deadline=None)
@given(notebooks)
def test_detect_answers_and_agrees_with_align(work: Submission):
    found = detect(work, (CNN_FOUNDATIONS, LENET_ALEXNET))
    assert found is None or found[1] == align(work, found[0])


def test_a_notebook_at_the_limits_takes_seconds():
    import time

    work = notebook(
        *(f"Pooling cell {i}.\n" + "plain words of an answer " * 8 for i in range(2000))
    )
    start = time.process_time()
    align(work, CNN_FOUNDATIONS)
    assert time.process_time() - start < 10


def test_a_hostile_line_takes_no_longer():
    import time

    lines = [
        "*_" * 100_000,
        "<a" * 100_000,
        "# " * 100_000,
        "(" * 100_000,
        "Q" * 100_000,
        "1." * 100_000,
        "a " * 100_000,
        "a" + " " * 100_000 + "b",
        "\n" * 100_000,
        "Q1. " + "* 8 points\n" * 20_000,
    ]
    start = time.process_time()
    align(notebook(*lines, *(("code", line) for line in lines)), CNN_FOUNDATIONS)
    assert time.process_time() - start < 10
