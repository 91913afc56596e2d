"""The answer keys: full marks from the rubrics, figures that can be worked out, and no others."""

import re
from functools import cache

import pytest

from grader import course, registry
from grader.records import Answer, AnswerPart, Finding

ROOT = course.default_root()
COURSE = course.load(ROOT)
KEYS = ROOT / "reference" / "answers"
WRITTEN = [(a.slug, q.id) for a in COURSE.assignments for q in a.questions if q.kind == "written"]
IDS = {q.id for a in COURSE.assignments for q in a.questions}

every_key = pytest.mark.parametrize(("slug", "id"), WRITTEN, ids=lambda v: v)

# Its rubric asks for names, sizes and counts and knows no wrong statements; five misconceptions
# that together name MNIST, convolutions, pooling, 32x32, softmax and 61,706 weights get 58%.
RUBRIC_CANNOT_TELL = {("cnn_foundations", "L1")}


@cache
def read(slug: str, id: str) -> str:
    """The whole key."""
    return (KEYS / slug / f"{id}.md").read_text(encoding="utf-8")


def part(slug: str, id: str, heading: str) -> str:
    """The text of a key under `heading`."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", read(slug, id), re.DOTALL | re.MULTILINE)
    assert found is not None, f"{slug}/{id}.md: no part '{heading}'"
    return found[1].strip()


def misconceptions(slug: str, id: str) -> list[list[str]]:
    """The rows of a key's table: statement, correction."""
    rows = part(slug, id, "Common misconceptions").splitlines()
    assert rows[:2] == ["| Statement | Correction |", "|---|---|"]
    return [row.strip("| ").split(" | ") for row in rows[2:]]


def findings(slug: str, id: str, text: str) -> dict[str, Finding]:
    """What each criterion of a question makes of `text`."""
    assignment = COURSE.assignment(slug)
    cell = AnswerPart(cell=0, start=0, text=text)
    answer = Answer(question=id, prompt=assignment.question(id).prompt, parts=(cell,))
    found = {}
    for criterion in assignment.rubrics[id].criteria:
        scorer = registry.find("score", criterion.scorer)
        assert scorer is not None
        found[criterion.id] = scorer(answer, criterion.options)
    return found


def share(slug: str, id: str, text: str) -> float:
    """The share of the question's points that `text` earns."""
    rubric = COURSE.assignment(slug).rubrics[id]
    found = findings(slug, id, text)
    return sum(found[c.id].credit * c.points for c in rubric.criteria) / rubric.points


def statements(slug: str, id: str) -> str:
    """The misconceptions of a key, as if a student had written them."""
    return "\n".join(statement for statement, _ in misconceptions(slug, id))


def test_every_written_question_has_a_key_and_no_key_lacks_a_question():
    assert {(p.parent.name, p.stem) for p in KEYS.rglob("*.md")} == set(WRITTEN)


@every_key
def test_a_key_has_its_question_as_title_and_three_parts(slug, id):
    lines = read(slug, id).splitlines()
    assert lines[0] == f"# {COURSE.assignment(slug).question(id).title}"
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == ["## Answer", "## Sources", "## Common misconceptions"]


@every_key
def test_a_key_keeps_to_a_hundred_characters_a_line(slug, id):
    assert max(map(len, read(slug, id).splitlines())) <= 100


@every_key
def test_an_answer_is_as_long_as_a_student_could_write(slug, id):
    assert 150 <= len(part(slug, id, "Answer").split()) <= 350


@every_key
def test_the_answer_earns_full_marks(slug, id):
    credits = {n: f.credit for n, f in findings(slug, id, part(slug, id, "Answer")).items()}
    assert credits == dict.fromkeys(credits, 1.0)


@every_key
def test_no_criterion_is_in_doubt_about_the_answer(slug, id):
    found = findings(slug, id, part(slug, id, "Answer"))
    sure = COURSE.assignment(slug).review_below
    doubts = {n: f.message for n, f in found.items() if f.confidence < max(sure, 0.6)}
    assert doubts == {}
    assert [n for n, f in found.items() if "wrong" in f.evidence] == []


@every_key
def test_a_key_names_no_question_by_its_id(slug, id):
    assert set(re.findall(r"\b[A-Z]\d\b", read(slug, id))) & IDS == set()


@every_key
def test_sources_name_their_year_and_a_place_in_the_text(slug, id):
    sources = re.split(r"^- ", part(slug, id, "Sources"), flags=re.MULTILINE)[1:]
    assert sources
    assert all(re.search(r"\b(19|20)\d\d\b", source) for source in sources)
    assert any(re.search(r"section|chapter|table|figure", source) for source in sources)


@every_key
def test_each_misconception_has_a_correction(slug, id):
    rows = misconceptions(slug, id)
    assert 3 <= len(rows) <= 6
    for row in rows:
        assert len(row) == 2
        assert all(text.endswith(".") for text in row)


@every_key
def test_misconceptions_alone_earn_little(slug, id):
    earned = share(slug, id, statements(slug, id))
    if (slug, id) in RUBRIC_CANNOT_TELL:
        assert earned >= 0.4, "the rubric can tell now; take it off the list"
    else:
        assert earned < 0.4


@every_key
def test_one_misconception_earns_next_to_nothing(slug, id):
    earned = {s: share(slug, id, s) for s, _ in misconceptions(slug, id)}
    assert max(earned.values()) <= 0.25, earned


@pytest.mark.parametrize(
    ("slug", "id", "criteria"),
    [
        ("lenet_alexnet", "Q1", {"pooling", "activation"}),
        ("lenet_alexnet", "Q2", {"pooling"}),
        ("lenet_alexnet", "Q5", {"operations"}),
        ("cnn_foundations", "P4", {"shrinks"}),
        ("cnn_foundations", "L2", {"pooling"}),
        ("cnn_foundations", "A2", {"relu"}),
    ],
)
def test_a_misconception_that_the_rubric_knows_goes_to_a_person(slug, id, criteria):
    found = findings(slug, id, statements(slug, id))
    assert {n for n, f in found.items() if "wrong" in f.evidence} == criteria


# LeCun et al. 1998, section II-B: inputs of a filter, plus a bias, times filters.
C1 = (5 * 5 + 1) * 6
S2, S4 = 2 * 6, 2 * 16
# Table I: six maps read 3 maps of S2, nine read 4, one reads all 6.
C3 = 5 * 5 * (6 * 3 + 9 * 4 + 6) + 16
C5 = (5 * 5 * 16 + 1) * 120
F6 = (120 + 1) * 84
LENET5 = C1 + S2 + C3 + S4 + C5 + F6
# One for each weight or bias at each place; the last are those from F6 to the fixed output.
CONNECTIONS = (
    28 * 28 * C1 + 14 * 14 * 6 * (4 + 1) + 10 * 10 * C3 + 5 * 5 * 16 * (4 + 1) + C5 + F6 + 84 * 10
)
CLASSROOM = C1 + (5 * 5 * 6 + 1) * 16 + C5 + F6 + (84 + 1) * 10
# Krizhevsky et al. 2012, section 3.5, two towers: conv2, conv4 and conv5 read half of the maps.
CONVOLUTIONS = (
    (11 * 11 * 3 + 1) * 96
    + (5 * 5 * 48 + 1) * 256
    + (3 * 3 * 256 + 1) * 384
    + (3 * 3 * 192 + 1) * 384
    + (3 * 3 * 192 + 1) * 256
)
FLAT = 6 * 6 * 256
DENSE = (FLAT + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000

# Numbers with a comma that a key may hold: worked out here, or as the papers state them.
WORKED_OUT = {C3, C5, F6, LENET5, CONNECTIONS, CLASSROOM, FLAT, C1 + C3}
STATED = {4096, 1000, 650_000}


@every_key
def test_every_long_number_is_worked_out_or_stated_by_a_paper(slug, id):
    text = part(slug, id, "Answer") + part(slug, id, "Common misconceptions")
    numbers = {int(n.replace(",", "")) for n in re.findall(r"\d{1,3}(?:,\d{3})+", text)}
    assert numbers <= WORKED_OUT | STATED


@pytest.mark.parametrize(
    ("slug", "id", "counts"),
    [
        ("lenet_alexnet", "Q1", {C1, S2, C3, S4, C5, F6, LENET5, CONNECTIONS}),
        ("lenet_alexnet", "Q2", {C1, C3, C5, F6, LENET5}),
        ("cnn_foundations", "L1", {C1, S2, C3, S4, C5, F6, LENET5, CONNECTIONS, CLASSROOM}),
        ("cnn_foundations", "L2", {C1, S2, C3, S4, C5, F6, LENET5}),
    ],
)
def test_a_key_gives_the_counts_of_lenet5(slug, id, counts):
    words = set(re.findall(r"[\d,]*\d", part(slug, id, "Answer")))
    assert {f"{count:,}" for count in counts} <= words


def test_the_layers_add_up_to_the_totals_of_the_papers():
    assert (LENET5, CONNECTIONS, CLASSROOM) == (60_000, 340_908, 61_706)
    assert CONVOLUTIONS + DENSE == 60_965_224


def test_the_share_of_alexnets_dense_layers_is_as_the_keys_say():
    answer = " ".join(part("cnn_foundations", "A3", "Answer").split())
    assert f"about {DENSE / 1e6:.1f} million weights" in answer
    assert f"about {CONVOLUTIONS / 1e6:.1f} of {(CONVOLUTIONS + DENSE) / 1e6:.0f} million" in answer
    most = f"About {DENSE / (CONVOLUTIONS + DENSE):.0%} lie in the dense layers."
    assert most in part("cnn_foundations", "A3", "Common misconceptions")


@pytest.mark.parametrize(
    ("size", "filter", "stride", "padding"),
    [(32, 5, 1, 2), (28, 3, 1, 1), (28, 3, 2, 1)],
)
def test_the_sizes_in_the_key_to_padding_follow_from_walking_the_filter(
    size, filter, stride, padding
):
    padded = len(range(0, size + 2 * padding - filter + 1, stride))
    valid = len(range(0, size - filter + 1, stride))
    (row,) = [
        line
        for line in part("cnn_foundations", "P4", "Answer").splitlines()
        if line.startswith(f"| {size}x{size}, {filter}x{filter}, {stride} |")
    ]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1].startswith(f"{padded}x{padded}")
    assert cells[2] == f"{valid}x{valid}"


def test_the_windows_in_the_key_to_min_pooling_are_right():
    rows = re.findall(
        r"^\| ([\d, ]+) \| (\d+) \| (\d+) \|$",
        part("cnn_foundations", "P2", "Answer"),
        re.MULTILINE,
    )
    assert len(rows) == 2
    for window, largest, smallest in rows:
        values = [int(value) for value in window.split(",")]
        assert (max(values), min(values)) == (int(largest), int(smallest))
