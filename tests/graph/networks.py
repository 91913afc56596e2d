"""Networks written by hand, layer by layer, with shapes and counts worked out on paper."""

from typing import Any

from grader.records import BuildFailure, Layer, ModelSummary, Reference, Shape

Spec = tuple[str, dict[str, Any]]


def conv(filters: int, kernel: int, activation: str | None = "tanh", **config: Any) -> Spec:
    config = {"strides": [1, 1], "padding": "valid", **config}
    if isinstance(config["strides"], int):
        config["strides"] = [config["strides"]] * 2
    return "Conv2D", {
        "filters": filters, "kernel_size": [kernel, kernel], "activation": activation or "linear",
        "groups": 1, "use_bias": True, **config,
    }  # fmt: skip


def pool(kind: str = "Average", size: int = 2, stride: int | None = None, **config: Any) -> Spec:
    strides = [stride or size] * 2
    return f"{kind}Pooling2D", {
        "pool_size": [size, size], "strides": strides, "padding": "valid", **config,
    }  # fmt: skip


def dense(units: int, activation: str | None = "tanh") -> Spec:
    return "Dense", {"units": units, "activation": activation or "linear", "use_bias": True}


def act(activation: str) -> Spec:
    return "Activation", {"activation": activation}


def other(kind: str, **config: Any) -> Spec:
    return kind, config


FLATTEN = other("Flatten")


def model(
    input_shape: Shape,
    *specs: Spec,
    names: tuple[str, ...] | None = None,
    framework: Any = "keras",
    chained: bool = True,
) -> ModelSummary:
    """A network as the rebuild stage would describe it; breaks off at an impossible layer."""
    shape: Shape | None = input_shape
    layers: list[Layer] = []
    failure = None
    for i, (kind, config) in enumerate(specs):
        name = names[i] if names else f"{kind.lower()}_{i}"
        before, params = shape, 0
        if shape is not None:
            shape, params = _step(kind, config, shape)
            if shape is None:
                failure = BuildFailure(
                    layer=name, message=f"a window does not fit into {before}, one size is below 1"
                )
        layers.append(
            Layer(
                name=name, kind=kind, output_shape=shape, params=params, trainable_params=params,
                config=config, inputs=(layers[-1].name,) if chained and layers else (),
            )
        )  # fmt: skip
    total = sum(layer.params for layer in layers)
    return ModelSummary(
        variable="model", cell=0, framework=framework, verified=True, input_shape=input_shape,
        params=total, trainable_params=total, layers=tuple(layers), failure=failure,
    )  # fmt: skip


def _step(kind: str, config: dict[str, Any], shape: Shape) -> tuple[Shape | None, int]:
    sizes = [n or 0 for n in shape]
    if kind == "Dense":
        return (*shape[:-1], config["units"]), (sizes[-1] + 1) * config["units"]
    if kind in ("Flatten",):
        product = 1
        for n in sizes:
            product *= n
        return (product,), 0
    if kind == "Reshape":
        return tuple(config["target_shape"]), 0
    if kind == "BatchNormalization":
        return shape, 4 * sizes[-1]
    if kind == "ZeroPadding2D":
        (t, b), (left, r) = config["padding"]
        return (sizes[0] + t + b, sizes[1] + left + r, sizes[2]), 0
    if kind == "AdaptiveAveragePooling2D":
        return (*config["output_size"], sizes[2]), 0
    if kind == "GlobalAveragePooling2D":
        return (sizes[2],), 0
    if kind in ("Conv2D", "MaxPooling2D", "AveragePooling2D"):
        window = config.get("kernel_size") or config["pool_size"]
        out = []
        for axis in range(2):
            if config["padding"] == "same":
                out.append(-(-sizes[axis] // config["strides"][axis]))
                continue
            pads = 0 if config["padding"] == "valid" else sum(config["padding"][axis])
            out.append((sizes[axis] + pads - window[axis]) // config["strides"][axis] + 1)
        if min(out) < 1:
            return None, 0
        if kind != "Conv2D":
            return (*out, sizes[2]), 0
        fan_in = window[0] * window[1] * sizes[2] // config["groups"] + config["use_bias"]
        return (*out, config["filters"]), fan_in * config["filters"]
    return shape, 0


_LENET = ("C1", "S2", "C3", "S4", "flatten", "C5", "F6", "output")
_ALEXNET = (
    "conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5", "flatten",
    "fc6", "drop6", "fc7", "drop7", "fc8",
)  # fmt: skip


def lenet(
    size: int = 32,
    activation: str = "tanh",
    kind: str = "Average",
    *,
    names: tuple[str, ...] | None = None,
    classes: int = 10,
    c1_padding: Any = "valid",
    channels: int = 1,
) -> ModelSummary:
    return model(
        (size, size, channels),
        conv(6, 5, activation, padding=c1_padding),
        pool(kind),
        conv(16, 5, activation),
        pool(kind),
        FLATTEN,
        dense(120, activation),
        dense(84, activation),
        dense(classes, "softmax"),
        names=names,
    )


def alexnet(
    size: int = 227,
    filters: tuple[int, ...] = (96, 256, 384, 384, 256),
    *,
    conv1: Spec | None = None,
    padding: Any = "same",
    classes: int = 1000,
    groups: int = 1,
    names: tuple[str, ...] | None = None,
) -> ModelSummary:
    overlapping = pool("Max", 3, 2)
    return model(
        (size, size, 3),
        conv1 or conv(filters[0], 11, "relu", strides=4),
        overlapping,
        conv(filters[1], 5, "relu", padding=padding, groups=groups),
        overlapping,
        conv(filters[2], 3, "relu", padding=padding),
        conv(filters[3], 3, "relu", padding=padding, groups=groups),
        conv(filters[4], 3, "relu", padding=padding, groups=groups),
        overlapping,
        FLATTEN,
        dense(4096, "relu"),
        other("Dropout", rate=0.5),
        dense(4096, "relu"),
        other("Dropout", rate=0.5),
        dense(classes, "softmax"),
        names=names,
    )


def _reference(network: str, variant: str, summary: ModelSummary, accepted: bool) -> Reference:
    title = {"lenet5": "LeNet-5", "alexnet": "AlexNet"}[network]
    return Reference(
        network=network, variant=variant, title=f"{title} ({variant})", accepted=accepted,
        summary=summary,
    )  # fmt: skip


NARROW = (64, 192, 384, 256, 256)
CIFAR_CONV1 = conv(96, 3, "relu", padding="same")
LENETS = (
    _reference("lenet5", "classroom", lenet(names=_LENET), False),
    _reference("lenet5", "unpadded_28", lenet(28, names=_LENET), True),
    _reference("lenet5", "padded_28", lenet(28, names=_LENET, c1_padding="same"), True),
)
ALEXNETS = (
    _reference("alexnet", "single_tower", alexnet(names=_ALEXNET), False),
    _reference(
        "alexnet", "narrow",
        alexnet(
            224, NARROW, names=_ALEXNET,
            conv1=conv(64, 11, "relu", strides=4, padding=[[2, 2], [2, 2]]),
        ), True,
    ),
    _reference(
        "alexnet", "cifar", alexnet(32, names=_ALEXNET, conv1=CIFAR_CONV1, classes=10), True
    ),
)  # fmt: skip
REFERENCES = LENETS + ALEXNETS
