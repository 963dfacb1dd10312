"""What happened in the years that were forecast: statuses of villages, counts, rises as an office states them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Panel
from ...domain.messages import Message, listed
from ...domain.status import LEVELS, UNKNOWN
from ..problem_list import ProblemList
from .counts import CountRow, StatedYear, note_last_counts
from .reading import OUTCOMES, TableReader
from .scenario_villages import ADD_DISTRICT, Places
from .villages import History


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
    collector, places = ProblemList(), Places(districts)
    reader = TableReader(OUTCOMES, collector)
    reader.read(paths)
    panels: dict[str, Panel] = {}
    elsewhere: dict[str, None] = {}
    for code, found in places.group(reader.villages).items():
        panel = History(code, found, collector, fixed_cohort=False).panel(fewest=1) if code in districts else None
        if panel is not None:
            panels[code] = panel
        elif code not in districts:
            elsewhere[code] = None
    stated = _stated(reader.counts, places, elsewhere, collector)
    if elsewhere:
        names = {"names": listed(elsewhere)}
        collector.note(Message("no forecast is about these places; their rows are not used: {names}", names))
    collector.raise_if_any()
    return Outcomes(panels, stated, tuple(collector.notes))


def _stated(
    rows: Iterable[CountRow], places: Places, elsewhere: dict[str, None], collector: ProblemList
) -> dict[str, dict[int, StatedYear]]:
    """Return what rows of counts state, by district and year; places of no forecast are put into `elsewhere`."""
    stated: dict[str, dict[int, StatedYear]] = {}
    for row in rows:
        code = places.find(row.place) if row.place else places.only
        if code is not None:
            _keep(row, places.names[code], stated.setdefault(code, {}), collector)
        elif row.place:
            elsewhere[row.place] = None
        else:
            row.tell("date", Message("nothing says of which district this row is"), ADD_DISTRICT, found="")
    for code, years in stated.items():
        for year, said in years.items():
            if said.four is not None and said.day.month < 12:
                values: dict[str, object] = {"place": places.names[code], "day": said.day, "year": year}
                collector.note(Message("{place}: counts of {day} stand for the end of {year}", values))
    return stated


def _keep(row: CountRow, district: str, years: dict[int, StatedYear], collector: ProblemList) -> None:
    """Keep what a row says, of several dates of a year the last."""
    before = years.get(row.day.year)
    if before is not None and before.day == row.day:
        row.tell_same_date()
    if before is not None:
        note_last_counts(district, row.day.year, collector)
    if before is None or row.day > before.day:
        years[row.day.year] = row


def counts_of_year(panel: Panel, year: int) -> NDArray[np.int64] | None:
    """Return the counts by level of one year of a panel, shape (4,); None unless every status of it is known."""
    if year not in panel.years:
        return None
    status = panel.status[:, panel.years.index(year)]
    return None if (status == UNKNOWN).any() else np.bincount(status, minlength=len(LEVELS)).astype(np.int64)
