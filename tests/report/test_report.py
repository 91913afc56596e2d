"""Writing all reports of a batch."""

import subprocess
import sys
from urllib.parse import unquote

import pytest

from grader import report
from tests.report import builder
from tests.report.reader import read


def test_no_submissions_still_make_a_page_and_a_table(tmp_path):
    report.write([], tmp_path / "results")
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["index.html", "summary.csv"]


def test_every_submission_has_its_page(tmp_path):
    report.write([builder.result(), builder.unreadable()], tmp_path)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["ada.html", "broken.html", "index.html", "summary.csv"]


def test_every_page_that_the_index_links_is_there(tmp_path):
    ids = ["ada", "index", "a b", "zoë#1"]
    batch = [builder.result(submission=builder.submission(id=id)) for id in ids]
    report.write(batch, tmp_path)
    links = {a["href"] for a in read((tmp_path / "index.html").read_bytes()).all("a")}
    pages = {unquote(link.split("#q")[0]) for link in links if link.startswith("./")}
    assert len(pages) == len(ids) + 1  # and the table
    assert all((tmp_path / page).is_file() for page in pages)
    assert "All submissions" in (tmp_path / "index.html").read_text("utf-8")


def test_the_notebook_of_a_submission_is_shown_in_its_page_only(tmp_path):
    report.write([builder.result(), builder.unreadable()], tmp_path, sources={"ada": builder.CELLS})
    assert "What does pooling do?" in (tmp_path / "ada.html").read_text("utf-8")
    assert "What does pooling do?" not in (tmp_path / "broken.html").read_text("utf-8")


def test_an_id_outside_of_the_folder_is_refused(tmp_path):
    result = builder.result(submission=builder.submission(id="../ada"))
    with pytest.raises(ValueError, match="expected one file name"):
        report.write([result], tmp_path / "results")
    assert not (tmp_path / "ada.html").exists()


def test_writing_reports_imports_no_framework():
    code = (
        "import sys; import grader.report; "
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras', 'torch', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
