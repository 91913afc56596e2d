"""How the numbers of an image are laid out in what a model reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.rebuild.spatial import Array

LARGEST = 1024
"""Pixels on a side; nothing larger is taken for an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the numbers of one image are laid out."""

    shape: tuple[int, ...]
    """Of one image, as the model reads it."""
    height: int
    """In pixels."""
    width: int
    """In pixels."""
    channels: int
    """1 or 3."""
    channels_first: bool = False
    """True when each channel's pixels lie together."""

    def read(self, arrays: Array) -> Array:
        """(n, *shape) -> (n, height, width, channels)."""
        n = len(arrays)
        if self.channels_first:
            planes = arrays.reshape(n, self.channels, self.height, self.width)
            return planes.transpose(0, 2, 3, 1)
        return arrays.reshape(n, self.height, self.width, self.channels)

    def write(self, images: Array) -> Array:
        """(n, height, width, channels) -> (n, *shape)."""
        ordered = images.transpose(0, 3, 1, 2) if self.channels_first else images
        return ordered.reshape(len(images), *self.shape)


def layouts(shape: tuple[int, ...]) -> Iterator[Layout]:
    """Every way to read one input as an image."""
    sizes: list[tuple[int, int, int, bool]] = []
    if len(shape) == 1:
        for channels in (1, 3):
            side = round((shape[0] / channels) ** 0.5)
            if side * side * channels == shape[0]:
                sizes.append((side, side, channels, False))
                sizes += [(side, side, channels, True)] if channels > 1 else []
    elif len(shape) == 2:
        sizes.append((shape[0], shape[1], 1, False))
    elif len(shape) == 3:
        if shape[2] in (1, 3):
            sizes.append((shape[0], shape[1], shape[2], False))
        if shape[0] in (1, 3):
            sizes.append((shape[1], shape[2], shape[0], True))
            # `reshape` where `transpose` was meant: colours end up scattered, yet learnable.
            sizes += [(shape[1], shape[2], shape[0], False)] if shape[0] == 3 else []
    for height, width, channels, first in sizes:
        if 4 <= height <= LARGEST and 4 <= width <= LARGEST:
            yield Layout(
                shape=shape, height=height, width=width, channels=channels, channels_first=first
            )
