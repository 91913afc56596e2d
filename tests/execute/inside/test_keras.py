"""Keras in the real worker: data, training budgets, and the models that come back."""

import json
import math

import numpy as np
import pytest

from tests.execute.conftest import text

pytestmark = [pytest.mark.keras, pytest.mark.slow]

DATA = """
import json
import numpy as np
import tensorflow as tf
from keras import layers
from tensorflow.keras.datasets import mnist
(x_train, y_train), (x_test, y_test) = mnist.load_data(path="mnist.npz")
print(x_train.shape, y_train.shape, x_test.shape, y_test.shape, x_train.dtype, y_test.dtype)
print(tf.keras.datasets.mnist.load_data is mnist.load_data)
x = x_train[:2000, ..., None] / 255.0
y = y_train[:2000]
"""
BUILD = """
def build():
    net = tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)), layers.Conv2D(4, 5, strides=3, activation="tanh"),
        layers.BatchNormalization(), layers.Flatten(), layers.Dense(10, activation="softmax")])
    net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return net

net = build()
"""
CELLS = {
    "data": DATA,
    "imdb": "tf.keras.datasets.imdb.load_data()",
    "build": BUILD,
    "nothing": "1",
    "fit": "history = net.fit(x, y, epochs=5, batch_size=20, validation_split=0.5, verbose=0)",
    "history": "print(sorted(history.history), len(history.history['val_loss']))",
    "predict": "print(json.dumps(net.predict(x[:8], verbose=0).tolist()))",
    "whole": "whole = build()\n_ = whole.fit(x[:100], y[:100], batch_size=20, epochs=2, verbose=0)",
    "inside": """
def train():
    hidden = build()
    return hidden.fit(x[:200], y[:200], batch_size=20, epochs=1, verbose=0).history["loss"][0]
loss = train()
""",
    "dataset": """
pairs = tf.data.Dataset.from_tensor_slices((x.astype("float32"), y)).batch(10)
fed = build()
_ = fed.fit(pairs, steps_per_epoch=5, verbose=0)
""",
    "generator": """
def batches():
    for i in range(7):
        yield np.full((10, 28, 28, 1), i, "float32"), y[:10]
generated = build()
_ = generated.fit(batches(), verbose=0)
""",
    "again": "for _ in range(3): fed.fit(pairs, verbose=0)",
    "on_batch": """
one = build()
for i in range(1000):
    one.train_on_batch(x[:10], y[:10])
""",
    "eager": """
loss_of = tf.keras.losses.SparseCategoricalCrossentropy()
eager, sgd = build(), tf.keras.optimizers.SGD()
for a, b in pairs.take(4):
    with tf.GradientTape() as tape:
        loss = loss_of(b, eager(a, training=True))
    sgd.apply_gradients(zip(tape.gradient(loss, eager.trainable_weights), eager.trainable_weights))
""",
    "traced": """
traced, adam = build(), tf.keras.optimizers.Adam()
@tf.function
def step(a, b):
    with tf.GradientTape() as tape:
        loss = loss_of(b, traced(a, training=True))
    weights = traced.trainable_weights
    adam.apply_gradients(zip(tape.gradient(loss, weights), weights))
while True:
    for a, b in pairs:
        step(a, b)
""",
    "evaluate": "_ = net.evaluate(x_train[..., None] / 255.0, y_train, batch_size=1, verbose=0)",
    "nan": "bad = build()\n_ = bad.fit(x[:20] * np.nan, y[:20], verbose=0)",
}


@pytest.fixture(scope="module")
def record(execute, digits):
    budget = {"max_steps": 60, "max_seconds": 30, "max_eval_seconds": 1}
    return execute(list(CELLS.values()), data=digits, budget=budget)


@pytest.fixture
def cell(record):
    return lambda name: record.cells[list(CELLS).index(name)]


@pytest.fixture
def model(record):
    def model(variable, cell=None):
        index = None if cell is None else list(CELLS).index(cell)
        found = [m for m in record.models if m.variable == variable and index in (None, m.cell)]
        assert len(found) == 1, [(m.variable, m.cell) for m in record.models]
        return found[0]

    return model


def arrays(specs, blob):
    data = blob.path.read_bytes()
    result = []
    for spec in specs:
        count = math.prod(spec.shape)
        array = np.frombuffer(data, spec.dtype, count)
        data = data[array.nbytes :]
        result.append(array.reshape(spec.shape))
    assert not data
    return result


def test_the_notebook_ran(record):
    assert record.status == "ok"
    assert record.message is None
    assert record.environment["backend"] == "tensorflow"
    assert record.environment["data mnist"] == "made here"
    failed = [c.index for c in record.cells if c.status != "ok"]
    assert failed == [list(CELLS).index("imdb")]


def test_data_has_the_shapes_and_types_of_the_original(cell):
    shapes = "(60000, 28, 28) (60000,) (10000, 28, 28) (10000,) uint8 uint8"
    assert text(cell("data")).split("\n")[:2] == [shapes, "True"]


def test_a_data_set_that_is_not_here_is_the_machines_turn(record, cell):
    assert "data set imdb" in record.missing
    assert "not on this machine" in cell("imdb").error


def test_training_is_cut_and_says_so(model, cell):
    training = model("net").training
    assert training.steps == 60
    assert training.epochs_asked == 5
    assert training.epochs_run == 2
    assert training.stopped_because == "budget of 60 steps"
    # The cut epoch is validated and recorded like any other.
    assert text(cell("history")) == "['accuracy', 'loss', 'val_accuracy', 'val_loss'] 2\n"
    assert len(training.history["val_loss"]) == 2


def test_training_within_the_budget_is_not_cut(model):
    training = model("whole").training
    assert (training.steps, training.epochs_run, training.stopped_because) == (10, 2, None)


def test_the_cell_is_the_one_that_trained_it(model):
    assert model("net").cell == list(CELLS).index("fit")


def test_weights_and_config_give_the_live_models_predictions(model, cell):
    import keras

    captured = model("net")
    rebuilt = keras.Sequential.from_config(captured.config["config"])
    rebuilt.set_weights(arrays(captured.weights, captured.blob))
    (sample,) = arrays([captured.sample], captured.sample_blob)
    live = json.loads(text(cell("predict")))
    np.testing.assert_allclose(rebuilt.predict(sample[:8], verbose=0), live, atol=1e-6)
    assert captured.params == rebuilt.count_params()
    assert len({w.name for w in captured.weights}) == len(captured.weights)


def test_a_model_that_never_left_its_function_is_captured(model):
    assert model("", "inside").training.steps == 10


def test_datasets_and_generators_are_sampled_and_lose_nothing(model):
    assert model("fed").sample.shape == (10, 28, 28, 1)
    generated = model("generated")
    assert generated.training.steps == 7
    (sample,) = arrays([generated.sample], generated.sample_blob)
    assert not sample.any()


def test_the_budget_counts_over_all_trainings_of_a_model(model):
    training = model("fed").training
    # 5 and 55; a further `fit` takes one step, for its history.
    assert training.steps == 62
    assert training.stopped_because == "budget of 60 steps"


@pytest.mark.parametrize("name", ["on_batch", "traced"])
def test_a_loop_of_the_students_own_is_cut(model, cell, name):
    training = model({"on_batch": "one", "traced": "traced"}[name]).training
    assert (training.steps, training.epochs_asked) == (60, None)
    assert training.stopped_because == "budget of 60 steps"
    assert cell(name).status == "ok"
    assert "the rest of the cell was not run" in cell(name).error


@pytest.mark.parametrize("name", ["eager", "traced"])
def test_a_loop_of_the_students_own_is_sampled(model, name):
    assert model(name).sample.shape == (10, 28, 28, 1)


def test_an_eager_loop_is_counted(model):
    assert model("eager").training.steps == 4


def test_evaluation_is_bounded_and_says_so(record, cell):
    assert cell("evaluate").seconds < 20
    assert any(s.startswith("evaluation after 1 seconds") for s in record.skipped)


def test_a_loss_that_is_no_number_is_recorded_as_none(model):
    assert model("bad").training.history["loss"] == (None,)
