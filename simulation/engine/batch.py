"""The array engine: the same law on many trajectories at once.

It works on blocks of (village, trajectory). Few villages change in a year, so all but the comparison that
finds them works on the list of changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..domain.arrays import Bools, Floats, Ints, Statuses
from ..domain.mechanism import Year
from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.scenario import Assumptions
from ..domain.status import TOP
from ..domain.transition import fall_chance, falls, falls_past, rises, rises_past
from ..domain.villages import Villages, count_levels, places
from .conditional import chance_that_enough_rise, numbers_needed
from .environment import NEVER, Chances, Environment
from .mechanisms import AtWork
from .outcome import Outcome, packed

Watch = Callable[[int, Statuses, Statuses, Sequence[Bools]], None]
"""Called with the number of years since the origin, level and list of every village, and whom each programme assisted.

Each of shape (V, T); what is given changes afterwards.
"""
_SLACK = 2.0**-40
"""More than rounding can move a bound, less than the step between two uniforms."""


@dataclass(frozen=True, eq=False)
class Changes:
    """The villages that change in a year, N of them: those that rise first, `risen` in number, then those that fall.

    Attributes
    ----------
    position
        Flat, in (V, T).
    old, new
        Status before and after.
    """

    position: Ints
    village: Ints
    trajectory: Ints
    old: Statuses
    new: Statuses
    risen: int


def simulate(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    trajectories: Trajectories,
    seed: int,
    *,
    conditional: bool = False,
    watch: Watch = lambda *_: None,
) -> Outcome:
    """Run one block of T trajectories of one district; the outcome's leading axis is T.

    With `conditional` it holds how likely it was that enough villages would rise (`conditional.applied`). `watch` is
    told where villages stand at the end of the origin and of every year.

    The law moves the levels, a planner and the target see the list (MODEL.md, "Reporting"): the same unless some
    villages do not report.
    """
    villages = villages.ever
    environment = Environment(scenario, villages, parameters, trajectories, seed)
    outcome = Outcome.empty((len(trajectories),), scenario, villages, conditional=conditional)
    state, listed = states_at_origin(environment)
    outcome.levels[:, 0] = listed.levels.sum(axis=0).T
    watch(0, state.status, listed.status, [])
    mechanisms = _Mechanisms(environment, outcome) if scenario.mechanisms else None
    for t, year in enumerate(scenario.years):
        blocked = state.blocked(year)
        outcome.can_rise[:, t] = listed.count_may_rise(
            None if blocked is None else blocked & (state.status <= listed.status)
        )
        environment.assist(year, listed.status, listed.levels, blocked)
        chances = environment.chances(year, state.levels)
        odds = environment.rise_odds(chances, state.place, blocked)
        if conditional:
            must = numbers_needed(scenario.target, outcome.levels[:, t])
            outcome.enough_rise[:, t] = chance_that_enough_rise(odds, must).T
        falls = None
        if mechanisms is not None:
            odds, falls = mechanisms.decide(t, chances, odds, state, listed)
        changes = move(environment, chances, odds, state, listed, falls)
        _record(outcome, t, listed, changes, scenario.target.level_mask)
        if mechanisms is not None:
            mechanisms.judge(t, state, listed)
        for j, programme in enumerate(environment.programmes):
            outcome.assisted[:, t, j] = programme.assisted.sum(axis=0)
            outcome.villages.assisted[:, t, j] = programme.assisted.sum(axis=1)
        watch(t + 1, state.status, listed.status, [programme.assisted for programme in environment.programmes])
    outcome.risen[:] = packed(listed.risen)
    return outcome


class _Mechanisms:
    """The mechanisms of a scenario, asked year by year by the array engine."""

    def __init__(self, environment: Environment, outcome: Outcome) -> None:
        self._work, self._environment, self._outcome = AtWork(environment), environment, outcome
        self._rose = np.zeros((len(environment.villages), len(environment.trajectories)), dtype=bool)
        self._before = self._listed_before = np.zeros(0, np.int8)

    def decide(
        self, t: int, chances: Chances, odds: Floats, state: State, listed: State
    ) -> tuple[Floats, Floats | None]:
        """Return the odds of rising and the chances of falling of year `t`, (V, T); of falls None for the law's."""
        self._work.begin(chances.year)
        environment = self._environment
        before = state.status.copy()
        at_start = before, before if listed is state else listed.status.copy()
        if not t:
            self._before, self._listed_before = at_start
        year = self._year(chances.year, state, listed, t - 1)

        def chance() -> Floats:
            column = np.arange(odds.shape[1])
            if chances.fall_effect is None:
                return environment.fall[state.status, column]
            return fall_chance(environment.fall_against[state.status, column], chances.fall_effect)

        found = self._work.odds_of_all(year, odds), self._work.falls_of_all(year, chance)
        self._before, self._listed_before = at_start
        return found

    def judge(self, t: int, state: State, listed: State) -> None:
        """Keep what is recorded at the end of year number `t`, and whether its target was met."""
        self._rose = state.status > self._before
        ended = self._year(self._environment.scenario.years[t], state, listed, t)
        self._work.record_of_all(ended)
        self._outcome.record(t, 0, self._work.records())
        met = self._work.met(ended)
        if met is not None:
            self._outcome.own_met[:, t] = met

    def _year(self, year: int, state: State, listed: State, ended: int) -> Year:
        """Return how villages stand in a year; `ended` is the number of the one that ended last, -1 for none."""
        return Year(
            year,
            self._environment.villages,
            state.status,
            listed.status,
            self._before,
            self._listed_before,
            state.there,
            self._rose,
            None if ended < 0 else self._outcome.counts.of_year(ended),
            self._environment.scenario.target,
            self._environment.programmes,
        )


class State:
    """Where every village of every trajectory stands, and the counts that follow from it.

    One that joins later waits at the lowest level until then, in no count.

    Attributes
    ----------
    there
        Shape (V,): which villages have joined.
    status, place
        Shape (V, T): level, and where it lies in a flat (K, 4, T) table.
    levels
        Shape (K, 4, T): villages per kecamatan and level.
    at_level
        Shape (V, 4): trajectories in which a village stands at each level.
    risen
        Shape (V, T): whether it has risen since the origin.
    """

    def __init__(self, status: Statuses, villages: Villages, min_years: int) -> None:
        here = villages.at_origin
        self.there = np.arange(len(villages)) < here
        self.status = status
        self.place = places(status, villages.subdistrict_index)
        self.levels = count_levels(self.place[:here], villages)
        at = np.arange(here)[:, None] * (TOP + 1) + status[:here]
        self.at_level = np.bincount(at.ravel(), minlength=len(villages) * (TOP + 1)).reshape(-1, TOP + 1)
        self.risen = np.zeros(status.shape, dtype=bool)
        self._min_years, self._villages = min_years, villages
        self._last_change = None
        if min_years or villages.joins is not None:
            changed = np.full(len(villages), NEVER, np.int32)
            changed[here:] = [] if villages.joins is None else villages.joins[here:]
            self._last_change = np.repeat(changed[:, None], status.shape[1], axis=1)

    def blocked(self, year: int) -> Bools | None:
        """Return who may not rise yet or has not joined, shape (V, T); None without `min_years` and later villages.

        Who joins waits as who changes in that year, and until then.
        """
        return None if self._last_change is None else year - 1 - self._last_change < self._min_years

    def count_may_rise(self, blocked: Bools | None) -> Ints:
        """Return villages per level that may rise, all but those `blocked`, shape (T, 4)."""
        counts: Ints = self.levels.sum(axis=0).T.copy()
        counts[:, TOP] = 0
        if blocked is not None:
            blocked = blocked & self.there[:, None]
            for level in range(TOP):
                counts[:, level] -= ((self.status == level) & blocked).sum(axis=0)
        return counts

    def welcome(self, year: int) -> None:
        """Let the villages join that do so at the end of a year."""
        if self._villages.joins is None:
            return
        new = np.flatnonzero(self._villages.joins == year)
        self.there[new] = True
        self.levels[:, 0] += np.bincount(self._villages.subdistrict_index[new], minlength=len(self.levels))[:, None]
        self.at_level[new, 0] = self.status.shape[1]

    def apply(self, changes: Changes, year: int) -> None:
        """Let all changes of a year happen at once."""
        size = self.status.shape[1]
        before = self.place.take(changes.position)
        after = before + (changes.new - changes.old) * np.int64(size)
        self.place.reshape(-1)[changes.position] = after
        self.status.reshape(-1)[changes.position] = changes.new
        for places_then, level, sign in ((before, changes.old, -1), (after, changes.new, 1)):
            self.levels += sign * np.bincount(places_then, minlength=self.levels.size).reshape(self.levels.shape)
            at = np.bincount(changes.village * 4 + level, minlength=self.at_level.size)
            self.at_level += sign * at.reshape(self.at_level.shape)
        self.risen.reshape(-1)[changes.position[: changes.risen]] = True
        if self._last_change is not None:
            self._last_change.reshape(-1)[changes.position] = year


def states_at_origin(environment: Environment) -> tuple[State, State]:
    """Return where villages stand at the end of the origin year and what the list shows: one state where all report."""
    villages, min_years = environment.villages, environment.scenario.min_years
    listed = State(environment.initial_status(), villages, min_years)
    if not environment.reporting:
        return listed, listed
    return State(environment.initial_level(listed.status), villages, min_years), listed


def move(
    environment: Environment,
    chances: Chances,
    odds: Floats,
    state: State,
    listed: State,
    falls_of_all: Floats | None = None,
) -> Changes:
    """Let every village decide, change and report, and new ones join; return the changes that the list shows."""
    year = chances.year
    changes = decide(environment, chances, odds, state.status, falls_of_all)
    state.apply(changes, year)
    state.welcome(year)
    if chances.reports is None:
        return changes
    up, down = (
        np.flatnonzero(chances.reports & differs)
        for differs in (state.status > listed.status, state.status < listed.status)
    )
    changes = _changes(listed.status, up, state.status.take(up), down, state.status.take(down))
    listed.apply(changes, year)
    listed.welcome(year)
    return changes


def decide(
    environment: Environment, chances: Chances, odds: Floats, status: Statuses, falls_of_all: Floats | None = None
) -> Changes:
    """Let every village decide, with its odds of rising, from the old state; return those that change.

    `falls_of_all`, (V, T), are the chances of falling where a mechanism says them.
    """
    up = rises(chances.uniform, odds)
    # Nobody falls whose 1 − u is not below the largest chance of falling: a cheap first sieve.
    ceiling = environment.fall.max(axis=0) if chances.fall_effect is falls_of_all is None else np.ones(1)
    rest = np.flatnonzero((chances.uniform > 1 - ceiling - _SLACK) > up) if ceiling.any() else np.zeros(0, np.int64)
    first = np.flatnonzero(up)
    above = _lands_above(environment, chances, odds, status, first)
    below = _lands_below(environment, chances, odds, status, rest, falls_of_all)
    fallen = below < status.take(rest)
    return _changes(status, first, above, rest[fallen], below[fallen])


def _changes(status: Statuses, up: Ints, above: Statuses, down: Ints, below: Statuses) -> Changes:
    """Return the changes of villages that rise, at flat positions `up`, to `above`, and that fall."""
    position = np.concatenate([up, down])
    village, trajectory = _village_and_trajectory(position, status)
    return Changes(position, village, trajectory, status.take(position), np.concatenate([above, below]), up.size)


def _village_and_trajectory(position: Ints, status: Statuses) -> tuple[Ints, Ints]:
    """Return what `numpy.divmod` does: one division by a number that is the same for all is far faster."""
    village = position // status.shape[1]
    return village, position - village * status.shape[1]


def _lands_above(
    environment: Environment, chances: Chances, odds: Floats, status: Statuses, position: Ints
) -> Statuses:
    """Return the new status of villages that rise: some by two levels, few of these by three."""
    old, (_, trajectory) = status.take(position), _village_and_trajectory(position, status)
    uniform, odds, reaches = chances.uniform.take(position), odds.take(position), environment.rise_reaches
    by_two = np.stack([reaches[0, 2], reaches[1, 3], np.zeros(status.shape[1])])
    further = rises_past(uniform, odds, _look_up(by_two, old, trajectory))
    new: Statuses = old + np.int8(1) + further
    some = np.flatnonzero(further & (old == 0))
    new[some] += rises_past(uniform[some], odds[some], reaches[0, 3].take(trajectory[some]))
    return new


def _lands_below(
    environment: Environment,
    chances: Chances,
    odds: Floats,
    status: Statuses,
    position: Ints,
    falls_of_all: Floats | None,
) -> Statuses:
    """Return the new status of villages that do not rise: few of these fall."""
    old, (_, trajectory) = status.take(position), _village_and_trajectory(position, status)
    uniform, odds = chances.uniform.take(position), odds.take(position)
    if falls_of_all is not None:
        fall = falls_of_all.take(position)
    elif chances.fall_effect is None:
        fall = _look_up(environment.fall, old, trajectory)
    else:
        fall = fall_chance(_look_up(environment.fall_against, old, trajectory), chances.fall_effect.take(position))
    new = old.copy()
    new -= falls(uniform, odds, fall)
    for level in (1, 0):
        reaches = _look_up(environment.fall_reaches[:, level], old, trajectory)
        new -= falls_past(uniform, odds, fall, reaches) & (old > level + 1)
    return new


def _look_up(table: Floats, old: Statuses, trajectory: Ints) -> Floats:
    """Return ``table[old, trajectory]``, in half of the time that those brackets take."""
    return table.take(old * np.int64(table.shape[1]) + trajectory)


def _record(outcome: Outcome, t: int, state: State, changes: Changes, inside: Bools) -> None:
    """Count year number `t`; `inside` marks the levels of the target."""
    size, count = len(outcome.levels), len(state.status)
    rose, fell = changes.trajectory[: changes.risen], changes.trajectory[changes.risen :]
    entered = (inside.take(changes.new) > inside.take(changes.old))[: changes.risen]
    outcome.rises[:, t] = np.bincount(rose, minlength=size)
    outcome.falls[:, t] = np.bincount(fell, minlength=size)
    outcome.entries[:, t] = np.bincount(rose[entered], minlength=size)
    outcome.levels[:, t + 1] = state.levels.sum(axis=0).T
    outcome.villages.rises[:, t] = np.bincount(changes.village[: changes.risen], minlength=count)
    outcome.villages.risen[:, t] = state.risen.sum(axis=1)
    outcome.villages.status[:, t] = state.at_level
