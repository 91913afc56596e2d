"""The NVIDIA devices of this machine, shown to student code only where a course wants that.

They hand the kernel driver to hostile code, and GPU memory has no limit per process: one
submission at a time should use a device.
"""

import os
from pathlib import Path

from grader.errors import SandboxError

FOLDERS = ("/sys/bus/pci", "/sys/devices", "/sys/module/nvidia", "/sys/module/nvidia_uvm")
"""Where CUDA reads what cards there are and how they are wired."""


def devices(wanted: str) -> tuple[Path, ...]:
    """The device files to show.

    Args:
        wanted: `cpu` for none, `gpu` for those that there must be, `auto` for those that there are.

    Raises:
        SandboxError: If `gpu` was asked for and no driver is loaded.
    """
    if wanted == "cpu":
        return ()
    # nvidiactl is there exactly when the driver is loaded.
    found = tuple(sorted(Path("/dev").glob("nvidia*"))) if Path("/dev/nvidiactl").exists() else ()
    if wanted == "gpu" and not found:
        raise SandboxError(
            "--device gpu: this machine has no /dev/nvidiactl; load the NVIDIA driver, or use "
            "--device cpu"
        )
    return found


def environment(shown: tuple[Path, ...]) -> dict[str, str]:
    """Variables of a worker that may use the devices in `shown`, or none."""
    if not shown:
        return {"CUDA_VISIBLE_DEVICES": "-1"}
    # Without growth TensorFlow takes the whole card, and the rebuild worker finds none left.
    chosen = {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    if (visible := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        chosen["CUDA_VISIBLE_DEVICES"] = visible
    return chosen
