"""The worker process: frames out, whatever comes in."""

import json
import os
import struct
import sys

import pytest

from grader.rebuild.inside import __main__ as worker
from grader.rebuild.inside import plain
from tests.rebuild.capture import layer, sequential


@pytest.fixture
def frames(tmp_path, monkeypatch):
    """Run the worker on models; the heads of the frames it sends."""

    def run(*models):
        (tmp_path / "attachments").mkdir()
        jobs = [{"index": i, "weights": [], "images": [], **m} for i, m in enumerate(models)]
        (tmp_path / "job.json").write_text(json.dumps({"models": jobs}))
        stream = tmp_path / "frames"
        target = os.open(stream, os.O_WRONLY | os.O_CREAT)
        monkeypatch.setenv("GRADE_STAGE", str(tmp_path))
        monkeypatch.setenv("GRADE_EXPORT_FD", str(target))
        worker.main()
        data, heads = stream.read_bytes(), []
        while data:
            head, payload = struct.unpack_from("<IQ", data)
            heads.append(json.loads(data[12 : 12 + head]))
            data = data[12 + head + payload :]
        return heads

    return run


def model(framework, config, inputs=None):
    return {"framework": framework, "config": config, "blob": None, "inputs": inputs}


def test_a_missing_pytorch_is_the_machines_turn(frames, monkeypatch):
    for name in [n for n in sys.modules if n.startswith("grader.rebuild.inside.torch_")]:
        monkeypatch.delitem(sys.modules, name)
        # `from . import torch_model` would find the attribute that an earlier test left behind.
        monkeypatch.delattr(sys.modules["grader.rebuild.inside"], name.rpartition(".")[2])
    monkeypatch.setitem(sys.modules, "torch", None)
    assert frames(model("torch", {})) == [
        {
            "type": "summary",
            "index": 0,
            "problem": "PyTorch is not installed here: pip install 'grade[torch]'",
            "machine": True,
        }
    ]


def test_each_model_gets_its_frame_and_summaries_come_first(frames):
    hostile = sequential(layer("Lambda", "l"))
    heads = frames(model("keras", hostile, "none.npy"), model("keras", [1]), model("keras", None))
    assert [(h["type"], h["index"]) for h in heads] == [
        ("summary", 0),
        ("summary", 1),
        ("summary", 2),
        ("predictions", 0),
    ]
    assert "'Lambda' is not among" in heads[0]["problem"]
    assert all("machine" not in h for h in heads)
    assert heads[3]["problem"].startswith("FileNotFoundError")


def test_messages_of_a_framework_are_cut_to_their_first_line(frames, monkeypatch):
    def explode(config):
        raise RuntimeError("first " + "x" * 1000 + "\nsecond")

    monkeypatch.setattr(plain, "read", explode)
    (head,) = frames(model("keras", {}))
    assert head["problem"].startswith("RuntimeError: first x")
    assert len(head["problem"]) < 350
    assert "second" not in head["problem"]
