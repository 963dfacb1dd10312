"""How good forecasts of past years were: proper scores, what one forecaster saves of another's, reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Literal

import numpy as np

from ...domain.arrays import Bools, Floats, Ints
from ...domain.randomness import parameter_uniforms
from ...domain.target import Target
from ...engine.poisson_binomial import add_villages
from .. import scores
from ..uncertainty import INTERVAL90
from .cases import DistrictYear, NextYear

Standing = Literal["better", "worse", "open"]

LEVELS_OF_COVERAGE = (0.5, 0.8, 0.95)
MEANS = ("brier", "log_score", "crps_rises", "log_score_rises", "rps_status")
FEWEST = 20
"""District-years below which scores are shown without a verdict."""
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class ScoredForecast:
    """What a forecaster had said of a district-year, and how that scores; None for a log score that is infinite.

    Attributes
    ----------
    probability_met, mean_rises
        The chance that was given to meeting the target; the number of rises that was expected.
    rps_status
        Of the next level, mean over the villages.
    pit
        Randomised, of the number of rises.
    """

    probability_met: float
    mean_rises: float
    brier: float
    log_score: float | None
    crps_rises: float
    log_score_rises: float | None
    rps_status: float
    pit: float


@dataclass(frozen=True)
class Skill:
    """What share of another forecaster's mean score is saved.

    Attributes
    ----------
    share
        1 − mean score / mean score of the other: 1 perfect, 0 as good, below 0 worse.
    interval90
        90% interval over district-years, see `skill`.
    """

    share: float
    interval90: tuple[float, float]

    @property
    def standing(self) -> Standing:
        """Whether the whole interval lies on one side of 0."""
        low, high = self.interval90
        return "better" if low > 0 else "worse" if high < 0 else "open"


@dataclass(frozen=True)
class ForecasterScores:
    """Mean scores of a forecaster; None for a log score that is infinite.

    Attributes
    ----------
    brier, log_score, crps_rises, log_score_rises, rps_status
        As in `ScoredForecast`.
    coverage
        Level of a central interval, as text -> how often it held the number of rises; see `scores.coverage`.
    model_saves
        Score -> what the model saves of it; None where no share can be told. Empty for the model itself.
    """

    brier: float
    log_score: float | None
    crps_rises: float
    log_score_rises: float | None
    rps_status: float
    coverage: Mapping[str, float]
    model_saves: Mapping[str, Skill | None]


def score(said: NextYear, case: DistrictYear, target: Target, seed: int) -> ScoredForecast:
    """Score a forecast of a district-year; the same seed randomises the PIT of every forecaster alike."""
    chance, happened, rises = np.array([1 - said.met, said.met]), np.array(int(case.met(target))), np.array(case.rises)
    uniform = parameter_uniforms(seed, (f"pit/{case.district_code}/{case.year}",), range(1))[0, 0]
    return ScoredForecast(
        probability_met=said.met,
        mean_rises=float(np.arange(said.rises.size) @ said.rises),
        brier=float(scores.brier(chance[1], happened)),
        log_score=_finite(scores.log_score(chance, happened)),
        crps_rises=float(scores.ranked_probability(said.rises, rises)),
        log_score_rises=_finite(scores.log_score(said.rises, rises)),
        rps_status=float(scores.ranked_probability(said.levels, case.after).mean()),
        pit=float(scores.randomised_pit(said.rises, rises, uniform)),
    )


def coverage(said: Sequence[NextYear], cases: Sequence[DistrictYear]) -> dict[str, float]:
    """Return how often the interval of each of `LEVELS_OF_COVERAGE` held the number of rises."""
    pairs = [(one.rises, np.array(case.rises)) for one, case in zip(said, cases, strict=True)]
    return {
        str(level): float(np.mean([scores.coverage(*pair, level) for pair in pairs])) for level in LEVELS_OF_COVERAGE
    }


def means(
    own: Sequence[ScoredForecast], model: Sequence[ScoredForecast], held: Mapping[str, float]
) -> ForecasterScores:
    """Return the mean scores of a forecaster, and what the model saves of each; None below `FEWEST` district-years."""
    values = {key: (_values(own, key), _values(model, key)) for key in MEANS}
    enough = len(own) >= FEWEST
    mean: dict[str, Any] = {key: _finite(mine.mean()) for key, (mine, _) in values.items()}
    return ForecasterScores(
        **mean,
        coverage=held,
        model_saves={}
        if own is model
        else {key: skill(of_model, mine) if enough else None for key, (mine, of_model) in values.items()},
    )


def _values(scored: Sequence[ScoredForecast], key: str) -> Floats:
    return np.array([inf if (value := getattr(one, key)) is None else value for one in scored])


def _finite(value: Floats | float) -> float | None:
    return float(value) if isfinite(value) else None


def skill(own: Floats, others: Floats) -> Skill | None:
    """Compare two forecasters by their scores of the same district-years.

    Parameters
    ----------
    own, others
        Shape (n,), n at least 2; lower is better.

    Returns
    -------
    None where a score is infinite, or the other's mean not above 0 by more than its error: no share can be told.

    Notes
    -----
    The interval of a ratio of means (Fieller 1954, *JRSS B* 16:175): all ratios q with |mean(own − q · others)| at most
    t standard errors, t the 95% quantile with n − 1 degrees of freedom. It leaves out 0 just where a paired t-test at
    10% tells the two means apart. District-years count as independent; years of one district are alike in more than
    their shocks, so that the interval is rather too narrow than too wide.
    """
    if not (np.isfinite(own).all() and np.isfinite(others).all() and others.any()):
        return None
    from scipy.special import stdtrit

    mean, square = (float(others.mean()), float(own.mean())), float(stdtrit(own.size - 1, INTERVAL90[1])) ** 2
    noise = square * np.cov(others, own) / own.size
    a, b, c = mean[0] ** 2 - noise[0, 0], mean[0] * mean[1] - noise[0, 1], mean[1] ** 2 - noise[1, 1]
    if a <= 0:
        return None
    root = np.sqrt(max(0.0, b**2 - a * c))
    return Skill(1 - mean[1] / mean[0], (float(1 - (b + root) / a), float(1 - (b - root) / a)))


@dataclass(frozen=True)
class Bin:
    """District-years that were given about the same chance.

    Attributes
    ----------
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


def reliability(chance: Floats, happened: Bools) -> tuple[Bin, ...]:
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


def _expected(chance: Floats) -> Ints:
    """Return the 5% and 95% quantile of how many of some independent events happen."""
    number = add_villages(np.stack([1 - chance, chance], axis=1)[:, :, None], chance.size)[:, 0]
    cumulative = np.cumsum(number)
    return np.searchsorted(cumulative, np.array(INTERVAL90) - 1e-12)
