"""Options in every state of the world: which is best on average, and which has the smallest largest regret.

A state is what a district cannot choose and does not know: it fixes parameters that are open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..domain.arrays import Floats
from ..domain.columns import describes_columns
from ..domain.distributions import Distribution, Empirical, Fixed
from ..domain.html_table import html_table
from ..domain.law import TERMS, YEAR, luck_among
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterKey
from ..engine.effort import Effort, Keep
from ..engine.progress import Progress, progress_bar
from ..inputs.scenario import Scenario
from .pairing import leading_scenario, other_assumptions, refuse_unpaired
from .trial import Chance, Trial, cost_effort, goal_of, with_scalars

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

WorldName = Literal[
    "as_stated", "slow_rises", "fast_rises", "few_skips", "many_skips",
    "weak_effects", "strong_effects", "no_shocks", "large_shocks",
]  # fmt: skip

LOW, HIGH = 0.05, 0.95
"""Quantiles at which states set what is open."""
_SHOCKS = luck_among(TERMS, lasting=False)


@dataclass(frozen=True)
class World:
    """One state of the world.

    Attributes
    ----------
    effect_quantile
        Where on its own distribution it sets every effect of an intervention that is open; None leaves them.
    """

    name: WorldName
    parameters: Mapping[str, float] = field(default_factory=dict)
    effect_quantile: float | None = None

    def of(self, scenario: Scenario) -> Scenario:
        """Return a scenario in this state."""
        scalars: dict[ParameterKey, Distribution] = {
            ParameterKey.told(key): Fixed(value) for key, value in self.parameters.items()
        }
        if self.effect_quantile is not None:
            scalars |= {key: Fixed(_at(one, self.effect_quantile)) for key, one in _open_effects(scenario).items()}
        return with_scalars(scenario, scalars)


@dataclass(frozen=True)
class Option:
    """What one scenario achieves; tuples have an entry for every state.

    Attributes
    ----------
    probability_met, monte_carlo_error
        Chance of meeting the target, and its error. All options share draws and luck.
    regret
        How far the chance is below the best option's in that state.
    mean_probability_met
        Over the states after the first, each counting the same.
    largest_regret
        Over all states.
    cost_idr_million
        As the scenario is stated, over the whole horizon, mean; None where no option states a cost.
    """

    name: str
    title: Mapping[str, str]
    probability_met: tuple[float, ...]
    monte_carlo_error: tuple[float, ...]
    regret: tuple[float, ...]
    mean_probability_met: float
    largest_regret: float
    cost_idr_million: float | None


@dataclass(frozen=True, kw_only=True)
class RobustnessNumbers:
    """What ``robustness.json`` holds beside the head of every result.

    Attributes
    ----------
    year, cost_years
        The year judged; first and last year that costs are of.
    worlds, options
        The states, the first being the world as stated; the scenarios.
    best_on_average, least_regretted
        Names of two options, which may be the same: with the highest mean chance, with the smallest largest regret.
    """

    year: int
    cost_years: tuple[int, int]
    worlds: tuple[World, ...]
    options: tuple[Option, ...]
    best_on_average: str
    least_regretted: str
    draws: int
    replicates: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class Robustness(RobustnessNumbers):
    """What each option achieves in each state of the world; `scenarios` are those to choose from."""

    scenarios: tuple[Scenario, ...]

    @property
    def scenario(self) -> Scenario:
        """The first option."""
        return self.scenarios[0]

    @property
    @describes_columns("robustness")
    def table(self) -> pd.DataFrame:
        """One row a state and option: what ``robustness.csv`` shows."""
        import pandas as pd

        rows = [
            (world.name, option.name, *numbers)
            for place, world in enumerate(self.worlds)
            for option in self.options
            for numbers in [(option.probability_met[place], option.monte_carlo_error[place], option.regret[place])]
        ]
        return pd.DataFrame(rows, columns=["world", "scenario", "probability_met", "monte_carlo_error", "regret"])

    def __repr__(self) -> str:
        """Return one line: both choices, with what speaks for them."""
        options = {option.name: option for option in self.options}
        best, least = options[self.best_on_average], options[self.least_regretted]
        average = f"best on average {best.name} (P {best.mean_probability_met:.3f})"
        regret = f"least regretted {least.name} (at most {least.largest_regret:.3f})"
        return f"<Robustness of the choice for {self.year} in {len(self.worlds)} states: {average}, {regret}>"

    def _repr_html_(self) -> str:
        """Return a row for each state, with the chance and the regret of every option, for notebooks."""
        rows = [
            {
                "state of the world": world.name,
                **{one.name: f"{one.probability_met[i]:.3f} ({one.regret[i]:.3f})" for one in self.options},
            }
            for i, world in enumerate(self.worlds)
        ]
        return html_table(
            rows, "P(met), and the regret of choosing otherwise than would be best", "A column each: .table"
        )


def robustness(
    options: Sequence[Scenario],
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    *,
    year: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | bool = True,
    keep: Keep | None = None,
) -> Robustness:
    """Return what each option achieves in each state of the world.

    Parameters
    ----------
    options
        Scenarios of the same villages and origin, at least two.
    draws, replicates, seed
        As for a forecast.
    year
        The first by default.
    workers, executor
        As for a forecast.
    progress
        As for `forecast`; a function is called with (cells done, cells in all).
    keep
        Where finished cells are kept and looked for; None for nowhere.

    Returns
    -------
    Robustness
        The chance of every option in every state, and its regret.

    Raises
    ------
    Refusal
        Where there is nothing to choose from, or the options cannot be paired, or differ in more than interventions.

    Examples
    --------
    >>> import simulation as kkb
    >>> paths = ("scenarios/contoh.yaml", "scenarios/contoh_pendampingan.yaml")
    >>> found = kkb.robustness([kkb.load_scenario(path) for path in paths], draws=20, replicates=5)
    >>> found.best_on_average
    'contoh-pendampingan'
    """
    if len(options) < 2:
        raise Refusal(Message("a choice needs at least two scenarios; found {found}", {"found": len(options)}))
    refuse_unpaired(options[0], options[1:])
    goal = goal_of(options[0], 0.5, year, every_year=False)
    reasons = [
        Message(
            "{scenario} differs from {baseline} in assumptions too, and each case must be the same "
            "for every option: {names}; let options differ in their interventions alone",
            {"scenario": one.name, "baseline": options[0].name, "names": ", ".join(names)},
        )
        for one in options[1:]
        if (names := other_assumptions(options[0], one))
    ]
    if reasons:
        raise Refusal(*reasons)
    worlds = tuple(worlds_of(options, goal.years[0]))
    effort = Effort.of(leading_scenario(options), draws, replicates)
    trial = Trial(options[0], goal, "batch", seed, workers, executor=executor, keep=keep)
    cells: list[Chance] = []
    expected = len(worlds) * sum(trial.seconds(one, effort) for one in options)
    agents = any(one.needs_agents for one in options)
    with progress_bar(progress, "robustness", expected, agents=agents) as told:
        for option in options:
            for world in worlds:
                cells.append(trial.chance(world.of(option), effort))
                told(len(cells), len(options) * len(worlds))
    chances, errors = (
        np.array([getattr(cell, name) for cell in cells]).reshape(len(options), -1)
        for name in ("probability_met", "monte_carlo_error")
    )
    stated = any(plan.cost_idr_million for option in options for plan in option.interventions)
    costs = [_cost(trial, option) if stated else None for option in options]
    return choose(options, worlds, chances, errors, costs, year=goal.years[0], effort=effort, seed=seed)


def choose(
    scenarios: Sequence[Scenario],
    worlds: Sequence[World],
    chances: Floats,
    errors: Floats,
    costs: Sequence[float | None],
    *,
    year: int,
    effort: Effort,
    seed: int,
) -> Robustness:
    """Return the choice between options with these chances, and their errors, each of shape (option, state)."""
    regrets = chances.max(axis=0) - chances
    means = chances[:, 1:].mean(axis=1) if len(worlds) > 1 else chances[:, 0]
    options = tuple(
        Option(
            name=scenario.name,
            title=dict(scenario.title),
            probability_met=tuple(chances[place].tolist()),
            monte_carlo_error=tuple(errors[place].tolist()),
            regret=tuple(regrets[place].tolist()),
            mean_probability_met=float(means[place]),
            largest_regret=float(regrets[place].max()),
            cost_idr_million=costs[place],
        )
        for place, scenario in enumerate(scenarios)
    )
    return Robustness(
        scenarios=tuple(scenarios),
        year=year,
        cost_years=(scenarios[0].years[0], scenarios[0].years[-1]),
        worlds=tuple(worlds),
        options=options,
        best_on_average=max(options, key=lambda option: option.mean_probability_met).name,
        least_regretted=min(options, key=lambda option: option.largest_regret).name,
        draws=effort.draws,
        replicates=effort.replicates,
        seed=seed,
    )


def worlds_of(options: Sequence[Scenario], year: int) -> Iterator[World]:
    """Yield the states: first the world as stated, then two for each thing that is not known.

    Parameters
    ----------
    options
        Scenarios of one district that differ in their interventions alone.
    year
        The year judged: how far villages rise in the first one changes no number of rises.

    Notes
    -----
    Rises, skips, effects: all of a kind at their 5% and at their 95% quantile. Shocks: none, and the spread of years at
    its 95% quantile. Parameters that are numbers have no states, nor have those drawn together from a file.
    """
    first = options[0]
    known = first.parameters.scalars
    yield World("as_stated")
    yield from _two("slow_rises", "fast_rises", {key: one for key, one in known.items() if key.kind == "rise"})
    if first.target.reading != "rises" or year > first.years[0]:
        yield from _two("few_skips", "many_skips", {key: one for key, one in known.items() if key.kind == "skip"})
    if any(map(_open_effects, options)):
        yield World("weak_effects", effect_quantile=LOW)
        yield World("strong_effects", effect_quantile=HIGH)
    if any(known[term.switch] != term.off for term in _SHOCKS):
        yield World("no_shocks", {term.switch: term.switch.neutral for term in _SHOCKS})
    if _open(known[YEAR.key]):
        yield World("large_shocks", {YEAR.key: _at(known[YEAR.key], HIGH)})


def _two(low: WorldName, high: WorldName, known: Mapping[ParameterKey, Distribution]) -> Iterator[World]:
    known = {key: distribution for key, distribution in known.items() if _open(distribution)}
    if known:
        yield World(low, {key: _at(distribution, LOW) for key, distribution in known.items()})
        yield World(high, {key: _at(distribution, HIGH) for key, distribution in known.items()})


def _open_effects(scenario: Scenario) -> dict[ParameterKey, Distribution]:
    """Return the odds ratios of rising that are not numbers."""
    known = scenario.parameters.scalars
    keys = [ParameterKey.effect(plan.name, "rise") for plan in scenario.interventions]
    return {key: known[key] for key in keys if _open(known[key])}


def _open(distribution: Distribution) -> bool:
    return not distribution.fixed and not isinstance(distribution, Empirical)


def _at(distribution: Distribution, probability: float) -> float:
    return float(distribution.quantile(np.array([probability]))[0])


def _cost(trial: Trial, option: Scenario) -> float:
    """Return what an option costs over the whole horizon, in million rupiah, mean."""
    return float((trial.assisted(option, cost_effort(option)) @ option.unit_costs).sum())
