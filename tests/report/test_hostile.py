"""Whatever a student writes, wherever it ends up: it stays text."""

import csv
import io
import re

import pytest
from pydantic import ValidationError

from grader.records import Cell
from grader.report import csv_table, index_page, student_page, terminal
from grader.result import Result
from tests.report import builder
from tests.report.reader import read

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=alert(1)>' onmouseover='alert(1)",
    "cdata": "]]></style></pre></mark><svg onload=alert(1)>",
    "template": "{{ 7 * 7 }}{% include 'x' %}",
    "address": "javascript:alert(1)",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b31m\x00\x7f",
    "bidirectional": "abc\u202etxt.exe\u2066\u200f\u2069",
    "hidden": "full\u200bmarks\ufeff\U000e0041\u2060",
    "surrogate": "\ud800 alone",
    "markup": "[red]bold[/red] [link=https://example.org]x[/link]",
}
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def _poison(value, payload, accept, path=()):
    """`value` with each text in it replaced by `payload`, where the record's types let it be."""
    if isinstance(value, dict):
        return {k: _poison(v, payload, accept, (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_poison(v, payload, accept, (*path, i)) for i, v in enumerate(value)]
    return payload if isinstance(value, str) and accept(path, payload) else value


def _put(value, path, leaf):
    if not path:
        return leaf
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(copy[path[0]], path[1:], leaf)
    return copy


def poisoned(payload: str) -> Result:
    """A result in which every text that is not one of a few fixed words is `payload`."""
    form = builder.result(
        questions=(builder.written(), builder.built(model=builder.model(failure="x", problem="y")))
    ).model_dump(mode="json", by_alias=True)

    def accept(path, text):
        if path == ("submission", "id"):
            return False  # names a file; the reader of submissions keeps it plain
        try:
            Result.model_validate(_put(form, path, text))
        except ValidationError:
            return False
        return True

    # A lone surrogate does not pass validation at all, so it goes in past it.
    harmless = "harmless" if "\ud800" in payload else payload
    changed = _poison(form, harmless, accept)
    result = Result.model_validate(changed)
    return _surrogates(result, payload) if harmless != payload else result


def _surrogates(result, payload):
    submission = result.submission.model_copy(update={"student": payload, "source": payload})
    question = result.questions[0].model_copy(update={"title": payload, "reasons": (payload,)})
    return result.model_copy(update={"submission": submission, "questions": (question,)})


def cells(payload: str) -> list[Cell]:
    # The quotes' words are the payload, so it is marked, labelled and plain in turn.
    made = [Cell(index=i, kind="markdown", source="x") for i in range(4)]
    return [c.model_copy(update={"source": f"{payload} and {payload}\n{payload}"}) for c in made]


def pages(payload):
    result = poisoned(payload)
    return [
        student_page.render(result, cells(payload), title=payload),
        student_page.render(result),
        index_page.render([result], {payload: payload}),
    ]


@pytest.fixture(scope="module", params=PAYLOADS.values(), ids=PAYLOADS.keys())
def payload(request):
    return request.param


def test_most_fields_of_a_result_take_a_payload():
    assert poisoned("PAYLOAD").model_dump_json().count("PAYLOAD") > 100


def test_a_payload_becomes_neither_element_nor_attribute(payload):
    for page, harmless in zip(pages(payload), pages("harmless"), strict=True):
        seen, plain = read(page), read(harmless)
        tags = {tag for tag, _ in seen.elements}
        assert tags <= {tag for tag, _ in plain.elements} | {"p", "mark", "a", "q", "bdi"}
        assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base"}
        for tag, attributes in seen.elements:
            assert not [a for a in attributes if a.startswith("on") or a == "srcdoc"], tag
            assert "link" not in tag


def test_no_address_leads_out_of_the_report(payload):
    for page in pages(payload):
        for tag, attributes in read(page).elements:
            for name in ("href", "src", "xlink:href", "action", "data", "poster"):
                if name in attributes:
                    assert tag == "a"
                    assert attributes[name].startswith(("#", "./"))
        assert b"url(" not in page
        assert b"@import" not in page


def test_control_and_bidirectional_characters_are_shown_and_not_obeyed(payload):
    for page in pages(payload):
        assert not CONTROL.search(page.decode())


def test_a_payload_is_still_there_to_be_read():
    text = read(pages(PAYLOADS["script"])[0]).text
    assert "<script>alert(1)</script>" in text
    text = read(pages(PAYLOADS["bidirectional"])[0]).text
    assert "abc⟨U+202E⟩txt.exe" in text
    assert "␛[2J" in read(pages(PAYLOADS["terminal"])[0]).text


def test_every_page_forbids_scripts_and_outside_content(payload):
    for page in pages(payload):
        policies = [
            m["content"]
            for m in read(page).all("meta")
            if m.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


@pytest.mark.parametrize("wide", [True, False])
def test_the_terminal_summary_obeys_no_escape_of_a_student(payload, wide):
    shown = terminal.summary([poisoned(payload)], terminal=wide)
    if wide:
        shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)  # rich's own colours
    assert not CONTROL.search(shown)
    assert len(shown.splitlines()) == 3 or wide


def test_the_terminal_summary_takes_brackets_for_text():
    shown = terminal.summary([poisoned("[red]Ada[/red]")], terminal=True)
    assert "[red]Ada[/red]" in shown


def test_a_csv_row_stays_one_row_without_control_characters(payload):
    text = csv_table.render([poisoned(payload)]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])
    assert not CONTROL.search(text.replace("\r\n", "\n"))
