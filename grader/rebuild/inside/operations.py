"""Operations of `keras.ops` that stand for a layer: they appear where `call` was traced."""

from typing import Any

from .refusal import RefusedError, shown

MODULES = ("keras.src.ops.nn", "keras.src.ops.numpy")
"""Where Keras says its operations are from."""

_ACTIVATIONS = ("Relu", "Relu6", "Tanh", "Sigmoid", "Silu", "Selu", "Gelu", "Softplus", "Softsign")
_SAME = {
    "MaxPool": "MaxPooling2D",
    "AveragePool": "AveragePooling2D",
    "Elu": "ELU",
    "LeakyRelu": "LeakyReLU",
    **{n: n for n in ("Softmax", "Concatenate", "Add", "Subtract", "Multiply")},
    **{n: n for n in ("Maximum", "Minimum")},
}


def as_layer(operation: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Class name and config of the layer that does what `operation` does.

    Raises:
        RefusedError: If there is none.
    """
    if operation in _ACTIVATIONS:
        return "Activation", {**config, "activation": operation.lower()}
    if operation in _SAME:
        return _SAME[operation], config
    shape = config.get("newshape")
    if operation == "Reshape" and isinstance(shape, list) and shape[:1] == [-1]:
        rest = {key: value for key, value in config.items() if key != "newshape"}
        return "Reshape", {**rest, "target_shape": shape[1:]}
    raise RefusedError(f"the operation {shown(operation)} is not among those known here")
