"""Recover what a student did to the images, from the arrays that reached the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.data import DataSet
from grader.rebuild.colour import Colour, fit
from grader.rebuild.layout import Layout, layouts
from grader.rebuild.spatial import Array, Spatial, candidates

TOLERANCE = 1e-4
"""Largest error of any pixel of the sample, as a share of the span of its values."""

_NEIGHBOURS = 3
"""Raw images tried for each array; the first is nearly always the one."""
_CHUNK_FLOATS = 1 << 23
"""Numbers of raw images turned into floats at a time: 32 MiB."""
_MOST_NUMBERS = 1 << 23
"""Of a sample; a larger one is cut, since a few images do. 16 of 227x227x3 are 2.5 million."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recovered:
    """A data set and what was done to its images."""

    dataset: DataSet
    """Where the images are from."""
    words: str
    """For people: "zero-padded to 32x32, x / 255"."""
    spatial: Spatial
    """What was done to their size."""
    colour: Colour
    """What was done to their values."""
    layout: Layout
    """How they were laid out."""
    flipped: bool = False
    """True when some of the sample were mirrored; `apply` never mirrors."""

    def apply(self, images: Array) -> Array:
        """Raw images as they reach the model.

        Args:
            images: uint8, (n, height, width) or (n, height, width, channels). The result can be
                many times their size (227x227 from 28x28), so give a few hundred at a time.

        Returns:
            float32, (n, *shape of one input of the model).
        """
        made = self.colour.apply(self.spatial.apply(_four_axes(images)), self.spatial.inside)
        return self.layout.write(made).astype(np.float32)


def recover(sample: Array, datasets: Sequence[DataSet]) -> Recovered | None:
    """Find the data set and the preprocessing that give `sample`.

    Looks for the raw training image behind each array of the sample by correlation, undoing one
    known change of size after the other, and fits scale and shift by least squares. The result
    gives back the whole sample to `TOLERANCE`.

    Args:
        sample: Up to 16 inputs as they reached the model, batch axis first, any numeric type.
        datasets: The data sets that were staged, the likely ones first.

    Returns:
        What was found; None if no known preprocessing gives these arrays, as after random
        rotations or shifts.
    """
    sample = np.asarray(sample)
    if sample.ndim < 2 or not len(sample) or not 0 < sample[0].size <= _MOST_NUMBERS:
        return None
    sample = sample[: _MOST_NUMBERS // sample[0].size].astype(np.float64)
    # No preprocessing of bytes ends up out there, and squares must stay finite.
    if not (np.abs(sample) < 1e9).all():
        return None
    loaded = [_four_axes(dataset.load()["x_train"]) for dataset in datasets]
    for flips in (False, True):
        for dataset, raw in zip(datasets, loaded, strict=True):
            options = [
                (layout, spatial)
                for layout in layouts(sample.shape[1:])
                for spatial in candidates(raw.shape[1:3], (layout.height, layout.width))
            ]
            found = _search(sample, raw, options, flips)
            if found is not None:
                layout, spatial, colour = found
                return Recovered(
                    dataset=dataset,
                    words=_words(spatial, colour, layout, flips),
                    spatial=spatial,
                    colour=colour,
                    layout=layout,
                    flipped=flips,
                )
    return None


def _search(
    sample: Array, raw: Array, options: list[tuple[Layout, Spatial]], flips: bool
) -> tuple[Layout, Spatial, Colour] | None:
    """The first of `options` that gives the whole sample."""
    # Two images rule out nearly every option; only then is the rest looked for.
    few = sample[:2]
    near = _neighbours(few, raw, options, flips)
    for option, images in zip(options, near, strict=True):
        if _explain(few, option, images) is None:
            continue
        colour = _explain(sample, option, _neighbours(sample, raw, [option], flips)[0])
        if colour is not None:
            return (*option, colour)
    return None


def _neighbours(
    sample: Array, raw: Array, options: list[tuple[Layout, Spatial]], flips: bool
) -> list[list[Array]]:
    """For each option and each array of the sample the raw images that correlate best.

    One matrix product for all: the inner product of an array with a resized image is that of the
    array brought back with the image itself.
    """
    if not options:
        return []
    k = len(sample)
    queries = np.concatenate([_brought_back(sample, option, raw.shape[3]) for option in options])
    if flips:
        queries = np.concatenate([queries, queries[:, :, ::-1]])
    # The last columns add up each channel, for the images' own spread.
    pixels = raw.shape[1] * raw.shape[2]
    sums = np.tile(np.eye(raw.shape[3]), (pixels, 1))
    flat = np.concatenate([queries.reshape(len(queries), -1).T, sums], axis=1, dtype=np.float32)
    scores = np.empty((len(queries), len(raw)), dtype=np.float32)
    step = max(_CHUNK_FLOATS // flat.shape[0], 1)
    for start in range(0, len(raw), step):
        images = raw[start : start + step].reshape(-1, flat.shape[0]).astype(np.float32)
        products = images @ flat
        channels = products[:, len(queries) :]
        spread = np.einsum("ij,ij->i", images, images) - (channels**2).sum(axis=1) / pixels
        # The absolute value: white on black may have become black on white.
        inner = np.abs(products[:, : len(queries)])
        scores[:, start : start + step] = (inner / np.sqrt(np.maximum(spread, 1))[:, None]).T
    count = min(_NEIGHBOURS, len(raw))
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    found = []
    for index in range(len(options)):
        rows = range(index * k, (index + 1) * k)
        mirrored = len(options) * k
        found.append(
            [
                np.concatenate([raw[best[r]], raw[best[r + mirrored]][:, :, ::-1]])
                if flips
                else raw[best[r]]
                for r in rows
            ]
        )
    return found


def _brought_back(sample: Array, option: tuple[Layout, Spatial], channels: int) -> Array:
    """(k, height, width, channels) of the raw images, without mean."""
    layout, spatial = option
    arrays = layout.read(sample)
    inside = spatial.inside
    centred = np.zeros_like(arrays)
    part = arrays[:, inside[0], inside[1]]
    centred[:, inside[0], inside[1]] = part - part.mean(axis=(1, 2), keepdims=True)
    back = spatial.adjoint(centred)
    if back.shape[3] == channels:
        return back
    return np.repeat(back.sum(axis=3, keepdims=True), channels, axis=3)


def _explain(
    sample: Array, option: tuple[Layout, Spatial], neighbours: list[Array]
) -> Colour | None:
    """The colour map that gives each array from one of its neighbours, if there is one."""
    layout, spatial = option
    arrays = layout.read(sample)
    span = float(np.ptp(arrays))
    if span == 0:
        return None
    tolerance = TOLERANCE * span
    rows, columns = spatial.inside
    padding = _border(arrays, rows, columns, tolerance)
    if padding is None:
        return None
    sources, values = [], []
    for array, images in zip(arrays, neighbours, strict=True):
        value = array[rows, columns].reshape(-1, layout.channels)
        made = spatial.apply(images)[:, rows, columns].reshape(len(images), -1, images.shape[3])
        source = next((m for m in made if fit(m, value, tolerance) is not None), None)
        if source is None:
            return None
        sources.append(source)
        values.append(value)
    colour = fit(np.concatenate(sources), np.concatenate(values), tolerance)
    if colour is None:
        return None
    return colour.padded_with(padding) if padding.size else colour


def _border(arrays: Array, rows: slice, columns: slice, tolerance: float) -> Array | None:
    """The value of each channel around the images: empty without padding, None if it varies."""
    mask = np.ones(arrays.shape[1:3], dtype=bool)
    mask[rows, columns] = False
    border = arrays[:, mask].reshape(-1, arrays.shape[3])
    if not border.size:
        return np.zeros(0)
    if np.ptp(border, axis=0).max() > tolerance:
        return None
    return np.asarray(border[0])


def _four_axes(images: Array) -> Array:
    return images if images.ndim == 4 else images[..., None]


def _words(spatial: Spatial, colour: Colour, layout: Layout, flips: bool) -> str:
    steps = [spatial.words, str(colour)]
    if "padded" in spatial.words:
        if colour.pads_after:
            value = ", ".join(f"{v:.4g}" for v in dict.fromkeys(colour.padding.round(6)))
            steps = [str(colour), f"{spatial.words} with {value}"]
        else:
            steps[0] = spatial.words.replace("padded", "zero-padded")
    if len(layout.shape) == 1:
        steps.append("flattened")
    elif layout.channels_first and layout.channels > 1:
        steps.append("channels first")
    elif layout.channels > 1 and layout.shape[-1] != layout.channels:
        steps.append("reshaped, not transposed, to channels first")
    if flips:
        steps.append("some mirrored")
    return ", ".join(step for step in steps if step)
