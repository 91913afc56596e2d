"""The allow-list: each kind of layer that is taken over, with its arguments and their ceilings.

Initialisers, regularisers and constraints are no arguments here: weights are set afterwards, and
nothing is trained. Ceilings are far above any network a course asks for and far below what would
hurt the machine.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from . import rules
from .arguments import (
    Argument,
    activation,
    choice,
    flag,
    margins,
    numbers,
    optional,
    pair,
    real,
    several,
    whole,
)
from .rules import Args, Weight
from .shapes import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is known of one Keras class."""

    arguments: dict[str, Argument] = field(default_factory=dict)
    """All arguments that matter for a prediction."""
    output: Callable[[Args, list[Shape]], Shape] = lambda args, given: given[0]
    """Output shape; pictures arrive and leave channels last."""
    weights: Callable[[Args, Shape], list[Weight]] = lambda args, given: []
    """Weights in Keras' order."""
    merges: bool = False
    """True when it takes several inputs."""
    identity: bool = False
    """True when it does nothing outside training; it is described, not built."""


_FORMAT = Argument(choice("channels_last", "channels_first"), "channels_last")
_PADDING = Argument(choice("valid", "same"), "valid")
_ACTIVATION = Argument(activation, "linear")
_UNITS = whole(1, 100_000)
_FILTERS = whole(1, 16_384)
_FIELD = pair(1, 512)
_STRIDES = Argument(pair(1, 512), (1, 1))
_RATE = Argument(real(0, 1), 0.0)
_AXIS = whole(-8, 8)
_USED = Argument(flag, True)
_OFF = Argument(flag, False)

_CONVOLUTION = {
    "kernel_size": Argument(_FIELD),
    "strides": _STRIDES,
    "padding": _PADDING,
    "dilation_rate": Argument(pair(1, 512), (1, 1)),
    "activation": _ACTIVATION,
    "use_bias": _USED,
    "data_format": _FORMAT,
}


_POOLING = Kind(
    arguments={
        "pool_size": Argument(_FIELD, (2, 2)),
        "strides": Argument(optional(pair(1, 512)), None),
        "padding": _PADDING,
        "data_format": _FORMAT,
    },
    output=rules.pool_output,
)
_GLOBAL = Kind(arguments={"keepdims": _OFF, "data_format": _FORMAT}, output=rules.global_output)
_ADAPTIVE = Kind(
    arguments={"output_size": Argument(_FIELD), "data_format": _FORMAT},
    output=rules.adaptive_output,
)
_MERGE = Kind(output=rules.merged_output, merges=True)
_IDENTITY = Kind(identity=True)
_DROPOUT = Kind(arguments={"rate": _RATE}, identity=True)
_SIDE = Argument(whole(1, 4096))
_NORM = {
    "epsilon": Argument(real(0, 1e6), 1e-3),
    "center": _USED,
    "scale": _USED,
}

KINDS: dict[str, Kind] = {
    "Conv2D": Kind(
        arguments={
            "filters": Argument(_FILTERS),
            "groups": Argument(whole(1, 16_384), 1),
            **_CONVOLUTION,
        },
        output=rules.conv_output,
        weights=rules.conv_weights,
    ),
    "DepthwiseConv2D": Kind(
        arguments={"depth_multiplier": Argument(whole(1, 1024), 1), **_CONVOLUTION},
        output=rules.depthwise_output,
        weights=rules.depthwise_weights,
    ),
    "SeparableConv2D": Kind(
        arguments={
            "filters": Argument(_FILTERS),
            "depth_multiplier": Argument(whole(1, 1024), 1),
            **_CONVOLUTION,
        },
        output=rules.separable_output,
        weights=rules.separable_weights,
    ),
    "Dense": Kind(
        arguments={"units": Argument(_UNITS), "activation": _ACTIVATION, "use_bias": _USED},
        output=rules.dense_output,
        weights=rules.dense_weights,
    ),
    "MaxPooling2D": _POOLING,
    "AveragePooling2D": _POOLING,
    "GlobalMaxPooling2D": _GLOBAL,
    "GlobalAveragePooling2D": _GLOBAL,
    "AdaptiveMaxPooling2D": _ADAPTIVE,
    "AdaptiveAveragePooling2D": _ADAPTIVE,
    "Flatten": Kind(arguments={"data_format": _FORMAT}, output=rules.flatten_output),
    "Reshape": Kind(
        arguments={"target_shape": Argument(several(whole(-1, 10**8), 8))},
        output=rules.reshape_output,
    ),
    "Permute": Kind(
        arguments={"dims": Argument(several(whole(1, 8), 8))}, output=rules.permute_output
    ),
    "ZeroPadding2D": Kind(
        arguments={"padding": Argument(margins(512), ((1, 1), (1, 1))), "data_format": _FORMAT},
        output=rules.padded_output,
    ),
    "Cropping2D": Kind(
        arguments={"cropping": Argument(margins(4096), ((0, 0), (0, 0))), "data_format": _FORMAT},
        output=rules.cropped_output,
    ),
    "UpSampling2D": Kind(
        arguments={
            "size": Argument(pair(1, 64), (2, 2)),
            "interpolation": Argument(
                choice("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"), "nearest"
            ),
            "data_format": _FORMAT,
        },
        output=rules.upsampled_output,
    ),
    "Activation": Kind(arguments={"activation": Argument(activation)}),
    "ReLU": Kind(
        arguments={
            "max_value": Argument(optional(real(0, 1e6)), None),
            "negative_slope": Argument(real(0, 1e6), 0.0),
            "threshold": Argument(real(0, 1e6), 0.0),
        }
    ),
    "LeakyReLU": Kind(arguments={"negative_slope": Argument(real(0, 1e6), 0.3)}),
    "ELU": Kind(arguments={"alpha": Argument(real(-1e6, 1e6), 1.0)}),
    "Softmax": Kind(arguments={"axis": Argument(_AXIS, -1)}),
    "PReLU": Kind(
        arguments={"shared_axes": Argument(optional(several(_AXIS, 8)), None)},
        weights=rules.prelu_weights,
    ),
    "BatchNormalization": Kind(
        arguments={"axis": Argument(_AXIS, -1), **_NORM}, weights=rules.batch_norm_weights
    ),
    "LayerNormalization": Kind(
        arguments={"axis": Argument(several(_AXIS, 4), (-1,)), **_NORM}, weights=rules.norm_weights
    ),
    "Add": _MERGE,
    "Subtract": _MERGE,
    "Multiply": _MERGE,
    "Average": _MERGE,
    "Maximum": _MERGE,
    "Minimum": _MERGE,
    "Concatenate": Kind(
        arguments={"axis": Argument(_AXIS, -1)}, output=rules.concatenated_output, merges=True
    ),
    "Rescaling": Kind(
        arguments={
            "scale": Argument(numbers(4096)),
            "offset": Argument(numbers(4096), 0.0),
        }
    ),
    "Normalization": Kind(
        arguments={
            "axis": Argument(optional(several(_AXIS, 4)), (-1,)),
            "mean": Argument(optional(numbers(65_536)), None),
            "variance": Argument(optional(numbers(65_536)), None),
            "invert": _OFF,
        },
        weights=rules.normalization_weights,
    ),
    "Resizing": Kind(
        arguments={
            "height": _SIDE,
            "width": _SIDE,
            "interpolation": Argument(
                choice("nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5"), "bilinear"
            ),
            "crop_to_aspect_ratio": _OFF,
            "pad_to_aspect_ratio": _OFF,
            "fill_mode": Argument(choice("constant"), "constant"),
            "fill_value": Argument(real(-1e6, 1e6), 0.0),
            "antialias": _OFF,
            "data_format": _FORMAT,
        },
        output=rules.resized_output,
    ),
    "CenterCrop": Kind(
        arguments={"height": _SIDE, "width": _SIDE, "data_format": _FORMAT},
        output=rules.resized_output,
    ),
    "Dropout": _DROPOUT,
    "SpatialDropout2D": _DROPOUT,
    "GaussianDropout": _DROPOUT,
    "AlphaDropout": _DROPOUT,
    "GaussianNoise": _IDENTITY,
    "ActivityRegularization": _IDENTITY,
    "Identity": _IDENTITY,
    "RandomFlip": _IDENTITY,
    "RandomRotation": _IDENTITY,
    "RandomZoom": _IDENTITY,
    "RandomTranslation": _IDENTITY,
    "RandomContrast": _IDENTITY,
    "RandomBrightness": _IDENTITY,
}
"""Class name -> what is known of it."""
