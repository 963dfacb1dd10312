"""How good forecasts of past years were: proper scores, what one forecaster saves of another's, reliability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...domain.randomness import parameter_uniforms
from ...domain.target import Target
from ...engine.poisson_binomial import Part, total
from .. import scores
from ..uncertainty import INTERVAL90
from .cases import DistrictYear
from .next_year import NextYear

Floats = NDArray[np.float64]
Standing = Literal["better", "worse", "open"]

LEVELS_OF_COVERAGE = (0.5, 0.8, 0.95)
MEANS = ("brier", "log_score", "crps_rises", "log_score_rises", "rps_status")
FEWEST = 20
"""District-years below which scores are shown without a verdict."""
RESAMPLES = 4000
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores, one a district-year, n of them.

    Attributes
    ----------
    met, mean_rises
        Shape (n,): the chance that was given to meeting the target; the number of rises that was expected.
    brier, log_score
        Shape (n,): of "met".
    crps_rises, log_score_rises
        Shape (n,): of the number of rises.
    rps_status
        Shape (n,): of the next level, mean over the villages.
    coverage
        Shape (3, n): of the number of rises, for `LEVELS_OF_COVERAGE`; see `scores.coverage`.
    pit
        Shape (n,): randomised, of the number of rises.
    """

    met: Floats
    mean_rises: Floats
    brier: Floats
    log_score: Floats
    crps_rises: Floats
    log_score_rises: Floats
    rps_status: Floats
    coverage: Floats
    pit: Floats

    @classmethod
    def of(cls, found: Sequence[NextYear], cases: Sequence[DistrictYear], target: Target, seed: int) -> Scored:
        """Score forecasts of some district-years; the same seed randomises the PIT of every forecaster alike."""
        met, happened = np.array([one.met for one in found]), np.array([case.met(target) for case in cases])
        rose = [(one.rises, np.array(case.rises)) for one, case in zip(found, cases, strict=True)]
        names = tuple(f"pit/{case.district_code}/{case.year}" for case in cases)
        uniform = parameter_uniforms(seed, names, 1)[:, 0]
        return cls(
            met=met,
            mean_rises=np.array([float(np.arange(one.rises.size) @ one.rises) for one in found]),
            brier=scores.brier(met, happened),
            log_score=scores.log_score(np.stack([1 - met, met], axis=1), happened),
            crps_rises=np.array([float(scores.ranked_probability(*one)) for one in rose]),
            log_score_rises=np.array([float(scores.log_score(*one)) for one in rose]),
            rps_status=np.array(
                [
                    float(scores.ranked_probability(one.levels, case.after).mean())
                    for one, case in zip(found, cases, strict=True)
                ]
            ),
            coverage=np.array([[float(scores.coverage(*one, level)) for one in rose] for level in LEVELS_OF_COVERAGE]),
            pit=np.array([float(scores.randomised_pit(*one, v)) for one, v in zip(rose, uniform, strict=True)]),
        )

    def means(self) -> dict[str, float]:
        """Return the mean of every score (`MEANS`)."""
        return {name: float(getattr(self, name).mean()) for name in MEANS}


@dataclass(frozen=True)
class Skill:
    """What share of another forecaster's mean score is saved.

    Attributes
    ----------
    share
        1 − mean score / mean score of the other: 1 perfect, 0 as good, below 0 worse.
    interval90
        5% and 95% quantile over resampled district-years.
    """

    share: float
    interval90: tuple[float, float]

    @property
    def standing(self) -> Standing:
        """Whether the whole interval lies on one side of 0."""
        low, high = self.interval90
        return "better" if low > 0 else "worse" if high < 0 else "open"


def skill(own: Floats, others: Floats, seed: int) -> Skill | None:
    """Compare two forecasters by a paired bootstrap over district-years (Efron & Tibshirani 1993, chapter 13).

    Parameters
    ----------
    own, others
        Shape (n,): of the same district-years; lower is better.

    Returns
    -------
    None where a score is infinite, or where the other's are all 0: no share can be told.

    Notes
    -----
    District-years are drawn again with both of their scores, as if they were independent of each other. Years of
    one district are alike in more than their shocks, so that the interval is rather too narrow than too wide.
    """
    if not (np.isfinite(own).all() and np.isfinite(others).all() and others.any()):
        return None
    rng = np.random.default_rng([seed, 21])
    times = rng.multinomial(own.size, np.full(own.size, 1 / own.size), size=RESAMPLES)
    mine, theirs = times @ own, times @ others
    # A resample in which the other is perfect says nothing of a share.
    shares = 1 - mine[theirs > 0] / theirs[theirs > 0]
    low, high = (float(end) for end in np.quantile(shares, INTERVAL90))
    return Skill(float(1 - own.mean() / others.mean()), (low, high))


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
    cumulative = np.cumsum(total(parts, [chance.size])[:, 0])
    return np.searchsorted(cumulative, np.array(INTERVAL90) - 1e-12)
