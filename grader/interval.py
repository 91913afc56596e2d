"""Exact intervals for a share that was counted."""


def clopper_pearson(correct: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval for the share behind `correct` of `n`.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case
    of the binomial", Biometrika 26, 1934.

    Args:
        correct: How often it came out right, 0 to `n`.
        n: How often it was tried, at least 1.
        level: How often such intervals hold the true share, between 0 and 1.

    Returns:
        Lower and upper end, both from 0 to 1.

    Raises:
        ValueError: If a number is outside its range.
    """
    if n < 1 or not 0 <= correct <= n:
        raise ValueError(f"received {correct} of {n}, expected 0 <= correct <= n and n >= 1")
    if not 0 < level < 1:
        raise ValueError(f"level: received {level}, expected a share between 0 and 1")
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = float(beta.ppf(tail, correct, n - correct + 1)) if correct > 0 else 0.0
    high = float(beta.ppf(1 - tail, correct + 1, n - correct)) if correct < n else 1.0
    return low, high
