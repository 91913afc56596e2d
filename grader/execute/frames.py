"""Check what the run process sends, which is hostile, and turn it into records."""

import json
import math
import shutil
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from grader.records import (
    ArraySpec,
    Blob,
    CapturedModel,
    CellRun,
    Output,
    Training,
)

ITEM_BYTES = {
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "float16": 2,
    "int32": 4, "uint32": 4, "float32": 4, "int64": 8, "uint64": 8, "float64": 8,
}  # fmt: skip
"""Sizes of the number types that a blob may hold."""

_Count = Annotated[int, Field(ge=0, le=10**12)]
_Text = Annotated[str, Field(max_length=500)]
_Name = Annotated[str, Field(max_length=300)]


_T = TypeVar("_T", bound=BaseModel)


class FrameError(Exception):
    """A frame is not what it should be; the message says in which way."""


class _Cell(BaseModel):
    index: int
    status: Literal["ok", "error", "timeout", "output_limit"]
    seconds: float = Field(ge=0, le=10**7, allow_inf_nan=False)
    error: Annotated[str, Field(max_length=3000)] | None = None
    outputs: tuple[Output, ...] = Field(default=(), max_length=1000)


class _Array(BaseModel):
    name: _Name
    shape: tuple[_Count, ...] = Field(max_length=16)
    dtype: _Name

    @property
    def size(self) -> int:
        """Bytes."""
        if self.dtype not in ITEM_BYTES:
            raise FrameError(f"received numbers of type {self.dtype!r}")
        return ITEM_BYTES[self.dtype] * math.prod(self.shape)

    def spec(self) -> ArraySpec:
        """As a record."""
        return ArraySpec(name=self.name, shape=self.shape, dtype=self.dtype)


class _Training(BaseModel):
    steps: _Count = 0
    epochs_run: _Count = 0
    epochs_asked: _Count | None = None
    stopped_because: _Text | None = None
    history: dict[_Name, tuple[float | None, ...]] = Field(default={}, max_length=200)


class _Model(BaseModel):
    id: int
    variable: _Name
    cell: int
    framework: Literal["keras", "torch"]
    config: dict[str, Any]
    weights: tuple[_Array, ...] = Field(default=(), max_length=20_000)
    params: _Count | None = None
    training: _Training | None = None
    sample: _Array | None = None
    failure: Annotated[str, Field(max_length=3000)] | None = None
    problem: Annotated[str, Field(max_length=3000)] | None = None


class _Environment(BaseModel):
    environment: dict[_Name, _Text | None] = Field(max_length=100)


class _Said(BaseModel):
    name: _Text | None = None
    text: _Text | None = None


def cell(head: dict[str, Any], sent: set[int]) -> CellRun:
    """The run of one of the cells that were sent.

    Raises:
        FrameError: If it is not one.
    """
    frame = _read(_Cell, head)
    if frame.index not in sent:
        raise FrameError(f"received cell {frame.index}, which was not sent")
    return CellRun(**dict(frame))


def environment(head: dict[str, Any]) -> dict[str, str | None]:
    """What the notebook ran with.

    Raises:
        FrameError: If it is not that.
    """
    return _read(_Environment, head).environment


def said(head: dict[str, Any], key: Literal["name", "text"]) -> str:
    """The text of a frame that carries nothing else.

    Raises:
        FrameError: If it carries none.
    """
    frame = _read(_Said, head)
    text = frame.name if key == "name" else frame.text
    if not text:
        raise FrameError(f"expected a {key}")
    return text


def model(
    head: dict[str, Any], blob: Blob | None, sent: set[int]
) -> tuple[tuple[str, int], CapturedModel]:
    """A captured model and the key under which a later frame replaces it.

    Args:
        head: The frame's JSON.
        blob: Its weights, then its sample; split here into a file for each.
        sent: Indices of the cells that were sent.

    Raises:
        FrameError: If it is not one, or the bytes are not as many as the arrays take.
    """
    frame = _read(_Model, head)
    if frame.cell not in sent:
        raise FrameError(f"received a model of cell {frame.cell}, which was not sent")
    try:
        # Lone surrogates and numbers beyond JSON would only fail when the record is stored.
        json.dumps(frame.config, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise FrameError(f"received a config that is no JSON: {error}") from error
    weight_bytes = sum(array.size for array in frame.weights)
    sample_bytes = frame.sample.size if frame.sample else 0
    received = blob.size if blob else 0
    if received != weight_bytes + sample_bytes:
        raise FrameError(f"received {received:,} bytes, expected {weight_bytes + sample_bytes:,}")
    weights_blob, sample_blob = _split(blob, weight_bytes) if blob else (None, None)
    training = Training(**dict(frame.training)) if frame.training else None
    captured = CapturedModel(
        variable=frame.variable,
        cell=frame.cell,
        framework=frame.framework,
        config=frame.config,
        weights=tuple(array.spec() for array in frame.weights),
        blob=weights_blob if frame.weights else None,
        params=frame.params,
        training=training,
        sample=frame.sample.spec() if frame.sample else None,
        sample_blob=sample_blob if frame.sample else None,
        failure=frame.failure,
        problem=frame.problem,
    )
    return (frame.framework, frame.id), captured


def _split(blob: Blob, first: int) -> tuple[Blob, Blob]:
    rest = Path(f"{blob.path}.sample")
    with blob.path.open("r+b") as source, rest.open("wb") as target:
        source.seek(first)
        shutil.copyfileobj(source, target)
        source.truncate(first)
    return Blob(path=blob.path, size=first), Blob(path=rest, size=blob.size - first)


def _read(kind: type[_T], head: dict[str, Any]) -> _T:
    try:
        return kind.model_validate(head, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise FrameError(f"{where}: {first['msg']}"[:300]) from error
