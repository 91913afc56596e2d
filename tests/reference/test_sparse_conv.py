"""The convolution by connection table, against loops and a full convolution."""

import numpy as np
import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def layer():
    """The layer C3 of LeNet-5, built."""
    import keras

    from reference.connection_table import C3_READS
    from reference.sparse_conv import SparseConv2D

    keras.utils.set_random_seed(0)
    layer = SparseConv2D(C3_READS, 5, name="C3")
    layer.build((None, 14, 14, 6))
    return layer


@pytest.fixture(scope="module")
def maps():
    return np.random.default_rng(0).normal(size=(2, 14, 14, 6)).astype("float32")


def array(value):
    from keras import ops

    return ops.convert_to_numpy(value)


def test_it_holds_exactly_the_papers_weights(layer):
    assert layer.count_params() == 25 * 60 + 16 == 1_516
    assert sum(int(np.prod(w.shape)) for w in layer.trainable_weights) == 1_516


def test_it_sums_over_the_maps_of_the_table_and_no_others(layer, maps):
    from reference.connection_table import C3_READS

    kernel, bias = array(layer.kernel), array(layer.bias)
    expected = np.zeros((2, 10, 10, 16))
    column = 0
    for out, row in enumerate(C3_READS):
        expected[..., out] = bias[out]
        for read in row:
            for u in range(5):
                for v in range(5):
                    window = maps[:, u : u + 10, v : v + 10, read]
                    expected[..., out] += window * kernel[u, v, column]
            column += 1
    np.testing.assert_allclose(array(layer(maps)), expected, rtol=1e-4, atol=1e-5)


def test_a_map_that_is_not_read_changes_nothing(layer, maps):
    changed = maps.copy()
    changed[..., 5] = 100 * np.random.default_rng(6).normal(size=(2, 14, 14))
    before, after = array(layer(maps)), array(layer(changed))
    without_5 = [0, 1, 2, 6, 7, 12]  # table I, columns without a cross in row 5
    others = [k for k in range(16) if k not in without_5]
    np.testing.assert_array_equal(before[..., without_5], after[..., without_5])
    assert (np.abs(before - after)[..., others].max(axis=(0, 1, 2)) > 1).all()


def test_a_table_that_reads_all_is_the_convolution_of_keras(maps):
    import keras

    from reference.sparse_conv import SparseConv2D

    sparse = SparseConv2D([range(6)] * 4, 3, activation="tanh")
    found = array(sparse(maps))
    full = keras.layers.Conv2D(4, 3, activation="tanh")
    full.build(maps.shape)
    # Pairs run through the maps below first, then through the maps above.
    kernel = array(sparse.kernel).reshape(3, 3, 4, 6).transpose(0, 1, 3, 2)
    full.set_weights([kernel, array(sparse.bias)])
    np.testing.assert_allclose(found, array(full(maps)), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(array(sparse.full_kernel()), kernel)


def test_first_weights_stay_within_the_fan_in_of_their_own_map(layer):
    from reference.connection_table import C3_READS

    kernel, bias = array(layer.kernel), array(layer.bias)
    column = 0
    for out, row in enumerate(C3_READS):
        limit = 2.4 / (25 * len(row)) * (1 + 1e-6)
        own = np.abs(kernel[:, :, column : column + len(row)])
        assert limit * 0.8 < own.max() <= limit
        assert abs(bias[out]) <= limit
        column += len(row)


def test_it_comes_back_from_its_config_with_its_weights(tmp_path, maps):
    import keras

    from reference.scaled_tanh import scaled_tanh
    from reference.sparse_conv import SparseConv2D

    model = keras.Sequential(
        [keras.layers.Input((14, 14, 6)), SparseConv2D([[0, 2], [5]], 3, activation=scaled_tanh)]
    )
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert again.layers[0].table == ((0, 2), (5,))
    np.testing.assert_allclose(array(again(maps)), array(model(maps)), rtol=1e-6)


@pytest.mark.parametrize(
    ("table", "kernel", "shape", "words"),
    [
        ([], 5, (None, 14, 14, 6), "received no rows"),
        ([[0]], 0, (None, 14, 14, 6), "kernel_size: received 0"),
        ([[6]], 5, (None, 14, 14, 6), "received map 6, expected below 6"),
        ([[0]], 5, (None, 4, 14, 6), "expected at least 5 pixels"),
        ([[0]], 5, (None, 14, 6), r"expected \(b, h, w, maps\)"),
    ],
)
def test_what_does_not_fit_is_named(table, kernel, shape, words):
    from reference.sparse_conv import SparseConv2D

    with pytest.raises(ValueError, match=words):
        SparseConv2D(table, kernel).build(shape)
