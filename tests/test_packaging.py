"""What an installation holds."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the sdist, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return out


@pytest.fixture(scope="module")
def wheel(built) -> set[str]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        return set(archive.namelist())


@pytest.mark.slow
def test_only_the_grader_lands_in_site_packages(wheel):
    assert {n.split("/")[0].split("-")[0] for n in wheel} == {"grader", "grade"}


@pytest.mark.slow
def test_every_module_and_template_is_installed(wheel):
    own = {
        p.relative_to(ROOT).as_posix()
        for pattern in ("**/*.py", "**/templates/*", "py.typed")
        for p in (ROOT / "grader").glob(pattern)
        if "__pycache__" not in p.parts
    }
    assert own - wheel == set()


@pytest.mark.slow
def test_the_course_is_installed_without_its_examples(wheel):
    course = {n.removeprefix("grader/_course/") for n in wheel if n.startswith("grader/_course/")}
    expected = {
        p.relative_to(ROOT).as_posix()
        for pattern in (
            "assignments/*/assignment.yaml",
            "assignments/*/handout.ipynb",
            "reference/*.py",
            "rubrics/*/*.yaml",
        )
        for p in ROOT.glob(pattern)
    }
    assert course == expected


@pytest.mark.slow
def test_the_source_distribution_builds_the_same(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {n.split("/", 1)[1] for n in archive.getnames() if "/" in n}
    assert {"setup.cfg", "pyproject.toml", "README.md", "LICENSE", "grader/cli.py"} <= names


@pytest.mark.slow
def test_the_installed_wheel_finds_its_course(built, tmp_path):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        archive.extractall(tmp_path)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from grader import course\n"
        "root = course.default_root(); loaded = course.load(root)\n"
        "print(root.relative_to(sys.argv[1]), [a.slug for a in loaded.assignments])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(tmp_path)], capture_output=True, text=True
    )
    assert done.stdout.strip() == "grader/_course ['cnn_foundations', 'lenet_alexnet']", done.stderr
