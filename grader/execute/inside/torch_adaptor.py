"""Run PyTorch notebooks offline and within a budget, and hand over their models."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import torch_data, torchvision_shim
from .context import Run

# PyTorch itself is imported inside the functions: this module is loaded while PyTorch is only
# about to be imported.


def _patch_torch(torch: ModuleType, run: Run) -> None:
    from . import torch_loader
    from .torch_watch import Watch

    watch = Watch(run)
    watch.install()
    torch_loader.install(watch)
    torch_data.refuse_weights(torch, run)
    run.state["torch"] = watch

    def compile(model: Any = None, **options: Any) -> Any:
        """Return the model as it is: there is no compiler to rely on."""
        run.skipped("torch.compile: models were run uncompiled")
        return model if model is not None else lambda model: model

    torch.compile = compile  # type: ignore[attr-defined]


PATCHES: dict[str, Callable[[ModuleType, Run], None]] = {
    "torch": _patch_torch,
    "torchvision.extension": torchvision_shim.declare,
    "torchvision.datasets.utils": torch_data.refuse_downloads,
    "torchvision.datasets.mnist": torch_data.serve_mnist,
    "torchvision.datasets.cifar": torch_data.serve_cifar,
}
"""Module -> what to do right after it has been imported."""


def capture(namespace: dict[str, Any], run: Run) -> None:
    """Hand over the models that were built or trained since the last cell."""
    if "torch" in run.state:
        from . import torch_capture

        torch_capture.capture(namespace, run.state["torch"])


def seed(value: int) -> None:
    """Seed PyTorch's generators."""
    sys.modules["torch"].manual_seed(value)


def environment() -> dict[str, str]:
    """Versions, and the device that PyTorch computes on."""
    torch: Any = sys.modules["torch"]
    cuda = torch.cuda.is_available()
    device = torch.cuda.get_device_name(0) if cuda else "cpu"
    return {"torch": str(torch.__version__), "backend": "torch", "device": str(device)}
