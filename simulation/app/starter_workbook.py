"""The village table of a starter as a workbook to fill in.

Knows how the sheets look and what they explain; must not know where the workbook goes.
"""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from ..domain.status import LEVELS
from ..report.language import Language

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TEXT = "@"
"""The format that keeps a code as it is typed."""
_FONT = "Calibri"
_WIDTHS = (18, 30, 26, 16, 24)
_LAST_ROW = 10_001
"""The drop-down of the statuses reaches as far as a district can have villages."""


def starter_workbook(table: str, scenario: str, workbook: str, speech: Language) -> bytes:
    """Return a workbook with the rows of a table and a sheet that explains them.

    Parameters
    ----------
    table
        The table as CSV: code, name, kecamatan, status and year of launch, in this order.
    scenario, workbook
        Names of the files, as the explanation gives them.
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.properties import PageSetupProperties

    header, *rows = csv.reader(StringIO(table), delimiter=max(",;", key=table.count))
    book = Workbook()
    book.properties.creator = "kampungkb"
    sheet = book.worksheets[0]
    sheet.title = speech.say("Villages")
    _fill(sheet, header, rows)
    _offer_levels(sheet, speech)
    readme = book.create_sheet(speech.say("Read me"))
    _explain(readme, header, scenario, workbook, speech)
    for page in (sheet, readme):
        page.page_setup.orientation = "landscape"
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def _fill(sheet: Worksheet, header: list[str], rows: list[list[str]]) -> None:
    """Write column names and rows, all but the year as text, also where nothing is filled in yet."""
    sheet.append(header)
    for row in rows:
        sheet.append([*row[:-1], int(row[-1])])
    for letter, width in zip("ABCDE", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
        if letter != "E":
            sheet.column_dimensions[letter].number_format = TEXT
            for cell in sheet[letter][1:]:
                cell.number_format = TEXT
    _mark(sheet, 1)
    sheet.freeze_panes = "A2"


def _offer_levels(sheet: Worksheet, speech: Language) -> None:
    """Offer the levels in a list; another name is not refused, for the check explains it better."""
    from openpyxl.worksheet.datavalidation import DataValidation

    offered = DataValidation(type="list", formula1=f'"{",".join(LEVELS)}"', allow_blank=True, errorStyle="warning")
    offered.errorTitle = speech.say("Not a status")
    offered.error = speech.say("The levels are: {names}.", names=", ".join(LEVELS))
    offered.showErrorMessage = True
    offered.add(f"D2:D{_LAST_ROW}")
    sheet.add_data_validation(offered)


def _explain(sheet: Worksheet, header: list[str], scenario: str, workbook: str, speech: Language) -> None:
    """Write what goes into each column, and what to do then."""
    from openpyxl.styles import Alignment, Font

    meanings = (
        speech.say("Code of the desa or kelurahan, with its dots. The column is formatted as Text so that it stays."),
        speech.say("Name of the desa or kelurahan."),
        speech.say("Name of the kecamatan, in every row."),
        speech.say("Choose from the list: {names}. Berkelanjutan means paripurna.", names=", ".join(LEVELS)),
        speech.say("Year or date of the launch. The column may be left out."),
    )
    sheet.append([speech.say("How to fill in the table")])
    sheet.append([])
    sheet.append([speech.say("Column"), speech.say("What to write")])
    for row in zip(header, meanings, strict=True):
        sheet.append(row)
    sheet.append([])
    for line in (
        speech.say("1. Replace the example row by your own: one row for every village that has a Kampung KB."),
        speech.say(
            "2. Further columns may be added; one of numbers can be a covariate: see covariates in {scenario}.",
            scenario=scenario,
        ),
        speech.say("3. Save. {scenario} reads this file: table: {table}", scenario=scenario, table=workbook),
        speech.say("4. Run: kampungkb check {path}", path=scenario),
    ):
        sheet.append([line])
    sheet["A1"].font = Font(name=_FONT, bold=True, size=14)
    _mark(sheet, 3)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 92
    for cell in sheet["B"]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet["A"][2:]:
        cell.alignment = Alignment(vertical="top")


def _mark(sheet: Worksheet, row: int) -> None:
    """Make a row of column names look like one."""
    from openpyxl.styles import Border, Font, PatternFill, Side

    for cell in sheet[row]:
        cell.font = Font(name=_FONT, bold=True)
        cell.fill = PatternFill("solid", fgColor="E3ECF1")
        cell.border = Border(bottom=Side(style="medium", color="2F5D73"))
