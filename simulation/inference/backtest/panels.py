"""Village lists of past years for a back-test: of the districts of a scenario, or of any."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...domain.evidence import Panel
from ...domain.parameters import DEFAULT_PRIORS, ParameterSet
from ...domain.villages import Villages
from ...inputs.observations.evidence import Gathered, read_evidence
from ...inputs.observations.reading import DataFile
from ...inputs.scenario import Scenario
from ...inputs.tables.dates import LAST_YEAR

NOWHERE = "00.00"
"""Code of a district that nothing names."""
_OFFICIAL = re.compile(r"[0-9]{2}\.[0-9]{2}(?=\.)")
"""Province and district, as official village codes begin."""


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
