"""Pages that are written from the code say what the code says."""

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("networks", DOCS / "networks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.files()


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize("name", ["lenet5.md", "lenet5.svg", "alexnet.md", "alexnet.svg"])
def test_the_pages_of_the_networks_are_what_the_code_builds(files, name):
    hint = "run python docs/networks.py"
    assert (DOCS / name).read_text(encoding="utf-8") == files[name], hint


def test_the_pages_hold_the_figures_of_the_papers():
    # LeCun et al. 1998, section II-B; Krizhevsky et al. 2012, section 3.5 by hand count.
    lenet5 = (DOCS / "lenet5.md").read_text(encoding="utf-8")
    assert "| C3 | SparseConv2D | 10x10x16 | 1,516 | 151,600 |" in lenet5
    assert "60,840 | 60,000 | 340,908" in lenet5
    assert "62,378,344" in (DOCS / "alexnet.md").read_text(encoding="utf-8")
