"""Sensitivity analyses in their folders.

Knows which table an analysis has and what names its folder; must not know how folders are kept, nor how it is made.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ...decision.sensitivity.result import Sensitivity
from ...engine.ensemble import Effort
from ...inputs.scenario import Scenario
from ..answers import AnswerFolder, Table
from ..language import DEFAULT
from ..results import RunFolder
from .record import Record, sensitivity_record

KIND = "sensitivity"


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
    facts = {**record["effort"], "engine": found.engine, "year": found.year}
    folder.write(record, [Table.of("sensitivity.csv", found.parameters)], [found.scenario], facts)
    return record


def save_sensitivity(found: Sensitivity, out: str | Path = "results") -> Path:
    """Write an analysis to its folder below `out`, its figure included, unless it is there; return that folder."""
    from ..plots import sensitivity as draw

    scenario, engine = found.scenario, found.asked_engine or "auto"
    folder = sensitivity_folder(scenario, found.asked_effort, found.seed, engine, found.year, out)
    return folder.keep(partial(write_sensitivity, folder, found), draw, scenario.language or DEFAULT)
