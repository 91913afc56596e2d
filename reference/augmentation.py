"""More pictures from the same ones: crops, flips and PCA colour (Krizhevsky et al. 2012, 4.1)."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

_CHUNK = 256
"""Pictures widened to float64 at once; nothing else depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PrincipalComponents:
    """The directions along which a set's colours vary."""

    values: npt.NDArray[np.float64]
    """Shape `(3,)`: variance along each direction, largest first, in squared pixel units."""
    vectors: npt.NDArray[np.float64]
    """Shape `(3, 3)`: one direction of length 1 in each column, in the order of `values`."""


def principal_components(pictures: npt.ArrayLike) -> PrincipalComponents:
    """Find the principal components of a training set's RGB values.

    They are eigenvalues and eigenvectors of the 3x3 covariance of all pixels of all pictures
    (divided by their number). An eigenvector's sign means nothing.

    Args:
        pictures: Array of shape `(count, height, width, 3)`.

    Raises:
        ValueError: If `pictures` has another shape or holds no pixel.
    """
    array = np.asarray(pictures)
    if array.ndim != 4 or array.shape[-1] != 3 or array.size == 0:
        raise ValueError(
            f"pictures: received shape {array.shape}, expected (count, height, width, 3)"
        )
    pixels = array.size // 3
    chunks = range(0, len(array), _CHUNK)
    mean = sum(_wide(array, start).sum(axis=0) for start in chunks) / pixels
    # Two passes: products of deviations keep the digits that mean squares would lose.
    scatter = np.zeros((3, 3))
    for start in chunks:
        deviations = _wide(array, start) - mean
        scatter += deviations.T @ deviations
    values, vectors = np.linalg.eigh(scatter / pixels)
    # eigh sorts upwards; rounding can leave a variance of zero just below it.
    return PrincipalComponents(values=np.maximum(values[::-1], 0), vectors=vectors[:, ::-1])


def _wide(pictures: npt.NDArray[Any], start: int) -> npt.NDArray[np.float64]:
    return pictures[start : start + _CHUNK].reshape(-1, 3).astype(np.float64)


@keras.saving.register_keras_serializable(package="reference")
class PCAColour(keras.layers.Layer):  # type: ignore[misc]
    """Shift the colour of each training picture along the principal components.

    Every pixel of a picture moves by

        vectors @ (drawn * values)

    where the three numbers `drawn` come from a Gaussian of mean 0 and standard deviation 0.1, once
    for each picture and call. Nothing is clipped. When not training, pictures pass unchanged.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks", NIPS 2012, section 4.1.

    The paper multiplies by the eigenvalue, which is a variance, and not by its root. So the shift
    depends on the unit of the pixels: in [0, 1] the first component moves a picture by hundredths,
    in 0..255 it would move it by hundreds. Scale to [0, 1] before finding the components.

    Args:
        components: Of the training set, in the unit that the layer's pictures have.
        deviation: Standard deviation of the drawn numbers, at least 0.
        seed: For the same draws again; None for others each time.
    Input shape:
        `(batch, height, width, 3)`, floats.
    Output shape:
        As the input.

    Raises:
        ValueError: If the components are not of three colours or `deviation` is below 0.
    """

    def __init__(
        self,
        components: PrincipalComponents,
        *,
        deviation: float = 0.1,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        shapes = np.shape(components.values), np.shape(components.vectors)
        if shapes != ((3,), (3, 3)):
            raise ValueError(f"components: received shapes {shapes}, expected (3,) and (3, 3)")
        if deviation < 0:
            raise ValueError(f"deviation: received {deviation}, expected at least 0")
        super().__init__(**kwargs)
        self.components = components
        self.deviation = deviation
        self.seed = seed
        self._draws = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The shifted pictures, or the inputs themselves when not training."""
        if not training:
            return inputs
        shape = (ops.shape(inputs)[0], 3)
        drawn = keras.random.normal(shape, stddev=self.deviation, seed=self._draws)
        steps = self.components.values[:, None] * self.components.vectors.T
        shift = ops.matmul(drawn, ops.convert_to_tensor(steps, drawn.dtype))
        return inputs + ops.cast(shift[:, None, None, :], inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """As the input."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this layer again, as plain numbers."""
        own = {
            "values": self.components.values.tolist(),
            "vectors": self.components.vectors.tolist(),
            "deviation": self.deviation,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PCAColour":
        """The layer that `get_config` describes."""
        config = dict(config)
        values, vectors = (np.asarray(config.pop(key)) for key in ("values", "vectors"))
        return cls(PrincipalComponents(values=values, vectors=vectors), **config)


@keras.saving.register_keras_serializable(package="reference")
class RandomPatch(keras.layers.Layer):  # type: ignore[misc]
    """Cut a square patch out of each training picture, each at a place of its own.

    Keras' own `RandomCrop` cuts a whole batch at one place. When not training, the patch in the
    middle is cut.

    Source: Krizhevsky, Sutskever and Hinton 2012, section 4.1: patches of 224 from pictures of 256.

    Args:
        size: Height and width of the patch, in pixels, at least 1.
        seed: For the same places again; None for others each time.
    Input shape:
        `(batch, height, width, channels)`, height and width known and at least `size`.
    Output shape:
        `(batch, size, size, channels)`.

    Raises:
        ValueError: If `size` is below 1, or above the pictures' height or width.
    """

    def __init__(self, size: int, *, seed: int | None = None, **kwargs: Any) -> None:
        if size < 1:
            raise ValueError(f"size: received {size}, expected at least 1")
        super().__init__(**kwargs)
        self.size = size
        self.seed = seed
        self._draws = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The patches."""
        height, width = _room(inputs.shape, self.size)
        if not training:
            top, left = height // 2, width // 2
            return inputs[:, top : top + self.size, left : left + self.size]
        rows, columns = self._places(inputs, height), self._places(inputs, width)
        patches = ops.take_along_axis(inputs, rows[:, :, None, None], axis=1)
        return ops.take_along_axis(patches, columns[:, None, :, None], axis=2)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """A square of `size` in place of height and width."""
        _room(input_shape, self.size)
        return (input_shape[0], self.size, self.size, input_shape[3])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this layer again."""
        return {**super().get_config(), "size": self.size, "seed": self.seed}

    def _places(self, inputs: Any, room: int) -> Any:
        """Rows or columns of each picture's patch, shape `(batch, size)`."""
        shape = (ops.shape(inputs)[0], 1)
        first = keras.random.randint(shape, 0, room + 1, dtype="int32", seed=self._draws)
        return first + ops.arange(self.size, dtype="int32")[None, :]


def training_layers(
    size: int, components: PrincipalComponents, *, seed: int | None = None
) -> keras.Sequential:
    """Patches, horizontal flips and PCA colour, in the paper's order, as a model.

    Call it on batches with `training=True`, or put it in front of a network. When not training it
    cuts the patch in the middle and does nothing else; the paper's test uses `ten_patches`.

    Args:
        size: Height and width of the patches; the paper's is 224 from pictures of 256.
        components: Of the training set, in the unit that the pictures have.
        seed: For the same draws again; None for others each time.

    Raises:
        ValueError: If a layer refuses its argument.
    """
    seeds = (None, None, None) if seed is None else (seed, seed + 1, seed + 2)
    return keras.Sequential(
        [
            RandomPatch(size, seed=seeds[0], name="patch"),
            keras.layers.RandomFlip("horizontal", seed=seeds[1], name="flip"),
            PCAColour(components, seed=seeds[2], name="colour"),
        ],
        name="augmentation",
    )


def ten_patches(pictures: Any, size: int) -> Any:
    """Cut the four corners and the middle, and mirror the five, for testing.

    The paper averages the network's ten answers (section 4.1):
    `ops.mean(ops.reshape(model(ops.reshape(patches, (-1, size, size, 3))), (-1, 10, 1000)), 1)`.

    Args:
        pictures: Tensor or array of shape `(batch, height, width, channels)`.
        size: Height and width of the patches.

    Returns:
        Tensor of shape `(batch, 10, size, size, channels)`: top left, top right, bottom left,
        bottom right, middle, then their mirror images in the same order.

    Raises:
        ValueError: If `size` is below 1, or above the pictures' height or width.
    """
    if size < 1:
        raise ValueError(f"size: received {size}, expected at least 1")
    pictures = ops.convert_to_tensor(pictures)
    height, width = _room(pictures.shape, size)
    corners = [(0, 0), (0, width), (height, 0), (height, width), (height // 2, width // 2)]
    five = ops.stack([pictures[:, y : y + size, x : x + size] for y, x in corners], axis=1)
    return ops.concatenate([five, ops.flip(five, axis=3)], axis=1)


def _room(shape: Any, size: int) -> tuple[int, int]:
    """How far down and to the right a patch can start."""
    if len(shape) != 4 or None in shape[1:3] or min(shape[1:3]) < size:
        expected = f"(batch, height, width, channels), height and width at least {size}"
        raise ValueError(f"pictures: received shape {tuple(shape)}, expected {expected}")
    return int(shape[1]) - size, int(shape[2]) - size
