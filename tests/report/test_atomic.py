"""A file is written whole or not at all."""

import subprocess
import sys

import pytest

from grader.report import atomic

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from grader.report import atomic
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    atomic.write(Path(sys.argv[1]), b"new" * 1000)
except OSError as error:
    sys.exit(7)
"""


def test_when_there_is_no_room_the_old_file_stays(tmp_path):
    path = tmp_path / "r.json"
    path.write_bytes(b"old")
    ended = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], check=False)
    assert ended.returncode == 7
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        atomic.write(tmp_path / "absent" / "r.json", b"new")


def test_a_new_file_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "r.json"
    path.write_bytes(b"old and longer")
    atomic.write(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
