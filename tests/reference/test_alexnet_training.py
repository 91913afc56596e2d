"""AlexNet's training against section 5 of the paper, on small networks with its layers' names."""

import numpy as np
import pytest

pytestmark = pytest.mark.keras

ONES = ("conv2", "conv4", "conv5", "fc6", "fc7")


@pytest.fixture(scope="module")
def training():
    from reference import alexnet_training

    return alexnet_training


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture
def small(keras):
    """AlexNet's layers with weights, in miniature."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((8, 8, 3)),
            *(layers.Conv2D(16, 3, padding="same", name=f"conv{i}") for i in range(1, 6)),
            layers.Flatten(),
            *(layers.Dense(24, name=f"fc{i}") for i in (6, 7, 8)),
        ]
    )


def weights(layer):
    from keras import ops

    return ops.convert_to_numpy(layer.kernel), ops.convert_to_numpy(layer.bias)


def test_first_weights_are_small_and_centred_and_biases_as_in_section_5(training, small):
    training.initialise(small, seed=0)
    for layer in small.layers:
        if not layer.weights:
            continue
        kernel, bias = weights(layer)
        error = 0.01 / kernel.size**0.5
        assert abs(kernel.mean()) < 4 * error
        assert kernel.std() == pytest.approx(0.01, abs=4 * error)  # its error is error / sqrt(2)
        assert np.abs(kernel).max() > 0.02  # not cut off at two deviations
        assert set(bias.tolist()) == {1.0 if layer.name in ONES else 0.0}


def test_a_seed_repeats_the_first_weights_and_no_two_layers_share_them(training, small):
    training.initialise(small, seed=4)
    before = [weights(small.get_layer(name))[0] for name in ("conv2", "conv3", "fc7")]
    assert not np.allclose(before[0], before[1])
    training.initialise(small, seed=4)
    assert np.array_equal(weights(small.get_layer("fc7"))[0], before[2])
    training.initialise(small, seed=5)
    assert not np.allclose(weights(small.get_layer("fc7"))[0], before[2])


def test_a_network_without_the_papers_layers_is_refused(training, keras):
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2, name="fc7")])
    with pytest.raises(ValueError, match="weights fc7, expected also conv2, conv4, conv5, fc6"):
        training.initialise(model)


@pytest.mark.slow
def test_the_layers_named_here_are_alexnets(training):
    from reference import alexnet

    model = alexnet.build("cifar", classes=2)
    training.initialise(model, seed=1)
    ones = [n.name for n in model.layers if n.weights and weights(n)[1].min() == 1]
    assert tuple(ones) == ONES


def test_steps_follow_the_papers_rule(training, keras):
    optimizer = training.optimizer()
    assert float(optimizer.learning_rate) == pytest.approx(0.01)
    rng = np.random.default_rng(2)
    w = rng.normal(size=(3, 4))
    bias = rng.normal(size=4)
    variables = [keras.Variable(value.astype("float32")) for value in (w, bias)]
    v, bias_v = np.zeros((3, 4)), np.zeros(4)
    for _ in range(50):
        g, bias_g = rng.normal(size=(3, 4)), rng.normal(size=4)
        gradients = [keras.ops.convert_to_tensor(x.astype("float32")) for x in (g, bias_g)]
        optimizer.apply(gradients, variables)
        # Krizhevsky et al. 2012, section 5, as printed; the bias without decay.
        v = 0.9 * v - 0.0005 * 0.01 * w - 0.01 * g
        w = w + v
        bias_v = 0.9 * bias_v - 0.01 * bias_g
        bias = bias + bias_v
    np.testing.assert_allclose(keras.ops.convert_to_numpy(variables[0]), w, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(variables[1]), bias, rtol=1e-4, atol=1e-5)


@pytest.mark.torch
def test_pytorchs_decay_is_the_same_rule_while_the_rate_stays(training, keras):
    torch = pytest.importorskip("torch")
    start = np.random.default_rng(6).normal(size=(2, 5)).astype("float32")
    ours = keras.Variable(start)
    theirs = torch.nn.Parameter(torch.from_numpy(start.copy()))
    # A decay of 0.5, so that a decay outside the momentum would show.
    optimizer = training.DecayingSGD(decay=0.5)
    reference = torch.optim.SGD([theirs], lr=0.01, momentum=0.9, weight_decay=0.5)
    for step in range(30):
        g = np.random.default_rng(step).normal(size=(2, 5)).astype("float32")
        optimizer.apply([keras.ops.convert_to_tensor(g)], [ours])
        theirs.grad = torch.from_numpy(g)
        reference.step()
    found = keras.ops.convert_to_numpy(ours)
    np.testing.assert_allclose(found, theirs.detach().numpy(), rtol=1e-4, atol=1e-5)


def test_an_optimizer_comes_back_from_its_config(training):
    again = training.DecayingSGD.from_config(training.DecayingSGD(decay=0.01).get_config())
    assert (again.decay, again.momentum, again.weight_decay) == (0.01, 0.9, None)


def test_the_rate_falls_by_ten_three_times_and_no_further(training, keras):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(training.optimizer(), "mse")
    callback = training.learning_rate_steps(patience=2)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, accuracy in enumerate([0.1, 0.2, 0.3, *[0.3] * 10]):
        callback.on_epoch_end(epoch, {"val_accuracy": accuracy})
        rates.append(float(model.optimizer.learning_rate))
    expected = [0.01] * 4 + [1e-3] * 2 + [1e-4] * 2 + [1e-5] * 5
    np.testing.assert_allclose(rates, expected, rtol=1e-5)


def test_the_rate_stays_while_a_loss_falls(training, keras):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(training.optimizer(), "mse")
    callback = training.learning_rate_steps("val_loss", patience=1)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch in range(9):
        callback.on_epoch_end(epoch, {"val_loss": 1 - 0.00001 * epoch})
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


@pytest.mark.slow
def test_a_network_trains_with_all_of_it(training, keras):
    from reference.local_response_norm import LocalResponseNormalization

    layers = keras.layers
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.Conv2D(8, 3, padding="same", activation="relu", name="conv1"),
            LocalResponseNormalization(name="norm1"),
            layers.Conv2D(8, 3, padding="same", groups=2, activation="relu", name="conv2"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax", name="fc8"),
        ]
    )
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 256)
    pictures = rng.normal(scale=0.3, size=(256, 6, 6, 2)) + labels[:, None, None, None]
    model.compile(
        training.optimizer(),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than training
    )
    history = model.fit(
        pictures,
        labels,
        batch_size=16,
        epochs=6,
        validation_data=(pictures, labels),
        callbacks=[training.learning_rate_steps()],
        verbose=0,
    )
    assert history.history["val_accuracy"][-1] > 0.95


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"learning_rate": 0}, "learning_rate: received 0, expected more than 0"),
        ({"momentum": 2}, "momentum: received 2, expected 0 to 1"),
        ({"decay": -1}, "decay: received -1, expected at least 0"),
    ],
)
def test_a_bad_setting_is_named(training, arguments, words):
    with pytest.raises(ValueError, match=words):
        training.DecayingSGD(**arguments)


def test_patience_is_at_least_an_epoch(training):
    with pytest.raises(ValueError, match="patience: received 0, expected at least 1"):
        training.learning_rate_steps(patience=0)
