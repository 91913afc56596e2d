"""Pooling against NumPy loops, Keras layers and PyTorch."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from reference import sizes

pytestmark = pytest.mark.keras

QUICK = settings(deadline=None, max_examples=40)
FLOATS = st.sampled_from(["float32", "float64"])
DTYPES = st.sampled_from(["float32", "float64", "int32", "int8", "uint8"])
RULES = {"max": np.max, "min": np.min, "average": np.mean}
TOLERANCE = {"rtol": 1e-5, "atol": 1e-3}  # of averages of float32 up to 1,000


@pytest.fixture(scope="module")
def pooling():
    from reference import pooling

    return pooling


@st.composite
def pictures(draw, dtypes=DTYPES, bound=None):
    dtype = np.dtype(draw(dtypes))
    shape = draw(st.tuples(st.integers(1, 2), *(st.integers(1, 7),) * 2, st.integers(1, 2)))
    options = {"allow_nan": False, "allow_infinity": False, "allow_subnormal": False}
    if bound and dtype.kind == "i":
        options = {"min_value": max(-bound, np.iinfo(dtype).min), "max_value": bound}
        options["max_value"] = min(bound, int(np.iinfo(dtype).max))
    elif bound and dtype.kind == "f":
        options |= {"min_value": -bound, "max_value": bound}
    return draw(hnp.arrays(dtype, shape, elements=hnp.from_dtype(dtype, **options)))


@st.composite
def windows(draw):
    """Pool, strides and padding: touching, overlapping and with gaps between."""
    pool = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    strides = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    edges = [st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)) for k in pool]
    padding = draw(st.one_of(st.sampled_from(["valid", "same"]), st.tuples(*edges)))
    return {"pool": pool, "strides": strides, "padding": padding}


def array(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)


def border(n, k, s, padding):
    """Zeros before and after; for "same", the fewest that give ceil(n / s) windows."""
    if padding == "valid":
        return 0, 0
    if padding == "same":
        total = next(p for p in range(20) if len(range(0, n + p - k + 1, s)) >= len(range(0, n, s)))
        return total // 2, total - total // 2
    return padding


def ranges(n, k, s, padding):
    """The real pixels of each window along one axis."""
    before, after = border(n, k, s, padding)
    return [
        [i for i in range(start, start + k) if 0 <= i < n]
        for start in range(-before, n + after - k + 1, s)
    ]


def axes(x, pool, strides, padding):
    edges = (padding, padding) if isinstance(padding, str) else padding
    sides = zip(x.shape[1:3], pool, strides, edges, strict=True)
    return [ranges(*side) for side in sides]


def loops(x, rule, pool, strides, padding):
    rows, columns = axes(x, pool, strides, padding)
    return np.stack(
        [np.stack([rule(x[:, r][:, :, q], axis=(1, 2)) for q in columns], axis=1) for r in rows],
        axis=1,
    )


def possible(x, window):
    return all(found and all(found) for found in axes(x, **window))


@QUICK
@given(x=pictures(), window=windows())
@pytest.mark.parametrize("name", ["max", "min"])
def test_max_and_min_are_exactly_those_of_each_window(pooling, name, x, window):
    assume(possible(x, window))
    y = array(getattr(pooling, f"{name}_pool")(x, **window))
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, loops(x, RULES[name], **window))
    options = {k: v for k, v in window.items() if k != "pool"}
    assert y.shape[1:3] == sizes.plane_size(x.shape[1:3], window["pool"], **options)


@QUICK
@given(x=pictures(bound=1000), window=windows())
def test_an_average_is_over_the_real_pixels_of_each_window(pooling, x, window):
    assume(possible(x, window))
    y = array(pooling.average_pool(x, **window))
    assert y.dtype == (x.dtype if x.dtype.kind == "f" else np.float32)
    expected = loops(x.astype("float64"), np.mean, **window)
    np.testing.assert_allclose(y, expected, **TOLERANCE)


@QUICK
@given(x=pictures(bound=1000))
@pytest.mark.parametrize("name", ["max", "min", "average"])
@pytest.mark.parametrize("keepdims", [False, True])
def test_global_pooling_is_over_each_whole_map(pooling, name, keepdims, x):
    y = array(getattr(pooling, f"global_{name}")(x, keepdims=keepdims))
    expected = RULES[name](x.astype("float64"), axis=(1, 2), keepdims=keepdims)
    np.testing.assert_allclose(y, expected, **(TOLERANCE if name == "average" else {"rtol": 0}))
    assert y.dtype == (np.float32 if name == "average" and x.dtype.kind != "f" else x.dtype)


@QUICK
@given(x=pictures(FLOATS, bound=1000), window=windows())
def test_keras_layers_pool_the_same(pooling, x, window):
    import keras
    from keras import layers

    assume(possible(x, window) and isinstance(window["padding"], str))
    options = {"dtype": str(x.dtype), "data_format": "channels_last"}
    arguments = {"pool_size": window["pool"], "strides": window["strides"]}
    arguments["padding"] = window["padding"]
    largest = layers.MaxPooling2D(**arguments, **options)(x)
    np.testing.assert_array_equal(array(pooling.max_pool(x, **window)), array(largest))
    # Keras on PyTorch copies the edge into uneven borders (keras pull request 23233).
    if keras.backend.backend() != "torch" or window["padding"] == "valid":
        mean = layers.AveragePooling2D(**arguments, **options)(x)
        np.testing.assert_allclose(
            array(pooling.average_pool(x, **window)), array(mean), **TOLERANCE
        )
    for keepdims in (False, True):
        for ours, layer in (
            (pooling.global_max, layers.GlobalMaxPooling2D),
            (pooling.global_average, layers.GlobalAveragePooling2D),
        ):
            theirs = layer(keepdims=keepdims, **options)(x)
            np.testing.assert_allclose(
                array(ours(x, keepdims=keepdims)), array(theirs), **TOLERANCE
            )


@pytest.mark.torch
@QUICK
@given(
    x=pictures(FLOATS, bound=1000),
    pool=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    strides=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    padded=st.booleans(),
)
def test_pytorch_pools_the_same(pooling, x, pool, strides, padded):
    torch = pytest.importorskip("torch")
    edges = tuple(k // 2 if padded else 0 for k in pool)  # PyTorch pads half a pool at most
    window = {"pool": pool, "strides": strides, "padding": tuple((e, e) for e in edges)}
    assume(possible(x, window))
    maps = torch.from_numpy(x).permute(0, 3, 1, 2)
    arguments = {"kernel_size": pool, "stride": strides, "padding": edges}
    largest = torch.nn.functional.max_pool2d(maps, **arguments)
    smallest = -torch.nn.functional.max_pool2d(-maps, **arguments)
    mean = torch.nn.functional.avg_pool2d(maps, count_include_pad=False, **arguments)
    for ours, theirs, tolerance in (
        (pooling.max_pool, largest, {"rtol": 0}),
        (pooling.min_pool, smallest, {"rtol": 0}),
        (pooling.average_pool, mean, TOLERANCE),
    ):
        expected = theirs.permute(0, 2, 3, 1).numpy()
        np.testing.assert_allclose(array(ours(x, **window)), expected, **tolerance)


@pytest.mark.torch
def test_zeros_count_in_an_average_when_they_are_added_first(pooling):
    torch = pytest.importorskip("torch")
    from reference import padding

    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    y = array(pooling.average_pool(padding.explicit(x, ((1, 1), (1, 1))), 3, strides=1))
    maps = torch.from_numpy(x).permute(0, 3, 1, 2)
    theirs = torch.nn.functional.avg_pool2d(maps, 3, stride=1, padding=1)
    np.testing.assert_allclose(y, theirs.permute(0, 2, 3, 1).numpy(), rtol=1e-6)


def test_a_same_average_of_ones_is_one_to_the_edge(pooling):
    y = array(pooling.average_pool(np.ones((1, 5, 5, 1), "float32"), 3, strides=2, padding="same"))
    assert y.ravel().tolist() == [1.0] * 9


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_the_ends_of_an_integer_dtype_survive_min_pooling(pooling, dtype):
    limits = np.iinfo(dtype)
    x = np.array([limits.min, 0, limits.max, limits.max], dtype).reshape(1, 1, 4, 1)
    y = array(pooling.min_pool(x, (1, 2)))
    assert y.ravel().tolist() == [limits.min, limits.max]
    assert array(pooling.global_min(x)).ravel().tolist() == [limits.min]


@pytest.mark.parametrize(
    ("dtype", "pixels", "negated"),
    [("uint8", [0, 7], 7), ("int8", [-128, 5], 5)],  # 0 and -128 are their own negatives
)
def test_negation_alone_would_lose_the_smallest_integer(pooling, dtype, pixels, negated):
    x = np.array(pixels, dtype).reshape(1, 1, 2, 1)
    assert array(pooling.min_pool(x, (1, 2))).item() == pixels[0]
    assert np.negative(np.negative(x).max(axis=(1, 2))).item() == negated


@pytest.mark.parametrize("padding", ["same", ((1, 1), (1, 1))])
def test_an_added_pixel_wins_neither_max_nor_min(pooling, padding):
    x = np.full((1, 3, 3, 1), 5, "float32")
    assert set(array(pooling.max_pool(-x, 3, strides=1, padding=padding)).ravel()) == {-5.0}
    assert set(array(pooling.min_pool(x, 3, strides=1, padding=padding)).ravel()) == {5.0}


def test_half_precision_is_summed_without_overflow(pooling):
    x = np.full((1, 2, 2, 1), 60_000, "float16")  # their sum is beyond float16's 65,504
    y = array(pooling.average_pool(x, 2))
    assert (y.dtype, y.item()) == (np.float16, 60_000)
    assert array(pooling.global_average(x)).item() == 60_000


def test_touching_windows_are_the_default(pooling):
    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    assert array(pooling.max_pool(x, 2)).ravel().tolist() == [5, 7, 13, 15]
    assert array(pooling.min_pool(x, 2)).ravel().tolist() == [0, 2, 8, 10]
    assert array(pooling.average_pool(x, 2)).ravel().tolist() == [2.5, 4.5, 10.5, 12.5]


def test_alexnets_pooling_overlaps_and_shares_the_middle_pixel(pooling):
    x = np.zeros((1, 5, 5, 1), "float32")
    x[0, 2, 2, 0] = 1  # in all four windows of 3x3 with strides of 2
    assert array(pooling.max_pool(x, 3, strides=2)).ravel().tolist() == [1, 1, 1, 1]
    assert array(pooling.max_pool(x, 2, strides=2)).sum() == 1


@pytest.mark.parametrize(
    ("pool", "strides", "expected"),
    [(3, 2, True), (2, 2, False), (2, None, False), (2, 3, False), ((3, 2), (2, 2), True)],
)
def test_pools_overlap_when_larger_than_their_stride(pooling, pool, strides, expected):
    assert pooling.overlaps(pool, strides) is expected


def test_pooling_fits_into_a_functional_model(pooling):
    import keras

    x = keras.Input((6, 6, 2))
    y = pooling.min_pool(pooling.max_pool(x, 3, strides=1, padding="same"), 2)
    model = keras.Model(x, pooling.global_average(pooling.average_pool(y, 3)))
    data = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype("float32")
    largest = loops(data, np.max, (3, 3), (1, 1), "same")
    smallest = loops(largest, np.min, (2, 2), (2, 2), "valid")
    assert y.shape == (None, 3, 3, 2)
    np.testing.assert_allclose(array(model(data)), smallest.mean(axis=(1, 2)), rtol=1e-5)


X = np.zeros((1, 4, 4, 1), "float32")


@pytest.mark.parametrize("name", ["max_pool", "min_pool", "average_pool"])
@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ((X[0], 2), {}, r"received shape \(4, 4, 1\), expected rank 4"),
        (([[1.0]], 2), {}, "received a list, expected a tensor"),
        ((X > 0, 2), {}, "received dtype bool, expected a float or integer"),
        ((X[:, :0], 2), {}, "expected a height and width of at least 1"),
        ((X, 0), {}, "pool: received 0, expected a whole number of at least 1"),
        ((X, -2), {}, "pool: received -2"),
        ((X, 2.5), {}, r"pool: received 2\.5"),
        ((X, (2, 2, 2)), {}, r"expected one number or \(height, width\)"),
        ((X, 5), {}, "height: window: received 5 .* at most 4, the padded size"),
        ((X, (2, 7)), {"padding": ((0, 0), (1, 1))}, "width: window: received 7 .* at most 6"),
        ((X, 2), {"strides": 0}, "strides: received 0"),
        ((X, 2), {"padding": "causal"}, "expected valid, same or"),
        ((X, 2), {"padding": ((0, 0), (0, -1))}, "padding: received -1"),
        ((X, 2), {"padding": ((2, 0), (0, 0))}, "at least one of the 4x4 pixels in each window"),
        ((X, 2), {"padding": ((0, 0), (0, 2))}, "at least one of the 4x4 pixels in each window"),
    ],
)
def test_a_bad_argument_is_named(pooling, name, arguments, options, words):
    with pytest.raises(ValueError, match=words):
        getattr(pooling, name)(*arguments, **options)


@pytest.mark.parametrize("name", ["global_max", "global_min", "global_average"])
@pytest.mark.parametrize("x", [X[0], X > 0, X[:, :0]], ids=["rank", "bool", "empty"])
def test_a_bad_picture_is_refused_by_global_pooling(pooling, name, x):
    with pytest.raises(ValueError, match=r"x: received .* expected"):
        getattr(pooling, name)(x)
