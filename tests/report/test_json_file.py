"""One result as JSON."""

import json

import pytest
from jsonschema import Draft202012Validator

from grader.report.json_file import write_json
from grader.result import Result
from tests.report import builder


def test_a_file_that_cannot_be_replaced_raises_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "ada.json").mkdir()
    with pytest.raises(OSError, match=r"ada\.json"):
        write_json(builder.result(), tmp_path / "ada.json")
    assert [p.name for p in tmp_path.iterdir()] == ["ada.json"]


@pytest.mark.parametrize("result", [builder.result(), builder.unreadable()])
def test_the_file_validates_against_the_published_schema(tmp_path, result):
    write_json(result, tmp_path / "r.json")
    schema = Result.model_json_schema(by_alias=True, mode="serialization")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads((tmp_path / "r.json").read_text("utf-8")))


def test_a_file_reads_back_as_the_same_result(tmp_path):
    write_json(builder.result(), tmp_path / "r.json")
    assert Result.model_validate_json((tmp_path / "r.json").read_text("utf-8")) == builder.result()


def test_schema_comes_first_indented_by_two_in_utf_8(tmp_path):
    student = builder.submission(student="Zoë 陈")
    write_json(builder.result(submission=student), tmp_path / "r.json")
    content = (tmp_path / "r.json").read_bytes()
    assert content.startswith(b'{\n  "schema": "grade.result/1",\n  "grader_version"')
    assert "Zoë 陈".encode() in content
    assert content.endswith(b"}\n")
