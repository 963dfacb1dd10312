"""A grid of settings of one scenario, each paired with the scenario as stated: same draws, same luck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..domain.arrays import Floats
from ..domain.columns import describes_columns
from ..domain.html_table import html_table
from ..domain.messages import Message, Problem, ProblemsError, Refusal, ScenarioError, shown
from ..domain.scenario import require_assumptions
from ..engine.effort import Effort, EffortError, Simulator, expected_seconds
from ..engine.ensemble import Ensemble, engine_of, run
from ..engine.progress import Progress, progress_bar, progress_of_part
from ..inference.forecasting import summarise
from ..inputs.resolve import fingerprint
from ..inputs.scenario import Scenario
from .comparison import paired_contrast
from .kept_parts import parts_below
from .pairing import leading_scenario, refuse_unpaired

if TYPE_CHECKING:
    import os
    from concurrent.futures import Executor

    import pandas as pd

MOST_SETTINGS = 10_000
MOST_PROBLEMS = 100
COLUMNS = (
    "probability_met", "monte_carlo_error", "parameter_low", "parameter_high",
    "difference", "difference_monte_carlo_error", "difference_low", "difference_high",
    "rises_mean", "additional_rises_mean", "additional_rises_monte_carlo_error",
    "cost_idr_million", "additional_cost_idr_million",
)  # fmt: skip
"""Of the table of a grid, after the settings and the year."""

TOO_MANY = Message(
    "these values make {found:,} settings, more than the {most:,} of one grid; leave some out, or make several grids"
)
NO_VALUES = Message("a grid needs keys with the values that they take, such as rise.dasar: [0.03, 0.05]")
SIMULATED = Message("a grid is simulated, by batch or mesa; found {found}")
NO_LIST = Message("these are no values that a grid could take one after the other")
LIST = Message("a list of one value or more, such as [0.03, 0.05] or range(0, 40, 10)")


@describes_columns("grid")
@dataclass(frozen=True, eq=False, kw_only=True)
class Grid:
    """What every setting achieves, and by how much it differs from the scenario as stated.

    Attributes
    ----------
    scenario
        As stated: what every setting is paired with.
    values
        Key -> the values that it takes.
    table
        One row a setting and year, its columns as below; NaN where there is no interval. Differences are paired: on
        the same draws and luck.
    """

    scenario: Scenario
    values: Mapping[str, tuple[Any, ...]]
    seed: int
    effort: Effort
    engine: Simulator
    table: pd.DataFrame = field(repr=False)

    @property
    def size(self) -> int:
        """How many settings there are."""
        return prod(map(len, self.values.values()))

    def __repr__(self) -> str:
        """Return one line: the keys with the number of their values, the effort, and the range of the first chance."""
        keys = " × ".join(f"{key} ({len(some)})" for key, some in self.values.items())
        first = self.table[self.table["year"] == self.scenario.years[0]]["probability_met"]
        effort = f"{self.effort.draws} draws × {self.effort.replicates} replicates"
        chances = f"P(met in {self.scenario.years[0]}) {first.min():.3f} to {first.max():.3f}"
        return f"<Grid of {self.scenario.name}: {keys}, {effort}, {chances}>"

    def _repr_html_(self) -> str:
        """Return the settings in their first year, for notebooks: up to four keys, chance, difference, error, cost."""
        named = [*list(self.values)[:4], "probability_met", "difference", "difference_monte_carlo_error", COLUMNS[-2]]
        first = self.table[self.table["year"] == self.scenario.years[0]]
        return html_table(first[named].to_dict("records"), repr(self)[1:-1], "All years and columns: .table")


def grid(
    scenario: Scenario,
    values: Mapping[str, Iterable[Any]],
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    *,
    engine: Simulator = "batch",
    workers: int | None = None,
    executor: Executor | None = None,
    results: str | os.PathLike[str] | None = None,
    progress: Progress | bool = True,
) -> Grid:
    """Try every combination of some values, on the same draws and luck.

    Parameters
    ----------
    scenario
        With one district.
    values
        Key -> the values that it takes, keys and values as for `Scenario.with_`:
        ``{"rise.dasar": [0.03, 0.05], "pokja.capacity": range(0, 40, 10), "horizon": [3, 5]}``. At most 10,000
        settings.
    draws, replicates, seed, engine, workers, executor
        As for `forecast`; all settings get the same effort.
    results
        A folder below which finished settings are kept, so that a grid that was stopped, or gets more values, computes
        only what is new; None for nowhere. The hidden folder ``<results>/<scenario>/.<id>`` may be removed at any time.
    progress
        As for `forecast`; a function is called with (trajectories done, in all) of the settings that are new.

    Returns
    -------
    Grid
        Its `table` has one row a setting and year. Every number equals that of `forecast` for the setting, every
        difference that of `compare` with the scenario as stated (of a setting with another horizon: with the scenario
        as stated and that horizon; of one with another target: with the scenario as stated and its own target).

    Raises
    ------
    ScenarioError
        Where keys or values are not possible, with every problem; nothing is computed then.
    Refusal
        Where there are too many settings, several districts, or settings that cannot be paired with the scenario.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_pendampingan.yaml")
    >>> grid = kkb.grid(scenario, {"pendampingan.capacity": [0, 10]}, draws=50, replicates=4)
    >>> grid.table.groupby("pendampingan.capacity").size().tolist()
    [3, 3]
    """
    require_assumptions(scenario)
    if engine not in {"batch", "mesa"}:
        raise EffortError(SIMULATED.filled(found=engine))
    used: Simulator = "mesa" if engine_of(engine, scenario) == "mesa" else "batch"
    every = _lists(values)
    settings = _settings(scenario, every)
    scenarios = [one for _, one in settings]
    refuse_unpaired(scenario, [replace(one, horizon=scenario.horizon, target=scenario.target) for one in scenarios])
    effort = Effort.of(leading_scenario((scenario, *scenarios)), draws, replicates)
    kept = None
    if results is not None:
        kept = parts_below(results, scenario, "grid", effort, seed, engine)
    names = [f"setting_{fingerprint(one)}" for one in scenarios]
    loaded = {name: numbers["numbers"] for name in names if kept and (numbers := kept.load_arrays(name))}
    missing = {name: one for name, one in zip(names, scenarios, strict=True) if name not in loaded}
    horizons = sorted({one.horizon for one in missing.values()})
    todo = [*(scenario.with_(horizon=years) for years in horizons), *missing.values()]
    doing = f"grid of {len(settings)} settings"
    expected = sum(expected_seconds(one, effort, used) for one in todo)
    with progress_bar(progress, doing, expected, agents=any(one.needs_agents for one in todo)) as told:
        ensembles = (
            run(
                one,
                effort,
                seed,
                engine=used,
                workers=workers,
                executor=executor,
                progress=progress_of_part(told, part, len(todo)),
            )
            for part, one in enumerate(todo)
        )
        stated = {years: next(ensembles) for years in horizons}
        for name, ensemble in zip(missing, ensembles, strict=True):
            loaded[name] = _numbers(stated[ensemble.scenario.horizon], ensemble)
            if kept is not None:
                kept.save_arrays(name, {"numbers": loaded[name]})
    rows = [
        {**setting, "year": year, **dict(zip(COLUMNS, numbers, strict=True))}
        for (setting, one), name in zip(settings, names, strict=True)
        for year, numbers in zip(one.years, loaded[name].tolist(), strict=True)
    ]
    import pandas as pd

    return Grid(scenario=scenario, values=every, seed=seed, effort=effort, engine=used, table=pd.DataFrame(rows))


def _settings(scenario: Scenario, values: Mapping[str, tuple[Any, ...]]) -> list[tuple[dict[str, Any], Scenario]]:
    """Return every combination of values as a table shows it, with its scenario.

    Raises
    ------
    ScenarioError
        With every problem of all combinations, each once.
    """
    found, problems = [], list[Problem]()
    for some in product(*values.values()):
        setting = dict(zip(values, some, strict=True))
        try:
            found.append(({key: _cell(value) for key, value in setting.items()}, scenario.with_(**setting)))
        except ProblemsError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            if len(problems) >= MOST_PROBLEMS:
                break
    if problems:
        raise ScenarioError(problems)
    return found


def _lists(values: Mapping[str, Iterable[Any]]) -> dict[str, tuple[Any, ...]]:
    """Return the values of every key; raise a `ScenarioError` where some are no list, a `Refusal` for too many."""
    no_lists = [
        Problem("", None, str(key), NO_LIST, found=shown(str(some)), allowed=LIST)
        for key, some in values.items()
        if isinstance(some, str | bytes | Mapping) or not isinstance(some, Iterable)
    ]
    if no_lists:
        raise ScenarioError(no_lists)
    every = {str(key): tuple(some) for key, some in values.items()}
    if empty := [Problem("", None, key, NO_LIST, allowed=LIST) for key, some in every.items() if not some]:
        raise ScenarioError(empty)
    if not every:
        raise Refusal(NO_VALUES)
    if (size := prod(map(len, every.values()))) > MOST_SETTINGS:
        raise Refusal(TOO_MANY.filled(found=size, most=MOST_SETTINGS))
    return every


def _cell(value: Any) -> Any:
    """Return a value as a table shows it: numbers as such, all else but text as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Fraction):
        return float(value)
    return value if isinstance(value, int | float | str) else str(value)


def _numbers(stated: Ensemble, ensemble: Ensemble) -> Floats:
    """Return the numbers of a setting, shape (Y, columns), as `COLUMNS` names them."""
    contrast, none = paired_contrast(stated, ensemble), (np.nan, np.nan)
    costs = contrast.cost_idr_million, contrast.additional_cost_idr_million
    rows = [
        (
            year.probability_met,
            year.monte_carlo_error,
            *(year.parameter_interval90 or none),
            apart.difference,
            apart.monte_carlo_error,
            *(apart.interval90 or none),
            year.rises.mean,
            apart.additional_rises.mean,
            apart.additional_rises.monte_carlo_error,
            *costs,
        )
        for year, apart in zip(summarise(ensemble, 0).years, contrast.years, strict=True)
    ]
    return np.array(rows, dtype=np.float64)
