"""Names of pages and how templates print."""

import pytest

from grader.report import page


@pytest.mark.parametrize("id", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "c:x", "a\0b"])
def test_an_id_that_is_no_plain_name_is_refused(id):
    with pytest.raises(ValueError, match="expected one file name"):
        page.file_name(id)


def test_a_student_called_index_does_not_take_the_page_of_the_class():
    assert page.file_name("index") != "index.html"
    assert page.file_name("INDEX").lower() != "index.html"


def test_an_address_is_quoted():
    assert page.link("a b#c?d%é") == "./a%20b%23c%3Fd%25%C3%A9.html"
