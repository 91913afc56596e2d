"""The course's reference networks, described by the code that describes submissions."""

import pytest

from grader.course import default_root
from grader.errors import CourseError
from grader.rebuild import references

pytestmark = pytest.mark.keras

NETWORK = """
import keras
VARIANTS = {"paper": "Two layers", "wide": "Two wide layers"}
def build(variant="paper"):
    width = {"paper": 4, "wide": 8}[variant]
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(width, name="one")])
"""
BROKEN = """
import keras
VARIANTS = {"good": "Fine", "bad": "Not fine", "odd": "Odd"}
def build(variant="good"):
    if variant == "bad":
        raise ValueError("no such width")
    if variant == "odd":
        return keras.Sequential([keras.Input((3,)), keras.layers.Embedding(3, 3, name="e")])
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADE_HOME", str(tmp_path / "home"))
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "__init__.py").write_text("")

    def write(**networks):
        for name, source in networks.items():
            (tmp_path / "reference" / f"{name}.py").write_text(source)
        return tmp_path

    return write


def test_a_missing_network_is_named(course):
    with pytest.raises(CourseError, match=r"reference/vgg\.py: not found"):
        references(course(), ["vgg"])


def test_no_networks_start_nothing(course):
    assert references(course(), []) == ()


@pytest.mark.slow
def test_every_fault_is_named_with_file_and_variant(course):
    with pytest.raises(CourseError) as error:
        references(course(broken=BROKEN, worse="VARIANTS = {"), ["broken", "worse"])
    faults = error.value.faults
    assert faults[0] == "reference/broken.py: variant 'bad': ValueError: no such width"
    assert "variant 'odd'" in faults[1]
    assert "'Embedding' is not among" in faults[1]
    assert faults[2].startswith("reference/worse.py: SyntaxError")
    assert len(faults) == 3


@pytest.mark.slow
def test_a_description_is_kept_until_the_network_changes(course, tmp_path):
    root = course(tiny=NETWORK)
    found = references(root, ["tiny"])
    assert [(r.variant, r.title, r.accepted, r.summary.params) for r in found] == [
        ("paper", "Two layers", False, 3 * 4 + 4),
        ("wide", "Two wide layers", True, 3 * 8 + 8),
    ]
    (kept,) = (tmp_path / "home" / "references").iterdir()
    kept.write_text(kept.read_text().replace("Two layers", "From the cache"))
    assert references(root, ["tiny"])[0].title == "From the cache"
    course(tiny=NETWORK.replace("Two layers", "Changed"))
    assert references(root, ["tiny"])[0].title == "Changed"


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_or_read_is_no_matter(course, tmp_path):
    (tmp_path / "home").write_text("a file, where a folder should be")
    assert references(course(tiny=NETWORK), ["tiny"])[0].summary.verified


@pytest.mark.slow
def test_the_courses_own_networks_are_described_with_the_papers_names(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADE_HOME", str(tmp_path))
    found = {(r.network, r.variant): r for r in references(default_root(), ["lenet5", "alexnet"])}
    assert {key: r.summary.params for key, r in found.items()} == {
        ("lenet5", "classroom"): 61_706,
        ("lenet5", "unpadded_28"): 44_426,
        ("lenet5", "padded_28"): 61_706,
        ("alexnet", "single_tower"): 62_378_344,
        ("alexnet", "narrow"): 61_100_840,
        ("alexnet", "cifar"): 29_978_506,
    }
    lenet = found["lenet5", "classroom"].summary
    names = [la.name for la in lenet.layers if la.kind != "Flatten"]
    assert names == ["C1", "S2", "C3", "S4", "C5", "F6", "output"]
