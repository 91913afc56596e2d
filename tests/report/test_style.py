"""Colours can be read: WCAG 2.2, contrast at least 4.5 for text (success criterion 1.4.3)."""

import re
from importlib.resources import files

import pytest

from grader.report.words import OUTCOMES

STYLE = files("grader.report").joinpath("templates/style.css").read_text("utf-8")
LIGHT = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", STYLE.split("@media")[0]))
DARK = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", STYLE.split("@media")[1]))
TONES = sorted({word.tone for word in OUTCOMES.values()})


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_in_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(theme):
    pairs = [(ink, back) for ink in ("ink", "soft", "link") for back in ("paper", "back")]
    pairs += [(tone, f"{tone}-back") for tone in TONES]
    pairs += [("ink", f"{tone}-back") for tone in TONES]
    pairs += [("soft", "review-back")]  # a row that a link led to
    weak = [(i, b) for i, b in pairs if contrast(theme[i], theme[b]) < 4.5]
    assert weak == []


def test_both_themes_name_the_same_colours():
    assert LIGHT.keys() == DARK.keys()


def test_the_style_loads_nothing():
    assert "url(" not in STYLE
    assert "@import" not in STYLE
