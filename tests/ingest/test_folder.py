"""What is a submission, and what merely lies about."""

import pytest

from tests.ingest.build import by_name, notebook, one, put, read_all


@pytest.mark.parametrize(
    "litter",
    [
        ".hidden.ipynb",
        ".ipynb_checkpoints/hw-checkpoint.ipynb",
        "__MACOSX/._hw.ipynb",
        "__pycache__/hw.cpython-311.pyc",
        ".git/HEAD",
        ".DS_Store",
    ],
)
def test_litter_is_ignored(tmp_path, litter):
    put(tmp_path / "lee.ipynb")
    put(tmp_path / litter)
    submission = one(tmp_path)
    assert submission.student == "lee"
    assert submission.notes == ()


def test_our_own_results_are_ignored(tmp_path):
    put(tmp_path / "lee.ipynb")
    for name in ("index.html", "summary.csv", "lee.html", "kim.ipynb"):
        put(tmp_path / "results" / name, b"x")
    assert one(tmp_path).notes == ()


def test_a_folder_called_results_without_ours_is_a_folder(tmp_path):
    put(tmp_path / "results" / "lee.ipynb")
    assert one(tmp_path).student == "lee"


def test_data_beside_a_notebook_is_left_out_and_said_so(tmp_path):
    put(tmp_path / "lee" / "hw.ipynb")
    for name in ("x.npz", "plot.png", "model.keras", "README.md", "requirements.txt"):
        put(tmp_path / "lee" / name, b"x")
    put(tmp_path / "lee" / "data" / "train.csv", b"x")
    submission = one(tmp_path)
    assert submission.student == "lee"
    assert submission.notes == (
        "Left out 6 files beside it: README.md, model.keras, plot.png, requirements.txt, x.npz "
        "and 1 more.",
    )


def test_data_in_a_flat_folder_belongs_to_nobody(tmp_path):
    put(tmp_path / "ada.ipynb")
    put(tmp_path / "lee.ipynb")
    put(tmp_path / "mnist.npz", b"PK")
    assert [s.student for s in read_all(tmp_path)] == ["ada", "lee"]


def test_data_that_was_asked_for_is_answered(tmp_path):
    put(tmp_path / "lee" / "hw.ipynb")
    data = put(tmp_path / "lee" / "x.npz", b"PK")
    assert "a .npz file" in one(data).problem


def test_a_students_only_file_is_answered(tmp_path):
    put(tmp_path / "lee" / "hw.ipynb")
    put(tmp_path / "kim" / "screenshot.png", b"x")
    found = by_name(tmp_path)
    assert "a .png file" in found["kim/screenshot.png"].problem
    assert found["kim/screenshot.png"].student == "screenshot"


@pytest.mark.parametrize("beside", ["report.pdf", "helpers.py", "ideas.md", "hw.docx"])
def test_what_stands_beside_a_notebook_in_a_students_folder_is_left_out(tmp_path, beside):
    put(tmp_path / "lee" / "hw1.ipynb")
    put(tmp_path / "kim" / "hw1.ipynb")
    put(tmp_path / "lee" / beside, b"x = 1")
    found = by_name(tmp_path)
    assert set(found) == {"lee/hw1.ipynb", "kim/hw1.ipynb"}
    assert found["lee/hw1.ipynb"].notes == (f"Left out 1 file beside it: {beside}.",)


def test_an_export_of_a_notebook_in_a_flat_folder_is_left_out(tmp_path):
    put(tmp_path / "lee.ipynb")
    put(tmp_path / "lee.pdf", b"%PDF")
    put(tmp_path / "kim.pdf", b"%PDF")
    assert set(by_name(tmp_path)) == {"lee.ipynb", "kim.pdf"}


def test_scripts_in_a_flat_folder_are_submissions(tmp_path):
    put(tmp_path / "lee.ipynb")
    put(tmp_path / "kim.py", b"x = 1")
    put(tmp_path / "ada.md", b"# Q1\nwords")
    assert set(by_name(tmp_path)) == {"lee.ipynb", "kim.py", "ada.md"}


def test_a_module_that_the_only_notebook_imports_is_left_out(tmp_path):
    source = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "from layers import LRN"}]}'
    put(tmp_path / "lee-lenet.ipynb", source)
    put(tmp_path / "layers.py", b"x = 1")
    assert set(by_name(tmp_path)) == {"lee-lenet.ipynb"}


def test_one_student_cannot_import_away_anothers_work(tmp_path):
    source = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "import kim"}]}'
    put(tmp_path / "lee.ipynb", source)
    put(tmp_path / "ada.ipynb")
    put(tmp_path / "kim.py", b"x = 1")
    assert set(by_name(tmp_path)) == {"lee.ipynb", "ada.ipynb", "kim.py"}


def test_a_handout_at_the_top_claims_no_folder(tmp_path):
    put(tmp_path / "assignment.ipynb")
    put(tmp_path / "kim" / "lenet.py", b"x = 1")
    assert "kim/lenet.py" in by_name(tmp_path)


def test_capital_suffixes_count(tmp_path):
    assert one(put(tmp_path / "LEE.IPYNB")).problem is None


def test_one_file_by_two_paths_is_one_submission(tmp_path, monkeypatch):
    path = put(tmp_path / "lee" / "hw.ipynb")
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    assert len(read_all(tmp_path, path, tmp_path / "lee", Path("lee/hw.ipynb"), Path())) == 1


def test_a_link_to_another_file_of_the_batch_adds_nothing(tmp_path):
    path = put(tmp_path / "lee" / "hw.ipynb")
    (tmp_path / "lee" / "again.ipynb").symlink_to(path)
    submission = one(tmp_path)
    assert submission.problem is None
    assert submission.notes == ("Found again through the link again.ipynb.",)


def test_a_folder_that_was_asked_for_by_a_link_is_walked(tmp_path):
    put(tmp_path / "real" / "lee.ipynb")
    (tmp_path / "current").symlink_to(tmp_path / "real")
    assert one(tmp_path / "current").student == "lee"


def test_the_order_does_not_depend_on_the_disk(tmp_path):
    for name in ("zoe", "Ada", "lee", "bo"):
        put(tmp_path / name / "hw.ipynb")
    assert [s.student for s in read_all(tmp_path)] == ["Ada", "bo", "lee", "zoe"]
    backwards = read_all(tmp_path / "zoe", tmp_path / "bo", tmp_path / "Ada", tmp_path / "lee")
    assert [s.student for s in backwards] == ["Ada", "bo", "lee", "zoe"]


def test_names_that_are_no_unicode_are_read(tmp_path):
    import os

    path = os.fsencode(tmp_path) + b"/caf\xe9.ipynb"
    with open(path, "w") as file:  # noqa: PTH123
        file.write(notebook("words"))
    submission = one(tmp_path)
    assert submission.student == "caf\ufffd"
    assert submission.id == "caf"
    submission.model_dump_json()


def test_three_hundred_notebooks_are_read_at_once(tmp_path):
    import time

    for i in range(300):
        put(tmp_path / f"student{i:03}" / "hw.ipynb", notebook(*[f"{i} words " * 50] * 30))
    start = time.process_time()
    read_in = read_all(tmp_path)
    assert time.process_time() - start < 3
    assert len({s.id for s in read_in}) == 300
    assert all(s.problem is None for s in read_in)
