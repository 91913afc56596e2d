"""Compute the operations that need more than a call of PyTorch: checks first, with the arithmetic.

All of them raise ValueError where an operation is impossible.
"""

from collections.abc import Callable
from typing import Any

from torch.nn import functional

from .torch_args import MAX_ITEMS
from .torch_windows import pooled, slid


def conv(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """A convolution over two axes; says which sum of sizes gives nothing."""
    if weight.dim() != 4 or x.dim() != 4:
        raise ValueError(f"a convolution reads 4 axes, received {x.dim()} and {weight.dim()}")
    if weight.shape[1] * groups != x.shape[1]:
        raise ValueError(f"expects {_channels(weight.shape[1] * groups)} and receives {x.shape[1]}")
    if not isinstance(padding, str):
        slid(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    return functional.conv2d(x, weight, bias, stride, padding, dilation, groups)


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """A matrix product over the last axis, and a bias."""
    if weight.dim() != 2 or x.dim() < 1:
        raise ValueError(f"a linear layer has a matrix of weights, received {weight.dim()} axes")
    if x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"expects {weight.shape[1]:,} values for each image and receives {x.shape[-1]:,}"
        )
    return functional.linear(x, weight, bias)


def max_pool(
    x: Any, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil: bool = False
) -> Any:
    """The largest value of each window."""
    pooled(x.shape[2:], kernel, stride, padding, dilation, ceil)
    return functional.max_pool2d(x, kernel, stride or kernel, padding, dilation, ceil)


def avg_pool(
    x: Any,
    kernel: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Any:
    """The mean of each window, over two or three axes."""
    pooled(x.shape[2:], kernel, stride, padding, 1, ceil)
    pool = functional.avg_pool3d if len(kernel) == 3 else functional.avg_pool2d
    return pool(x, kernel, stride or kernel, padding, ceil, count_include_pad, divisor)


def batch_norm(
    x: Any,
    weight: Any,
    bias: Any,
    mean: Any,
    var: Any,
    training: bool,
    momentum: float,
    eps: float,
    _: Any = None,
) -> Any:
    """Normalisation by the statistics of the training."""
    if training or mean is None or var is None:
        raise ValueError("normalises by the batch at hand, so an answer depends on its neighbours")
    return functional.batch_norm(x, mean, var, weight, bias, False, 0.0, eps)


def split(x: Any, length: int, dim: int = 0) -> Any:
    """Parts of one length."""
    if length < 1 or x.shape[dim] > length * MAX_ITEMS:
        raise ValueError(f"splits {x.shape[dim]} into more than {MAX_ITEMS} parts")
    return x.split(length, dim)


def item(parts: Any, index: int) -> Any:
    """One of several results."""
    if not isinstance(parts, tuple | list) or index >= len(parts):
        raise ValueError(f"has no part {index}")
    return parts[index]


def view(x: Any, shape: list[int]) -> Any:
    """The same numbers in another shape."""
    try:
        return x.reshape(shape)
    except RuntimeError:
        raise ValueError(f"cannot arrange {_times(x.shape[1:])} as {_times(shape[1:])}") from None


def upsample(mode: str) -> Callable[..., Any]:
    """The resizing to a larger map that `mode` names."""

    def run(x: Any, size: Any, *rest: Any) -> Any:
        # The nearest overload has (size, scale); the others (size, align_corners, scale).
        corners = {} if mode == "nearest" else {"align_corners": bool(rest and rest[0])}
        scale = rest[-1] if len(rest) > (0 if mode == "nearest" else 1) else None
        return functional.interpolate(x, size, None if size else scale, mode=mode, **corners)

    return run


def _channels(count: int) -> str:
    return f"{count} channel{'' if count == 1 else 's'}"


def _times(shape: Any) -> str:
    return " x ".join(str(side) for side in shape) or "1"
