"""What is settled about a year before any village decides: shocks, peers, assistance, odds.

Knows how the laws of `domain` fit together for one district and T trajectories; must not know how
the villages are visited, which is what the two drivers (`model.py`, `batch.py`) differ in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..domain.distributions import standard_normal
from ..domain.intervention import Programme, combine, combine_on_falls
from ..domain.parameters import Parameters
from ..domain.randomness import (
    Process,
    Trajectories,
    Words,
    keyed_uniforms,
    normals,
    philox_key,
    uniforms,
)
from ..domain.scenario import Assumptions
from ..domain.status import LEVELS
from ..domain.transition import factor, fall_chance, odds, odds_against, share_above
from ..domain.villages import KnownStatuses, MadeUpCounts, Villages, place_counts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Statuses = NDArray[np.int8]

NEVER = -(10**6)
"""Year of the last change of a village whose history is unknown: long enough ago."""


@dataclass(frozen=True, eq=False)
class Chances:
    """The odds and chances of one year, before villages differ.

    Attributes
    ----------
    rise_odds
        Shape (K, 4, T): odds of rising in each kecamatan at each level; shocks and peers included.
    rise_effect, fall_effect
        Shape (V, T): exp(E) and exp(−Efall) of the interventions; None where none acts.
    uniform
        Shape (V, T): what decides.
    """

    rise_odds: Floats
    rise_effect: Floats | None
    fall_effect: Floats | None
    uniform: Floats


class Setting:
    """One district over T trajectories, V villages in K kecamatan.

    Parameters
    ----------
    scenario, villages
        What is simulated.
    parameters
        Draws 0 … D−1 of the scenario's parameters; `trajectories.draw` indexes them.
    trajectories
        Which draws and replicates.
    seed
        Seed of every address.
    """

    def __init__(
        self, scenario: Assumptions, villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int
    ) -> None:
        self.scenario = scenario
        self.villages = villages
        self.trajectories = trajectories
        self.seed = seed
        draw = trajectories.draw
        self._parameters = parameters
        self._base_odds = np.ascontiguousarray(odds(parameters.rise)[draw].T)
        self.fall_against = np.ascontiguousarray(odds_against(parameters.fall)[draw].T)
        self.fall = fall_chance(self.fall_against, np.ones_like(self.fall_against))
        self.rise_reaches = np.ascontiguousarray(parameters.rise_reaches[draw].transpose(1, 2, 0))
        self.fall_reaches = np.ascontiguousarray(parameters.fall_reaches[draw].transpose(1, 2, 0))
        self._peer_log_odds = parameters.peer_log_odds[draw]
        self._covariate_log_odds = self._covariates()
        self.village_factor = self._village_factor()
        self._shock = self._shocks()
        ratios = zip(parameters.rise_log_odds_ratio[draw].T, parameters.fall_log_odds_ratio[draw].T, strict=True)
        self.programmes = [
            Programme(plan, villages, *ratio) for plan, ratio in zip(scenario.interventions, ratios, strict=True)
        ]

    def initial_status(self) -> Statuses:
        """Return the status of every village at the end of the origin year, shape (V, T).

        Where only counts are known they are placed on the villages at random, anew in each trajectory.
        """
        villages, size = self.villages, len(self.trajectories)
        if isinstance(villages.known, KnownStatuses):
            return np.repeat(villages.levels[:, None], size, axis=1)
        key = uniforms(self.seed, Process.PLACEMENT, self.scenario.origin, villages.units, self.trajectories)
        if isinstance(villages.known, MadeUpCounts):
            counts = villages.known.draw(self.seed, len(self._parameters.rise))
            return place_counts(key, counts[self.trajectories.draw].T)
        return villages.known.place(key)

    def chances(self, year: int, status: Statuses, levels: Ints, blocked: NDArray[np.bool_] | None) -> Chances:
        """Settle a year from the state at its start.

        Parameters
        ----------
        status
            Shape (V, T).
        levels
            Shape (K, 4, T): villages per kecamatan and level.
        blocked
            Shape (V, T): who may not rise yet (``min_years``); None for nobody.
        """
        peers = self._peer_log_odds * share_above(levels, self.villages.subdistrict_sizes)
        self._assist(year, status, peers, blocked)
        rise_effect, fall_effect = self._effects()
        return Chances(
            rise_odds=self._base_odds * factor(self._shock[year - self.scenario.years[0]][:, None, :] + peers),
            rise_effect=rise_effect,
            fall_effect=fall_effect,
            uniform=uniforms(self.seed, Process.TRANSITION, year, self.villages.units, self.trajectories),
        )

    def _shocks(self) -> Floats:
        """Return sigma z + sigma_k u + omega B of every year, shape (Y, K, T).

        All years are looked up together: a call for a few rows costs as much as one for a hundred.
        """
        p, draw, villages = self._parameters, self.trajectories.draw, self.villages
        years, kecamatan = self.scenario.years, len(villages.subdistricts)
        uniform = _uniforms_of_years(
            self.seed,
            years,
            {
                Process.YEAR_SHOCK: villages.district_unit,
                Process.CAMPAIGN: villages.district_unit,
                Process.SUBDISTRICT_SHOCK: villages.subdistrict_units,
            },
            self.trajectories,
        )
        district, coin, subdistrict = np.split(uniform, [1, 2], axis=1)
        campaign = np.where(coin < p.campaign_probability[draw], p.campaign_log_odds[draw], 0.0)
        shock = np.zeros((len(years), kecamatan, len(self.trajectories)))
        if p.year_sd.any():
            shock += p.year_sd[draw] * standard_normal(district)
        if p.subdistrict_sd.any():
            shock += p.subdistrict_sd[draw] * standard_normal(subdistrict)
        return shock + campaign

    def _covariates(self) -> Floats | None:
        """Return x·beta, shape (V, T)."""
        betas = self._parameters.covariate_log_odds
        terms = [self.villages.covariate(name)[:, None] * beta[self.trajectories.draw] for name, beta in betas.items()]
        return sum(terms[1:], start=terms[0]) if terms else None

    def _village_factor(self) -> Floats | None:
        """Return exp(b + x·beta), shape (V, T); None where villages do not differ."""
        spread = self._parameters.village_sd
        if not spread.any():
            return None if self._covariate_log_odds is None else factor(self._covariate_log_odds)
        b = normals(self.seed, Process.VILLAGE_EFFECT, 0, self.villages.units, self.trajectories)
        log_odds = spread[self.trajectories.draw] * b
        return factor(log_odds if self._covariate_log_odds is None else log_odds + self._covariate_log_odds)

    def _assist(self, year: int, status: Statuses, peers: Floats, blocked: NDArray[np.bool_] | None) -> None:
        for programme in self.programmes:
            name = programme.intervention.name
            programme.allocate(
                year,
                status,
                partial(uniforms, self.seed, Process.PRIORITY, year, self.villages.units, self.trajectories, name),
                partial(self._planner_odds, status, peers, blocked),
            )

    def _planner_odds(self, status: Statuses, peers: Floats, blocked: NDArray[np.bool_] | None) -> Floats:
        """Return the odds of rising without intervention as a planner can see them, shape (V, T).

        A typical village in a typical year; peers and covariates as they stand.
        """
        seen = (self._base_odds * factor(peers)).take(places(status, self.villages.subdistrict_index))
        if self._covariate_log_odds is not None:
            seen = seen * factor(self._covariate_log_odds)
        return seen if blocked is None else np.where(blocked, 0.0, seen)

    def _effects(self) -> tuple[Floats | None, Floats | None]:
        """Return exp(E) and exp(−Efall) of all interventions, each (V, T) or None."""
        effects = [programme.effects() for programme in self.programmes]
        up = [rise for rise, _ in effects if rise is not None]
        down = [fall for _, fall in effects if fall is not None]
        overlap = self.scenario.overlap
        return (
            factor(combine(up, overlap)) if up else None,
            factor(-combine_on_falls(down, overlap)) if down else None,
        )


def _uniforms_of_years(seed: int, years: range, units: Mapping[Process, Words], trajectories: Trajectories) -> Floats:
    """Return the uniforms of several processes in every year, shape (Y, units of all processes, T)."""
    keys = np.array([philox_key(seed, process, year) for year in years for process in units], dtype=np.uint64)
    first, second = np.repeat(keys, [part.size for part in units.values()] * len(years), axis=0).T[:, :, None]
    every = np.tile(np.concatenate(list(units.values())), len(years))
    return keyed_uniforms((first, second), every, trajectories).reshape(len(years), -1, len(trajectories))


def places(status: Statuses, subdistrict_index: Ints) -> Ints:
    """Return where each village's entry lies in a flat (K, 4, T) table, shape (V, T)."""
    size = status.shape[1]
    place = np.multiply(status, size, dtype=np.int64)
    place += (4 * size * subdistrict_index)[:, None]
    place += np.arange(size)
    return place


def count_levels(place: Ints, villages: Villages) -> Ints:
    """Return villages per kecamatan and level, shape (K, 4, T), from their `places`."""
    shape = (len(villages.subdistricts), len(LEVELS), place.shape[1])
    return np.bincount(place.ravel(), minlength=math.prod(shape)).reshape(shape)
