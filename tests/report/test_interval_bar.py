"""Where things are on the bar of an accuracy."""

import pytest

from grader.report.interval_bar import layout
from tests.report import builder


def test_without_a_value_there_is_no_bar():
    assert layout(builder.accuracy(value=None, low=None, high=None)) is None


def test_positions_are_those_of_a_ruler():
    bar = layout(builder.accuracy(value=0.9712, low=0.9677, high=0.9744, threshold=0.96))
    # A ruler from 95% to 100%: 96% is a fifth of the way.
    assert bar.floor == 0.95
    assert bar.threshold == pytest.approx(20)
    assert bar.value == pytest.approx(42.4)
    assert (bar.low, bar.high) == pytest.approx((35.4, 48.8))


@pytest.mark.parametrize("value", [0.0, 0.1, 0.5, 0.95, 0.999, 1.0])
def test_everything_lies_on_the_bar(value):
    low, high = max(0, value - 0.02), min(1, value + 0.02)
    bar = layout(builder.accuracy(value=value, low=low, high=high, threshold=0.9))
    assert 0 <= bar.low <= bar.value <= bar.high <= 100
    assert 0 <= bar.threshold <= 100


def test_without_interval_and_threshold_the_value_is_still_shown():
    bar = layout(builder.accuracy(value=0.7, low=None, high=None, threshold=None))
    assert bar.low == bar.value == bar.high == pytest.approx(40)
    assert bar.threshold is None
