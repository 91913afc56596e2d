"""The ways in which images are brought to another size, as matrices over rows and columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spatial:
    """One way to make images of another size out of images."""

    words: str
    """For people; empty when nothing is done."""
    rows: Array
    """(new height, height): each new row as a mixture of the old; zero where it is padding."""
    columns: Array
    """(new width, width)."""
    transposed: bool = False
    """True when rows and columns change places first."""
    rounded: bool = False
    """True when each pass ends in whole pixel values, as in Pillow."""

    def apply(self, images: Array) -> Array:
        """(n, height, width, channels) of pixels -> (n, new height, new width, channels)."""
        x = images.astype(np.float64)
        if self.transposed:
            x = x.transpose(0, 2, 1, 3)
        x = np.einsum("wv,nhvc->nhwc", self.columns, x, optimize=True)
        if self.rounded:
            x = _whole(x)
        x = np.einsum("gh,nhwc->ngwc", self.rows, x, optimize=True)
        return _whole(x) if self.rounded else x

    def adjoint(self, images: Array) -> Array:
        """Bring arrays of the new size back, so that inner products with originals are kept."""
        x = np.einsum("gh,ngwc->nhwc", self.rows, images, optimize=True)
        x = np.einsum("wv,nhwc->nhvc", self.columns, x, optimize=True)
        return np.asarray(x.transpose(0, 2, 1, 3) if self.transposed else x)

    @property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns that are no padding."""
        found = []
        for matrix in (self.rows, self.columns):
            used = np.flatnonzero(matrix.any(axis=1))
            found.append(slice(int(used[0]), int(used[-1]) + 1))
        return found[0], found[1]


def candidates(old: tuple[int, int], new: tuple[int, int]) -> list[Spatial]:
    """Every way we know from one size to another, the plain ones first."""
    found = []
    for transposed in (False, True):
        start = old[::-1] if transposed else old
        turned = ["transposed"] if transposed else []
        for words, make, rounded in _WAYS:
            rows, columns = (make(a, b) for a, b in zip(start, new, strict=True))
            if rows is None or columns is None:
                continue
            size = [words.format(f"{new[0]}x{new[1]}")] if words else []
            found.append(
                Spatial(
                    words=", ".join([*turned, *size]),
                    rows=rows,
                    columns=columns,
                    transposed=transposed,
                    rounded=rounded,
                )
            )
    return found


def _same(old: int, new: int) -> Array | None:
    return np.eye(old) if old == new else None


def _padded(old: int, new: int) -> Array | None:
    return np.eye(new, old, -((new - old) // 2)) if new > old else None


def _cropped(old: int, new: int) -> Array | None:
    return np.eye(new, old, (old - new) // 2) if new < old else None


def _bilinear(old: int, new: int) -> Array | None:
    """Half-pixel centres, edges repeated: `tf.image.resize`, torch's `interpolate`."""
    if old == new:
        return None
    centre = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    low = np.floor(centre).astype(int)
    matrix = np.zeros((new, old))
    np.add.at(matrix, (np.arange(new), low), 1 - (centre - low))
    np.add.at(matrix, (np.arange(new), np.minimum(low + 1, old - 1)), centre - low)
    return matrix


def _antialiased(old: int, new: int) -> Array | None:
    """A triangle as wide as the step: Pillow, and torchvision's resize of tensors."""
    if old == new:
        return None
    step = max(old / new, 1.0)
    centre = (np.arange(new)[:, None] + 0.5) * old / new
    matrix = np.clip(1 - np.abs((np.arange(old)[None] + 0.5 - centre) / step), 0, None)
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True))


def _pillow(old: int, new: int) -> Array | None:
    # Pillow counts in 22 binary places; on a tie the last of them decides which way it goes.
    matrix = _antialiased(old, new)
    return None if matrix is None else np.floor(matrix * 2**22 + 0.5) / 2**22


def _nearest(old: int, new: int) -> Array | None:
    if old == new:
        return None
    return np.asarray(np.eye(old)[np.floor((np.arange(new) + 0.5) * old / new).astype(int)])


def _nearest_corner(old: int, new: int) -> Array | None:
    """Counted from the corner, as torch's `interpolate` does unless asked otherwise."""
    return np.eye(old)[np.arange(new) * old // new] if old != new else None


def _smaller_antialiased(old: int, new: int) -> Array | None:
    return _antialiased(old, new) if new < old else None  # Upwards it equals `_bilinear`.


_WAYS = (
    ("", _same, False),
    ("padded to {}", _padded, False),
    ("cropped to {}", _cropped, False),
    ("resized to {} (bilinear)", _bilinear, False),
    ("resized to {} (bilinear, antialiased)", _smaller_antialiased, False),
    ("resized to {} (bilinear, whole pixel values)", _pillow, True),
    ("resized to {} (nearest)", _nearest, False),
    ("resized to {} (nearest, from the corner)", _nearest_corner, False),
)


def _whole(x: Array) -> Array:
    return np.clip(np.floor(x + 0.5), 0, 255)
