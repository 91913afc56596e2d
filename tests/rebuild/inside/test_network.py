"""A rebuilt Keras model answers like the original."""

import numpy as np
import pytest

from grader.rebuild.inside.refusal import RefusedError
from tests.rebuild.capture import blob, config, specs

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def sequential(keras):
    la = keras.layers
    return keras.Sequential(
        [
            la.Input((28, 28, 1)),
            la.Conv2D(6, 5, padding="same", activation="tanh"),
            la.AveragePooling2D(2),
            la.Conv2D(16, 5),
            la.Activation("relu"),
            la.MaxPooling2D(2),
            la.Flatten(),
            la.Dropout(0.5),
            la.Dense(10, activation="softmax"),
        ]
    )


def branches(keras):
    la = keras.layers
    given = la.Input((12, 12, 3))
    left = la.Conv2D(4, 3, padding="same")(given)
    right = la.Conv2D(4, 1, use_bias=False)(given)
    added = la.Add()([left, right])
    joined = la.Concatenate()([added, la.ReLU()(added), given])
    return keras.Model(given, la.Dense(5)(la.GlobalAveragePooling2D()(joined)))


def normalised(keras):
    la = keras.layers
    return keras.Sequential(
        [
            la.Input((8, 8, 3)),
            la.Rescaling(1 / 255, offset=-0.5),
            la.RandomFlip("horizontal"),
            la.Resizing(10, 10),
            la.DepthwiseConv2D(3, depth_multiplier=2),
            la.BatchNormalization(),
            la.SeparableConv2D(5, 3, padding="same"),
            la.LayerNormalization(),
            la.PReLU(shared_axes=[1, 2]),
            la.LeakyReLU(negative_slope=0.2),
            la.UpSampling2D(2),
            la.Cropping2D(1),
            la.ZeroPadding2D(((1, 0), (2, 0))),
            la.AdaptiveAveragePooling2D(2),
            la.Permute((3, 1, 2)),
            la.Reshape((20,)),
            la.Dense(4, activation="sigmoid"),
        ]
    )


def nested(keras):
    la = keras.layers
    inner = keras.Sequential([la.Input((8, 8, 2)), la.Conv2D(2, 3, padding="same")], name="inner")
    deep_in = la.Input((8, 8, 2))
    deep = keras.Model(deep_in, la.Activation("relu")(inner(deep_in)), name="deep")
    given = la.Input((8, 8, 2))
    # Called twice: the weights are shared.
    return keras.Model(given, la.Dense(3)(la.Flatten()(deep(deep(given)))))


def ends_with_a_model(keras):
    la = keras.layers
    given = la.Input((6,))
    back = keras.Model(given, la.Dense(3)(given), name="back")
    flat = la.Input((3, 2))
    return keras.Model(flat, back(la.Flatten()(flat)))


def operations(keras):
    la, ops = keras.layers, keras.ops
    given = la.Input((8, 8, 2))
    x = ops.relu(la.Conv2D(2, 3, padding="same")(given)) + given
    x = ops.average_pool(ops.max_pool(x, 2), 2, 1, "same")
    x = ops.concatenate([ops.maximum(x, ops.silu(x)), x * x], axis=-1)
    x = ops.reshape(ops.leaky_relu(ops.elu(x)), (-1, 64))
    return keras.Model(given, ops.softmax(la.Dense(3)(ops.tanh(x))))


def starts_with_a_model(keras):
    la = keras.layers
    front = keras.Sequential([la.Input((8, 8, 1)), la.Conv2D(2, 3)], name="front")
    return keras.Sequential([front, la.Flatten(), la.Dense(3)])


def adapted(keras):
    la = keras.layers
    norm = la.Normalization(axis=-1)
    norm.adapt(np.random.default_rng(1).normal(5, 3, (50, 6, 6, 2)).astype("float32"))
    fixed = la.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0])
    return keras.Sequential([la.Input((6, 6, 2)), norm, fixed, la.Flatten(), la.Dense(3)])


def randomised(model):
    """Weights that are not the initial ones; variances stay positive."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if weight.dtype == "float32" and not weight.path.endswith(("mean", "variance")):
            weight.assign(rng.normal(0, 0.3, weight.shape))
        elif weight.path.endswith("moving_variance"):
            weight.assign(rng.uniform(0.5, 2, weight.shape))
    return model


def captured(model):
    return {"config": config(model), "weights": specs(model), "images": []}


BUILDERS = [
    sequential,
    branches,
    normalised,
    nested,
    starts_with_a_model,
    ends_with_a_model,
    operations,
    adapted,
]


@pytest.mark.parametrize("builder", BUILDERS, ids=lambda b: b.__name__)
def test_predictions_and_counts_are_those_of_the_original(keras, builder, tmp_path):
    from grader.rebuild.inside import keras_model

    model = randomised(builder(keras))
    images = np.random.default_rng(2).uniform(0, 255, (7, *model.input_shape[1:]))
    images = images.astype("float32")
    file = tmp_path / "weights.bin"
    blob(model, file)
    found = keras_model.predict(captured(model), file, images)
    np.testing.assert_allclose(found, model.predict(images, verbose=0), rtol=1e-4, atol=1e-5)
    # The counters of Keras are the independent ones here.
    summary = keras_model.summarise(captured(model))
    assert summary["params"] == model.count_params()
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert summary["trainable_params"] == trainable
    assert summary["layers"][-1]["output_shape"] == model.output_shape[1:]


def test_layers_of_nested_models_are_named_by_their_path(keras):
    from grader.rebuild.inside import keras_model

    layers = keras_model.summarise(captured(nested(keras)))["layers"]
    assert [la["kind"] for la in layers] == ["Conv2D", "Activation", "Flatten", "Dense"]
    assert layers[0]["name"].startswith("deep/inner/conv2d")
    assert layers[1]["inputs"] == [layers[0]["name"]]


def test_channels_first_answers_like_the_same_weights_channels_last(keras, tmp_path):
    from grader.rebuild.inside import keras_model

    la = keras.layers

    def build(order, shape):
        return keras.Sequential(
            [
                la.Input(shape),
                la.Conv2D(4, 3, activation="relu", data_format=order),
                la.MaxPooling2D(2, data_format=order),
                la.Flatten(data_format=order),
                la.Dense(3),
            ]
        )

    last = randomised(build("channels_last", (8, 8, 2)))
    first = build("channels_first", (2, 8, 8))
    first.set_weights(last.get_weights())
    images = np.random.default_rng(3).normal(size=(5, 8, 8, 2)).astype("float32")
    file = tmp_path / "weights.bin"
    blob(first, file)
    found = keras_model.predict(captured(first), file, images.transpose(0, 3, 1, 2))
    np.testing.assert_allclose(found, last.predict(images, verbose=0), atol=1e-5)


def test_flat_pictures_and_missing_channels_are_accepted_as_such(keras):
    from grader.rebuild.inside import keras_model

    def accepts(shape):
        model = keras.Sequential([keras.layers.Input(shape), keras.layers.Flatten()])
        return keras_model.summarise({**captured(model), "images": [[28, 28, 1], [32, 32, 3]]})[
            "accepts"
        ]

    assert accepts((28, 28, 1)) == accepts((28, 28)) == accepts((784,)) == [True, False]
    assert accepts((3, 32, 32)) == [False, True]
    assert accepts((None, None, 3)) == [False, True]
    assert accepts((32, 32, 1)) == [False, False]


def changed(entries, place, **changes):
    return [{**e, **changes} if i == place else e for i, e in enumerate(entries)]


def test_weights_that_do_not_fit_are_refused(keras, tmp_path):
    from grader.rebuild.inside import keras_model

    model = starts_with_a_model(keras)
    good = captured(model)
    file = tmp_path / "weights.bin"
    blob(model, file)
    images = np.zeros((2, 8, 8, 1), "float32")

    def refusal(weights, numbers=None):
        if numbers is not None:
            file.write_bytes(numbers)
        with pytest.raises(RefusedError) as error:
            keras_model.predict({**good, "weights": weights}, file, images)
        return str(error.value)

    weights = good["weights"]
    assert "has 4 weight arrays, received 3" in refusal(weights[:3])
    assert "expected (3, 3, 1, 2)" in refusal(changed(weights, 0, shape=[3, 3, 2, 1]))
    assert "expected a kernel" in refusal(changed(weights, 0, name="x/bias"))
    assert "received 'object'" in refusal(changed(weights, 0, dtype="object"))
    assert "whole number" in refusal(changed(weights, 0, shape=[-1, 3, 1, 2]))
    assert "expected a name and a shape" in refusal(changed(weights, 0, shape="3"))
    assert "expected a list" in refusal({"a": 1})
    assert "their shapes need" in refusal(weights, b"\0" * 100)
