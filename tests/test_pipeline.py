"""The batch as a whole: nothing is lost, nothing is done twice, nobody pays for the machine."""

import json
import time
from pathlib import Path

import nbformat
import pytest

from grader import course, pipeline
from grader.errors import SandboxError
from grader.result import Result

ROOT = Path(__file__).resolve().parents[1]
Q2 = "Explain the difference between min pooling and max pooling."
L4 = (
    "4. Implement LeNet-5 using a deep learning framework of your choice (e.g., TensorFlow, "
    "PyTorch) and train it on a publicly available dataset (e.g., MNIST). Evaluate its "
    "performance and provide insights."
)
ANSWER = "Max pooling keeps the largest value of each window, min pooling keeps the smallest one."


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADE_HOME", str(tmp_path / "home"))


@pytest.fixture
def grade(tmp_path):
    """Grade a folder and return what the batch says and the result files by id."""

    def run(folder: Path, **options):
        options = {"sandbox": "none", "assignment": "cnn_foundations", **options}
        batch = pipeline.Batch(
            paths=[folder], course=course.load(ROOT), out=tmp_path / "out", **options
        )
        graded = pipeline.grade(batch)
        files = (tmp_path / "out").glob("*.json")
        return graded, {f.stem: json.loads(f.read_text(encoding="utf-8")) for f in files}

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "submissions"
    path.mkdir()
    return path


def notebook(file: Path, *cells: str) -> Path:
    made = [
        nbformat.v4.new_code_cell(c.removeprefix("code:"))
        if c.startswith("code:")
        else nbformat.v4.new_markdown_cell(c)
        for c in cells
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=made), file)
    return file


def question(result: dict, id: str) -> dict:
    return next(q for q in result["questions"] if q["id"] == id)


def test_a_sandbox_that_does_not_exist_stops_before_the_first_submission(folder, grade):
    notebook(folder / "ann.ipynb", L4, "code:x = 1")
    with pytest.raises(SandboxError):
        grade(folder, sandbox="nonsense")


def test_every_file_has_a_result_whatever_it_is(folder, grade):
    notebook(folder / "ann.ipynb", f"## {Q2}", ANSWER)
    (folder / "ben.ipynb").write_text('{"cells": [')
    (folder / "cat.ipynb").write_bytes(b"")
    (folder / "dan.pdf").write_bytes(b"%PDF-1.7")
    graded, results = grade(folder)
    assert sorted(results) == ["ann", "ben", "cat", "dan"]
    assert question(results["ann"], "P2")["points"] > 0
    for id in ("ben", "cat", "dan"):
        assert results[id]["outcome"] == "needs_review"
        assert results[id]["flags"][0]["message"]
    assert {r.submission.id for r in graded.results} == set(results)


def test_result_files_fit_the_published_schema(folder, grade):
    import jsonschema

    notebook(folder / "ann.ipynb", f"## {Q2}", ANSWER)
    _, results = grade(folder)
    jsonschema.validate(results["ann"], Result.model_json_schema(by_alias=True))
    assert results["ann"]["schema"] == "grade.result/1"


def test_a_second_run_keeps_what_is_finished_and_grades_what_has_changed(folder, grade):
    notebook(folder / "ann.ipynb", f"## {Q2}", ANSWER)
    notebook(folder / "ben.ipynb", f"## {Q2}", ANSWER, "More.")
    assert grade(folder)[0].kept == 0
    assert grade(folder)[0].kept == 2
    notebook(folder / "ben.ipynb", f"## {Q2}", "No idea about this one, honestly.")
    graded, results = grade(folder)
    assert graded.kept == 1
    assert question(results["ben"], "P2")["points"] == 0
    assert grade(folder, again=True)[0].kept == 0


def test_an_interrupt_keeps_what_is_finished(folder, grade, tmp_path):
    for student in ("ann", "ben", "cat"):
        notebook(folder / f"{student}.ipynb", f"## {Q2}", f"{ANSWER} I am {student}.")

    def interrupt(name, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(folder, progress=interrupt)
    assert len(list((tmp_path / "out").glob("*.json"))) == 2
    assert (tmp_path / "out" / "index.html").exists()
    assert grade(folder)[0].kept == 2


def test_an_interrupt_does_not_wait_for_a_notebook_to_end(folder, grade):
    notebook(folder / "ann.ipynb", f"## {Q2}", ANSWER)
    notebook(folder / "ben.ipynb", f"## {Q2}", ANSWER, "code:import time\ntime.sleep(200)")

    def interrupt(name, done, total):
        if done == 1:
            raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        grade(folder, progress=interrupt, jobs=2)
    assert time.monotonic() - begun < 100


def test_a_fault_of_the_grader_is_for_a_person_and_the_batch_goes_on(folder, grade, monkeypatch):
    from grader import judge

    notebook(folder / "ann.ipynb", f"## {Q2}", ANSWER)
    notebook(folder / "ben.ipynb", f"## {Q2}", ANSWER, "More.")
    honest = judge.mark

    def broken(case):
        if case.submission.student == "ann":
            raise ZeroDivisionError("on purpose")
        return honest(case)

    monkeypatch.setattr(judge, "mark", broken)
    _, results = grade(folder)
    assert results["ann"]["outcome"] == "grader_error"
    assert "no fault of the student" in results["ann"]["flags"][0]["message"]
    assert question(results["ben"], "P2")["points"] > 0


def test_attempts_are_counted_within_an_assignment(folder, grade):
    (folder / "ann").mkdir()
    notebook(folder / "ann" / "a.ipynb", f"## {Q2}", ANSWER)
    prompt = (
        "Explain the architecture of LeNet-5 and its significance in the field of deep learning."
    )
    notebook(folder / "ann" / "b.ipynb", f"## 1. {prompt}", "LeNet-5 reads 32x32 images of digits.")
    _, results = grade(folder, assignment=None)
    found = {(r["assignment"], r["submission"]["attempt"]) for r in results.values()}
    assert found == {("cnn_foundations", 1), ("lenet_alexnet", 1)}


def test_text_that_belongs_to_no_question_makes_a_person_look_at_the_missing_ones(folder, grade):
    notebook(
        folder / "ann.ipynb",
        "Stacking zeros around a picture lets the filter visit its corners as often as its middle.",
        f"## {Q2}",
        ANSWER,
    )
    _, results = grade(folder)
    lost = [q for q in results["ann"]["questions"] if q["outcome"] == "unanswered"]
    assert lost
    assert all(q["needs_review"] for q in lost)


@pytest.mark.slow
def test_without_torch_a_notebook_is_the_machines_turn_and_loses_nothing(folder, grade):
    notebook(
        folder / "ann.ipynb",
        "code:import sys\nsys.modules['torch'] = None  # as on a machine without it",
        f"## LeNet\n{L4}",
        "code:import torch\nnet = torch.nn.Linear(2, 2)",
    )
    _, results = grade(folder)
    l4 = question(results["ann"], "L4")
    assert l4["outcome"] == "grader_error"
    assert "torch" in l4["reasons"][0]
    assert "No point is lost" in l4["reasons"][0]
    assert results["ann"]["execution"]["isolation"] == "none"
    assert "no_isolation" in {f["kind"] for f in results["ann"]["flags"]}
