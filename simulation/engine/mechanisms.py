"""Mechanisms at work in an environment: what they make of the odds and of falls, their luck, and what they record."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from ..domain.arrays import Bools, Floats
from ..domain.law import units_of
from ..domain.mechanism import Mechanism, Year
from ..domain.messages import Message, Refusal, listed
from ..domain.randomness import Process, uniforms
from ..domain.transition import factor
from .environment import Environment

Heard = Callable[[int, str, int, float], None]
"""Called with the place of a mechanism, what it was asked for, the place of the village, and its answer."""


class MechanismError(Refusal):
    """A mechanism gives what cannot be used, or its two forms do not say the same."""


class AtWork:
    """The mechanisms of a scenario over the trajectories of an environment.

    Parameters
    ----------
    single
        Whether villages are asked one by one: parameters are then numbers, those of the only trajectory.
    """

    def __init__(self, environment: Environment, *, single: bool = False) -> None:
        self._environment, self._mechanisms = environment, environment.scenario.mechanisms
        self._year = environment.scenario.origin
        self._drawn: dict[tuple[int, str], tuple[int, Floats]] = {}
        shape = (len(environment.villages), len(environment.trajectories))
        self.recorded: list[dict[str, Floats]] = [
            {name: np.zeros(shape) for name in one.records} for one in self._mechanisms
        ]
        draw = environment.trajectories.draw
        values = environment.parameters.scales
        self._bound = []
        for place, one in enumerate(self._mechanisms):
            of_all = {name: values[one.key(name)][draw] for name in one.parameters}
            known: Mapping[str, Any] = {name: float(value[0]) for name, value in of_all.items()} if single else of_all
            self._bound.append(one.bound(known, partial(self._uniform, place), self.recorded[place]))

    def begin(self, year: int) -> None:
        """Let a year begin: uniforms are those of the year from now on."""
        self._year = year

    def _uniform(self, place: int, name: str) -> Floats:
        """Return one of the uniforms of a mechanism, shape (V, T)."""
        mechanism = self._mechanisms[place]
        if name not in mechanism.uniforms:
            raise KeyError(f"{mechanism.name} declares no uniform {name}; it has {listed(mechanism.uniforms)}")
        how, environment = mechanism.uniforms[name], self._environment
        year = 0 if how.lasting else self._year
        known = self._drawn.get((place, name))
        if known is None or known[0] != year:
            units, of_village = units_of(environment.villages, how.shared_by)
            address = f"{mechanism.name}/{name}"
            drawn = uniforms(environment.seed, Process.MECHANISM, year, units, environment.trajectories, address)
            known = self._drawn[place, name] = year, drawn[of_village]
        return known[1]

    def odds_of(self, village: Any, odds: float, heard: Heard | None = None) -> float:
        """Return the odds with which one village rises; where those of the law are 0 or infinite, these."""
        if not 0 < odds < math.inf:
            return odds
        total: float | None = None
        for place in self._that("log_odds"):
            added = self._number(place, "log_odds", self._bound[place].log_odds(village))
            total = added if total is None else total + added
            if heard is not None:
                heard(place, "log_odds", village.position, added)
        if total is not None and total != 0:
            odds *= float(factor(np.array([total]))[0])
        for place in self._that("rise_odds"):
            odds = self._number(place, "rise_odds", self._bound[place].rise_odds(village, odds), least=0)
            if heard is not None:
                heard(place, "rise_odds", village.position, odds)
        return odds

    def chance_of_falling(self, village: Any, chance: float, heard: Heard | None = None) -> float:
        """Return the chance that one village that does not rise falls, where it is above the lowest level."""
        for place in self._that("fall_chance") if village.status > 0 else ():
            found = self._bound[place].fall_chance(village, chance)
            chance = self._number(place, "fall_chance", found, least=0, most=1)
            if heard is not None:
                heard(place, "fall_chance", village.position, chance)
        return chance

    def record(self, villages: Sequence[Any], heard: Heard | None = None) -> None:
        """Keep what is recorded of the villages that are there, at the end of a year."""
        for place in self._that("record"):
            mechanism, kept = self._bound[place], {name: np.zeros_like(a) for name, a in self.recorded[place].items()}
            for village in villages:
                found = mechanism.record(village)
                self._refuse_other_names(place, found)
                for name, value in found.items():
                    number = self._number(place, name, value)
                    kept[name][village.position] = number
                    if heard is not None:
                        heard(place, f"record {name}", village.position, number)
            self.recorded[place].update(kept)

    def odds_of_all(self, year: Year, odds: Floats) -> Floats:
        """Return the odds with which all villages rise, shape (V, T), from those of the law."""
        *_, (_, _, found) = self.steps_of_all(year, odds)
        return found

    def steps_of_all(self, year: Year, odds: Floats) -> Iterator[tuple[int, str, Floats]]:
        """Yield what each mechanism says in turn, (V, T); what comes last are the odds of all."""
        may, total = (odds > 0) & (odds < np.inf), None
        for place in self._that("log_odds"):
            added = self._array(place, "log_odds", self._bound[place].log_odds_of_all(year), may)
            yield place, "log_odds", added
            total = added if total is None else total + added
        if total is not None:
            odds = odds * factor(total)
        for place in self._that("rise_odds"):
            found = self._array(place, "rise_odds", self._bound[place].rise_odds_of_all(year, odds), may, least=0)
            odds = np.where(may, found, odds)
            yield place, "rise_odds", odds
        yield -1, "odds", odds

    def falls_of_all(self, year: Year, chance: Callable[[], Floats]) -> Floats | None:
        """Return the chance that each village that does not rise falls, (V, T); None where no mechanism says it."""
        steps = [values for *_, values in self.fall_steps_of_all(year, chance)]
        return steps[-1] if steps else None

    def fall_steps_of_all(self, year: Year, chance: Callable[[], Floats]) -> Iterator[tuple[int, str, Floats]]:
        """Yield what each mechanism says of falls in turn, (V, T)."""
        may = year.status > 0
        found: Floats | None = None
        for place in self._that("fall_chance"):
            found = chance() if found is None else found
            new = self._bound[place].fall_chance_of_all(year, found)
            found = np.where(may, self._array(place, "fall_chance", new, may, least=0, most=1), 0.0)
            yield place, "fall_chance", found

    def record_of_all(self, year: Year) -> None:
        """Keep what is recorded of all villages at the end of a year."""
        there = year.there[:, None]
        for place in self._that("record"):
            found = self._bound[place].record_of_all(year)
            self._refuse_other_names(place, found)
            everywhere = np.broadcast_to(there, year.status.shape)
            kept = {name: self._array(place, name, found[name], everywhere) * there for name in found}
            self.recorded[place].update(kept)

    def records(self) -> Floats:
        """Return what was recorded last, shape (R, V, T), in the order of the scenario."""
        arrays = [array for of_one in self.recorded for array in of_one.values()]
        shape = (len(self._environment.villages), len(self._environment.trajectories))
        return np.array(arrays).reshape(len(arrays), *shape)

    def met(self, year: Year) -> Bools | None:
        """Return whether the target of a mechanism's own is met, shape (T,); None where none has any."""
        for one in self._bound:
            if one.judges:
                found = np.asarray(one.met(year))
                if found.dtype != bool:
                    message = Message("{method} of {mechanism} must say True or False", _named(one, "met"))
                    raise MechanismError(message)
                return np.broadcast_to(found, (year.status.shape[1],))
        return None

    def _that(self, form: str) -> list[int]:
        return [place for place, one in enumerate(self._mechanisms) if form in one.does]

    def _number(
        self, place: int, method: str, found: object, least: float = -math.inf, most: float = math.inf
    ) -> float:
        """Return what was said of a village as a float.

        Raises
        ------
        ValueError
            Where it is no such number.
        """
        number = float(found) if isinstance(found, Real) else math.nan
        if not (math.isfinite(number) and least <= number <= most):
            raise ValueError(f"{method} of {self._mechanisms[place].name} is {found!r}, not {_allowed(least, most)}")
        return number

    def _array(
        self, place: int, method: str, found: Any, asked: Bools, least: float = -math.inf, most: float = math.inf
    ) -> Floats:
        """Return what was said of all villages, shape (V, T); 0 where nothing was asked.

        Raises
        ------
        MechanismError
            Where it has another shape, or is no such number where one was asked.
        """
        values: dict[str, Any] = _named(self._mechanisms[place], method)
        try:
            array = np.broadcast_to(np.asarray(found, dtype=np.float64), asked.shape)
        except (ValueError, TypeError) as error:
            values |= {"shape": str(asked.shape), "found": str(np.shape(found))}
            message = Message("{method} of {mechanism} must give numbers of shape {shape}; found {found}", values)
            raise MechanismError(message) from error
        array = np.where(asked, array, 0.0)
        wrong = ~(np.isfinite(array) & (array >= least) & (array <= most))
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            villages = self._environment.villages
            values |= {"village": villages.codes[row], "year": self._year, "found": repr(float(array[row, column]))}
            if least == -math.inf:
                message = Message(
                    "{method} of {mechanism} is {found} for the village {village} in {year}, not a finite number",
                    values,
                )
                raise MechanismError(message)
            values |= {"least": f"{least:g}", "most": f"{most:g}"}
            message = Message(
                "{method} of {mechanism} is {found} for the village {village} in {year}, not from {least} to {most}",
                values,
            )
            raise MechanismError(message)
        return np.ascontiguousarray(array)

    def _refuse_other_names(self, place: int, found: Mapping[str, Any]) -> None:
        mechanism = self._mechanisms[place]
        if set(found) != set(mechanism.records):
            raise ValueError(f"{mechanism.name} records {listed(found)}; it declares {listed(mechanism.records)}")


def _named(mechanism: Mechanism, method: str) -> dict[str, Any]:
    return {"mechanism": mechanism.name, "method": method}


def _allowed(least: float, most: float) -> str:
    if least == -math.inf:
        return "a finite number"
    return "a finite number of 0 or more" if most == math.inf else f"a number in [{least:g}, {most:g}]"
