"""Whether chances came true as often as they said.

Knows how district-years are sorted by the chance that was given; must not know who gave it, nor drawings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.exact.village_sums import Axis, Part, total
from ..uncertainty import INTERVAL90

Floats = NDArray[np.float64]

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Bin:
    """District-years that were given about the same chance.

    Attributes
    ----------
    number
        How many.
    said
        Mean chance that was given.
    happened
        Share in which it came true.
    expected90
        Between what that share lies in nine of ten cases if every chance was right (Bröcker & Smith 2007, Weather
        and Forecasting 22:651–661).
    """

    number: int
    said: float
    happened: float
    expected90: tuple[float, float]


def reliability(chance: Floats, happened: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Sort district-years by the chance that was given, into fifths of [0, 1]; those without any are left out.

    Parameters
    ----------
    chance, happened
        Shape (n,).
    """
    place = np.clip(np.searchsorted(EDGES, chance, side="right") - 1, 0, len(EDGES) - 2)
    bins = []
    for number in np.unique(place):
        inside = place == number
        low, high = (float(end) / int(inside.sum()) for end in _expected(chance[inside]))
        bins.append(Bin(int(inside.sum()), float(chance[inside].mean()), float(happened[inside].mean()), (low, high)))
    return tuple(bins)


def _expected(chance: Floats) -> NDArray[np.int64]:
    """Return the 5% and 95% quantile of how many of some independent events happen."""
    parts = [Part(1, np.array([[1 - p], [p]])) for p in chance]
    cumulative = np.cumsum(total(parts, [Axis(chance.size)])[:, 0])
    return np.searchsorted(cumulative, np.array(INTERVAL90) - 1e-12)
