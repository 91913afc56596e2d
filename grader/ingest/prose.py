"""Read `.md`: fenced Python becomes code, text is cut at headings and question lines."""

import re

from grader.ingest.content import Content, Kind

_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})\s*\{?\.?(?P<language>\w*)[^`]*$")
_PYTHON = {"python", "python3", "py", "ipython", "ipython3"}
_HEADING = re.compile(r" {0,3}#{1,6}(?:\s|$)")
_QUESTION = re.compile(
    r"[\s>*_]*(?:q|question|ques|ans|answer)\s*[.#:\-]?\s*\d{1,2}[*_\s]*(?:[.:)\-]|$)",
    re.IGNORECASE,
)

# Only the front of a line is looked at, so that a line of a million blanks costs nothing.
_LABEL = 200
_ASKED = re.compile(r"[\s>*_]*q(?:uestion|ues)?\s*[.#:\-]?\s*\d", re.IGNORECASE)


def parse(text: str) -> Content:
    """Cells of a markdown file."""
    cells: list[tuple[Kind, str]] = []
    rows: list[str] = []
    code: list[str] = []
    fence = ""
    python = False

    def close() -> None:
        source = "\n".join(rows).strip("\n")
        if source.strip():
            cells.append(("markdown", source))
        rows.clear()

    for row in _body(text):
        mark = _FENCE.match(row)
        if fence:
            if mark and mark["mark"].startswith(fence) and not mark["language"]:
                if python:
                    cells.append(("code", "\n".join(code)))
                else:
                    rows.append(row)
                fence = ""
            else:
                (code if python else rows).append(row)
        elif mark:
            fence, python = mark["mark"], mark["language"].lower() in _PYTHON
            code = []
            if python:
                close()
            else:
                rows.append(row)
        else:
            # Questions back to back are a list, and stay together.
            if _HEADING.match(row) or (_QUESTION.match(row[:_LABEL]) and not _only_questions(rows)):
                close()
            rows.append(row)
    if fence and python:
        cells.append(("code", "\n".join(code)))
    close()
    return Content(tuple(cells), ("Converted from a markdown file.",))


def _only_questions(rows: list[str]) -> bool:
    return all(_ASKED.match(row[:_LABEL]) for row in rows if row.strip())


def _body(text: str) -> list[str]:
    """The rows without the YAML header that some editors put on top."""
    rows = text.split("\n")
    if rows[0].strip() == "---" and "---" in (r.strip() for r in rows[1:40]):
        end = next(i for i, row in enumerate(rows[1:40], 1) if row.strip() == "---")
        if all(":" in row or not row.strip() or row[0] in " -#" for row in rows[1:end]):
            return rows[end + 1 :]
    return rows
