"""What is handed over of Keras models that are whole, broken or unusual."""

import pytest

pytestmark = [pytest.mark.keras, pytest.mark.slow]

CELLS = {
    "add": """
import keras
from keras import layers
half = keras.Sequential()
half.add(layers.Conv2D(4, 3, input_shape=(8, 8, 1)))
half.add(layers.MaxPooling2D(3))
half.add(layers.MaxPooling2D(3))
half.add(layers.Flatten())
""",
    "mended": "half.pop()\nhalf.pop()\nhalf.add(layers.Flatten())",
    "constructor": """
whole = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 9), layers.Flatten()])
""",
    "functional": """
inputs = keras.Input((8, 8, 1))
x = layers.Conv2D(2, 5)(inputs)
x = layers.MaxPooling2D(9)(x)
outputs = layers.Dense(3)(x)
""",
    "unbuilt": "unbuilt = keras.Sequential([layers.Flatten(), layers.Dense(3)])",
    "branches": """
i = keras.Input((8, 8, 1))
a = layers.Conv2D(2, 3, padding="same", name="left")(i)
b = layers.Conv2D(3, 3, padding="same", name="right")(i)
o = layers.Dense(2)(layers.Flatten()(layers.Concatenate()([a, b])))
branched = keras.Model(i, o)
""",
    "subclassed": """
class LeNet(keras.Model):
    def __init__(self):
        super().__init__()
        self.c1, self.pool = layers.Conv2D(4, 3), layers.MaxPooling2D(2)
        self.flat = layers.Flatten()
        self.tail = keras.Sequential([layers.Dense(5)])
        self.out = layers.Dense(2)
    def call(self, x, training=False):
        return self.out(self.tail(self.flat(self.pool(self.c1(x)))))
lenet = LeNet()
_ = lenet(keras.ops.zeros((1, 8, 8, 1)))
""",
    "opaque": """
import tensorflow as tf
class Opaque(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = layers.Dense(2)
    def call(self, x):
        return self.d(tf.reshape(x, [tf.shape(x)[0], -1]))
opaque = Opaque()
_ = opaque(tf.zeros((1, 8, 8, 1)))
""",
    "constructed": """
class Net(keras.Sequential):
    def __init__(self, classes):
        super().__init__()
        self.add(keras.Input((4,)))
        self.add(layers.Dense(classes))
net = Net(3)
class Joined(keras.Model):
    def __init__(self, classes):
        i = keras.Input((4,))
        super().__init__(i, layers.Dense(classes)(i))
joined = Joined(3)
""",
    "lambda": """
squared = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x * x), layers.Dense(1)])
""",
    "held": """
class Experiment:
    def __init__(self):
        self.net = keras.Sequential([keras.Input((4,)), layers.Dense(6)])
experiment, nets = Experiment(), [keras.Sequential([keras.Input((4,)), layers.Dense(7)])]
""",
    "outer": """
outer = keras.Sequential([keras.Input((4,)), keras.Sequential([layers.Dense(2)], name="inner")])
""",
    "broken": """
class Broken(keras.Model):
    def __init__(self):
        super().__init__()
        raise RuntimeError("half-way")
Broken()
""",
    "big": "big = keras.Sequential([keras.Input((2000,)), layers.Dense(6000)])",
}


@pytest.fixture(scope="module")
def record(execute):
    return execute(list(CELLS.values()))


@pytest.fixture
def found(record):
    return lambda name: [m for m in record.models if m.cell == list(CELLS).index(name)]


def kinds(model):
    return [layer["class_name"] for layer in model.config["config"]["layers"]]


def test_nothing_of_ours_failed(record):
    assert record.message is None


def test_adding_goes_on_behind_a_layer_that_does_not_fit_as_it_does_in_a_list(execute):
    record = execute([CELLS["add"]])
    (half,) = record.models
    assert kinds(half) == ["InputLayer", "Conv2D", "MaxPooling2D", "MaxPooling2D", "Flatten"]
    assert half.failure.startswith("Computed output size would be zero or negative")
    assert half.variable == "half"
    assert half.params is None
    assert half.blob is None


def test_a_failure_that_was_mended_is_forgotten(found):
    (half,) = found("mended")
    assert kinds(half) == ["InputLayer", "Conv2D", "MaxPooling2D", "Flatten"]
    assert half.failure is None
    assert half.params == 40


def test_a_list_with_a_layer_that_does_not_fit_keeps_all_its_layers(found):
    (whole,) = found("constructor")
    assert kinds(whole) == ["InputLayer", "Conv2D", "Flatten"]
    assert "zero or negative" in whole.failure
    assert whole.variable == "whole"


def test_a_functional_chain_is_kept_up_to_the_failing_layer(found):
    (chain,) = found("functional")
    assert kinds(chain) == ["InputLayer", "Conv2D", "MaxPooling2D"]
    assert "zero or negative" in chain.failure


def test_an_unbuilt_model_is_left_unbuilt(found):
    (unbuilt,) = found("unbuilt")
    assert kinds(unbuilt) == ["Flatten", "Dense"]
    assert unbuilt.params is None


def test_weights_of_branches_are_named_after_their_layers(found):
    (branched,) = found("branches")
    shapes = {w.name: w.shape for w in branched.weights}
    assert shapes["left/kernel"] == (3, 3, 1, 2)
    assert shapes["right/kernel"] == (3, 3, 1, 3)


def test_a_subclassed_model_of_layers_is_described_as_functional(found):
    (lenet,) = found("subclassed")
    assert lenet.config["class_name"] == "Functional"
    expected = ["InputLayer", "Conv2D", "MaxPooling2D", "Flatten", "Sequential", "Dense"]
    assert kinds(lenet) == expected
    assert lenet.params == 40 + (36 * 5 + 5) + (5 * 2 + 2)
    assert lenet.problem is None


def test_a_subclassed_model_of_other_operations_says_so(found):
    (opaque,) = found("opaque")
    assert opaque.config == {"class_name": "Opaque", "config": {}}
    assert opaque.problem.startswith("Opaque computes in ways")
    assert opaque.params == 130


def test_subclasses_with_constructors_of_their_own_are_described(found):
    net, joined = sorted(found("constructed"), key=lambda m: m.variable, reverse=True)
    assert (net.config["class_name"], kinds(net)) == ("Sequential", ["InputLayer", "Dense"])
    assert (joined.config["class_name"], kinds(joined)) == ("Functional", ["InputLayer", "Dense"])


def test_a_lambda_appears_by_its_class(found):
    (squared,) = found("lambda")
    assert kinds(squared) == ["InputLayer", "Lambda", "Dense"]


def test_models_in_lists_and_objects_are_found(found):
    assert {m.variable for m in found("held")} == {"experiment.net", "nets[0]"}


def test_parts_of_a_model_are_not_models_of_their_own(found):
    assert [m.variable for m in found("outer")] == ["outer"]


def test_a_half_made_object_does_no_harm(found):
    assert found("broken") == []


def test_untrained_weights_leave_room_for_trained_ones(found):
    (big,) = found("big")
    assert big.params == 2000 * 6000 + 6000
    assert big.weights == ()
