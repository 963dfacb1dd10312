"""Which villages are the likeliest to rise in the first forecast year, and what the villages of a kecamatan come to.

All chances are those of the forecast. Villages whose chances differ by no more than its simulation error share a rank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..domain.arrays import Floats
from ..domain.blank_statuses import chances_at_origin
from ..domain.status import LEVELS, TOP, UNKNOWN
from ..domain.status_knowledge import KnownStatuses, MissingStatuses, SingleStatuses, SomeStatuses, SubdistrictCounts
from ..domain.transition import chance, factor, odds
from ..domain.villages import Villages
from ..engine.year_start import YearStart, listed_at_origin
from ..inference.forecast import DistrictForecast, Forecast
from ..inference.uncertainty import error_of_mean
from .differences import shared_ranks

MOST_DRAWS = 1000
"""Draws by which two chances are set against each other; more would take room, and tell little more."""


@dataclass(frozen=True)
class LikelyVillage:
    """A village below the top and its chance of rising in the first forecast year.

    Attributes
    ----------
    rank
        1 for the largest chance; a village shares the rank of the first from whose chance its own cannot be told.
    status
        Its level at the end of the origin year.
    monte_carlo_error
        Of the chance: its standard error from finitely many draws and replicates.
    """

    rank: int
    village_code: str
    village: str
    subdistrict: str
    status: str
    probability_rises: float
    monte_carlo_error: float


@dataclass(frozen=True)
class SubdistrictYear:
    """The villages of a kecamatan in one forecast year.

    Attributes
    ----------
    villages, below_top
        How many there are when the year begins, and how many of them stand below the top; a mean after the first year.
    expected_rises
        How many of these rise, mean.
    """

    subdistrict: str
    year: int
    villages: int
    below_top: float
    expected_rises: float


def likeliest_villages(forecast: Forecast, district: DistrictForecast) -> tuple[LikelyVillage, ...]:
    """Return the villages known to stand below the top, the likeliest to rise first; none where no level is known.

    Notes
    -----
    The error of a simulated chance p over N trajectories, and of the difference of two of them, is taken from what
    p(1 − p) / N adds up to and from the standard error of the mean over draws of the chance, or difference, in a
    typical year, draws weighing as often as their trajectories are kept: luck that two villages share makes that of a
    difference smaller. Exact chances have the second part alone. Of an agent of a researcher's own, whose law is not
    known, N is the number of draws.
    """
    villages, rows = district.villages, forecast.scenario.parameters.rows
    if not isinstance(villages.known, SingleStatuses):
        return ()
    levels, rises = villages.known.levels, district.rise_probability[:, 0]
    order = sorted(
        np.flatnonzero((levels != UNKNOWN) & (levels < TOP)).tolist(),
        key=lambda row: (-round(float(rises[row]), 12), row),
    )
    typical, luck = _typical_chances(forecast, villages), rises * (1 - rises) / _trajectories(forecast)

    def difference(one: int, other: int) -> tuple[float, float]:
        i, j = order[one], order[other]
        error = np.sqrt(luck[i] + luck[j] + error_of_mean(typical[i] - typical[j], rows) ** 2)
        return float(rises[i] - rises[j]), float(error)

    return tuple(
        LikelyVillage(
            rank=rank,
            village_code=villages.codes[row],
            village=villages.names[row],
            subdistrict=villages.subdistricts[villages.subdistrict_index[row]],
            status=LEVELS[levels[row]],
            probability_rises=float(rises[row]),
            monte_carlo_error=float(np.sqrt(luck[row] + error_of_mean(typical[row], rows) ** 2)),
        )
        for rank, row in zip(shared_ranks(len(order), difference), order, strict=True)
    )


def _trajectories(forecast: Forecast) -> float:
    """Return how many trajectories tell of a village's luck; exact chances leave nothing to it."""
    if forecast.ensemble_run is None:
        return np.inf
    if forecast.scenario.so_far is not None and not forecast.scenario.own_law:
        return float(forecast.ensemble_run.outcomes[0].kept.sum())
    return forecast.effort.draws if forecast.scenario.own_law else forecast.effort.trajectories


def _typical_chances(forecast: Forecast, villages: Villages) -> Floats:
    """Return the chance of each village in a typical first year, unassisted, for every draw, shape (V, D).

    Given rises so far: how far it is from its mean, times how much the draw weighs, so that the error of the mean of
    these is that of a weighted mean.
    """
    draws = min(forecast.effort.draws, MOST_DRAWS)
    parameters = forecast.scenario.parameters.draw(forecast.seed, draws)
    listed = listed_at_origin(forecast.scenario, villages, parameters, forecast.seed)
    start = YearStart.unassisted(villages, parameters, listed)
    base = odds(parameters.rise)[np.arange(draws), start.status]
    typical = np.asarray(chance(base * factor(start.rise_log_odds[0])))
    if forecast.scenario.so_far is None or forecast.ensemble_run is None:
        return typical
    weight = forecast.ensemble_run.outcomes[0].kept[:draws].mean(axis=1)
    weight = weight / max(weight.mean(), np.finfo(np.float64).tiny)
    return (typical - (typical @ weight / draws)[:, None]) * weight


def subdistrict_years(forecast: Forecast, district: DistrictForecast) -> tuple[SubdistrictYear, ...]:
    """Return every kecamatan in every year at whose start it has a village.

    Nothing where it is not known who stands where by kecamatan.
    """
    villages = district.villages.ever
    below = _below_at_origin(forecast, district.villages)
    if below is None:
        return ()
    there = np.stack([villages.there(year) for year in forecast.calendar], axis=1)
    below = np.pad(below, (0, len(villages) - len(below)))
    later = there[:, 1:] - district.status_probability[:, :-1, TOP]
    of_villages = np.concatenate([below[:, None], later], axis=1), district.rise_probability, there
    sums = [np.zeros((len(villages.subdistricts), part.shape[1])) for part in of_villages]
    for total, part in zip(sums, of_villages, strict=True):
        np.add.at(total, villages.subdistrict_index, part)
    return tuple(
        SubdistrictYear(name, year, int(sums[2][k, t]), float(sums[0][k, t]), float(sums[1][k, t]))
        for k, name in enumerate(villages.subdistricts)
        for t, year in enumerate(forecast.calendar)
        if sums[2][k, t]
    )


def _below_at_origin(forecast: Forecast, villages: Villages) -> Floats | None:
    """Return the chance that each village is below the top at the origin, shape (V,); None where that says nothing."""
    match villages.known:
        case KnownStatuses(levels=levels):
            return (levels < TOP).astype(np.float64)
        case SomeStatuses(levels=levels, counts=counts):
            left = counts - villages.known.known
            unknown = float(left[:TOP].sum()) / max(1, int(left.sum()))
            return np.where(levels == UNKNOWN, unknown, (levels < TOP).astype(np.float64))
        case MissingStatuses() as known:
            parameters = forecast.scenario.parameters.draw(forecast.seed, min(forecast.effort.draws, MOST_DRAWS))
            below = (known.levels < TOP).astype(np.float64)
            drawn = chances_at_origin(villages, known, parameters, forecast.scenario.origin)
            below[known.levels == UNKNOWN] = drawn[:, :TOP].sum(axis=1).mean(axis=1)
            return below
        case SubdistrictCounts(by_subdistrict=counts):
            return np.asarray(counts[:, :TOP].sum(axis=1) / counts.sum(axis=1))[villages.subdistrict_index]
        case _:
            return None
