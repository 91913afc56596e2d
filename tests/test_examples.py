"""The example submissions are filed by the result they must get: a test case each."""

import json
from pathlib import Path

import pytest

from grader import course, data, pipeline

ROOT = Path(__file__).resolve().parents[1]
MNIST = ROOT.parent / "shared" / "data"
EXAMPLES = sorted(ROOT.glob("assignments/*/examples/**/*.ipynb"))


def name(file: Path) -> str:
    return file.relative_to(ROOT / "assignments").as_posix()


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, dict]:
    """The result files of all examples, by path below `assignments/`."""
    out = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADE_HOME", str(tmp_path_factory.mktemp("home")))
        if MNIST.is_dir():
            data.add_folder(MNIST)
        pipeline.grade(
            pipeline.Batch(
                paths=EXAMPLES, course=course.load(course.default_root()), out=out, device="cpu"
            )
        )
    found = [json.loads(f.read_text(encoding="utf-8")) for f in out.glob("*.json")]
    return {name(Path(r["submission"]["source"])): r for r in found}


def share(question: dict) -> float:
    """Of the points that do not hang on how long a small example may train."""
    training = [c for c in question["checks"] if c["type"] == "held_out_accuracy"]
    points = question["points"] - sum(c["points"] for c in training)
    return points / (question["max_points"] - sum(c["max_points"] for c in training))


@pytest.mark.slow
@pytest.mark.keras
def test_every_example_has_exactly_one_result(results):
    assert sorted(results) == [name(f) for f in EXAMPLES]


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("file", [f for f in EXAMPLES if "accept" in f.parts], ids=name)
def test_accepted_examples_earn_nearly_everything(file, results):
    result = results[name(file)]
    assert {q["id"]: q["points"] for q in result["questions"] if share(q) < 0.9} == {}


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("file", [f for f in EXAMPLES if "reject" in f.parts], ids=name)
def test_rejected_examples_lose_the_question_they_are_filed_under(file, results):
    (question,) = (q for q in results[name(file)]["questions"] if q["id"] == file.parent.name)
    assert question["alignment"]["cells"]
    if question["kind"] == "model":
        graph = next(c for c in question["checks"] if c["type"] == "layer_graph")
        assert graph["points"] < graph["max_points"]
        assert question["model"]["conforms"] == "no"
    else:
        assert share(question) < 0.5


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("file", [f for f in EXAMPLES if "review" in f.parts], ids=name)
def test_doubtful_examples_go_to_a_person(file, results):
    assert results[name(file)]["outcome"] == "needs_review"
