"""Text of any usual encoding is read, and said so."""

import pytest

from tests.ingest.build import one, put

TEXT = "Größe – “valid”"


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_recognised(tmp_path, encoding, note):
    submission = one(put(tmp_path / "a.ipynb", _raw(TEXT).encode(encoding)))
    assert [c.source for c in submission.cells] == [TEXT]
    assert submission.notes == ((f"Read as {note}, because it is not UTF-8.",) if note else ())


def test_bytes_that_windows_does_not_know_are_latin_1(tmp_path):
    submission = one(put(tmp_path / "a.md", "# Gr\xf6\xdfe \x81".encode("latin-1")))
    assert submission.cells[0].source.startswith("# Größe")
    assert "Latin-1" in submission.notes[-1]


def _raw(source):
    """A notebook whose text is not escaped, as Jupyter writes it."""
    return (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
        f'[{{"cell_type": "markdown", "metadata": {{}}, "source": "{source}"}}]}}'
    )
