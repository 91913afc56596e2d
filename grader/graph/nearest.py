"""Find the reference that a network is nearest to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.graph.align import Pair, align, size
from grader.graph.canonical import Graph, canonical
from grader.graph.differences import Change, changes, differ_too_much
from grader.records import ModelSummary, Reference, Shape

LIMIT = 0.5
"""A network further from every reference than this share of the reference's layers is none of
them. Measured with the functions here: LeNet-5's dense layers without its convolutions are at
0.63 from LeNet-5, other perceptrons and VGG-16 from 0.8 to 1.2 from everything, a LeNet-5 of other
widths and kernels without F6 at 0.45, one without S4 and F6 at 0.31, AlexNet without any padding
at 0.07."""

CLOSE = 0.02
"""Inputs whose sides differ by this share are spellings of one another: 224 and 227."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A reference laid beside a network."""

    reference: Reference
    """The reference."""
    graph: Graph
    """Of the reference."""
    network: Graph
    """What was found."""
    distance: float
    """Cost of the edit script, as a share of the reference's layers."""
    pairs: list[Pair]
    changes: Callable[[int, int], list[Change]]
    """What distinguishes the i-th layer of the one from the j-th of the other."""
    end: int
    """Layers of the reference that the network got to, before it broke off."""


def nearest(
    model: ModelSummary, references: Sequence[Reference], networks: Sequence[str]
) -> Candidate | None:
    """The nearest of `references`, of equally near ones the first; None if all are too far.

    Args:
        model: The network as rebuilt, or as far as it could be built.
        references: All variants of all networks.
        networks: The networks to look at; empty for all.
    """
    graph = canonical(model)
    # A Sequential that fails in `add` ends with the layer that failed.
    broken = bool(model.failure and model.layers and model.layers[-1].name == model.failure.layer)
    papers = {r.network: canonical(r.summary) for r in reversed(references) if not r.accepted}
    candidates = [
        _candidate(reference, papers.get(reference.network), graph, broken)
        for reference in references
        if not networks or reference.network in networks
    ]
    if not graph.nodes or not candidates:
        return None
    best = min(candidates, key=lambda c: c.distance)
    return best if best.distance <= LIMIT else None


def _candidate(
    reference: Reference, paper: Graph | None, network: Graph, broken: bool
) -> Candidate:
    expected = canonical(reference.summary)
    named = {node.layer: node for node in paper.nodes} if paper and reference.accepted else {}

    def differences(i: int, j: int) -> list[Change]:
        one, other = expected.nodes[i], network.nodes[j]
        last = i == len(expected.nodes) - 1 and j == len(network.nodes) - 1
        return changes(one, other, last=last, paper=named.get(one.layer))

    def swap(i: int, j: int) -> float:
        if differ_too_much(expected.nodes[i], network.nodes[j]):
            return float("inf")
        return sum(change.cost for change in differences(i, j))

    cost, pairs = align(expected, network, swap, open_end=broken)
    cost += _input_cost(expected.input_shape, network.input_shape)
    reached = [i for i, j in pairs if i is not None and j is not None] if broken else []
    compared = expected.nodes[: reached[-1] + 1] if reached else expected.nodes
    return Candidate(
        reference=reference,
        graph=expected,
        network=network,
        distance=cost / size(compared),
        pairs=pairs,
        changes=differences,
        end=len(compared),
    )


def _input_cost(expected: Shape | None, found: Shape | None) -> float:
    """So that of two variants the one with the right input wins; never as much as a layer."""
    if expected == found or expected is None or found is None:
        return 0.0
    return 0.1 if _close(expected, found) else 0.5


def _close(expected: Shape, found: Shape) -> bool:
    return len(expected) == len(found) == 3 and all(
        a is None or b is None or abs(a - b) <= CLOSE * a
        for a, b in zip(expected[:2], found[:2], strict=True)
    )
