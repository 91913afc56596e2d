"""Credit, points and outcomes."""

from grader.records import Outcome


def by_points(points: float, maximum: float) -> Outcome:
    """All of the points, some or none."""
    if points >= maximum - 1e-9:
        return "passed"
    return "partial" if points > 0 else "failed"


def tidy(points: float) -> float:
    """Two decimals are what gradebooks keep; more would only show the arithmetic's noise."""
    return round(points, 2)
