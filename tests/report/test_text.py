"""How text and numbers are printed."""

import pytest

from grader.report import text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\x00b", "a␀b"),
        ("a\x7fb", "a␡b"),
        ("a\x9bb", "a⟨U+009B⟩b"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("\ud800", "⟨U+D800⟩"),
        ("over\rwritten", "over␍written"),
        ("two\r\nlines", "two\nlines"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("العربية 陈 é 👩\u200d🔬 می\u200cخواهم", "العربية 陈 é 👩\u200d🔬 می\u200cخواهم"),
    ],
)
def test_what_would_steer_is_shown(raw, shown):
    assert text.visible(raw) == shown


def test_a_line_is_cut_with_an_ellipsis():
    assert text.one_line("a\n b\tc", 10) == "a b c"
    assert text.one_line("x" * 20, 10) == "x" * 9 + "…"


def test_a_cut_says_how_much_is_left_out():
    assert text.cut("abc", 3) == "abc"
    assert text.cut("x" * 5000, 1000) == "x" * 1000 + " [… 4,000 more characters]"


@pytest.mark.parametrize(
    ("value", "shown"), [(4, "4"), (4.0, "4"), (2.5, "2.5"), (8 / 3, "2.67"), (0, "0"), (10, "10")]
)
def test_points_have_no_idle_decimals(value, shown):
    assert text.points(value) == shown


def test_numbers_are_printed_as_people_read_them():
    assert text.count(62_378_344) == "62,378,344"
    assert text.share(0.9688, 2) == "96.88%"
    assert text.share(0.83) == "83%"
    assert text.seconds(1234.56) == "1,234.6 s"
    assert text.shape((28, None, 6)) == "28 × ? × 6"
    assert text.shape(()) == "a single number"
    assert text.shape(None) == "not known"
