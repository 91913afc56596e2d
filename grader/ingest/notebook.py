"""Read `.ipynb` of every version of the format, without trusting a byte of it."""

import json
import re
from typing import Any

from grader.errors import SubmissionError
from grader.ingest.content import Content, Kind
from grader.ingest.decode import clean

_DEPTH = 100
# A string or a bracket; an open string ends with the file, so that no text is read twice.
_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)
_KINDS: dict[str, Kind] = {
    "code": "code",
    "markdown": "markdown",
    "text": "markdown",
    "html": "markdown",
    "heading": "markdown",
    "raw": "raw",
    "plaintext": "raw",
}


def parse(text: str, *, max_cells: int) -> Content:
    """The cells of a notebook in nbformat 1 to 4.

    Metadata, kernel, attachments and stored outputs play no part.

    Raises:
        SubmissionError: If it is not a notebook, or has more than `max_cells` cells.
    """
    document = _load(text)
    if not isinstance(document, dict):
        raise SubmissionError(
            f"Received JSON that holds {_name(document)}, expected a notebook; save it in Jupyter "
            "as .ipynb and hand it in again."
        )
    raw = _raw_cells(document)
    if len(raw) > max_cells:
        raise SubmissionError(
            f"Received a notebook of {len(raw):,} cells, expected at most {max_cells:,}; remove "
            "the cells that do not belong to the assignment and hand it in again."
        )
    notes = []
    version = document.get("nbformat")
    if version != 4:
        said = f"{version:g}" if isinstance(version, float) else "unknown"
        notes.append(f"Converted from notebook format {said}.")
    cells = [_cell(cell) for cell in raw]
    broken = [i for i, cell in enumerate(cells) if cell is None]
    if broken:
        places = ", ".join(map(str, broken[:5]))
        notes.append(f"Cells without a readable source were taken as empty: {places}.")
    return Content(tuple(cell or ("raw", "") for cell in cells), tuple(notes))


def _load(text: str) -> Any:
    if text.lstrip()[:1] == "<":
        raise SubmissionError(
            "Received a web page, expected a notebook; download the .ipynb file itself (in Colab: "
            "File > Download > Download .ipynb) and hand it in again."
        )
    if _depth(text) > _DEPTH:
        raise SubmissionError(
            f"Received JSON nested more than {_DEPTH} levels deep, expected a notebook; save it in "
            "Jupyter and hand it in again."
        )
    try:
        # Only sources matter: a huge integer or a NaN among stored outputs is no one's mistake.
        return json.loads(text, parse_int=float, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text.rstrip()) - 1 or "Unterminated string" in error.msg
        what = "stops in the middle" if at_end else "is not valid JSON"
        raise SubmissionError(
            f"Received a notebook that {what} (line {error.lineno}: {error.msg}), expected a "
            "complete .ipynb file; save it again in Jupyter and hand it in again."
        ) from error
    except (RecursionError, ValueError) as error:
        raise SubmissionError(
            "Received JSON that cannot be read, expected a notebook; save it again in Jupyter and "
            "hand it in again."
        ) from error


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside strings."""
    depth = deepest = 0
    for match in _BRACKET.finditer(text):
        if match.group(1):
            depth += 1
            deepest = max(deepest, depth)
        elif match.group(2):
            depth -= 1
    return deepest


def _raw_cells(document: dict[str, Any]) -> list[Any]:
    """The cells wherever the version keeps them: in the notebook, or in its worksheets."""
    if isinstance(document.get("cells"), list):
        return list(document["cells"])
    sheets = document.get("worksheets")
    if isinstance(sheets, list):
        return [
            cell
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
    keys = ", ".join(sorted(clean(str(key))[:20] for key in document)[:5]) or "nothing"
    raise SubmissionError(
        f"Received JSON without cells (it has {keys}), expected a notebook; save it in Jupyter as "
        ".ipynb and hand it in again."
    )


def _cell(raw: Any) -> tuple[Kind, str] | None:
    if not isinstance(raw, dict):
        return None
    declared = raw.get("cell_type")
    kind = _KINDS.get(declared, "raw") if isinstance(declared, str) else "raw"
    # Formats 1 to 3 keep code in `code` or `input` and format 1 keeps text in `text`.
    source = next(
        (found for key in ("source", "input", "code", "text") if (found := _text(raw.get(key)))),
        "" if {"source", "input", "code", "text"} & set(raw) else None,
    )
    if source is None:
        return None
    if declared == "heading":
        level = raw.get("level")
        depth = int(level) if isinstance(level, float) and 1 <= level <= 6 else 1
        source = f"{'#' * depth} {' '.join(source.split())}"
    return kind, source


def _text(source: Any) -> str | None:
    """One string of a source that is a string or a list of strings."""
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return clean(source) if isinstance(source, str) else None


def _name(value: Any) -> str:
    return {list: "a list", str: "a string", type(None): "null"}.get(type(value), "a number")
