"""The array engine: the same law on many trajectories at once.

Knows how to apply the law of `domain` to blocks of (village, trajectory); must not know Mesa, nor
how blocks are spread over workers. Few villages change in a year, so all but the comparison that
finds them works on the list of changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.status import TOP
from ..domain.transition import fall_chance, falls, falls_past, rises, rises_past
from ..domain.villages import Villages
from ..inputs.scenario import Scenario
from .outcome import Outcome
from .setting import NEVER, Chances, Setting, count_levels, pick

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Statuses = NDArray[np.int8]

_SLACK = 2.0**-40
"""More than rounding can move a bound, less than the step between two uniforms."""


@dataclass(frozen=True, eq=False)
class Changes:
    """The villages that change in a year, N of them: flat positions in (V, T), old and new status."""

    position: Ints
    old: Statuses
    new: Statuses


def simulate(
    scenario: Scenario, villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int
) -> Outcome:
    """Run one block of T trajectories of one district; the outcome's leading axis is T."""
    setting = Setting(scenario, villages, parameters, trajectories, seed)
    size, horizon, count = len(trajectories), scenario.horizon, len(villages)
    outcome = Outcome.empty((size,), horizon, count, len(scenario.interventions))
    status = setting.initial_status()
    levels = count_levels(status, villages)
    changed = np.full(status.shape, NEVER, np.int32) if scenario.min_years else None
    outcome.levels[:, 0] = levels.sum(axis=0).T
    at_level = np.stack([(status == level).sum(axis=1) for level in range(TOP + 1)], axis=1)
    risen = np.zeros(status.shape, dtype=bool)
    enters = scenario.target.level_mask
    for t, year in enumerate(scenario.years):
        blocked = None if changed is None else year - 1 - changed < scenario.min_years
        outcome.can_rise[:, t] = _count_may_rise(status, levels, blocked)
        chances = setting.chances(year, status, levels, blocked)
        changes = decide(setting, chances, status, blocked)
        village, trajectory = np.divmod(changes.position, size)
        status.reshape(-1)[changes.position] = changes.new
        if changed is not None:
            changed.reshape(-1)[changes.position] = year
        kecamatan = villages.subdistrict_index[village]
        for levels_then, sign in ((changes.old, -1), (changes.new, 1)):
            place = (kecamatan * 4 + levels_then) * size + trajectory
            levels += sign * np.bincount(place, minlength=levels.size).reshape(levels.shape)
            at_level += sign * np.bincount(village * 4 + levels_then, minlength=at_level.size).reshape(at_level.shape)
        rose = changes.new > changes.old
        entered = rose & enters[changes.new] & ~enters[changes.old]
        outcome.rises[:, t] = np.bincount(trajectory[rose], minlength=size)
        outcome.falls[:, t] = np.bincount(trajectory[~rose], minlength=size)
        outcome.entries[:, t] = np.bincount(trajectory[entered], minlength=size)
        outcome.levels[:, t + 1] = levels.sum(axis=0).T
        outcome.village_rises[:, t] = np.bincount(village[rose], minlength=count)
        risen.reshape(-1)[changes.position[rose]] = True
        outcome.village_risen[:, t] = risen.sum(axis=1)
        outcome.village_status[:, t] = at_level
        for j, programme in enumerate(setting.programmes):
            outcome.assisted[:, t, j] = programme.assisted.sum(axis=0)
            outcome.village_assisted[:, t, j] = programme.assisted.sum(axis=1)
    return outcome


def decide(setting: Setting, chances: Chances, status: Statuses, blocked: NDArray[np.bool_] | None) -> Changes:
    """Let every village decide from the old state; return those that change."""
    odds = pick(chances.rise_odds, setting.villages.subdistrict_index, status)
    if setting.village_factor is not None:
        odds *= setting.village_factor
    if chances.rise_effect is not None:
        odds *= chances.rise_effect
    if blocked is not None:
        odds[blocked] = 0.0
    up = rises(chances.uniform, odds)
    rising = np.flatnonzero(up)
    # Nobody falls whose 1 − u is not below the largest chance of falling: a cheap first sieve.
    ceiling = setting.fall.max() if chances.fall_effect is None else 1.0
    maybe = np.flatnonzero((chances.uniform > 1 - ceiling - _SLACK) & ~up) if ceiling > 0 else rising[:0]
    position, old, new = _lands_below(setting, chances, odds, status, maybe)
    return Changes(
        np.concatenate([rising, position]),
        np.concatenate([status.reshape(-1)[rising], old]),
        np.concatenate([_lands_above(setting, chances, odds, status, rising), new]),
    )


def _lands_above(setting: Setting, chances: Chances, odds: Floats, status: Statuses, rising: Ints) -> Statuses:
    """Return the new status of the villages at flat positions `rising`."""
    old = status.reshape(-1)[rising]
    trajectory = rising % status.shape[1]
    uniform, odds = chances.uniform.reshape(-1)[rising], odds.reshape(-1)[rising]
    new = old + np.int8(1)
    for level in (TOP - 1, TOP):
        reaches = setting.rise_reaches[old, level, trajectory]
        new += rises_past(uniform, odds, reaches) & (old < level - 1)
    return new


def _lands_below(
    setting: Setting, chances: Chances, odds: Floats, status: Statuses, maybe: Ints
) -> tuple[Ints, Statuses, Statuses]:
    """Return positions, old and new status of those at flat positions `maybe` that fall."""
    old = status.reshape(-1)[maybe]
    trajectory = maybe % status.shape[1]
    uniform, odds = chances.uniform.reshape(-1)[maybe], odds.reshape(-1)[maybe]
    if chances.fall_effect is None:
        fall = setting.fall[old, trajectory]
    else:
        fall = fall_chance(setting.fall_against[old, trajectory], chances.fall_effect.reshape(-1)[maybe])
    down = falls(uniform, odds, fall)
    maybe, old, trajectory, uniform, odds, fall = (part[down] for part in (maybe, old, trajectory, uniform, odds, fall))
    new = old - np.int8(1)
    for level in (1, 0):
        reaches = setting.fall_reaches[old, level, trajectory]
        new -= falls_past(uniform, odds, fall, reaches) & (old > level + 1)
    return maybe, old, new


def _count_may_rise(status: Statuses, levels: Ints, blocked: NDArray[np.bool_] | None) -> Ints:
    """Return villages per level that may rise, shape (T, 4)."""
    counts = levels.sum(axis=0).T.copy()
    counts[:, TOP] = 0
    if blocked is not None:
        for level in range(TOP):
            counts[:, level] -= ((status == level) & blocked).sum(axis=0)
    return counts
