"""Output shape and weights of each kind of layer, as functions of its arguments and inputs."""

from typing import Any, NamedTuple

from . import shapes
from .shapes import ImpossibleError, Shape

Args = dict[str, Any]
"""Clean arguments of one layer."""


class Weight(NamedTuple):
    """One weight array of a layer."""

    name: str
    """As Keras calls it: kernel, bias, gamma, ..."""
    shape: tuple[int, ...]
    """Sizes of its axes."""
    trainable: bool = True
    """False for running means and the like."""


def _slid(args: Args, shape: Shape) -> tuple[shapes.Size, shapes.Size]:
    return shapes.slide(
        shape, args["kernel_size"], args["strides"], args["padding"], args["dilation_rate"]
    )


def _channels(shape: Shape) -> int:
    return shapes.known(shapes.picture(shape)[2], "the number of channels")


def _bias(args: Args, size: int) -> list[Weight]:
    return [Weight("bias", (size,))] if args["use_bias"] else []


def conv_output(args: Args, given: list[Shape]) -> Shape:
    """Conv2D."""
    groups, channels, filters = args["groups"], _channels(given[0]), args["filters"]
    if channels % groups or filters % groups:
        raise ImpossibleError(
            f"cannot split {channels} channels and {filters} filters into {groups} groups"
        )
    return (*_slid(args, given[0]), filters)


def conv_weights(args: Args, shape: Shape) -> list[Weight]:
    """Kernel and bias of Conv2D."""
    kernel = (*args["kernel_size"], _channels(shape) // args["groups"], args["filters"])
    return [Weight("kernel", kernel), *_bias(args, args["filters"])]


def depthwise_output(args: Args, given: list[Shape]) -> Shape:
    """DepthwiseConv2D."""
    return (*_slid(args, given[0]), _channels(given[0]) * args["depth_multiplier"])


def depthwise_weights(args: Args, shape: Shape) -> list[Weight]:
    """Kernel and bias of DepthwiseConv2D."""
    channels, times = _channels(shape), args["depth_multiplier"]
    kernel = Weight("kernel", (*args["kernel_size"], channels, times))
    return [kernel, *_bias(args, channels * times)]


def separable_output(args: Args, given: list[Shape]) -> Shape:
    """SeparableConv2D."""
    return (*_slid(args, given[0]), args["filters"])


def separable_weights(args: Args, shape: Shape) -> list[Weight]:
    """Both kernels and the bias of SeparableConv2D."""
    channels, times, filters = _channels(shape), args["depth_multiplier"], args["filters"]
    return [
        Weight("depthwise_kernel", (*args["kernel_size"], channels, times)),
        Weight("pointwise_kernel", (1, 1, channels * times, filters)),
        *_bias(args, filters),
    ]


def dense_output(args: Args, given: list[Shape]) -> Shape:
    """Dense, along the last axis."""
    if not given[0]:
        raise ImpossibleError("needs at least one axis, gets a single number")
    return (*given[0][:-1], args["units"])


def dense_weights(args: Args, shape: Shape) -> list[Weight]:
    """Kernel and bias of Dense."""
    inputs = shapes.known(shape[-1], "how many numbers it gets")
    return [Weight("kernel", (inputs, args["units"])), *_bias(args, args["units"])]


def pool_output(args: Args, given: list[Shape]) -> Shape:
    """MaxPooling2D and AveragePooling2D."""
    strides = args["strides"] or args["pool_size"]
    slid = shapes.slide(given[0], args["pool_size"], strides, args["padding"])
    return (*slid, given[0][2])


def global_output(args: Args, given: list[Shape]) -> Shape:
    """GlobalMaxPooling2D and GlobalAveragePooling2D."""
    channels = shapes.picture(given[0])[2]
    return (1, 1, channels) if args["keepdims"] else (channels,)


def adaptive_output(args: Args, given: list[Shape]) -> Shape:
    """AdaptiveMaxPooling2D and AdaptiveAveragePooling2D."""
    return (*args["output_size"], shapes.picture(given[0])[2])


def flatten_output(args: Args, given: list[Shape]) -> Shape:
    """Flatten."""
    return (shapes.count(given[0]),)


def reshape_output(args: Args, given: list[Shape]) -> Shape:
    """Reshape."""
    return shapes.reshaped(given[0], args["target_shape"])


def permute_output(args: Args, given: list[Shape]) -> Shape:
    """Permute."""
    dims, shape = args["dims"], given[0]
    if sorted(dims) != list(range(1, len(shape) + 1)):
        raise ImpossibleError(f"cannot order the axes of {shapes.show(shape)} as {dims}")
    return tuple(shape[d - 1] for d in dims)


def padded_output(args: Args, given: list[Shape]) -> Shape:
    """ZeroPadding2D."""
    height, width, channels = shapes.picture(given[0])
    (top, bottom), (left, right) = args["padding"]
    return (
        None if height is None else height + top + bottom,
        None if width is None else width + left + right,
        channels,
    )


def cropped_output(args: Args, given: list[Shape]) -> Shape:
    """Cropping2D."""
    height, width, channels = shapes.picture(given[0])
    out: list[shapes.Size] = []
    for size, (before, after) in zip((height, width), args["cropping"], strict=True):
        left = None if size is None else size - before - after
        if left is not None and left < 1:
            raise ImpossibleError(f"needs more than {before + after}, gets {size}: nothing is left")
        out.append(left)
    return (*out, channels)


def upsampled_output(args: Args, given: list[Shape]) -> Shape:
    """UpSampling2D."""
    height, width, channels = shapes.picture(given[0])
    rows, columns = args["size"]
    return (
        None if height is None else height * rows,
        None if width is None else width * columns,
        channels,
    )


def resized_output(args: Args, given: list[Shape]) -> Shape:
    """Resizing and CenterCrop."""
    return (args["height"], args["width"], shapes.picture(given[0])[2])


def merged_output(args: Args, given: list[Shape]) -> Shape:
    """Add, Multiply and the like."""
    return shapes.broadcast(given)


def concatenated_output(args: Args, given: list[Shape]) -> Shape:
    """Concatenate."""
    return shapes.joined(given, shapes.positive_axis(args["axis"], len(given[0])))


def _axes(axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else axis or ()


def _kept(axes: tuple[int, ...], shape: Shape) -> tuple[int, ...]:
    places = sorted(shapes.positive_axis(a, len(shape)) for a in axes)
    return tuple(shapes.known(shape[p], f"the size of axis {p + 1}") for p in places)


def norm_weights(args: Args, shape: Shape) -> list[Weight]:
    """Gamma and beta of LayerNormalization."""
    size = _kept(_axes(args["axis"]), shape)
    gamma = [Weight("gamma", size)] if args["scale"] else []
    return gamma + ([Weight("beta", size)] if args["center"] else [])


def batch_norm_weights(args: Args, shape: Shape) -> list[Weight]:
    """Gamma, beta and the running figures of BatchNormalization."""
    size = _kept(_axes(args["axis"]), shape)
    running = [Weight("moving_mean", size, False), Weight("moving_variance", size, False)]
    return norm_weights(args, shape) + running


def normalization_weights(args: Args, shape: Shape) -> list[Weight]:
    """What `adapt` measured; nothing where mean and variance were given."""
    if args["mean"] is not None:
        return []
    size = _kept(_axes(args["axis"]), shape)
    sizes = (("mean", size), ("variance", size), ("count", ()))
    return [Weight(name, size, False) for name, size in sizes]


def prelu_weights(args: Args, shape: Shape) -> list[Weight]:
    """The slopes of PReLU."""
    shared = {shapes.positive_axis(a, len(shape)) for a in args["shared_axes"] or ()}
    sizes = [1 if i in shared else shapes.known(s, "its size") for i, s in enumerate(shape)]
    return [Weight("alpha", tuple(sizes))]
