"""Where things are on the small bar that shows an accuracy, its interval and the threshold."""

from dataclasses import dataclass

from grader.result import AccuracyInfo

FLOORS = (0.99, 0.98, 0.95, 0.9, 0.8, 0.5)
"""Left ends that a bar may have, so that a narrow interval near 1 can still be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Positions in percent of the bar's width."""

    floor: float
    """Accuracy at the left end; the right end is 1."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end."""
    value: float
    """The measured accuracy."""
    threshold: float | None
    """Full credit from here; None if there is no threshold."""


def layout(accuracy: AccuracyInfo) -> Bar | None:
    """The bar of `accuracy`; None where there is no value to show."""
    if accuracy.value is None:
        return None
    low = accuracy.value if accuracy.low is None else accuracy.low
    high = accuracy.value if accuracy.high is None else accuracy.high
    lowest = min(low, accuracy.value, 1.0 if accuracy.threshold is None else accuracy.threshold)
    # Strictly below, so that the lowest of them does not lie on the edge.
    floor = next((f for f in FLOORS if f < lowest), 0.0)

    def at(value: float) -> float:
        return round(100 * (min(1.0, max(floor, value)) - floor) / (1 - floor), 2)

    return Bar(
        floor=floor,
        low=at(low),
        high=at(high),
        value=at(accuracy.value),
        threshold=None if accuracy.threshold is None else at(accuracy.threshold),
    )
