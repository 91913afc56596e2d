"""A layer's settings in words."""

import pytest

from grader.records import Layer
from grader.report.layer_words import settings


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, ""),
        (
            {
                "filters": 6,
                "kernel_size": [5, 5],
                "strides": [1, 1],
                "padding": "same",
                "activation": "tanh",
                "groups": 1,
                "use_bias": True,
                "dilation_rate": [1, 1],
            },
            "6 filters, 5 × 5, stride 1, same padding, tanh",
        ),
        ({"units": 4096, "activation": "linear"}, "4,096 units, no activation"),
        ({"pool_size": [3, 2], "strides": [2, 1]}, "3 × 2, stride 2 × 1"),
        ({"padding": [[2, 2], [2, 2]]}, "padding 2"),
        ({"rate": 0.5}, "rate 0.5"),
        ({"groups": 2, "use_bias": False}, "groups 2, use_bias False"),
    ],
)
def test_settings_are_said_as_in_a_handout(config, words):
    layer = Layer(name="x", kind="Conv2D", output_shape=None, config=config)
    assert settings(layer) == words


@pytest.mark.parametrize("value", [None, "x", 3, [], {}, [[1]], [None], True, "a" * 10_000])
def test_settings_of_any_type_are_printed_and_never_raise(value):
    keys = ("filters", "units", "kernel_size", "strides", "padding", "activation", "odd")
    for key in keys:
        layer = Layer(name="x", kind="x", output_shape=None, config={key: value})
        assert len(settings(layer)) <= 200
