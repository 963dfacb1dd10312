"""One sheet of an office as a list of villages: statuses by year, and what is read otherwise than it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from ...domain.messages import Message, listed, nearest, shown
from ...domain.status import LEVELS, UNKNOWN
from ..tables.cells import FIRST_YEAR, LAST_YEAR, plain_code, year_in, year_of
from ..tables.headers import Header
from ..tables.table import Table, note_header, note_passed_over, spans, table_of
from .codes import note_codes
from .layout import Layout, copied_column, dated_columns
from .levels import level_of
from .names import are_near, made_code, plain_subdistrict, without_kind
from .records import UNDECIDED, Cell, Change, ChangeKind, Doubt, SheetUse

_MOST_COMPARED = 200
"""Kecamatan whose names are compared: no district has a quarter as many."""
_FEWEST = 3
"""Rows from which on 1, 2, 3 … are numbers of rows and no codes."""
_SOON = 5
"""Years after the latest in which a village may join; a later year is a slip."""
BEFORE_LAUNCH = Message("this village was designated in {launch} and has a status at the end of {year}")
CORRECT_LAUNCH = Message("correct the launch year, or empty the status")


class StatusCell(NamedTuple):
    """A cell that tells a status: its row of the table, 0 the first, its column, and its level or `UNKNOWN`."""

    i: int
    column: str
    level: int


@dataclass(frozen=True)
class VillageRow:
    """A village of a sheet.

    Attributes
    ----------
    i
        Its row of the table, 0 the first; the first of several that are one village.
    code
        Its code, or the one made from kecamatan and name.
    coded
        Whether the sheet gives the code.
    name, subdistrict, district
        "" where the sheet has no such column.
    launch
        Year in which it joined; None where the sheet does not say.
    statuses
        Year, None where nothing says which -> the cell.
    doubled
        Further rows that tell a status of the same village and year.
    contradicting
        Year -> the cells of its rows, where their statuses differ and nobody has decided.
    """

    i: int
    code: str
    coded: bool
    name: str
    subdistrict: str
    district: str
    launch: int | None
    statuses: Mapping[int | None, StatusCell]
    doubled: tuple[int, ...] = ()
    contradicting: Mapping[int | None, tuple[StatusCell, ...]] = field(default_factory=dict)


@dataclass
class VillageSheet:
    """The villages of a sheet.

    Attributes
    ----------
    table
        Its cells, unchanged but for spellings of kecamatan and years.
    header
        Its column names.
    rows
        One a village.
    years
        Column of statuses -> its year, None where nothing says which; empty where the rows say it one by one.
    changes, doubts
        What was read otherwise than it is written, and what could be decided.
    use
        What was used of it.
    """

    table: Table
    header: Header
    rows: list[VillageRow]
    years: dict[str, int | None]
    changes: list[Change]
    doubts: list[Doubt]
    use: SheetUse

    def place(self, i: int, column: str = "") -> Cell:
        """Return a cell of the table, or a whole row of it."""
        return Cell(self.use.file, self.use.sheet, self.table.rows[i], self.table.letters.get(column, ""))


def disagreement(row: VillageRow, year: int | None, where: Sequence[Cell], levels: Sequence[int]) -> Doubt:
    """Return the doubt which of several statuses of a village at the end of a year is right."""
    values = {"name": row.name or row.code, "subdistrict": row.subdistrict, "year": str(year or "")}
    choices = (*(LEVELS[level] for level in sorted(levels)), UNDECIDED)
    key = f"duplicate/{made_code(row.subdistrict, row.name) if row.name else row.code}/{year or ''}"
    return Doubt("duplicate", key, tuple(where), values, choices, UNDECIDED)


def assumed(doubt: Doubt) -> Message:
    """Return what is taken for nearly the same name while nobody has answered, and how to say otherwise."""
    where, same = doubt.where[0], doubt.proposal == "same"
    values = {**doubt.values, "cell": f"{where.column}{where.row}"}
    values["answer"] = f"{doubt.key}: {'different' if same else 'same'}"
    if doubt.kind == "near_village":
        return Message(
            "{table}: {name} (cell {cell}) is taken for {other} in {list}, whose name is nearly the same; if they are "
            "two villages, write {answer} in the file that villages.answers names",
            values,
        )
    if same:
        return Message(
            "{table}: kecamatan {name} (cell {cell}) is taken for {other}, whose name is nearly the same; if they are "
            "two, write {answer} in the file that villages.answers names",
            values,
        )
    return Message(
        "{table}: kecamatan {name} (cell {cell}) and {other} have nearly the same name and are taken for two; if they "
        "are one, write {answer} in the file that villages.answers names",
        values,
    )


def read_sheet(
    layout: Layout,
    file: str,
    undated: int | None,
    answers: Mapping[str, str],
    *,
    latest: int,
    asks: bool = False,
) -> VillageSheet | None:
    """Return the villages of a sheet, or None with every problem told.

    Parameters
    ----------
    file
        As it was named by whoever asked.
    undated
        The year of a column of statuses that says none; None where that is not known.
    answers
        Key of a doubt -> what was answered.
    latest
        The last year of which statuses count: who joins later can have none of it.
    asks
        Whether a person is asked what was not answered; else what the doubt proposes is taken, and noted.
    """
    return _Reading(layout, file, undated, answers, asks=asks).read(latest)


def _are_numbers_of_rows(codes: Sequence[str]) -> bool:
    """Return whether codes only count rows: from 1 on, perhaps anew in each kecamatan, few left out."""
    texts = [text for code in codes if (text := code.strip("(). "))]
    if len(texts) < _FEWEST or not all(text.isdecimal() and len(text) < len("100000") for text in texts):
        return False
    numbers = [int(text) for text in texts]
    rising = all(here == 1 or before < here for before, here in pairwise(numbers))
    return numbers[0] == 1 and rising and max(numbers) <= 2 * len(numbers)


class _Reading:
    """Reads one sheet."""

    def __init__(
        self, layout: Layout, file: str, undated: int | None, answers: Mapping[str, str], *, asks: bool
    ) -> None:
        self.layout, self.file, self.undated, self.answers, self.asks = layout, file, undated, answers, asks
        self.changes: list[Change] = []
        self.doubts: list[Doubt] = []
        self._later: set[int] = set()  # rows of villages that join after the latest year

    def read(self, latest: int) -> VillageSheet | None:
        """Return the sheet, or None with every problem told."""
        grid = self.layout.grid
        before = len(grid.problems)
        self._note_passed_over()
        table = table_of(grid, self.layout.header, self.layout.villages)
        if table is None:
            return None
        self.table = table
        self._put_under_headings()
        if "subdistrict" in table.columns:
            self._fill_down()
            self._unify_subdistricts()
        coded = self._read_codes()
        table.check_filled(*(name for name in ("village", "subdistrict") if name in table.columns))
        years = self._years()
        rows = self._rows(coded, years, latest)
        rows = [self._as_one(same) for same in self._same(rows)]
        self._check_codes(rows)
        self._keep_blanks(rows)
        self._keep_made_codes(rows)
        note_codes(table)
        if len(grid.problems) > before:
            return None
        used = sorted({year for row in rows for year in row.statuses if year is not None})
        unused = tuple(
            table.written[name] for name in (*dated_columns(self.layout.header), "status")
            if name in table.columns and years and name not in years
        )  # fmt: skip
        letters = {table.letters[name]: year for name, year in years.items() if year is not None}
        use = SheetUse(self.file, grid.sheet, True, self.layout.title, tuple(used), len(rows), unused, letters)
        return VillageSheet(table, self.layout.header, rows, years, self.changes, self.doubts, use)

    def _change(self, kind: ChangeKind, row: int, column: str, written: str, read_as: str) -> None:
        """Keep a change; `row` as a spreadsheet program shows it, `column` a name of the table or "" for the row."""
        self.changes.append(Change(kind, self._place(row, column), written, read_as))

    def _place(self, row: int, column: str) -> Cell:
        return Cell(self.file, self.layout.grid.sheet, row, self.table.letters.get(column, ""))

    def _note_passed_over(self) -> None:
        layout, grid = self.layout, self.layout.grid
        above = (row for row in grid.rows if row[0] < layout.header.row)
        for number, cells in (*above, *layout.passed_over):
            written = " ".join(filter(None, cells))
            self.changes.append(Change("passed_over", Cell(self.file, grid.sheet, number), written, ""))
        if layout.title:
            note_header(grid, layout.header)
        note_passed_over(grid, layout.passed_over)

    def _put_under_headings(self) -> None:
        """Give the villages below a heading the kecamatan that it names, where no column does."""
        if not self.layout.under or any(self.table.cells("subdistrict")):
            return
        cells = [self.layout.under.get(row, ("", 0))[0] for row in self.table.rows]
        self.table.add("subdistrict", cells, "Kecamatan")

    def _fill_down(self) -> None:
        """Write what stands once above several rows into each of them; blanks on top stay blank."""
        above, filled, cells = "", [], self.table.columns["subdistrict"]
        under: tuple[str, int] | None = None
        for i, row in enumerate(self.table.rows):
            heading = self.layout.under.get(row)
            if heading is not None and heading != under:
                under, above = heading, heading[0]
            if not cells[i] and above:
                filled.append(row)
                self._change("filled_down", row, "subdistrict", "", above)
                cells[i] = above
            above = cells[i]
        if filled:
            message = Message(
                "{table}: in column {column}, {count:,} empty cells take the name above them (rows {rows})",
                {"count": len(filled), "rows": listed(spans(filled))},
            )
            self.table.note(message, "subdistrict")

    def _unify_subdistricts(self) -> None:
        """Read spellings of one kecamatan as the way most rows write it; names that are near ask whether they are."""
        cells = self.table.columns["subdistrict"]
        counts = Counter(filter(None, cells))
        spellings: dict[str, list[str]] = defaultdict(list)
        for cell in counts:
            spellings[plain_subdistrict(cell)].append(cell)
        kept = {
            plain: max(some, key=lambda name: (counts[name], without_kind(name) == name))
            for plain, some in spellings.items()
        }
        meant = self._near_subdistricts(kept)
        read_as = {cell: kept[meant[plain_subdistrict(cell)]] for cell in counts}
        first: dict[str, int] = {}
        for i, (row, cell) in enumerate(zip(self.table.rows, cells, strict=True)):
            if cell and cell != read_as[cell]:
                self._change("subdistrict", row, "subdistrict", cell, read_as[cell])
                cells[i] = read_as[cell]
                first.setdefault(cell, row)
        # What is near and was taken for one is told there.
        others = [cell for cell in first if meant[plain := plain_subdistrict(cell)] == plain]
        if others:
            names = listed((f"{shown(cell, 25)} ({first[cell]}) = {read_as[cell]}" for cell in others), 6)
            message = Message(
                "{table}: in column {column}, spellings of one name are read as one: {names}", {"names": names}
            )
            self.table.note(message, "subdistrict")

    def _near_subdistricts(self, kept: Mapping[str, str]) -> dict[str, str]:
        """Return the plain name of each kecamatan, or that of the larger one that it was answered to be."""
        sizes = Counter(plain_subdistrict(cell) for cell in self.table.columns["subdistrict"] if cell)
        by_size = sorted(sizes, key=lambda plain: (sizes[plain], plain))
        meant = {plain: plain for plain in sizes}
        for one in by_size if len(sizes) <= _MOST_COMPARED else ():
            near = [other for other in by_size if sizes[other] > sizes[one] and are_near(one, other)]
            if near and self._is_same_subdistrict(one, near[-1], kept, sizes):
                meant[one] = near[-1]
        return meant

    def _is_same_subdistrict(self, one: str, other: str, kept: Mapping[str, str], sizes: Counter[str]) -> bool:
        """Return whether a kecamatan was answered to be another one of nearly its name."""
        rows = [
            self._place(row, "subdistrict")
            for row, cell in zip(self.table.rows, self.table.columns["subdistrict"], strict=True)
            if cell and plain_subdistrict(cell) == one
        ]
        values = {"name": kept[one], "other": kept[other], "number": str(sizes[one])}
        few = sizes[one] <= 2 < sizes[other]
        proposal = "same" if few else "different"
        doubt = Doubt("near_subdistrict", f"near/{one}/{other}", tuple(rows), values, ("same", "different"), proposal)
        answer = self._ask(doubt)
        if doubt.key not in self.answers and not self.asks:
            self.table.note(assumed(doubt))
        return answer == "same"

    def _ask(self, doubt: Doubt) -> str | None:
        """Return what was answered; else keep the doubt, and return what it proposes, None where a person is asked."""
        answer = self.answers.get(doubt.key)
        if answer is None:
            self.doubts.append(doubt)
        return answer or (None if self.asks else doubt.proposal)

    def _read_codes(self) -> list[str]:
        """Return the codes that the sheet gives, "" for a row without; numbers of rows are none."""
        table = self.table
        if "village_code" not in table.columns or not table.read_codes("village_code"):
            return [""] * len(table.rows)
        codes = table.columns["village_code"]
        if "village" not in table.columns or "subdistrict" not in table.columns:
            table.check_filled("village_code")
            return codes
        if _are_numbers_of_rows(codes):
            message = Message(
                "{table}: column {column} counts the rows and holds no codes; villages are known by kecamatan and name"
            )
            table.note(message, "village_code")
            return [""] * len(codes)
        blank = [row for row, code in zip(table.rows, codes, strict=True) if not code]
        if blank:
            rows = {"count": len(blank), "rows": listed(spans(blank))}
            message = Message(
                "{table}: {count:,} villages without a code are known by kecamatan and name (rows {rows})", rows
            )
            table.note(message)
        return codes

    def _years(self) -> dict[str, int | None]:
        """Return the columns of statuses that are used, with their years; empty where a column says it row by row."""
        table = self.table
        if "year" in self.layout.header.wanted.required:
            return {}
        years: dict[str, int | None] = {}
        of_year: dict[int, str] = {}
        for name, year in self.layout.dated.items():
            if year in of_year:
                self._note_unused(of_year[year], year)
                del years[of_year[year]]
            years[name], of_year[year] = year, name
        if "status" in table.columns and any(table.columns["status"]) and copied_column(self.layout) is None:
            if self.undated is not None and self.undated in of_year:
                self._note_unused("status", self.undated)
            else:
                years["status"] = self.undated
                if self.undated is not None:
                    self._change("year", table.header, "status", table.written["status"], str(self.undated))
        return years

    def _note_unused(self, column: str, year: int) -> None:
        """Note a column whose statuses another column of the same year stands for."""
        message = Message("{table}: column {column} is not used: another column says the statuses of {year}")
        self.table.note(message.filled(year=year), column)

    def _rows(self, codes: Sequence[str], years: Mapping[str, int | None], latest: int) -> list[VillageRow]:
        table = self.table
        launches = self._launches(latest)
        dated: dict[str, Sequence[int | None]] = {name: [year] * len(table.rows) for name, year in years.items()}
        if "year" in self.layout.header.wanted.required:
            table.check_filled("year")
            if any(cell != year_of(cell) for cell in table.columns["year"]):
                message = Message(
                    "{table}: column {column} holds dates; statuses are taken as those at the end of the year"
                )
                table.note(message, "year")
            dated = {"status": table.years("year", FIRST_YEAR, LAST_YEAR)}
        levels = {column: self._levels(column) for column in dated}
        texts = [table.cells(name) for name in ("village", "subdistrict", "district_code")]
        rows = []
        for i, (code, name, home, district) in enumerate(zip(codes, *texts, strict=True)):
            statuses = {dated[column][i]: StatusCell(i, column, levels[column][i]) for column in dated}
            if i in self._later:
                self._tell_statuses(launches[i] or 0, statuses, latest)
            made = code or (made_code(home, name) if home or name else "")
            rows.append(VillageRow(i, made, bool(code), name, home, district, launches[i], statuses))
        return rows

    def _tell_statuses(self, launch: int, statuses: Mapping[int | None, StatusCell], latest: int) -> None:
        """Tell statuses of a village at the end of years before it joins."""
        for at_end_of, (i, column, level) in statuses.items():
            year = latest if at_end_of is None else at_end_of
            if level != UNKNOWN and year < launch:
                message = BEFORE_LAUNCH.filled(launch=launch, year=year)
                self.table.tell(i, column, message, CORRECT_LAUNCH, found=self.table.columns[column][i])

    def _launches(self, latest: int) -> list[int | None]:
        """Return the year in which each village joins; a year among other words is read too."""
        table = self.table
        for i, cell in enumerate(table.cells("launch_year")):
            year = year_of(cell)
            if year == cell and not cell.isdecimal():
                found = year_in(cell)
                year = str(found) if found is not None else "" if level_of(cell)[0] == UNKNOWN else cell
            if year != cell:
                self._change("launch_year", table.rows[i], "launch_year", cell, year)
                table.columns["launch_year"][i] = year
            if year.isdecimal() and latest < int(year) <= latest + _SOON:
                self._later.add(i)
        if self._later:
            rows = listed(spans([table.rows[i] for i in sorted(self._later)]))
            message = Message(
                "{table}: {count:,} villages are designated after {latest}: each is at dasar from the end of its "
                "launch year on, and the target counts it from the next (rows {rows})",
                {"count": len(self._later), "latest": latest, "rows": rows},
            )
            table.note(message)
        return table.years("launch_year", FIRST_YEAR, min(LAST_YEAR, latest + (_SOON if self._later else 0)))

    def _levels(self, column: str) -> list[int]:
        """Return the level of each row, `UNKNOWN` where the cell says none or (told) what is no level."""
        table, levels = self.table, []
        misread: dict[str, tuple[int, str]] = {}
        for i, cell in enumerate(table.columns[column]):
            level, official = level_of(cell)
            levels.append(UNKNOWN if level is None else level)
            if level is None:
                allowed = Message("one of: {names}", {"names": ", ".join(LEVELS)})
                message = Message("{name} is not a status", {"name": cell[:60]})
                fix = nearest(cell, LEVELS) or Message("write its status, or empty the cell where that is not known")
                table.tell(i, column, message, fix, allowed=allowed)
            elif not official:
                read_as = "" if level == UNKNOWN else LEVELS[level]
                self._change("status" if read_as else "unknown_status", table.rows[i], column, cell, read_as)
                if read_as:
                    misread.setdefault(cell, (table.rows[i], read_as))
        if misread:
            names = listed((f"{shown(cell, 25)} ({row}) = {level}" for cell, (row, level) in misread.items()), 8)
            message = Message("{table}: in column {column}, other spellings of a status are understood: {names}")
            table.note(message.filled(names=names), column)
        unknown = [
            row
            for i, (row, level) in enumerate(zip(table.rows, levels, strict=True))
            if level == UNKNOWN and i not in self._later
        ]
        if unknown and len(unknown) < len(levels) - len(self._later):
            message = Message(
                "{table}: blank cells in column {column}: {count:,}; these statuses are taken as unknown (row {rows})",
                {"count": len(unknown), "rows": listed(spans(unknown))},
            )
            table.note(message, column)
        return levels

    def _same(self, rows: Sequence[VillageRow]) -> Iterator[list[VillageRow]]:
        """Yield the rows of each village: of one kecamatan and name, unless codes tell them apart."""
        by_name = "village" in self.table.columns and "subdistrict" in self.table.columns
        groups: dict[str, dict[str, list[VillageRow]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            named = made_code(row.subdistrict, row.name) if by_name and row.name and row.subdistrict else row.code
            groups[f"{row.district} {named}"][plain_code(row.code) if row.coded else ""].append(row)
        namesakes = [[*by_code.values()] for by_code in groups.values() if len(by_code) > 1]
        if namesakes:
            names = (
                f"{some[0][0].name} ({listed(self.table.rows[row.i] for [row, *_] in some)})" for some in namesakes
            )
            message = Message(
                "{table}: villages of one name and kecamatan under different codes count each (rows): {names}; check "
                "whether they are one",
                {"names": listed(names, 6)},
            )
            self.table.note(message)
        for by_code in groups.values():
            yield from by_code.values()

    def _as_one(self, rows: Sequence[VillageRow]) -> VillageRow:
        """Return rows of one village as one; different statuses of a year are unknown until answered."""
        first = rows[0]
        if len(rows) == 1:
            return first
        statuses: dict[int | None, StatusCell] = {}
        said: dict[int | None, list[StatusCell]] = defaultdict(list)
        for row in rows:
            for year, found in row.statuses.items():
                said[year].append(found)
        agree = True
        contradicting: dict[int | None, tuple[StatusCell, ...]] = {}
        for year, cells in said.items():
            known = [cell for cell in cells if cell.level != UNKNOWN]
            statuses[year] = next(iter(known), cells[0])
            if len({cell.level for cell in known}) > 1:
                agree = False
                statuses[year] = cells[0]._replace(level=self._answer(first, year, known))
                if statuses[year].level == UNKNOWN:
                    contradicting[year] = tuple(known)
        launches = {row.launch for row in rows if row.launch is not None}
        doubled = [row for row in rows[1:] if row.statuses.keys() & first.statuses.keys()]
        for row in doubled if agree else ():
            text = " ".join(filter(None, (row.subdistrict, row.name)))
            self._change("duplicate", self.table.rows[row.i], "", text, "")
        if doubled and agree:
            message = Message("{table}: {name} ({subdistrict}) is in rows {rows}, which agree; it counts once")
            listed_in = listed(self.table.rows[row.i] for row in rows)
            named = first.name or first.code
            self.table.note(message.filled(name=named, subdistrict=first.subdistrict, rows=listed_in))
        for differing in contradicting.values():
            self._note_contradiction(first, differing)
        launch = launches.pop() if len(launches) == 1 else None
        doubled_rows = tuple(row.i for row in doubled)
        return replace(first, launch=launch, statuses=statuses, doubled=doubled_rows, contradicting=contradicting)

    def _note_contradiction(self, row: VillageRow, cells: Sequence[StatusCell]) -> None:
        """Note which rows say which status of a village, and how to decide."""
        values = {
            "name": row.name or row.code,
            "subdistrict": row.subdistrict,
            "statuses": listed(f"{LEVELS[level]} ({self.table.rows[i]})" for i, _, level in cells),
        }
        message = Message(
            "{table}: {name} ({subdistrict}) has different statuses in column {column}, by row: {statuses}; it counts "
            "once, its status unknown; to decide, remove the wrong row",
            values,
        )
        self.table.note(message, cells[0].column)

    def _answer(self, row: VillageRow, year: int | None, cells: Sequence[StatusCell]) -> int:
        """Return the status of a year that rows disagree on, as it was answered."""
        places = [self._place(self.table.rows[i], column) for i, column, _ in cells]
        answer = self._ask(disagreement(row, year, places, [*{cell.level for cell in cells}]))
        level = LEVELS.index(answer) if answer in LEVELS else UNKNOWN
        for i, column, _ in cells:
            written = self.table.columns[column][i]
            self._change("disagreement", self.table.rows[i], column, written, "" if level == UNKNOWN else LEVELS[level])
        return level

    def _check_codes(self, rows: Sequence[VillageRow]) -> None:
        """Tell villages of one code."""
        first: dict[str, VillageRow] = {}
        for row in rows:
            earlier = first.setdefault(plain_code(row.code), row)
            other_years = row.statuses and earlier.statuses and row.statuses.keys().isdisjoint(earlier.statuses)
            if earlier is not row and row.code and not other_years:
                rows_of = {"first": self.table.rows[earlier.i], "row": self.table.rows[row.i]}
                message = Message("two villages have the same code: rows {first} and {row}", rows_of)
                fix = Message("correct the code in one of the two rows, or remove the row that is too many")
                self.table.tell(row.i, "village_code" if row.coded else "village", message, fix)

    def _keep_blanks(self, rows: Sequence[VillageRow]) -> None:
        """Keep as a change each blank cell that leaves a status unknown."""
        for row in rows:
            for i, column, level in () if row.i in self._later else row.statuses.values():
                if level == UNKNOWN and not self.table.columns[column][i]:
                    self._change("unknown_status", self.table.rows[i], column, "", "")

    def _keep_made_codes(self, rows: Sequence[VillageRow]) -> None:
        """Note codes that were made; keep each as a change."""
        made = [row for row in rows if not row.coded and row.name]
        for row in made:
            self._change(
                "code", self.table.rows[row.i], "village_code", self.table.cells("village_code")[row.i], row.code
            )
        if made and len(made) == len(rows) and "village_code" not in self.table.columns:
            message = Message("{table}: without codes, villages are known by kecamatan and name, such as {code}")
            self.table.note(message.filled(code=made[0].code))
