"""What distinguishes two layers, how serious each difference is and how far it sets them apart."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from grader.graph import padding
from grader.graph.canonical import Node

RECTIFIERS = frozenset(
    {
        "relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "celu", "gelu", "silu", "swish",
        "mish", "hard_silu", "hard_swish", "softplus",
    }
)  # fmt: skip
_NO_CHOICE = frozenset({"linear", "softmax", "log_softmax"})
_LAST = frozenset({"linear", "softmax", "log_softmax"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One property in which a layer differs from the reference's."""

    field: str
    """padding, filters, activation, ..."""
    expected: str
    """In the reference."""
    found: str
    """In the submission."""
    severity: Literal["fault", "accepted", "remark"]
    """What it means."""
    cost: float
    """For the alignment: a missing layer costs 1. Chosen; only their order matters."""
    message: str
    """What to say after the layer's name."""


def changes(
    reference: Node, node: Node, *, last: bool = False, paper: Node | None = None
) -> list[Change]:
    """Every difference between two nodes; none if they are the same layer.

    Args:
        reference: The layer as it should be.
        node: The layer as it was found.
        last: True for the output layers of both networks, where the number of classes is the
            data's and a softmax may be left to the loss.
        paper: The layer in the paper's own form, where `reference` is of an adapted variant. Who
            keeps the paper's kernel in an adapted network has done nothing wrong.
    """
    return [_excuse(c, reference, node, paper) for c in _changes(reference, node, last)]


def differ_too_much(reference: Node, node: Node) -> bool:
    """Whether one cannot stand for the other at all: a pooling is no layer with weights."""
    return "pooling" in (reference.family, node.family) and reference.family != node.family


def _excuse(change: Change, reference: Node, node: Node, paper: Node | None) -> Change:
    field = change.field
    if (
        paper is None
        or change.severity != "fault"
        or field not in ("kernel_size", "padding")
        or paper.config.get("kernel_size") == reference.config.get("kernel_size")
        or paper.config.get(field) != node.config.get(field)
    ):
        return change
    return replace(
        change,
        severity="accepted",
        cost=0.05,
        message=f"{change.message}, and accepted, since the paper has it so",
    )


def _changes(reference: Node, node: Node, last: bool) -> list[Change]:
    if node.kind != reference.kind:
        found = [_kind(reference, node)]
        if {node.family, reference.family} != {"pooling"}:
            return [*found, *_activation(reference, node, last)]
    else:
        found = []
    if node.spelled != reference.spelled and node.kind == reference.kind == "Dense":
        found.append(_spelling(reference, node))
    found += _size(reference, node, "filters", "filters")
    found += _size(reference, node, "units", "units", classes=last)
    found += _plain(reference, node, "kernel_size", "the kernel is {found}, expected {expected}")
    found += _plain(reference, node, "pool_size", "the window is {found}, expected {expected}")
    found += _plain(reference, node, "strides", "the stride is {found}, expected {expected}")
    found += _padding(reference, node)
    found += _plain(
        reference, node, "dilation_rate", "the dilation is {found}, expected {expected}"
    )
    found += _groups(reference, node)
    found += _per_position(reference, node)
    found += _activation(reference, node, last)
    if reference.config.get("use_bias") and not node.config.get("use_bias", True):
        found.append(
            Change(
                field="use_bias", expected="True", found="False", severity="remark", cost=0.02,
                message="has no bias, which the paper's layer has",
            )
        )  # fmt: skip
    return found


def _kind(reference: Node, node: Node) -> Change:
    names = {"MaxPooling2D": "max pooling", "AveragePooling2D": "average pooling"}
    expected, found = (names.get(k, k) for k in (reference.kind, node.kind))
    if (reference.kind, node.kind) == ("AveragePooling2D", "MaxPooling2D"):
        return Change(
            field="kind", expected=expected, found=found, severity="accepted", cost=0.1,
            message="is max pooling where the paper averages, an accepted modernisation",
        )  # fmt: skip
    cost, message = 0.4, f"is {found}, expected {expected}"
    if reference.family != node.family:
        cost = 0.9 if _width(reference) == _width(node) else 1.5
    if reference.kind == "Dense" and node.family == "convolution" and node.output_shape:
        units, shape = reference.config["units"], _by(node.output_shape)
        message = (
            f"is a convolution that puts out maps of {shape}, expected {units} plain values: "
            "a dense layer, or a kernel that covers its whole input without padding"
        )
    return Change(
        field="kind", expected=expected, found=found, severity="fault", cost=cost, message=message
    )


def _spelling(reference: Node, node: Node) -> Change:
    message = (
        "is a convolution over its whole input, which computes the same as the dense layer"
        if reference.spelled == "Dense"
        else "is a dense layer, which computes the same as a convolution over its whole input"
    )
    return Change(
        field="kind", expected=reference.spelled, found=node.spelled, severity="accepted",
        cost=0.02, message=message,
    )  # fmt: skip


def _size(
    reference: Node, node: Node, field: str, noun: str, *, classes: bool = False
) -> list[Change]:
    expected, found = reference.config.get(field), node.config.get(field)
    if expected == found or expected is None or found is None:
        return []
    if classes:
        return [
            Change(
                field="classes", expected=str(expected), found=str(found), severity="accepted",
                cost=0.01,
                message=f"tells {found} classes apart where the reference tells {expected}",
            )
        ]  # fmt: skip
    ratio = min(expected, found) / max(expected, found, 1)
    return [
        Change(
            field=field, expected=str(expected), found=str(found), severity="fault",
            cost=0.2 + 0.3 * (1 - ratio), message=f"has {found} {noun}, expected {expected}",
        )
    ]  # fmt: skip


def _plain(reference: Node, node: Node, field: str, message: str) -> list[Change]:
    expected, found = reference.config.get(field), node.config.get(field)
    if expected == found or expected is None or found is None:
        return []
    words = {"expected": _by(expected), "found": _by(found)}
    return [
        Change(
            field=field, **words, severity="fault", cost=0.25, message=message.format(**words)
        )
    ]  # fmt: skip


def _padding(reference: Node, node: Node) -> list[Change]:
    if "padding" not in reference.config or "padding" not in node.config:
        return []
    expected, found = reference.config["padding"], node.config["padding"]
    if expected == found or expected is None or found is None:
        return []
    size = reference.config.get("kernel_size") or reference.config.get("pool_size")
    words = {
        "expected": padding.words(expected, size, reference.config["strides"]),
        "found": padding.words(
            found,
            node.config.get("kernel_size") or node.config.get("pool_size"),
            node.config["strides"],
        ),
    }
    if words["expected"] == words["found"]:
        return []  # "same" under another kernel: the kernel is the difference.
    message = f"the padding is {words['found']}, expected {words['expected']}"
    if node.config["strides"] == reference.config["strides"] != (1, 1) and _near(reference, node):
        # 224 pixels under an 11x11 kernel with stride 4 never come out even, not in the paper
        # either; whoever pads the one or the other way gets the same network.
        return [
            Change(
                field="padding", **words, severity="accepted", cost=0.05,
                message=f"{message}; the map keeps its size to a pixel, which is accepted",
            )
        ]  # fmt: skip
    return [Change(field="padding", **words, severity="fault", cost=0.15, message=message)]


def _near(reference: Node, node: Node) -> bool:
    expected, found = reference.output_shape, node.output_shape
    if reference.family != "convolution" or not expected or not found:
        return False
    return len(expected) == len(found) == 3 and all(
        a is not None and b is not None and abs(a - b) <= 1
        for a, b in zip(expected[:2], found[:2], strict=True)
    )


def _groups(reference: Node, node: Node) -> list[Change]:
    expected, found = reference.config.get("groups", 1), node.config.get("groups", 1)
    if expected == found:
        return []
    # The paper's two towers are groups of two; one tower is how everyone has built it since.
    accepted = {expected, found} == {1, 2}
    return [
        Change(
            field="groups", expected=str(expected), found=str(found),
            severity="accepted" if accepted else "fault", cost=0.05 if accepted else 0.2,
            message=f"is split into {found} group(s), expected {expected}"
            + (", as in the paper's two towers; both are accepted" if accepted else ""),
        )
    ]  # fmt: skip


def _per_position(reference: Node, node: Node) -> list[Change]:
    if not node.config.get("per_position") or reference.config.get("per_position"):
        return []
    shape = _by(node.output_shape or ())
    return [
        Change(
            field="input", expected="the whole map", found="each position by itself",
            severity="fault", cost=0.2,
            message="is applied to each position of a map by itself and puts out "
            f"{shape}, expected one row of values; is a Flatten missing before it?",
        )
    ]  # fmt: skip


def _activation(reference: Node, node: Node, last: bool) -> list[Change]:
    expected = reference.config.get("activation", "linear")
    found = node.config.get("activation", "linear")
    if expected == found or (last and expected in _LAST and found in _LAST):
        return []
    severity: Literal["fault", "accepted"] = "fault"
    message = f"the activation is {found}, expected {expected}"
    if found == "linear":
        message = (
            f"has no activation, expected {expected}; without a nonlinear function it adds "
            "nothing that the next layer could not do"
        )
    elif node.family == "pooling" and found not in _NO_CHOICE:
        severity, message = "accepted", f"is followed by {found}, as in the first networks"
    elif (
        not last
        and expected not in _NO_CHOICE
        and found not in _NO_CHOICE
        and (expected not in RECTIFIERS or found in RECTIFIERS)
    ):
        severity = "accepted"
        message = f"the activation is {found} in place of {expected}, which is accepted"
    return [
        Change(
            field="activation", expected=expected, found=found, severity=severity,
            cost=0.2 if severity == "fault" else 0.05, message=message,
        )
    ]  # fmt: skip


def _width(node: Node) -> Any:
    return node.config.get("units", node.config.get("filters"))


def _by(value: Any) -> str:
    return "x".join("?" if n is None else str(n) for n in value)
