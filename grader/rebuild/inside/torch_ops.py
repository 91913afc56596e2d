"""The operations that a rebuilt PyTorch network may use, with the arguments each may have."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from . import torch_args as read
from . import torch_functions as compute
from .torch_args import Reader


@dataclass(frozen=True)
class Op:
    """An allowed operation."""

    run: Callable[..., Any]
    """Computes it; takes tensors where the node has references."""
    args: dict[str, Reader]
    """Readers in the order of the aten schema."""
    required: int
    """How many of them must be given."""


def _op(run: Callable[..., Any], required: int, **args: Reader) -> Op:
    return Op(run, args, required)


def _same(x: Any, *_: Any) -> Any:
    return x


_IDENTITY = _op(_same, 1, input=read.tensor, memory_format=read.ignored)
_AXIS = {"input": read.tensor, "dim": read.dim}
_REDUCE = {"input": read.tensor, "dim": read.dims, "keepdim": read.flag}
_DROPOUT = _op(_same, 2, input=read.tensor, p=read.number, train=read.flag)
_POOLING = {"kernel_size": read.window, "stride": read.window, "padding": read.window}
_CONV = {
    "input": read.tensor,
    "weight": read.tensor,
    "bias": read.optional(read.tensor),
    "stride": read.window,
    "padding": read.window,
    "dilation": read.window,
    "groups": read.integer(1, 65_536),
}
_OPERAND = read.either(read.tensor, read.number)
_MAYBE = read.optional(read.tensor)


def _unary(function: Callable[..., Any], **numbers: Reader) -> Op:
    return _op(function, 1, input=read.tensor, **numbers)


def _binary(function: Callable[..., Any]) -> Op:
    return _op(function, 2, input=read.tensor, other=_OPERAND)


def _scaled(function: Callable[..., Any]) -> Op:
    return _op(
        lambda x, y, alpha=1: function(x, y * alpha),
        2,
        input=read.tensor,
        other=_OPERAND,
        alpha=read.number,
    )


_BY_NAME: dict[str, Op] = {
    "conv2d.default": _op(compute.conv, 2, **_CONV),
    "conv2d.padding": _op(compute.conv, 2, **{**_CONV, "padding": read.word("same", "valid")}),
    "linear.default": _op(compute.linear, 2, input=read.tensor, weight=read.tensor, bias=_MAYBE),
    "matmul.default": _binary(torch.matmul),
    "mm.default": _binary(torch.mm),
    "t.default": _unary(torch.t),
    "max_pool2d.default": _op(
        compute.max_pool,
        2,
        input=read.tensor,
        **_POOLING,
        dilation=read.window,
        ceil_mode=read.flag,
    ),
    **{
        f"avg_pool{n}d.default": _op(
            compute.avg_pool,
            2,
            input=read.tensor,
            **_POOLING,
            ceil_mode=read.flag,
            count_include_pad=read.flag,
            divisor_override=read.optional(read.integer(1, 2**20)),
        )
        for n in (2, 3)
    },
    "adaptive_avg_pool2d.default": _op(
        functional.adaptive_avg_pool2d, 2, input=read.tensor, output_size=read.window
    ),
    "adaptive_max_pool2d.default": _op(
        # The second part, the places of the maxima, has no use in a classifier.
        lambda x, size: (functional.adaptive_max_pool2d(x, size),),
        2,
        input=read.tensor,
        output_size=read.window,
    ),
    "batch_norm.default": _op(
        compute.batch_norm,
        8,
        input=read.tensor,
        weight=_MAYBE,
        bias=_MAYBE,
        running_mean=_MAYBE,
        running_var=_MAYBE,
        training=read.flag,
        momentum=read.number,
        eps=read.number,
        cudnn_enabled=read.ignored,
    ),
    "layer_norm.default": _op(
        lambda x, shape, weight=None, bias=None, eps=1e-5, _=None: functional.layer_norm(
            x, shape, weight, bias, eps
        ),
        2,
        input=read.tensor,
        normalized_shape=read.integers(1, read.MAX_ELEMENTS),
        weight=_MAYBE,
        bias=_MAYBE,
        eps=read.number,
        cudnn_enable=read.ignored,
    ),
    "group_norm.default": _op(
        lambda x, groups, weight=None, bias=None, eps=1e-5, _=None: functional.group_norm(
            x, groups, weight, bias, eps
        ),
        2,
        input=read.tensor,
        num_groups=read.integer(1, 65_536),
        weight=_MAYBE,
        bias=_MAYBE,
        eps=read.number,
        cudnn_enabled=read.ignored,
    ),
    "relu.default": _unary(torch.relu),
    "relu6.default": _unary(functional.relu6),
    "tanh.default": _unary(torch.tanh),
    "sigmoid.default": _unary(torch.sigmoid),
    "silu.default": _unary(functional.silu),
    "mish.default": _unary(functional.mish),
    "selu.default": _unary(functional.selu),
    "hardswish.default": _unary(functional.hardswish),
    "hardsigmoid.default": _unary(functional.hardsigmoid),
    "softplus.default": _unary(functional.softplus, beta=read.number, threshold=read.number),
    "elu.default": _unary(functional.elu, alpha=read.number),
    "leaky_relu.default": _unary(functional.leaky_relu, negative_slope=read.number),
    "prelu.default": _op(functional.prelu, 2, input=read.tensor, weight=read.tensor),
    "hardtanh.default": _unary(functional.hardtanh, min_val=read.number, max_val=read.number),
    "gelu.default": _unary(
        lambda x, approximate="none": functional.gelu(x, approximate=approximate),
        approximate=read.word("none", "tanh"),
    ),
    "softmax.int": _op(
        lambda x, dim, _=None: functional.softmax(x, dim), 2, **_AXIS, dtype=read.floating
    ),
    "log_softmax.int": _op(
        lambda x, dim, _=None: functional.log_softmax(x, dim), 2, **_AXIS, dtype=read.floating
    ),
    "view.default": _op(compute.view, 2, input=read.tensor, size=read.sizes),
    "reshape.default": _op(compute.view, 2, input=read.tensor, shape=read.sizes),
    "flatten.using_ints": _op(
        torch.flatten, 1, input=read.tensor, start_dim=read.dim, end_dim=read.dim
    ),
    "unflatten.int": _op(torch.unflatten, 3, **_AXIS, sizes=read.sizes),
    "unsqueeze.default": _op(torch.unsqueeze, 2, **_AXIS),
    "squeeze.default": _unary(torch.squeeze),
    "squeeze.dim": _op(torch.squeeze, 2, **_AXIS),
    "squeeze.dims": _op(torch.squeeze, 2, input=read.tensor, dim=read.dims),
    "permute.default": _op(torch.permute, 2, input=read.tensor, dims=read.dims),
    "transpose.int": _op(torch.transpose, 3, **_AXIS, dim1=read.dim),
    "expand.default": _op(
        lambda x, shape, _=None: x.expand(shape),
        2,
        input=read.tensor,
        size=read.sizes,
        implicit=read.ignored,
    ),
    "pad.default": _op(
        functional.pad,
        2,
        input=read.tensor,
        pad=read.integers(-read.MAX_WINDOW, read.MAX_WINDOW),
        mode=read.word("constant", "reflect", "replicate"),
        value=read.optional(read.number),
    ),
    "constant_pad_nd.default": _op(
        lambda x, pad, value=0: functional.pad(x, pad, value=value),
        2,
        input=read.tensor,
        pad=read.integers(-read.MAX_WINDOW, read.MAX_WINDOW),
        value=read.number,
    ),
    "add.Tensor": _scaled(torch.add),
    "sub.Tensor": _scaled(torch.sub),
    "rsub.Scalar": _scaled(lambda x, y: y - x),
    "mul.Tensor": _binary(torch.mul),
    "div.Tensor": _binary(torch.div),
    "pow.Tensor_Scalar": _op(torch.pow, 2, input=read.tensor, exponent=read.number),
    "maximum.default": _binary(torch.maximum),
    "minimum.default": _binary(torch.minimum),
    **{
        f"{name}.default": _unary(getattr(torch, name))
        for name in ("neg", "abs", "exp", "log", "sqrt", "rsqrt", "square")
    },
    "clamp.default": _unary(
        torch.clamp, min=read.optional(read.number), max=read.optional(read.number)
    ),
    "mean.dim": _op(
        lambda x, dim, keepdim=False, _=None: x.mean(dim, keepdim),
        2,
        **_REDUCE,
        dtype=read.floating,
    ),
    "sum.dim_IntList": _op(
        lambda x, dim, keepdim=False, _=None: x.sum(dim, keepdim), 2, **_REDUCE, dtype=read.floating
    ),
    "amax.default": _op(torch.amax, 1, **_REDUCE),
    "amin.default": _op(torch.amin, 1, **_REDUCE),
    "cat.default": _op(torch.cat, 1, tensors=read.tensors, dim=read.dim),
    "stack.default": _op(torch.stack, 1, tensors=read.tensors, dim=read.dim),
    "chunk.default": _op(
        torch.chunk, 2, input=read.tensor, chunks=read.integer(1, read.MAX_ITEMS), dim=read.dim
    ),
    "split.Tensor": _op(compute.split, 2, input=read.tensor, split_size=read.size, dim=read.dim),
    "split_with_sizes.default": _op(
        torch.split,
        2,
        input=read.tensor,
        split_sizes=read.integers(0, read.MAX_ELEMENTS, read.MAX_ITEMS),
        dim=read.dim,
    ),
    "getitem": _op(compute.item, 2, input=read.tensor, index=read.integer(0, read.MAX_ITEMS)),
    "select.int": _op(torch.select, 3, **_AXIS, index=read.integer(-(2**28), 2**28)),
    "slice.Tensor": _op(
        lambda x, dim=0, start=None, end=None, step=1: x[
            (slice(None),) * (dim % x.dim()) + (slice(start, end, step),)
        ],
        1,
        **_AXIS,
        # An open end travels as the largest 64-bit number.
        start=read.optional(read.integer(-(2**63), 2**63 - 1)),
        end=read.optional(read.integer(-(2**63), 2**63 - 1)),
        step=read.integer(1, 2**28),
    ),
    "upsample_nearest2d.vec": _op(
        compute.upsample("nearest"),
        2,
        input=read.tensor,
        output_size=read.optional(read.integers(1, 4096, 2)),
        scale_factors=read.optional(read.numbers),
    ),
    **{
        f"upsample_{mode}2d.vec": _op(
            compute.upsample(mode),
            3,
            input=read.tensor,
            output_size=read.optional(read.integers(1, 4096, 2)),
            align_corners=read.flag,
            scale_factors=read.optional(read.numbers),
        )
        for mode in ("bilinear", "bicubic")
    },
    "dropout.default": _DROPOUT,
    "feature_dropout.default": _DROPOUT,
    "alpha_dropout.default": _DROPOUT,
    "local_response_norm": _op(
        functional.local_response_norm,
        5,
        input=read.tensor,
        size=read.integer(1, read.MAX_WINDOW),
        alpha=read.number,
        beta=read.number,
        k=read.number,
    ),
    **dict.fromkeys(
        (
            "contiguous.default",
            "clone.default",
            "detach.default",
            "alias.default",
            "lift_fresh_copy.default",
        ),
        _IDENTITY,
    ),
    "to.dtype": _op(
        _same,
        2,
        input=read.tensor,
        dtype=read.floating,
        non_blocking=read.ignored,
        copy=read.ignored,
        memory_format=read.ignored,
    ),
}


def find(name: str) -> Op:
    """The operation that a node calls `name`, such as `aten.conv2d.default`.

    Raises:
        ValueError: If it is not allowed.
    """
    op = _BY_NAME.get(name.removeprefix("aten."))
    if op is None:
        raise ValueError(f"the operation {read.show(name)} is not among the allowed ones")
    return op
