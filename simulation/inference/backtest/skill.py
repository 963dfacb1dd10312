"""Whether one forecaster is better than another over the same district-years, and how sure that is.

Knows pairs of scores; must not know what was scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..uncertainty import INTERVAL90

Floats = NDArray[np.float64]

FEWEST = 20
"""District-years below which scores are shown without a verdict."""
RESAMPLES = 4000


@dataclass(frozen=True)
class Skill:
    """What share of another forecaster's mean score is saved.

    Attributes
    ----------
    value
        1 − mean score / mean score of the other: 1 perfect, 0 as good, below 0 worse.
    interval90
        5% and 95% quantile over resampled district-years.
    """

    value: float
    interval90: tuple[float, float]

    @property
    def standing(self) -> Literal["better", "worse", "open"]:
        """Whether the whole interval lies on one side of 0."""
        low, high = self.interval90
        return "better" if low > 0 else "worse" if high < 0 else "open"


def skill(scores: Floats, others: Floats, seed: int) -> Skill | None:
    """Compare two forecasters by a paired bootstrap over district-years (Efron & Tibshirani 1993, chapter 13).

    Parameters
    ----------
    scores, others
        Shape (n,): of the same district-years; lower is better.

    Returns
    -------
    None where a score is infinite, or where the other's are all 0: no share can be told.

    Notes
    -----
    District-years are drawn again with both of their scores, as if they were independent of each other. Years of
    one district are alike in more than their shocks, so that the interval is rather too narrow than too wide.
    """
    if not (np.isfinite(scores).all() and np.isfinite(others).all() and others.any()):
        return None
    rng = np.random.default_rng([seed, 21])
    times = rng.multinomial(scores.size, np.full(scores.size, 1 / scores.size), size=RESAMPLES)
    mine, theirs = times @ scores, times @ others
    # A resample in which the other is perfect says nothing of a share.
    shares = 1 - mine[theirs > 0] / theirs[theirs > 0]
    low, high = (float(end) for end in np.quantile(shares, INTERVAL90))
    return Skill(float(1 - scores.mean() / others.mean()), (low, high))
