"""A back-test with a rolling origin: every past year is forecast from what was known before it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...domain.columns import describes_columns
from ...domain.evidence import Evidence, Panel
from ...domain.html_table import html_table
from ...domain.messages import Message, Refusal
from ...domain.parameters import DEFAULTS
from ...domain.scenario import refuse_lacking, refuse_so_far
from ...domain.target import Target
from ...domain.villages import Villages
from ...engine.progress import Progress, progress_bar
from ...inputs.observations.evidence import Gathered, read_evidence
from ...inputs.observations.reading import DataFile
from ...inputs.scenario import Scenario
from ...inputs.tables.cells import LAST_YEAR
from . import forecasters as rules
from .cases import AtOrigin, DistrictYear, NextYear, district_years
from .forecasters import Forecaster, ModelForecaster, knows
from .scoring import FEWEST, MEANS, Bin, ForecasterScores, ScoredForecast, Standing, coverage, means, reliability, score

if TYPE_CHECKING:
    import pandas as pd

Data = str | os.PathLike[str] | Panel | Evidence

MODEL, STANDARD_LAW = "model", "standard_law"
DRAWS = 500
NOWHERE = "00.00"
"""Code of a district that nothing names."""
_OFFICIAL = re.compile(r"[0-9]{2}\.[0-9]{2}(?=\.)")
"""Province and district, as official village codes begin."""


@dataclass(frozen=True)
class District:
    """A district whose years were forecast; its name where a scenario tells it."""

    code: str
    name: str | None


@dataclass(frozen=True)
class ScoredTarget:
    """The target whose being met was forecast: key of its reading, share, and levels that it names."""

    key: str
    share: float
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A district-year: what came about, and forecaster -> what it had said."""

    district_code: str
    year: int
    villages: int
    rises: int
    met: bool
    forecasts: Mapping[str, ScoredForecast]


@dataclass(frozen=True, kw_only=True)
class BacktestNumbers:
    """What ``backtest.json`` holds beside the head of every result.

    Attributes
    ----------
    default
        Whether the default target and priors applied, and no scenario.
    verdict
        Other forecaster -> whether the model forecast rises better, by the CRPS; None below `FEWEST` district-years.
    forecasters
        Forecaster -> mean scores, the model first.
    reliability
        District-years by the chance that the model gave, and how often the target was then met.
    kecamatan_known
        Whether a scenario says where all of these villages lie.
    rows
        Every district-year, by year and district.
    """

    default: bool
    district_years: int
    verdict: Mapping[str, Standing] | None
    forecasters: Mapping[str, ForecasterScores]
    reliability: tuple[Bin, ...]
    districts: tuple[District, ...]
    target: ScoredTarget
    kecamatan_known: bool
    rows: tuple[Row, ...]
    draws: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class Backtest(BacktestNumbers):
    """What forecasters would have said, and what came about.

    Attributes
    ----------
    scenario
        Whose target and priors applied; see `anywhere` for none.
    cases
        Every district-year, in the order of `rows`.
    forecasts
        Forecaster -> one forecast a district-year, ``model`` first.
    own
        Forecasters that were given besides, or in place of others.
    """

    scenario: Scenario
    cases: tuple[DistrictYear, ...]
    forecasts: Mapping[str, tuple[NextYear, ...]]
    panels: tuple[Panel, ...]
    own: tuple[str, ...]

    @property
    @describes_columns("scores")
    def table(self) -> pd.DataFrame:
        """One row a forecaster: mean scores."""
        import pandas as pd

        rows = {name: [getattr(of, key) for key in MEANS] for name, of in self.forecasters.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=[*MEANS]).astype("float64")

    def __repr__(self) -> str:
        """Return one line: how much was scored, and the mean CRPS of every forecaster."""
        crps = ", ".join(f"{name} {of.crps_rises:.3g}" for name, of in self.forecasters.items())
        return f"<Backtest over {self.district_years} district-years; mean CRPS of rises: {crps}>"

    def _repr_html_(self) -> str:
        """Return the mean scores of every forecaster, for notebooks."""
        table = self.table.rename_axis("forecaster").reset_index()
        return html_table(table.to_dict("records"), f"Mean scores over {self.district_years} district-years")


def backtest(
    panel: Data | Iterable[Data],
    scenario: Scenario | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    *,
    fixed_cohort: bool = False,
    forecasters: Mapping[str, Forecaster] | None = None,
    progress: Progress | bool = True,
) -> Backtest:
    """Forecast past years of a district from the years before them, and score that against plain baselines.

    Parameters
    ----------
    panel
        Statuses of the same villages at the ends of three years in a row or more: files (CSV, XLSX), or a `Panel`, or
        `Evidence`; several of them for several districts.
    scenario
        Whose target, priors, given numbers, kecamatan and covariates apply; None for the default target and priors.
        Where its law is not the standard one, that law is the model, and the standard one forecasts beside it as
        ``standard_law``: both with the parameters that the standard law learns from the past, a mechanism's own with
        their priors.
    draws
        Parameter draws at each origin, at least 2.
    seed
        At least 0; the same seed and data give the same scores.
    fixed_cohort
        Whether villages that are not in the lists of all years are left out of files, instead of told.
    forecasters
        More forecasters, by name; see `Forecaster`.
    progress
        As for `forecast`; a function is called with (origins done, origins).

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
    if scenario is not None:
        refuse_so_far(scenario)
        refuse_lacking(scenario)
    given: list[Data] = [panel] if isinstance(panel, str | os.PathLike | Panel | Evidence) else list(panel)
    panels = [one for one in given if isinstance(one, Panel)]
    panels += [one for evidence in given if isinstance(evidence, Evidence) for one in evidence.panels]
    if paths := [Path(one) for one in given if isinstance(one, str | os.PathLike)]:
        panels += read_panels(paths, scenario, fixed_cohort=fixed_cohort).evidence.panels
    cases = district_years(panels)
    if not cases:
        message = Message(
            "a back-test needs the status of the same villages at the ends of three years in a row: "
            "two to forecast from, and the third for the outcome"
        )
        raise Refusal(message)
    target = Target() if scenario is None else scenario.target
    everyone: dict[str, Forecaster] = {
        MODEL: ModelForecaster(scenario, draws, seed),
        **standard_law(scenario, draws, seed),
        "last_year": partial(rules.forecast_by, rules.last_year),
        "mean_so_far": partial(rules.forecast_by, rules.mean_so_far),
        "priors": ModelForecaster(scenario, draws, seed, learns=False),
        "binomial": partial(rules.forecast_by, rules.binomial),
        **(forecasters or {}),
    }
    found: dict[str, list[NextYear]] = {name: [] for name in everyone}
    years = [list(group) for _, group in groupby(cases, key=lambda case: case.year)]
    with progress_bar(progress, "back-test") as told:
        for number, asked in enumerate(years, start=1):
            past = AtOrigin.of(panels, asked)
            for name, forecaster in everyone.items():
                found[name] += forecaster(past, target)
            told(number, len(years))
    scored = {
        name: [score(one, case, target, seed) for one, case in zip(said, cases, strict=True)]
        for name, said in found.items()
    }
    of = {name: means(own, scored[MODEL], coverage(found[name], cases)) for name, own in scored.items()}
    met = [case.met(target) for case in cases]
    codes = {case.district_code for case in cases}
    known = {} if scenario is None else {one.district_code: one.district for one in scenario.districts}
    return Backtest(
        default=scenario is None,
        district_years=len(cases),
        verdict=None
        if len(cases) < FEWEST
        else {
            name: "open" if (saved := one.model_saves["crps_rises"]) is None else saved.standing
            for name, one in of.items()
            if name != MODEL
        },
        forecasters=of,
        reliability=reliability(np.array([one.probability_met for one in scored[MODEL]]), np.array(met)),
        districts=tuple(District(code, known.get(code)) for code in sorted(codes)),
        target=ScoredTarget(target.key, float(target.share), target.levels),
        kecamatan_known=knows(scenario, (code for case in cases for code in case.codes)),
        rows=tuple(
            Row(
                district_code=case.district_code,
                year=case.year,
                villages=len(case.codes),
                rises=case.rises,
                met=met[place],
                forecasts={name: own[place] for name, own in scored.items()},
            )
            for place, case in enumerate(cases)
        ),
        draws=draws,
        seed=seed,
        scenario=scenario or anywhere(),
        cases=cases,
        forecasts={name: tuple(said) for name, said in found.items()},
        panels=tuple(panels),
        own=tuple(forecasters or ()),
    )


def standard_law(scenario: Scenario | None, draws: int, seed: int) -> dict[str, Forecaster]:
    """Return what forecasts by the standard law, where that of the scenario is another; else nothing."""
    if scenario is None or not scenario.own_law:
        return {}
    scalars = {key: value for key, value in scenario.parameters.scalars.items() if key.kind != "mechanism"}
    parameters = replace(scenario.parameters, scalars=scalars)
    standard = replace(scenario, mechanisms=(), agent_class=None, parameters=parameters)
    return {STANDARD_LAW: ModelForecaster(standard, draws, seed)}


def read_panels(paths: Iterable[Path], scenario: Scenario | None = None, *, fixed_cohort: bool = False) -> Gathered:
    """Return what files say; without a scenario, their rows may name any district, and one that is not named is one.

    Raises
    ------
    DataError
        With every problem of every file.
    """
    gathered = read_evidence([DataFile(path) for path in paths], scenario or anywhere(), fixed_cohort=fixed_cohort)
    panels = tuple(part for panel in gathered.evidence.panels for part in _by_code(panel))
    return replace(gathered, evidence=replace(gathered.evidence, panels=panels))


def _by_code(panel: Panel) -> list[Panel]:
    """Return the panel of each district, where none is named and the codes of all villages say which they are of."""
    found = [_OFFICIAL.match(code) for code in panel.codes]
    districts = [one.group() for one in found if one is not None]
    if panel.district_code != NOWHERE or len(districts) < len(panel.codes):
        return [panel]
    parts = []
    for district in sorted(set(districts)):
        rows = np.flatnonzero([one == district for one in districts])
        parts.append(Panel(district, tuple(panel.codes[row] for row in rows), panel.years, panel.status[rows]))
    return parts


def anywhere() -> Scenario:
    """Return a scenario that knows nothing: default target and priors, and a district without a name."""
    nobody = Villages.from_counts(NOWHERE, NOWHERE, None, subdistricts=1, villages=1)
    return Scenario(name="backtest", origin=LAST_YEAR, horizon=1, districts=(nobody,), parameters=DEFAULTS)
