"""Run notebooks that are written as lists of cells, in the real worker process."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import sandbox
from grader.course import Limits, TrainingBudget
from grader.data import SHAPES, DataSet
from grader.execute import run
from grader.records import Alignment, Cell, CellRun, ExecutionRecord, Submission

Execute = Callable[..., ExecutionRecord]


def submission(cells: list[str] | list[Cell]) -> Submission:
    made = [
        c if isinstance(c, Cell) else Cell(index=i, kind="code", source=c)
        for i, c in enumerate(cells)
    ]
    return Submission(id="s", student="s", source="s.ipynb", cells=tuple(made))


@pytest.fixture(scope="session")
def spool() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def execute(spool: Path) -> Execute:
    """Run cells without confinement: what is confined is the subject of other tests."""

    def execute(
        cells: list[str] | list[Cell],
        *,
        prose: tuple[int, ...] = (),
        budget: Mapping[str, Any] = {},
        data: Mapping[str, DataSet] = {},
        **limits: Any,
    ) -> ExecutionRecord:
        return run(
            submission(cells),
            Alignment(assignment="a", matches=(), prose=prose),
            sandbox=sandbox.find("none"),
            limits=Limits(**limits),
            budget=TrainingBudget(**budget),
            seed=7,
            data=data,
            spool=Path(tempfile.mkdtemp(dir=spool)),
        )

    return execute


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DataSet]:
    """Noise in MNIST's shapes; the label is the first pixel, so that it can be learned."""
    random = np.random.default_rng(0)
    arrays = {}
    for part in ("train", "test"):
        labels = random.integers(0, 10, SHAPES["mnist"][f"y_{part}"], dtype=np.uint8)
        images = np.zeros(SHAPES["mnist"][f"x_{part}"], np.uint8)
        images[:, :14] = labels[:, None, None] * 25
        arrays |= {f"x_{part}": images, f"y_{part}": labels}
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    np.savez(path, **arrays)
    mnist = DataSet(name="mnist", path=path, real=False, origin="made here", distinct_test=10)
    return {"mnist": mnist}


def text(cell: CellRun, kind: str = "stdout") -> str:
    return "".join(o.text for o in cell.outputs if o.kind == kind)
