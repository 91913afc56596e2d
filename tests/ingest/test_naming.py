"""Who handed it in, and under which name it is kept."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.ingest.folder import Found
from grader.ingest.naming import generic, identifiers
from tests.ingest.build import by_name, notebook, put, read_all


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("lee.ipynb", "lee"),
        ("lee/assignment.ipynb", "lee"),
        ("lee/hw1.ipynb", "lee"),
        ("lee/Untitled (2).ipynb", "lee"),
        ("lee/FinalAssignment-copy1.ipynb", "lee"),
        ("lee/submission/notebook.ipynb", "lee"),
        ("lee/attempt2/lab_3.ipynb", "lee"),
        ("hw1.ipynb", "hw1"),
        ("lee/20231234.ipynb", "20231234"),
        ("lee/assignment_20231234.ipynb", "assignment_20231234"),
        ("lee/lee_lenet.ipynb", "lee_lenet"),
        ("Ada Byron_4711_assignsubmission_file/hw.ipynb", "Ada Byron"),
        ("Ada Byron_4711_assignsubmission_file_/lenet.ipynb", "Ada Byron"),
        ("Ada Byron_4711_assignsubmission_file_lenet.ipynb", "Ada Byron"),
        ("byronada_1001_2002_lenet.ipynb", "byronada"),
        ("Zoë/hw.ipynb", "Zoë"),
    ],
)
def test_the_student_is_named_by_file_or_folder(tmp_path, path, student):
    put(tmp_path / "submissions" / path)
    (only,) = read_all(tmp_path / "submissions")
    assert only.student == student


def test_a_stem_in_several_folders_names_the_assignment(tmp_path):
    for name in ("lee", "kim"):
        put(tmp_path / name / "lenet_alexnet.ipynb")
    assert {s.student for s in read_all(tmp_path)} == {"lee", "kim"}


def test_folders_of_assignments_hold_students(tmp_path):
    for folder in ("lenet_alexnet", "cnn_foundations"):
        for name in ("lee", "kim", "ada"):
            put(tmp_path / folder / f"{name}.ipynb")
    assert {s.student for s in read_all(tmp_path)} == {"lee", "kim", "ada"}


def test_the_layout_of_nbgrader(tmp_path):
    for name in ("lee", "kim"):
        put(tmp_path / name / "ps1" / "ps1.ipynb")
        put(tmp_path / name / "ps1" / "timestamp.txt", b"2015-02-02 14:58:23.948203 UTC")
    assert {s.student for s in read_all(tmp_path)} == {"lee", "kim"}


def test_late_work_is_told_by_canvas(tmp_path):
    put(tmp_path / "byronada_LATE_1001_2002_lenet.ipynb")
    put(tmp_path / "hoppergrace_1003_2004_lenet.ipynb")
    assert {s.student: s.late for s in read_all(tmp_path)} == {
        "byronada": True,
        "hoppergrace": False,
    }


def test_namesakes_in_a_download_are_two_students(tmp_path):
    put(tmp_path / "Li Wei_1001_assignsubmission_file" / "hw.ipynb")
    put(tmp_path / "Li Wei_1002_assignsubmission_file" / "hw.ipynb")
    assert [(s.student, s.attempt) for s in read_all(tmp_path)] == [("Li Wei", 1), ("Li Wei", 1)]


def test_two_files_of_a_student_are_attempts_by_date(tmp_path):
    put(tmp_path / "lee" / "hw (1).ipynb", seconds=1000)
    put(tmp_path / "lee" / "hw.ipynb", seconds=2000)
    put(tmp_path / "lee" / "final" / "hw.ipynb", seconds=1500)
    found = by_name(tmp_path)
    assert {name: s.attempt for name, s in found.items()} == {
        "lee/hw (1).ipynb": 1,
        "lee/final/hw.ipynb": 2,
        "lee/hw.ipynb": 3,
    }
    assert found["lee/hw.ipynb"].notes == (
        "One of 3 files of this student: number 3 by date of modification.",
    )
    assert [found[n].id for n in ("lee/hw (1).ipynb", "lee/final/hw.ipynb", "lee/hw.ipynb")] == [
        "lee",
        "lee-hw",
        "lee-lee-hw",
    ]


def test_a_later_attempt_leaves_the_first_ones_id_alone(tmp_path):
    put(tmp_path / "lee" / "hw.ipynb", seconds=1000)
    (first,) = read_all(tmp_path)
    put(tmp_path / "lee" / "assignment.ipynb", seconds=2000)
    again = by_name(tmp_path)
    assert again["lee/hw.ipynb"].id == first.id


def test_equal_files_of_two_students_are_both_kept_and_noted(tmp_path):
    put(tmp_path / "lee.ipynb", notebook("words"))
    put(tmp_path / "kim.ipynb", notebook("words"))
    put(tmp_path / "ada.ipynb", notebook("others"))
    found = by_name(tmp_path)
    assert found["lee.ipynb"].notes == (f"Equal, byte for byte, to {tmp_path / 'kim.ipynb'}.",)
    assert found["kim.ipynb"].notes == (f"Equal, byte for byte, to {tmp_path / 'lee.ipynb'}.",)
    assert found["ada.ipynb"].notes == ()
    assert found["lee.ipynb"].sha256 == found["kim.ipynb"].sha256 != found["ada.ipynb"].sha256


@pytest.mark.parametrize(
    ("student", "id"),
    [
        ("lee", "lee"),
        ("Zoë Müller", "Zoe-Muller"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("a\x1b[31mb", "a-31mb"),
        ("index", "index-f"),
        ("Summary", "Summary-f"),
    ],
)
def test_ids_are_safe(student, id):
    assert identifiers([Found(path=Path("f.ipynb"))], [student]) == [id]


def test_a_name_without_latin_letters_keeps_its_own_id():
    found = [Found(path=Path("f.ipynb"))] * 2
    first, second = identifiers(found, ["李雷", "韩梅梅"])
    assert first != second
    assert re.fullmatch(r"student-[0-9a-f]{8}", first)


@given(st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=8))
def test_ids_are_unique_and_safe_whatever_the_names(names):
    found = [Found(path=Path("x") / (n.replace("/", "") + ".ipynb"), folders=("x",)) for n in names]
    ids = identifiers(found, names)
    assert len({i.casefold() for i in ids}) == len(names)
    for id in ids:
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", id)
        assert id.casefold() not in ("index", "summary")


@pytest.mark.parametrize("stem", ["Untitled", "hw 3", "Lab-2_final", "notebook(1)", "1", "ps2"])
def test_names_of_work(stem):
    assert generic(stem)


@pytest.mark.parametrize("stem", ["s004", "lee", "lenet", "hw_20231234", "Homer"])
def test_names_of_people_and_subjects(stem):
    assert not generic(stem)
