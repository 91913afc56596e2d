"""The reference AlexNet against the paper and hand counts."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from grader.execute.inside import torchvision_shim

pytestmark = pytest.mark.keras

CONVOLUTIONS = {
    "conv1": (11 * 11 * 3 + 1) * 96,
    "conv2": (5 * 5 * 96 + 1) * 256,
    "conv3": (3 * 3 * 256 + 1) * 384,
    "conv4": (3 * 3 * 384 + 1) * 384,
    "conv5": (3 * 3 * 384 + 1) * 256,
}


@pytest.fixture(scope="module")
def alexnet():
    from reference import alexnet

    return alexnet


@pytest.fixture(scope="module")
def grouped(alexnet):
    return alexnet.build("grouped")


@pytest.fixture(scope="module")
def narrow(alexnet):
    return alexnet.build("narrow")


def counts(model):
    return {layer.name: layer.count_params() for layer in model.layers if layer.count_params()}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"variant": "vgg"}, "received 'vgg', expected one of"), ({"classes": 1}, "at least 2")],
)
def test_a_bad_argument_is_named(alexnet, arguments, words):
    with pytest.raises(ValueError, match=words):
        alexnet.build(**arguments)


@pytest.mark.slow
def test_the_single_tower_has_the_papers_layers_and_maps(alexnet):
    model = alexnet.build()
    expected = {
        **CONVOLUTIONS,
        "fc6": (6 * 6 * 256 + 1) * 4096,
        "fc7": (4096 + 1) * 4096,
        "fc8": (4096 + 1) * 1000,
    }
    assert counts(model) == expected
    assert sum(expected.values()) == 62_378_344
    names = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")
    assert [model.get_layer(n).output.shape[1:] for n in names] == [
        (55, 55, 96),
        (27, 27, 96),
        (27, 27, 256),
        (13, 13, 256),
        (13, 13, 384),
        (13, 13, 384),
        (13, 13, 256),
        (6, 6, 256),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("classes", "total"), [(None, 61_100_840), (10, 57_044_810)])
def test_the_narrow_form_counts_as_torchvision_says(alexnet, classes, total):
    model = alexnet.build("narrow", classes=classes)
    convolutions = (
        (11 * 11 * 3 + 1) * 64
        + (5 * 5 * 64 + 1) * 192
        + (3 * 3 * 192 + 1) * 384
        + (3 * 3 * 384 + 1) * 256
        + (3 * 3 * 256 + 1) * 256
    )
    dense = (6 * 6 * 256 + 1) * 4096 + 4097 * 4096 + 4097 * (classes or 1000)
    assert model.count_params() == convolutions + dense == total
    assert model.get_layer("conv1").output.shape == (None, 55, 55, 64)


def test_the_cifar_form_builds_and_ends_in_three_by_three_maps(alexnet):
    model = alexnet.build("cifar")
    expected = {
        **CONVOLUTIONS,
        "conv1": (3 * 3 * 3 + 1) * 96,
        "fc6": (3 * 3 * 256 + 1) * 4096,
        "fc7": (4096 + 1) * 4096,
        "fc8": (4096 + 1) * 10,
    }
    assert counts(model) == expected
    assert model.get_layer("pool5").output.shape == (None, 3, 3, 256)


@pytest.mark.slow
def test_the_two_towers_count_as_the_paper_wires_them(grouped):
    # Section 3.5: conv2, conv4 and conv5 read the maps of one GPU (48 and 192), conv3 all 256.
    expected = {
        "conv1": (11 * 11 * 3 + 1) * 96,
        "conv2": (5 * 5 * 48 + 1) * 256,
        "conv3": (3 * 3 * 256 + 1) * 384,
        "conv4": (3 * 3 * 192 + 1) * 384,
        "conv5": (3 * 3 * 192 + 1) * 256,
        "fc6": (6 * 6 * 256 + 1) * 4096,
        "fc7": (4096 + 1) * 4096,
        "fc8": (4096 + 1) * 1000,
    }
    assert counts(grouped) == expected
    assert sum(expected.values()) == grouped.count_params() == 60_965_224  # "60 million", abstract


@pytest.mark.slow
def test_the_two_towers_have_the_papers_layers_in_their_order(grouped):
    norms = [grouped.get_layer(name) for name in ("norm1", "norm2")]
    assert [(n.k, n.n, n.alpha, n.beta) for n in norms] == [(2, 5, 1e-4, 0.75)] * 2  # section 3.3
    pools = [grouped.get_layer(f"pool{i}") for i in (1, 2, 5)]
    assert {(p.pool_size, p.strides) for p in pools} == {((3, 3), (2, 2))}  # overlapping, 3.4
    assert [grouped.get_layer(name).rate for name in ("drop6", "drop7")] == [0.5, 0.5]  # 4.2
    # Section 3.5: normalisation follows conv1 and conv2, pooling follows both and conv5.
    assert [layer.name for layer in grouped.layers] == [
        *("conv1", "norm1", "pool1", "conv2", "norm2", "pool2"),
        *("conv3", "conv4", "conv5", "pool5", "flatten"),
        *("fc6", "drop6", "fc7", "drop7", "fc8"),
    ]


@pytest.mark.slow
def test_the_two_towers_have_the_papers_neurons(alexnet):
    facts = alexnet.facts("grouped")
    names = ("conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
    neurons = [facts.layer(name).activation_bytes // 4 for name in names]
    # Figure 2's caption. It says 253,440 for conv1; section 3.5's filters and stride give 290,400.
    assert neurons == [186_624, 64_896, 64_896, 43_264, 4_096, 4_096, 1_000]
    conv1 = facts.layer("conv1").activation_bytes // 4
    assert conv1 == 55 * 55 * 96
    assert sum(neurons) + conv1 == pytest.approx(650_000, rel=0.02)  # "650,000 neurons", abstract
    assert (facts.network, facts.variant, facts.params) == ("alexnet", "grouped", 60_965_224)
    assert facts.layer("conv2").macs == 27 * 27 * 256 * 5 * 5 * 48
    assert facts.layer("norm1").params == 0
    # Chen et al., "Eyeriss", ISSCC 2016: "2.3 million weights" and "666 million MACs" for the
    # convolutions of AlexNet on a 227x227 picture.
    convolutions = [facts.layer(f"conv{number}") for number in range(1, 6)]
    assert sum(layer.macs for layer in convolutions) == pytest.approx(666e6, rel=1e-3)
    assert sum(layer.params for layer in convolutions) == pytest.approx(2.3e6, rel=0.02)


@pytest.mark.slow
def test_a_filter_of_conv2_reads_the_maps_of_its_own_tower_alone(grouped):
    from keras import ops

    conv2 = grouped.get_layer("conv2")
    kernel, bias = (ops.convert_to_numpy(w) for w in conv2.weights)
    maps = np.random.default_rng(0).normal(size=(1, 6, 5, 96)).astype("float32")
    field = np.pad(maps, ((0, 0), (2, 2), (2, 2), (0, 0)))[0, 1:6, 2:7]  # around row 1, column 2
    found = ops.convert_to_numpy(conv2(maps))[0, 1, 2]
    for tower in (0, 1):
        read, own = slice(48 * tower, 48 * tower + 48), slice(128 * tower, 128 * tower + 128)
        expected = np.tensordot(field[..., read], kernel[..., own], 3) + bias[own]
        np.testing.assert_allclose(found[own], np.maximum(expected, 0), rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_the_two_towers_run_and_give_probabilities(grouped):
    pictures = np.random.default_rng(1).random((2, 227, 227, 3), "float32")
    found = grouped.predict(pictures, verbose=0)
    assert found.shape == (2, 1000)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-4)


def test_normalisation_is_there_on_request_and_weighs_nothing(alexnet):
    with_it = alexnet.build("cifar", lrn=True)
    names = [layer.name for layer in with_it.layers]
    assert names[:6] == ["conv1", "norm1", "pool1", "conv2", "norm2", "pool2"]
    assert with_it.count_params() == sum(
        [
            (3 * 3 * 3 + 1) * 96,
            *(CONVOLUTIONS[name] for name in ("conv2", "conv3", "conv4", "conv5")),
            (3 * 3 * 256 + 1) * 4096,
            (4096 + 1) * 4096,
            (4096 + 1) * 10,
        ]
    )


def test_what_needs_our_own_layers_is_not_among_the_compared_variants(alexnet):
    assert set(alexnet.VARIANTS) == {"single_tower", "narrow", "cifar"}
    assert set(alexnet.EXACT) == {"grouped"}


@pytest.fixture(scope="module")
def torchvisions():
    torch = pytest.importorskip("torch")
    kept = SimpleNamespace(state={})
    try:
        import torchvision
    except RuntimeError:  # its wheel was built for another torch: no compiled operators
        for name in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        torchvision_shim.declare(SimpleNamespace(_has_ops=lambda: False), kept)
        import torchvision
    except ImportError as error:
        pytest.skip(f"torchvision does not import: {error}")
    torch.manual_seed(0)
    yield torchvision.models.alexnet(weights=None).eval()
    del kept


@pytest.mark.slow
@pytest.mark.torch
def test_the_narrow_form_has_torchvisions_weights_one_by_one(torchvisions, narrow):
    theirs = [tuple(p.shape) for p in torchvisions.parameters()]
    # Theirs are (out, in, height, width) and (out, in); ours have "out" last.
    ours = [tuple(w.shape) for w in narrow.weights]
    assert [(*shape[2:], *shape[1:2], shape[0]) for shape in theirs] == ours


@pytest.mark.slow
@pytest.mark.torch
def test_the_narrow_form_with_torchvisions_weights_answers_as_torchvision(torchvisions, narrow):
    torch = pytest.importorskip("torch")
    weights = []
    for name, weight in torchvisions.named_parameters():
        array = weight.detach().numpy()
        if array.ndim == 4:
            array = array.transpose(2, 3, 1, 0)
        elif name == "classifier.1.weight":  # flattened channels first there, channels last here
            array = array.reshape(4096, 256, 6, 6).transpose(2, 3, 1, 0).reshape(9216, 4096)
        elif array.ndim == 2:
            array = array.T
        weights.append(array)
    narrow.set_weights(weights)
    pictures = np.random.default_rng(2).normal(size=(2, 224, 224, 3)).astype("float32")
    with torch.no_grad():
        expected = torchvisions(torch.from_numpy(pictures.transpose(0, 3, 1, 2))).numpy()
    # Theirs has no softmax. Untrained answers lie close together, so compare their differences.
    found = np.log(narrow.predict(pictures, verbose=0))
    found, expected = (x - x.mean(axis=1, keepdims=True) for x in (found, expected))
    np.testing.assert_allclose(found, expected, atol=0.01 * expected.std())
