"""The reference AlexNet against the paper and hand counts."""

import pytest

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
