"""GPU devices are shown when a run may use them, and only then; no GPU is needed to see that."""

from pathlib import Path

import pytest

from grader import sandbox
from grader.errors import SandboxError
from grader.sandbox import gpu
from tests.sandbox.conftest import Bench

DEVICE = Path("/dev/net/tun")
"""A device file that many machines have and no sandbox shows by itself."""

needs_device = pytest.mark.skipif(not DEVICE.exists(), reason=f"needs {DEVICE}")
without_driver = pytest.mark.skipif(
    Path("/dev/nvidiactl").exists(), reason="is about machines without an NVIDIA driver"
)
SOURCE = f"""
send(seen=os.access({str(DEVICE)!r}, os.F_OK), cuda=os.environ.get('CUDA_VISIBLE_DEVICES'))
"""


@without_driver
def test_asking_for_a_gpu_where_there_is_none_says_what_to_do():
    with pytest.raises(SandboxError, match="load the NVIDIA driver, or use --device cpu"):
        gpu.devices("gpu")


@without_driver
def test_auto_is_the_cpu_where_there_is_no_gpu():
    assert gpu.devices("auto") == gpu.devices("cpu") == ()


@needs_device
@pytest.mark.parametrize(
    ("shown", "expected"),
    [((), {"seen": False, "cuda": "-1"}), ((DEVICE,), {"seen": True, "cuda": "1"})],
)
def test_bubblewrap_shows_a_device_only_where_it_was_given(shown, expected, tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    attempt = sandbox.try_kind("bubblewrap", devices=shown)
    if attempt.sandbox is None:
        pytest.skip(attempt.problem)
    assert Bench(attempt.sandbox, tmp_path).run(SOURCE).said == expected


@needs_device
def test_landlock_opens_a_device_only_where_it_was_given(tmp_path):
    source = f"send(told=attempt(lambda: os.close(os.open({str(DEVICE)!r}, os.O_RDWR))))"
    told = {}
    for shown in ((), (DEVICE,)):
        attempt = sandbox.try_kind("landlock", devices=shown)
        if attempt.sandbox is None:
            pytest.skip(attempt.problem)
        folder = tmp_path / str(len(shown))
        folder.mkdir()
        told[shown] = Bench(attempt.sandbox, folder).run(source).said["told"]
    assert told == {(): "refused: PermissionError", (DEVICE,): "possible: None"}
