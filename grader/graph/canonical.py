"""One spelling for every spelling of a network, so that equal networks compare equal."""

from dataclasses import dataclass, field, replace
from typing import Any

from grader.graph.padding import NONE, Pads, add, explicit, pair, pixels
from grader.records import Layer, ModelSummary, Shape

CONVOLUTIONS = frozenset(
    {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D"}
)
POOLINGS = frozenset({"MaxPooling2D", "AveragePooling2D"})
ADAPTIVE = frozenset({"AdaptiveAveragePooling2D", "AdaptiveMaxPooling2D"})
GLOBAL = frozenset({"GlobalAveragePooling2D", "GlobalMaxPooling2D"})

# Layers that only rearrange numbers: what they do shows in the shapes of the others.
_DROPPED = frozenset({"InputLayer", "Input", "Flatten", "Reshape", "Permute", "Identity"})
# Layers that leave the architecture what it is; they are told as remarks.
_NOTED = frozenset(
    {
        "Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise",
        "BatchNormalization", "LayerNormalization", "GroupNormalization", "LRN",
        "ActivityRegularization", "Rescaling", "Normalization", "Resizing", "RandomFlip",
        "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness",
        "CenterCrop",
    }
)  # fmt: skip
_ACTIVATIONS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "Softmax": "softmax",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of the computation that a paper would count as a layer."""

    layer: str
    """Name of the layer it was made from."""
    kind: str
    """Keras' class name after unifying: a convolution over its whole input is a Dense."""
    config: dict[str, Any]
    """`filters units kernel_size pool_size strides padding activation groups use_bias ...`;
    padding as `Pads`, or None where it depends on an input size that is not known."""
    input_shape: Shape | None
    """What it reads, before any padding."""
    output_shape: Shape | None
    """What it puts out; None where the network could not be built up to here."""
    params: int = 0
    """Scalars in its weights."""
    spelled: str
    """The layer's own kind, where it was unified."""

    @property
    def family(self) -> str:
        """`convolution`, `pooling`, or the kind itself."""
        if self.kind in CONVOLUTIONS:
            return "convolution"
        return "pooling" if self.kind in POOLINGS | ADAPTIVE | GLOBAL else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A layer that was left out because it does not change the architecture."""

    kind: str
    """Keras' class name."""
    after: int
    """Index of the node that it follows; -1 before the first."""
    params: int
    """Scalars in its weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A network as a row of nodes in order of computation."""

    input_shape: Shape | None
    """What the first node reads."""
    nodes: tuple[Node, ...]
    """Without activations, which belong to the node before."""
    notes: tuple[Note, ...]
    """Dropout, normalisation and the like."""

    @property
    def classes(self) -> int | None:
        """Outputs of the last node, if that is dense."""
        if self.nodes and self.nodes[-1].kind == "Dense":
            units = self.nodes[-1].config.get("units")
            return units if isinstance(units, int) else None
        return None

    def __str__(self) -> str:
        """The network in one line, for people."""
        return " → ".join(_words(node) for node in self.nodes)


def canonical(summary: ModelSummary) -> Graph:
    """Bring a network into the one spelling.

    Activation layers become part of the layer they follow, also across a pooling (a rectifier
    and a maximum commute, and LeNet's paper squashes after subsampling). Zero padding becomes the
    padding of what it precedes. Paddings are counted in pixels. A convolution whose kernel covers
    its whole input is a dense layer. Pooling that changes nothing disappears.
    """
    building = _Building(input_shape=summary.input_shape)
    for layer in summary.layers:
        building.add(layer)
    return building.graph()


@dataclass(slots=True)
class _Building:
    """The graph as far as it has been read."""

    input_shape: Shape | None
    nodes: list[Node] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)
    """Layer -> index of the node that its numbers come from."""
    shapes: dict[str, Shape | None] = field(default_factory=dict)
    """Layer -> what it puts out, folded padding left out."""
    pads: dict[str, tuple[Pads, Layer]] = field(default_factory=dict)
    """Layer -> zero padding that waits for the next node."""
    last: str | None = None

    def add(self, layer: Layer) -> None:
        before = layer.inputs[0] if layer.inputs else self.last
        node = self.at.get(before, -1) if before is not None else -1
        shape = self.shapes.get(before) if before in self.shapes else self.input_shape
        waiting = self.pads.get(before) if before is not None else None
        self.last = layer.name
        self.shapes[layer.name] = layer.output_shape

        activation = _own_activation(layer)
        if layer.kind == "ZeroPadding2D":
            pads = explicit(layer.config.get("padding")) or NONE
            self.pads[layer.name] = (add(pads, waiting[0]) if waiting else pads, layer)
            self.shapes[layer.name] = shape
        elif activation is not None:
            if node >= 0:
                self._activate(node, activation)
        elif layer.kind in _NOTED:
            self.notes.append(Note(kind=layer.kind, after=node, params=layer.params))
        elif layer.kind not in _DROPPED and not _changes_nothing(layer, shape):
            if waiting and layer.kind not in CONVOLUTIONS | POOLINGS:
                shape = waiting[1].output_shape
                self._append(_node(waiting[1], waiting[1].output_shape, None))
                waiting = None
            self._append(_node(layer, shape, waiting[0] if waiting else None))
            node = len(self.nodes) - 1
            waiting = None
        if waiting and layer.kind != "ZeroPadding2D":
            # Something that keeps the map stands between the padding and its convolution.
            self.pads[layer.name] = waiting
            self.shapes[layer.name] = shape
        self.at[layer.name] = node

    def graph(self) -> Graph:
        first = self.nodes[0].input_shape if self.nodes else self.input_shape
        return Graph(input_shape=first, nodes=tuple(self.nodes), notes=tuple(self.notes))

    def _append(self, node: Node) -> None:
        self.nodes.append(node)

    def _activate(self, index: int, activation: str) -> None:
        node = self.nodes[index]
        if node.family == "pooling" and index > 0:
            earlier = self.nodes[index - 1]
            if earlier.family == "convolution" and earlier.config["activation"] == "linear":
                index, node = index - 1, earlier
        own = node.config.get("activation", "linear")
        if own == "linear":
            own = activation
        elif activation not in ("linear", own):
            own = f"{own} + {activation}"
        self.nodes[index] = replace(node, config={**node.config, "activation": own})


def _node(layer: Layer, input_shape: Shape | None, extra: Pads | None) -> Node:
    given = layer.config
    config: dict[str, Any] = {}
    kind = layer.kind
    activation = str(given.get("activation") or "linear")
    if kind in CONVOLUTIONS:
        config = {
            "filters": given.get("filters"),
            "kernel_size": pair(given.get("kernel_size")),
            "strides": pair(given.get("strides"), (1, 1)),
            "groups": given.get("groups") or 1,
            "dilation_rate": pair(given.get("dilation_rate"), (1, 1)),
            "use_bias": given.get("use_bias", True),
        }
        config["padding"] = pixels(given.get("padding"), config["kernel_size"], config, input_shape)
    elif kind in POOLINGS:
        size = pair(given.get("pool_size"), (2, 2))
        config = {"pool_size": size, "strides": pair(given.get("strides"), size)}
        config["padding"] = pixels(given.get("padding"), size, config, input_shape)
    elif kind == "Dense":
        config = {"units": given.get("units"), "use_bias": given.get("use_bias", True)}
    elif kind == "ZeroPadding2D":
        config = {"padding": explicit(given.get("padding"))}
    if extra is not None:
        # Padding on top of padding "same" is more than either; both counts are known here.
        config["padding"] = add(extra, config["padding"]) if config["padding"] else None
    output_shape = layer.output_shape
    if kind == "Conv2D" and _covers(config, input_shape):
        kind = "Dense"
        config = {"units": config["filters"], "use_bias": config["use_bias"]}
        output_shape = output_shape[-1:] if output_shape else None
    if kind == "Dense":
        config["per_position"] = output_shape is not None and any(n != 1 for n in output_shape[:-1])
    return Node(
        layer=layer.name,
        kind=kind,
        config={**config, "activation": activation},
        input_shape=input_shape,
        output_shape=output_shape,
        params=layer.params,
        spelled=layer.kind,
    )


def _own_activation(layer: Layer) -> str | None:
    """The function of a layer that is nothing but an activation."""
    if layer.kind == "Activation":
        return str(layer.config.get("activation") or "linear")
    return _ACTIVATIONS.get(layer.kind)


def _changes_nothing(layer: Layer, shape: Shape | None) -> bool:
    if shape is None or layer.output_shape is None:
        return False
    if layer.kind in ADAPTIVE:
        return shape == layer.output_shape
    return layer.kind in GLOBAL and shape[:-1] == (1, 1)


def _covers(config: dict[str, Any], shape: Shape | None) -> bool:
    return (
        shape is not None
        and len(shape) == 3
        and shape[:2] == config["kernel_size"]
        and config["padding"] == NONE
        and config["groups"] == 1
        and config["dilation_rate"] == (1, 1)
    )


def _words(node: Node) -> str:
    config = node.config
    if node.family == "convolution" and config["kernel_size"]:
        text = f"{node.kind} {config['filters']} of {'x'.join(map(str, config['kernel_size']))}"
    elif node.kind in POOLINGS:
        text = f"{node.kind} {'x'.join(map(str, config['pool_size']))}"
    else:
        text = f"{node.kind} {config['units']}" if "units" in config else node.kind
    activation = config["activation"]
    return text if activation == "linear" else f"{text} {activation}"
