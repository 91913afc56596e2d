"""Set a network beside its nearest reference and tell the difference layer by layer."""

from collections.abc import Iterator, Sequence
from typing import Literal

from grader.graph.canonical import Graph, Node
from grader.graph.counts import expected_params
from grader.graph.nearest import Candidate, nearest
from grader.records import Comparison, Difference, ModelSummary, Reference, Shape

_SHAPING = frozenset({"kernel_size", "pool_size", "strides", "padding"})


NOT_REACHED = "was not reached, because an earlier layer cannot be built."
"""How the message ends for a layer behind one that cannot be built."""


def compare(
    model: ModelSummary, references: Sequence[Reference], networks: Sequence[str] = ()
) -> Comparison | None:
    """Find the nearest reference and the edit script from it to the model.

    Args:
        model: The network as rebuilt, or as far as it could be built.
        references: All variants of all networks; of equally near ones the first is taken.
        networks: The networks to look at; empty for all.

    Returns:
        The comparison; None if the model is nothing like any of them.
    """
    best = nearest(model, references, networks)
    if best is None:
        return None
    differences = list(_differences(best, model))
    return Comparison(
        network=best.reference.network,
        variant=best.reference.variant,
        title=best.reference.title,
        conforms=_conforms(best.reference, differences),
        credit=_credit(best, model, differences),
        differences=tuple(differences),
        expected_params=expected_params(best.reference, classes=best.network.classes),
    )


def _conforms(
    reference: Reference, differences: list[Difference]
) -> Literal["yes", "accepted-variant", "no"]:
    severities = {d.severity for d in differences}
    if "fault" in severities:
        return "no"
    return "accepted-variant" if "accepted" in severities or reference.accepted else "yes"


def _credit(best: Candidate, model: ModelSummary, differences: list[Difference]) -> float:
    """Share of the layers, the reference's and the surplus ones, that are right."""
    total = len(best.graph.nodes)
    names = {node.layer for node in best.graph.nodes}
    wrong = {d.layer for d in differences if d.severity == "fault" and d.layer in names}
    surplus = sum(1 for d in differences if d.kind == "extra" and d.severity == "fault")
    right = total - len(wrong)
    if model.failure is not None and not wrong:
        right -= 1  # Whatever stopped it: a network that cannot be built is not all right.
    return max(right, 0) / (total + surplus)


def _differences(best: Candidate, model: ModelSummary) -> Iterator[Difference]:
    graph = best.network
    yield from _input(best.graph.input_shape, graph.input_shape)
    failing = model.failure.layer if model.failure else None
    told = False
    per_position_told = False
    before = "the input"
    for i, j in best.pairs:
        if i is None and j is not None:
            yield _extra(graph.nodes[j], before)
        elif i is not None and j is None:
            yield _missing(best.graph.nodes[i], before, reached=i < best.end)
            before = best.graph.nodes[i].layer
        elif i is not None and j is not None:
            expected, found = best.graph.nodes[i], graph.nodes[j]
            for change in best.changes(i, j):
                if change.field == "input" and per_position_told:
                    continue  # The first such layer causes the others.
                per_position_told |= change.field == "input"
                consequence = ""
                if change.severity == "fault" and change.field in _SHAPING and not told:
                    consequence = _consequence(expected, found)
                    told = bool(consequence)
                yield Difference(
                    layer=expected.layer,
                    kind="changed",
                    field=change.field,
                    expected=change.expected,
                    found=change.found,
                    severity=change.severity,
                    message=f"{_subject(expected.layer, change.message)}{consequence}.",
                )
            before = expected.layer
        if failing is not None and j is not None and graph.nodes[j].layer == failing:
            yield _failure(before, model)
            failing = None
    if failing is not None:
        yield _failure(failing, model)
    yield from _remarks(best)


def _input(expected: Shape | None, found: Shape | None) -> Iterator[Difference]:
    if expected == found or expected is None or found is None:
        return
    yield Difference(
        layer="input",
        kind="changed",
        field="input_shape",
        expected=_by(expected),
        found=_by(found),
        severity="accepted",
        message=f"The input is {_by(found)} where the reference reads {_by(expected)}; "
        "the layers are compared as they are.",
    )


def _missing(node: Node, before: str, *, reached: bool) -> Difference:
    message = f"{node.layer} is missing: expected {_node_words(node)} after {before}."
    if not reached:
        message = f"{node.layer} {NOT_REACHED}"
    return Difference(
        layer=node.layer,
        kind="missing",
        expected=_node_words(node),
        severity="fault",
        message=message,
    )


def _extra(node: Node, before: str) -> Difference:
    return Difference(
        layer=node.layer,
        kind="extra",
        found=_node_words(node),
        severity="fault",
        message=f"After {before} there is one more layer, {_node_words(node)} "
        f"('{node.layer}'), that the reference does not have.",
    )


def _failure(layer: str, model: ModelSummary) -> Difference:
    assert model.failure is not None
    return Difference(
        layer=layer,
        kind="changed",
        field="output_shape",
        expected="a layer that can be built",
        found="impossible",
        severity="fault",
        message=f"{layer} cannot be built: {model.failure.message.rstrip('.')}.",
    )


def _subject(layer: str, message: str) -> str:
    verb = message.startswith(("is ", "has ", "tells "))
    return f"{layer} {message}" if verb else f"{layer}: {message}"


def _consequence(expected: Node, found: Node) -> str:
    """What the first fault that changes the size of the map does to the rest."""
    one, other, read = expected.output_shape, found.output_shape, found.input_shape
    if not one or not other or not read or {len(one), len(other), len(read)} != {3}:
        return ""
    if one[:2] == other[:2]:
        return ""
    size = _by(other[:2])
    does = (
        f"keeps the map at {size}"
        if read[:2] == other[:2]
        else f"turns {_by(read[:2])} into {size}"
    )
    return f"; it {does}, and all later sizes follow from it"


def _remarks(best: Candidate) -> Iterator[Difference]:
    """Dropout, normalisation and the like: one remark a kind."""
    names = {j: best.graph.nodes[i].layer for i, j in best.pairs if i is not None and j is not None}
    added: dict[str, list[str]] = {}
    for note in best.network.notes:
        place = "the input" if note.after < 0 else names.get(note.after, "an extra layer")
        added.setdefault(note.kind, []).append(place)
    expected: dict[str, list[str]] = {}
    for note in best.graph.notes:
        place = "the input" if note.after < 0 else best.graph.nodes[note.after].layer
        expected.setdefault(note.kind, []).append(place)
    for kind in [k for k in added if k not in expected]:
        yield Difference(
            layer=added[kind][0],
            kind="extra",
            field=kind,
            found=f"after {', '.join(added[kind])}",
            severity="remark",
            message=f"{kind} was added after {', '.join(added[kind])}; it costs nothing.",
        )
    for kind in [k for k in expected if k not in added and best.end == len(best.graph.nodes)]:
        yield Difference(
            layer=expected[kind][0],
            kind="missing",
            field=kind,
            expected=f"after {', '.join(expected[kind])}",
            severity="remark",
            message=f"The paper has {kind} after {', '.join(expected[kind])}; "
            "going without it costs nothing.",
        )


def _node_words(node: Node) -> str:
    return str(Graph(input_shape=None, nodes=(node,), notes=()))


def _by(shape: Shape) -> str:
    return "x".join("any" if n is None else str(n) for n in shape)
