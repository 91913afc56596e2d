"""Size arithmetic against counted windows, the papers' figures, Keras and PyTorch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import sizes

QUICK = settings(deadline=None, max_examples=40)
SMALL = st.integers(1, 12)
WINDOW = st.integers(1, 5)
BORDER = st.tuples(st.integers(0, 4), st.integers(0, 4))


def starts(n, window, stride, before, after, dilation):
    """First pixel of each window, found by walking."""
    found, start = [], -before
    while all(start + i * dilation < n + after for i in range(window)):
        found.append(start)
        start += stride
    return found


@pytest.mark.parametrize(
    ("n", "window", "options", "expected"),
    [
        (32, 5, {}, 28),  # LeCun et al. 1998, figure 2: C1
        (28, 2, {"stride": 2}, 14),  # S2
        (14, 5, {}, 10),  # C3
        (10, 2, {"stride": 2}, 5),  # S4
        (28, 5, {"padding": "same"}, 28),
        (227, 11, {"stride": 4}, 55),  # Krizhevsky et al. 2012, section 3.5: 55x55 maps
        (224, 11, {"stride": 4}, 54),  # not 55: the paper's 224 needs a border
        (224, 11, {"stride": 4, "padding": (2, 2)}, 55),
        (55, 3, {"stride": 2}, 27),
        (27, 3, {"stride": 2}, 13),
        (224, 7, {"stride": 2, "padding": (3, 3)}, 112),  # He et al. 2015, table 1: conv1
        (7, 3, {"dilation": 3}, 1),
        (5, 4, {"padding": (1, 0), "stride": 3}, 1),
    ],
)
def test_sizes_are_the_papers(n, window, options, expected):
    assert sizes.output_size(n, window, **options) == expected


@QUICK
@given(n=SMALL, window=WINDOW, stride=WINDOW, border=BORDER, dilation=st.integers(1, 3))
def test_an_explicit_border_gives_the_windows_that_fit(n, window, stride, border, dilation):
    arguments = {"stride": stride, "padding": border, "dilation": dilation}
    count = len(starts(n, window, stride, *border, dilation))
    if count:
        assert sizes.output_size(n, window, **arguments) == count
        assert sizes.zeros(n, window, **arguments) == border
    else:
        with pytest.raises(ValueError, match="the padded size"):
            sizes.output_size(n, window, **arguments)


@QUICK
@given(n=SMALL, window=WINDOW, stride=WINDOW, dilation=st.integers(1, 3))
def test_same_adds_the_fewest_zeros_that_give_a_window_for_each_stride(n, window, stride, dilation):
    arguments = {"stride": stride, "padding": "same", "dilation": dilation}
    before, after = sizes.zeros(n, window, **arguments)
    wanted = len(range(0, n, stride))
    fewest = next(p for p in range(100) if len(starts(n, window, stride, 0, p, dilation)) >= wanted)
    assert before + after == fewest
    assert after - before in (0, 1)
    assert sizes.output_size(n, window, **arguments) == wanted


@QUICK
@given(n=SMALL, window=WINDOW, stride=WINDOW, dilation=st.integers(1, 3))
def test_a_causal_window_ends_at_its_own_step(n, window, stride, dilation):
    arguments = {"stride": stride, "padding": "causal", "dilation": dilation}
    before, after = sizes.zeros(n, window, **arguments)
    ends = [
        start + (window - 1) * dilation
        for start in starts(n, window, stride, before, after, dilation)
    ]
    assert ends == list(range(0, n, stride))
    assert sizes.output_size(n, window, **arguments) == len(ends)


@QUICK
@given(
    size=st.tuples(SMALL, SMALL),
    window=st.tuples(WINDOW, WINDOW),
    strides=st.tuples(WINDOW, WINDOW),
    rows=BORDER,
    columns=BORDER,
)
def test_a_picture_is_its_two_axes(size, window, strides, rows, columns):
    for padding, edges in (("same", ("same", "same")), ((rows, columns), (rows, columns))):
        each = [
            {"n": n, "window": k, "stride": s, "padding": p}
            for n, k, s, p in zip(size, window, strides, edges, strict=True)
        ]
        try:
            expected = tuple(sizes.output_size(**axis) for axis in each)
        except ValueError:
            with pytest.raises(ValueError, match=r"^(height|width): window"):
                sizes.plane_size(size, window, strides=strides, padding=padding)
            continue
        assert sizes.plane_size(size, window, strides=strides, padding=padding) == expected
        borders = sizes.plane_zeros(size, window, strides=strides, padding=padding)
        assert borders == tuple(sizes.zeros(**axis) for axis in each)


def test_one_number_stands_for_both_axes():
    assert sizes.plane_size((9, 7), 3, strides=2) == sizes.plane_size(
        (9, 7), (3, 3), strides=(2, 2)
    )


@pytest.mark.keras
@QUICK
@given(
    n=SMALL,
    window=WINDOW,
    stride=WINDOW,
    padding=st.sampled_from(["valid", "same", "causal"]),
    dilation=st.integers(1, 3),
)
def test_keras_gives_the_same_sizes(n, window, stride, padding, dilation):
    from keras import layers

    if stride > 1:  # Keras takes a stride or a dilation, not both.
        dilation = 1
    if padding == "valid" and sizes.span(window, dilation) > n:
        return
    options = {"strides": stride, "padding": padding}
    conv = layers.Conv1D(1, window, dilation_rate=dilation, **options)
    size = sizes.output_size(n, window, stride=stride, padding=padding, dilation=dilation)
    assert conv.compute_output_shape((None, n, 1)) == (None, size, 1)
    if padding != "causal":
        pool = layers.MaxPooling1D(window, **options)
        size = sizes.output_size(n, window, stride=stride, padding=padding)
        assert pool.compute_output_shape((None, n, 1)) == (None, size, 1)


@pytest.mark.torch
@QUICK
@given(n=SMALL, window=WINDOW, stride=WINDOW, border=st.integers(0, 4), dilation=st.integers(1, 3))
def test_pytorch_gives_the_same_sizes(n, window, stride, border, dilation):
    torch = pytest.importorskip("torch")
    if sizes.span(window, dilation) > n + 2 * border:
        return
    found = torch.nn.functional.conv1d(
        torch.zeros(1, 1, n),
        torch.zeros(1, 1, window),
        stride=stride,
        padding=border,
        dilation=dilation,
    )
    size = sizes.output_size(n, window, stride=stride, padding=(border, border), dilation=dilation)
    assert found.shape[-1] == size


@pytest.mark.parametrize(
    ("n", "window", "options", "words"),
    [
        (0, 1, {}, "size: received 0, expected a whole number of at least 1"),
        (-3, 1, {}, "size: received -3"),
        (5.0, 1, {}, r"size: received 5\.0"),
        (True, 1, {}, "size: received True"),
        (5, 0, {}, "window: received 0"),
        (5, 3, {"stride": 0}, "stride: received 0, expected a whole number of at least 1"),
        (5, 3, {"dilation": 0}, "dilation: received 0"),
        (5, 6, {}, "window: received 6 .* at most 5, the padded size"),
        (5, 3, {"dilation": 3}, "spans 7; expected a span of at most 5"),
        (5, 3, {"padding": "full"}, "padding: received 'full', expected valid, same, causal"),
        (5, 3, {"padding": (1, -1)}, "padding: received -1, expected a whole number of at least 0"),
        (5, 3, {"padding": (1, 1, 1)}, r"expected \(before, after\)"),
        (5, 3, {"padding": 1}, r"padding: received 1, expected \(before, after\)"),
    ],
)
def test_a_bad_argument_is_named(n, window, options, words):
    with pytest.raises(ValueError, match=words):
        sizes.output_size(n, window, **options)


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (((5, 5), (6, 2)), {}, "height: window: received 6"),
        (((5, 5), (2, 6)), {}, "width: window: received 6"),
        (((5, 5), (2, 2, 2)), {}, "window: received .* expected one number or"),
        (((5, 5), 2), {"strides": (1, 0)}, "stride: received 0"),
        (((5, 5), 2), {"padding": "causal"}, "padding: received 'causal', expected valid, same or"),
        (((5, 5), 2), {"padding": (1, 1)}, r"padding: received 1, expected \(before, after\)"),
        (((5, 0), 2), {}, "size: received 0"),
    ],
)
def test_a_bad_argument_of_a_picture_is_named(arguments, options, words):
    with pytest.raises(ValueError, match=words):
        sizes.plane_size(*arguments, **options)
