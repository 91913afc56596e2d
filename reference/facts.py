"""Facts of a built network: shapes, weights, connections, multiplications, fields and memory."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

_CONVOLUTIONS = {
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
}
_POOLINGS = {f"{how}Pooling{d}D" for how in ("Average", "Max") for d in (1, 2, 3)}
_GLOBAL = {f"Global{how}Pooling{d}D" for how in ("Average", "Max") for d in (1, 2, 3)}
_POINTWISE = {
    "Activation",
    "ActivityRegularization",
    "Add",
    "Average",
    "BatchNormalization",
    "Concatenate",
    "Cropping2D",
    "Dropout",
    "ELU",
    "GaussianDropout",
    "GaussianNoise",
    "GetItem",
    "Identity",
    "LeakyReLU",
    "Maximum",
    "Multiply",
    "PReLU",
    "ReLU",
    "Relu",
    "Rescaling",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "Split",
    "Subtract",
    "Tanh",
    "ZeroPadding1D",
    "ZeroPadding2D",
}
"""Kinds whose outputs each look no further than one position of the maps below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFacts:
    """What one layer holds and costs, for one picture."""

    name: str
    """The layer's own name, such as `C1`."""
    kind: str
    """Its class, such as `Conv2D`."""
    output_shape: tuple[int, ...]
    """Without the batch axis, channels last."""
    params: int
    """Weights, counted as scalars, trained or not."""
    trainable_params: int
    """Weights that training changes."""
    connections: int
    """One for each value or bias that each output position takes in; 0 for layers such as
    activations, dropout and batch normalisation, which only pass values on."""
    macs: int
    """Multiplications with an addition; a bias costs none, nor does batch normalisation, which
    folds into the layer before it."""
    receptive_field: int
    """Height, in input pixels, of what one output unit sees; borders count as pixels, so it can
    exceed the picture's height."""
    activation_bytes: int
    """Size of the output at float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a network holds and costs, for one picture: its layers in order, and their sums."""

    network: str
    """Module name of the network, such as `lenet5`."""
    variant: str
    """The form of it, such as `classroom`."""
    input_shape: tuple[int, ...]
    """Without the batch axis, channels last."""
    layers: tuple[LayerFacts, ...]
    """In the model's order, without input layers."""
    params: int
    """Sum over the layers, as the four below."""
    trainable_params: int
    connections: int
    macs: int
    activation_bytes: int
    """As if the output of every layer were kept, as training does."""

    def layer(self, name: str) -> LayerFacts:
        """Facts of the layer called `name`.

        Raises:
            ValueError: If there is none.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in self.layers)
        raise ValueError(f"name: received {name!r}, expected one of {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What one entry of a tensor sees of the input, along the height."""

    field: int = 1
    """Input pixels that one entry sees."""
    step: int = 1
    """Input pixels between neighbouring entries."""
    extent: int
    """Entries along the height, also where they have been flattened into a vector since."""

    def slid(self, window: int, stride: int, extent: int) -> "_Sight":
        """What an output of a sliding window sees: `field + (window - 1) * step`."""
        field = self.field + (window - 1) * self.step
        return _Sight(field=field, step=self.step * stride, extent=extent)

    def whole(self) -> "_Sight":
        """What a unit sees that reads every entry."""
        return self.slid(self.extent, self.extent, 1)


def of(model: keras.Model, *, network: str, variant: str) -> Facts:
    """Count what a built model holds and costs, layer by layer.

    Connections are counted as LeCun et al. 1998 count them (section II-B): at each output
    position, one for each value read through a weight and one for each bias. A convolution or
    dense layer has `positions * weights`; a pooling layer without weights has
    `outputs * window`. Places where a window hangs over a border count as well.
    A receptive field grows by `(window - 1) * step` at each window, the step being the product of
    the strides below (Dumoulin and Visin, "A guide to convolution arithmetic", 2016, for windows).

    Layers of your own give `connections()` and `macs()`, integers for one picture and callable
    once built, and, where a window slides, `window` and `strides` (an integer, or one for each
    direction with the height first). Without `window`, such a layer is taken to read the whole of
    a vector and single positions of maps.

    Args:
        model: A Sequential or functional model with fixed sizes, one input, and each layer used
            once.
        network: Name to record, such as `lenet5`.
        variant: Form to record, such as `classroom`.

    Raises:
        ValueError: If the model is not built or not so, or if a layer is of a kind not known
            here and has no counts of its own.
    """
    if not model.built:
        raise ValueError(f"model: received {model.name!r} not built, expected a built model")
    if len(model.inputs or ()) != 1:
        received = len(model.inputs or ())
        raise ValueError(f"model: received {received} inputs, expected a model of one input")
    start = model.inputs[0]
    input_shape = _shape(start, "input")
    sights = {id(start): _Sight(extent=input_shape[0])}
    layers = []
    # A functional model's bare operations, such as slices, are no layers but carry sight along.
    for operation in getattr(model, "operations", None) or model.layers:
        if isinstance(operation, keras.layers.InputLayer):
            continue
        below, outputs = _tensors(operation, sights)
        sight = _sight(operation, below, sights, outputs)
        sights.update((id(tensor), sight) for tensor in outputs)
        if isinstance(operation, keras.layers.Layer):
            layers.append(_layer(operation, below, outputs, sight))
    # Keras shows the first use of a layer only, so a second one leaves the output unreached.
    if any(id(tensor) not in sights for tensor in model.outputs):
        raise ValueError(
            f"model: received {model.name!r}, whose output is a layer's second use, "
            "expected one use of each layer"
        )
    return Facts(
        network=network,
        variant=variant,
        input_shape=input_shape,
        layers=tuple(layers),
        params=sum(layer.params for layer in layers),
        trainable_params=sum(layer.trainable_params for layer in layers),
        connections=sum(layer.connections for layer in layers),
        macs=sum(layer.macs for layer in layers),
        activation_bytes=sum(layer.activation_bytes for layer in layers),
    )


def _layer(layer: Any, below: Sequence[Any], outputs: Sequence[Any], sight: _Sight) -> LayerFacts:
    output_shape = _shape(outputs[0], layer.name)
    connections, macs = _cost(layer, _shape(below[0], layer.name), output_shape)
    return LayerFacts(
        name=layer.name,
        kind=type(layer).__name__,
        output_shape=output_shape,
        params=layer.count_params(),
        trainable_params=sum(math.prod(weight.shape) for weight in layer.trainable_weights),
        connections=connections,
        macs=macs,
        receptive_field=sight.field,
        activation_bytes=4 * math.prod(output_shape),
    )


def _tensors(operation: Any, sights: dict[int, _Sight]) -> tuple[list[Any], list[Any]]:
    """Symbolic tensors that go in and come out."""
    below, outputs = keras.tree.flatten(operation.input), keras.tree.flatten(operation.output)
    if not below or any(id(tensor) not in sights for tensor in below):
        raise ValueError(
            f"{operation.name}: received an input from another model or from a layer's second use, "
            "expected one use of each layer"
        )
    if getattr(operation, "data_format", None) == "channels_first":
        raise ValueError(f"{operation.name}: received channels first, expected channels last")
    return below, outputs


def _shape(tensor: Any, name: str) -> tuple[int, ...]:
    shape = tuple(tensor.shape[1:])
    if not shape or None in shape:
        raise ValueError(f"{name}: received shape {tuple(tensor.shape)}, expected fixed sizes")
    return shape


def _sight(
    operation: Any, below: Sequence[Any], sights: dict[int, _Sight], outputs: Sequence[Any]
) -> _Sight:
    kind = type(operation).__name__
    seen = [sights[id(tensor)] for tensor in below]
    widest = _Sight(
        field=max(sight.field for sight in seen),
        step=max(sight.step for sight in seen),
        extent=seen[0].extent,
    )
    maps = len(below[0].shape) > 2
    extent = _shape(outputs[0], operation.name)[0] if maps else widest.extent
    own = callable(getattr(operation, "connections", None))
    if own and hasattr(operation, "window"):
        return widest.slid(_first(operation.window), _first(operation.strides), extent)
    if kind in _CONVOLUTIONS:
        window = (_first(operation.kernel_size) - 1) * _first(operation.dilation_rate) + 1
        return widest.slid(window, _first(operation.strides), extent)
    if kind in _POOLINGS:
        return widest.slid(_first(operation.pool_size), _first(operation.strides), extent)
    if kind in _GLOBAL or (not maps and (own or kind == "Dense")):
        return widest.whole()
    if kind == "Flatten" or (kind == "Reshape" and len(outputs[0].shape) == 2):
        return widest
    if kind in _POINTWISE or kind == "Dense" or own:
        return _Sight(field=widest.field, step=widest.step, extent=extent)
    raise ValueError(
        f"{operation.name}: received a {kind}, expected a kind counted here "
        "or a layer with `connections()` and `macs()`"
    )


def _cost(
    layer: Any, input_shape: tuple[int, ...], output_shape: tuple[int, ...]
) -> tuple[int, int]:
    """Connections and multiplications."""
    kind = type(layer).__name__
    if callable(getattr(layer, "connections", None)):
        return int(layer.connections()), int(layer.macs())
    if kind in _CONVOLUTIONS or kind == "Dense":
        positions = math.prod(output_shape[:-1])
        biases = output_shape[-1] if layer.use_bias else 0
        weights = layer.count_params()
        return positions * weights, positions * (weights - biases)
    if kind in _POOLINGS:
        return math.prod(output_shape) * math.prod(layer.pool_size), 0
    if kind in _GLOBAL:
        return math.prod(input_shape), 0
    return 0, 0


def _first(size: int | Sequence[int]) -> int:
    """The height of a size that may be one number."""
    return size if isinstance(size, int) else size[0]
