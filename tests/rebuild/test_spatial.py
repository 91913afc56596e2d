import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.rebuild.spatial import candidates

sizes = st.integers(4, 20)


def test_every_size_can_be_reached_from_every_other():
    assert [s.words for s in candidates((28, 28), (28, 28))] == ["", "transposed"]
    assert "padded to 32x32" in [s.words for s in candidates((28, 28), (32, 32))]
    assert "cropped to 24x24" in [s.words for s in candidates((28, 28), (24, 24))]


def test_a_corner_of_a_bilinear_resize_by_hand():
    # Two pixels to four: half-pixel centres at -0.25, 0.25, 0.75, 1.25, clamped to the edge.
    (bilinear,) = [s for s in candidates((2, 2), (4, 4)) if s.words.endswith("(bilinear)")][:1]
    assert bilinear.rows.tolist() == [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]


def test_half_a_pixel_value_is_rounded_up():
    image = np.array([[0, 1], [0, 1]], np.uint8)[None, ..., None]
    (whole,) = [s for s in candidates((2, 2), (2, 3)) if s.rounded and not s.transposed] or [None]
    assert whole is None  # Only both sides together are resized.
    (whole,) = [s for s in candidates((2, 2), (3, 3)) if s.rounded and not s.transposed]
    assert whole.apply(image)[0, 0, :, 0].tolist() == [0, 1, 1]


@given(sizes, sizes, sizes, sizes, st.integers(0, 2**32 - 1))
def test_bringing_back_keeps_inner_products(h, w, new_h, new_w, seed):
    rng = np.random.default_rng(seed)
    image, other = rng.random((1, h, w, 1)), rng.random((1, new_h, new_w, 1))
    for way in candidates((h, w), (new_h, new_w)):
        if not way.rounded:
            there = (way.apply(image) * other).sum()
            assert there == pytest.approx((image * way.adjoint(other)).sum())


@given(sizes, sizes)
def test_a_resize_leaves_a_plain_image_plain(old, new):
    image = np.full((1, old, old, 1), 77, np.uint8)
    for way in candidates((old, old), (new, new)):
        rows, columns = way.inside
        assert np.allclose(way.apply(image)[:, rows, columns], 77, atol=1e-9)
