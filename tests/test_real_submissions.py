"""What five real notebooks must show; the facts were computed by hand and with other tools."""

import importlib.util
import json
from pathlib import Path

import pytest

from grader import course, data, pipeline

SHARED = Path(__file__).resolve().parents[2] / "shared"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.keras,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real notebooks in ../shared"),
]
with_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or importlib.util.find_spec("torchvision") is None,
    reason="needs PyTorch and torchvision: pip install 'grade[torch]'",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, dict]:
    """The result files of the five, by student."""
    out = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADE_HOME", str(tmp_path_factory.mktemp("home")))
        data.add_folder(SHARED / "data")
        pipeline.grade(
            pipeline.Batch(
                paths=[SHARED / "submissions"], course=course.load(course.default_root()), out=out
            )
        )
    files = out.glob("*.json")
    return {f.stem: json.loads(f.read_text(encoding="utf-8")) for f in files}


def question(result: dict, id: str) -> dict:
    return next(q for q in result["questions"] if q["id"] == id)


def models(question: dict) -> list[dict]:
    return [m for m in [question["model"], *question["other_models"]] if m]


def only_model(question: dict) -> dict:
    (model,) = models(question)
    return model


def test_every_notebook_has_one_result_with_the_right_assignment(results):
    assert {s: r["assignment"] for s, r in results.items()} == {
        "s000": "lenet_alexnet",
        "s001": "lenet_alexnet",
        "s002": "cnn_foundations",
        "s003": "lenet_alexnet",
        "s004": "cnn_foundations",
    }


def test_every_question_was_found(results):
    missing = {
        (s, q["id"])
        for s, r in results.items()
        for q in r["questions"]
        if not q["alignment"]["cells"]
    }
    assert missing == set()


@pytest.mark.parametrize("student", ["s000", "s003"])
def test_written_only_notebooks_start_no_framework(results, student):
    execution = results[student]["execution"]
    assert execution["status"] == "not_run"
    assert execution["environment"]["keras"] is None
    assert execution["seconds"] == 0


def test_s001_lenet_conforms(results):
    model = only_model(question(results["s001"], "Q1"))
    assert (model["verified"], model["params"], model["conforms"]) == (True, 61_706, "yes")


def test_s001_alexnet_lacks_padding_from_conv2_on(results):
    model = only_model(question(results["s001"], "Q4"))
    assert (model["params"], model["conforms"]) == (25_678_184, "no")
    assert model["input_shape"] == [224, 224, 3]
    first = next(d for d in model["differences"] if d["severity"] == "fault")
    assert (first["layer"], first["field"]) == ("conv2", "padding")


def test_s001_second_lenet_pools_by_maximum_and_its_cifar_network_is_counted(results):
    found = {m["params"]: m for m in models(question(results["s001"], "Q5"))}
    assert set(found) == {61_706, 21_622_154}
    pooled = {(d["layer"], d["severity"]) for d in found[61_706]["differences"]}
    assert {("S2", "accepted"), ("S4", "accepted")} <= pooled
    assert found[61_706]["conforms"] == "accepted-variant"


def test_s004_lenet_differs_at_c5(results):
    model = question(results["s004"], "L4")["model"]
    assert model["params"] == 212_906
    assert model["conforms"] == "no"
    assert "C5" in {d["layer"] for d in model["differences"] if d["severity"] == "fault"}


def test_s004_lenet_reads_mnist_well_in_spite_of_c5(results):
    accuracy = question(results["s004"], "L4")["accuracy"]
    assert accuracy["dataset"] == "mnist"
    assert (accuracy["n"], accuracy["verified"], accuracy["real"]) == (10_000, True, True)
    assert accuracy["low"] > 0.97
    assert accuracy["stopped_because"]


def test_s004_alexnet_cannot_be_built_and_the_second_pooling_is_why(results):
    a4 = question(results["s004"], "A4")
    assert "2x2" in a4["model"]["failure"]
    assert "max_pooling2d" in a4["model"]["failure"]
    graph = next(c for c in a4["checks"] if c["type"] == "layer_graph")
    assert 0 < graph["points"] < graph["max_points"]


def test_s004_questions_typed_into_code_cells_were_not_run(results):
    ran = {c["index"]: c["status"] for c in results["s004"]["execution"]["cells"]}
    assert {ran.get(i, "not_run") for i in (0, 1, 3, 5, 7, 9)} == {"not_run"}


@with_torch
def test_s002_lenet_is_the_unpadded_form_and_reads_mnist(results):
    l4 = question(results["s002"], "L4")
    assert (l4["model"]["framework"], l4["model"]["verified"]) == ("torch", True)
    assert l4["model"]["params"] == 44_426
    assert l4["model"]["input_shape"] == [28, 28, 1]
    assert l4["model"]["conforms"] == "accepted-variant"
    assert l4["accuracy"]["low"] > 0.97
    assert l4["points"] == l4["max_points"]


@with_torch
def test_s002_alexnet_is_right_but_was_not_trained_and_cannot_read_cifar(results):
    a4 = question(results["s002"], "A4")
    assert a4["model"]["params"] == 57_044_810
    assert a4["model"]["conforms"] == "accepted-variant"
    accuracy = next(c for c in a4["checks"] if c["type"] == "held_out_accuracy")
    assert accuracy["points"] == 0
    assert "32" in accuracy["message"]


def test_without_torch_nothing_is_lost_but_a_person_is_asked(results):
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("PyTorch is installed here; tests/test_pipeline.py hides it")
    for id in ("L4", "A4"):
        assert question(results["s002"], id)["outcome"] == "grader_error"
