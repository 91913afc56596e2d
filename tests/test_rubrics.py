"""The course's own content: rubrics that tell good answers from thin ones, valid notebooks."""

import json
from pathlib import Path

import nbformat
import pytest

from grader import course, registry
from grader.course import Assignment, Question
from grader.records import Answer, AnswerPart, Finding

ROOT = course.default_root()
COURSE = course.load(ROOT)
ANSWERS = Path(__file__).parent / "data" / "answers"
SHARED = Path(__file__).resolve().parents[2] / "shared"
WRITTEN = [(a.slug, q.id) for a in COURSE.assignments for q in a.questions if q.kind == "written"]
NOTEBOOKS = sorted((ROOT / "assignments").rglob("*.ipynb"))

every_question = pytest.mark.parametrize(("slug", "id"), WRITTEN, ids=lambda v: v)
with_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the data in ../shared")


def findings(slug: str, id: str, text: str, prompt: str = "") -> dict[str, Finding]:
    """What each criterion of a question makes of `text`."""
    assignment = COURSE.assignment(slug)
    given = Answer(
        question=id,
        prompt=prompt or assignment.question(id).prompt,
        parts=(AnswerPart(cell=0, start=0, text=text),),
    )
    found = {}
    for criterion in assignment.rubrics[id].criteria:
        scorer = registry.find("score", criterion.scorer)
        assert scorer is not None
        found[criterion.id] = scorer(given, criterion.options)
    return found


def share(slug: str, id: str, text: str, prompt: str = "") -> float:
    """The share of the question's points that `text` earns."""
    rubric = COURSE.assignment(slug).rubrics[id]
    found = findings(slug, id, text, prompt)
    return sum(found[c.id].credit * c.points for c in rubric.criteria) / rubric.points


@pytest.mark.parametrize("assignment", COURSE.assignments, ids=lambda a: a.slug)
def test_an_assignment_is_worth_a_hundred_points(assignment: Assignment):
    assert assignment.points == 100


@every_question
def test_a_rubric_has_four_to_seven_criteria_that_are_sentences(slug, id):
    criteria = COURSE.assignment(slug).rubrics[id].criteria
    # P1 to L3 and A1, A3 are small questions; four criteria cover them.
    assert 4 <= len(criteria) <= 7
    for criterion in criteria:
        assert criterion.text[0].isupper() or criterion.text.startswith(("conv1", "tanh"))
        assert criterion.text.endswith(".")


@every_question
def test_an_excellent_answer_earns_nearly_all_and_nobody_is_asked(slug, id):
    text = (ANSWERS / slug / f"{id}.md").read_text(encoding="utf-8")
    assert share(slug, id, text) >= 0.9
    assert all(f.confidence >= 0.5 for f in findings(slug, id, text).values())


@every_question
def test_a_thin_answer_earns_a_part(slug, id):
    text = (ANSWERS / slug / f"{id}.thin.md").read_text(encoding="utf-8")
    assert 0.2 <= share(slug, id, text) <= 0.5


@every_question
@pytest.mark.parametrize("text", ["", "   ", "idk", "TODO"])
def test_no_answer_earns_nothing_and_is_called_unanswered(slug, id, text):
    found = findings(slug, id, text).values()
    assert {f.outcome for f in found} == {"unanswered"}
    assert {f.credit for f in found} == {0}


@every_question
def test_the_question_copied_is_no_answer(slug, id):
    prompt = COURSE.assignment(slug).question(id).prompt
    assert {f.outcome for f in findings(slug, id, f"**{prompt}**").values()} == {"unanswered"}


OFF_TOPIC = [
    "A hash table keeps pairs of key and value in buckets. The hash of the key picks the bucket, "
    "and chains or probing settle collisions. Reading takes constant time on average.",
    "The French Revolution began when the treasury was empty and bread was dear. The estates met "
    "in Versailles, and the third of them declared itself the nation.",
]


@every_question
@pytest.mark.parametrize("text", OFF_TOPIC, ids=["hashing", "history"])
def test_an_answer_about_something_else_earns_next_to_nothing(slug, id, text):
    assert share(slug, id, text) <= 0.1


# Questions on the same network share their facts, so only strangers are compared.
STRANGERS = {
    "Q1": ["cnn_foundations/P2", "cnn_foundations/P4", "cnn_foundations/A2"],
    "Q2": ["cnn_foundations/P2", "cnn_foundations/P4", "cnn_foundations/A2"],
    "Q3": ["cnn_foundations/P1", "cnn_foundations/P3", "cnn_foundations/L1"],
    "Q4": ["cnn_foundations/P1", "cnn_foundations/P4", "lenet_alexnet/Q2"],
    "Q5": ["cnn_foundations/P1", "cnn_foundations/P4", "cnn_foundations/A3"],
    "P1": ["cnn_foundations/P4", "cnn_foundations/A1", "lenet_alexnet/Q3"],
    "P2": ["cnn_foundations/P1", "cnn_foundations/P3", "cnn_foundations/L2"],
    "P3": ["cnn_foundations/P1", "cnn_foundations/P2", "cnn_foundations/A3"],
    "P4": ["cnn_foundations/P1", "cnn_foundations/P2", "cnn_foundations/L1"],
    "L1": ["cnn_foundations/P2", "cnn_foundations/P3", "cnn_foundations/A2"],
    "L2": ["cnn_foundations/P2", "cnn_foundations/P4", "cnn_foundations/A2"],
    "L3": ["cnn_foundations/P2", "cnn_foundations/P4", "cnn_foundations/A1"],
    "A1": ["cnn_foundations/P1", "cnn_foundations/P4", "cnn_foundations/L2"],
    "A2": ["cnn_foundations/P1", "cnn_foundations/P4", "cnn_foundations/L1"],
    "A3": ["cnn_foundations/P2", "cnn_foundations/P4", "cnn_foundations/L1"],
}


@every_question
def test_an_answer_to_another_question_earns_little(slug, id):
    others = {
        other: share(slug, id, (ANSWERS / f"{other}.md").read_text(encoding="utf-8"))
        for other in STRANGERS[id]
    }
    assert max(others.values()) < 0.4, others


def test_swapped_min_and_max_earn_little_and_ask_for_a_person():
    text = "Max pooling takes the smallest value of a window. Min pooling takes the largest value."
    assert share("cnn_foundations", "P2", text) <= 0.35
    found = findings("cnn_foundations", "P2", text)
    assert found["max"].confidence < 0.5
    assert found["min"].confidence < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "The output size is (W - F + 2P)/S + 1.",
        r"The size is \( O = \frac{N + 2P - F}{S} + 1 \) here.",
        "In valid mode we get n-f+1 numbers per row.",
        "The size is floor((n + 2*p - k)/s) + 1 in each direction.",
    ],
)
def test_the_formula_of_the_output_size_is_read_in_any_spelling(text):
    assert findings("cnn_foundations", "P4", text)["formula"].credit == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_notebooks_of_the_course_are_valid_and_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert all(cell.get("id") for cell in notebook.cells)
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("assignment", COURSE.assignments, ids=lambda a: a.slug)
def test_the_handout_asks_every_question_and_leaves_room(assignment: Assignment):
    path = ROOT / "assignments" / assignment.slug / "handout.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    sources = [cell.source for cell in cells]

    def at(question: Question) -> int:
        return next(
            i for i, s in enumerate(sources) if f"{question.number}. {question.prompt}" in s
        )

    places = [at(question) for question in assignment.questions]
    assert places == sorted(places)
    for question, place in zip(assignment.questions, places, strict=True):
        following = cells[place + 1]
        assert following.cell_type == ("markdown" if question.kind == "written" else "code")
        assert question.kind != "written" or following.source == ""
    for section in assignment.sections:
        assert any(section.title in source for source in sources)


# Cells with the written answers of the real notebooks, found by reading them.
REAL = {
    "lenet_alexnet/s000": {"Q1": 2, "Q2": 4, "Q3": 6, "Q4": 8, "Q5": 10},
    "lenet_alexnet/s001": {"Q1": 1, "Q2": 3, "Q3": 5, "Q4": 7, "Q5": 10},
    "lenet_alexnet/s003": {"Q1": 1, "Q2": 3, "Q3": 5, "Q4": 7, "Q5": 9},
    "cnn_foundations/s002": {
        "P1": 0,
        "P2": 1,
        "P3": 2,
        "P4": 3,
        "L1": 5,
        "L2": 6,
        "L3": 7,
        "A1": 12,
        "A2": 13,
        "A3": 14,
    },
    "cnn_foundations/s004": {
        "P1": 2,
        "P2": 4,
        "P3": 6,
        "P4": 8,
        "L1": 11,
        "L2": 13,
        "L3": 15,
        "A1": 20,
        "A2": 22,
        "A3": 24,
    },
}
# They name the network, its authors and its prize, and nothing of the architecture asked for.
OVERVIEWS_WITHOUT_LAYERS = {("cnn_foundations/s002", "L1"), ("cnn_foundations/s002", "A1")}


@with_shared
@pytest.mark.parametrize("path", REAL)
def test_good_answers_of_real_students_earn_most_points(path):
    cells = nbformat.read(SHARED / "submissions" / f"{path}.ipynb", as_version=4).cells
    slug = path.split("/")[0]
    shares = {id: share(slug, id, cells[cell].source) for id, cell in REAL[path].items()}
    print(path, {id: round(value, 2) for id, value in shares.items()})
    for id, value in shares.items():
        low, high = (0.3, 0.75) if (path, id) in OVERVIEWS_WITHOUT_LAYERS else (0.75, 1)
        assert low <= value <= high, (id, value)
    doubts = [
        (id, name)
        for id, cell in REAL[path].items()
        for name, finding in findings(slug, id, cells[cell].source).items()
        if finding.confidence < 0.5
    ]
    assert doubts == []


# Probe questions that a rubric here covers, though none asks exactly the same.
PROBES = {
    "cnnprobe/pool": ("cnn_foundations", "P1"),
    "cnnprobe/padding": ("cnn_foundations", "P4"),
    "cnnprobe/lenet": ("lenet_alexnet", "Q1"),
    "cnnprobe/alexnet": ("cnn_foundations", "A2"),
}


@with_shared
@pytest.mark.parametrize("question", PROBES)
def test_probe_answers_come_in_the_right_order(question):
    lines = (SHARED / "data/asag/cnn_probes.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["question_id"] == question]
    shares = {row["kind"]: share(*PROBES[question], row["answer"], row["question"]) for row in rows}
    for good in ("correct", "ref_copy", "markdown", "long", "poor"):
        assert shares[good] >= 0.6, good
        assert shares[good] > shares["partial"], good
    for none in ("offtopic", "empty", "question"):
        assert shares[none] == 0, none


@with_shared
@pytest.mark.parametrize("question", PROBES)
def test_negated_probe_answers_go_to_a_person(question):
    lines = (SHARED / "data/asag/cnn_probes.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["question_id"] == question]
    (negated,) = [row for row in rows if row["kind"] == "negation"]
    found = findings(*PROBES[question], negated["answer"], negated["question"]).values()
    assert sum(f.confidence < 0.5 for f in found) >= 2


def test_naming_min_and_max_without_what_they_do_earns_nothing():
    text = "Min pooling and max pooling are both kinds of pooling. One is called min, one max."
    assert share("cnn_foundations", "P2", text) == 0
