"""Lay the layers of two networks side by side, by edit distance."""

from collections.abc import Callable, Iterable

from grader.graph.canonical import Graph, Node

Pair = tuple[int | None, int | None]
"""Index in the reference and in the network; None where one has no counterpart."""


def weight(node: Node) -> float:
    """What it costs to leave a layer out or to add it.

    Layers with weights make an architecture, poolings a little less. Chosen; only the order
    matters.
    """
    if node.family == "convolution" or node.kind == "Dense":
        return 1.0
    return 0.75 if node.family == "pooling" else 0.5


def size(nodes: Iterable[Node]) -> float:
    """The cost of all the layers, the unit in which distances are told."""
    return sum(weight(node) for node in nodes)


def align(
    reference: Graph,
    network: Graph,
    swap: Callable[[int, int], float],
    *,
    open_end: bool = False,
) -> tuple[float, list[Pair]]:
    """The cheapest way to turn `reference` into `network`.

    Args:
        reference: The network as it should be.
        network: The network as it was found.
        swap: What it costs to turn the i-th node of one into the j-th of the other.
        open_end: True when `network` breaks off, so that what the reference has after its end
            costs nothing.

    Returns:
        The cost, and the pairs in order of computation. Of equal ways the one that pairs early
        layers first.
    """
    rows, columns = len(reference.nodes), len(network.nodes)
    # cost[i][j]: from reference.nodes[i:] to network.nodes[j:], so the walk goes forwards.
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    swaps = [[swap(i, j) for j in range(columns)] for i in range(rows)]
    for i in reversed(range(rows)):
        cost[i][columns] = 0.0 if open_end else cost[i + 1][columns] + weight(reference.nodes[i])
    for j in reversed(range(columns)):
        cost[rows][j] = cost[rows][j + 1] + weight(network.nodes[j])
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            cost[i][j] = min(
                cost[i + 1][j + 1] + swaps[i][j],
                cost[i + 1][j] + weight(reference.nodes[i]),
                cost[i][j + 1] + weight(network.nodes[j]),
            )
    pairs: list[Pair] = []
    i = j = 0
    while i < rows or j < columns:
        if i < rows and j < columns and _same(cost[i][j], cost[i + 1][j + 1] + swaps[i][j]):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif j == columns or (
            i < rows and _same(cost[i][j], cost[i + 1][j] + weight(reference.nodes[i]))
        ):
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return cost[0][0], pairs


def _same(one: float, other: float) -> bool:
    return abs(one - other) < 1e-9
