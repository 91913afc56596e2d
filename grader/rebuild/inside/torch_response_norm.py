"""Recognise a local response normalisation in the small operations it is exported as."""

from collections.abc import Mapping
from dataclasses import replace

from . import torch_ops
from .torch_args import Ref
from .torch_network import Network, Node


def fold(network: Network) -> Network:
    """Put one node for the ten that a local response normalisation is exported as.

    They hold sizes of the maps as constants, which would tie the network to one size of image.
    """
    by_name = {node.name: node for node in network.nodes}
    folded: dict[str, Node] = {}
    for node in network.nodes:
        found = _response_norm(node, by_name)
        if found is not None:
            folded[node.name] = found
    if not folded:
        return network
    nodes = [folded.get(node.name, node) for node in network.nodes]
    needed, kept = {network.output}, []
    for node in reversed(nodes):
        if node.name in needed:
            kept.append(node)
            needed |= {ref.name for ref in node.refs if ref.kind == "node"}
    return replace(network, nodes=tuple(reversed(kept)))


def _response_norm(node: Node, by_name: Mapping[str, Node]) -> Node | None:
    """The whole normalisation that ends in `node`, or None if it does not end one."""
    if node.op != "div.Tensor" or not all(isinstance(arg, Ref) for arg in node.args):
        return None
    source = node.args[0]

    def before(current: Node | None, *ops: str) -> Node | None:
        """The node that `current` reads, if it is one of `ops`."""
        ref = current.args[0] if current is not None else None
        found = by_name.get(ref.name) if isinstance(ref, Ref) and ref.kind == "node" else None
        return found if found is not None and found.op in ops else None

    power = by_name.get(node.args[1].name)
    if power is None or power.op != "pow.Tensor_Scalar":
        return None
    added = before(power, "add.Tensor")
    scaled = before(added, "mul.Tensor")
    last = before(scaled, "view.default", "reshape.default", "squeeze.dim")
    mean = last if last and last.op == "squeeze.dim" else before(last, "squeeze.dim")
    pool = before(mean, "avg_pool3d.default", "avg_pool2d.default")
    padded = before(pool, "pad.default", "constant_pad_nd.default")
    wide = before(padded, "view.default", "reshape.default", "unsqueeze.default")
    square = before(wide, "mul.Tensor")
    if added is None or scaled is None or pool is None or square is None:
        return None
    if list(square.args) != [source, source]:
        return None
    if isinstance(added.args[1], Ref) or isinstance(scaled.args[1], Ref):
        return None
    span = pool.args[1][0]
    padding = [0] * (2 * (len(pool.args[1]) - 1)) + [span // 2, (span - 1) // 2]
    if padded is None or list(padded.args[1]) != padding or set(pool.args[1][1:]) != {1}:
        return None
    name = "local_response_norm"
    args = (source, span, scaled.args[1], power.args[1], added.args[1])
    return replace(node, op=name, rule=torch_ops.find(name), args=args, kwargs={})
