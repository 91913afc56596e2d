import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from grader.interval import clopper_pearson


@pytest.mark.parametrize(("correct", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_counts_outside_their_range_are_refused(correct, n):
    with pytest.raises(ValueError, match=f"received {correct} of {n}"):
        clopper_pearson(correct, n)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_is_no_share_is_refused(level):
    with pytest.raises(ValueError, match="level"):
        clopper_pearson(1, 2, level)


def test_the_rule_of_three_holds_for_no_success():
    assert clopper_pearson(0, 100) == (0.0, pytest.approx(1 - 0.025 ** (1 / 100)))


def test_all_right_does_not_mean_certain():
    low, high = clopper_pearson(20, 20)
    assert (low, high) == (pytest.approx(0.025 ** (1 / 20)), 1.0)


@given(st.data(), st.integers(1, 20_000), st.sampled_from([0.8, 0.95, 0.99]))
def test_it_agrees_with_the_exact_interval_of_scipys_binomial_test(data, n, level):
    correct = data.draw(st.integers(0, n))
    exact = binomtest(correct, n).proportion_ci(level, method="exact")
    assert clopper_pearson(correct, n, level) == pytest.approx((exact.low, exact.high), abs=1e-9)
