"""Export a module that fails, up to and including the layer at which it does."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.fx.experimental.proxy_tensor import get_proxy_mode
from torch.overrides import TorchFunctionMode

from .torch_export import convert


class _Views(TorchFunctionMode):  # type: ignore[misc]
    """Notes the `view` or `reshape` that fails, which is no module that could be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.failed: tuple[Any, list[int]] | None = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        try:
            return func(*args, **(kwargs or {}))
        except Exception:
            if func in (torch.Tensor.view, torch.Tensor.reshape, torch.reshape):
                sizes = args[1] if isinstance(args[1], list | tuple) else args[1:]
                self.failed = (args[0], [int(size) for size in sizes])
            raise


@dataclass
class _Trail:
    """Where a pass through a module has come to."""

    begun: list[tuple[Any, Any]] = field(default_factory=list)
    """Layers that have begun and not ended, with what they were given."""
    last: Any = None
    """The result of the last layer that has ended."""
    sizes: list[int] | None = None
    """Of the `view` that failed."""

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        """Note a layer that begins."""
        self.begun.append((module, args[0]))

    def leave(self, module: Any, args: tuple[Any, ...], result: Any) -> None:
        """Forget a layer that has ended well."""
        self.begun.pop()
        self.last = result


class _UpToFailure(nn.Module):  # type: ignore[misc]
    """Gives the result of `net` or, where it fails, what the failing step was given."""

    def __init__(self, net: Any, trail: _Trail) -> None:
        super().__init__()
        self.net = net
        # An object apart, since an export undoes what `forward` assigns to the module.
        self.trail = trail

    def forward(self, *args: Any) -> Any:
        trail = self.trail
        trail.begun, trail.last, trail.sizes = [], args[0], None
        mode = get_proxy_mode()
        stack = {} if mode is None else mode.tracer.module_stack
        depth = len(stack)
        views = _Views()
        try:
            with views:
                return self.net(*args)
        except Exception:  # the failure we are here for
            # The tracer does not expect that modules are left by an exception.
            while len(stack) > depth:
                stack.popitem()
            if trail.begun:
                return trail.begun[-1][1]
            if views.failed is None:
                return trail.last
            trail.sizes = views.failed[1]
            return views.failed[0]


def export(
    module: Any, example: Any, others: tuple[Any, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The graph and the weights as `torch_export.export` gives them, of what comes before.

    Raises:
        Exception: Whatever goes wrong; there is nothing to hand over then.
    """
    trail = _Trail()
    net = _UpToFailure(module, trail)
    layers = [part for part in module.modules() if next(part.children(), None) is None]
    handles = [part.register_forward_pre_hook(trail.enter) for part in layers]
    handles += [part.register_forward_hook(trail.leave) for part in layers]
    try:
        program = torch.export.export(net, (example, *others), strict=False)
    finally:
        for handle in handles:
            handle.remove()
    config, weights = convert(program)
    if trail.begun:
        layer = trail.begun[-1][0]
        path = next(name for name, part in net.named_modules() if part is layer)
        weights = {**weights, **_append_layer(config, layer, path)}
    elif trail.sizes is not None:
        _append(config, "aten.view.default", [trail.sizes])
    return _renamed(config), {name.removeprefix("net."): w for name, w in weights.items()}


def _append_layer(config: dict[str, Any], layer: Any, path: str) -> dict[str, Any]:
    """Put the failing layer at the graph's end; its weights."""
    call = _call(layer)
    if call is None:
        return {}
    op, arguments = call
    own = {f"{path}.{name}": w for name, w in layer.named_parameters()}
    bias = {"weight": f"{path}.bias"} if getattr(layer, "bias", None) is not None else None
    weights = [{"weight": f"{path}.weight"}, bias] if own else []
    _append(config, op, [*weights, *arguments], path)
    for name, weight in own.items():
        if name not in config["parameters"]:
            config["parameters"].append(name)
            config["shapes"][name] = list(weight.shape)
            config["trainable"] += [name] if weight.requires_grad else []
    return own


def _append(config: dict[str, Any], op: str, arguments: list[Any], path: str = "") -> None:
    args = [{"node": config["output"]}, *arguments]
    name = op.split(".")[1]
    taken = {node["name"] for node in config["nodes"]}
    while name in taken:
        name += "_"
    config["nodes"].append({"name": name, "op": op, "args": args, "kwargs": {}, "module": path})
    config["output"] = name


def _call(layer: Any) -> tuple[str, list[Any]] | None:
    """The operation of the layers that fail by their sizes, and its arguments after weights."""
    if isinstance(layer, nn.Linear):
        return "aten.linear.default", []
    if isinstance(layer, nn.Conv2d) and not isinstance(layer.padding, str):
        windows = [list(layer.stride), list(layer.padding), list(layer.dilation)]
        return "aten.conv2d.default", [*windows, layer.groups]
    if isinstance(layer, nn.MaxPool2d | nn.AvgPool2d):
        op = "max_pool2d" if isinstance(layer, nn.MaxPool2d) else "avg_pool2d"
        sizes = [layer.kernel_size, layer.stride, layer.padding]
        return f"aten.{op}.default", [[s] if isinstance(s, int) else list(s) for s in sizes]
    return None


def _renamed(value: Any) -> Any:
    """The same JSON without the wrapper's name before the paths of modules and weights."""
    if isinstance(value, dict):
        return {
            key.removeprefix("net.") if isinstance(key, str) else key: _renamed(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    return value.removeprefix("net.") if isinstance(value, str) else value
