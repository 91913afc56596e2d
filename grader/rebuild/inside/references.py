"""Describe the course's reference networks with the code that describes submissions.

Run in a process of its own, trusted: `networks` are modules under `reference/` of the course.
"""

import importlib
import json
from pathlib import Path
from typing import Any

from . import keras_model


def main(networks: list[str], output: Path) -> None:
    """Write `[{"network", "variant", "title", "summary" or "fault"}]` as JSON to `output`."""
    output.write_text(json.dumps([d for n in networks for d in _described(n)]), encoding="utf-8")


def _described(network: str) -> list[dict[str, Any]]:
    try:
        module = importlib.import_module(f"reference.{network}")
        variants = dict(module.VARIANTS)
    # The course's own code: whatever it raises is a fault of the course, named as such.
    except Exception as error:
        return [{"network": network, "variant": None, "fault": _words(error)}]
    found = []
    for variant, title in variants.items():
        entry: dict[str, Any] = {"network": network, "variant": variant, "title": title}
        try:
            entry["summary"] = _summary(module.build(variant=variant))
        except Exception as error:
            entry["fault"] = _words(error)
        found.append(entry)
    return found


def _summary(model: Any) -> dict[str, Any]:
    # Through JSON, as a submission's config comes: tuples become lists.
    config = json.loads(json.dumps(model.get_config()))
    captured = {"class_name": type(model).__name__, "config": config}
    return keras_model.summarise({"config": captured, "weights": [], "images": []})


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
