"""Hostile configs are refused by name, at once and without Keras."""

import sys
import time

import pytest

from grader.rebuild.inside import plain
from grader.rebuild.inside.refusal import RefusedError
from grader.rebuild.inside.trace import trace
from tests.rebuild.capture import layer, sequential

CONV = {"filters": 6, "kernel_size": [5, 5]}
DENSE = {"units": 10}


def dense(**changes):
    return sequential(layer("Dense", "d", **{**DENSE, **changes}))


def conv(**changes):
    return sequential(layer("Conv2D", "c", **{**CONV, **changes}))


def foreign(**changes):
    return sequential({**layer("Dense", "d", **DENSE), **changes})


def without(key):
    config = {k: v for k, v in CONV.items() if k != key}
    return sequential(layer("Conv2D", "c", **config))


def nested(depth):
    inner = layer("Dense", "d", **DENSE)
    for number in range(depth):
        inner = {
            **sequential(inner, shape=(4,)),
            "module": "keras",
            "registered_name": None,
            "name": f"m{number}",
        }
    return inner


HOSTILE = {
    "Lambda": (sequential(layer("Lambda", "l", function="x")), "'Lambda' is not among"),
    "TorchModuleWrapper": (sequential(layer("TorchModuleWrapper", "t")), "is not among"),
    "StringLookup": (sequential(layer("StringLookup", "s", vocabulary="/etc/passwd")), "not among"),
    "own class, by registered name": (foreign(registered_name="Custom>Dense"), "own class"),
    "own class, by module": (foreign(module="os"), "own class"),
    "own class, without module": (foreign(module=None), "own class"),
    "an operation under a layer's name": (
        foreign(class_name="Average", module="keras.src.ops.numpy", registered_name="Average"),
        "the operation 'Average' is not among",
    ),
    "module that only starts like Keras": (foreign(module="kerasevil.layers"), "own class"),
    "class name as a list": (foreign(class_name=["Dense"]), "class_name: received a list"),
    "subclassed model": ({"class_name": "LeNet", "config": {}}, "'LeNet' is a class of its own"),
    "no config": ({"class_name": "Sequential"}, "config: received None"),
    "a list for a model": ([1], "expected keys and values"),
    "layers as text": ({"class_name": "Sequential", "config": {"layers": "x"}}, "expected a list"),
    "twelve million units": (dense(units=12_000_000), "d.units: received 12000000, expected a who"),
    "a billion filters": (conv(filters=10**9), "c.filters"),
    "a number of a thousand digits": (dense(units=10**1000), "more than 30 digits"),
    "units as text": (dense(units="10"), "d.units: received '10'"),
    "units as true": (dense(units=True), "d.units: received True"),
    "units as fraction": (dense(units=10.0), "d.units"),
    "negative units": (dense(units=-1), "d.units"),
    "units missing": (sequential(layer("Dense", "d")), "d.units: missing"),
    "kernel missing": (without("kernel_size"), "c.kernel_size: missing"),
    "kernel of three axes": (conv(kernel_size=[5, 5, 5]), "c.kernel_size"),
    "huge kernel": (conv(kernel_size=[5000, 5000]), "c.kernel_size"),
    "stride of nothing": (conv(strides=[0, 0]), "c.strides"),
    "padding of its own": (conv(padding="circular"), "c.padding"),
    "a function for an activation": (
        dense(activation={"class_name": "function", "config": "evil", "module": "os"}),
        "'evil', which is none of Keras' activations",
    ),
    "an argument that is not known": (dense(quantization_config={"mode": "int8"}), "not supported"),
    "rate without end": (sequential(layer("Dropout", "d", rate=float("nan"))), "d.rate"),
    "six hundred layers": (
        sequential(*[layer("Dense", f"d{i}", **DENSE) for i in range(600)]),
        "at most 500",
    ),
    "the same name twice": (
        sequential(layer("Dense", "d", **DENSE), layer("Dense", "d", **DENSE)),
        "same name",
    ),
    "a name of control characters": (
        sequential(layer("Dense", "\x1b[2J", **DENSE)),
        "name: received",
    ),
    "nested without end": (nested(50), "nested more than 8 deep"),
    "an input of a million sides": (
        sequential(layer("Flatten", "f"), shape=(10**6, 10**6, 3)),
        "expected a whole number from 1 to 100,000",
    ),
    "an input larger than memory": (
        sequential(layer("Flatten", "f"), shape=(10**5, 10**5, 3)),
        "more than 64,000,000 numbers",
    ),
    "padding that makes a map larger than memory": (
        sequential(*[layer("UpSampling2D", f"u{i}", size=[64, 64]) for i in range(8)]),
        "more than 64,000,000 numbers for one example",
    ),
    "dense layers that together are too large": (
        sequential(
            layer("Dense", "a", units=90_000), layer("Dense", "b", units=90_000), shape=(9,)
        ),
        "more than 300,000,000 weights, counted up to layer 'b'",
    ),
}


@pytest.mark.parametrize(("config", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_not_allowed_is_refused_by_name(config, words):
    started = time.perf_counter()
    with pytest.raises(RefusedError) as error:
        trace(plain.read(config))
    assert words in str(error.value)
    assert len(str(error.value)) < 300
    assert time.perf_counter() - started < 0.5


def functional(layers, inputs, outputs):
    return {
        "class_name": "Functional",
        "config": {"layers": layers, "input_layers": inputs, "output_layers": outputs},
    }


def node(entry, *reads, **kwargs):
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"keras_history": list(r)}} for r in reads
    ]
    args = [tensors if len(tensors) > 1 else tensors[0]]
    return {**entry, "inbound_nodes": [{"args": args, "kwargs": kwargs}]}


GIVEN = layer("InputLayer", "i", batch_shape=[None, 4])
A = layer("Dense", "a", **DENSE)
B = layer("Dense", "b", **DENSE)

WRONG_GRAPHS = {
    "a circle": ([GIVEN, node(A, ("b", 0, 0)), node(B, ("a", 0, 0))], "reads what no layer gives"),
    "a layer that is not there": ([GIVEN, node(A, ("x", 0, 0))], "reads what no layer gives"),
    "a second output of Dense": (
        [GIVEN, node(A, ("i", 0, 0)), node(B, ("a", 0, 1))],
        "reads what no layer gives",
    ),
    "no such output": ([GIVEN], "the output 'a' is computed nowhere"),
    "two inputs to Dense": (
        [GIVEN, node(A, ("i", 0, 0), ("i", 0, 0))],
        "called on 2 tensors",
    ),
    "training switched on": (
        [GIVEN, node(A, ("i", 0, 0), training=True)],
        "called with 'training', which is not supported",
    ),
    "a constant": (
        [GIVEN, {**A, "inbound_nodes": [{"args": [3.0], "kwargs": {}}]}],
        "reads a list of 1 entries, expected|reads 3.0, expected",
    ),
    "an input that is called": (
        [node(GIVEN, ("a", 0, 0)), node(A, ("i", 0, 0))],
        "called like a layer",
    ),
    "a negative call": ([GIVEN, node(A, ("i", -1, 0))], "expected a whole number from 0"),
}


@pytest.mark.parametrize(("layers", "words"), WRONG_GRAPHS.values(), ids=WRONG_GRAPHS.keys())
def test_a_graph_that_makes_no_sense_is_refused(layers, words):
    with pytest.raises(RefusedError, match=words):
        plain.read(functional(layers, ["i", 0, 0], ["a", 0, 0]))


def test_doubling_by_shared_models_is_counted_as_it_unfolds():
    inner = functional([GIVEN, node(A, ("i", 0, 0))], [["i", 0, 0]], [["a", 0, 0]])
    for number in range(8):
        twice = {
            **inner, "module": "keras", "registered_name": None, "name": f"m{number}",
            "inbound_nodes": [
                node(A, ("i", 0, 0))["inbound_nodes"][0],
                node(A, (f"m{number}", 0, 0))["inbound_nodes"][0],
                node(A, (f"m{number}", 1, 0))["inbound_nodes"][0],
            ],
        }  # fmt: skip
        inner = functional([GIVEN, twice], [["i", 0, 0]], [[f"m{number}", 2, 0]])
    started = time.perf_counter()
    with pytest.raises(RefusedError, match="more than 500 layers"):
        plain.read(inner)
    assert time.perf_counter() - started < 0.5


def test_models_that_only_hand_through_are_counted_as_they_unfold():
    inner = functional([GIVEN], [["i", 0, 0]], [["i", 0, 0]])
    for number in range(8):
        name = f"m{number}"
        calls = [node(A, ("i", 0, 0))["inbound_nodes"][0]] * 100
        part = {"module": "keras", "registered_name": None, "name": name, "inbound_nodes": calls}
        inner = functional([GIVEN, {**inner, **part}], [["i", 0, 0]], [[name, 1, 0]])
    started = time.perf_counter()
    with pytest.raises(RefusedError, match="more than 500 layers"):
        plain.read(inner)
    assert time.perf_counter() - started < 0.5


def test_reading_and_tracing_need_no_framework():
    # In a process of its own: another test may have imported Keras here.
    import subprocess

    code = (
        "import sys; from grader.rebuild.inside import plain, trace, describe; "
        "sys.exit(bool({'keras', 'tensorflow', 'torch', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_what_only_matters_in_training_is_dropped():
    network = plain.read(
        dense(
            kernel_initializer={"module": "os", "class_name": "system"},
            kernel_regularizer={"class_name": "L2"},
            dtype={"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}},
        )
    )
    assert network.layers["d"].args == {"units": 10, "activation": "linear", "use_bias": True}
