"""Choices in their folders.

Knows which table a choice has and what names its folder; must not know how folders are kept, nor how it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ...decision.robustness.analysis import Robustness
from ...engine.ensemble import Effort
from ...inputs.scenario import Scenario
from ..answers import AnswerFolder, Table
from ..results import RunFolder
from .record import Record, robustness_record

KIND = "robustness"


def robustness_folder(
    options: Sequence[Scenario], effort: Effort, seed: int, year: int | None, out: str | Path = "results"
) -> AnswerFolder:
    """Return the folder of a choice, whether it is there or not, beside the runs of the first option.

    Parameters
    ----------
    year
        None for the first.

    Raises
    ------
    KampungError
        Where a scenario's name cannot name a folder.
    """
    runs = [RunFolder.of(option, effort, seed, "batch", out) for option in options]
    return AnswerFolder.of(KIND, runs, {"year": year or options[0].years[0]})


def write_robustness(folder: AnswerFolder, found: Robustness) -> Record:
    """Write a choice into its folder and return the record."""
    record = robustness_record(found)
    facts = {**record["effort"], "engine": "batch", "year": found.year}
    folder.write(record, [Table.of("robustness.csv", found.table)], found.options, facts)
    return record


def save_robustness(found: Robustness, out: str | Path = "results") -> Path:
    """Write a choice to its folder below `out`, unless it is there; return that folder."""
    folder = robustness_folder(found.options, found.effort, found.seed, found.year, out)
    return folder.keep(partial(write_robustness, folder, found))
