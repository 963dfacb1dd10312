"""Rows that say where a village stood at the end of a year.

Knows lists, long tables and tables with a column for each year; must not know which villages there should be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...domain.evidence import UNKNOWN
from ...domain.messages import Message, nearest, shown
from ...domain.status import LEVELS
from ..collector import Collector
from ..tables.notation import year_of
from ..tables.table import Table
from ..village_table import FIRST_LAUNCH, level_of
from .dates import LAST
from .kinds import Shape

LATEST = LAST


class Sighting(NamedTuple):
    """Where a village stood at the end of a year, and which cell says so.

    Attributes
    ----------
    table, row, column
        The cell of the status.
    code, name, subdistrict, district
        Of the village; all but the code "" where the table has no such column.
    year
        At whose end; None where nothing says so.
    status
        0 … 3, or `UNKNOWN` where the cell is blank.
    launch
        Year in which the village joined; None where the table does not say.
    """

    table: Table
    row: int
    column: str
    code: str
    name: str
    subdistrict: str
    district: str
    year: int | None
    status: int
    launch: int | None

    def tell(self, message: Message, collector: Collector, *, fix: Message, found: str = "") -> None:
        """Tell what is wrong with the row."""
        self.table.tell(self.row, "village_code", message, collector, found=found or self.code, fix=fix)

    @property
    def where(self) -> str:
        """File and row, as a message names them."""
        return f"{self.table.shown}:{self.row}"


def sightings(table: Table, shape: Shape, collector: Collector) -> list[Sighting]:
    """Return every row of a table, for each year that it speaks of; what is wrong with a cell is told."""
    if not table.read_codes("village_code", collector):
        return []
    table.filled("village_code", collector)
    launches = _launches(table, collector)
    columns: list[tuple[str, list[int | None]]]
    if shape.years:
        columns = [(column, [*[year] * len(table.rows)]) for column, year in shape.years.items()]
    elif "year" in table.columns and "year" in shape.wanted.required:
        columns = [("status", _years(table, collector))]
    else:
        columns = [("status", [shape.dated] * len(table.rows))]
    found: list[Sighting] = []
    for column, years in columns:
        statuses = read_statuses(table, column, collector) if column in table.columns else [UNKNOWN] * len(table.rows)
        found += _rows(table, column, years, statuses, launches)
    return found


def _rows(
    table: Table, column: str, years: Sequence[int | None], statuses: Sequence[int], launches: Sequence[int | None]
) -> list[Sighting]:
    blank = [""] * len(table.rows)
    names, subdistricts, districts = (
        table.columns.get(name, blank) for name in ("village", "subdistrict", "district_code")
    )
    cells = zip(
        table.rows,
        table.columns["village_code"],
        names,
        subdistricts,
        districts,
        years,
        statuses,
        launches,
        strict=True,
    )
    return [Sighting(table, row, column, *rest) for row, *rest in cells]


def read_statuses(table: Table, column: str, collector: Collector) -> list[int]:
    """Return the level of each row, `UNKNOWN` where the cell is blank; what is no level is told."""
    statuses: list[int] = []
    for row, cell in zip(table.rows, table.columns[column], strict=True):
        status = level_of(cell) if cell else UNKNOWN
        statuses.append(UNKNOWN if status is None else int(status))
        if status is None:
            message = Message("{name} is not a status", {"name": cell[:60]})
            allowed = Message("one of: {names}", {"names": ", ".join(LEVELS)})
            table.tell(row, column, message, collector, found=cell, allowed=allowed, fix=nearest(cell, LEVELS))
    blanks = [row for row, status in zip(table.rows, statuses, strict=True) if status == UNKNOWN]
    if blanks and len(blanks) < len(statuses):
        message = Message(
            "{table}: blank cells of column {column}, where the status is taken as unknown: {count:,}, "
            "the first in row {row}",
            {"table": table.shown, "count": len(blanks), "column": shown(table.written[column]), "row": blanks[0]},
        )
        collector.note(message)
    return statuses


def _years(table: Table, collector: Collector) -> list[int | None]:
    table.filled("year", collector)
    dates = [cell for cell in table.columns["year"] if cell != year_of(cell)]
    if dates:
        message = Message(
            "{table}: column {column} holds dates; statuses are taken as those at the end of the year",
            {"table": table.shown, "column": shown(table.written["year"])},
        )
        collector.note(message)
    table.columns["year"] = [year_of(cell) for cell in table.columns["year"]]
    return table.whole_numbers("year", collector, FIRST_LAUNCH, LATEST)


def _launches(table: Table, collector: Collector) -> list[int | None]:
    if "launch_year" not in table.columns:
        return [None] * len(table.rows)
    table.columns["launch_year"] = [year_of(cell) for cell in table.columns["launch_year"]]
    return table.whole_numbers("launch_year", collector, FIRST_LAUNCH, LATEST)
