"""Networks traced by arithmetic: counts of the papers, and where a network is impossible."""

import pytest

from grader.rebuild.inside import plain
from grader.rebuild.inside.describe import describe
from grader.rebuild.inside.trace import trace
from tests.rebuild.capture import layer, sequential


def described(config):
    network = plain.read(config)
    return describe(network, trace(network))


def conv(name, filters, kernel, **config):
    return layer("Conv2D", name, filters=filters, kernel_size=[kernel, kernel], **config)


def pool(name, size=3, stride=2, kind="MaxPooling2D"):
    return layer(kind, name, pool_size=[size, size], strides=[stride, stride])


def dense(name, units):
    return layer("Dense", name, units=units)


def alexnet(shape, *, padding, classes=1000):
    return sequential(
        conv("conv1", 96, 11, strides=[4, 4], activation="relu"),
        pool("pool1"),
        conv("conv2", 256, 5, padding=padding),
        pool("pool2"),
        conv("conv3", 384, 3, padding=padding),
        conv("conv4", 384, 3, padding=padding),
        conv("conv5", 256, 3, padding=padding),
        pool("pool5"),
        layer("Flatten", "flatten"),
        dense("fc6", 4096),
        dense("fc7", 4096),
        dense("fc8", classes),
        shape=shape,
    )


def test_lenet_has_61706_weights():
    lenet = sequential(
        conv("C1", 6, 5),
        pool("S2", 2, 2, "AveragePooling2D"),
        conv("C3", 16, 5),
        pool("S4", 2, 2, "AveragePooling2D"),
        layer("Flatten", "flatten"),
        dense("C5", 120),
        dense("F6", 84),
        dense("output", 10),
        shape=(32, 32, 1),
    )
    found = described(lenet)
    assert [la["params"] for la in found["layers"]] == [156, 0, 2416, 0, 0, 48_120, 10_164, 850]
    assert found["params"] == found["trainable_params"] == 61_706
    assert found["failure"] is None


@pytest.mark.parametrize(
    ("shape", "padding", "params"),
    # 25,678,184 by hand: 1x1x256 is left of 224x224 without padding, so fc6 holds 257 x 4096.
    [((227, 227, 3), "same", 62_378_344), ((224, 224, 3), "valid", 25_678_184)],
)
def test_alexnet_counts(shape, padding, params):
    assert described(alexnet(shape, padding=padding))["params"] == params


def test_alexnet_on_cifar_fails_at_the_second_pooling():
    found = described(alexnet((32, 32, 3), padding="same", classes=10))
    assert found["failure"] == {
        "layer": "pool2",
        "message": "pool2 (3x3, stride 2) needs at least 3x3, gets 2x2: floor((2 - 3) / 2) + 1 = 0",
    }
    shapes = [la["output_shape"] for la in found["layers"]]
    assert shapes[:3] == [(6, 6, 96), (2, 2, 96), (2, 2, 256)]
    assert shapes[3:] == [None] * 9
    assert [la["name"] for la in found["layers"]][3:5] == ["pool2", "conv3"]
    # What is right before it is counted: 11 x 11 x 3 x 96 + 96 and 5 x 5 x 96 x 256 + 256.
    assert found["params"] == 34_944 + 614_656


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        ([dense("d", 10), conv("c", 6, 3)], (28,), "c needs height, width and channels, gets 10"),
        ([conv("c", 6, 5, groups=4)], (8, 8, 3), "c cannot split 3 channels and 6 filters into 4"),
        (
            [layer("Flatten", "f"), dense("d", 10)],
            (None, None, 3),
            "d needs to know how many numbers it gets",
        ),
        (
            [layer("Cropping2D", "c", cropping=[[4, 4], [0, 0]])],
            (8, 8, 3),
            "c needs more than 8, gets 8: nothing is left",
        ),
        ([layer("Reshape", "r", target_shape=[7, 7])], (8, 8), "r needs 49 numbers for 7x7, gets"),
        ([layer("Permute", "p", dims=[3, 1])], (8, 8), "p cannot order the axes of 8x8"),
        ([layer("BatchNormalization", "b", axis=3)], (8, 8), "b axis 3 is not among the 2 axes"),
    ],
)
def test_an_impossible_layer_is_explained(layers, shape, message):
    assert described(sequential(*layers, shape=shape))["failure"]["message"].startswith(message)


def test_separate_activations_are_one_kind_however_spelled():
    found = described(
        sequential(
            layer("ReLU", "a"),
            layer("ReLU", "b", max_value=6.0),
            layer("LeakyReLU", "c", negative_slope=0.1),
            layer("Softmax", "d"),
            layer("Activation", "e", activation="tanh"),
            layer("ReLU", "f", threshold=0.5),
        )
    )
    assert [(la["kind"], la["config"].get("activation")) for la in found["layers"]] == [
        ("Activation", "relu"),
        ("Activation", "relu6"),
        ("Activation", "leaky_relu"),
        ("Activation", "softmax"),
        ("Activation", "tanh"),
        ("ReLU", None),
    ]


def test_pooling_without_strides_moves_by_its_size():
    found = described(sequential(layer("MaxPooling2D", "p", pool_size=[3, 3], strides=None)))
    assert found["layers"][0]["config"]["strides"] == (3, 3)
    assert found["layers"][0]["output_shape"] == (9, 9, 1)


def test_channels_first_is_shown_channels_last():
    first = {"data_format": "channels_first"}
    found = described(
        sequential(
            conv("c", 6, 5, **first),
            layer("Activation", "a", activation="relu"),
            layer("MaxPooling2D", "p", pool_size=[2, 2], **first),
            layer("Flatten", "f"),
            dense("d", 10),
            shape=(3, 32, 32),
        )
    )
    assert found["input_shape"] == (32, 32, 3)
    assert [la["output_shape"] for la in found["layers"]] == [
        (28, 28, 6), (28, 28, 6), (14, 14, 6), (1176,), (10,),
    ]  # fmt: skip


def test_frozen_layers_are_not_trainable():
    frozen = conv("c", 6, 5)
    frozen["config"]["trainable"] = False
    normal = layer("BatchNormalization", "b")
    found = described(sequential(frozen, normal))
    assert found["params"] == 156 + 4 * 6
    assert found["trainable_params"] == 2 * 6  # gamma and beta; the running figures never are


def test_a_model_without_an_input_shape_is_listed_without_sizes():
    config = {"class_name": "Sequential", "config": {"layers": [dense("d", 10)]}}
    found = described(config)
    assert found["input_shape"] is None
    assert [(la["name"], la["output_shape"]) for la in found["layers"]] == [("d", None)]
    assert found["failure"] is None
