"""Every version of the format gives the same cells."""

import json

import pytest

from tests.ingest.build import notebook, one, put

V1 = {
    "nbformat": 1,
    "cells": [
        {"cell_type": "text", "text": "words"},
        {"cell_type": "code", "code": "x = 1", "prompt_number": 1},
    ],
}
V2 = {
    "nbformat": 2,
    "worksheets": [
        {"cells": [{"cell_type": "markdown", "source": "words"}]},
        {"cells": [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []}]},
    ],
}
V3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [
        {
            "cells": [
                {"cell_type": "markdown", "source": ["wor", "ds"]},
                {"cell_type": "code", "input": ["x = ", "1"], "language": "python"},
            ]
        }
    ],
}
V4 = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "cells": [
        {"cell_type": "markdown", "source": ["words"]},
        {"cell_type": "code", "source": "x = 1", "outputs": [], "execution_count": None},
    ],
}


def cells(path, document):
    text = document if isinstance(document, str) else json.dumps(document)
    submission = one(put(path / "a.ipynb", text))
    assert submission.problem is None
    return [(c.kind, c.source) for c in submission.cells]


@pytest.mark.parametrize("document", [V1, V2, V3, V4])
def test_every_version_gives_the_same_cells(tmp_path, document):
    assert cells(tmp_path, document) == [("markdown", "words"), ("code", "x = 1")]


@pytest.mark.parametrize(("document", "noted"), [(V1, True), (V2, True), (V3, True), (V4, False)])
def test_a_conversion_is_noted(tmp_path, document, noted):
    submission = one(put(tmp_path / "a.ipynb", json.dumps(document)))
    expected = (f"Converted from notebook format {document['nbformat']}.",) if noted else ()
    assert submission.notes == expected


def test_headings_of_format_3_become_markdown(tmp_path):
    heading = {"cell_type": "heading", "level": 2, "source": ["Exploring\n", "LeNet"]}
    odd = {"cell_type": "heading", "level": "x", "source": "Title"}
    document = {"nbformat": 3, "worksheets": [{"cells": [heading, odd]}]}
    assert cells(tmp_path, document) == [
        ("markdown", "## Exploring LeNet"),
        ("markdown", "# Title"),
    ]


def test_line_ends_become_one_kind(tmp_path):
    assert cells(tmp_path, notebook("a\r\nb\rc\n")) == [("markdown", "a\nb\nc\n")]


def test_malformed_cells_keep_their_place(tmp_path):
    document = {
        "nbformat": 4,
        "cells": [
            None,
            "text",
            {"cell_type": "code"},
            {"cell_type": "code", "source": 17},
            {"cell_type": ["code"], "source": "kept"},
            {"cell_type": "novel", "source": ["a", 1, "b"]},
            {"cell_type": "code", "source": "x = 1"},
        ],
    }
    assert cells(tmp_path, document) == [
        ("raw", ""),
        ("raw", ""),
        ("raw", ""),
        ("code", ""),
        ("raw", "kept"),
        ("raw", "ab"),
        ("code", "x = 1"),
    ]
    assert "taken as empty: 0, 1, 2." in one(tmp_path / "a.ipynb").notes[0]


def test_odd_numbers_among_outputs_are_no_mistake(tmp_path):
    text = notebook("words").replace(
        '"metadata": {}', '"metadata": {"a": NaN, "b": ' + "9" * 9000 + ', "c": -Infinity}', 1
    )
    assert cells(tmp_path, text) == [("markdown", "words")]


def test_half_characters_do_not_break_json(tmp_path):
    (cell,) = one(put(tmp_path / "a.ipynb", notebook("smile \ud83d and \U0001f600"))).cells
    assert cell.source == "smile \ufffd and \U0001f600"
    assert "\U0001f600" in cell.model_dump_json()


def test_stored_outputs_metadata_and_attachments_are_dropped(tmp_path):
    document = json.loads(notebook("words"))
    document["cells"][0] |= {"attachments": {"a.png": {}}, "outputs": [{"text": "accuracy: 1.0"}]}
    submission = one(put(tmp_path / "a.ipynb", json.dumps(document)))
    assert "accuracy" not in submission.model_dump_json()


def test_many_escaped_quotes_are_scanned_once(tmp_path):
    assert "stops in the middle" in one(put(tmp_path / "a.ipynb", '["' + '\\"' * 2_000_000)).problem
