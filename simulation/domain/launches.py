"""When the Kampung KB of a district were launched, as far as it is not known of each, and what its counts say then.

How many villages stand at each level says little of the chances of rising as long as it is open how long they had to
rise. Under a launch history it says more: draws of the parameters from their priors are weighted by how probable the
counts are under them (importance sampling).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from .arrays import Floats, Ints
from .constraints import LARGEST_RATIO, LARGEST_SPREAD
from .distributions import Empirical, normal_nodes
from .law import (
    SUBDISTRICT,
    OfNeighbours,
    acting,
    luck_among,
    luck_of_district,
    luck_of_one_village,
    luck_of_years,
)
from .parameters import OF_THE_LAW, Parameters, ParameterSet, transition_matrix
from .past import Past
from .randomness import Trajectories
from .status import LEVELS, TOP
from .status_knowledge import MadeUpCounts, MissingStatuses
from .transition import chance, factor, odds
from .villages import Villages

PROGRAMME_BEGAN = 2016
NATIONAL_TOTALS = {2016.0: 0, 2017.45: 633, 2018.5: 14_000, 2022.55: 16_874, 2023.05: 19_930, 2025.0: 83_762}
"""Day, as a year and its part -> Kampung KB formed in Indonesia by then.

From January 2016, when the programme began, to the end of 2024, by when every village was meant to be one. June 2017,
and January 2023: kampungkb.bkkbn.go.id; mid 2018: kompas.com, 28 June 2018 (antaranews.com has 9,046); July 2022:
antaranews.com. Kampung of the first years were often smaller than a village.
"""
LAUNCH_HISTORY = "launch_history"
"""The data behind draws that were weighted by counts under a launch history."""
PRIOR_DRAWS, ROWS = 8192, 1000
"""Draws that are weighted, and rows that are kept of them."""
_SEED = 0
_NODES, _WEIGHTS = normal_nodes(3.0, 1.0)
"""What sets a village apart for good, in sd."""
_SHOCKS = 3
_BLOCK = 1024
_MANY = 1e9
_SMALLEST = 1e-300


@dataclass(frozen=True)
class LaunchHistory:
    """In which years the villages of a district were launched.

    Attributes
    ----------
    launched
        Year -> share of the villages, the first year first; they sum to 1.
    """

    launched: Mapping[int, float]

    @classmethod
    def until(cls, origin: int, numbers: Mapping[int, float]) -> Self | None:
        """Return the history of those launched by the end of a year, from numbers of any size; None where none was."""
        kept = {year: float(number) for year, number in sorted(numbers.items()) if year <= origin and number > 0}
        total = sum(kept.values())
        return cls({year: number / total for year, number in kept.items()}) if kept else None

    @classmethod
    def national(cls, origin: int) -> Self | None:
        """Return that of all Indonesia: `NATIONAL_TOTALS`, on straight lines between two days."""
        ends = np.arange(PROGRAMME_BEGAN, origin + 2)
        formed = np.interp(ends, list(NATIONAL_TOTALS), list(NATIONAL_TOTALS.values()))
        return cls.until(origin, dict(zip(ends[:-1].tolist(), np.diff(formed).tolist(), strict=True)))


def shares_since_launch(
    parameters: Parameters, villages: Villages, origin: int, history: LaunchHistory, seed: int
) -> Floats:
    """Return the chance that a village stands at each level at the end of the origin year, shape (4, D).

    Every village starts at the lowest level at the end of its launch year and moves by the law, without interventions.
    The luck of the district's years is drawn, one past a draw, since all villages have it in common; that of a
    kecamatan, and what sets a village apart, are averaged over. Exact, given that past, for a law without peers: with
    them a village sees the expected shares of the others. Covariates, centred on the district's mean, are left out.
    """
    size = len(parameters.rise)
    of_district = replace(parameters, scales={**parameters.scales, SUBDISTRICT.key: np.zeros(size)})
    trajectories = Trajectories.grid(range(size), range(1))
    years = range(min(history.launched) + 1, origin + 1)
    luck = luck_of_years(villages, of_district, trajectories, seed, years)[:, 0]
    luck += luck_of_district(villages, of_district, trajectories, seed)
    luck = luck[:, np.argsort(trajectories.draw)]
    blocks = [slice(start, start + _BLOCK) for start in range(0, size, _BLOCK)]
    return np.concatenate(
        [_shares(parameters.take(block), villages, luck[:, block], years, history) for block in blocks], axis=1
    )


def _shares(
    parameters: Parameters, villages: Villages, luck_of_district: Floats, years: range, history: LaunchHistory
) -> Floats:
    """Return `shares_since_launch` of some draws, the luck of their district in the years given, shape (Y, D)."""
    terms = list(acting(parameters))
    apart = [_NODES[:, None] * term.coefficient(parameters) for term in luck_among(terms, "village", lasting=True)]
    lasting = factor(sum(apart, start=np.zeros((_NODES.size, len(parameters.rise)))))
    shocks = luck_of_one_village(parameters, _SHOCKS, lambda luck: not luck.lasting and luck.shared_by == "subdistrict")
    seen = [
        (term.coefficient(parameters), term.regressor.value)
        for term in terms
        if isinstance(term.regressor, OfNeighbours)
    ]
    typical, none = odds(parameters.rise[:, :TOP]).T, np.zeros_like(parameters.rise)
    reaches = parameters.rise_reaches, parameters.fall_reaches
    up = np.moveaxis(transition_matrix(none + 1, none, *reaches), 0, -1)
    down = np.moveaxis(transition_matrix(none, parameters.fall, *reaches), 0, -1)
    now = np.zeros((len(LEVELS), _NODES.size, len(parameters.rise)))
    now[0] = history.launched[min(history.launched)]
    for year, luck in zip(years, luck_of_district, strict=True):
        log_odds = np.broadcast_to(luck, typical.shape)
        for coefficient, value in seen:
            others = _MANY * np.einsum("snd,n->sd", now, _WEIGHTS) / now[:, 0].sum(axis=0)
            log_odds = log_odds + coefficient * value(villages, others[None])[0][:TOP]
        rise = np.zeros_like(now[:TOP])
        for shock, weight in shocks:
            rise += weight * chance((typical * factor(log_odds + shock))[:, None] * lasting)
        rising, staying = now[:TOP] * rise, now
        staying[:TOP] -= rising
        now = np.zeros_like(now)
        for s in range(TOP):
            now[s + 1 :] += rising[s] * up[s][s + 1 :, None]
        for s in range(len(LEVELS)):
            now[: s + 1] += staying[s] * down[s][: s + 1, None]
        now[0] += history.launched.get(year, 0.0)
    return np.asarray(np.einsum("snd,n->sd", now, _WEIGHTS))


def counts_of(villages: Villages) -> Ints | None:
    """Return how many villages are known to stand at each level, shape (4,); None where nothing is known."""
    known = villages.known
    if isinstance(known, MadeUpCounts):
        return None
    return known.known if isinstance(known, MissingStatuses) else known.counts


def given_history(
    parameters: ParameterSet, villages: Villages, origin: int, history: LaunchHistory, draws: int = PRIOR_DRAWS
) -> ParameterSet:
    """Return what is known of the parameters once the counts of a district are looked at under a launch history.

    Parameters
    ----------
    draws
        From the priors, that are weighed.

    Returns
    -------
    ParameterSet
        Rows of the joint distribution of every uncertain parameter of the law; how many independent ones they are
        worth stands in `ParameterSet.past`. Effects of interventions, and of covariates, are as before.
    """
    if (counts := counts_of(villages)) is None:
        raise ValueError("no counts to weigh by")
    sample = parameters.sample(_SEED, draws)
    matrices = None if parameters.matrix is None else parameters.sample_matrix(_SEED, draws)
    shares = shares_since_launch(parameters.at(sample, matrices).draw(_SEED, draws), villages, origin, history, _SEED)
    fits = counts @ np.log(np.maximum(shares, _SMALLEST))
    weight = np.exp(fits - fits.max())
    weight /= weight.sum()
    places = (np.arange(ROWS) + 0.5) / ROWS
    rows = np.minimum(np.searchsorted(np.cumsum(weight), places), draws - 1)
    # A draw of a wide prior may lie further out than a number that a file can state.
    drawn = {
        key: np.minimum(values, LARGEST_SPREAD if key.scale == "spread" else LARGEST_RATIO)
        for key, values in sample.items()
    }
    uncertain = [key for key in parameters.uncertain if key in OF_THE_LAW]
    return replace(
        parameters,
        scalars={**parameters.scalars, **{key: Empirical(drawn[key][rows]) for key in uncertain}},
        defaulted=parameters.defaulted - set(uncertain),
        blocks=(LAUNCH_HISTORY,),
        past=Past(effective_sample_size=float(1 / (weight**2).sum())),
    )
