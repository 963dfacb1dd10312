"""What is back-tested, however it is given: files, panels, or evidence that was read before.

Knows which data a back-test takes; must not know how tables are read, nor how anything is scored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...domain.evidence import Evidence, Panel
from ...domain.parameters import DEFAULT_PRIORS, ParameterSet
from ...domain.villages import Villages
from ...inputs.observations.evidence import Gathered, read_evidence
from ...inputs.observations.reading import DataFile
from ...inputs.scenario import Scenario
from ...inputs.tables.dates import LAST_YEAR
from .rolling import DRAWS, Backtest, Forecaster, Progress, roll

NOWHERE = "00.00"
"""Code of a district that nothing names."""
_OFFICIAL = re.compile(r"[0-9]{2}\.[0-9]{2}(?=\.)")
"""Province and district, as official village codes begin."""
Data = str | os.PathLike[str] | Panel | Evidence


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
        More forecasters, by name; see `rolling.Forecaster`.
    progress
        Called with (origins done, origins).

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
    """
    given: list[Data] = [panel] if isinstance(panel, str | os.PathLike | Panel | Evidence) else list(panel)
    panels = [one for one in given if isinstance(one, Panel)]
    panels += [one for evidence in given if isinstance(evidence, Evidence) for one in evidence.panels]
    if paths := [Path(one) for one in given if isinstance(one, str | os.PathLike)]:
        panels += read_panels(paths, scenario, fixed_cohort=fixed_cohort).evidence.panels
    return roll(panels, scenario, draws, seed, forecasters=forecasters, progress=progress)


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
    parameters = ParameterSet(DEFAULT_PRIORS, defaulted=frozenset(DEFAULT_PRIORS))
    nobody = Villages.from_counts(NOWHERE, NOWHERE, None, subdistricts=1, villages=1)
    return Scenario(name="backtest", origin=LAST_YEAR, horizon=1, districts=(nobody,), parameters=parameters)
