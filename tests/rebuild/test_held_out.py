"""Held-out images go out as the model knows them; labels stay and are compared here."""

import numpy as np
import pytest

from grader.data import DataSet
from grader.rebuild import held_out
from grader.rebuild.held_out import HeldOut, compare, prepare
from grader.records import ArraySpec, Blob, CapturedModel, Predictions, Training


@pytest.fixture
def dataset(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (80, 28, 28)).astype("uint8")
    labels = rng.integers(0, 10, 80).astype("uint8")
    file = tmp_path / "mnist.npz"
    np.savez(file, x_train=images, y_train=labels, x_test=images[::-1], y_test=labels[::-1])
    return DataSet(name="mnist", path=file, real=True, origin="noise", distinct_test=50)


def trained(tmp_path, images, **fields):
    file = tmp_path / "sample"
    file.write_bytes(images.tobytes())
    given = {
        "variable": "model",
        "cell": 0,
        "framework": "keras",
        "config": {},
        "weights": (ArraySpec(name="kernel", shape=(1,), dtype="float32"),),
        "blob": Blob(path=file, size=4),
        "training": Training(steps=1),
        "sample": ArraySpec(name="x", shape=images.shape, dtype=str(images.dtype)),
        "sample_blob": Blob(path=file, size=images.nbytes),
    }
    return CapturedModel(**{**given, **fields})


def scaled(dataset, n=8):
    return dataset.load()["x_train"][:n, ..., None].astype("float32") / 255


def scores(tmp_path, table):
    file = tmp_path / "scores"
    file.write_bytes(np.asarray(table, "<f4").tobytes())
    return file


def held(dataset, tmp_path, labels):
    labels = np.array(labels)
    return HeldOut(dataset=dataset, preprocessing="x", file=tmp_path / "x.npy", labels=labels)


@pytest.mark.parametrize(
    ("fields", "turn"),
    [
        ({"training": None}, "student"),
        ({"training": Training(steps=0)}, "student"),
        ({"weights": ()}, "machine"),
        ({"sample": None}, "review"),
        ({"sample": ArraySpec(name="x", shape=(10**9, 9), dtype="float32")}, "review"),
        ({"sample": ArraySpec(name="x", shape=(8, 28, 28, 1), dtype="object")}, "review"),
        ({"sample": ArraySpec(name="x", shape=(-8, -28, 28, 1), dtype="float32")}, "review"),
    ],
)
def test_what_cannot_be_prepared_is_someones_turn(dataset, tmp_path, fields, turn):
    model = trained(tmp_path, scaled(dataset), **fields)
    stopped = prepare(model, [dataset], tmp_path / "x.npy")
    assert isinstance(stopped, Predictions)
    assert stopped.turn == turn
    assert not (tmp_path / "x.npy").exists()


def test_no_data_set_is_the_machines_turn(dataset, tmp_path):
    stopped = prepare(trained(tmp_path, scaled(dataset)), [], tmp_path / "x.npy")
    assert stopped.turn == "machine"


def test_the_distinct_test_images_are_prepared_as_the_sample_was(dataset, tmp_path):
    file = tmp_path / "x.npy"
    found = prepare(trained(tmp_path, scaled(dataset)), [dataset], file)
    arrays = dataset.load()
    np.testing.assert_allclose(
        np.load(file), arrays["x_test"][:50, ..., None] / np.float32(255), atol=1e-6
    )
    assert (found.labels == arrays["y_test"][:50]).all()


def test_images_that_take_too_much_room_are_fewer(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(held_out, "MOST_INPUT_BYTES", 7 * 28 * 28 * 4)
    found = prepare(trained(tmp_path, scaled(dataset)), [dataset], tmp_path / "x.npy")
    assert len(found.labels) == len(np.load(tmp_path / "x.npy")) == 7


def test_the_largest_score_counts_and_no_number_is_wrong(dataset, tmp_path):
    table = [[0.9, 0.1], [0.2, 0.8], [np.nan, 0.0], [np.inf, 0.0]]
    found = compare(
        held(dataset, tmp_path, [0, 0, 0, 0]), scores(tmp_path, table), classes=2, device="cpu"
    )
    assert (found.correct, found.n, found.value) == (2, 4, 0.5)


@pytest.mark.parametrize("classes", [0, -2, 1, 3, 10**12])
def test_scores_of_another_size_are_no_figure(dataset, tmp_path, classes):
    found = compare(
        held(dataset, tmp_path, [0, 1]), scores(tmp_path, [[1, 2], [3, 4]]), classes=classes,
        device=None,
    )  # fmt: skip
    assert found.value is None
    assert found.turn == "machine"
