"""Stands in for `google.colab`, which exists only on Google's machines."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from .context import Run


def fill(module: ModuleType, run: Run) -> None:
    """Give `google.colab` the parts that notebooks use."""

    def mount(folder: str, *args: Any, **kwargs: Any) -> None:
        run.skipped(f"google.colab: drive.mount({folder!r})")

    def upload(*args: Any, **kwargs: Any) -> None:
        run.missing("files that are uploaded by hand (google.colab files.upload)")
        raise RuntimeError(
            "files.upload() was called, but nobody is there to choose a file when a notebook is "
            "graded"
        )

    def download(file: str, *args: Any, **kwargs: Any) -> None:
        run.skipped(f"google.colab: files.download({file!r})")

    def show(image: Any) -> None:
        run.skipped("google.colab: cv2_imshow")

    parts = {
        "drive": SimpleNamespace(mount=mount, flush_and_unmount=lambda: None),
        "files": SimpleNamespace(upload=upload, download=download),
        "patches": SimpleNamespace(cv2_imshow=show),
        "output": SimpleNamespace(clear=lambda *args, **kwargs: None),
    }
    module.__path__ = []
    for name, content in parts.items():
        part = ModuleType(f"google.colab.{name}")
        part.__dict__.update(vars(content))
        sys.modules[part.__name__] = part
        setattr(module, name, part)
