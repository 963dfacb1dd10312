"""What happened in the years that were forecast: statuses of villages, counts, rises as an office states them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Panel
from ...domain.messages import DataError, Message, listed
from ...domain.status import LEVELS, UNKNOWN
from ..office.roster import Roster
from ..problem_list import ProblemList
from .counts import CountRow, StatedYear, note_last_counts
from .reading import OUTCOMES, TableReader
from .scenario_villages import Places
from .villages import History, observations_of


@dataclass(frozen=True)
class Outcomes:
    """What happened, by the code of the district.

    Attributes
    ----------
    panels
        Statuses of single villages, in every year of which there are any.
    stated
        District -> year -> counts and moves.
    notes
        What a reader should know of how the files were read.
    """

    panels: Mapping[str, Panel] = field(default_factory=dict)
    stated: Mapping[str, Mapping[int, StatedYear]] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


def read_outcomes(paths: Sequence[str | os.PathLike[str]], districts: Mapping[str, str]) -> Outcomes:
    """Return what files say of what happened in some districts.

    Parameters
    ----------
    paths
        CSV files and workbooks; every sheet of a workbook is looked at.
    districts
        Code -> name of those that were forecast; rows of other districts are left out, with a note.

    Raises
    ------
    DataError
        With every problem of every file.
    """
    collector, places = ProblemList(DataError), Places(districts)
    reader = TableReader(OUTCOMES, collector)
    reader.read(paths)
    panels: dict[str, Panel] = {}
    roster = Roster()
    for sheet in reader.lists:
        roster.join(sheet, {})
    collector.raise_if_any()
    lists = places.group(row for sheet in reader.lists for row in observations_of(sheet))
    for code, found in lists.items():
        if code in districts:
            panel = History(code, found, collector, fixed_cohort=False).panel(fewest=1)
            panels |= {} if panel is None else {code: panel}
    counts = places.group_counts(reader.counts)
    stated = {code: _stated(districts[code], rows, collector) for code, rows in counts.items() if code in districts}
    elsewhere = dict.fromkeys(code for code in (*lists, *counts) if code not in districts)
    if elsewhere:
        names = {"names": listed(elsewhere)}
        collector.note(Message("no forecast is about these places; their rows are not used: {names}", names))
    collector.raise_if_any()
    return Outcomes(panels, stated, tuple(collector.notes))


def _stated(place: str, rows: Iterable[CountRow], collector: ProblemList) -> dict[int, StatedYear]:
    """Return what rows of counts of one district state, by year: of several dates of a year the last."""
    years: dict[int, StatedYear] = {}
    for row in rows:
        before = years.get(row.day.year)
        if before is not None:
            note_last_counts(place, row.day.year, collector)
            if before.day == row.day:
                row.tell_same_date()
        if before is None or row.day > before.day:
            years[row.day.year] = row
    for year, said in years.items():
        if said.four is not None and said.day.month < 12:
            values = {"place": place, "day": said.day, "year": year}
            collector.note(Message("{place}: counts of {day} are taken as of the end of {year}", values))
    return years


def counts_of_year(panel: Panel, year: int) -> NDArray[np.int64] | None:
    """Return the counts by level of one year of a panel, shape (4,); None unless every status of it is known."""
    if year not in panel.years:
        return None
    status = panel.status[:, panel.years.index(year)]
    return None if (status == UNKNOWN).any() else np.bincount(status, minlength=len(LEVELS)).astype(np.int64)
