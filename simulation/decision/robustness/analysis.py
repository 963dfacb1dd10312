"""Options in every state of the world: which is best on average, and which has the smallest largest regret."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...domain.messages import Message, Refusal
from ...engine.effort import Effort
from ...inputs.scenario import Scenario
from ..pairing import leading_scenario, other_assumptions, refuse_unpaired
from ..trial import Trial, cost_effort, goal_of
from .states_of_the_world import World, worlds_of

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

OTHER_ASSUMPTIONS = Message(
    "{scenario} differs from {baseline} in assumptions too, and a state of the world is the same for every choice: "
    "{names}; let options differ in their interventions alone"
)
FEWEST_OPTIONS = Message("a choice needs at least two scenarios; found {found}")


@dataclass(frozen=True, eq=False)
class Robustness:
    """What each option achieves in each state of the world.

    Attributes
    ----------
    options
        The scenarios to choose from.
    worlds
        The states; the first is the world as the scenarios state it.
    year, seed, effort
        The year judged, and how the chances were simulated.
    chances, monte_carlo_errors
        Shape (option, world): chance of meeting the target and its error. All cells share draws and luck.
    costs
        Of each option as it is stated, over the whole horizon, in million rupiah, mean; empty where none is stated.
    """

    options: tuple[Scenario, ...]
    worlds: tuple[World, ...]
    year: int
    seed: int
    effort: Effort
    chances: Floats
    monte_carlo_errors: Floats
    costs: tuple[float, ...] = ()

    @property
    def regrets(self) -> Floats:
        """Shape (option, world): how far each chance is below the best option's in that state."""
        return np.asarray(self.chances.max(axis=0) - self.chances)

    @property
    def mean_chances(self) -> Floats:
        """Shape (option,): mean over the states after the first, each counting the same."""
        return np.asarray(self.chances[:, 1:].mean(axis=1) if len(self.worlds) > 1 else self.chances[:, 0])

    @property
    def largest_regrets(self) -> Floats:
        """Shape (option,)."""
        return np.asarray(self.regrets.max(axis=1))

    @property
    def best_on_average(self) -> int:
        """Place of the option with the highest mean chance."""
        return int(self.mean_chances.argmax())

    @property
    def least_regretted(self) -> int:
        """Place of the option whose largest regret is the smallest."""
        return int(self.largest_regrets.argmin())

    @property
    def table(self) -> pd.DataFrame:
        """One row a state and option: what ``robustness.csv`` shows."""
        import pandas as pd

        shown = zip(self.chances.T, self.monte_carlo_errors.T, self.regrets.T, strict=True)
        rows = [
            (world.name, option.name, *map(float, numbers))
            for world, columns in zip(self.worlds, shown, strict=True)
            for option, *numbers in zip(self.options, *columns, strict=True)
        ]
        return pd.DataFrame(rows, columns=["world", "scenario", "probability_met", "monte_carlo_error", "regret"])

    def __repr__(self) -> str:
        """Return one line: both choices, with what speaks for them."""
        best, least = self.best_on_average, self.least_regretted
        average = f"best on average {self.options[best].name} (P {self.mean_chances[best]:.3f})"
        regret = f"least regretted {self.options[least].name} (at most {self.largest_regrets[least]:.3f})"
        return f"<Robustness of the choice for {self.year} in {len(self.worlds)} states: {average}, {regret}>"

    def _repr_html_(self) -> str:
        """Return a row for each state, chances and regrets of the options side by side, for notebooks."""
        import pandas as pd

        index, names = [world.name for world in self.worlds], [option.name for option in self.options]
        parts = {"probability_met": self.chances, "regret": self.regrets}
        wide = {name: pd.DataFrame(numbers.T, index, names) for name, numbers in parts.items()}
        return pd.concat(wide, axis="columns").to_html(float_format=lambda x: f"{x:.3f}")


def robustness(
    options: Sequence[Scenario],
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    *,
    year: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
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
    progress
        Called with (cells done, cells in all).

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
    >>> found.options[found.best_on_average].name
    'contoh-pendampingan'
    """
    if len(options) < 2:
        raise Refusal(FEWEST_OPTIONS.filled(found=len(options)))
    refuse_unpaired(options[0], options[1:])
    goal = goal_of(options[0], 0.5, year, every_year=False)
    _refuse_other_assumptions(options)
    worlds = tuple(worlds_of(options))
    effort = Effort.of(leading_scenario(options), draws, replicates)
    cells = []
    for option in options:
        trial = Trial(option, goal, "batch", seed, workers)
        for world in worlds:
            cells.append(trial.chance(world.of(option), effort))
            progress(len(cells), len(options) * len(worlds))
    shape = (len(options), len(worlds))
    chances = np.array([cell.probability for cell in cells]).reshape(shape)
    errors = np.array([cell.monte_carlo_error for cell in cells]).reshape(shape)
    stated = any(plan.cost_idr_million for option in options for plan in option.interventions)
    costs = tuple(_cost(Trial(option, goal, "batch", seed, workers), option) for option in options) if stated else ()
    return Robustness(tuple(options), worlds, goal.years[0], seed, effort, chances, errors, costs)


def _cost(trial: Trial, option: Scenario) -> float:
    """Return what an option costs over the whole horizon, in million rupiah, mean."""
    units = np.array([plan.cost_idr_million for plan in option.interventions])
    return float((trial.assisted(option, cost_effort(option)) @ units).sum())


def _refuse_other_assumptions(options: Sequence[Scenario]) -> None:
    first = options[0]
    reasons = [
        OTHER_ASSUMPTIONS.filled(scenario=one.name, baseline=first.name, names=", ".join(names))
        for one in options[1:]
        if (names := other_assumptions(first, one))
    ]
    if reasons:
        raise Refusal(*reasons)
