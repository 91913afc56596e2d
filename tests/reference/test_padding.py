"""Padding against NumPy loops, Keras layers and PyTorch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

pytestmark = pytest.mark.keras

QUICK = settings(deadline=None, max_examples=40)
DTYPES = st.sampled_from(["float32", "float64", "int32", "uint8"])
EDGE = st.tuples(st.integers(0, 3), st.integers(0, 3))


@pytest.fixture(scope="module")
def padding():
    from reference import padding

    return padding


@st.composite
def pictures(draw, dtypes=DTYPES):
    dtype = draw(dtypes)
    shape = draw(st.tuples(st.integers(1, 2), *(st.integers(1, 7),) * 2, st.integers(1, 2)))
    elements = hnp.from_dtype(
        np.dtype(dtype), allow_nan=False, allow_infinity=False, allow_subnormal=False
    )
    return draw(hnp.arrays(dtype, shape, elements=elements))


def array(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)


def loops(x, rows, columns, value):
    batch, height, width, channels = x.shape
    (top, bottom), (left, right) = rows, columns
    y = np.full((batch, top + height + bottom, left + width + right, channels), value, x.dtype)
    for i in range(height):
        for j in range(width):
            y[:, top + i, left + j, :] = x[:, i, j, :]
    return y


@QUICK
@given(x=pictures(), rows=EDGE, columns=EDGE, value=st.integers(0, 255))
def test_an_explicit_border_holds_the_value_and_moves_the_picture(padding, x, rows, columns, value):
    y = array(padding.explicit(x, (rows, columns), value=value))
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, loops(x, rows, columns, value))


@QUICK
@given(x=pictures(st.just("float32")), rows=EDGE, columns=EDGE)
def test_an_explicit_border_is_that_of_the_keras_layer(padding, x, rows, columns):
    from keras import layers

    layer = layers.ZeroPadding2D((rows, columns), data_format="channels_last")
    np.testing.assert_array_equal(array(padding.explicit(x, (rows, columns))), array(layer(x)))


@pytest.mark.torch
@QUICK
@given(x=pictures(), rows=EDGE, columns=EDGE)
def test_an_explicit_border_is_that_of_pytorch(padding, x, rows, columns):
    torch = pytest.importorskip("torch")
    # Pads the last axis first: channels, width, height.
    expected = torch.nn.functional.pad(torch.from_numpy(x), (0, 0, *columns, *rows)).numpy()
    np.testing.assert_array_equal(array(padding.explicit(x, (rows, columns))), expected)


@QUICK
@given(
    x=hnp.arrays("float32", (1, 6, 5, 1), elements=st.integers(-9, 9)),
    window=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    strides=st.integers(1, 3),
    dilation=st.integers(1, 2),
)
def test_same_and_then_valid_is_kerass_same_convolution(padding, x, window, strides, dilation):
    from keras import ops

    if strides > 1:  # Keras takes a stride or a dilation, not both.
        dilation = 1
    # Whole numbers below 2**24, so that float32 sums them without rounding in any order.
    kernel = np.arange(1, window[0] * window[1] + 1, dtype="float32").reshape(*window, 1, 1)
    options = {"strides": strides, "dilation_rate": dilation, "data_format": "channels_last"}
    padded = padding.same(x, window, strides=strides, dilation=dilation)
    ours = ops.conv(padded, kernel, padding="valid", **options)
    np.testing.assert_allclose(array(ours), array(ops.conv(x, kernel, padding="same", **options)))


@QUICK
@given(x=pictures(), window=st.tuples(st.integers(1, 7), st.integers(1, 7)))
def test_valid_adds_nothing_and_refuses_a_window_that_does_not_fit(padding, x, window):
    if window[0] > x.shape[1] or window[1] > x.shape[2]:
        with pytest.raises(ValueError, match="the padded size"):
            padding.valid(x, window)
    else:
        np.testing.assert_array_equal(array(padding.valid(x, window)), x)


@QUICK
@given(
    x=hnp.arrays("float32", (2, 6, 2), elements=st.integers(-9, 9)),
    window=st.integers(1, 4),
    dilation=st.integers(1, 3),
)
def test_causal_and_then_valid_is_kerass_causal_convolution(padding, x, window, dilation):
    from keras import layers, ops

    layer = layers.Conv1D(
        1, window, padding="causal", dilation_rate=dilation, data_format="channels_last"
    )
    layer.build(x.shape)
    layer.set_weights([np.arange(window * 2, dtype="float32").reshape(window, 2, 1), np.zeros(1)])
    padded = padding.causal(x, window, dilation=dilation)
    ours = ops.conv(
        padded,
        layer.kernel,
        padding="valid",
        dilation_rate=dilation,
        data_format="channels_last",
    )
    np.testing.assert_allclose(array(ours), array(layer(x)), atol=1e-4)


@pytest.mark.parametrize("shape", [(2, 4, 3), (2, 4, 3, 1), (2, 4, 3, 2, 1)])
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_causal_zeros_come_before_the_first_spatial_axis_alone(padding, shape, dtype):
    x = np.ones(shape, dtype)
    y = array(padding.causal(x, 3, dilation=2))
    assert y.shape == (2, 4 + 4, *shape[2:])
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y[:, :4], 0)
    np.testing.assert_array_equal(y[:, 4:], x)


def test_an_odd_zero_goes_to_the_bottom_and_the_right(padding):
    y = array(padding.same(np.ones((1, 4, 4, 1), "float32"), 3, strides=2))
    assert y[0, :, :, 0].tolist() == [[1, 1, 1, 1, 0]] * 4 + [[0] * 5]


def test_a_batch_of_open_size_can_be_padded(padding):
    import keras

    x = keras.Input((28, 28, 1))
    assert padding.same(x, 5).shape == (None, 32, 32, 1)
    model = keras.Model(x, padding.explicit(x, ((1, 2), (3, 4))))
    assert model(np.zeros((2, 28, 28, 1), "float32")).shape == (2, 31, 35, 1)


X = np.zeros((1, 4, 4, 1), "float32")
BYTES = np.zeros((1, 4, 4, 1), "uint8")


@pytest.mark.parametrize(
    ("name", "arguments", "options", "words"),
    [
        ("explicit", (X[0], ((0, 0), (0, 0))), {}, r"received shape \(4, 4, 1\), expected rank 4"),
        ("explicit", ([[0.0]], ((0, 0), (0, 0))), {}, "received a list, expected a tensor"),
        ("explicit", (X > 0, ((0, 0), (0, 0))), {}, "received dtype bool, expected a float"),
        ("explicit", (X, ((0, -1), (0, 0))), {}, "border: received -1"),
        ("explicit", (X, 1), {}, r"border: received 1, expected \(\(top, bottom\), \(left"),
        ("explicit", (BYTES, ((0, 0), (0, 0))), {"value": -1}, "expected 0 to 255 for dtype uint8"),
        ("explicit", (BYTES, ((0, 0), (0, 0))), {"value": 0.5}, "expected a whole number"),
        ("explicit", (BYTES, ((0, 0), (0, 0))), {"value": np.inf}, "expected a whole number"),
        ("same", (X, 3), {"strides": 0}, "stride: received 0"),
        ("same", (X, 0), {}, "window: received 0"),
        ("same", (X[:, :0], 1), {}, "expected a height and width of at least 1"),
        ("valid", (X, (2, 5)), {}, "width: window: received 5 .* at most 4"),
        ("causal", (X[0, 0], 2), {}, r"expected rank 3 \(batch, steps, channels\) or rank 4"),
        ("causal", (X, 2), {"dilation": 0}, "dilation: received 0"),
    ],
)
def test_a_bad_argument_is_named(padding, name, arguments, options, words):
    with pytest.raises(ValueError, match=words):
        getattr(padding, name)(*arguments, **options)
