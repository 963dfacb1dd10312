"""Files of an office, read as the villages of one district: what `start` begins with."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ...domain.messages import DataError, Message, listed
from ...domain.status import LEVELS, UNKNOWN
from ...domain.villages import code_order
from ..files import LARGEST_TABLE, Files, Source
from ..problem_list import ProblemList
from ..tables.cells import LAST_YEAR
from ..tables.grids import read_grids
from ..tables.headers import Wanted, normal
from .layout import NUMBERING, Layout, copied_column, layout_of
from .records import Cell, Change, Doubt, ListedVillage, Lists, SheetUse
from .roster import Roster
from .sheets import VillageRow, VillageSheet, disagreement, read_sheet

_WANTED = Wanted(("village", "subdistrict"), ("village_code", "status", "launch_year"))
_OF_DISTRICTS = Message(
    "name these columns DESA and KECAMATAN; for several kabupaten give a table with a row for each and the columns "
    "KABUPATEN, JUMLAH KECAMATAN, DASAR, BERKEMBANG, MANDIRI and PARIPURNA"
)


def read_lists(
    files: Iterable[str | os.PathLike[str]],
    answers: Mapping[str, str] | None = None,
    within: Collection[str] = (),
) -> Lists:
    """Return what the files of an office say of the villages of its district.

    Parameters
    ----------
    files
        CSV files and workbooks; every sheet of a workbook is looked at.
    answers
        Key of a `Doubt` -> one of its choices; what is not answered stands among the doubts again.
    within
        Kabupaten, as a column names them, whose villages alone are read; none for all.

    Raises
    ------
    DataError
        With every problem of every file that no answer could settle.
    """
    given, collector = answers or {}, ProblemList(DataError)
    found: list[VillageSheet] = []
    unused: list[SheetUse] = []
    doubts: list[Doubt] = []
    names: list[str] = []
    districts: Counter[str] = Counter()
    for file in files:
        source = Files(Path(file), collector).read_top(LARGEST_TABLE)
        grids = [] if source is None else read_grids(source, collector, _WANTED)
        for grid in grids:
            layout = layout_of(grid)
            if source is None or layout is None or not layout.names_villages:
                unused.append(SheetUse(str(file), grid.sheet, used=False))
                names += filter(None, grid.header(_WANTED).written)
                continue
            places = layout.districts
            districts.update(filter(None, places))
            if within and any(places):
                kept = [row for row, place in zip(layout.villages, places, strict=True) if place in within]
                layout = replace(layout, villages=kept)
            undated = _undated(layout, source, str(file), given, doubts)
            latest = max([*layout.dated.values(), undated or 0]) or LAST_YEAR
            sheet = read_sheet(layout, str(file), undated, given, latest=latest, asks=True)
            if sheet is not None:
                found.append(sheet)
    if not found and not len(collector):
        message = Message("no sheet holds a list of villages: a column of village names and one of kecamatan")
        place = (str(unused[0].file) if unused else "", None)
        collector.add(place, "", message, found=listed(names), suggestion=_OF_DISTRICTS, table=True)
    collector.raise_if_any()
    found.sort(key=lambda sheet: max(sheet.use.years, default=0), reverse=True)
    roster = Roster()
    for sheet in found:
        roster.join(sheet, given, asks=True)
    collector.raise_if_any()
    villages = _villages(found, given)
    return Lists(
        villages=villages,
        years=tuple(sorted({year for sheet in found for year in sheet.use.years})),
        changes=tuple(change for sheet in found for change in sheet.changes),
        doubts=(*doubts, *(doubt for sheet in found for doubt in sheet.doubts)),
        sheets=(*(sheet.use for sheet in found), *unused),
        districts=dict(districts),
    )


def _undated(layout: Layout, source: Source, file: str, answers: Mapping[str, str], doubts: list[Doubt]) -> int | None:
    """Return the year of a column of statuses that says none: as sheet, title or file say it, else as answered."""
    names = layout.header.names
    if "status" not in names or "year" in layout.header.wanted.required or copied_column(layout) is not None:
        return None
    at, dated = names.index("status"), layout.dated.values()
    header = layout.header.written[at]
    hint = layout.year_hint(source)
    proposal = hint if hint is not None and hint not in dated else max(dated) + 1 if dated else None
    key = f"year/{Path(file).name}/{layout.grid.sheet}/{header}"
    where = Cell(file, layout.grid.sheet, layout.header.row)
    answer = answers.get(key, "")
    if answer.isdecimal():
        return int(answer)
    if hint is not None and hint not in dated:
        return hint
    values = {"column": header, "file": Path(file).name}
    doubts.append(Doubt("year", key, (where,), values, (), "" if proposal is None else str(proposal)))
    return proposal


def _villages(sheets: Sequence[VillageSheet], answers: Mapping[str, str]) -> tuple[ListedVillage, ...]:
    """Return the villages of lists, the newest list first, put together by code."""
    rows: dict[str, list[tuple[VillageSheet, VillageRow]]] = defaultdict(list)
    for sheet in sheets:
        for row in sheet.rows:
            rows[row.code].append((sheet, row))
    return tuple(
        sorted(
            (_village(several, answers) for several in rows.values()),
            key=lambda one: (one.subdistrict, code_order(one.code)),
        )
    )


def _village(several: Sequence[tuple[VillageSheet, VillageRow]], answers: Mapping[str, str]) -> ListedVillage:
    """Return a village as several lists speak of it."""
    sheet, row = several[0]
    said: dict[int, dict[int, tuple[VillageSheet, Cell]]] = defaultdict(dict)
    for each, one in several:
        for year, (i, column, level) in one.statuses.items():
            if year is not None:
                said[year].setdefault(level, (each, each.place(i, column)))
    statuses = {}
    for year, by_level in sorted(said.items()):
        levels = _known(by_level)
        statuses[year] = levels[0] if len(levels) == 1 else UNKNOWN
        if len(levels) > 1:
            statuses[year] = _decided(row, year, {level: by_level[level] for level in levels}, answers)
    known = {"village_code", "village", "subdistrict", "status", "launch_year", "year", *sheet.years, *sheet.use.unused}
    further = (name for name in sheet.table.columns if name not in known and normal(name) not in NUMBERING)
    contradicting = {
        year: tuple(sorted({cell.level for cell in cells}))
        for _, one in several
        for year, cells in one.contradicting.items()
        if year is not None
    }
    contradicting |= {year: levels for year, by_level in said.items() if len(levels := _known(by_level)) > 1}
    return ListedVillage(
        code=row.code,
        name=row.name,
        subdistrict=row.subdistrict,
        statuses=statuses,
        launch_year=next((one.launch for _, one in several if one.launch is not None), None),
        columns={name: sheet.table.columns[name][row.i] for name in further},
        rows=tuple(each.place(i) for each, one in several for i in (one.i, *one.doubled)),
        contradicting={year: levels for year, levels in contradicting.items() if statuses[year] == UNKNOWN},
    )


def _known(levels: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(level for level in levels if level != UNKNOWN))


def _decided(
    row: VillageRow, year: int, cells: Mapping[int, tuple[VillageSheet, Cell]], answers: Mapping[str, str]
) -> int:
    """Return the status of a year of which two lists say different things, as it was answered; else it is unknown."""
    doubt = disagreement(row, year, [cell for _, cell in cells.values()], list(cells))
    answer, sheets = answers.get(doubt.key), [sheet for sheet, _ in cells.values()]
    if answer is None and all(doubt not in sheet.doubts for sheet in sheets):
        sheets[0].doubts.append(doubt)
    level = LEVELS.index(answer) if answer in LEVELS else UNKNOWN
    read_as = "" if level == UNKNOWN else LEVELS[level]
    for written, (sheet, cell) in cells.items():
        sheet.changes.append(Change("disagreement", cell, LEVELS[written], read_as))
    return level
