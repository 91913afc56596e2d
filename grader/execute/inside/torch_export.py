"""Turn a module into a graph of plain operations that travels as JSON."""

import math
from typing import Any

import torch

_VIEWS = {
    *("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "permute", "transpose"),
    *("t", "expand", "select", "slice", "chunk", "split", "split_with_sizes", "getitem", "alias"),
    *("detach", "contiguous", "to", "dropout", "feature_dropout", "alpha_dropout"),
}
"""Operations whose result may share its numbers with what they read."""


def export(
    module: Any, example: Any, others: tuple[Any, ...] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Export a module, in evaluation mode already.

    Args:
        module: The model.
        example: An input that it takes, batch first.
        others: Further arguments, no tensors.

    Returns:
        The graph (format `aten/1`), and the tensors it reads by name.

    Raises:
        ValueError: If something in it has no place in the format.
        Exception: Whatever PyTorch or the module raise.
    """
    program = torch.export.export(module, (example, *others), strict=False)
    return convert(program)


def convert(program: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The graph and the weights of an exported program; see `export`."""
    names, modules = _weight_names(program), _modules(program)
    # What stands for the value of each node from here on; in-place operations replace it.
    now: dict[str, Any] = {}
    nodes: list[dict[str, Any]] = []
    views: dict[str, str] = {}
    stale: set[str] = set()
    inputs = []
    output = ""
    for node in program.graph.nodes:
        if node.op == "placeholder":
            if node.name in names:
                now[node.name] = {"weight": names[node.name]}
            elif isinstance(node.meta.get("val"), torch.Tensor):
                now[node.name] = {"node": node.name}
                inputs.append({"name": node.name, "shape": list(node.meta["val"].shape)})
        elif node.op == "call_function":
            used = {source.name for source in node.all_input_nodes}
            if used & stale:
                raise ValueError(f"{node.name} reads numbers that were changed in place")
            op, in_place = _op(node.target)
            nodes.append(
                {
                    "name": node.name,
                    "op": op,
                    "args": [_value(arg, now) for arg in node.args],
                    "kwargs": {key: _value(arg, now) for key, arg in node.kwargs.items()},
                    "module": modules[node.name],
                }
            )
            now[node.name] = {"node": node.name}
            source = node.args[0].name if hasattr(node.args[0], "name") else ""
            if in_place:
                now[source] = {"node": node.name}
                stale |= _relatives(source, views)
            if in_place or op.split(".")[1 if op.startswith("aten.") else 0] in _VIEWS:
                views[node.name] = source
        elif node.op == "output":
            output = _output(node.args[0], now)
    if len(inputs) != 1:
        raise ValueError(f"it reads {len(inputs)} tensors; one is expected")
    return _assemble(program, inputs, nodes, output)


def _assemble(
    program: Any, inputs: list[dict[str, Any]], nodes: list[dict[str, Any]], output: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    needed, kept = {output}, []
    weights: set[str] = set()
    for node in reversed(nodes):
        if node["name"] in needed:
            kept.append(node)
            for kind, name in references([node["args"], node["kwargs"]]):
                (needed if kind == "node" else weights).add(name)
    stored = {**program.state_dict, **program.constants}
    # In the model's own order, which is the order of its layers.
    tensors = {name: stored[name] for name in stored if name in weights}
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise ValueError(f"it computes with the {tensor.dtype} numbers {name}")
    config = {
        "format": "aten/1",
        "inputs": inputs,
        "nodes": kept[::-1],
        "output": output,
        "parameters": list(tensors),
        "shapes": {name: list(tensor.shape) for name, tensor in tensors.items()},
        "trainable": [name for name, tensor in tensors.items() if tensor.requires_grad],
    }
    return config, tensors


def references(value: Any) -> list[tuple[str, str]]:
    """All references in JSON arguments, as pairs of kind and name."""
    if isinstance(value, dict) and len(value) == 1 and set(value) <= {"node", "weight"}:
        return [next(iter(value.items()))]
    items = value.values() if isinstance(value, dict) else value
    return [ref for item in items for ref in references(item)] if _is_tree(value) else []


def _is_tree(value: Any) -> bool:
    return isinstance(value, dict | list)


def _weight_names(program: Any) -> dict[str, str]:
    signature = program.graph_signature
    return {
        **signature.inputs_to_parameters,
        **signature.inputs_to_buffers,
        **signature.inputs_to_lifted_tensor_constants,
    }


def _op(target: Any) -> tuple[str, bool]:
    """The name of an operation without the underscore of the in-place forms, and whether it had."""
    name = str(target) if isinstance(target, torch._ops.OpOverload) else target.__name__
    space, _, rest = name.partition(".")
    base, _, overload = rest.partition(".")
    if base.endswith("_") and not base.startswith("_"):
        return f"{space}.{base[:-1]}.{overload}", True
    return name, False


def _relatives(name: str, views: dict[str, str]) -> set[str]:
    """Names that share their numbers with `name`, itself left out."""

    def root(name: str) -> str:
        while name in views:
            name = views[name]
        return name

    family = {view for view in views if root(view) == root(name)} | {root(name)}
    return family - {name}


def _value(arg: Any, now: dict[str, Any]) -> Any:
    if isinstance(arg, torch.fx.Node):
        return now[arg.name]
    if isinstance(arg, list | tuple):
        return [_value(item, now) for item in arg]
    if isinstance(arg, bool | int | str | None):
        return arg
    if isinstance(arg, float):
        if not math.isfinite(arg):
            raise ValueError(f"it computes with the number {arg}")
        return arg
    if isinstance(arg, torch.dtype):
        return {"dtype": str(arg).removeprefix("torch.")}
    if isinstance(arg, torch.device | torch.layout | torch.memory_format):
        return None
    raise ValueError(f"it computes with a {type(arg).__name__}")


def _modules(program: Any) -> dict[str, str]:
    """For each node the path of the module it belongs to; empty for one that has parts itself."""
    paths = {}
    for node in program.graph.nodes:
        stack = list((node.meta.get("nn_module_stack") or {}).values())
        paths[node.name] = str(stack[-1][0]) if stack else ""
    whole = {"".join(parts[:n]) for parts in map(_steps, paths.values()) for n in range(len(parts))}
    return {name: "" if path in whole else path for name, path in paths.items()}


def _steps(path: str) -> list[str]:
    """The path's parts, each with the dot before it."""
    first, *others = path.split(".")
    return [first, *(f".{other}" for other in others)]


def _output(value: Any, now: dict[str, Any]) -> str:
    """The first tensor that is returned, whatever it is wrapped in."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    ref = now.get(value.name, {}) if isinstance(value, torch.fx.Node) else {}
    if "node" not in ref:
        raise ValueError("it returns no tensor that it has computed")
    return str(ref["node"])
