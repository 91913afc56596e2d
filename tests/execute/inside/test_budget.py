import pytest

from grader.execute.inside.budget import Budget


@pytest.mark.parametrize(
    ("steps", "seconds", "reason"),
    [(9, 4.9, None), (10, 0, "budget of 10 steps"), (0, 5.0, "budget of 5 seconds")],
)
def test_the_reason_names_what_is_spent(steps, seconds, reason):
    assert Budget(max_steps=10, max_seconds=5).spent(steps, seconds) == reason


def test_no_limit_is_never_spent():
    assert Budget().spent(10**9, 10**9) is None
