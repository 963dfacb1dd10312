"""The chance that a scenario reaches a goal: exact where that can be had, else simulated.

Every trial uses the same parameter draws and the same random numbers, so that two trials can be compared pair by
pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Floats, Ints
from ..domain.distributions import INTERVAL90_Z, Distribution
from ..domain.law import Luck, OfNeighbours, OfVillage, acting
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterKey, Parameters, Rows
from ..domain.status import TOP
from ..domain.status_knowledge import KnownStatuses, MadeUpCounts, MissingStatuses
from ..domain.target import needed
from ..domain.villages import Villages
from ..engine.conditional import applied
from ..engine.effort import Effort, Engine, Keep, Simulator, expected_seconds
from ..engine.ensemble import engine_of, run
from ..engine.one_year import A_SECOND as MULTIPLICATIONS_A_SECOND
from ..engine.one_year import chance_of_meeting, first_year_cost
from ..inference.uncertainty import Estimate, error_of_mean, estimate, estimate_from_draws
from ..inputs.resolve import fingerprint
from ..inputs.scenario import Scenario

MOST_MULTIPLICATIONS = 10**9
"""What one exact try may take (some seconds): a plan makes dozens."""

NAME_DIGITS = 24
"""Of the hash by which a trial is found again."""
COST_EFFORT, COST_EFFORT_OF_AGENTS = (250, 4), (50, 2)
"""Draws and replicates from which mean assistance is computed: it hardly varies."""
AS_GOOD_AS = 4
"""So many replicates that met a target or not tell about as much as one that tells how likely it was."""
EXACT_DRAWS = 2_500
"""Parameter draws over which exact chances are averaged."""

WhySimulated = Literal["later_years", "many_tries", "kecamatan_shock", "unknown_statuses", "own_law"]
WHY_SIMULATED: dict[WhySimulated, Message] = {
    "later_years": Message("only the first year is planned exactly; {year} and later years are simulated"),
    "many_tries": Message(
        "a plan asks for dozens of exact computations, and each would take minutes with so many draws"
    ),
    "kecamatan_shock": Message(
        "villages of a kecamatan share a shock, which makes exact computations slow; ask for them with --engine exact"
    ),
    "unknown_statuses": Message(
        "covariates or peers set villages apart whose statuses are unknown; ask for exact results with --engine exact"
    ),
    "own_law": Message("the law is not the standard one, so that no exact results are known"),
}
"""Why nothing exact is computed; the first two hold where it is asked for as well."""

NO_PROBABILITY = Message("the wanted probability must lie between 0 and 1, such as 0.9 for 90%; found {found:,}")
NO_SUCH_YEAR = Message("{year} is not a year of the scenario; choose one of {first} to {last}")
YEAR_OR_EVERY_YEAR = Message("a year and every year were asked for; choose one")


@dataclass(frozen=True)
class Goal:
    """What is to be reached.

    Attributes
    ----------
    probability
        Wanted chance of meeting the target, in (0, 1).
    years
        The years in which it is to be met, all of them: one, or every year of the scenario.
    """

    probability: float
    years: tuple[int, ...]


def goal_of(scenario: Scenario, probability: float, year: int | None, every_year: bool) -> Goal:
    """Return the goal that was asked for: in one year, by default the first, or in every year.

    Raises
    ------
    Refusal
        Where the probability is none that could be reached, or the scenario has no such year.
    """
    if not 0 < probability < 1:
        raise Refusal(NO_PROBABILITY.filled(found=probability))
    if every_year and year is not None:
        raise Refusal(YEAR_OR_EVERY_YEAR)
    years = scenario.years
    if year is not None and year not in years:
        raise Refusal(NO_SUCH_YEAR.filled(year=year, first=years[0], last=years[-1]))
    return Goal(probability, tuple(years) if every_year else (years[0] if year is None else year,))


@dataclass(frozen=True, eq=False)
class Chance(Estimate):
    """The chance of meeting the target in one setting; an exact result of one draw has no error.

    Attributes
    ----------
    samples
        Independent parts that the probability is the mean of: one a draw, or one a replicate of the only draw.
        Part i of two settings of the same effort shares draw and luck.
    rows
        See `simulation_error`.
    needed
        Smallest and largest number that had to be reached.
    """

    samples: Floats
    rows: Rows | None
    needed: tuple[int, int]

    @property
    def lower95(self) -> float:
        """The one-sided lower 95% bound: what the chance is at least, simulation error set aside."""
        return max(0.0, self.probability_met - INTERVAL90_Z * self.monte_carlo_error)

    @property
    def upper95(self) -> float:
        """The one-sided upper 95% bound."""
        return min(1.0, self.probability_met + INTERVAL90_Z * self.monte_carlo_error)

    def falls_short_of(self, other: Chance) -> bool:
        """Return whether this chance is below another by more than three paired standard errors.

        False where the two were not tried with the same effort.
        """
        if self.samples.shape != other.samples.shape:
            return False
        apart = other.samples - self.samples
        return bool(apart.mean() > 3 * error_of_mean(apart, self.rows) + 1e-9)


class Trial:
    """Tries out settings of one scenario towards one goal.

    Parameters
    ----------
    engine
        ``exact``, ``batch`` or ``mesa``.
    progress
        Called after every trial with its number of trajectories.
    keep
        Where trials are kept and looked for; None for nowhere.
    """

    def __init__(
        self,
        scenario: Scenario,
        goal: Goal,
        engine: Engine,
        seed: int,
        workers: int | None = None,
        progress: Callable[[int], None] = lambda _: None,
        executor: Executor | None = None,
        keep: Keep | None = None,
    ) -> None:
        self.goal, self.engine, self.seed = goal, engine, seed
        self._run, self._progress = partial(run, seed=seed, workers=workers, executor=executor), progress
        self._keep = keep
        self._horizon = max(goal.years) - scenario.origin

    def chance(self, scenario: Scenario, effort: Effort) -> Chance:
        """Return the chance that a scenario reaches the goal's years; what comes after them is not looked at."""
        scenario = replace(scenario, horizon=self._horizon)
        tried = self._exactly if self.engine == "exact" else self._simulated
        kept = self._kept(f"chance_{self.engine}", scenario, effort, lambda: tried(scenario, effort))
        self._progress(effort.draws * effort.replicates)
        return _chance(scenario, effort, **kept)

    def seconds(self, scenario: Scenario, effort: Effort) -> float:
        """Return about how long a try takes on an ordinary core: a rule of thumb, the same on every computer."""
        scenario = replace(scenario, horizon=self._horizon)
        if self.engine == "exact":
            work = first_year_cost(scenario, scenario.parameters.draw(self.seed, effort.draws))
            return work / MULTIPLICATIONS_A_SECOND
        return expected_seconds(scenario, effort, self.engine)

    def assisted(self, scenario: Scenario, effort: Effort) -> Floats:
        """Return how many villages each intervention assists in each year of the whole horizon, mean, shape (Y, J).

        By arrays, whatever the engine: agents give the same numbers, and closed forms say nothing of later years.
        """

        def means() -> dict[str, Floats]:
            ensemble = self._run(scenario, effort, first_year=False)
            ensemble.refuse_failures()
            outcome = ensemble.outcomes[0]
            return {"assisted": np.asarray(outcome.assisted.mean(axis=(0, 1)), dtype=np.float64)}

        return self._kept("assisted", scenario, effort, means)["assisted"]

    def _kept(
        self, what: str, scenario: Scenario, effort: Effort, made: Callable[[], Mapping[str, NDArray[Any]]]
    ) -> Mapping[str, NDArray[Any]]:
        """Return what an earlier run found of a scenario, or what is made now, which is kept then."""
        if self._keep is None:
            return made()
        asked = f"{fingerprint(scenario)}/{effort.draws}/{effort.replicates}/{self.seed}/{self.goal.years}"
        name = f"{what}_{sha256(asked.encode()).hexdigest()[:NAME_DIGITS]}"
        kept = self._keep.load_arrays(name)
        if kept is None:
            kept = made()
            self._keep.save_arrays(name, kept)
        return kept

    def _simulated(self, scenario: Scenario, effort: Effort) -> dict[str, NDArray[Any]]:
        engine: Simulator = "mesa" if self.engine == "mesa" else "batch"
        judged = [year - scenario.years[0] for year in self.goal.years]
        ensemble = self._run(scenario, effort, engine=engine, first_year=judged == [0])
        ensemble.refuse_failures()
        outcome = ensemble.outcomes[0]
        if len(judged) == 1:
            chances = outcome.chance_met(scenario)[..., judged[0]]
            exactly = ensemble.first_year(0, scenario.target)
            chances = chances if exactly is None else exactly
        else:
            chances = outcome.met(scenario.target)[..., judged].all(axis=-1).astype(np.float64)
        must = outcome.counts.needed(scenario.target)[..., judged]
        return {"chances": chances, "needed": np.array([must.min(), must.max()])}

    def _exactly(self, scenario: Scenario, effort: Effort) -> dict[str, NDArray[Any]]:
        parameters = scenario.parameters.draw(self.seed, effort.draws)
        chances = chance_of_meeting(scenario, scenario.districts[0], parameters, self.seed)
        return {"chances": chances, "needed": np.array(_needed(scenario, effort.draws, self.seed))}


def _chance(scenario: Scenario, effort: Effort, chances: Floats, needed: Ints) -> Chance:
    """Return what is found from the chance in each draw, or in each draw and replicate, and the range needed."""
    rows = scenario.parameters.rows
    if chances.ndim == 1:
        found, samples = estimate_from_draws(chances, rows), chances
    else:
        found = estimate(chances, rows=rows)
        samples = chances.mean(axis=1) if effort.draws > 1 else chances[0]
    return Chance(**vars(found), samples=samples, rows=rows, needed=(int(needed[0]), int(needed[1])))


def cost_effort(scenario: Scenario) -> Effort:
    """Return the effort with which costs are computed."""
    draws, replicates = COST_EFFORT_OF_AGENTS if scenario.needs_agents else COST_EFFORT
    return Effort(1, draws * replicates) if scenario.fixed else Effort(draws, replicates)


def with_scalars(scenario: Scenario, scalars: Mapping[ParameterKey, Distribution]) -> Scenario:
    """Return the scenario with other values of some parameters."""
    parameters = replace(scenario.parameters, scalars={**scenario.parameters.scalars, **scalars})
    return replace(scenario, parameters=parameters)


def engine_for(
    scenario: Scenario, goal: Goal, asked: Engine | None, draws: int | None, seed: int
) -> tuple[Engine, WhySimulated | None]:
    """Return the engine that tries settings; where it was left open and is not the exact one, also why.

    Parameters
    ----------
    scenario
        The setting that is hardest to sum.
    asked
        None for the exact engine where villages of a kecamatan share no luck, else arrays.

    Raises
    ------
    Refusal
        Where the exact engine was asked for and does not apply, with the reason.
    """
    asked = None if asked is None else engine_of(asked, scenario)
    if scenario.own_law:
        return asked or engine_of("batch", scenario), "own_law"
    if asked in {"batch", "mesa"}:
        return asked, None
    first = scenario.years[0]
    parameters = scenario.parameters.draw(seed, first_effort(scenario, goal, "exact", draws, None).draws)
    why: WhySimulated | None = None
    if goal.years != (first,):
        why = "later_years"
    elif first_year_cost(scenario, parameters) > MOST_MULTIPLICATIONS:
        why = "many_tries"
    if asked == "exact":
        if why is not None:
            raise Refusal(WHY_SIMULATED[why].filled(year=first + 1))
        return "exact", None
    why = why or _why_simulated(scenario.districts[0], parameters)
    return ("batch", why) if why else ("exact", None)


def _why_simulated(villages: Villages, parameters: Parameters) -> WhySimulated | None:
    """Return why chances are simulated unless exact ones are asked for: these would be slow, or rest on many lots."""
    unknown = not isinstance(villages.known, KnownStatuses)
    for term in acting(parameters):
        match term.regressor:
            case Luck(shared_by="subdistrict"):
                return "kecamatan_shock"
            case OfNeighbours() if unknown and villages.subdistrict_sizes.max() > 1:
                return "unknown_statuses"
            case OfVillage() if unknown:
                return "unknown_statuses"
    return None


def first_effort(scenario: Scenario, goal: Goal, engine: Engine, draws: int | None, replicates: int | None) -> Effort:
    """Return where the effort begins: that of a forecast, or fewer replicates that tell as much where these suffice.

    Replicates say nothing of exact results.
    """
    if engine != "exact":
        effort = Effort.of(scenario, draws, replicates)
        if replicates is None and judged_conditionally(scenario, goal):
            return Effort(effort.draws, effort.replicates // AS_GOOD_AS)
        return effort
    return Effort(1 if scenario.fixed else EXACT_DRAWS if draws is None else draws, 1)


def judged_conditionally(scenario: Scenario, goal: Goal) -> bool:
    """Return whether each simulated year tells how likely its target was, and not just whether it was met."""
    return len(goal.years) == 1 and applied("conditional", scenario) == "conditional"


def _needed(scenario: Scenario, draws: int, seed: int) -> tuple[int, int]:
    """Return the smallest and the largest number that must be reached in the first year."""
    villages = scenario.districts[0]
    counted = np.array([len(villages)])
    if scenario.target.denominator == "below_top":
        known = villages.known
        if isinstance(known, MissingStatuses):
            top = int(known.known[TOP])
            counted = np.array([len(villages) - top - known.unknown, len(villages) - top])
        else:
            counts = known.draw(seed, range(draws)) if isinstance(known, MadeUpCounts) else known.counts[None]
            counted = counts[:, :TOP].sum(axis=1)
    must = needed(scenario.target.share, counted)
    return int(must.min()), int(must.max())
