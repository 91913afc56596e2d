import pytest

from grader.graph.canonical import canonical
from tests.graph.networks import FLATTEN, act, conv, dense, lenet, model, other, pool


def kinds(*specs, shape=(32, 32, 1)):
    return [node.kind for node in canonical(model(shape, *specs)).nodes]


def test_an_empty_network_has_no_nodes():
    graph = canonical(model((32, 32, 1)))
    assert (graph.nodes, graph.classes) == ((), None)


def test_layers_that_only_rearrange_leave_no_node():
    reshape = other("Reshape", target_shape=[28, 28, 1])
    graph = canonical(model((784,), reshape, conv(6, 5), FLATTEN, other("Identity"), dense(10)))
    assert [n.kind for n in graph.nodes] == ["Conv2D", "Dense"]
    assert graph.input_shape == (28, 28, 1)


def test_an_activation_layer_belongs_to_the_layer_before():
    assert str(canonical(model((32, 32, 1), conv(6, 5, None), act("tanh")))) == (
        "Conv2D 6 of 5x5 tanh"
    )
    assert str(canonical(model((9,), dense(4, None), other("ReLU")))) == "Dense 4 relu"


def test_an_activation_after_pooling_belongs_to_the_convolution():
    graph = canonical(model((32, 32, 1), conv(6, 5, None), pool("Max"), act("relu")))
    assert [n.config["activation"] for n in graph.nodes] == ["relu", "linear"]


def test_two_different_activations_are_both_kept():
    graph = canonical(model((32, 32, 1), conv(6, 5, "tanh"), act("relu"), act("relu")))
    assert graph.nodes[0].config["activation"] == "tanh + relu + relu"


def test_an_activation_on_a_branch_belongs_to_that_branch():
    built = model((8, 8, 3), conv(4, 3, None), conv(5, 1, None), act("relu"))
    layers = list(built.layers)
    layers[1] = layers[1].model_copy(update={"inputs": ()})
    layers[2] = layers[2].model_copy(update={"inputs": (layers[0].name,)})
    graph = canonical(built.model_copy(update={"layers": tuple(layers)}))
    assert [n.config["activation"] for n in graph.nodes] == ["relu", "linear"]


@pytest.mark.parametrize(
    "specs",
    [
        [conv(6, 5, padding="same")],
        [conv(6, 5, padding=[[2, 2], [2, 2]])],
        [other("ZeroPadding2D", padding=[[2, 2], [2, 2]]), conv(6, 5)],
        [other("ZeroPadding2D", padding=[[1, 1], [1, 1]]), conv(6, 5, padding=[[1, 1], [1, 1]])],
    ],
    ids=["same", "two pixels", "a layer of zeros", "both"],
)
def test_every_spelling_of_two_pixels_of_padding_is_the_same(specs):
    node = canonical(model((28, 28, 1), *specs)).nodes[-1]
    assert node.config["padding"] == ((2, 2), (2, 2))
    assert (node.input_shape, node.output_shape) == ((28, 28, 1), (28, 28, 6))


def test_zero_padding_that_nothing_takes_up_stays_a_node():
    pad = other("ZeroPadding2D", padding=[[2, 2], [2, 2]])
    assert kinds(conv(6, 5), pad, FLATTEN, dense(10)) == ["Conv2D", "ZeroPadding2D", "Dense"]


def test_same_padding_of_a_pooling_that_comes_out_even_is_no_padding():
    one = canonical(model((28, 28, 6), pool(padding="same"))).nodes[0]
    other_one = canonical(model((28, 28, 6), pool())).nodes[0]
    assert one.config == other_one.config


def test_same_padding_with_a_stride_counts_pixels_as_keras_does():
    node = canonical(model((224, 224, 3), conv(96, 11, strides=4, padding="same"))).nodes[0]
    assert node.config["padding"] == ((3, 4), (3, 4))  # 56 outputs: 55 * 4 + 11 - 224 = 7


def test_a_convolution_over_its_whole_input_is_dense():
    assert kinds(conv(120, 5), conv(84, 1), FLATTEN, dense(10), shape=(5, 5, 16)) == ["Dense"] * 3


@pytest.mark.parametrize(("padding", "size"), [("same", 5), ("valid", 6)])
def test_a_convolution_over_part_of_its_input_is_none(padding, size):
    assert kinds(conv(120, 5, padding=padding), shape=(size, size, 16)) == ["Conv2D"]


def test_adaptive_pooling_disappears_only_where_it_changes_nothing():
    adaptive = other("AdaptiveAveragePooling2D", output_size=[6, 6])
    assert kinds(conv(4, 1), adaptive, shape=(6, 6, 3)) == ["Conv2D"]
    assert kinds(conv(4, 1), adaptive, shape=(7, 7, 3)) == ["Conv2D", adaptive[0]]


def test_global_pooling_is_a_layer_where_there_is_something_to_pool():
    assert kinds(other("GlobalAveragePooling2D"), shape=(6, 6, 3)) == ["GlobalAveragePooling2D"]
    assert kinds(other("GlobalAveragePooling2D"), shape=(1, 1, 3)) == []


def test_dropout_and_normalisation_become_notes_at_their_place():
    batch, drop = other("BatchNormalization"), other("Dropout", rate=0.5)
    graph = canonical(model((8, 8, 3), drop, conv(6, 3, None), batch, act("relu")))
    assert [(n.kind, n.after, n.params) for n in graph.notes] == [
        ("Dropout", -1, 0),
        ("BatchNormalization", 0, 24),
    ]
    assert graph.nodes[0].config["activation"] == "relu"


def test_a_dense_layer_on_a_map_works_on_each_position():
    per_position = [
        canonical(model((5, 5, 16), *specs)).nodes[0].config["per_position"]
        for specs in ([dense(120)], [FLATTEN, dense(120)])
    ]
    assert per_position == [True, False]


def test_names_and_notebook_variables_leave_no_trace():
    names = tuple("abcdefgh")
    assert str(canonical(lenet(names=names))) == str(canonical(lenet()))


def test_a_network_that_breaks_off_keeps_its_later_settings():
    graph = canonical(model((6, 6, 1), pool("Max", 3, 2), pool("Max", 3, 2), conv(8, 3)))
    assert [n.output_shape for n in graph.nodes] == [(2, 2, 1), None, None]
    assert graph.nodes[2].config["filters"] == 8
