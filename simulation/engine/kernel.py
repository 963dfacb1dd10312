"""The array engine, compiled: the same trajectories bit for bit as `batch.py`, with the extra ``fast`` (Numba).

What the law says comes in as tables, from `domain/law.py` and `Environment`; `kernel_loops.py` is the way through them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..domain.arrays import Bools, Floats, Ints, Statuses, Words
from ..domain.elementary import exp_table, quantile_table
from ..domain.law import (
    Term,
    acting,
    learned_effects,
    luck_among,
    neighbours_by_number_above,
    of_places,
    seen_of_villages,
    units_of,
)
from ..domain.parameters import Parameters
from ..domain.randomness import WORDS, Process, Trajectories, philox_key
from ..domain.reporting import reporting_chance
from ..domain.scenario import Assumptions
from ..domain.status import TOP
from ..domain.status_knowledge import KnownStatuses, MadeUpCounts, MissingStatuses, SomeStatuses
from ..domain.transition import factor
from ..domain.villages import Villages, count_levels, places
from .conditional import at_least, most_needed, numbers_needed
from .environment import NEVER, Environment
from .kernel_loops import advance, place
from .outcome import Counts, Outcome, packed


def simulate(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    trajectories: Trajectories,
    seed: int,
    *,
    conditional: bool = False,
) -> Outcome:
    """Run one block of T trajectories of one district, as `batch.simulate` does."""
    villages = villages.ever
    environment = Environment(scenario, villages, parameters, trajectories, seed)
    outcome = Outcome.empty((len(trajectories),), scenario, villages, conditional=conditional)
    block = _Block(environment, outcome, conditional=conditional)
    if not environment.programmes:
        block.advance(scenario.years)
    for t, year in enumerate(scenario.years if environment.programmes else ()):
        environment.assist(year, block.listed, block.listed_levels(year), block.blocked(year))
        block.advance(range(year, year + 1))
        for j, programme in enumerate(environment.programmes):
            outcome.assisted[:, t, j] = programme.assisted.sum(axis=0)
            outcome.villages.assisted[:, t, j] = programme.assisted.sum(axis=1)
    outcome.risen[:] = packed(block.risen)
    if conditional:
        must = numbers_needed(scenario.target, outcome.levels[:, :-1])
        for t, fewer in enumerate(block.fewer):
            outcome.enough_rise[:, t] = at_least(fewer, must[..., t]).T
    return outcome


def _initial_status(environment: Environment, grid: Grid) -> Statuses:
    """Return what `Environment.initial_status` does."""
    villages, known = environment.villages, environment.villages.known
    here = villages.at_origin
    ordered = of_places("village_order", villages.codes[:here], environment.parameters) is not None
    if ordered or isinstance(known, KnownStatuses | MissingStatuses):
        return environment.initial_status()
    status = np.zeros((len(villages), len(environment.trajectories)), dtype=np.int8)
    if isinstance(known, SomeStatuses):
        status[:here] = known.levels[:, None]
    if isinstance(known, MadeUpCounts):
        shares = iter([(np.arange(here), environment.counts_drawn(known))])
    else:
        shares = ((rows, counts[:, None]) for rows, counts in known.shares())
    key = np.array(philox_key(environment.seed, Process.PLACEMENT, environment.scenario.origin), dtype=np.uint64)
    for rows, counts in shares:
        firsts = np.broadcast_to(np.cumsum(counts[:TOP], axis=0), (TOP, status.shape[1]))
        if not place(status, rows, np.ascontiguousarray(firsts, np.int16), villages.units, key, grid):
            return environment.initial_status()
    return status


class Elementary(NamedTuple):
    """The tables behind exp and the normal quantile (`domain/elementary.py`)."""

    exp: Floats
    quantile: Floats


class Luck(NamedTuple):
    """Terms of luck, L of them, in D distinct draws: where each is looked up and what it weighs.

    Attributes
    ----------
    keys
        Shape (L, Y, 2): of each year, or of the one draw for all years.
    of_district, coin
        Shape (L,): whether the district has one draw in common; whether it is a coin and no normal.
    units
        Shape (L, V) where it lasts, (L, K) where it is of a year: what has a draw of its own.
    coefficient, chance
        Shape (L, D): what it weighs; of a coin the chance.
    learned
        Shape (L, V, D): what the past says of it, NaN where chance decides; (0, 0, 0) where chance decides all.
    """

    keys: Words
    of_district: Bools
    coin: Bools
    units: Words
    coefficient: Floats
    chance: Floats
    learned: Floats

    @classmethod
    def of(cls, terms: list[Term], villages: Villages, parameters: Parameters, seed: int, years: Sequence[int]) -> Luck:
        """Return the tables of some terms; ``years`` is [0] where they last."""
        lasts = list(years) == [0]
        lucks = [luck for term in terms if (luck := term.luck) is not None]
        size = len(villages) if lasts else len(villages.subdistricts)
        draws = parameters.rise.shape[0]
        units, learned = np.zeros((len(terms), size), np.uint64), np.full((len(terms), size, draws), np.nan)
        for i, (term, luck) in enumerate(zip(terms, lucks, strict=True)):
            own, of_village = units_of(villages, luck.shared_by)
            units[i] = own[of_village] if lasts else own
            known = learned_effects(term, villages, parameters)
            if known is not None:
                rows = of_village < len(known)
                learned[i, rows] = known[of_village[rows]]
        keys = [philox_key(seed, luck.process, year) for luck in lucks for year in years]
        return cls(
            keys=np.array(keys, dtype=np.uint64).reshape(len(terms), len(years), 2),
            of_district=np.array([luck.shared_by == "district" for luck in lucks], dtype=bool),
            coin=np.array([term.coin is not None for term in terms], dtype=bool),
            units=units,
            coefficient=np.array([term.coefficient(parameters) for term in terms]).reshape(len(terms), draws),
            chance=np.array(
                [np.zeros(draws) if term.coin is None else parameters.scales[term.coin] for term in terms]
            ).reshape(len(terms), draws),
            learned=np.ones((0, 0, 0)) if np.isnan(learned).all() else learned,
        )


class _Block:
    """Where all villages of T trajectories stand, and the tables that move them; V villages, K kecamatan.

    Attributes
    ----------
    status, listed
        Shape (V, T): level, and what the list shows: one array where all report.
    risen
        Shape (V, T): whether the list showed a rise since the origin.
    changed
        Shape (V, T), or (0, 0) where it does not matter: year of the last change.
    fewer
        Shape (Y, M, T): chance that fewer than 1 … M villages rise in each year; M is 0 if it is not asked for.
    """

    def __init__(self, environment: Environment, outcome: Outcome, *, conditional: bool) -> None:
        self._environment, self._outcome = environment, outcome
        villages, trajectories = environment.villages, environment.trajectories
        numbers = most_needed(environment.scenario.target, len(villages)) if conditional else 0
        self.fewer = np.zeros((environment.scenario.horizon, numbers, len(trajectories)))
        drawn, of_draw = np.unique(trajectories.draw, return_inverse=True)
        column = np.arange(WORDS * trajectories.block_draw.size)
        if trajectories.columns is not None:
            column[:] = -1
            column[trajectories.columns] = np.arange(len(trajectories))
        self._grid = Grid(trajectories.block_replicate, trajectories.block_draw, column, of_draw)
        self.listed = _initial_status(environment, self._grid)
        self.status = environment.initial_level(self.listed) if environment.reporting else self.listed
        self.risen = np.zeros(self.status.shape, dtype=bool)
        self.changed = np.zeros((0, 0), np.int32)
        joins = np.zeros(len(villages), np.int64) if villages.joins is None else villages.joins
        if environment.scenario.min_years or villages.joins is not None:
            changed = np.where(joins > 0, joins, NEVER).astype(np.int32)
            self.changed = np.repeat(changed[:, None], len(trajectories), axis=1)
        self._law = self._tables(environment.parameters.take(drawn), joins)

    def _tables(self, parameters: Parameters, joins: Ints) -> Law:
        """Return the law as tables, of the distinct draws."""
        environment, none = self._environment, np.ones((0, 0))
        villages, seed, years = environment.villages, environment.seed, environment.scenario.years
        sizes = np.array([self._sizes(year) for year in years])
        distinct, row = np.unique(sizes, return_inverse=True)
        neighbours = neighbours_by_number_above(villages, parameters, distinct)
        if neighbours is None:
            raise ValueError("the kernel cannot follow this law: ask `compiled.why_not` first")
        lasting, yearly = (luck_among(acting(parameters), lasting=lasts) for lasts in (True, False))
        seen = seen_of_villages(villages, parameters)
        reporting = reporting_chance(environment.parameters)
        whole = environment.village_factor if environment.programmes else None
        processes = (Process.TRANSITION, Process.REPORT)
        return Law(
            keys=np.array([[philox_key(seed, process, year) for year in years] for process in processes], np.uint64),
            units=villages.units,
            joins=joins,
            order=np.argsort(villages.subdistrict_index, kind="stable"),
            starts=np.concatenate([[0], np.cumsum(villages.subdistrict_sizes)]),
            min_years=environment.scenario.min_years,
            inside=np.array(environment.scenario.target.level_mask, dtype=np.int8),
            base_odds=environment.base_odds,
            fall=environment.fall,
            rise_reaches=environment.rise_reaches,
            fall_reaches=environment.fall_reaches,
            reporting=none[0:0].ravel() if reporting is None else reporting[environment.trajectories.draw],
            lasting=Luck.of(lasting, villages, parameters, seed, [0]),
            yearly=Luck.of(yearly, villages, parameters, seed, years),
            seen=none if seen is None else seen,
            village_factor=none if whole is None else whole,
            neighbours=np.ones((0, 0, 0)) if neighbours.ndim == 1 else factor(neighbours),
            size_row=row.reshape(sizes.shape),
            rise_effect=none,
            fall_effect=none,
            elementary=Elementary(exp_table(), quantile_table().reshape(-1)),
        )

    def _sizes(self, year: int) -> Ints:
        """Return how many villages of each kecamatan are there at the start of a year, shape (K,)."""
        villages = self._environment.villages
        there = villages.subdistrict_index[villages.there(year)]
        return np.bincount(there, minlength=len(villages.subdistricts))

    def listed_levels(self, year: int) -> Ints:
        """Return how many villages the list shows where, shape (K, 4, T), of those that are there."""
        villages = self._environment.villages
        return count_levels(places(self.listed, villages.subdistrict_index)[villages.there(year)], villages)

    def blocked(self, year: int) -> Bools | None:
        """Return who may not rise yet or has not joined, shape (V, T); None where that cannot be."""
        return year - 1 - self.changed < self._environment.scenario.min_years if self.changed.size else None

    def advance(self, years: range) -> None:
        """Let some years pass in which the programmes act as they do now."""
        environment, outcome = self._environment, self._outcome
        rise_effect, fall_effect = environment.effects()
        law = self._law
        if rise_effect is not None:
            law = law._replace(rise_effect=factor(rise_effect))
        if fall_effect is not None:
            law = law._replace(fall_effect=factor(-fall_effect), fall=environment.fall_against)
        tally = Tally(
            outcome.levels,
            outcome.can_rise,
            outcome.rises,
            outcome.falls,
            outcome.entries,
            outcome.villages.status,
            outcome.villages.rises,
            outcome.villages.risen,
            self.fewer,
        )
        standing = Standing(self.status, self.listed, self.risen, self.changed)
        begin = environment.scenario.years[0]
        advance(law, self._grid, standing, tally, years.start - begin, years.stop - begin, begin)


class Law(NamedTuple):
    """What moves V villages in K kecamatan over T trajectories of D distinct draws, in Y years.

    Attributes
    ----------
    keys
        Shape (2, Y, 2): of the uniforms that decide and of those that say who reports.
    units, joins
        Shape (V,): addresses; the year at whose end a village joins, 0 where it is there at the origin.
    order, starts
        Shape (V,) and (K + 1,): villages by kecamatan, and where each kecamatan begins among them.
    min_years, inside
        Years that a village waits after a change; shape (4,): whether a level is inside the target.
    base_odds, fall, rise_reaches, fall_reaches
        As in `Environment`; where interventions protect, `fall` holds the odds against falling.
    reporting
        Shape (T,): chance of reporting; (0,) where all report.
    lasting, yearly, seen
        Luck of both kinds, and shape (V, D), or (0, 0): log odds of what is seen of a village.
    village_factor
        Shape (V, T): what these make of a village in every year, where it is at hand; (0, 0) where not.
    neighbours, size_row
        Shape (S, M, D), or (0, 0, 0): factor of the odds in a kecamatan of a size with so many villages above; shape
        (Y, K): which of these sizes it has.
    rise_effect, fall_effect
        Shape (V, T): factors of the interventions in the year; (0, 0) where none acts.
    """

    keys: Words
    units: Words
    joins: Ints
    order: Ints
    starts: Ints
    min_years: int
    inside: Statuses
    base_odds: Floats
    fall: Floats
    rise_reaches: Floats
    fall_reaches: Floats
    reporting: Floats
    lasting: Luck
    yearly: Luck
    seen: Floats
    village_factor: Floats
    neighbours: Floats
    size_row: Ints
    rise_effect: Floats
    fall_effect: Floats
    elementary: Elementary


class Grid(NamedTuple):
    """The trajectories: Q Philox blocks of four words, as in `Trajectories`.

    Attributes
    ----------
    replicate, draw
        Shape (Q,): of each Philox block.
    column
        Shape (4 Q,): which trajectory has a word, −1 for none.
    of_draw
        Shape (T,): the place of its draw among the distinct ones.
    """

    replicate: Words
    draw: Words
    column: Ints
    of_draw: Ints


class Standing(NamedTuple):
    """Where villages stand, as in `_Block`."""

    status: Statuses
    listed: Statuses
    risen: Bools
    changed: Counts


class Tally(NamedTuple):
    """What is filled: arrays of an `Outcome`, and of `_Block` what its chances are made of."""

    levels: Counts
    can_rise: Counts
    rises: Counts
    falls: Counts
    entries: Counts
    village_status: Ints
    village_rises: Ints
    village_risen: Ints
    fewer: Floats
