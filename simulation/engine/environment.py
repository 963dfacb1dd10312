"""What is settled about a year before any village decides: who is assisted, luck, odds.

The environment of one district over T trajectories; the two drivers (`model.py`, `batch.py`) differ only in how they
visit its villages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property, partial

import numpy as np

from ..domain.arrays import Bools, Floats, Ints, Statuses, Words
from ..domain.blank_statuses import chances_at_origin
from ..domain.intervention import Programme, combine, combine_on_falls
from ..domain.law import lasting_log_odds, luck_of_years, neighbours_factor, of_places
from ..domain.parameters import Parameters
from ..domain.randomness import Process, Trajectories, uniforms
from ..domain.reporting import levels_behind, reporting_chance
from ..domain.scenario import Assumptions
from ..domain.status_knowledge import KnownStatuses, MadeUpCounts, MissingStatuses, place_counts
from ..domain.transition import factor, fall_chance, odds, odds_against
from ..domain.villages import Villages, places

NEVER = -(10**6)
"""Year of the last change of a village whose history is unknown: long enough ago."""


@dataclass(frozen=True, eq=False)
class Chances:
    """The odds and chances of one year, before villages differ.

    Attributes
    ----------
    year
    rise_odds
        Shape (K, 4, T): odds of rising in each kecamatan at each level; the luck of the year and neighbours included.
    rise_effect, fall_effect
        Shape (V, T): exp(E) and exp(−Efall) of the interventions; None where none acts.
    uniform
        Shape (V, T): what decides.
    reports
        Shape (V, T): who reports its level at the end of the year; None where all do.
    """

    year: int
    rise_odds: Floats
    rise_effect: Floats | None
    fall_effect: Floats | None
    uniform: Floats
    reports: Bools | None


class Environment:
    """One district over T trajectories, V villages in K kecamatan; the last axis of every array is T.

    In every year, in order: `assist` decides whom the programmes assist, `chances` says what then holds.

    Parameters
    ----------
    villages
        Those that join later among them where they are to be followed (`Villages.ever`).
    parameters
        Draws 0 … D−1 of the scenario's parameters; `trajectories.draw` indexes them.

    Attributes
    ----------
    programmes
        The interventions at work, in the order of the scenario.
    base_odds
        Shape (4, T): odds of rising of a typical village in a typical year at each level.
    fall, fall_against
        Shape (4, T): chance of falling given no rise, without interventions, and the odds against it.
    rise_reaches, fall_reaches
        Shape (4, 4, T): as in `Parameters`.
    """

    def __init__(
        self, scenario: Assumptions, villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int
    ) -> None:
        self.scenario = scenario
        self.villages = villages
        self.trajectories = trajectories
        self.seed = seed
        draw = trajectories.draw
        self.parameters = parameters
        self.base_odds = np.ascontiguousarray(odds(parameters.rise)[draw].T)
        self.fall_against = np.ascontiguousarray(odds_against(parameters.fall)[draw].T)
        self.fall = fall_chance(self.fall_against, np.ones_like(self.fall_against))
        self.rise_reaches = np.ascontiguousarray(parameters.rise_reaches[draw].transpose(1, 2, 0))
        self.fall_reaches = np.ascontiguousarray(parameters.fall_reaches[draw].transpose(1, 2, 0))
        ratios = zip(parameters.rise_log_odds_ratio[draw].T, parameters.fall_log_odds_ratio[draw].T, strict=True)
        self.programmes = [
            Programme(plan, villages, *ratio) for plan, ratio in zip(scenario.interventions, ratios, strict=True)
        ]
        yearly = reporting_chance(parameters)
        self._reporting_chance = None if yearly is None else yearly[draw]
        self._uniforms: Callable[..., Floats] = partial(_uniforms, seed, villages.units, trajectories)
        self._assisted_in = scenario.origin

    @property
    def reporting(self) -> bool:
        """Whether the list may show another level than a village has."""
        return self._reporting_chance is not None

    def apart(self) -> Iterator[Environment]:
        """Yield the environment of each trajectory alone, before any year is settled.

        What chance decides in a year is looked up once for all of them, when the first one asks.
        """
        uniforms_of_all = cache(self._uniforms)
        _ = self.village_factor, self.luck_factor, self._seen_factor  # worked out for all, to be shared out
        for column in range(len(self.trajectories)):
            here = slice(column, column + 1)

            def uniforms_of_one(*address: int | str, here: slice = here) -> Floats:
                return uniforms_of_all(*address)[:, here]

            arrays = {name: array for name, array in vars(self).items() if isinstance(array, np.ndarray)}
            trajectory, environment = self.trajectories.alone(column), copy(self)
            vars(environment).update(
                {name: np.ascontiguousarray(array[..., here]) for name, array in arrays.items()},
                trajectories=trajectory,
                programmes=[programme.alone(column) for programme in self.programmes],
                _neighbours=neighbours_factor(self.villages, self.parameters, trajectory.draw),
                _uniforms=uniforms_of_one,
            )
            yield environment

    @cached_property
    def village_factor(self) -> Floats | None:
        """By what a village's odds of rising are multiplied in every year, shape (V, T); None where all are alike."""
        seen, luck = self._lasting
        lasting = luck if seen is None else seen if luck is None else luck + seen
        return None if lasting is None else factor(lasting)

    @cached_property
    def luck_factor(self) -> Floats:
        """By what the luck of each year multiplies the odds of rising in each kecamatan, shape (Y, K, T)."""
        years = self.scenario.years
        return factor(luck_of_years(self.villages, self.parameters, self.trajectories, self.seed, years))

    @cached_property
    def _neighbours(self) -> Callable[[Ints], Floats] | None:
        return neighbours_factor(self.villages, self.parameters, self.trajectories.draw)

    @cached_property
    def _lasting(self) -> tuple[Floats | None, Floats | None]:
        return lasting_log_odds(self.villages, self.parameters, self.trajectories, self.seed)

    @cached_property
    def _seen_factor(self) -> Floats | None:
        seen, _ = self._lasting
        return None if seen is None else factor(seen)

    def initial_status(self, key: Floats | None = None) -> Statuses:
        """Return the status of every village on the list at the end of the origin year, shape (V, T).

        Villages that join later stand at the lowest level.

        Where only counts are known they are placed on the villages in the order of `key` (V, T), the lowest level
        first; by default at random, anew in each trajectory, or as the draws of a calibration have it.
        """
        status = np.zeros((len(self.villages), len(self.trajectories)), dtype=np.int8)
        status[: self.villages.at_origin] = self._placed(key)
        return status

    def _placed(self, key: Floats | None) -> Statuses:
        villages, size = self.villages, len(self.trajectories)
        if isinstance(villages.known, KnownStatuses):
            return np.repeat(villages.levels[:, None], size, axis=1)
        here = villages.at_origin
        learned = of_places("village_order", villages.codes[:here], self.parameters)
        if learned is not None:
            key = learned[:, self.trajectories.draw]
        elif key is None:
            key = self._uniforms(Process.PLACEMENT, self.scenario.origin)[:here]
        if isinstance(villages.known, MadeUpCounts):
            return place_counts(key, self.counts_drawn(villages.known))
        if isinstance(villages.known, MissingStatuses):
            drawn, which = np.unique(self.trajectories.draw, return_inverse=True)
            parameters = self.parameters.take(drawn)
            chances = chances_at_origin(villages, villages.known, parameters, self.scenario.origin)
            return villages.known.place(key, chances[..., which])
        return villages.known.place(key)

    def counts_drawn(self, known: MadeUpCounts) -> Ints:
        """Return the made-up counts of each trajectory, shape (4, T)."""
        draw = self.trajectories.draw
        first, last = int(draw.min()), int(draw.max())
        return known.draw(self.seed, range(first, last + 1))[draw - first].T

    def initial_level(self, listed: Statuses) -> Statuses:
        """Return where villages stand of which the list of the origin year shows `listed`, shape (V, T) both."""
        behind, level = levels_behind(self.villages, self.parameters), listed.copy()
        if behind is not None:
            level[: self.villages.at_origin] = behind[:, self.trajectories.draw]
        return level

    def assist(self, year: int, status: Statuses, levels: Ints, blocked: Bools | None) -> None:
        """Decide whom the programmes assist in a year, from the state at its start.

        Parameters
        ----------
        year
            The year after the one that was settled last.
        status
            Shape (V, T): on the list.
        levels
            Shape (K, 4, T): villages per kecamatan and level of the list.
        blocked
            Shape (V, T): who may not rise yet (``min_years``) or is not there; None for nobody.

        Raises
        ------
        ValueError
            Where the year is not the next one: places are filled and doses age once a year.
        """
        if year != self._assisted_in + 1:
            raise ValueError(f"assistance is settled up to {self._assisted_in}; the next year is not {year}")
        self._assisted_in = year
        if not self.programmes:
            return

        @cache
        def planner_odds() -> Floats:
            return self._planner_odds(status, levels, blocked)

        for programme in self.programmes:
            name = programme.intervention.name
            tie = partial(self._uniforms, Process.PRIORITY, year, name)
            programme.allocate(year, status, tie, planner_odds)

    def chances_of_places(self, year: int, status: Statuses, levels: Ints) -> list[Floats]:
        """Return the chance that each programme assists a village in `year`, (V, T) each, if none has been before."""
        planner_odds = partial(self._planner_odds, status, levels, None)
        return [programme.chance_of_place(year, status, planner_odds) for programme in self.programmes]

    def chances(self, year: int, levels: Ints) -> Chances:
        """Return what holds in a year whose assistance is settled; asking changes nothing.

        Parameters
        ----------
        levels
            Shape (K, 4, T): villages per kecamatan and level at the start of the year.

        Raises
        ------
        ValueError
            Where assistance is not settled for this year.
        """
        if year != self._assisted_in:
            raise ValueError(f"assistance is settled for {self._assisted_in}, not for {year}")
        yearly, (rise_effect, fall_effect) = self._reporting_chance, self.effects()
        rise_odds = self.base_odds * self.luck_factor[year - self.scenario.years[0]][:, None, :]
        if self._neighbours is not None:
            rise_odds = rise_odds * self._neighbours(levels)
        return Chances(
            year=year,
            rise_odds=rise_odds,
            rise_effect=None if rise_effect is None else factor(rise_effect),
            fall_effect=None if fall_effect is None else factor(-fall_effect),
            uniform=self._uniforms(Process.TRANSITION, year),
            reports=None if yearly is None else self._uniforms(Process.REPORT, year) < yearly,
        )

    def rise_odds(self, chances: Chances, place: Ints, blocked: Bools | None) -> Floats:
        """Return the odds of rising of every village, shape (V, T), 0 for who is blocked.

        Parameters
        ----------
        place
            Shape (V, T): where each stands at the start of the year, as `places` has it.
        """
        odds = chances.rise_odds.take(place)
        if self.village_factor is not None:
            odds *= self.village_factor
        if chances.rise_effect is not None:
            odds *= chances.rise_effect
        if blocked is not None:
            odds[blocked] = 0.0
        return odds

    def _planner_odds(self, status: Statuses, levels: Ints, blocked: Bools | None) -> Floats:
        """Return the odds of rising without intervention as a planner can foresee them, shape (V, T).

        Those of a typical village in a typical year, what is seen of it and of its neighbours as it stands.
        """
        by_level = self.base_odds if self._neighbours is None else self.base_odds * self._neighbours(levels)
        seen = np.broadcast_to(by_level, levels.shape).take(places(status, self.villages.subdistrict_index))
        if self._seen_factor is not None:
            seen = seen * self._seen_factor
        return seen if blocked is None else np.where(blocked, 0.0, seen)

    def effects(self) -> tuple[Floats | None, Floats | None]:
        """Return E and Efall of all interventions in the year whose assistance is settled, each (V, T) or None."""
        effects = [programme.effects() for programme in self.programmes]
        up = [rise for rise, _ in effects if rise is not None]
        down = [fall for _, fall in effects if fall is not None]
        overlap = self.scenario.overlap
        return combine(up, overlap) if up else None, combine_on_falls(down, overlap) if down else None


def _uniforms(
    seed: int, units: Words, trajectories: Trajectories, process: Process, year: int, name: str = ""
) -> Floats:
    """Return `uniforms` with the arguments that no year changes in front."""
    return uniforms(seed, process, year, units, trajectories, name)
