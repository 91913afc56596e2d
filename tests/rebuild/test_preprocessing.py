"""Synthetic images, prepared with NumPy as notebooks do, and recovered from the result alone."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.data import DataSet
from grader.rebuild.preprocessing import recover

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"


def blurred(rng, n, *shape):
    """Random pictures with some structure: neighbours alike, black around."""
    x = rng.random((n, *shape))
    for axis in (1, 2):
        x = (x + np.roll(x, 1, axis) + np.roll(x, 2, axis)) / 3
    x = np.clip((x - 0.35) * 3, 0, 1)
    x[:, :3], x[:, -3:] = 0, 0
    return (x * 255).astype(np.uint8)


def stage(folder, name, x):
    y = np.zeros(len(x), np.uint8)
    np.savez(folder / f"{name}.npz", x_train=x, y_train=y, x_test=x[:8], y_test=y[:8])
    return DataSet(
        name=name, path=folder / f"{name}.npz", real=True, origin="a test", distinct_test=8
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Two data sets, and 16 raw images of each."""
    rng = np.random.default_rng(5)
    folder = tmp_path_factory.mktemp("data")
    grey, colour = blurred(rng, 400, 28, 28), blurred(rng, 300, 32, 32, 3)
    datasets = [stage(folder, "mnist", grey), stage(folder, "cifar10", colour)]
    picked = rng.permutation(300)[:16]
    return datasets, grey[picked], colour[picked]


def f32(x):
    return x.astype(np.float32)


def pads(x, value=0.0):
    return np.pad(x, ((0, 0), (2, 2), (2, 2)), constant_values=value)


GREY = {
    "raw pixel values": lambda x: x,
    "x / 255": lambda x: f32(x)[..., None] / 255,
    "x / 255, flattened": lambda x: f32(x).reshape(len(x), 784) / 255,
    "(x - 127.5) / 127.5": lambda x: ((f32(x) / 255 - 0.5) / 0.5)[:, None],
    "(x / 255 - 0.1307) / 0.3081": lambda x: ((f32(x) / 255 - 0.1307) / 0.3081)[:, None],
    "(x - 255) / -255": lambda x: 1 - f32(x) / 255,
    "transposed, x / 255": lambda x: f32(x).transpose(0, 2, 1) / 255,
    "x / 255, repeated to 3 channels": lambda x: np.repeat(f32(x)[..., None], 3, 3) / 255,
    "zero-padded to 32x32, x / 255": lambda x: pads(f32(x) / 255)[..., None],
    "zero-padded to 32x32, (x - 127.5) / 127.5": lambda x: f32(pads(x)) / 127.5 - 1,
    "(x - 127.5) / 127.5, padded to 32x32 with 0": lambda x: pads(f32(x) / 127.5 - 1),
    "zero-padded to 32x32, x / 255, flattened": lambda x: pads(f32(x) / 255).reshape(-1, 1024),
    "cropped to 24x24, x / 255": lambda x: f32(x)[:, 2:-2, 2:-2] / 255,
    "resized to 56x56 (nearest), x / 255": lambda x: f32(x).repeat(2, 1).repeat(2, 2) / 255,
}
COLOUR = {
    "x / 255": lambda x: f32(x) / 255,
    "x / 255, channels first": lambda x: f32(x).transpose(0, 3, 1, 2) / 255,
    "x / 255, reshaped, not transposed, to channels first": lambda x: (
        f32(x).reshape(-1, 3, 32, 32) / 255
    ),
    "(x / 255 - [0.4914, 0.4822, 0.4465]) / [0.247, 0.2435, 0.2616]": lambda x: (
        (f32(x) / 255 - f32(np.array([0.4914, 0.4822, 0.4465])))
        / f32(np.array([0.2470, 0.2435, 0.2616]))
    ),
    "x / 255, channels reversed": lambda x: f32(x)[..., ::-1] / 255,
    "grey (0.299 R + 0.587 G + 0.114 B), x / 255": lambda x: (
        (x @ np.array([0.299, 0.587, 0.114]))[..., None] / 255
    ),
}


@pytest.mark.parametrize(
    "sample",
    [
        np.zeros((0, 28, 28)),
        np.zeros((4, 0)),
        np.zeros(16),
        np.zeros((16, 28, 28, 1)),
        np.full((2, 28, 28), np.nan),
        np.full((2, 28, 28), 1e300),
        np.zeros((2, 28, 28, 1, 1)),
        np.zeros((1, 2, 5000, 3)),
        np.random.default_rng(0).random((16, 28, 28, 1)),
        np.random.default_rng(0).random((16, 3, 32, 32)),
    ],
    ids=lambda a: "x".join(map(str, a.shape)),
)
def test_arrays_that_are_no_images_of_ours_are_not_recognised(course, sample):
    assert recover(sample, course[0]) is None


def test_without_data_sets_nothing_is_recognised(course):
    assert recover(course[1], []) is None


def test_turned_or_shifted_images_are_not_passed_off_as_plain_ones(course):
    datasets, grey, _ = course
    shifted = np.stack([np.roll(x, i % 3, axis=1) for i, x in enumerate(f32(grey) / 255)])
    assert recover(shifted, datasets) is None


def test_another_scale_for_each_image_is_not_passed_off_as_one(course):
    datasets, grey, _ = course
    each = f32(grey) / np.arange(100, 116, dtype=np.float32)[:, None, None]
    assert recover(each, datasets) is None


@pytest.mark.parametrize("words", GREY)
def test_grey_images_are_recovered(course, words):
    datasets, grey, _ = course
    assert_recovered(recover(GREY[words](grey), datasets), datasets[0], words, GREY[words], grey)


@pytest.mark.parametrize("words", COLOUR)
def test_colour_images_are_recovered(course, words):
    datasets, _, colour = course
    found = recover(COLOUR[words](colour), datasets)
    assert_recovered(found, datasets[1], words, COLOUR[words], colour)


def assert_recovered(found, dataset, words, prepare, raw):
    assert found is not None
    assert (found.dataset, found.words) == (dataset, words)
    # Images that were not in the sample, prepared by the same code.
    unseen = np.random.default_rng(9).permutation(raw.reshape(-1)).reshape(raw.shape)
    made, expected = found.apply(unseen), prepare(unseen)
    assert made.dtype == np.float32
    assert made.shape == expected.shape
    np.testing.assert_allclose(made, expected, atol=1e-5 * np.ptp(expected))


def test_mirrored_images_are_recognised_and_not_mirrored_again(course):
    datasets, _, colour = course
    half = np.stack([x[:, ::-1] if i % 2 else x for i, x in enumerate(f32(colour) / 255)])
    found = recover(half, datasets)
    assert found is not None
    assert (found.words, found.flipped) == ("x / 255, some mirrored", True)
    np.testing.assert_allclose(found.apply(colour), colour / 255, atol=1e-6)


def test_one_image_is_enough(course):
    datasets, grey, _ = course
    found = recover(f32(grey[:1]) / 255, datasets)
    assert found is not None
    assert found.words == "x / 255"


def test_the_first_data_set_that_fits_is_taken(course):
    datasets, grey, _ = course
    twin = datasets[0].model_copy(update={"name": "fashion_mnist"})
    found = recover(f32(grey), [twin, *datasets])
    assert found is not None
    assert found.dataset.name == "fashion_mnist"


@given(
    st.floats(0.001, 300) | st.floats(-300, -0.001),
    st.floats(-500, 500),
    st.integers(0, 4),
    st.booleans(),
)
@settings(max_examples=10, deadline=None)
def test_any_scale_shift_and_border_is_recovered(course, divisor, shift, border, first):
    datasets, grey, _ = course
    x = np.pad((grey - shift) / divisor, ((0, 0), (border, border), (border, border)))
    x = f32(x)[:, None] if first else f32(x)[..., None]
    found = recover(x, datasets)
    assert found is not None
    np.testing.assert_allclose(found.apply(grey), x, atol=1e-4 * np.ptp(x))


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "method", "antialias"),
    [
        (32, "bilinear", False),
        (64, "bilinear", False),
        (16, "bilinear", False),
        (16, "bilinear", True),
        (40, "nearest", False),
    ],
)
def test_tensorflows_resize_is_recovered(course, size, method, antialias):
    import tensorflow as tf

    datasets, grey, _ = course
    made = tf.image.resize(grey[..., None], (size, size), method=method, antialias=antialias)
    sample = np.asarray(made, np.float32) / 255
    found = recover(sample, datasets)
    assert found is not None
    assert found.words.startswith(f"resized to {size}x{size} ({method}")
    np.testing.assert_allclose(found.apply(grey), sample, atol=1e-5)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "options"),
    [
        (64, {"mode": "bilinear"}),
        (20, {"mode": "bilinear", "antialias": True}),
        (40, {"mode": "nearest"}),
    ],
)
def test_torchs_interpolate_is_recovered(course, size, options):
    import torch

    datasets, _, colour = course
    x = torch.tensor(f32(colour).transpose(0, 3, 1, 2) / 255)
    sample = torch.nn.functional.interpolate(x, (size, size), **options).numpy()
    found = recover(sample, datasets)
    assert found is not None
    assert found.words.startswith(f"resized to {size}x{size} ({options['mode']}")
    np.testing.assert_allclose(found.apply(colour), sample, atol=1e-5)


@pytest.mark.parametrize("size", [20, 32, 48, 64])
def test_pillows_resize_is_recovered_to_the_last_bit(course, size):
    image = pytest.importorskip("PIL.Image")
    datasets, grey, _ = course
    made = [image.fromarray(x).resize((size, size), image.BILINEAR) for x in grey]
    sample = np.stack([np.asarray(x) for x in made])
    found = recover(f32(sample)[:, None] / 255, datasets)
    assert found is not None
    assert "whole pixel values" in found.words
    np.testing.assert_array_equal(np.rint(found.apply(grey)[:, 0] * 255), sample)


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "data/mnist.npz").exists(), reason="no shared data")
def test_real_digits_are_found_among_all_training_images():
    dataset = DataSet(
        name="mnist", path=SHARED / "data/mnist.npz", real=True, origin="", distinct_test=10_000
    )
    raw = dataset.load()["x_train"][-16:]
    found = recover(pads(f32(raw) / 255)[..., None], [dataset])
    assert found is not None
    assert found.words == "zero-padded to 32x32, x / 255"
