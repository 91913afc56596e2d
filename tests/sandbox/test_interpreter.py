"""Layouts of an installation, each with its course in or near what must be shown."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.sandbox import interpreter

from .conftest import confined

_JUDGE = """
import json, sys, tempfile
from pathlib import Path
from grader import sandbox
from grader.course import Limits
folder = Path(tempfile.mkdtemp())
(folder / "w").mkdir(); (folder / "s").mkdir()
(folder / "w" / "__main__.py").write_text('''
import json, os, struct, sys
import numpy  # from beside what is hidden
job = json.load(open(os.environ["GRADE_STAGE"] + "/job.json"))
seen = []
for path in job["secrets"]:
    try:
        open(path).read()
        seen.append(path)
    except OSError:
        pass
try:
    import grader.records
    seen.append("grader")
except (ImportError, PermissionError):
    pass
head = json.dumps({"seen": seen, "prefix": sys.prefix}).encode()
os.write(int(os.environ["GRADE_EXPORT_FD"]), struct.pack("<IQ", len(head), 0) + head)
''')
frames = []
ending = sandbox.find(sys.argv[1]).run(folder / "w", {"secrets": sys.argv[2:]}, limits=Limits(),
    spool=folder / "s", on_frame=frames.append)
import grader
print(json.dumps({"status": ending.status, "stderr": ending.stderr, "package": grader.__file__,
    **(frames[0].head if frames else {})}))
"""


def environment(folder: Path) -> Path:
    """A virtual environment in `folder` that also has our packages; its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    own = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "more.pth").write_text("\n".join(own) + "\n")
    return folder / "bin" / "python"


def checkout(folder: Path) -> list[str]:
    """A course beside a copy of the package in `folder`; the files to keep secret."""
    source = Path(grader.__file__).parent
    folder.mkdir(exist_ok=True)
    shutil.copytree(source, folder / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "rubrics").mkdir()
    (folder / "assignments").mkdir()
    (folder / "rubrics" / "key.yaml").write_text("answer: 42")
    return [str(folder / "rubrics" / "key.yaml"), str(folder / "grader" / "records.py")]


def judge(python: Path, kind: str, secrets: list[str], cwd: Path) -> dict[str, object]:
    done = subprocess.run(
        [str(python), "-c", _JUDGE, kind, *secrets],
        cwd=cwd,
        env=os.environ | {"TMPDIR": str(cwd)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
@pytest.mark.parametrize("place", [".venv", "."])
def test_course_is_hidden_with_the_environment_in_its_checkout(tmp_path, kind, place):
    confined(kind)
    secrets = checkout(tmp_path / "course")
    python = environment(tmp_path / "course" / place)
    found = judge(python, kind, secrets, tmp_path / "course")
    assert found["package"] == str(tmp_path / "course" / "grader" / "__init__.py")
    assert (found["status"], found["seen"]) == ("ok", []), found
    assert found["prefix"] == str((tmp_path / "course" / place).resolve())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_installed_package_is_hidden_among_the_packages_it_needs(tmp_path, kind):
    confined(kind)
    python = environment(tmp_path / "env")
    packages = next((tmp_path / "env").glob("lib/python*/site-packages"))
    shutil.copytree(Path(grader.__file__).parent, packages / "grader")
    key = packages / "grader" / "_course" / "rubrics" / "key.yaml"
    key.parent.mkdir(parents=True)
    key.write_text("answer: 42")
    again = str(packages).replace("/lib/", "/lib64/", 1)
    secrets = [str(key), str(packages / "grader" / "errors.py"), f"{again}/grader/errors.py"]
    found = judge(python, kind, secrets, tmp_path)
    assert found["package"] == str(packages / "grader" / "__init__.py")
    assert (found["status"], found["seen"]) == ("ok", []), found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_environment_is_shown_inside_a_course_that_is_hidden_inside_a_shown_folder(tmp_path, kind):
    confined(kind)
    # As in /usr/src/app with /usr shown: here the outer environment's `share` is shown.
    outer = environment(tmp_path / "env")
    app = tmp_path / "env" / "share" / "app"
    app.parent.mkdir()
    secrets = checkout(app)
    packages = next((tmp_path / "env").glob("lib/python*/site-packages"))
    (packages / "course.pth").write_text(f"{app}\n")
    found = judge(outer, kind, secrets, tmp_path)
    assert (found["status"], found["seen"]) == ("ok", []), found


def test_home_is_never_shown_as_such():
    shown = interpreter.locate().shown
    assert Path.home() not in shown
    assert not any(Path.home().is_relative_to(path) for path in shown)


def test_prefixes_are_shown_in_parts():
    shown = interpreter.locate().shown
    assert Path(sys.prefix) not in shown
    assert any(path.is_relative_to(sys.prefix) for path in shown)


def test_packages_of_the_user_site_are_shown_and_passed_on(tmp_path, monkeypatch):
    site = tmp_path / ".local" / "lib" / "python3" / "site-packages"
    site.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(site), str(tmp_path)])
    found = interpreter.locate.__wrapped__()
    assert site in found.shown
    assert str(site) in found.extra
    assert tmp_path not in found.shown
