"""The rules of the layout, held over the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GRADER = ROOT / "grader"
STAGES = {"ingest", "align", "execute", "rebuild", "verify", "score", "report"}
FRAMEWORKS = {"tensorflow", "keras", "torch", "torchvision"}
WORKERS = ("execute/inside", "rebuild/inside")
FILES = sorted(GRADER.rglob("*.py"))


def name(file: Path) -> str:
    return file.relative_to(GRADER).as_posix()


def imports(file: Path) -> Iterator[str]:
    """Absolute names of all modules that `file` imports, at any depth."""
    package = ["grader", *file.relative_to(GRADER).parent.parts]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", FILES, ids=name)
def test_only_the_pipeline_and_the_command_know_stages_of_others(file):
    own = file.relative_to(GRADER).parts[0]
    if own in ("pipeline.py", "cli.py"):
        return
    known = {m.split(".")[1] for m in imports(file) if m.startswith("grader.")}
    assert (known & STAGES) - {own} == set()


@pytest.mark.parametrize("file", FILES, ids=name)
def test_frameworks_are_imported_in_workers_only(file):
    if name(file).startswith(WORKERS):
        return
    assert {m.split(".")[0] for m in imports(file)} & FRAMEWORKS == set()


@pytest.mark.parametrize("file", [f for f in FILES if name(f).startswith(WORKERS)], ids=name)
def test_workers_import_nothing_of_the_grader_but_their_own_folder(file):
    folder = ".".join(["grader", *file.relative_to(GRADER).parent.parts])
    foreign = {m for m in imports(file) if m.split(".")[0] == "grader"}
    assert {m for m in foreign if not m.startswith(folder)} == set()


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_module_says_what_it_is_in_one_line(file):
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    if file.name == "__init__.py" and not file.read_text().strip():
        pytest.fail("an empty __init__.py still says what the package is")
    assert docstring
    assert len(docstring.splitlines()[0]) <= 100
