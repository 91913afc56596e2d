"""What nobody claims goes to unanswered questions, and a person is asked."""

from grader.align import align
from tests.align.questions import CNN_FOUNDATIONS, LENET_ALEXNET, answer, cells, notebook

P = {q.id: q.prompt for q in CNN_FOUNDATIONS.questions}
POOLING = (
    "The purpose of pooling is to make maps smaller. Its benefits are fewer weights behind it and "
    "less sensitivity to small shifts of the picture."
)
MIN_MAX = (
    "The difference between min pooling and max pooling is which value of the window survives: "
    "the smallest or the largest one."
)
PADDING = (
    "Padding adds a border around the picture. Its significance: corners are seen as often as the "
    "middle, and deep stacks keep their size."
)
ZERO_VALID = (
    "Zero-padding keeps the output feature map size, valid-padding shrinks the output by the "
    "kernel size minus one."
)


def test_a_missing_statement_is_found_by_its_topic():
    work = notebook(f"1. {P['P1']}", POOLING, MIN_MAX, f"3. {P['P3']}", PADDING)
    alignment = align(work, CNN_FOUNDATIONS)
    assert cells(alignment) == {"P1": (0, 1), "P2": (2,), "P3": (3, 4)}
    split = alignment.match("P2")
    assert split.method == "topic"
    assert split.confidence <= 0.5
    assert alignment.match("P1").confidence <= 0.75


def test_answers_without_any_question():
    work = notebook(POOLING, MIN_MAX, PADDING, ZERO_VALID)
    alignment = align(work, CNN_FOUNDATIONS)
    assert cells(alignment) == {"P1": (0,), "P2": (1,), "P3": (2,), "P4": (3,)}
    assert all(m.confidence <= 0.5 for m in alignment.matches)


def test_answers_in_one_cell_without_any_question():
    work = notebook(f"# Pooling\n{POOLING}\n# Min and max\n{MIN_MAX}\n# Padding\n{PADDING}")
    alignment = align(work, CNN_FOUNDATIONS)
    assert cells(alignment) == {"P1": (0,), "P2": (0,), "P3": (0,)}
    assert MIN_MAX in answer(work, alignment, "P2")
    assert MIN_MAX not in answer(work, alignment, "P1")


def test_an_answer_before_its_blank_question():
    work = notebook(POOLING, f"1. {P['P1']}", f"2. {P['P2']}", MIN_MAX)
    alignment = align(work, CNN_FOUNDATIONS)
    assert cells(alignment) == {"P1": (0, 1), "P2": (2, 3)}
    assert alignment.match("P1").method == "topic"


def test_two_questions_stated_before_both_answers():
    work = notebook(f"1. {P['P1']}", f"2. {P['P2']}", POOLING, MIN_MAX)
    assert cells(align(work, CNN_FOUNDATIONS)) == {"P1": (0, 2), "P2": (1, 3)}


def test_a_long_answer_is_not_split_when_all_are_answered():
    cells_of = {q.number: q.prompt for q in LENET_ALEXNET.questions}
    work = notebook(
        *(part for n in range(1, 6) for part in (f"Q{n}. {cells_of[n]}", "words", MIN_MAX))
    )
    assert all(m.method == "statement" for m in align(work, LENET_ALEXNET).matches)


def test_a_title_or_a_name_answers_nothing():
    work = notebook("# Pooling and padding", "Name: Lee, padding and pooling in CNN")
    alignment = align(work, CNN_FOUNDATIONS)
    assert alignment.matches == ()
    assert alignment.leftover == (0, 1)


def test_other_matters_answer_nothing():
    text = "The French revolution began in 1789 with the storming of the Bastille in old Paris."
    assert align(notebook(text), CNN_FOUNDATIONS).matches == ()
