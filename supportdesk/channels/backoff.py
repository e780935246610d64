"""How long a server that is in trouble is left alone."""

import random

BACK_OFF = (1.0, 300.0)
"""Seconds after the first failure and at most, for most troubles."""
LOGIN_BACK_OFF = (60.0, 900.0)
"""After a refused login: repeated wrong passwords lock accounts."""


def seconds(failures: int, first: float, longest: float) -> float:
    """After so many failures in a row, the last one counted: ``first`` doubled each time up to ``longest``.

    With jitter, so that accounts of one provider do not come back all at once: between half of it and all.
    """
    whole: float = min(longest, first * 2 ** min(max(failures, 1) - 1, 16))
    return whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreads workers, guards nothing
