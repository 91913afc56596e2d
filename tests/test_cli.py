"""The command: help, exit statuses, messages."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from grader.cli import cli

ROOT = Path(__file__).resolve().parents[1]
PROMPT = "Describe the purpose and benefits of pooling in CNN."
ANSWER = "Pooling shrinks the feature maps, which saves computation and tolerates small shifts."


def grade(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader.cli", *args], capture_output=True, text=True, cwd=ROOT
    )


def commands() -> list[tuple[str, click.Command]]:
    found = []
    for name, command in cli.commands.items():
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", c) for sub, c in command.commands.items()]
        else:
            found.append((name, command))
    return found


def test_a_wrong_option_is_status_2():
    done = grade("--nonsense")
    assert done.returncode == 2
    assert "--nonsense" in done.stderr


def test_a_path_that_does_not_exist_is_status_2_and_named(tmp_path):
    done = grade(str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_an_unknown_assignment_is_status_2_and_names_the_known_ones(tmp_path):
    (tmp_path / "a.md").write_text("# Q1\n")
    done = grade(str(tmp_path), "--assignment", "nope", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "no assignment 'nope'; the course has cnn_foundations, lenet_alexnet" in done.stderr


def test_a_folder_without_a_course_is_status_2(tmp_path):
    done = grade(str(tmp_path), "--course", str(tmp_path))
    assert done.returncode == 2
    assert "pass a course with --course DIR" in done.stderr


def test_a_sandbox_that_cannot_be_had_is_status_3_and_says_what_to_do(tmp_path):
    if Path("/dev/nvidiactl").exists():
        pytest.skip("asks for a GPU that is not there")
    (tmp_path / "ann.py").write_text("# 4. Implement LeNet-5\nx = 1\n")
    options = ("--assignment", "cnn_foundations", "--device", "gpu", "--out", str(tmp_path / "out"))
    done = grade(str(tmp_path / "ann.py"), *options)
    assert done.returncode == 3
    assert "load the NVIDIA driver, or use --device cpu" in done.stderr


@pytest.mark.parametrize(
    ("text", "status"), [("Why pooling?", 1), (f"## 1. {PROMPT}\n\n{ANSWER}\n", 0)]
)
def test_the_status_says_whether_a_person_is_needed(tmp_path, text, status):
    (tmp_path / "ann.md").write_text(text)
    assert grade(str(tmp_path), "--out", str(tmp_path / "out")).returncode == status


def test_help_imports_no_framework_and_none_of_the_heavy_libraries():
    script = (
        "import sys; from grader.cli import cli\n"
        "try: cli(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'tensorflow', 'keras', 'torch', 'numpy', 'scipy', 'pydantic', 'rich', 'yaml'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "command"), commands(), ids=lambda c: c if isinstance(c, str) else ""
)
def test_each_command_explains_itself_with_something_to_paste(name, command):
    assert command.help
    assert f"grade {'' if name == 'run' else name}".strip() in command.help


@pytest.mark.parametrize(
    ("name", "command"), commands(), ids=lambda c: c if isinstance(c, str) else ""
)
def test_each_command_has_a_line_in_the_docs(name, command):
    assert f"`grade {name}" in (ROOT / "docs" / "commands.md").read_text()
