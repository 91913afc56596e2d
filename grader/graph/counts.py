"""How many weights a reference network has for another number of classes or another input."""

from collections.abc import Sequence
from dataclasses import replace

from grader.graph.canonical import Node, canonical
from grader.graph.nearest import nearest
from grader.records import ModelSummary, Reference, Shape


def expected_params(
    reference: Reference,
    *,
    classes: int | None = None,
    input_shape: Shape | None = None,
    nodes: Sequence[Node] | None = None,
) -> int:
    """Scalars in all weights of `reference`, adapted.

    Args:
        reference: The network.
        classes: Number of output classes; None for the reference's own.
        input_shape: Height, width and channels it reads instead; None, or a shape that the
            network cannot read, for the reference's own.
        nodes: Its layers with other settings; None for its own.
    """
    graph = canonical(reference.summary)
    own = _count(graph.nodes, graph.input_shape, graph.classes)
    other = _count(nodes or graph.nodes, input_shape or graph.input_shape, classes or graph.classes)
    if own is not None and other is not None:
        # What `_count` does not know, such as normalisation, is the same in both.
        return reference.summary.params + other - own
    return reference.summary.params


def adapted_params(
    model: ModelSummary, references: Sequence[Reference], networks: Sequence[str] = ()
) -> int | None:
    """Scalars the nearest reference has with every accepted difference taken over.

    So a network that is accepted as it is has an accepted count too: AlexNet on 224x224, or with
    the two groups of the paper. Faults are not taken over.

    Returns:
        The number; None if the model is nothing like any of the references.
    """
    best = nearest(model, references, networks)
    if best is None:
        return None
    nodes = list(best.graph.nodes)
    for i, j in best.pairs:
        if i is not None and j is not None:
            found = best.network.nodes[j].config
            taken = {c.field for c in best.changes(i, j) if c.severity == "accepted"}
            own = {field: found[field] for field in taken & found.keys() - {"activation"}}
            nodes[i] = replace(nodes[i], config={**nodes[i].config, **own})
    return expected_params(
        best.reference,
        classes=best.network.classes,
        input_shape=best.network.input_shape,
        nodes=nodes,
    )


def _count(nodes: Sequence[Node], shape: Shape | None, classes: int | None) -> int | None:
    """Weights of the layers we know, walking through the shapes; None if it cannot be told."""
    total = 0
    for node in nodes:
        if shape is None or any(n is None for n in shape):
            return None
        sizes = [n for n in shape if n is not None]
        if node.kind == "Dense":
            last = node is nodes[-1]
            units = classes if last and classes is not None else node.config["units"]
            fan_in = 1
            for n in sizes:
                fan_in *= n
            total += (fan_in + bool(node.config["use_bias"])) * units
            shape = (units,)
        elif node.kind in ("Conv2D", "MaxPooling2D", "AveragePooling2D") and len(sizes) == 3:
            channels = sizes[2]
            if node.kind == "Conv2D":
                rows, columns = node.config["kernel_size"]
                fan_in = rows * columns * channels // node.config["groups"]
                channels = node.config["filters"]
                total += (fan_in + bool(node.config["use_bias"])) * channels
            shape = _slide(node, sizes, channels)
        else:
            return None
    return total


def _slide(node: Node, sizes: list[int], channels: int) -> Shape | None:
    window = node.config.get("kernel_size") or node.config["pool_size"]
    pads, strides = node.config["padding"], node.config["strides"]
    dilation = node.config.get("dilation_rate", (1, 1))
    if pads is None:
        return None
    out = [
        (sizes[axis] + sum(pads[axis]) - dilation[axis] * (window[axis] - 1) - 1) // strides[axis]
        + 1
        for axis in range(2)
    ]
    return (out[0], out[1], channels) if min(out) > 0 else None
