"""Data sets: staging checks what it is given and says what was done to it."""

from pathlib import Path

import numpy as np
import pytest

from grader import data
from grader.errors import DataError

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def write(file: Path, *, train=30, test=20, dtype=np.uint8, side=28, labels=10) -> Path:
    rng = np.random.default_rng(0)
    np.savez(
        file,
        x_train=rng.integers(0, 255, (train, side, side)).astype(dtype),
        y_train=(np.arange(train) % labels).astype(np.uint8),
        x_test=rng.integers(0, 255, (test, side, side)).astype(dtype),
        y_test=(np.arange(test) % labels).astype(np.uint8),
    )
    return file


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(DataError, match="no data set 'imagenet'; known are mnist"):
        data.find("imagenet")


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"dtype": np.float32}, "expected uint8"),
        ({"side": 32}, "expected uint8 \\(n, 28, 28\\)"),
        ({"train": 60_001}, "expected 1 to 60000"),
        ({"labels": 11}, "labels up to 10"),
    ],
)
def test_a_file_that_is_not_the_data_set_is_refused(tmp_path, options, fault):
    with pytest.raises(DataError, match=fault):
        data.add("mnist", write(tmp_path / "mnist.npz", **options))


def test_a_file_that_is_no_npz_is_refused(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"not a zip")
    with pytest.raises(DataError, match=r"expected an \.npz with x_train"):
        data.add("mnist", tmp_path / "mnist.npz")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="not readable"):
        data.add("mnist", tmp_path / "nowhere.npz")


def test_an_empty_folder_says_which_names_it_looks_for(tmp_path):
    with pytest.raises(DataError, match=r"no data set here; expected files such as mnist\.npz"):
        data.add_folder(tmp_path)


def test_a_part_of_a_data_set_is_filled_up_by_repetition_and_says_so(tmp_path):
    staged = data.add("mnist", write(tmp_path / "mnist.npz"))
    arrays = staged.load()
    assert {k: v.shape for k, v in arrays.items()} == data.SHAPES["mnist"]
    assert np.array_equal(arrays["x_test"][:20], arrays["x_test"][20:40])
    assert staged.real
    assert staged.distinct_test == 20
    assert "30 of 60,000 train images, repeated" in staged.origin
    assert data.find("mnist") == staged


def test_the_copy_that_keras_keeps_is_used(tmp_path):
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    write(tmp_path / "keras" / "datasets" / "mnist.npz")
    assert data.find("mnist").real


@pytest.mark.parametrize("name", data.SHAPES)
def test_a_stand_in_has_the_original_shapes_and_says_what_it_is(name):
    stand_in = data.find(name)
    arrays = stand_in.load()
    assert {k: v.shape for k, v in arrays.items()} == data.SHAPES[name]
    assert {v.dtype for v in arrays.values()} == {np.dtype(np.uint8)}
    assert not stand_in.real
    assert stand_in.origin.startswith("stand-in for")


def test_the_stand_ins_digits_are_real_and_split_without_overlap():
    from sklearn.datasets import load_digits

    arrays = data.find("mnist").load()
    first = arrays["x_train"][0][2:26:3, 2:26:3]
    assert np.array_equal(first, (load_digits().images[0] * 15).astype(np.uint8))
    train = {x.tobytes() for x in arrays["x_train"][:1500]}
    overlap = sum(x.tobytes() in train for x in arrays["x_test"][:297])
    assert overlap == 0


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real data sets in ../shared")
def test_real_mnist_is_recognised():
    staged = data.add("mnist", SHARED / "mnist.npz")
    assert "equal to the original" in staged.origin
    # Class counts of the test part as published with the data set.
    published = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(staged.load()["y_test"]).tolist() == published
