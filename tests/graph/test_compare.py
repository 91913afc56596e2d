"""Right work that looks wrong, wrong work that looks right, and the real hand-ins' networks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.graph.compare import compare
from tests.graph.networks import (
    CIFAR_CONV1,
    FLATTEN,
    LENETS,
    NARROW,
    REFERENCES,
    act,
    alexnet,
    conv,
    dense,
    lenet,
    model,
    other,
    pool,
)


def against(built, references=REFERENCES, **options):
    found = compare(built, references, **options)
    assert found is not None
    return found


def faults(comparison):
    return [(d.layer, d.kind, d.field) for d in comparison.differences if d.severity == "fault"]


def verdict(comparison):
    return comparison.network, comparison.variant, comparison.conforms, comparison.credit


# Nothing to compare


def test_there_is_no_comparison_without_references():
    assert compare(lenet(), ()) is None
    assert compare(lenet(), REFERENCES, ["vgg16"]) is None


def test_a_model_without_layers_is_like_nothing():
    assert compare(model((32, 32, 1)), REFERENCES) is None


VGG = [
    spec
    for filters, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
    for spec in [conv(filters, 3, "relu", padding="same")] * times + [pool("Max")]
]


@pytest.mark.parametrize(
    "stranger",
    [
        model((28, 28, 1), FLATTEN, dense(128, "relu"), dense(10, "softmax")),
        # LeNet-5's own dense layers, without a convolution.
        model((28, 28, 1), FLATTEN, dense(120), dense(84), dense(10, "softmax")),
        model((28, 28, 1), conv(32, 3, "relu"), pool("Max"), FLATTEN, dense(10, "softmax")),
        model((224, 224, 3), *VGG, FLATTEN, dense(4096), dense(4096), dense(1000, "softmax")),
    ],
    ids=["perceptron", "dense part of LeNet-5", "one convolution", "VGG-16"],
)
def test_an_unrelated_network_is_not_called_a_bad_one(stranger):
    assert compare(stranger, REFERENCES) is None


# Right work, however it is written


def test_each_reference_is_itself():
    for reference in REFERENCES:
        found = against(reference.summary)
        assert (found.network, found.variant) == (reference.network, reference.variant)
        assert found.differences == ()
        assert found.credit == 1.0
        assert found.conforms == ("accepted-variant" if reference.accepted else "yes")
        assert found.expected_params == reference.summary.params


def test_the_classroom_lenet_conforms_under_any_names():
    found = against(lenet(names=tuple("abcdefgh")))
    assert verdict(found) == ("lenet5", "classroom", "yes", 1.0)
    assert (found.differences, found.expected_params) == ((), 61_706)


def test_max_pooling_is_an_accepted_modernisation():
    found = against(lenet(kind="Max"))
    assert verdict(found) == ("lenet5", "classroom", "accepted-variant", 1.0)
    assert [(d.layer, d.severity) for d in found.differences] == [
        ("S2", "accepted"),
        ("S4", "accepted"),
    ]


def test_a_lenet_with_relu_and_logits_in_pieces_is_accepted():
    found = against(
        model(
            (28, 28, 1),
            *(conv(6, 5, None, padding=[[0, 0], [0, 0]]), act("relu"), pool("Max")),
            *(conv(16, 5, None), act("relu"), pool("Max")),
            *(other("Reshape", target_shape=[256]), dense(120, None), act("relu")),
            *(dense(84, None), act("relu"), dense(10, None)),
            framework="torch",
        )
    )
    assert verdict(found) == ("lenet5", "unpadded_28", "accepted-variant", 1.0)
    assert found.expected_params == 44_426


def test_torchvisions_alexnet_with_ten_classes_is_accepted():
    pads = {n: [[n, n], [n, n]] for n in (1, 2)}
    relu, drop, overlapping = act("relu"), other("Dropout", rate=0.5), pool("Max", 3, 2)
    built = model(
        (224, 224, 3),
        *(conv(64, 11, None, strides=4, padding=pads[2]), relu, overlapping),
        *(conv(192, 5, None, padding=pads[2]), relu, overlapping),
        *(conv(384, 3, None, padding=pads[1]), relu, conv(256, 3, None, padding=pads[1]), relu),
        *(conv(256, 3, None, padding=pads[1]), relu, overlapping),
        *(other("AdaptiveAveragePooling2D", output_size=[6, 6]), FLATTEN),
        *(drop, dense(4096, None), relu, drop, dense(4096, None), relu, dense(10, None)),
        framework="torch",
    )
    found = against(built)
    assert verdict(found) == ("alexnet", "narrow", "accepted-variant", 1.0)
    assert [(d.layer, d.field) for d in found.differences] == [("fc8", "classes")]
    assert found.expected_params == built.params == 57_044_810


def test_c5_as_a_convolution_over_all_of_s4_is_accepted():
    layers = [conv(6, 5), pool(), conv(16, 5), pool(), conv(120, 5), FLATTEN, dense(84)]
    found = against(model((32, 32, 1), *layers, dense(10, "softmax")))
    assert verdict(found) == ("lenet5", "classroom", "accepted-variant", 1.0)
    assert [(d.layer, d.found) for d in found.differences] == [("C5", "Conv2D")]


@pytest.mark.parametrize(
    "conv1", [conv(96, 11, "relu", strides=4), conv(96, 11, "relu", strides=4, padding="same")]
)
def test_alexnet_on_224_is_accepted(conv1):
    found = against(alexnet(224, conv1=conv1))
    assert (found.variant, found.conforms) == ("single_tower", "accepted-variant")
    assert found.differences[0].layer == "input"


def test_the_papers_two_towers_are_accepted():
    found = against(alexnet(groups=2))
    assert verdict(found) == ("alexnet", "single_tower", "accepted-variant", 1.0)
    assert {d.layer for d in found.differences} == {"conv2", "conv4", "conv5"}


def test_the_papers_kernel_is_right_in_an_adapted_alexnet():
    found = against(alexnet(32, conv1=conv(96, 11, "relu"), classes=10))
    assert verdict(found) == ("alexnet", "cifar", "accepted-variant", 1.0)
    assert {(d.layer, d.severity) for d in found.differences} == {("conv1", "accepted")}


def test_what_was_added_is_a_remark_and_costs_nothing():
    drop, batch = other("Dropout", rate=0.5), other("BatchNormalization")
    layers = [conv(6, 5), batch, pool(), conv(16, 5), batch, pool(), FLATTEN, dense(120), drop]
    found = against(model((32, 32, 1), *layers, dense(84), drop, dense(10, "softmax")))
    assert verdict(found) == ("lenet5", "classroom", "yes", 1.0)
    assert [(d.field, d.kind, d.severity, d.found) for d in found.differences] == [
        ("BatchNormalization", "extra", "remark", "after C1, C3"),
        ("Dropout", "extra", "remark", "after C5, F6"),
    ]


@given(
    st.sampled_from(["tanh", "sigmoid", "relu", "elu", "gelu", "leaky_relu", "softsign"]),
    st.sampled_from(["Average", "Max"]),
    st.integers(2, 1000),
    st.sampled_from(["valid", "same"]),
)
@settings(max_examples=30)
def test_every_modernised_lenet_is_accepted(activation, kind, classes, padding):
    found = against(
        lenet(28, activation, kind, classes=classes, c1_padding=padding), networks=["lenet5"]
    )
    assert (found.conforms, found.credit) == ("accepted-variant", 1.0)
    assert found.variant == ("padded_28" if padding == "same" else "unpadded_28")


# Wrong work, however right it looks


def test_a_linear_lenet_is_told_from_a_real_one():
    found = against(lenet(activation="linear"))
    assert faults(found) == [(n, "changed", "activation") for n in ("C1", "C3", "C5", "F6")]
    assert found.credit == pytest.approx(3 / 7)


def test_going_back_from_relu_to_tanh_is_a_fault():
    found = against(alexnet(conv1=conv(96, 11, "tanh", strides=4)))
    assert faults(found) == [("conv1", "changed", "activation")]


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_another_function_at_the_output_is_a_fault(activation):
    layers = [conv(6, 5), pool(), conv(16, 5), pool(), FLATTEN, dense(120), dense(84)]
    found = against(model((32, 32, 1), *layers, dense(10, activation)))
    assert faults(found) == [("output", "changed", "activation")]


def test_average_pooling_in_alexnet_is_a_fault():
    built = alexnet()
    layers = tuple(
        layer.model_copy(update={"kind": "AveragePooling2D"}) if "Max" in layer.kind else layer
        for layer in built.layers
    )
    found = against(built.model_copy(update={"layers": layers}))
    assert faults(found) == [(n, "changed", "kind") for n in ("pool1", "pool2", "pool5")]


def test_missing_padding_names_its_cause_first():
    found = against(alexnet(224, padding="valid"))
    assert verdict(found) == ("alexnet", "single_tower", "no", pytest.approx(7 / 11))
    assert faults(found) == [
        (n, "changed", "padding") for n in ("conv2", "conv3", "conv4", "conv5")
    ]
    first, second = [d.message for d in found.differences if d.severity == "fault"][:2]
    assert first == (
        "conv2: the padding is 'valid', expected 'same'; it turns 26x26 into 22x22, and all "
        "later sizes follow from it."
    )
    assert second == "conv3: the padding is 'valid', expected 'same'."
    assert found.expected_params == 62_378_344


def test_padding_on_a_32x32_input_is_the_fault_and_not_the_input():
    assert faults(against(lenet(c1_padding="same"))) == [("C1", "changed", "padding")]


def test_a_padded_c5_gives_maps_instead_of_values():
    layers = [conv(6, 5, "relu"), pool(), conv(16, 5, "relu"), pool()]
    c5 = conv(120, 5, "relu", padding="same")
    built = model((28, 28, 1), *layers, c5, FLATTEN, dense(84, "relu"), dense(10, "softmax"))
    assert built.params == 212_906
    found = against(built)
    assert verdict(found) == ("lenet5", "unpadded_28", "no", pytest.approx(6 / 7))
    assert faults(found) == [("C5", "changed", "kind")]
    assert "maps of 4x4x120, expected 120 plain values" in found.differences[2].message


def test_a_missing_flatten_is_told_once():
    layers = [conv(6, 5), pool(), conv(16, 5), pool(), dense(120), dense(84)]
    found = against(model((32, 32, 1), *layers, dense(10, "softmax")))
    assert faults(found) == [("C5", "changed", "input")]


def test_a_short_script_tells_what_is_missing_and_what_changed():
    layers = [conv(8, 5), pool(), conv(16, 5), FLATTEN, dense(120), dense(84)]
    found = against(model((32, 32, 1), *layers, dense(10, "softmax")))
    assert [d.message for d in found.differences] == [
        "C1 has 8 filters, expected 6.",
        "S4 is missing: expected AveragePooling2D 2x2 after C3.",
    ]
    assert found.credit == pytest.approx(5 / 7)


def test_a_surplus_layer_is_a_fault_and_lowers_the_credit():
    layers = [conv(6, 5), pool(), conv(16, 5), pool(), conv(32, 3), FLATTEN, dense(120), dense(84)]
    found = against(model((32, 32, 1), *layers, dense(10, "softmax")))
    assert faults(found) == [("conv2d_4", "extra", None)]
    assert found.credit == pytest.approx(7 / 8)


def test_a_shortcut_around_a_layer_shows_as_a_surplus_sum():
    built = lenet()
    layers = list(built.layers)
    plus = layers[6].model_copy(
        update={"name": "sum", "kind": "Add", "params": 0, "config": {}, "inputs": ("a", "b")}
    )
    found = against(built.model_copy(update={"layers": (*layers[:7], plus, layers[7])}))
    assert faults(found) == [("sum", "extra", None)]


# Networks that do not build


def test_the_cause_comes_before_the_layer_where_it_breaks():
    found = against(alexnet(32, classes=10))
    assert (found.variant, found.conforms) == ("cifar", "no")
    assert faults(found) == [
        ("conv1", "changed", "strides"),
        ("pool2", "changed", "output_shape"),
    ]
    assert found.credit == pytest.approx(9 / 11)


def test_what_lies_beyond_the_break_is_called_unreached():
    built = alexnet(32, classes=10)
    found = against(built.model_copy(update={"layers": built.layers[:4]}))
    assert (found.network, found.variant) == ("alexnet", "cifar")
    assert found.credit == pytest.approx(2 / 11)
    last = found.differences[-1]
    assert (last.layer, last.kind) == ("fc8", "missing")
    assert "was not reached" in last.message


def test_a_network_that_breaks_at_a_layer_of_no_account_is_not_all_right():
    built = lenet()
    failure = {"layer": "flatten_4", "message": "no"}
    broken = type(built).model_validate({**built.model_dump(), "failure": failure})
    found = against(broken)
    assert found.conforms == "no"
    assert found.credit == pytest.approx(6 / 7)


# Which reference


def test_only_the_networks_asked_for_are_looked_at():
    assert against(alexnet(224, NARROW), networks=["alexnet"]).network == "alexnet"
    assert compare(alexnet(224, NARROW), REFERENCES, ["lenet5"]) is None


def test_a_variant_that_the_course_excludes_is_not_let_in_by_the_back_door():
    found = against(lenet(28), [r for r in LENETS if r.variant != "unpadded_28"])
    assert faults(found) == [("C1", "changed", "padding")]


def test_the_adapted_form_is_nearer_to_small_images():
    assert against(alexnet(32, conv1=CIFAR_CONV1, classes=100)).variant == "cifar"


@given(st.lists(st.integers(0, 7), max_size=4, unique=True))
def test_every_missing_layer_costs_credit_and_no_other(dropped):
    built = lenet()
    kept = [layer for i, layer in enumerate(built.layers) if i not in dropped or i == 4]
    chained = [
        layer.model_copy(update={"inputs": (kept[i - 1].name,) if i else ()})
        for i, layer in enumerate(kept)
    ]
    found = compare(built.model_copy(update={"layers": tuple(chained)}), LENETS)
    missing = len([i for i in dropped if i != 4])
    if found is not None:
        assert found.credit <= 1 - missing / 7 + 1e-9
        assert (found.conforms == "no") == (missing > 0)
    else:
        assert missing >= 3
