"""The cleaned copy of an office's lists: one table that every command reads, what changed marked and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..domain.messages import listed
from ..domain.status import LEVELS, UNKNOWN
from ..engine.whole_file import whole_file
from ..inputs.office.records import Cell, Change, ChangeKind, ListedVillage, Lists
from .document.blocks import Table
from .language import Language, phrase

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET = "Kampung KB"
_HEADER = 1
"""The row of the column names, 0 the first; above it stands the title."""
_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001  XlsxWriter takes times without a zone
_COLUMNS = {
    "code": phrase("Village code"),
    "village": phrase("Village"),
    "subdistrict": phrase("Subdistrict"),
    "status": phrase("Status {year}"),
    "launch_year": phrase("Launch year"),
    "changed": phrase("Changed by kampungkb"),
}
"""Column -> its header, by which the reader of tables knows it."""
KINDS: Mapping[ChangeKind, str] = {
    "disagreement": phrase("rows disagree"),
    "unknown_status": phrase("status not known"),
    "duplicate": phrase("same village twice"),
    "year": phrase("year of a column"),
    "status": phrase("spelling of a status"),
    "village": phrase("spelling of a village"),
    "subdistrict": phrase("spelling of a kecamatan"),
    "launch_year": phrase("launch year"),
    "filled_down": phrase("kecamatan filled in"),
    "code": phrase("code made"),
    "passed_over": phrase("row without a village"),
}
"""What sort of change, the weightiest first."""
_MECHANICAL = frozenset({"filled_down", "code"})
"""Changes of nearly every row: named in the last column, marked in the cell without a comment."""
_COLUMN_OF: Mapping[ChangeKind, str] = {
    "village": "village",
    "subdistrict": "subdistrict",
    "filled_down": "subdistrict",
    "code": "code",
    "launch_year": "launch_year",
}
_OF_STATUS = frozenset({"status", "unknown_status", "disagreement"})
MOST_DOUBLED = 2
"""Villages listed more than once that a sentence names; the sheet of changes names all."""
_COLOURS = {"marked": "#FFE08A", "made": "#EAF1FB"}


class _Column(NamedTuple):
    """A column of the table: what it holds, of which year, its header."""

    name: str
    year: int | None
    header: str


def contradictions_in_words(speech: Language, lists: Lists) -> Iterator[str]:
    """Yield which villages are listed more than once, and which statuses contradict each other, with their cells."""
    say, doubled = speech.say, []
    for village in lists.villages:
        sheets = Counter((cell.file, cell.sheet) for cell in village.rows)
        if rows := [str(cell.row) for cell in village.rows if sheets[cell.file, cell.sheet] > 1]:
            doubled.append(say("{name} (rows {rows})", name=village.name, rows=", ".join(rows)))
    if doubled and sum(sheet.used for sheet in lists.sheets) == 1:
        told = {
            "rows": speech.number(sum(len(village.rows) for village in lists.villages)),
            "villages": speech.number(len(lists.villages)),
            "names": listed(doubled, MOST_DOUBLED),
        }
        if later := len(lists.villages) - len(lists.present):
            yield say(
                "{rows} rows hold {villages} villages, {later} of them designated later; counted once: {names}.",
                later=speech.number(later),
                **told,
            )
        else:
            yield say("{rows} rows hold {villages} villages; counted once: {names}.", **told)
    elif doubled:
        number = speech.number(len(doubled))
        yield say(
            "{number} villages are listed more than once and counted once: {names}.",
            number=number,
            names=listed(doubled, MOST_DOUBLED),
        )
    years, changes = _years(lists), _by_village(lists)
    for village in lists.villages:
        by_year: dict[int | None, list[Change]] = {}
        for change in changes[village.code]:
            if change.kind == "disagreement":
                by_year.setdefault(years.get(change.where._replace(row=0)), []).append(change)
        for year, cells in by_year.items():
            column = say("status") if year is None else say(_COLUMNS["status"], year=year)
            statuses = ", ".join(f"{change.written} ({_place(change)})" for change in cells)
            said = {"name": village.name, "column": column, "statuses": statuses}
            if choices := ", ".join(_choices(speech, lists, village, year)):
                yield say(
                    "{name}, {column}: {statuses} contradict each other, read as not known ({choices}).",
                    choices=choices,
                    **said,
                )
            else:
                read_as = cells[0].read_as or say("not known")
                yield say(
                    "{name}, {column}: {statuses} contradict each other, read as {read_as}.", read_as=read_as, **said
                )


def _choices(speech: Language, lists: Lists, village: ListedVillage, year: int | None) -> Iterator[str]:
    """Yield what would be observed in a year if a status were right that contradicts another, where that changes it."""
    before = max((one for one in lists.years if year is not None and one < year), default=None)
    if year is None or before is None or (old := village.statuses.get(before, UNKNOWN)) == UNKNOWN:
        return
    _, rises, falls = lists.moves(before, year)
    for level in village.contradicting.get(year, ()):
        if level != old:
            yield speech.say(
                "if {level} {rises} rose and {falls} fell",
                level=LEVELS[level],
                rises=speech.number(rises + (level > old)),
                falls=speech.number(falls + (level < old)),
            )


def weighty(changes: Sequence[Change]) -> list[Change]:
    """Return the changes that a person should look at: not those of nearly every row, nor rows that hold no village."""
    return [change for change in changes if change.kind not in _MECHANICAL | {"passed_over"}]


def write_cleaned_copy(speech: Language, lists: Lists, title: str, path: Path) -> None:
    """Write the villages as one table, and what was read otherwise than written on a sheet of its own.

    The workbook can be edited and read again by every command, its `title` naming the district; the same lists give the
    same bytes.
    """
    from xlsxwriter import Workbook

    texts_stay = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole_file(path) as temporary, Workbook(str(temporary), texts_stay) as book:
        book.set_properties({"author": "Kampung KB Forecast", "created": _UNDATED})
        _write_villages(book, speech, lists, title)
        _write_changes(book, speech, lists)


def _write_villages(book: Workbook, speech: Language, lists: Lists, title: str) -> None:
    page, columns = book.add_worksheet(SHEET), _columns(speech, lists)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F2F2F2", "bottom": 1})
    text = {"num_format": "@"}
    plain = book.add_format(text)
    marks = {name: book.add_format({**text, "bg_color": colour}) for name, colour in _COLOURS.items()}
    changes, of_years = _by_village(lists), _years(lists)
    villages = [row for village in sorted(lists.villages, key=lambda one: one.rows[0]) for row in _rows_of(village)]
    page.write_string(0, 0, title, book.add_format({"bold": True, "size": 14}))
    for place, column in enumerate(columns):
        page.write_string(_HEADER, place, column.header, head)
        cells = [_value(village, column, speech, changes[village.code]) for village in villages]
        longest = max(map(len, [*column.header.split(), *map(str, cells)]))
        page.set_column(place, place, min(max(10, longest + 3), 40), plain)
        for row, (village, cell) in enumerate(zip(villages, cells, strict=True), start=_HEADER + 1):
            here = [change for change in changes[village.code] if _touches(change, column, of_years)]
            said = [change for change in here if change.kind not in _MECHANICAL]
            open_ = column.name == "status" and not cell and (village.launch_year or 0) <= (column.year or 0)
            style = marks["marked"] if said or open_ else marks["made"] if here else plain
            if isinstance(cell, int):
                page.write_number(row, place, cell, style)
            else:
                page.write_string(row, place, cell, style) if cell else page.write_blank(row, place, None, style)
            if said:
                page.write_comment(row, place, "\n".join(_told(speech, change) for change in said))
    page.freeze_panes(_HEADER + 1, 2)
    page.repeat_rows(_HEADER)
    page.autofilter(_HEADER, 0, _HEADER + len(villages), len(columns) - 1)
    _for_paper(page)


def _rows_of(village: ListedVillage) -> Iterator[ListedVillage]:
    """Yield a village once, or once with each of the statuses that contradict each other: nobody has decided."""
    for place in range(max(map(len, village.contradicting.values()), default=1)):
        said = {year: levels[min(place, len(levels) - 1)] for year, levels in village.contradicting.items()}
        yield replace(village, statuses={**village.statuses, **said})


def _columns(speech: Language, lists: Lists) -> list[_Column]:
    """Return the columns: what every list has, a status for each year, the launch year, those of the newest list."""
    first = [_Column(name, None, speech.say(_COLUMNS[name])) for name in ("code", "village", "subdistrict")]
    statuses = [_Column("status", year, speech.say(_COLUMNS["status"], year=year)) for year in lists.years]
    launched = any(village.launch_year is not None for village in lists.villages)
    launch = [_Column("launch_year", None, speech.say(_COLUMNS["launch_year"]))] if launched else []
    changed = _Column("changed", None, speech.say(_COLUMNS["changed"]))
    taken = {column.header for column in (*first, *statuses, *launch, changed)}
    further = dict.fromkeys(name for village in lists.villages for name in village.columns if name not in taken)
    return [*first, *statuses, *launch, *(_Column("further", None, name) for name in further), changed]


def _value(village: ListedVillage, column: _Column, speech: Language, changes: Sequence[Change]) -> str | int:
    match column.name:
        case "status":
            level = UNKNOWN if column.year is None else village.statuses.get(column.year, UNKNOWN)
            return "" if level == UNKNOWN else LEVELS[level]
        case "launch_year":
            return village.launch_year if village.launch_year is not None else ""
        case "further":
            return village.columns.get(column.header, "")
        case "changed":
            kinds = {change.kind for change in changes}
            return "; ".join(speech.say(said) for kind, said in KINDS.items() if kind in kinds)
    return {"code": village.code, "village": village.name, "subdistrict": village.subdistrict}[column.name]


def _by_village(lists: Lists) -> dict[str, list[Change]]:
    """Return the changes of each village's rows, by its code."""
    home = {cell._replace(column=""): village.code for village in lists.villages for cell in village.rows}
    found: dict[str, list[Change]] = {village.code: [] for village in lists.villages}
    for change in lists.changes:
        if (code := home.get(change.where._replace(column=""))) is not None:
            found[code].append(change)
    return found


def _years(lists: Lists) -> dict[Cell, int]:
    """Return a column of statuses, as a cell of row 0, -> its year."""
    return {Cell(use.file, use.sheet, 0, letter): year for use in lists.sheets for letter, year in use.columns.items()}


def _touches(change: Change, column: _Column, years: Mapping[Cell, int]) -> bool:
    if column.name == "status":
        return change.kind in _OF_STATUS and years.get(change.where._replace(row=0)) == column.year
    return _COLUMN_OF.get(change.kind) == column.name


def _told(speech: Language, change: Change) -> str:
    return speech.say(
        "{kind}: {place} says {written}, read as {read_as}",
        kind=speech.say(KINDS[change.kind]),
        place=_place(change),
        written=_written(speech, change),
        read_as=change.read_as or speech.say("not known"),
    )


def _written(speech: Language, change: Change) -> str:
    """Return what stands in a cell; that it is blank where a status should stand there."""
    return change.written or (speech.say("(blank)") if change.kind in _OF_STATUS else "")


def _place(change: Change) -> str:
    return f"{change.where.column}{change.where.row}"


def _write_changes(book: Workbook, speech: Language, lists: Lists) -> None:
    page, table = book.add_worksheet(speech.say("Changes")), changes_table(speech, lists)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F2F2F2", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    page.write_string(0, 0, table.caption, book.add_format({"bold": True}))
    headers = [column.title for column in table.typed_columns]
    for place, (header, width) in enumerate(zip(headers, (26, 34, 14, 8, 40, 30), strict=True)):
        page.set_column(place, place, width, wrapped)
        page.write_string(2, place, header, bold)
    for number, row in enumerate(table.rows, start=3):
        for place, cell in enumerate(row):
            page.write_string(number, place, str(cell), wrapped)
    page.autofilter(2, 0, 2 + len(table.rows), len(headers) - 1)
    page.freeze_panes(3, 0)
    page.repeat_rows(2)
    _for_paper(page)


def changes_table(speech: Language, lists: Lists, changes: Sequence[Change] | None = None) -> Table:
    """Return what was read otherwise than written, a row for each cell, the weightiest first; by default all."""
    say = speech.say
    headers = [say("kind of change"), say("file"), say("sheet"), say("cell"), say("written"), say("read as")]
    caption = say("What was read differently from what is written, the most important first.")
    return Table(caption, headers, list(_rows(speech, lists.changes if changes is None else changes)), prose=True)


def _rows(speech: Language, changes: Sequence[Change]) -> Iterator[list[str]]:
    order = list(KINDS)
    for change in sorted(changes, key=lambda change: order.index(change.kind)):
        where = change.where
        read_as = change.read_as or (speech.say("not known") if change.kind in _OF_STATUS else "")
        yield [
            speech.say(KINDS[change.kind]),
            Path(where.file).name,
            where.sheet,
            _place(change),
            _written(speech, change),
            read_as,
        ]


def _for_paper(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
