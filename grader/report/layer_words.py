"""A layer's settings in one line of words."""

from typing import Any

from grader.records import Layer
from grader.report.text import one_line

_SAID_ALONE = ("filters", "units", "kernel_size", "pool_size", "strides", "padding", "activation")


def settings(layer: Layer) -> str:
    """Such as `6 filters, 5 × 5, stride 1, same padding, tanh`; empty if there are none."""
    config = layer.config
    said = []
    for key in ("filters", "units"):
        if _is_number(config.get(key)):
            said.append(f"{config[key]:,} {key}")
    for key in ("kernel_size", "pool_size"):
        if key in config:
            said.append(_sizes(config[key]))
    if "strides" in config:
        said.append(f"stride {_stride(config['strides'])}")
    if "padding" in config:
        said.append(_padding(config["padding"]))
    if config.get("activation") not in (None, "linear"):
        said.append(str(config["activation"]))
    elif config.get("activation") == "linear" and ("filters" in config or "units" in config):
        said.append("no activation")
    said += [f"{key} {config[key]}" for key in sorted(config) if _worth_saying(key, config[key])]
    return one_line(", ".join(said), 200)


def _worth_saying(key: str, value: Any) -> bool:
    usual = {"groups": 1, "use_bias": True, "dilation_rate": [1, 1]}
    return key not in _SAID_ALONE and value is not None and value != usual.get(key)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sizes(value: Any) -> str:
    return " × ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)


def _stride(value: Any) -> str:
    if isinstance(value, list | tuple) and len(set(map(str, value))) == 1:
        return str(value[0])
    return _sizes(value)


def _padding(value: Any) -> str:
    if isinstance(value, str):
        return f"{value} padding"
    sides = {str(v) for pair in value for v in pair} if _is_pairs(value) else set()
    return f"padding {sides.pop() if len(sides) == 1 else _sizes(value)}"


def _is_pairs(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(v, list | tuple) for v in value)
