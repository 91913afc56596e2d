"""Build a plain network with Keras, layer by layer, and set its weights."""

from typing import Any

import keras
import numpy as np

from .graph import Layer, Network
from .kinds import KINDS
from .refusal import RefusedError
from .trace import Trace

_KERNELS = {
    "Conv2D": ("kernel_initializer",),
    "Dense": ("kernel_initializer",),
    "DepthwiseConv2D": ("depthwise_initializer",),
    "SeparableConv2D": ("depthwise_initializer", "pointwise_initializer"),
}
"""Drawing random numbers for AlexNet takes a second; all weights are set afterwards anyway."""


class Built:
    """A Keras model beside the plain network it was built from."""

    def __init__(self, network: Network, trace: Trace) -> None:
        """Build `network`, all weights zero.

        Raises:
            RefusedError: If Keras disagrees with the arithmetic of `trace`, or lacks a layer.
        """
        self._layers = {
            name: _layer(layer, number)
            for number, (name, layer) in enumerate(network.layers.items())
            if not KINDS[layer.kind].identity
        }
        tensors: dict[int, Any] = {}
        for number, shape in network.inputs.items():
            if shape is None:
                raise RefusedError("the network was never given an input shape")
            tensors[number] = keras.Input(shape)
        inputs = list(tensors.values())
        for call in network.calls:
            layer = network.layers[call.layer]
            given = [tensors[t] for t in call.inputs]
            tensor = self._call(layer, given) if layer.name in self._layers else given[0]
            if tuple(tensor.shape[1:]) != trace.shapes[call.output]:
                raise RefusedError(
                    f"layer '{layer.name}' gives {tuple(tensor.shape[1:])} in Keras, "
                    f"counted {trace.shapes[call.output]}"
                )
            tensors[call.output] = tensor
        outputs = [tensors[t] for t in network.outputs]
        # Keras warns when a lone tensor meets a list of one.
        self.model = keras.Model(_alone(inputs), _alone(outputs))
        self._expected = {name: step.weights for name, step in trace.steps.items()}
        for name, built in self._layers.items():
            shapes = [tuple(w.shape) for w in built.weights]
            if shapes != [w.shape for w in self._expected[name]]:
                raise RefusedError(f"layer '{name}' has the weights {shapes} in Keras")

    def set_weights(self, arrays: list["np.ndarray[Any, Any]"]) -> None:
        """Set all weights, in the order and the shapes of the plain network's layers."""
        rest = iter(arrays)
        for built in self._layers.values():
            built.set_weights([next(rest) for _ in built.weights])
            if isinstance(built, keras.layers.Normalization):
                built.finalize_state()

    def predict(self, inputs: "np.ndarray[Any, Any]", batch: int) -> "np.ndarray[Any, Any]":
        """The outputs for `inputs`, as `(n, k)` float32.

        Raises:
            RefusedError: If the outputs are not one row of scores per example.
        """
        if len(self.model.inputs) != 1 or len(self.model.outputs) != 1:
            raise RefusedError("the network has several inputs or outputs, so it does not classify")
        # A loop of our own: `predict` would make a dataset and a progress bar.
        parts = []
        for start in range(0, len(inputs), batch):
            part = self.model(np.asarray(inputs[start : start + batch]), training=False)
            parts.append(keras.ops.convert_to_numpy(part))
        return np.concatenate(parts).astype("<f4")

    def _call(self, layer: Layer, given: list[Any]) -> Any:
        turned = layer.args.get("data_format") == "channels_first"
        if turned:
            # TensorFlow convolves channels first on a GPU only.
            given = [keras.layers.Permute((2, 3, 1))(t) if len(t.shape) == 4 else t for t in given]
        merges = KINDS[layer.kind].merges
        out = self._layers[layer.name](given if merges else given[0])
        return keras.layers.Permute((3, 1, 2))(out) if turned and len(out.shape) == 4 else out


def _alone(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _layer(layer: Layer, number: int) -> Any:
    made = getattr(keras.layers, layer.kind, None)
    if made is None:
        raise RefusedError(
            f"layer '{layer.name}': this Keras, {keras.__version__}, has no {layer.kind}"
        )
    args = dict(layer.args)
    if "data_format" in args:
        args["data_format"] = "channels_last"
    zeros = dict.fromkeys(_KERNELS.get(layer.kind, ()), "zeros")
    # The student's names stay outside Keras, which forbids some and joins them into paths.
    return made(name=f"layer_{number}", dtype="float32", **args, **zeros)
