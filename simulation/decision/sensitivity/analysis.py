"""Which uncertain parameters the chance of meeting the target depends on, in two steps.

Screening finds the parameters that matter; the variance of P(target met | parameters) is divided among these. The luck
of single years is no parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...domain.messages import Message, Refusal
from ...domain.scenario import require_assumptions
from ...engine.effort import Effort
from ...engine.ensemble import run
from ...engine.one_year import first_year_chances
from ...inputs.scenario import Scenario
from ..trial import Engine, Goal, engine_for, goal_of
from .factors import Factors
from .indices import VarianceShares, mean_absolute_effects, variance_shares
from .result import Driver, Sensitivity

Floats = NDArray[np.float64]

TRAJECTORIES, LEVELS_OF_GRID = 40, 4
SCREENED_WITHIN = (0.05, 0.95)
"""Screening moves each parameter between quantiles: from 5% to 95%."""
MATTERS = 0.1
"""A parameter whose effect is smaller than this share of the largest is not followed further on its own."""
MOST_FOLLOWED = 8
DRAWS, REPLICATES = 512, 64
SCREENING_REPLICATES = 4
"""Times as many at the few points of the screening, where a small effect is easily lost in noise."""
LEAST_REPLICATES = 2

ONE_DISTRICT = Message("sensitivity looks at one district, and {scenario} has {found}; give each its own scenario")
NOTHING_UNCERTAIN = Message("every number of {scenario} is fixed: no parameter can be what the answer depends on")
TWO_REPLICATES = Message("sensitivity needs at least two replicates, one for each half; found {found}")


def sensitivity(
    scenario: Scenario,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    *,
    year: int | None = None,
    engine: Engine | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Sensitivity:
    """Return what the chance of meeting the target in one year depends on.

    Parameters
    ----------
    scenario
        Of one district.
    draws
        Base points of the variance design, rounded up to a power of two; 512 by default.
    replicates
        Trajectories at each point, at least 2; 64 by default. The exact engine needs none.
    year
        The first by default.
    engine
        None for exact where that applies, else arrays.
    progress
        Called with (trajectories done, in all) of each step; never where results are exact.

    Returns
    -------
    Sensitivity
        What each uncertain parameter contributes.

    Raises
    ------
    Refusal
        Where there are several districts, nothing is uncertain, there is no such year, or the engine does not apply.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> found = kkb.sensitivity(scenario, draws=16, replicates=8)
    >>> found.year
    2026
    """
    factors = _factors(scenario)
    asked = Effort(DRAWS if draws is None else draws, REPLICATES if replicates is None else replicates)
    if asked.replicates < LEAST_REPLICATES:
        raise Refusal(TWO_REPLICATES.filled(found=asked.replicates))
    goal = goal_of(scenario, 0.5, year, every_year=False)
    used, why = engine_for(scenario, goal, engine, DRAWS, seed)
    base = 1 << (asked.draws - 1).bit_length()
    surface = _Surface(factors, goal, used, seed, asked.replicates, workers, progress)
    mu_star = _screen(surface, base)
    followed = _followed(mu_star)
    shares, names = _divide(surface, followed, base)
    drivers = _drivers(mu_star, names, shares)
    rest = float(shares.total[-1]) if len(followed) < len(mu_star) else None
    effort = Effort(base * (len(names) + 2), 1 if used == "exact" else asked.replicates)
    sd = float(np.sqrt(shares.variance))
    return Sensitivity(
        scenario, goal.years[0], used, seed, effort, why, shares.mean, sd, drivers, rest, asked, engine
    )  # fmt: skip


def _factors(scenario: Scenario) -> Factors:
    require_assumptions(scenario)
    if len(scenario.districts) > 1:
        raise Refusal(ONE_DISTRICT.filled(scenario=scenario.name, found=len(scenario.districts)))
    factors = Factors.of(scenario)
    if not factors.names:
        raise Refusal(NOTHING_UNCERTAIN.filled(scenario=scenario.name))
    return factors


class _Surface:
    """P(met | parameters), in two independent halves where it is simulated."""

    def __init__(
        self,
        factors: Factors,
        goal: Goal,
        engine: Engine,
        seed: int,
        replicates: int,
        workers: int | None,
        progress: Callable[[int, int], None],
    ) -> None:
        self.factors, self.seed = factors, seed
        self._year = goal.years[0]
        self._engine, self._workers, self._progress = engine, workers, progress
        self.replicates = replicates + replicates % 2

    def halves(self, points: Floats, seed: int, times: int = 1) -> Floats:
        """Return both halves at every point, shape (2, N), from so many times the replicates."""
        scenario = replace(self.factors.at(points), horizon=self._year - self.factors.scenario.origin)
        if self._engine == "exact":
            parameters = scenario.parameters.draw(seed, len(points))
            chances = first_year_chances(scenario, parameters, seed)
            return np.stack([chances, chances])
        engine: Literal["batch", "mesa"] = "mesa" if self._engine == "mesa" else "batch"
        effort = Effort(len(points), times * self.replicates)
        made = run(scenario, effort, seed, engine=engine, workers=self._workers, progress=self._progress)
        met = made.outcomes[0].counts.met(scenario.target)[..., -1]
        return np.asarray(met.reshape(len(points), 2, -1).mean(axis=2).T, dtype=np.float64)


def _screen(surface: _Surface, base: int) -> dict[str, float]:
    """Return mu* of every factor."""
    names = surface.factors.names
    unit = _trajectories(surface.factors.owner, min(TRAJECTORIES, base), surface.seed)
    low, high = SCREENED_WITHIN
    halves = surface.halves(low + (high - low) * unit, surface.seed, SCREENING_REPLICATES)
    group = np.array([names.index(owner) for owner in surface.factors.owner])
    effects = mean_absolute_effects(unit, halves, group)
    return {name: max(0.0, float(effect)) for name, effect in zip(names, effects, strict=True)}


def _trajectories(owner: tuple[str, ...], count: int, seed: int) -> Floats:
    """Return points of the unit cube, one factor moving at a time by two of three steps."""
    if len(set(owner)) > 1:
        from SALib.sample import morris

        return np.asarray(morris.sample(_problem(owner), count, num_levels=LEVELS_OF_GRID, seed=seed))
    # SALib needs two factors at least.
    first = np.random.default_rng(seed).integers(LEVELS_OF_GRID // 2, size=(count, len(owner))) / (LEVELS_OF_GRID - 1)
    return np.stack([first, first + LEVELS_OF_GRID / 2 / (LEVELS_OF_GRID - 1)], axis=1).reshape(-1, len(owner))


def _followed(mu_star: dict[str, float]) -> list[str]:
    """Return the factors that are followed on their own, the largest effect first."""
    ordered = sorted(mu_star, key=lambda name: -mu_star[name])
    least = MATTERS * mu_star[ordered[0]]
    return [name for name in ordered[:MOST_FOLLOWED] if mu_star[name] >= least]


def _divide(surface: _Surface, followed: list[str], base: int) -> tuple[VarianceShares, list[str]]:
    """Return the shares of the factors that are followed, and of all others together as the last."""
    from SALib.sample import sobol

    together = [name if name in followed else "" for name in surface.factors.owner]
    names = [*followed, *([""] if "" in together else [])]
    order = [place for name in names for place, owner in enumerate(together) if owner == name]
    points = np.empty((base * (len(names) + 2), len(order)))
    sampled = sobol.sample(
        _problem([together[place] or "rest" for place in order]), base, calc_second_order=False, seed=surface.seed
    )
    points[:, order] = sampled
    # Another seed than the screening's: a factor should not be followed because of its luck.
    return variance_shares(surface.halves(points, surface.seed + 1), len(names), surface.seed), names


def _problem(owner: list[str] | tuple[str, ...]) -> dict[str, object]:
    """Return the unit cube as SALib wants it, coordinates of one factor as a group."""
    return {
        "num_vars": len(owner),
        "names": [f"{name} {place}" for place, name in enumerate(owner)],
        "groups": list(owner),
        "bounds": [[0.0, 1.0]] * len(owner),
    }


def _drivers(mu_star: dict[str, float], names: list[str], shares: VarianceShares) -> tuple[Driver, ...]:
    places = {name: place for place, name in enumerate(names) if name}
    drivers = [
        Driver(
            name,
            effect,
            float(shares.first[place]),
            float(shares.total[place]),
            (float(shares.total_interval90[place, 0]), float(shares.total_interval90[place, 1])),
        )
        if (place := places.get(name)) is not None
        else Driver(name, effect, None, None, None)
        for name, effect in mu_star.items()
    ]
    return tuple(sorted(drivers, key=lambda driver: (driver.total is None, -(driver.total or 0.0), -driver.mu_star)))
