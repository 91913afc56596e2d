"""What cannot be read is a submission that says what came, what was expected and what to do."""

import json
import os
import socket

import pytest

from tests.ingest.build import ANSWER, notebook, one, put, read_all


def says_whose_turn(problem):
    return problem.startswith("Received ") and "expected" in problem and problem.count(";") == 1


@pytest.mark.parametrize(
    ("name", "content", "received"),
    [
        ("hw.ipynb", b"", "an empty file"),
        ("hw.ipynb", b"  \n\n", "an empty file"),
        ("hw.ipynb", b"not json", "is not valid JSON"),
        ("hw.ipynb", notebook(ANSWER)[:-20], "stops in the middle"),
        ("hw.ipynb", '{"nbformat": 4, "cells": [', "stops in the middle"),
        ("hw.ipynb", "<!DOCTYPE html><html></html>", "a web page"),
        ("hw.ipynb", "[]", "JSON that holds a list"),
        ("hw.ipynb", "null", "JSON that holds null"),
        ("hw.ipynb", "17", "JSON that holds a number"),
        ("hw.ipynb", "{}", "JSON without cells (it has nothing)"),
        ("hw.ipynb", '{"layers": 1}', "JSON without cells (it has layers)"),
        ("hw.ipynb", '{"cells": {"a": 1}}', "JSON without cells"),
        ("hw.ipynb", notebook(), "0 cells and nothing in them"),
        ("hw.ipynb", notebook("", "  \n"), "2 cells and nothing in them"),
        ("hw.ipynb", "[" * 5_000_000, "nested more than 100 levels"),
        ("hw.ipynb", '{"a":' * 150 + "1" + "}" * 150, "nested more than 100 levels"),
        ("hw.ipynb", b"%PDF-1.7 ...", "a PDF document under another name"),
        ("hw.ipynb", b"PK\x03\x04....", "a zip archive"),
        ("hw.ipynb", bytes(range(256)) * 4, "binary data"),
        ("hw.ipynb", b"\xff\xfe" + b"\x00\xd8" * 9, "is not valid JSON"),
        ("hw.py", b"\x00\x01\x02" * 20, "binary data"),
        ("hw.py", b"\n", "an empty file"),
        ("hw.md", b"---\n---\n", "nothing in them"),
        ("hw.pdf", b"%PDF-1.7", "a .pdf file"),
        ("hw.docx", b"PK", "a .docx file"),
        ("hw.zip", b"PK", "a .zip file"),
        ("hw.txt", b"my answers", "a .txt file"),
        ("hw", b"my answers", "a file without a suffix"),
        ("x.npz", b"PK", "a .npz file"),
    ],
)
def test_a_file_that_cannot_be_graded(tmp_path, name, content, received):
    submission = one(put(tmp_path / "lee" / name, content))
    assert received in submission.problem
    assert says_whose_turn(submission.problem)
    assert submission.cells == ()


def test_types_that_are_taken_are_named(tmp_path):
    problem = one(put(tmp_path / "lee.docx", b"PK")).problem
    assert ".ipynb" in problem
    assert ".py" in problem
    assert ".md" in problem


def test_a_missing_path(tmp_path):
    submission = one(tmp_path / "nobody.ipynb")
    assert "cannot be found (No such file or directory)" in submission.problem
    assert submission.student == "nobody"


@pytest.mark.parametrize("name", ["a\0b.ipynb", "a" * 5000 + ".ipynb", "a\ud800b.ipynb"])
def test_a_path_that_no_file_can_have(tmp_path, name):
    submission = one(tmp_path / name)
    assert "cannot be found" in submission.problem
    assert submission.model_validate_json(submission.model_dump_json()) == submission


def test_a_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "hw.ipynb")
    assert "a named pipe" in one(tmp_path / "hw.ipynb").problem
    assert "a named pipe" in one(tmp_path).problem


def test_a_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # Paths of sockets must be short.
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("hw.ipynb")
        assert "a socket" in one(tmp_path / "hw.ipynb").problem


def test_a_device():
    from pathlib import Path

    assert "a device" in one(Path("/dev/null")).problem


def test_a_link_to_a_file_outside_is_not_followed(tmp_path):
    secret = put(tmp_path / "secret" / "key.ipynb")
    (tmp_path / "in" / "lee").mkdir(parents=True)
    (tmp_path / "in" / "lee" / "hw.ipynb").symlink_to(secret)
    submission = one(tmp_path / "in")
    assert "a link" in submission.problem
    assert submission.student == "lee"
    assert submission.cells == ()


def test_a_link_that_a_shell_names_is_not_followed_either(tmp_path):
    secret = put(tmp_path / "secret" / "key.ipynb")
    (tmp_path / "lee.ipynb").symlink_to(secret)
    assert "a link" in one(tmp_path / "lee.ipynb").problem


def test_a_link_to_a_folder_and_a_loop_are_not_walked(tmp_path):
    put(tmp_path / "in" / "lee.ipynb")
    put(tmp_path / "out" / "kim.ipynb")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "out").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "self").symlink_to("self")
    problems = {s.student: s.problem for s in read_all(tmp_path / "in")}
    assert set(problems) == {"lee", "loop", "out", "self"}
    assert problems["lee"] is None
    assert "a link" in problems["out"]


def test_a_file_larger_than_the_limit_is_not_read(tmp_path):
    path = tmp_path / "hw.ipynb"
    with path.open("wb") as file:
        file.truncate(2**40)
    problem = one(path, notebook_mib=1).problem
    assert "1048576.0 MiB, expected at most 1 MiB" in problem


def test_a_file_at_the_limit_is_read(tmp_path):
    text = notebook(ANSWER)
    assert one(put(tmp_path / "a.ipynb", text.ljust(2**20)), notebook_mib=1).problem is None
    assert one(put(tmp_path / "b.ipynb", text.ljust(2**20 + 1)), notebook_mib=1).problem


@pytest.mark.parametrize("suffix", [".ipynb", ".py", ".md"])
def test_too_many_cells(tmp_path, suffix):
    text = {
        ".ipynb": notebook(*(["x"] * 11)),
        ".py": "# %%\nx = 1\n" * 11,
        ".md": "# Title\n" * 11,
    }[suffix]
    assert (
        "11 cells, expected at most 10" in one(put(tmp_path / f"a{suffix}", text), cells=10).problem
    )
    assert one(put(tmp_path / f"b{suffix}", text), cells=11).problem is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(tmp_path):
    put(tmp_path / "lee.ipynb").chmod(0)
    put(tmp_path / "kim" / "hw.ipynb").parent.chmod(0)
    try:
        problems = [s.problem for s in read_all(tmp_path)]
    finally:
        (tmp_path / "kim").chmod(0o700)
    assert len(problems) == 2
    assert all("cannot be opened (Permission denied)" in p for p in problems)


def test_folders_without_end(tmp_path):
    path = tmp_path.joinpath(*"abcdefghijklmnopqrstuvwxyz")
    put(path / "hw.ipynb")
    assert "more than 20 deep" in one(tmp_path).problem


def test_a_folder_without_a_notebook(tmp_path):
    put(tmp_path / "lee" / "hw.ipynb")
    (tmp_path / "kim").mkdir()
    for name in ("a.png", "b.png", "c.csv", "d.csv"):
        put(tmp_path / "ada" / name, b"x")
    problems = {s.student: s.problem for s in read_all(tmp_path)}
    assert problems["lee"] is None
    assert "an empty folder and no notebook" in problems["kim"]
    assert "a folder with 4 files (a.png, b.png, c.csv, d.csv)" in problems["ada"]


def test_an_empty_folder_is_told(tmp_path):
    assert "an empty folder" in one(tmp_path).problem


def test_every_problem_of_one_batch_is_listed_and_json_holds_it(tmp_path):
    put(tmp_path / "good.ipynb")
    put(tmp_path / "empty.ipynb", b"")
    put(tmp_path / "cut.ipynb", b'{"cells": [')
    put(tmp_path / "ada.pdf", b"%PDF")
    os.mkfifo(tmp_path / "pipe.ipynb")
    read_in = read_all(tmp_path, tmp_path / "gone.ipynb")
    assert sorted(s.student for s in read_in) == ["ada", "cut", "empty", "gone", "good", "pipe"]
    assert [s.student for s in read_in if s.problem is None] == ["good"]
    for submission in read_in:
        assert json.loads(submission.model_dump_json())["id"] == submission.id


@pytest.mark.parametrize("suffix", [".py", ".md"])
@pytest.mark.parametrize("line", ["q" + " " * 100_000 + "x", "# " * 100_000, "```" * 100_000])
def test_a_line_without_end_costs_nothing(tmp_path, suffix, line):
    import time

    path = put(tmp_path / f"lee{suffix}", line)
    start = time.process_time()
    assert one(path).problem is None
    assert time.process_time() - start < 2
