"""A back-test with a rolling origin: every past year is forecast from what was known before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ...domain.evidence import Evidence, Panel
from ...domain.messages import Message, Refusal
from ...domain.target import Target
from ...inputs.scenario import Scenario
from . import baselines
from .cases import DistrictYear, Past, district_years
from .model_forecaster import ModelForecaster
from .next_year import NextYear
from .panels import read_panels
from .scoring import FEWEST, MEANS, Scored, Skill, Standing, skill

if TYPE_CHECKING:
    import pandas as pd

Forecaster = Callable[[Past, Target], Sequence[NextYear]]
"""Says, from what was known at an origin, what the next year brings in every district asked about (`Past.now`)."""
Progress = Callable[[int, int], None]

MODEL = "model"
DRAWS = 500
Data = str | os.PathLike[str] | Panel | Evidence


@dataclass(frozen=True, eq=False)
class Backtest:
    """What forecasters would have said, and what came about.

    Attributes
    ----------
    cases
        Every district-year, by year and district; n of them.
    forecasts
        Forecaster -> one forecast a district-year, ``model`` first.
    target, scenario, draws, seed
        What was asked; `scenario` None for the default priors.
    panels
        What the years were forecast from.
    own
        Forecasters that were given besides, or in place of others.
    """

    cases: tuple[DistrictYear, ...]
    forecasts: Mapping[str, tuple[NextYear, ...]]
    target: Target
    scenario: Scenario | None
    draws: int
    seed: int
    panels: tuple[Panel, ...]
    own: tuple[str, ...] = ()

    @cached_property
    def scored(self) -> dict[str, Scored]:
        """Forecaster -> its scores."""
        return {name: Scored.of(found, self.cases, self.target, self.seed) for name, found in self.forecasts.items()}

    @cached_property
    def skill(self) -> dict[str, dict[str, Skill | None]]:
        """Every other forecaster -> score -> what share of it the model saves; None of all below `FEWEST` cases."""
        mine, enough = self.scored[MODEL], len(self.cases) >= FEWEST
        return {
            name: {key: skill(getattr(mine, key), getattr(other, key), self.seed) if enough else None for key in MEANS}
            for name, other in self.scored.items()
            if name != MODEL
        }

    @property
    def standing(self) -> dict[str, Standing] | None:
        """Every other forecaster -> whether the model forecasts rises ``better``, ``worse`` or that is ``open``.

        By the CRPS; None below `FEWEST` district-years.
        """
        if len(self.cases) < FEWEST:
            return None
        found = {name: of["crps_rises"] for name, of in self.skill.items()}
        return {name: "open" if one is None else one.standing for name, one in found.items()}

    @property
    def table(self) -> pd.DataFrame:
        """One row a forecaster: mean scores."""
        import pandas as pd

        return pd.DataFrame.from_dict({name: of.means() for name, of in self.scored.items()}, orient="index")

    def __repr__(self) -> str:
        """Return one line: how much was scored, and the mean CRPS of every forecaster."""
        means = ", ".join(f"{name} {of.crps_rises.mean():.3g}" for name, of in self.scored.items())
        return f"<Backtest over {len(self.cases)} district-years; mean CRPS of rises: {means}>"

    def _repr_html_(self) -> str:
        """Return the table of scores, for notebooks."""
        return self.table.to_html(float_format=lambda x: f"{x:.3g}")


NOTHING_TO_SCORE = Message(
    "a back-test needs the status of the same villages at the ends of three years in a row: two to forecast from, and "
    "the third to see what came about"
)


def backtest(
    panel: Data | Iterable[Data],
    scenario: Scenario | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    *,
    fixed_cohort: bool = False,
    forecasters: Mapping[str, Forecaster] | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast past years of a district from the years before them, and score that against plain baselines.

    Parameters
    ----------
    panel
        Statuses of the same villages at the ends of three years in a row or more: files (CSV, XLSX), or a `Panel`, or
        `Evidence`; several of them for several districts.
    scenario
        Whose target, priors, given numbers, kecamatan and covariates apply; None for the default target and priors.
    draws
        Parameter draws at each origin, at least 2.
    seed
        At least 0; the same seed and data give the same scores.
    fixed_cohort
        Whether villages that are not in the lists of all years are left out of files, instead of told.
    forecasters
        More forecasters, by name; see `Forecaster`.
    progress
        Called with (origins done, origins).

    Returns
    -------
    Backtest
        What was forecast, what happened, and the scores of every forecaster.

    Raises
    ------
    DataError
        With every problem of every file.
    Refusal
        Where no year can be scored, or calibration is refused.

    Notes
    -----
    Every forecast is made from what was known at its origin alone. Counts and launch years do not say which villages
    rose, so that only panels are scored.

    Examples
    --------
    >>> import numpy as np
    >>> import simulation as kkb
    >>> rows = 30 * [[0, 0, 1, 1], [0, 1, 1, 2], [1, 1, 3, 3]]
    >>> codes = tuple(f"99.03.01.{2001 + i}" for i in range(len(rows)))
    >>> panel = kkb.Panel("99.03", codes, (2021, 2022, 2023, 2024), np.array(rows, dtype=np.int8))
    >>> [case.year for case in kkb.backtest(panel, draws=50).cases]
    [2023, 2024]
    """
    given: list[Data] = [panel] if isinstance(panel, str | os.PathLike | Panel | Evidence) else list(panel)
    panels = [one for one in given if isinstance(one, Panel)]
    panels += [one for evidence in given if isinstance(evidence, Evidence) for one in evidence.panels]
    if paths := [Path(one) for one in given if isinstance(one, str | os.PathLike)]:
        panels += read_panels(paths, scenario, fixed_cohort=fixed_cohort).evidence.panels
    return roll(panels, scenario, draws, seed, forecasters=forecasters, progress=progress)


def roll(
    panels: Iterable[Panel],
    scenario: Scenario | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    *,
    forecasters: Mapping[str, Forecaster] | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast every past year from the years before it, and score it.

    Parameters
    ----------
    panels
        Statuses of several years, of one district or several.
    scenario
        Whose target, priors, given numbers, kecamatan and covariates apply; None for the default target and priors.
    draws
        Parameter draws at each origin, at least 2.
    seed
        At least 0.
    forecasters
        More of them; one named ``model`` takes the place of the calibrated model.
    progress
        Called with (origins done, origins).

    Raises
    ------
    Refusal
        Where no year can be scored, or calibration is refused.
    """
    panels = tuple(panels)
    cases = district_years(panels)
    if not cases:
        raise Refusal(NOTHING_TO_SCORE)
    target = Target() if scenario is None else scenario.target
    everyone = {**_forecasters(scenario, draws, seed), **(forecasters or {})}
    found: dict[str, list[NextYear]] = {name: [] for name in everyone}
    years = [list(group) for _, group in groupby(cases, key=lambda case: case.year)]
    for number, asked in enumerate(years, start=1):
        past = Past.of(panels, asked)
        for name, forecaster in everyone.items():
            found[name] += forecaster(past, target)
        if progress is not None:
            progress(number, len(years))
    forecasts = {name: tuple(said) for name, said in found.items()}
    return Backtest(cases, forecasts, target, scenario, draws, seed, panels, tuple(forecasters or ()))


def _forecasters(scenario: Scenario | None, draws: int, seed: int) -> dict[str, Forecaster]:
    return {
        MODEL: ModelForecaster(scenario, draws, seed),
        "last_year": partial(baselines.forecast_by, baselines.last_year),
        "mean_so_far": partial(baselines.forecast_by, baselines.mean_so_far),
        "priors": ModelForecaster(scenario, draws, seed, learns=False),
        "binomial": partial(baselines.forecast_by, baselines.binomial),
    }
