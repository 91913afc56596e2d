"""Faults of a course are reported together, each with file and key."""

from pathlib import Path

import pytest
import yaml

from grader import course
from grader.errors import AssignmentError, CourseError

ASSIGNMENT = {
    "slug": "small",
    "title": "Small",
    "networks": ["lenet5"],
    "questions": [
        {"id": "Q1", "title": "One", "number": 1, "prompt": "Why?", "kind": "written", "points": 2},
        {
            "id": "Q2",
            "title": "Two",
            "number": 2,
            "prompt": "Build it.",
            "kind": "model",
            "points": 3,
            "checks": [{"id": "p", "type": "param_count", "points": 3, "expected": [10]}],
        },
    ],
}
RUBRIC = {
    "question": "Q1",
    "criteria": [{"id": "a", "text": "Says why.", "points": 2, "keys": [["because"]]}],
}


@pytest.fixture
def write(tmp_path: Path):
    """Write a course with the given files and return its folder."""

    def make(assignment=ASSIGNMENT, rubric=RUBRIC) -> Path:
        folder = tmp_path / "assignments" / "small"
        folder.mkdir(parents=True)
        (tmp_path / "reference").mkdir()
        (tmp_path / "reference" / "lenet5.py").touch()
        (tmp_path / "rubrics" / "small").mkdir(parents=True)
        (folder / "assignment.yaml").write_text(
            assignment if isinstance(assignment, str) else yaml.safe_dump(assignment)
        )
        if rubric is not None:
            text = rubric if isinstance(rubric, str) else yaml.safe_dump(rubric)
            (tmp_path / "rubrics" / "small" / "Q1.yaml").write_text(text)
        return tmp_path

    return make


def changed(**changes):
    return {**ASSIGNMENT, **changes}


def question(index: int, **changes):
    questions = [dict(q) for q in ASSIGNMENT["questions"]]
    questions[index].update(changes)
    return changed(questions=questions)


def faults(root: Path) -> str:
    with pytest.raises(CourseError) as error:
        course.load(root)
    return str(error.value)


def test_a_folder_without_assignments_is_told_what_to_pass(tmp_path):
    assert "--course DIR" in faults(tmp_path)


def test_a_sound_course_loads(write):
    loaded = course.load(write())
    assert loaded.assignment("small").points == 5
    assert loaded.assignment("small").rubrics["Q1"].points == 2


def test_all_faults_of_all_files_are_reported_together(write):
    wrong = question(0, points="many")
    wrong["titel"] = wrong.pop("title")
    root = write(wrong, {**RUBRIC, "criteria": [{**RUBRIC["criteria"][0], "kyes": []}]})
    with pytest.raises(AssignmentError) as error:
        course.load(root)
    text = "\n".join(error.value.faults)
    assert "assignments/small/assignment.yaml: titel: unknown key" in text
    assert "assignments/small/assignment.yaml: title: missing" in text
    assert "assignment.yaml: questions[0].points:" in text
    assert "received 'many'" in text
    assert "rubrics/small/Q1.yaml: criteria[0].kyes: unknown key; options of 'key_groups'" in text


@pytest.mark.parametrize(
    ("assignment", "fault"),
    [
        ("a: [", "assignments/small/assignment.yaml: not readable as YAML"),
        ("- 1", "received list, expected keys and values"),
        (changed(slug="other"), "slug: received 'other', expected the folder's name 'small'"),
        (changed(networks=["vgg"]), "networks: no reference/vgg.py for 'vgg'"),
        (question(1, id="Q1"), "questions: the id 'Q1' is used more than once"),
        (question(0, section="X"), "questions[0].section: no section 'X' in sections"),
        (question(0, points=3), "rubrics/small/Q1.yaml: criteria: their points add up to 2, the"),
        (question(1, points=4), "questions[1].checks: their points add up to 3, the question is"),
        (question(1, checks=[]), "questions[1].checks: a model question needs at least one check"),
        (
            question(1, checks=[{"id": "p", "type": "parm_count", "points": 3}]),
            "questions[1].checks[0].type: no check 'parm_count'; did you mean 'param_count'?",
        ),
        (
            question(1, checks=[{"id": "p", "type": "param_count", "points": 3, "expct": 1}]),
            "questions[1].checks[0].expct: unknown key; options of 'param_count' are",
        ),
        (
            question(1, checks=[{"id": "p", "type": "param_count", "points": 3, "needs": ["g"]}]),
            "questions[1].checks[0].needs: no earlier check 'g' in this question",
        ),
    ],
)
def test_a_fault_names_file_key_and_what_was_expected(write, assignment, fault):
    assert fault in faults(write(assignment))


def test_a_written_question_needs_its_rubric(write):
    assert "questions[0]: a written question needs rubrics/small/Q1.yaml" in faults(
        write(rubric=None)
    )


def test_a_rubric_without_a_question_is_named(write):
    root = write()
    (root / "rubrics" / "small" / "Q9.yaml").write_text(
        yaml.safe_dump({**RUBRIC, "question": "Q9"})
    )
    assert "rubrics/small/Q9.yaml: no written question 'Q9'" in faults(root)


def test_the_version_changes_with_a_rubric_and_only_then(write):
    root = write()
    before = course.load(root).version
    assert course.load(root).version == before
    file = root / "rubrics" / "small" / "Q1.yaml"
    file.write_text(file.read_text().replace("Says why.", "Says it."))
    assert course.load(root).version != before


def test_an_unknown_assignment_is_answered_with_the_known_ones(write):
    with pytest.raises(CourseError, match="no assignment 'smal'; the course has small"):
        course.load(write()).assignment("smal")


def test_the_course_that_comes_along_is_sound():
    shipped = course.load(course.default_root())
    ids = {a.slug: [q.id for q in a.questions] for a in shipped.assignments}
    assert ids == {
        "lenet_alexnet": ["Q1", "Q2", "Q3", "Q4", "Q5"],
        "cnn_foundations": ["P1", "P2", "P3", "P4", "L1", "L2", "L3", "L4", "A1", "A2", "A3", "A4"],
    }
