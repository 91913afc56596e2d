"""The file name is the type name, the parameters are the options."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from grader import registry
from grader.records import Finding

DOCS = Path(__file__).resolve().parents[1] / "docs" / "authoring.md"
TYPES = [(stage, name) for stage in registry.VERBS for name in registry.names(stage)]


def test_an_unknown_name_is_no_plugin_and_a_near_one_is_offered():
    assert registry.find("verify", "parm_count") is None
    assert registry.unknown("verify", "parm_count") == (
        "no check 'parm_count'; did you mean 'param_count'?"
    )


def test_a_far_name_is_answered_with_the_known_ones():
    assert "known are" in registry.unknown("score", "zzz")


def test_private_files_are_no_types():
    assert not [name for _, name in TYPES if name.startswith("_")]


@pytest.mark.parametrize(("stage", "name"), TYPES)
def test_every_type_is_found_returns_a_finding_and_rejects_unknown_options(stage, name):
    plugin = registry.find(stage, name)
    assert plugin.function.__annotations__["return"] is Finding
    with pytest.raises(ValidationError, match="nonsense"):
        plugin.parse({"nonsense": 1})


@pytest.mark.parametrize(("stage", "name"), TYPES)
def test_every_type_explains_itself_and_has_a_line_in_the_docs(stage, name):
    assert registry.find(stage, name).function.__doc__
    assert f"**`{name}`**" in DOCS.read_text(encoding="utf-8")
