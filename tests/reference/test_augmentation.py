"""Augmentation against NumPy: principal components, colour shifts, patches and mirror images."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def augmentation():
    from reference import augmentation

    return augmentation


@pytest.fixture(scope="module")
def pictures():
    """300 pictures, more than are read at once, whose colours go together."""
    rng = np.random.default_rng(5)
    mixing = np.array([[0.2, 0.05, 0.0], [0.18, -0.03, 0.02], [0.15, 0.0, -0.04]])
    return (0.5 + rng.normal(size=(300, 3, 4, 3)) @ mixing.T).astype("float32")


@pytest.fixture(scope="module")
def components(augmentation, pictures):
    return augmentation.principal_components(pictures)


@pytest.fixture(scope="module")
def places():
    """64 pictures of 7x9 whose pixels hold their number, row and column."""
    axes = np.meshgrid(np.arange(64), np.arange(7), np.arange(9), indexing="ij")
    return np.stack(axes, axis=-1).astype("float32")


def array(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)


def test_the_components_are_those_of_numpys_covariance(components, pictures):
    covariance = np.cov(pictures.reshape(-1, 3).astype("float64"), rowvar=False, ddof=0)
    values, vectors = components.values, components.vectors
    assert values[0] > values[1] > values[2] > 0
    np.testing.assert_allclose(covariance @ vectors, vectors * values, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(3), atol=1e-12)
    assert values.sum() == pytest.approx(np.trace(covariance))


def test_the_components_agree_with_a_singular_value_decomposition(components, pictures):
    pixels = pictures.reshape(-1, 3).astype("float64")
    _, singular, rows = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(components.values, singular**2 / len(pixels), rtol=1e-9)
    cosines = np.abs(np.sum(components.vectors * rows.T, axis=0))
    np.testing.assert_allclose(cosines, 1, rtol=1e-9)


def test_grey_pictures_vary_along_one_direction(augmentation):
    grey = np.repeat(np.random.default_rng(0).integers(0, 256, (9, 4, 4, 1), "uint8"), 3, axis=3)
    found = augmentation.principal_components(grey)
    np.testing.assert_allclose(found.values, [3 * grey[..., 0].var(), 0, 0], atol=1e-9)
    np.testing.assert_allclose(np.abs(found.vectors[:, 0]), 3**-0.5)


@pytest.mark.parametrize("shape", [(4, 4, 3), (2, 4, 4, 1), (0, 4, 4, 3)])
def test_components_of_something_else_are_refused(augmentation, shape):
    with pytest.raises(ValueError, match="pictures: received shape"):
        augmentation.principal_components(np.zeros(shape))


def test_each_picture_moves_as_one_along_the_components(augmentation, pictures, components):
    layer = augmentation.PCAColour(components, seed=7)
    shift = array(layer(pictures, training=True)) - pictures
    np.testing.assert_allclose(shift, np.broadcast_to(shift[:, :1, :1], shift.shape), atol=1e-6)
    assert len(np.unique(shift[:, 0, 0, 0])) > 250  # a draw of its own for each picture
    # Undone: what was drawn is what is left along each vector, in units of its value.
    drawn = shift[:, 0, 0] @ components.vectors / components.values
    assert np.abs(drawn.mean(axis=0)).max() < 4 * 0.1 / 300**0.5
    np.testing.assert_allclose(drawn.std(axis=0), 0.1, rtol=0.15)  # section 4.1; 4 errors of 4%
    assert np.abs(np.corrcoef(drawn, rowvar=False) - np.eye(3)).max() < 0.25


def test_colours_stay_when_not_training(augmentation, pictures, components):
    assert np.array_equal(array(augmentation.PCAColour(components)(pictures)), pictures)


def test_every_draw_is_new_and_a_seed_repeats_them(augmentation, pictures, components):
    layer, again = (augmentation.PCAColour(components, seed=3) for _ in range(2))
    first, second = (array(layer(pictures, training=True)) for _ in range(2))
    assert not np.allclose(first, second)
    assert np.array_equal(array(again(pictures, training=True)), first)


def test_patches_are_cut_whole_and_each_at_its_own_place(augmentation, places):
    found = array(augmentation.RandomPatch(4, seed=1)(places, training=True))
    assert found.shape == (64, 4, 4, 3)
    seen = set()
    for number, patch in enumerate(found):
        _, top, left = patch[0, 0].astype(int)
        assert np.array_equal(patch, places[number, top : top + 4, left : left + 4])
        seen.add((top, left))
    assert {top for top, _ in seen} == set(range(4))  # 7 - 4 + 1 places down,
    assert {left for _, left in seen} == set(range(6))  # 9 - 4 + 1 across
    assert len(seen) > 15  # of 24: rows and columns are drawn apart


def test_the_middle_is_cut_when_not_training(augmentation, places):
    found = array(augmentation.RandomPatch(3)(places))
    assert np.array_equal(found, places[:, 2:5, 3:6])


def test_ten_patches_are_corners_middle_and_mirror_images(augmentation, places):
    found = array(augmentation.ten_patches(places, 3))
    assert found.shape == (64, 10, 3, 3, 3)
    corners = [tuple(found[5, i, 0, 0, 1:].astype(int)) for i in range(5)]
    assert corners == [(0, 0), (0, 6), (4, 0), (4, 6), (2, 3)]
    assert np.array_equal(found[:, 5:], found[:, :5, :, ::-1])


def test_together_they_cut_mirror_and_shift(augmentation, places, components):
    model = augmentation.training_layers(4, components, seed=2)
    found = array(model(places, training=True))
    columns = np.sign(np.diff(found[:, 0, :, 2], axis=1))
    assert (columns == columns[:, :1]).all()
    assert 16 < (columns[:, 0] < 0).sum() < 48  # half are mirrored: 32, 4 errors of 4
    assert len(np.unique(found[:, 0, 0, 0] - np.arange(64))) > 50
    assert np.array_equal(array(model(places, training=False)), places[:, 1:5, 2:6])


@pytest.mark.parametrize("jit_compile", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_network_trains_behind_them(augmentation, pictures, components, jit_compile):
    import keras

    model = keras.Sequential(
        [
            keras.layers.Input((3, 4, 3)),
            augmentation.training_layers(2, components),
            keras.layers.Flatten(),
            keras.layers.Dense(2),
        ]
    )
    assert model.layers[0].output.shape == (None, 2, 2, 3)
    assert model.count_params() == 2 * 2 * 3 * 2 + 2
    model.compile("sgd", "mse", jit_compile=jit_compile)
    # 50 leaves a last batch of another size.
    history = model.fit(pictures[:50], np.zeros((50, 2)), verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_they_come_back_from_their_config(augmentation, components):
    model = augmentation.training_layers(4, components, seed=2)
    again = type(model).from_config(json.loads(json.dumps(model.get_config())))
    assert again.get_layer("patch").size == 4
    colour = again.get_layer("colour")
    assert (colour.deviation, colour.seed) == (0.1, 4)
    assert np.array_equal(colour.components.vectors, components.vectors)


def test_a_bad_argument_is_named(augmentation, components, places):
    narrow = augmentation.PrincipalComponents(values=np.ones(1), vectors=np.ones((1, 1)))
    with pytest.raises(ValueError, match="components: received shapes"):
        augmentation.PCAColour(narrow)
    with pytest.raises(ValueError, match="deviation: received -1, expected at least 0"):
        augmentation.PCAColour(components, deviation=-1)
    with pytest.raises(ValueError, match="size: received 0, expected at least 1"):
        augmentation.RandomPatch(0)
    with pytest.raises(ValueError, match="size: received 0, expected at least 1"):
        augmentation.ten_patches(places, 0)
    for cut in (augmentation.RandomPatch(8), lambda p: augmentation.ten_patches(p, 8)):
        with pytest.raises(ValueError, match=r"received shape \(64, 7, 9, 3\), expected"):
            cut(places)
