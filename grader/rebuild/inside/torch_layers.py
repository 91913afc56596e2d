"""Tell the layers of a rebuilt PyTorch network in terms that do not depend on the framework."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from .torch_args import Ref
from .torch_network import Network, Node

Told = tuple[str, dict[str, Any]] | None
"""Kind and config of a layer, or None for an operation that is no layer."""


def describe(network: Network, results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers up to the last one in `results`, as fields of `Layer`.

    Args:
        network: The checked graph.
        results: What `Network.propagate` gave, by node name.
    """
    layers: list[dict[str, Any]] = []
    # Which layers stand behind each result; an operation that is no layer passes its sources on.
    behind: dict[str, tuple[str, ...]] = {network.input_name: ()}
    counted: set[str] = set()
    names: set[str] = set()
    for node in network.nodes:
        if node.name not in results:
            break
        sources = tuple(
            dict.fromkeys(
                layer for ref in node.refs if ref.kind == "node" for layer in behind[ref.name]
            )
        )
        told = _tell(node, network, results)
        weights = {ref.name for ref in node.refs if ref.kind == "weight"} - counted
        if told is None:
            behind[node.name] = sources
            continue
        counted |= weights
        name = _name(node, names)
        names.add(name)
        kind, config = told
        layers.append(
            {
                "name": name,
                "kind": kind,
                "output_shape": list(channels_last(_first(results[node.name]).shape[1:])),
                "params": _scalars(network, weights),
                "trainable_params": _scalars(network, weights & network.trainable),
                "config": config,
                "inputs": list(sources),
            }
        )
        behind[node.name] = (name,)
    return layers


def impossible(network: Network, node: Node, results: Mapping[str, Any]) -> dict[str, Any]:
    """The layer of a node that cannot be computed: without a shape, else as `describe` has it."""
    told = _tell(node, network, results) or ("Lambda", {"function": _plain(node.op)})
    weights = {ref.name for ref in node.refs if ref.kind == "weight"}
    return {
        "name": _name(node, set()),
        "kind": told[0],
        "output_shape": None,
        "params": _scalars(network, weights),
        "trainable_params": _scalars(network, weights & network.trainable),
        "config": told[1],
        "inputs": [],
    }


def channels_last(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of one image or map with its channels moved from the front to the end."""
    return (*shape[1:], shape[0]) if len(shape) > 1 else tuple(shape)


def _scalars(network: Network, names: set[str]) -> int:
    return sum(prod(network.shapes[name]) for name in names)


def _name(node: Node, taken: set[str]) -> str:
    name = node.module or node.name
    if name in taken:
        name = f"{name}.{node.name}"
    while name in taken:
        name += "_"
    return name


def _tell(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    return _TELLERS.get(node.op.split(".")[0], _other)(node, network, results)


def _shape(ref: Any, network: Network, results: Mapping[str, Any]) -> tuple[int, ...]:
    if not isinstance(ref, Ref):
        return ()
    if ref.kind == "weight":
        return network.shapes[ref.name]
    return tuple(_first(results[ref.name]).shape)


def _first(result: Any) -> Any:
    return result[0] if isinstance(result, tuple | list) else result


def _argument(node: Node, place: int, name: str, default: Any) -> Any:
    value = node.args[place] if place < len(node.args) else node.kwargs.get(name)
    return default if value is None or value == [] else value


def _pair(value: int | Sequence[int]) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * 2 if len(values) == 1 else values


def _padding(value: str | int | Sequence[int]) -> str | list[list[int]]:
    if isinstance(value, str):
        return value
    sides = _pair(value)
    return [[side, side] for side in sides] if any(sides) else "valid"


def _conv(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    weight = _shape(node.args[1], network, results)
    channels = _shape(node.args[0], network, results)[1:2]
    groups = _argument(node, 6, "groups", 1)
    config: dict[str, Any] = {
        "filters": weight[0],
        "kernel_size": list(weight[2:]),
        "strides": _pair(_argument(node, 3, "stride", 1)),
        "padding": _padding(_argument(node, 4, "padding", 0)),
        "dilation_rate": _pair(_argument(node, 5, "dilation", 1)),
        "groups": groups,
        "use_bias": _argument(node, 2, "bias", None) is not None,
        "activation": "linear",
    }
    depthwise = groups > 1 and (groups,) == channels
    return ("DepthwiseConv2D" if depthwise else "Conv2D"), config


def _dense(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    weight = _shape(node.args[1], network, results)
    bias = _argument(node, 2, "bias", None) is not None
    return "Dense", {"units": weight[0], "use_bias": bias, "activation": "linear"}


def _product(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    sides = _shape(node.args[1], network, results)
    if len(sides) != 2:
        return "Lambda", {"function": _plain(node.op)}
    return "Dense", {"units": sides[1], "use_bias": False, "activation": "linear"}


def _pool(kind: str) -> Callable[..., Told]:
    def tell(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
        size = _pair(node.args[1])
        config: dict[str, Any] = {
            "pool_size": size,
            "strides": _pair(_argument(node, 2, "stride", size)),
            "padding": _padding(_argument(node, 3, "padding", 0)),
        }
        if _argument(node, 5 if kind.startswith("Max") else 4, "ceil_mode", False):
            config["ceil_mode"] = True
        return kind, config

    return tell


def _adaptive(kind: str) -> Callable[..., Told]:
    def tell(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
        size = _pair(node.args[1])
        if size == [1, 1]:
            return f"Global{kind}", {"keepdims": True}
        return f"Adaptive{kind}", {"output_size": size}

    return tell


def _reduced(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    axes = len(_shape(node.args[0], network, results))
    over = _argument(node, 1, "dim", list(range(axes)))
    keep = bool(_argument(node, 2, "keepdim", False))
    if axes == 4 and sorted(axis % axes for axis in over) == [2, 3]:
        kinds = {"mean": "GlobalAveragePooling2D", "amax": "GlobalMaxPooling2D"}
        kind = kinds.get(_plain(node.op))
        if kind is not None:
            return kind, {"keepdims": keep}
    return "Lambda", {"function": _plain(node.op)}


def _arranged(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    before = _shape(node.args[0], network, results)
    if node.name not in results:
        return "Reshape", {}
    after = tuple(results[node.name].shape)
    if before == after:
        return None
    if len(after) == 2 and after[:1] == before[:1]:
        return "Flatten", {}
    return "Reshape", {"target_shape": list(channels_last(after[1:]))}


def _permuted(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    if any(ref.kind == "weight" for ref in node.refs):
        return None
    return "Permute", {"dims": [a for arg in node.args[1:] for a in _list(arg)]}


def _list(arg: Any) -> list[Any]:
    return arg if isinstance(arg, list) else [arg]


def _activation(name: str) -> Callable[..., Told]:
    def tell(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
        config: dict[str, Any] = {"activation": name}
        if name == "leaky_relu":
            config["negative_slope"] = _argument(node, 1, "negative_slope", 0.01)
        return "Activation", config

    return tell


def _hard_tanh(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    low, high = _argument(node, 1, "min_val", -1), _argument(node, 2, "max_val", 1)
    name = "relu6" if (low, high) == (0, 6) else "hard_tanh"
    return "Activation", {"activation": name}


def _dropped(kind: str) -> Callable[..., Told]:
    return lambda node, network, results: (kind, {"rate": node.args[1]})


def _merged(kind: str) -> Callable[..., Told]:
    def tell(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
        read = [ref for ref in node.refs if ref.kind == "node"]
        if len(read) > 1:
            return kind, {}
        weights = [ref for ref in node.refs if ref.kind == "weight"]
        if read and not weights:
            return "Rescaling", {_plain(node.op): node.args[1]}
        return "Lambda", {"function": _plain(node.op)}

    return tell


def _joined(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    return "Concatenate", {"axis": _argument(node, 1, "dim", 0)}


def _zeros(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    sides = node.args[1]
    if len(sides) != 4 or _argument(node, 2, "mode", "constant") in ("reflect", "replicate"):
        return "Lambda", {"function": "pad"}
    left, right, top, bottom = sides
    return "ZeroPadding2D", {"padding": [[top, bottom], [left, right]]}


def _response_norm(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    _, size, alpha, beta, k = node.args
    # PyTorch divides alpha by the size of the window; the paper does not.
    return "LRN", {"size": size, "alpha": alpha / size, "beta": beta, "k": k}


def _normalised(kind: str) -> Callable[..., Told]:
    return lambda node, network, results: (kind, {})


def _resized(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    return "Resizing", {"interpolation": _plain(node.op).split("_")[1].removesuffix("2d")}


def _passed(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    return None


def _other(node: Node, network: Network, results: Mapping[str, Any]) -> Told:
    return "Lambda", {"function": _plain(node.op)}


def _plain(op: str) -> str:
    return op.split(".")[0]


_TELLERS: dict[str, Callable[[Node, Network, Mapping[str, Any]], Told]] = {
    "conv2d": _conv,
    "linear": _dense,
    "matmul": _product,
    "mm": _product,
    "max_pool2d": _pool("MaxPooling2D"),
    "avg_pool2d": _pool("AveragePooling2D"),
    "adaptive_avg_pool2d": _adaptive("AveragePooling2D"),
    "adaptive_max_pool2d": _adaptive("MaxPooling2D"),
    "mean": _reduced,
    "amax": _reduced,
    "view": _arranged,
    "reshape": _arranged,
    "flatten": _arranged,
    "unflatten": _arranged,
    "squeeze": _arranged,
    "unsqueeze": _arranged,
    "permute": _permuted,
    "transpose": _permuted,
    "t": _permuted,
    "hardtanh": _hard_tanh,
    "batch_norm": _normalised("BatchNormalization"),
    "layer_norm": _normalised("LayerNormalization"),
    "group_norm": _normalised("GroupNormalization"),
    "local_response_norm": _response_norm,
    "dropout": _dropped("Dropout"),
    "feature_dropout": _dropped("SpatialDropout2D"),
    "alpha_dropout": _dropped("AlphaDropout"),
    "add": _merged("Add"),
    "sub": _merged("Subtract"),
    "mul": _merged("Multiply"),
    "div": _merged("Lambda"),
    "maximum": _merged("Maximum"),
    "minimum": _merged("Minimum"),
    "cat": _joined,
    "pad": _zeros,
    "constant_pad_nd": _zeros,
    "upsample_nearest2d": _resized,
    "upsample_bilinear2d": _resized,
    "upsample_bicubic2d": _resized,
    **{
        name: _activation(name)
        for name in (
            *("relu", "relu6", "tanh", "sigmoid", "softmax", "log_softmax", "gelu", "leaky_relu"),
            *("elu", "selu", "silu", "mish", "softplus", "prelu"),
        )
    },
    "hardsigmoid": _activation("hard_sigmoid"),
    "hardswish": _activation("hard_swish"),
    **dict.fromkeys(("contiguous", "clone", "detach", "alias", "lift_fresh_copy"), _passed),
    **dict.fromkeys(("to", "getitem", "expand"), _passed),
}
