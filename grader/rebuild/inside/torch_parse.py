"""Check an exported graph as it came from the run process."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import torch_ops
from .torch_args import MAX_ELEMENTS, integers, show
from .torch_network import Network, Node
from .torch_ops import Op
from .torch_response_norm import fold

MAX_NODES = 2000
"""Operations in one graph; a ResNet-152 has some 520."""

_shape = integers(0, MAX_ELEMENTS)


def parse(config: Any) -> Network:
    """Check a graph as it came from the run process.

    Raises:
        ValueError: If anything in it is unknown, out of order or out of bounds.
    """
    if not isinstance(config, dict) or config.get("format") != "aten/1":
        raise ValueError("received no graph in the format aten/1")
    inputs = _list(config, "inputs", 1)
    if len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise ValueError("the graph must read exactly one tensor")
    input_name = _text(inputs[0].get("name"), "inputs[0].name")
    input_shape = tuple(_shape(inputs[0].get("shape")))
    if len(input_shape) < 2 or not 1 <= input_shape[0] <= 4096:
        raise ValueError(f"inputs[0].shape: received {list(input_shape)}, expected a batch first")
    _count(input_shape, "inputs[0].shape")
    shapes = _shapes(config)
    trainable = [_text(name, "trainable") for name in _list(config, "trainable", 10_000)]
    for stranger in sorted(set(trainable) - set(shapes))[:1]:
        raise ValueError(f"trainable: no weight {show(stranger)} in parameters")
    known = {input_name}
    nodes = []
    for i, raw in enumerate(_list(config, "nodes", MAX_NODES)):
        node = _node(raw, f"nodes[{i}]", known, shapes)
        known.add(node.name)
        nodes.append(node)
    output = _text(config.get("output"), "output")
    if output not in known:
        raise ValueError(f"output: no node {show(output)}")
    network = Network(input_name, input_shape, tuple(nodes), output, shapes, frozenset(trainable))
    return fold(network)


def _node(raw: Any, where: str, known: set[str], shapes: Mapping[str, tuple[int, ...]]) -> Node:
    if not isinstance(raw, dict):
        raise ValueError(f"{where}: received {show(raw)}, expected a node")
    name = _text(raw.get("name"), f"{where}.name")
    if name in known:
        raise ValueError(f"{where}: the name {show(name)} is used twice")
    op = _text(raw.get("op"), f"{where}.op")
    try:
        rule = torch_ops.find(op)
        args, kwargs = _arguments(rule, raw)
    except ValueError as fault:
        raise ValueError(f"{where} ({show(op)}): {fault}") from fault
    module = raw.get("module") or ""
    node = Node(
        name=name,
        op=op.removeprefix("aten."),
        rule=rule,
        args=args,
        kwargs=kwargs,
        module=_text(module, f"{where}.module") if module else "",
    )
    for ref in node.refs:
        if ref.name not in (known if ref.kind == "node" else shapes):
            # Also what a cycle comes to: some node in it reads one that is not there yet.
            raise ValueError(f"{where}: reads the {ref.kind} {show(ref.name)} before it is there")
    return node


def _arguments(rule: Op, raw: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    given, named = raw.get("args", []), raw.get("kwargs", {})
    if not isinstance(given, list) or not isinstance(named, dict):
        raise ValueError("args must be a list and kwargs an object")
    names = list(rule.args)
    if len(given) > len(names):
        raise ValueError(f"received {len(given)} arguments, expected at most {len(names)}")
    every = dict(zip(names, given, strict=False))
    for key, item in named.items():
        if key not in rule.args or key in every:
            raise ValueError(f"received an argument {show(key)}, expected {', '.join(names)}")
        every[key] = item
    for key in names[: rule.required]:
        if key not in every:
            raise ValueError(f"lacks its argument {key}")
    values = {}
    for key, item in every.items():
        try:
            values[key] = rule.args[key](item)
        except ValueError as fault:
            raise ValueError(f"{key}: {fault}") from fault
    args = [values.pop(key) for key in names[: len(given)]]
    # What must be given is passed by place, since our functions have their own names for it.
    while len(args) < len(names) and names[len(args)] in values:
        args.append(values.pop(names[len(args)]))
    return tuple(args), {key: v for key, v in values.items() if v is not None}


def _shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    names = [_text(name, "parameters") for name in _list(config, "parameters", 10_000)]
    raw = config.get("shapes")
    if not isinstance(raw, dict) or sorted(raw) != sorted(set(names)) or len(raw) != len(names):
        raise ValueError("shapes: expected one shape for each of the parameters")
    shapes = {name: tuple(_shape(raw[name])) for name in names}
    total = sum(_count(shape, f"shapes.{show(name)}") for name, shape in shapes.items())
    if total > 2 * MAX_ELEMENTS:
        raise ValueError(f"received {total:,} weights, expected at most {2 * MAX_ELEMENTS:,}")
    return shapes


def _count(shape: Sequence[int], where: str) -> int:
    count = 1
    for side in shape:
        count *= side
    if count > MAX_ELEMENTS:
        raise ValueError(f"{where}: {count:,} numbers, expected at most {MAX_ELEMENTS:,}")
    return count


def _list(config: dict[str, Any], key: str, most: int) -> list[Any]:
    raw = config.get(key)
    if not isinstance(raw, list) or len(raw) > most:
        received = f"{len(raw)} items" if isinstance(raw, list) else show(raw)
        raise ValueError(f"{key}: received {received}, expected a list of at most {most}")
    return raw


def _text(raw: Any, where: str) -> str:
    if not isinstance(raw, str) or not 1 <= len(raw) <= 300:
        raise ValueError(f"{where}: received {show(raw)}, expected a name")
    return raw
