"""Reports: HTML for students and instructors, a CSV table, a summary for the terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.records import Cell
from grader.report import atomic, csv_table, index_page, page, student_page
from grader.report.json_file import write_json
from grader.report.terminal import summary
from grader.result import Result

__all__ = ["summary", "write", "write_json"]


def write(
    results: Sequence[Result],
    out: Path,
    *,
    sources: Mapping[str, Sequence[Cell]] | None = None,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Write `<id>.html` for each submission, `index.html` and `summary.csv` into `out`.

    Args:
        results: Of all submissions; ids are unique.
        out: Folder, made if it is not there.
        sources: Submission id -> its cells, to show answers with their evidence.
        titles: Assignment's slug -> its title.

    Raises:
        OSError: If a file cannot be written; each is written whole or not at all.
    """
    names = dict(titles or {})
    out.mkdir(parents=True, exist_ok=True)
    for result in results:
        id = result.submission.id
        cells = (sources or {}).get(id, ())
        title = names.get(result.assignment or "")
        atomic.write(out / page.file_name(id), student_page.render(result, cells, title=title))
    atomic.write(out / "index.html", index_page.render(results, names))
    atomic.write(out / "summary.csv", csv_table.render(results))
