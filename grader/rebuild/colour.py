"""What was done to pixel values: scale, shift, mixing of channels, the value of padding."""

from dataclasses import dataclass, replace

import numpy as np

from grader.rebuild.spatial import Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Colour:
    """A linear map of each pixel."""

    matrix: Array
    """(new channels, channels): what each new channel takes of each old one."""
    shift: Array
    """(new channels,): what is added."""
    padding: Array
    """(new channels,): value of the pixels that are padding."""

    def apply(self, images: Array, inside: tuple[slice, slice] | None = None) -> Array:
        """(n, height, width, channels) -> (n, height, width, new channels).

        Args:
            images: Pixel values.
            inside: Rows and columns that are no padding; None if there is none.
        """
        made = images @ self.matrix.T + self.shift
        if inside is None:
            return np.asarray(made)
        framed = np.broadcast_to(self.padding, made.shape).copy()
        framed[:, inside[0], inside[1]] = made[:, inside[0], inside[1]]
        return framed

    def padded_with(self, value: Array) -> "Colour":
        """The same with another value of padding."""
        return replace(self, padding=value)

    @property
    def pads_after(self) -> bool:
        """True when padding was added after scaling, with a value that no black pixel has."""
        span = 255 * np.abs(self.matrix).max()
        return bool(np.abs(self.padding - self.shift).max() > 1e-4 * span)

    def __str__(self) -> str:
        """For people: "x / 255"."""
        new, old = self.matrix.shape
        order = np.abs(self.matrix).argmax(axis=1)
        main = self.matrix[np.arange(new), order]
        mixed = np.abs(self.matrix).sum(axis=1) - np.abs(main) > 1e-5 * np.abs(main)
        if mixed.any():
            if new == 1:
                weights = self.matrix[0] / self.matrix[0].sum()
                parts = " + ".join(f"{w:.3g} {c}" for w, c in zip(weights, "RGB", strict=False))
                return f"grey ({parts}), {_affine(self.matrix.sum(axis=1), self.shift)}"
            return f"channels mixed, {_affine(main, self.shift)}"
        words = _affine(main, self.shift)
        if old > 1 and list(order) != list(range(new)):
            words += ", channels reversed" if list(order) == [2, 1, 0] else ", channels rearranged"
        return words if old > 1 or new == 1 else f"{words}, repeated to {new} channels"


def fit(pixels: Array, values: Array, tolerance: float) -> Colour | None:
    """The linear map from `pixels` to `values`, or None if there is none.

    Args:
        pixels: (m, channels), raw.
        values: (m, new channels), as they reached the model.
        tolerance: Largest error of any value.
    """
    old, new = pixels.shape[1], values.shape[1]
    middle, centre = pixels.mean(axis=0), values.mean(axis=0)
    spread = (pixels - middle).T @ (pixels - middle)
    shared = (pixels - middle).T @ (values - centre)
    # A scale of its own for each channel first: it is what people do, and on greyish pictures
    # a mixture of channels would fit as well.
    for mixed in (False, True) if old > 1 else (False,):
        if not mixed and new not in (old, 1) and old > 1:
            continue
        matrix = np.zeros((new, old))
        for channel in range(new):
            used = list(range(old)) if mixed else [channel if old > 1 else 0]
            normal = spread[np.ix_(used, used)], shared[used, channel]
            matrix[channel, used] = np.linalg.lstsq(*normal, rcond=None)[0]
        shift = centre - matrix @ middle
        if np.abs(pixels @ matrix.T + shift - values).max() <= tolerance:
            return Colour(matrix=matrix, shift=shift, padding=shift)
    return None


def _affine(scale: Array, shift: Array) -> str:
    """`scale * x + shift` the way people write it."""
    if np.abs(scale).min() < 1e-12:
        return "a constant"
    divisor, centre = 1 / scale, -shift / scale
    if np.allclose(scale, 1, rtol=1e-5) and np.allclose(centre, 0, atol=1e-2):
        return "raw pixel values"
    if np.allclose(centre, 0, atol=1e-2):
        return f"x / {_list(divisor)}"
    if _short(centre, 1) and _short(divisor, 1):
        return f"(x - {_list(centre)}) / {_list(divisor)}"
    if _short(centre / 255, 4) and _short(divisor / 255, 4):
        return f"(x / 255 - {_list(centre / 255)}) / {_list(divisor / 255)}"
    return f"(x - {_list(centre)}) / {_list(divisor)}"


def _short(values: Array, decimals: int) -> bool:
    return bool(np.allclose(values, np.round(values, decimals), rtol=1e-5, atol=1e-6))


def _list(values: Array) -> str:
    if np.ptp(values) <= 1e-5 * np.abs(values).max():
        return _number(float(values.mean()))
    return f"[{', '.join(_number(float(v)) for v in values)}]"


def _number(value: float) -> str:
    return f"{value:.5g}"
