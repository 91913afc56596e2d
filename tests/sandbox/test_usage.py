"""Measures of files and processes, against what was made by hand."""

import os
import subprocess
import sys

import psutil

from grader.sandbox import usage


def test_files_in_folders_are_added_up(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(bytes(100_000))
    (tmp_path / "other").write_bytes(bytes(50_000))
    (tmp_path / "link").symlink_to("/usr")
    assert 150_000 <= usage.folder(tmp_path, []) < 200_000


def test_sparse_files_count_what_they_take(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10**12)
    assert usage.folder(tmp_path, []) < 100_000


def test_nesting_beyond_any_use_counts_as_too_much(tmp_path):
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(100):
        os.mkdir("d", dir_fd=here)
        here, before = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(before)
    os.close(here)
    assert usage.folder(tmp_path, []) == float("inf")


def test_too_many_files_to_count_are_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(usage, "MAX_FILES", 10)
    for n in range(20):
        (tmp_path / str(n)).touch()
    assert usage.folder(tmp_path, []) == float("inf")


def test_missing_folder_is_empty(tmp_path):
    assert usage.folder(tmp_path / "none", []) == 0


def test_processes_below_are_found_and_counted():
    source = "import threading, time; threading.Timer(30, print).start(); print('up', flush=True)"
    child = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        found = usage.descendants(os.getpid())
        assert child.pid in [p.pid for p in found]
        assert usage.threads([psutil.Process(child.pid)]) == 2
        assert usage.memory([psutil.Process(child.pid)], 2**40) > 2**20
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_processes_that_are_gone_count_nothing():
    child = subprocess.Popen(["sleep", "30"])
    process = psutil.Process(child.pid)
    child.kill()
    child.wait()
    assert usage.descendants(child.pid) == []
    assert usage.memory([process], 0) == 0
    assert usage.threads([process]) == 0
    assert usage.mounted([process], "/tmp", 1) == 0
