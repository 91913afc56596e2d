"""Data sets that notebooks ask for by name, staged so that no network is needed."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import DataError
from grader.records import Record

if TYPE_CHECKING:
    import numpy as np

SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "mnist": {
        "x_train": (60_000, 28, 28),
        "y_train": (60_000,),
        "x_test": (10_000, 28, 28),
        "y_test": (10_000,),
    },
    "fashion_mnist": {
        "x_train": (60_000, 28, 28),
        "y_train": (60_000,),
        "x_test": (10_000, 28, 28),
        "y_test": (10_000,),
    },
    "cifar10": {
        "x_train": (50_000, 32, 32, 3),
        "y_train": (50_000, 1),
        "x_test": (10_000, 32, 32, 3),
        "y_test": (10_000, 1),
    },
}
"""The arrays of `keras.datasets.<name>.load_data()`, all uint8."""


class DataSet(Record):
    """One staged data set: an `.npz` with `x_train y_train x_test y_test`, uint8."""

    name: str
    """As in `keras.datasets`."""
    path: Path
    """The staged file."""
    real: bool
    """False for a stand-in made from scikit-learn's digits."""
    origin: str
    """Where it is from and what was done to it, in words; every report says so."""
    source_sha256: str = ""
    """Of the file it was staged from; empty for a stand-in."""
    distinct_test: int
    """Leading images of the test part that are no repetition; held-out figures use only these."""

    def load(self) -> "dict[str, np.ndarray[Any, Any]]":
        """The four arrays."""
        import numpy as np

        with np.load(self.path, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in SHAPES[self.name]}


KNOWN = {
    "mnist": "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
}
"""SHA-256 over the bytes of the four original arrays, in the order of `SHAPES`; figured out from
a copy whose class counts are the published ones (980, 1135, 1032, ... in the test part)."""


def home() -> Path:
    """Where staged data and other things that can be made again are kept: `$GRADE_HOME`."""
    return Path(os.environ.get("GRADE_HOME") or Path.home() / ".cache" / "grade")


def staged() -> list[DataSet]:
    """The data sets that were staged on this machine."""
    found = (_manifest(name) for name in SHAPES)
    return [data for data in found if data is not None]


def find(name: str) -> DataSet:
    """The staged copy of `name`; else the copy that Keras keeps; else a stand-in.

    Raises:
        DataError: If `name` is not a data set that can be served.
    """
    _known(name)
    if data := _manifest(name):
        return data
    kept = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets" / f"{name}.npz"
    if kept.is_file():
        return add(name, kept)
    return _stand_in(name)


def add(name: str, file: Path) -> DataSet:
    """Stage the `.npz` in `file` as `name`.

    A part with fewer images than the original is filled up by repetition, so that
    `reshape((60000, 28, 28, 1))` works; `origin` says so and held-out figures use
    each image once.

    Raises:
        DataError: If the file is not the data set it should be.
    """
    import numpy as np

    wanted = _known(name)
    try:
        source = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(
            f"{file}: not readable: {error.strerror}; pass the .npz of {name}"
        ) from error
    done = _manifest(name)
    if done is not None and source == done.source_sha256:
        return done
    try:
        with np.load(file, allow_pickle=False) as content:
            arrays = {key: np.asarray(content[key]) for key in wanted}
    except (ValueError, KeyError, OSError) as error:
        raise DataError(
            f"{file}: expected an .npz with {', '.join(wanted)}; received: {error}"
        ) from error
    notes = []
    distinct_test = 0
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        full = wanted[f"x_{part}"]
        if images.dtype != np.uint8 or images.shape[1:] != full[1:] or len(images) != len(labels):
            raise DataError(
                f"{file}: x_{part}, y_{part}: received {images.dtype} {images.shape} with "
                f"{len(labels)} labels, expected uint8 (n, {', '.join(map(str, full[1:]))})"
            )
        if not 0 < len(images) <= full[0] or labels.max(initial=0) > 9:
            raise DataError(
                f"{file}: x_{part}: received {len(images)} images with labels up to "
                f"{labels.max(initial=0)}, expected 1 to {full[0]} and labels 0 to 9"
            )
        if len(images) < full[0]:
            notes.append(f"{len(images):,} of {full[0]:,} {part} images, repeated to fill up")
        if part == "test":
            distinct_test = len(images)
        rows = np.arange(full[0]) % len(images)
        arrays[f"x_{part}"] = images[rows]
        arrays[f"y_{part}"] = labels.reshape(len(labels), -1)[rows].reshape(wanted[f"y_{part}"])
        arrays[f"y_{part}"] = arrays[f"y_{part}"].astype(np.uint8)
    digest = hashlib.sha256()
    for key in wanted:
        digest.update(np.ascontiguousarray(arrays[key]).tobytes())
    if KNOWN.get(name) == digest.hexdigest():
        notes.append("equal to the original")
    elif not notes:
        notes.append("not compared with the original: no known digest")
    origin = f"{file.name} ({'; '.join(notes)})"
    return _save(name, arrays, real=True, origin=origin, source=source, distinct_test=distinct_test)


def add_folder(folder: Path) -> list[DataSet]:
    """Stage every `<name>.npz` or `<name>_*.npz` in `folder`.

    Raises:
        DataError: If the folder holds none, or one of them is not what its name says.
    """
    found = []
    for name in SHAPES:
        files = sorted([*folder.glob(f"{name}.npz"), *folder.glob(f"{name}_*.npz")])
        if files:
            found.append(add(name, files[0]))
    if not found:
        files_known = ", ".join(f"{name}.npz" for name in SHAPES)
        raise DataError(f"{folder}: no data set here; expected files such as {files_known}")
    return found


def fetch(name: str) -> DataSet:
    """Download `name` with Keras' own loader and stage it; needs the network.

    Raises:
        DataError: If it cannot be had.
    """
    import subprocess
    import sys
    import tempfile

    _known(name)
    script = (
        "import sys, keras, numpy\n"
        "(a, b), (c, d) = getattr(keras.datasets, sys.argv[1]).load_data()\n"
        "numpy.savez(sys.argv[2], x_train=a, y_train=b, x_test=c, y_test=d)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{name}.npz"
        done = subprocess.run(
            [sys.executable, "-c", script, name, str(target)], capture_output=True, text=True
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise DataError(
                f"{name}: could not be downloaded: {reason}; on a machine without network stage "
                f"a copy with `grade data add {name} FILE.npz`"
            )
        return add(name, target)


def _known(name: str) -> dict[str, tuple[int, ...]]:
    if name not in SHAPES:
        raise DataError(f"no data set '{name}'; known are {', '.join(SHAPES)}")
    return SHAPES[name]


def _manifest(name: str, folder: str = "data") -> DataSet | None:
    file = home() / folder / f"{name}.json"
    try:
        data = DataSet.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if data.path.is_file() else None


def _save(
    name: str,
    arrays: "dict[str, np.ndarray[Any, Any]]",
    *,
    real: bool,
    origin: str,
    distinct_test: int,
    source: str = "",
    folder: str = "data",
) -> DataSet:
    import numpy as np

    target = home() / folder
    try:
        target.mkdir(parents=True, exist_ok=True)
        file = target / f"{name}.npz"
        partial = file.with_suffix(f".{os.getpid()}.tmp")
        with partial.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
        partial.replace(file)
        data = DataSet(
            name=name,
            path=file,
            real=real,
            origin=origin,
            source_sha256=source,
            distinct_test=distinct_test,
        )
        partial = file.with_suffix(f".{os.getpid()}.json.tmp")
        partial.write_text(data.model_dump_json(indent=2), encoding="utf-8")
        partial.replace(file.with_suffix(".json"))
    except OSError as error:
        raise DataError(
            f"{target}: cannot stage {name}: {error.strerror}; point GRADE_HOME to a folder with "
            "space"
        ) from error
    return data


def _stand_in(name: str) -> DataSet:
    """Scikit-learn's 1,797 real handwritten digits (8x8), enlarged to the shapes of `name`."""
    if data := _manifest(name, "stand-in"):
        return data
    import numpy as np
    from sklearn.datasets import load_digits  # type: ignore[import-untyped,unused-ignore]

    digits = load_digits()
    wanted = SHAPES[name]
    height, width = wanted["x_train"][1:3]
    scale = min(height, width) // 8
    images = (digits.images * 15).astype(np.uint8).repeat(scale, axis=1).repeat(scale, axis=2)
    margin = height - images.shape[1]
    before, after = margin // 2, margin - margin // 2
    images = np.pad(images, ((0, 0), (before, after), (before, after)))
    if len(wanted["x_train"]) == 4:
        images = np.repeat(images[..., None], 3, axis=3)
    split = 1500
    parts = {"train": slice(0, split), "test": slice(split, None)}
    arrays = {}
    for part, rows in parts.items():
        x, y = images[rows], digits.target[rows]
        index = np.arange(wanted[f"x_{part}"][0]) % len(x)
        arrays[f"x_{part}"] = x[index]
        arrays[f"y_{part}"] = y[index].reshape(wanted[f"y_{part}"]).astype(np.uint8)
    return _save(
        name,
        {key: arrays[key] for key in wanted},
        real=False,
        origin=f"stand-in for {name}: scikit-learn's 1,797 handwritten digits, enlarged and "
        f"repeated; stage the real one with `grade data fetch {name}`",
        distinct_test=len(digits.target) - split,
        folder="stand-in",
    )
