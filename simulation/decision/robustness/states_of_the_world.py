"""States of the world that a district cannot choose and does not know: each fixes parameters that are open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ...domain.distributions import Distribution, Empirical, Fixed
from ...domain.law import TERMS, YEAR, Luck
from ...domain.parameters import ParameterKey
from ...domain.status import LEVELS
from ...domain.villages import MadeUpCounts, Villages
from ...inputs.scenario import Scenario
from ..next_datum import FIRST_LAUNCH
from ..trial import with_scalars

WorldName = Literal[
    "as_stated", "launched_long_ago", "launched_recently", "few_skips", "many_skips",
    "weak_effects", "strong_effects", "no_shocks", "large_shocks",
]  # fmt: skip
LAUNCHES: dict[WorldName, int] = {"launched_long_ago": FIRST_LAUNCH, "launched_recently": 2022}
"""Years in which all villages would have been launched: the programme's first, and one of its latest."""
_LOW, _MIDDLE, _HIGH = 0.05, 0.5, 0.95
_SHOCKS = [term for term in TERMS if isinstance(term.regressor, Luck) and not term.regressor.lasting]


@dataclass(frozen=True)
class World:
    """One state of the world.

    Attributes
    ----------
    name
        What it is called.
    scalars
        Parameters that it sets, as numbers.
    effect_quantile
        Where on its own distribution it sets every effect of an intervention that is open; None leaves them.
    """

    name: WorldName
    scalars: dict[ParameterKey, float] = field(default_factory=dict)
    effect_quantile: float | None = None

    def of(self, scenario: Scenario) -> Scenario:
        """Return a scenario in this state."""
        scalars: dict[ParameterKey, Distribution] = {key: Fixed(value) for key, value in self.scalars.items()}
        if self.effect_quantile is not None:
            effects = open_effects(scenario)
            scalars |= {key: Fixed(_at(effect, self.effect_quantile)) for key, effect in effects.items()}
        return with_scalars(scenario, scalars)


def open_effects(scenario: Scenario) -> dict[ParameterKey, Distribution]:
    """Return the odds ratios of rising that are not numbers."""
    known = scenario.parameters.scalars
    keys = [ParameterKey.effect(plan.name, "rise") for plan in scenario.interventions]
    return {key: known[key] for key in keys if _open(known[key])}


def worlds_of(options: Sequence[Scenario]) -> Iterator[World]:
    """Yield the states: first the world as stated, then two for each thing that is not known.

    Parameters
    ----------
    options
        Scenarios of one district that differ in their interventions alone.

    Notes
    -----
    Launch: the levels of today were reached since 2016, or since 2022, one level or more at a time, so that the
    district's typical villages rise that often on average. Skips, effects: the 5% and the 95% quantile. Shocks:
    none at all, or the 95% quantile of the spread between years. Parameters that are numbers have no states, nor
    have those drawn together from a file.
    """
    scenario = options[0]
    yield World("as_stated")
    yield from _launches(scenario)
    known = scenario.parameters.scalars
    yield from _two("few_skips", "many_skips", {key: p for key, p in known.items() if key.kind == "skip"})
    if any(map(open_effects, options)):
        yield World("weak_effects", effect_quantile=_LOW)
        yield World("strong_effects", effect_quantile=_HIGH)
    if any(known[term.switch] != term.off for term in _SHOCKS):
        yield World("no_shocks", {term.switch: term.switch.neutral for term in _SHOCKS})
    if _open(known[YEAR.key]):
        yield World("large_shocks", {YEAR.key: _at(known[YEAR.key], _HIGH)})


def _two(low: WorldName, high: WorldName, known: dict[ParameterKey, Distribution]) -> Iterator[World]:
    known = {key: distribution for key, distribution in known.items() if _open(distribution)}
    if known:
        yield World(low, {key: _at(distribution, _LOW) for key, distribution in known.items()})
        yield World(high, {key: _at(distribution, _HIGH) for key, distribution in known.items()})


def _launches(scenario: Scenario) -> Iterator[World]:
    """Yield the states of the launch; only where chances of rising are open and the levels of today are known."""
    known, villages = scenario.parameters.scalars, scenario.districts[0]
    keys = [ParameterKey("rise", level) for level in LEVELS[:-1]]
    if (
        scenario.parameters.matrix is not None
        or isinstance(villages.known, MadeUpCounts)
        or not all(_open(known[key]) for key in keys)
    ):
        return
    typical = np.array([_at(known[key], _MIDDLE) for key in keys])
    for name, launched in LAUNCHES.items():
        if launched >= scenario.origin:
            continue
        rises = rises_a_year(villages, scenario.origin - launched)
        chances = _shifted(typical, _counts(villages)[:-1], rises)
        if chances is not None:
            yield World(name, dict(zip(keys, map(float, chances), strict=True)))


def rises_a_year(villages: Villages, years: int) -> float:
    """Return how many villages rose each year on average if all began at the lowest level so many years ago.

    Between one rise a village above the lowest level and one for each level it stands above: the middle of both.
    """
    counts = _counts(villages)
    fewest, most = counts[1:].sum(), counts @ np.arange(len(LEVELS))
    return float(fewest + most) / 2 / years


def _shifted(chances: np.ndarray, counts: np.ndarray, rises: float) -> np.ndarray | None:
    """Return the chances after one shift of their log odds that gives so many rises; None where none does."""
    from scipy.optimize import brentq
    from scipy.special import expit, logit

    if not 0 < rises < counts.sum():
        return None
    shift = brentq(lambda shift: counts @ expit(logit(chances) + shift) - rises, -20, 20)
    return np.asarray(expit(logit(chances) + shift))


def _counts(villages: Villages) -> np.ndarray:
    return np.asarray(villages.known.counts)


def _open(distribution: Distribution) -> bool:
    return not distribution.fixed and not isinstance(distribution, Empirical)


def _at(distribution: Distribution, probability: float) -> float:
    return float(distribution.quantile(np.array([probability]))[0])
