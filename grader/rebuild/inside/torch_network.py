"""A PyTorch network rebuilt from an exported graph, without any of its author's code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .torch_args import MAX_ELEMENTS, Ref
from .torch_ops import Op

MAX_WORK = 2**37
"""Multiplications for one image, about 180 times those of AlexNet and 9 times those of VGG-16."""

_RESHAPING = {"view.default", "reshape.default", "expand.default"}


@dataclass(frozen=True)
class Node:
    """One operation of the graph, checked."""

    name: str
    """Unique in the graph."""
    op: str
    """Its allowed operation, without `aten.`: `conv2d.default`."""
    rule: Op
    """What computes it."""
    args: tuple[Any, ...]
    """In the operation's order; references stand for tensors."""
    kwargs: dict[str, Any]
    """Arguments given by name."""
    module: str
    """Path of the module it came from; empty for a call in a `forward`."""

    @property
    def refs(self) -> Iterator[Ref]:
        """The tensors it reads."""
        for value in (*self.args, *self.kwargs.values()):
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, Ref):
                    yield item


@dataclass(frozen=True)
class Network:
    """A checked graph: it reads one batch of images and gives one tensor."""

    input_name: str
    """What nodes call the images."""
    input_shape: tuple[int, ...]
    """With the batch axis first, as it was exported; channels first."""
    nodes: tuple[Node, ...]
    """In order of computation."""
    output: str
    """Name of the node that gives the result."""
    shapes: dict[str, tuple[int, ...]]
    """Shapes of the weights, in the order they were exported."""
    trainable: frozenset[str]
    """Names of the weights that training changes."""

    def propagate(self, image: Sequence[int] | None = None) -> dict[str, Any]:
        """Shapes of all results, computed without any numbers.

        Args:
            image: Shape of one image, channels first; the exported one if None.

        Returns:
            Tensors without storage, or tuples of them, by node name.

        Raises:
            StepError: At the first operation that is impossible or too large; it holds the
                results up to there.
        """
        batch = self.input_shape[0]
        start = torch.empty((batch, *(image or self.input_shape[1:])), device="meta")
        weights = {n: torch.empty(s, device="meta") for n, s in self.shapes.items()}
        results: dict[str, Any] = {self.input_name: start}
        work = 0
        for node in self.nodes:
            try:
                result = self._step(node, results, weights, batch)
                work += _work(node, result, weights)
                _bounded(result, work)
            except ValueError as fault:
                raise StepError(node, str(fault), results) from fault
            results[node.name] = result
        return results

    def run(self, images: Any, weights: Mapping[str, Any]) -> Any:
        """The output for a batch of images, both as tensors; `propagate` must have passed."""
        last = {ref.name: node.name for node in self.nodes for ref in node.refs}
        results = {self.input_name: images}
        for node in self.nodes:
            results[node.name] = self._step(node, results, weights, images.shape[0])
            # Large maps are let go as soon as nothing reads them any more.
            for ref in node.refs:
                if ref.kind == "node" and last[ref.name] == node.name and ref.name != self.output:
                    results.pop(ref.name, None)
        return results[self.output]

    def _step(
        self, node: Node, results: Mapping[str, Any], weights: Mapping[str, Any], batch: int
    ) -> Any:
        def value(arg: Any) -> Any:
            if isinstance(arg, list):
                return [value(item) for item in arg]
            if isinstance(arg, Ref):
                return results[arg.name] if arg.kind == "node" else weights[arg.name]
            return arg

        args = [value(arg) for arg in node.args]
        # The export fixed the batch; a leading length equal to it stands for any batch.
        if node.op in _RESHAPING and args[1] and args[1][0] == self.input_shape[0]:
            args[1] = [batch, *args[1][1:]]
        try:
            return node.rule.run(*args, **{key: value(v) for key, v in node.kwargs.items()})
        except (RuntimeError, TypeError, IndexError, AttributeError, ArithmeticError) as error:
            # The framework's own words about arguments that passed the readers and do not fit.
            raise ValueError(str(error).strip().split("\n")[0][:300]) from error


class StepError(ValueError):
    """A graph cannot be computed beyond one of its operations.

    Args:
        node: The impossible operation.
        message: Why, with the arithmetic.
        results: What could be computed, by node name.
    """

    def __init__(self, node: Node, message: str, results: dict[str, Any]) -> None:
        super().__init__(f"{message} at {node.module or node.name}")
        self.node = node
        self.message = message
        self.results = results


def _bounded(result: Any, work: int) -> None:
    for part in result if isinstance(result, tuple | list) else [result]:
        if part.numel() > MAX_ELEMENTS:
            raise ValueError(f"gives {part.numel():,} numbers, expected at most {MAX_ELEMENTS:,}")
    if work > MAX_WORK:
        raise ValueError(f"needs more than {MAX_WORK:,} multiplications for one image")


def _work(node: Node, result: Any, weights: Mapping[str, Any]) -> int:
    """Multiplications for one image, of the operations that take the time."""
    if node.op.startswith(("conv2d", "linear", "matmul", "mm")):
        sides = [weights[ref.name].shape for ref in node.refs if ref.kind == "weight"][:1]
        depth = 1
        for side in sides[0][1:] if sides else [max(result.shape, default=1)]:
            depth *= side
        return int(result.numel() * depth // max(1, result.shape[0] if result.dim() else 1))
    if node.op.startswith(("max_pool", "avg_pool")):
        depth = 1
        for side in node.args[1]:
            depth *= side
        return int(result.numel() * depth // max(1, result.shape[0]))
    return 0
