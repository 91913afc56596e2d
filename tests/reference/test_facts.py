"""Facts of built networks, against hand counts."""

import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def layers():
    from keras import layers

    return layers


def facts(*stack, size=(8, 8, 3)):
    import keras

    from reference.facts import of

    model = keras.Sequential([keras.layers.Input(size), *stack])
    return of(model, network="net", variant="form")


def of_graph(inputs, outputs):
    import keras

    from reference.facts import of

    return of(keras.Model(inputs, outputs), network="net", variant="form")


def test_the_classroom_lenet_counts_as_by_hand():
    from reference import lenet5

    found = lenet5.facts()
    assert (found.network, found.variant, found.input_shape) == (
        "lenet5",
        "classroom",
        (32, 32, 1),
    )
    assert [layer.name for layer in found.layers] == [
        *("C1", "S2", "C3", "S4", "flatten", "C5", "F6", "output"),
    ]
    assert found.params == found.trainable_params == 61_706
    # 28x28x6 of 26; four pixels to each of 14x14x6; 10x10x16 of 151; four to each of 5x5x16.
    sliding = 28 * 28 * 6 * 26 + 14 * 14 * 6 * 4 + 10 * 10 * 16 * 151 + 5 * 5 * 16 * 4
    assert found.connections == sliding + 48_120 + 10_164 + 850
    assert found.macs == 28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 48_000 + 84 * 120 + 840
    floats = 28 * 28 * 6 + 14 * 14 * 6 + 10 * 10 * 16 + 400 + 400 + 120 + 84 + 10
    assert found.activation_bytes == 4 * floats


@pytest.mark.parametrize(
    ("options", "positions", "weights", "biases", "field"),
    [
        ({"filters": 4, "kernel_size": 3}, 36, 3 * 3 * 3 * 4, 4, 3),
        ({"filters": 4, "kernel_size": 3, "strides": 2}, 9, 108, 4, 3),
        ({"filters": 4, "kernel_size": 3, "padding": "same"}, 64, 108, 4, 3),
        ({"filters": 4, "kernel_size": 3, "use_bias": False}, 36, 108, 0, 3),
        ({"filters": 4, "kernel_size": 3, "dilation_rate": 2}, 16, 108, 4, 5),
        ({"filters": 6, "kernel_size": (1, 3), "groups": 3}, 48, 3 * 1 * 6, 6, 1),
    ],
)
def test_a_convolution_uses_its_weights_at_each_position(
    layers, options, positions, weights, biases, field
):
    (layer,) = facts(layers.Conv2D(**options)).layers
    assert layer.params == weights + biases
    assert layer.connections == positions * (weights + biases)
    assert layer.macs == positions * weights
    assert layer.receptive_field == field


def test_a_depthwise_filter_reads_one_map(layers):
    (layer,) = facts(layers.DepthwiseConv2D(3)).layers
    assert (layer.params, layer.macs) == (3 * (9 + 1), 36 * 3 * 9)


def test_overlapping_pooling_reads_its_window_for_each_output(layers):
    (layer,) = facts(layers.MaxPooling2D(3, strides=2), size=(7, 7, 2)).layers
    assert layer.output_shape == (3, 3, 2)
    assert (layer.connections, layer.macs, layer.receptive_field) == (3 * 3 * 2 * 9, 0, 3)


def test_strides_multiply_the_growth_of_the_field(layers):
    found = facts(
        layers.Conv2D(2, 11, strides=4),
        layers.MaxPooling2D(3, strides=2),
        layers.Conv2D(2, 5, padding="same"),
        layers.ReLU(),
        size=(67, 67, 1),
    )
    # 11; 11 + 2 * 4; 19 + 4 * 8, as in the first layers of AlexNet.
    assert [layer.receptive_field for layer in found.layers] == [11, 19, 51, 51]


@pytest.mark.parametrize("last", ["Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"])
def test_a_unit_above_the_flattened_maps_sees_all_they_saw(layers, last):
    found = facts(layers.Conv2D(2, 3, strides=2), getattr(layers, last)(), layers.Dense(5))
    assert found.layers[0].output_shape == (3, 3, 2)
    assert found.layers[-1].receptive_field == 3 + 2 * 2


def test_dense_on_maps_stays_at_its_position(layers):
    (layer,) = facts(layers.Dense(5)).layers
    assert (layer.connections, layer.macs) == (64 * 5 * (3 + 1), 64 * 5 * 3)
    assert layer.receptive_field == 1


def test_normalisation_holds_weights_that_training_leaves_alone(layers):
    (layer,) = facts(layers.BatchNormalization()).layers
    assert (layer.params, layer.trainable_params) == (4 * 3, 2 * 3)
    assert (layer.connections, layer.macs) == (0, 0)


def test_the_wider_branch_sets_the_field(layers):
    inputs = layers.Input((8, 8, 4))
    wide = layers.Conv2D(4, 5, padding="same")(inputs)
    narrow = layers.Conv2D(4, 3, padding="same")(inputs[..., :2])
    found = of_graph(inputs, layers.Concatenate(name="join")([narrow, wide]))
    join = found.layer("join")
    assert (join.receptive_field, join.output_shape, join.params) == (5, (8, 8, 8), 0)
    assert found.params == (5 * 5 * 4 + 1) * 4 + (3 * 3 * 2 + 1) * 4


def test_frozen_weights_count_as_held_and_not_as_trained(layers):
    frozen = layers.Dense(2)
    frozen.trainable = False
    (layer,) = facts(frozen, size=(3,)).layers
    assert (layer.params, layer.trainable_params) == (8, 0)


def test_a_layer_of_ones_own_gives_its_own_counts():
    import keras

    class Shift(keras.layers.Layer):
        window, strides = (3, 1), (2, 1)

        def call(self, inputs):
            return inputs[:, 1:-1:2]

        def connections(self):
            return 7

        def macs(self):
            return 5

    (layer,) = facts(Shift()).layers
    assert (layer.connections, layer.macs, layer.receptive_field) == (7, 5, 3)


def test_an_unknown_layer_name_is_answered_with_those_there_are(layers):
    found = facts(layers.Dense(2, name="F6"))
    with pytest.raises(ValueError, match="name: received 'f6', expected one of F6"):
        found.layer("f6")


def test_a_kind_without_counts_is_refused(layers):
    with pytest.raises(ValueError, match="up: received a UpSampling2D, expected a kind counted"):
        facts(layers.UpSampling2D(name="up"))


def test_an_unbuilt_model_is_refused(layers):
    import keras

    from reference.facts import of

    with pytest.raises(ValueError, match="not built"):
        of(keras.Sequential([layers.Dense(2)]), network="net", variant="form")


def test_open_sizes_are_refused(layers):
    with pytest.raises(ValueError, match="expected fixed sizes"):
        facts(layers.Conv2D(2, 3), size=(None, 8, 1))


@pytest.mark.parametrize("above", [False, True])
def test_a_layer_used_twice_is_refused(layers, above):
    inputs, twice = layers.Input((4,)), layers.Dense(4, name="twice")
    outputs = twice(twice(inputs))
    with pytest.raises(ValueError, match="second use, expected one use of each layer"):
        of_graph(inputs, layers.ReLU()(outputs) if above else outputs)


def test_two_inputs_are_refused(layers):
    one, two = layers.Input((4,)), layers.Input((4,))
    with pytest.raises(ValueError, match="received 2 inputs"):
        of_graph([one, two], layers.Add()([one, two]))
