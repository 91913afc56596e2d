from pathlib import Path

import pytest

from grader.execute import frames
from grader.records import Blob

SENT = {0, 3}


def a_model(**changes):
    return {
        "type": "model", "id": 1, "variable": "net", "cell": 3, "framework": "keras",
        "config": {"class_name": "Sequential", "config": {}},
        "weights": [{"name": "a", "shape": [2, 3], "dtype": "float32"}],
        "sample": {"name": "x", "shape": [1, 4], "dtype": "uint8"},
        **changes,
    }  # fmt: skip


def a_blob(folder: Path, data: bytes) -> Blob:
    path = folder / "payload"
    path.write_bytes(data)
    return Blob(path=path, size=len(data))


@pytest.mark.parametrize(
    "head",
    [
        {},
        {"index": 1, "status": "ok", "seconds": 0},
        {"index": "x", "status": "ok", "seconds": 0},
        {"index": 0, "status": "killed", "seconds": 0},
        {"index": 0, "status": "ok", "seconds": -1},
        {"index": 0, "status": "ok", "seconds": float("nan")},
        {"index": 0, "status": "ok", "seconds": 0, "outputs": [{"kind": "html", "text": ""}]},
        {"index": 0, "status": "ok", "seconds": 0, "outputs": [{"kind": "text", "x": 1}]},
    ],
)
def test_a_cell_that_is_none_is_refused(head):
    with pytest.raises(frames.FrameError):
        frames.cell(head, SENT)


@pytest.mark.parametrize(
    "changes",
    [
        {"framework": "caffe"},
        {"config": [1]},
        {"config": {"x": float("inf")}},
        {"cell": 1},
        {"weights": [{"name": "a", "shape": [2, 2], "dtype": "float32"}]},
        {"weights": [{"name": "a", "shape": [-2, -3], "dtype": "float32"}]},
        {"weights": [{"name": "a", "shape": [10**12] * 3, "dtype": "float32"}]},
        {"weights": [{"name": "a", "shape": [2, 3], "dtype": "object"}]},
        {"weights": "many"},
        {"training": {"steps": -5}},
        {"sample": None},
        {"variable": "x" * 1000},
    ],
)
def test_a_model_that_is_none_is_refused(tmp_path, changes):
    with pytest.raises(frames.FrameError):
        frames.model(a_model(**changes), a_blob(tmp_path, bytes(28)), SENT)


def test_a_model_without_its_bytes_is_refused():
    with pytest.raises(frames.FrameError, match="received 0 bytes, expected 28"):
        frames.model(a_model(), None, SENT)


def test_weights_and_sample_get_a_file_each(tmp_path):
    blob = a_blob(tmp_path, bytes(range(28)))
    key, model = frames.model(a_model(), blob, SENT)
    assert key == ("keras", 1)
    assert model.blob.path.read_bytes() == bytes(range(24))
    assert model.sample_blob.path.read_bytes() == bytes(range(24, 28))
    assert (model.blob.size, model.sample_blob.size) == (24, 4)


def test_a_model_without_weights_needs_no_bytes():
    _, model = frames.model(a_model(weights=[], sample=None), None, SENT)
    assert model.blob is None
    assert model.sample_blob is None
