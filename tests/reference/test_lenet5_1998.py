"""LeNet-5 as published, against the figures of LeCun et al. 1998, section II-B."""

import numpy as np
import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def lenet5():
    from reference import lenet5

    return lenet5


@pytest.fixture
def model(lenet5):
    import keras

    keras.utils.set_random_seed(1)
    return lenet5.build("1998")


@pytest.fixture(scope="module")
def facts(lenet5):
    return lenet5.facts("1998")


@pytest.fixture(scope="module")
def pictures():
    """Eight random pictures in the paper's range, and labels."""
    random = np.random.default_rng(7)
    return random.uniform(-0.1, 1.175, size=(8, 32, 32, 1)).astype("float32"), np.arange(8)


def array(value):
    from keras import ops

    return ops.convert_to_numpy(value)


PAPER = {
    # name: shape, weights, connections
    "C1": ((28, 28, 6), (5 * 5 + 1) * 6, 28 * 28 * 6 * (25 + 1)),
    "S2": ((14, 14, 6), 2 * 6, 14 * 14 * 6 * (4 + 1)),
    "C3": ((10, 10, 16), 60 * 25 + 16, 10 * 10 * 1_516),
    "S4": ((5, 5, 16), 2 * 16, 5 * 5 * 16 * (4 + 1)),
    "C5": ((1, 1, 120), (5 * 5 * 16 + 1) * 120, 48_120),
    "F6": ((84,), (120 + 1) * 84, 10_164),
    "output": ((10,), 84 * 10, 84 * 10),
}


def test_the_hand_counts_are_the_papers_words():
    assert {name: (weights, connections) for name, (_, weights, connections) in PAPER.items()} == {
        "C1": (156, 122_304),
        "S2": (12, 5_880),
        "C3": (1_516, 151_600),
        "S4": (32, 2_000),
        "C5": (48_120, 48_120),
        "F6": (10_164, 10_164),
        "output": (840, 840),
    }


@pytest.mark.parametrize("name", PAPER)
def test_a_layer_has_the_papers_shape_weights_and_connections(facts, name):
    layer = facts.layer(name)
    assert (layer.output_shape, layer.params, layer.connections) == PAPER[name]
    assert layer.trainable_params == (0 if name == "output" else layer.params)


def test_the_totals_are_the_papers(facts):
    assert facts.trainable_params == 60_000
    assert facts.params == 60_000 + 840
    assert facts.connections == 340_908


def test_multiplications_leave_out_the_biases(facts):
    macs = {layer.name: layer.macs for layer in facts.layers}
    assert macs == {
        "C1": 28 * 28 * 6 * 25,
        "S2": 14 * 14 * 6,
        "C3": 10 * 10 * 60 * 25,
        "S4": 5 * 5 * 16,
        "C5": 120 * 400,
        "flatten": 0,
        "F6": 84 * 120,
        "output": 10 * 84,
    }
    assert facts.macs == sum(macs.values())


@pytest.mark.parametrize("variant", ["1998", "classroom"])
def test_receptive_fields_are_those_counted_by_hand(lenet5, variant):
    # 5; +1; 6 + 4 * 2; 14 + 1 * 2; 16 + 4 * 4: C5 sees the whole field.
    fields = {layer.name: layer.receptive_field for layer in lenet5.facts(variant).layers}
    by_hand = {"C1": 5, "S2": 6, "C3": 14, "S4": 16, "C5": 32, "F6": 32, "output": 32}
    assert {name: fields[name] for name in by_hand} == by_hand


def test_the_network_is_the_sum_that_numpy_makes(model, pictures):
    from reference.connection_table import C3_READS
    from reference.digit_codes import DIGIT_CODES

    def weights(name):
        return [np.asarray(w, "float64") for w in model.get_layer(name).get_weights()]

    def windows(maps):
        return np.lib.stride_tricks.sliding_window_view(maps, (5, 5), axis=(1, 2))

    def squash(sums):
        return 1.7159 * np.tanh(2 * sums / 3)

    def halve(maps, name):
        coefficient, bias = weights(name)
        sums = sum(maps[:, i::2, j::2] for i in (0, 1) for j in (0, 1))
        return squash(coefficient * sums + bias)

    maps = pictures[0].astype("float64")
    kernel, bias = weights("C1")
    maps = halve(squash(np.einsum("npqmuv,uvmk->npqk", windows(maps), kernel) + bias), "S2")
    kernel, bias = weights("C3")
    starts = np.cumsum([0, *map(len, C3_READS)])
    sums = [
        np.einsum("npqmuv,uvm->npq", windows(maps)[..., list(row), :, :], kernel[..., i : i + n])
        for row, i, n in zip(C3_READS, starts, map(len, C3_READS), strict=False)
    ]
    maps = halve(squash(np.stack(sums, axis=-1) + bias), "S4")
    kernel, bias = weights("C5")
    vector = squash(np.einsum("nuvm,uvmk->nk", maps, kernel) + bias)
    kernel, bias = weights("F6")
    vector = squash(vector @ kernel + bias)
    expected = ((vector[:, None] - DIGIT_CODES) ** 2).sum(axis=-1)
    np.testing.assert_allclose(array(model(pictures[0])), expected, rtol=1e-4)


def test_first_weights_stay_within_2_4_over_the_fan_in(model):
    for name, inputs in {"C1": 25, "S2": 4, "S4": 4, "C5": 400, "F6": 120}.items():
        for weight in model.get_layer(name).get_weights():
            largest = np.abs(weight).max()
            assert 0 < largest <= 2.4 / inputs * (1 + 1e-6), name


def test_steps_down_the_papers_loss_lower_it_and_leave_the_codes(model, pictures):
    import keras

    from reference.digit_codes import DIGIT_CODES
    from reference.map_criterion import map_criterion

    images, labels = pictures
    # Eagerly: eight pictures do not repay compiling.
    model.compile(optimizer=keras.optimizers.SGD(1e-3), loss=map_criterion, run_eagerly=True)
    # A loss is that of before its step.
    losses = [float(model.train_on_batch(images, labels)) for _ in range(4)]
    assert losses[0] > losses[-1] > 0
    np.testing.assert_array_equal(model.get_layer("output").get_weights()[0], DIGIT_CODES)


def test_a_saved_model_answers_the_same(model, pictures, tmp_path):
    import keras

    model.save(tmp_path / "lenet5.keras")
    again = keras.models.load_model(tmp_path / "lenet5.keras")
    expected = array(model(pictures[0]))
    np.testing.assert_allclose(array(again(pictures[0])), expected, rtol=1e-5)


def test_it_is_buildable_but_not_compared_with_submissions(lenet5):
    assert set(lenet5.EXACT) == {"1998"}
    assert not set(lenet5.EXACT) & set(lenet5.VARIANTS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"variant": "1999"}, "expected one of .*classroom.*1998"),
        ({"variant": "1998", "classes": 26}, "classes: received 26, expected 10"),
        ({"variant": "1998", "activation": "relu"}, "received 'relu', expected none with '1998'"),
        ({"activation": "gelu"}, "activation: received 'gelu', expected one of tanh, relu"),
        ({"pooling": "sum"}, "pooling: received 'sum', expected one of average, max"),
        ({"c5": "conv"}, "c5: received 'conv', expected one of dense, convolution"),
    ],
)
def test_what_does_not_fit_is_named(lenet5, arguments, words):
    with pytest.raises(ValueError, match=words):
        lenet5.build(**arguments)


@pytest.mark.parametrize(
    ("variant", "total"), [("classroom", 61_706), ("padded_28", 61_706), ("unpadded_28", 44_426)]
)
def test_the_accepted_spellings_hold_the_same_weights(lenet5, variant, total):
    model = lenet5.build(variant, activation="relu", pooling="max", c5="convolution")
    assert model.count_params() == total
    assert model.get_layer("C5").output.shape == (None, 1, 1, 120)
    assert type(model.get_layer("S2")).__name__ == "MaxPooling2D"
    assert model.get_layer("F6").activation.__name__ == "relu"
