"""Which uncertain parameters the chance of meeting the target depends on, in two steps.

Screening finds the parameters that matter; the variance of P(target met | parameters) is divided among these. The luck
of single years is not a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..domain.arrays import Floats
from ..domain.columns import describes_columns
from ..domain.distributions import Dirichlet, Empirical
from ..domain.html_table import html_table
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterKey
from ..domain.scenario import refuse_several, refuse_so_far, require_assumptions
from ..domain.status import LEVELS
from ..engine.effort import ChunkSink, Effort, Engine, Keep, expected_seconds
from ..engine.ensemble import Ensemble, run
from ..engine.one_year import A_SECOND as MULTIPLICATIONS_A_SECOND
from ..engine.one_year import chance_of_meeting, first_year_cost
from ..engine.progress import Progress, progress_bar
from ..inference.elsewhere import Elsewhere, elsewhere
from ..inputs.scenario import Scenario
from .kept_parts import parts_below
from .trial import Goal, engine_for, goal_of, judged_conditionally
from .variance_shares import VarianceShares, mean_absolute_effects, variance_shares

if TYPE_CHECKING:
    import os
    from concurrent.futures import Executor

    import pandas as pd


METHOD = "morris, sobol"
TRAJECTORIES, LEVELS_OF_GRID = 40, 4
SCREENED_WITHIN = (0.05, 0.95)
"""Screening moves each parameter between quantiles: from 5% to 95%."""
MATTERS = 0.1
"""A parameter whose effect is smaller than this share of the largest is not followed further on its own."""
MOST_FOLLOWED = 8
DRAWS, REPLICATES, REPLICATES_CONDITIONAL = 512, 64, 32
"""The last where a replicate tells how likely the target was: about as precise as 64 that tell whether it was met."""
SCREENING_REPLICATES = 4
"""Times as many at the few points of the screening, where a small effect is easily lost in noise."""
CALIBRATED = "parameters_from"
"""The factor of all parameters that come from one file of draws: a row is taken whole."""
_SKETCHED = 100
"""Draws from which it is told how long exact results of all points take."""
_OPEN = 1e-9
"""Points keep this far from the faces of the unit cube, where quantiles are infinite."""
_NAMED = 3


@dataclass(frozen=True)
class Driver:
    """One uncertain parameter.

    Attributes
    ----------
    mu_star
        Mean absolute change of the chance when the parameter alone moves from its 5% to its 95% quantile.
    first, total
        Share of the variance that goes when it alone is known; that stays when all others are known. None where
        screening left it out.
    interval90
        Of `total`, from resampling the design.
    """

    mu_star: float
    first: float | None = None
    total: float | None = None
    interval90: tuple[float, float] | None = None

    @property
    def total_in_short(self) -> str:
        """`total` with its interval, each as a share: estimates may stray below 0 and above 1."""
        if self.total is None or self.interval90 is None:
            return "-"
        total, low, high = (min(1.0, max(0.0, share)) for share in (self.total, *self.interval90))
        return f"{total:.2f} ({low:.2f}-{high:.2f})"


@dataclass(frozen=True, kw_only=True)
class SensitivityNumbers:
    """What ``sensitivity.json`` holds beside the head of every result.

    Attributes
    ----------
    method
        Of screening and of dividing the variance.
    year
        The year judged.
    mean, sd
        Of P(met | parameters) over what is uncertain.
    interplay, rest
        Share of the variance that belongs to no parameter alone; of all parameters that screening left out, together:
        None where it left out none.
    parameters
        Every uncertain parameter, the most important first.
    points, replicates, seed, engine
        Points of the variance design, replicates at each, and how the chance was found.
    elsewhere
        The chance under what is known elsewhere; None where it does not rest on default priors, or of a later year.
    """

    method: str = METHOD
    year: int
    mean: float
    sd: float
    interplay: float
    rest: float | None
    parameters: Mapping[str, Driver]
    points: int
    replicates: int
    seed: int
    engine: Engine
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True, kw_only=True)
class Sensitivity(SensitivityNumbers):
    """What the chance of meeting the target depends on.

    Attributes
    ----------
    asked_effort, asked_engine
        What was asked for: base points and replicates; the engine, None where it was left open.
    """

    scenario: Scenario = field(repr=False)
    asked_effort: Effort
    asked_engine: Engine | None

    @property
    @describes_columns("sensitivity")
    def table(self) -> pd.DataFrame:
        """One row a parameter, the most important first: what ``sensitivity.csv`` shows.

        Shares are empty where screening left the parameter out.
        """
        import pandas as pd

        rows = [
            (str(name), one.mu_star, one.first, one.total, *(one.interval90 or (None, None)))
            for name, one in self.parameters.items()
        ]
        numbers = ("mu_star", "first", "total", "total_q05", "total_q95")
        return pd.DataFrame(rows, columns=["parameter", *numbers]).astype(dict.fromkeys(numbers, "float64"))

    def __repr__(self) -> str:
        """Return one line: the chance, how far it is open, and the parameters that it depends on most."""
        most = list(self.parameters.items())[:_NAMED]
        shares = ", ".join(f"{name} {one.total_in_short}" for name, one in most if one.total is not None)
        chance = f"P(met in {self.year}) {self.mean:.3f}, sd {self.sd:.3f}"
        return f"<Sensitivity {self.scenario.name}, {chance}: {shares}>"

    def _repr_html_(self) -> str:
        """Return the table of parameters, for notebooks."""
        return html_table(self.table.to_dict("records"), repr(self)[1:-1])


def sensitivity(
    scenario: Scenario,
    draws: int = DRAWS,
    replicates: int | None = None,
    seed: int = 0,
    *,
    year: int | None = None,
    engine: Engine | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | bool = True,
    results: str | os.PathLike[str] | None = None,
    sinks: Callable[[int], ChunkSink | None] = lambda _: None,
    keep: Keep | None = None,
) -> Sensitivity:
    """Return what the chance of meeting the target in one year depends on.

    Parameters
    ----------
    draws
        Base points of the variance design, rounded up to a power of two.
    replicates
        Trajectories at each point, at least 2; by default 64, or 32 where each tells how likely the target of the year
        was, as of gross rises. The exact engine needs none.
    year
        The first by default.
    engine
        None for exact where that applies, else arrays.
    workers, executor
        As for a forecast.
    progress
        As for `forecast`; a function is called with (trajectories done, in all), both steps together: how many the
        second takes is known after the first, and is taken to be as many as it may until then.
    results
        A folder below which finished parts are kept, so that an analysis that was stopped goes on where it was.
    sinks, keep
        Where commands keep finished chunks of each step, and exact results of whole steps, instead of `results`.

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
    require_assumptions(scenario)
    goal = goal_of(scenario, 0.5, year, every_year=False)
    asked = Effort(draws, replicates_of(scenario, goal) if replicates is None else replicates)
    factors = _factors(scenario, asked)
    used, _ = engine_for(scenario, goal, engine, DRAWS, seed)
    base = 1 << (asked.draws - 1).bit_length()
    if results is not None:
        parts = parts_below(results, scenario, "sensitivity", goal, asked, seed, used)
        sinks, keep = (lambda step: parts.part(f"step_{step}")), parts
    simulate = partial(run, engine="mesa" if used == "mesa" else "batch", workers=workers, executor=executor)
    expected = _seconds(factors, goal.years[0], used, seed, asked.replicates, base)
    with progress_bar(progress, "sensitivity", expected, agents=scenario.needs_agents) as told:
        surface = _Surface(factors, goal.years[0], used, seed, asked.replicates, simulate, told, sinks, keep)
        mu_star = _screen(surface, base)
        least = MATTERS * max(mu_star.values())
        followed = [name for name in sorted(mu_star, key=lambda name: -mu_star[name]) if mu_star[name] >= least]
        followed = followed[:MOST_FOLLOWED]
        shares = _divide(surface, followed, base)
    drivers = {name: Driver(effect) for name, effect in mu_star.items()}
    for place, name in enumerate(followed):
        low, high = shares.total_interval90[place].tolist()
        drivers[name] = Driver(mu_star[name], float(shares.first[place]), float(shares.total[place]), (low, high))
    ordered = sorted(
        drivers.items(), key=lambda item: (item[1].total is None, -(item[1].total or 0.0), -item[1].mu_star)
    )
    sd = float(np.sqrt(shares.variance))
    alone = sum(max(0.0, driver.first or 0.0) for driver in drivers.values())
    return Sensitivity(
        scenario=scenario,
        year=goal.years[0],
        mean=shares.mean,
        sd=sd,
        interplay=max(0.0, 1.0 - alone) if sd > 0 else 0.0,
        rest=float(shares.total[-1]) if len(followed) < len(mu_star) else None,
        parameters=dict(ordered),
        points=base * (shares.total.size + 2),
        replicates=1 if used == "exact" else asked.replicates,
        seed=seed,
        engine=used,
        elsewhere=elsewhere(scenario, Effort.of(scenario), seed) if goal.years[0] == scenario.years[0] else None,
        asked_effort=asked,
        asked_engine=engine,
    )


def replicates_of(scenario: Scenario, goal: Goal) -> int:
    """Return how many trajectories are simulated at each point where nobody says."""
    return REPLICATES_CONDITIONAL if judged_conditionally(scenario, goal) else REPLICATES


def _points(factors: Factors, base: int) -> tuple[int, int]:
    """Return at how many points the screening looks, and at how many the variances at most."""
    number = len(factors.names)
    return min(TRAJECTORIES, base) * (number + 1), base * (min(number, MOST_FOLLOWED) + 1 + 2)


def _seconds(factors: Factors, year: int, engine: Engine, seed: int, replicates: int, base: int) -> float:
    """Return about how long an analysis takes at most: a rule of thumb, the same on every computer."""
    scenario, (screened, divided) = factors.scenario, _points(factors, base)
    if engine == "exact":
        few = scenario.parameters.draw(seed, _SKETCHED)
        return first_year_cost(scenario, few) / MULTIPLICATIONS_A_SECOND * (screened + divided) / _SKETCHED
    trajectories = Effort(SCREENING_REPLICATES * screened + divided, replicates)
    return expected_seconds(replace(scenario, horizon=year - scenario.origin), trajectories, engine)


def _factors(scenario: Scenario, asked: Effort) -> Factors:
    """Return the factors of a scenario, or refuse what cannot be analysed."""
    refuse_so_far(scenario)
    refuse_several(scenario)
    values = {"scenario": scenario.name}
    factors = Factors.of(scenario)
    if not factors.names:
        message = Message("every number of {scenario} is fixed: no parameter can be what the answer depends on", values)
        raise Refusal(message)
    if asked.replicates < 2:
        message = Message(
            "sensitivity needs at least two replicates, one for each half; found {found}", {"found": asked.replicates}
        )
        raise Refusal(message)
    return factors


@dataclass(frozen=True)
class Factors:
    """The uncertain parameters of a scenario as coordinates of the unit cube.

    Attributes
    ----------
    owner
        One entry a coordinate: the name of the parameter that it belongs to. A row of a matrix with a Dirichlet
        distribution has four, all parameters of a file of draws share one.
    """

    scenario: Scenario
    owner: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> Factors:
        """Return the factors of a scenario; there are none where every number is fixed."""
        known, owner = scenario.parameters, []
        for name in known.uncertain:
            distribution = known.scalars.get(name)
            if isinstance(distribution, Empirical):
                owner += [CALIBRATED] if CALIBRATED not in owner else []
            else:
                owner += [name] * (len(LEVELS) if distribution is None else 1)
        return cls(scenario, tuple(owner))

    @property
    def names(self) -> tuple[str, ...]:
        """Each factor once."""
        return tuple(dict.fromkeys(self.owner))

    def at(self, points: Floats) -> Scenario:
        """Return the scenario with one draw for each point, shape (N, coordinates)."""
        points = np.clip(points, _OPEN, 1 - _OPEN)
        column = {name: points[:, self.owner.index(name)] for name in self.names}
        known = self.scenario.parameters
        values = {}
        for name, distribution in known.scalars.items():
            if isinstance(distribution, Empirical) and CALIBRATED in column:
                places = (column[CALIBRATED] * distribution.values.size).astype(np.int64)
                values[name] = distribution.values[places]
            else:
                values[name] = distribution.quantile(column.get(name, np.full(len(points), 0.5)))
        rows = [
            self._row(ParameterKey("matrix", level), row, points)
            for level, row in zip(LEVELS, known.matrix or (), strict=False)
        ]
        return replace(self.scenario, parameters=known.at(values, np.stack(rows, axis=1) if rows else None))

    def _row(self, name: ParameterKey, row: tuple[float, ...] | Dirichlet, points: Floats) -> Floats:
        if not isinstance(row, Dirichlet):
            return np.broadcast_to(np.asarray(row, dtype=np.float64), (len(points), len(LEVELS)))
        return row.quantile(points[:, [place for place, owner in enumerate(self.owner) if owner == name]])


@dataclass(frozen=True)
class _Step:
    """One of the two steps.

    Attributes
    ----------
    place
        0 or 1. The second has another seed: a factor should not be followed because of its luck.
    times
        So many times the replicates are simulated at each point.
    before, after
        How often the replicates are simulated in the other steps, points and times together.
    """

    place: int
    times: int
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class _Surface:
    """P(met | parameters), in two independent halves where it is simulated."""

    factors: Factors
    year: int
    engine: Engine
    seed: int
    replicates: int
    simulate: Callable[..., Ensemble]
    progress: Progress
    sinks: Callable[[int], ChunkSink | None]
    keep: Keep | None

    def halves(self, points: Floats, step: _Step) -> Floats:
        """Return both halves at every point of a step, shape (2, N)."""
        scenario = replace(self.factors.at(points), horizon=self.year - self.factors.scenario.origin)
        if self.engine == "exact":
            chances = self._exactly(scenario, points, step)
            return np.stack([chances, chances])
        each = self.replicates + self.replicates % 2
        made = self.simulate(
            scenario,
            Effort(len(points), step.times * each),
            self.seed + step.place,
            progress=lambda done, total: self.progress(
                each * step.before + done, each * (step.before + step.after) + total
            ),
            sink=self.sinks(step.place),
            first_year=False,
        )
        made.refuse_failures()
        chances = made.outcomes[0].chance_met(scenario)[..., -1]
        return np.asarray(chances.reshape(len(points), 2, -1).mean(axis=2).T)

    def _exactly(self, scenario: Scenario, points: Floats, step: _Step) -> Floats:
        """Return the chance at every point, shape (N,)."""
        kept = None if self.keep is None else self.keep.load_arrays(f"step_{step.place}")
        if kept is None:
            parameters = scenario.parameters.draw(self.seed + step.place, len(points))
            chances = chance_of_meeting(scenario, scenario.districts[0], parameters, self.seed + step.place)
            kept = {"points": points, "chances": chances}
            if self.keep is not None:
                self.keep.save_arrays(f"step_{step.place}", kept)
        done = step.before + step.times * len(points)
        self.progress(done, done + step.after)
        return np.asarray(kept["chances"])


def _screen(surface: _Surface, base: int) -> dict[str, float]:
    """Return mu* of every factor."""
    names, owner = surface.factors.names, surface.factors.owner
    unit = _trajectories(owner, min(TRAJECTORIES, base), surface.seed)
    low, high = SCREENED_WITHIN
    step = _Step(0, SCREENING_REPLICATES, after=_points(surface.factors, base)[1])
    halves = surface.halves(low + (high - low) * unit, step)
    effects = mean_absolute_effects(unit, halves, np.array([names.index(name) for name in owner]))
    return {name: max(0.0, float(effect)) for name, effect in zip(names, effects, strict=True)}


def _trajectories(owner: Sequence[str], count: int, seed: int) -> Floats:
    """Return points of the unit cube, one factor moving at a time by two of three steps."""
    if len(set(owner)) > 1:
        from SALib.sample import morris

        return np.asarray(morris.sample(_problem(owner), count, num_levels=LEVELS_OF_GRID, seed=seed))
    # SALib needs two factors at least.
    first = np.random.default_rng(seed).integers(LEVELS_OF_GRID // 2, size=(count, len(owner))) / (LEVELS_OF_GRID - 1)
    return np.stack([first, first + LEVELS_OF_GRID / 2 / (LEVELS_OF_GRID - 1)], axis=1).reshape(-1, len(owner))


def _divide(surface: _Surface, followed: list[str], base: int) -> VarianceShares:
    """Return the shares of the factors that are followed, and of all others together as the last."""
    from SALib.sample import sobol

    together = [name if name in followed else "" for name in surface.factors.owner]
    names = [*followed, *([""] if "" in together else [])]
    order = [place for name in names for place, owner in enumerate(together) if owner == name]
    points = np.empty((base * (len(names) + 2), len(order)))
    points[:, order] = sobol.sample(
        _problem([together[place] or "rest" for place in order]), base, calc_second_order=False, seed=surface.seed
    )
    screened, _ = _points(surface.factors, base)
    step = _Step(1, 1, before=SCREENING_REPLICATES * screened)
    return variance_shares(surface.halves(points, step), len(names), surface.seed)


def _problem(owner: Sequence[str]) -> dict[str, object]:
    """Return the unit cube as SALib wants it, coordinates of one factor as a group."""
    return {
        "num_vars": len(owner),
        "names": [f"{name} {place}" for place, name in enumerate(owner)],
        "groups": list(owner),
        "bounds": [[0.0, 1.0]] * len(owner),
    }
