"""Sensitivity analyses in their folders.

Knows which table an analysis has and what names its folder; must not know how folders are kept, nor how it is made.
"""

from __future__ import annotations

from pathlib import Path

from ...decision.sensitivity import Sensitivity
from ...engine.ensemble import Effort
from ...inputs.scenario import Scenario
from ..answers import AnswerFolder, Table
from ..results import RunFolder
from .record import Record, sensitivity_record

KIND = "sensitivity"
COLUMNS = ("parameter", "mu_star", "first", "total", "total_q05", "total_q95")


def sensitivity_folder(
    scenario: Scenario, effort: Effort, seed: int, engine: str, year: int | None, out: str | Path = "results"
) -> AnswerFolder:
    """Return the folder of an analysis, whether it is there or not, beside the runs of its scenario.

    Parameters
    ----------
    effort
        Base points of the variance design, and replicates at each.
    engine
        As asked for.
    year
        None for the first.

    Raises
    ------
    KampungError
        Where the scenario's name cannot name a folder.
    """
    run = RunFolder.of(scenario, effort, seed, engine, out)
    return AnswerFolder.of(KIND, [run], {"year": year or scenario.years[0]})


def write_sensitivity(folder: AnswerFolder, found: Sensitivity) -> Record:
    """Write an analysis into its folder and return the record."""
    record = sensitivity_record(found)
    rows = [
        (name, driver["mu_star"], driver["first"], driver["total"], *(driver["interval90"] or (None, None)))
        for name, driver in record["parameters"].items()
    ]
    facts = {**record["effort"], "engine": found.engine, "year": found.year}
    folder.write(record, [Table("sensitivity.csv", COLUMNS, rows)], [found.scenario], facts)
    return record
