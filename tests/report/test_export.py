"""The workbook of a run holds its numbers as numbers, its codes as text, and no formula."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from told import result_of, written

import simulation as kkb
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import load_scenario
from simulation.report.document.blocks import Column, Document, Paragraph, Share, Table
from simulation.report.document.xlsx import HEADER, write_xlsx
from simulation.report.kinds.forecast.words import verdict
from simulation.report.language import LANGUAGES, language
from simulation.report.runs import export

ROOT = Path(__file__).parents[2]
Sheets = dict[str, list[tuple[Any, ...]]]


def read(path: Path) -> Sheets:
    """Return the cells of every sheet."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def below(sheet: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows of a table below its caption and its header."""
    return sheet[HEADER + 1 :]


@pytest.fixture
def exported(tmp_path: Path) -> Callable[[Forecast, str], tuple[Path, Sheets]]:
    """Return what writes a forecast and its workbook, and reads that."""

    def write(made: Forecast, code: str) -> tuple[Path, Sheets]:
        path = export(written(made, tmp_path).path, code)
        return path.parent, read(path)

    return write


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_says_what_the_record_says(
    code: str, exported: Callable[[Forecast, str], tuple[Path, Sheets]]
) -> None:
    """Years, readings and parameters cell by cell, as numbers that a spreadsheet can go on with."""
    made = forecast(load_scenario(ROOT / "scenarios" / "tanah_laut_pokja.yaml"), 50, 10, 3)
    folder, sheets = exported(made, code)
    whole = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))
    (record,) = whole["districts"]
    answer, years, readings, means, parameters, statements = sheets.values()
    told = [str(row[1]) for row in answer]
    assert verdict(language(code), result_of(made)) in told
    assert any(kkb.load_run(folder).id in text for text in told)
    assert [list(row[2:]) for row in below(readings)] == list(record["readings"].values())
    assert [str(row[1]).startswith("* ") for row in below(readings)] == [True] + [False] * 4
    for row, mean, year in zip(below(years), below(means), record["years"], strict=True):
        assert row[:2] == (year["year"], year["probability_met"])
        assert row[3:6] == (*year["parameter_interval90"], year["needed"]["mean"])
        assert row[6:] == tuple(year["rises"]["quantiles"][at] for at in ("0.5", "0.05", "0.95"))
        assert mean[1:3] == (year["monte_carlo_error"], year["rises"]["mean"])
        assert mean[-1] == year["assisted"]["pokja"]
    quantiles = {row[1]: row[2:5] for row in below(parameters)}
    assert quantiles == {
        name: tuple(known["quantiles"][q] for q in ("0.05", "0.5", "0.95"))
        for name, known in whole["parameters"].items()
    }
    assert all(row[3] for row in below(statements))


def test_single_villages_stand_where_their_statuses_are_known(
    exported: Callable[[Forecast, str], tuple[Path, Sheets]],
) -> None:
    """One row a village with years across, and one a village and year; without statuses there are no such sheets."""
    made = forecast(load_scenario(ROOT / "scenarios" / "contoh.yaml"), 4, 5, 3)
    folder, sheets = exported(made, "en")
    with (folder / "villages.csv").open(encoding="utf-8", newline="") as stream:
        expected = list(csv.DictReader(stream))
    villages = below(sheets["Villages"])
    assert len(villages) == len({row["village_code"] for row in expected})
    for name, *_, chance, risen in villages:
        own = [row for row in expected if row["village_code"] == name]
        assert (chance or 0, risen or 0) == (float(own[0]["probability_rises"]), float(own[-1]["probability_risen"]))
    chances = [row[-2] or 0 for row in villages]
    assert chances == sorted(chances, reverse=True)
    header, *rows = sheets["Villages by year"][HEADER:]
    assert [row[0] for row in rows] == [row["village_code"] for row in expected]
    assert header.index("year") == 4
    risen = [row[header.index("chance of rising in the year")] for row in rows]
    assert risen == [float(row["probability_rises"]) for row in expected]
    unknown = forecast(load_scenario(ROOT / "scenarios" / "tanah_laut.yaml"), 4, 5, 3)
    assert not {"Villages", "Villages by year"} & set(exported(unknown, "en")[1])


def test_what_the_scenario_says_is_told_from_what_holds_by_default(
    exported: Callable[[Forecast, str], tuple[Path, Sheets]], tmp_path: Path
) -> None:
    """Years, places and costs that somebody wrote without a source are not called defaults, and defaults are."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    scenario = tmp_path / "scenarios" / "contoh_pendampingan.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").partition("sources:")[0], encoding="utf-8")
    statements = exported(forecast(load_scenario(scenario), 4, 5, 3), "en")[1]["Statements"]
    told = {(row[0], row[1]): row[3] for row in below(statements)}
    written, default = "written in the scenario, without a source", "as by default"
    for what in ("who acts", "first year", "villages that qualify", "villages reached at a time",
                 "order of priority", "cost of a village-year"):  # fmt: skip
        assert told["coaching by PKB/PLKB", what] == written, what
    for what in ("years of intervention for a village", "years until the full effect"):
        assert told["coaching by PKB/PLKB", what] == default, what
    assert told["scenario", "reading of the target"] == default


@pytest.mark.parametrize(("code", "never", "always"), [("en", "<0.1%", ">99.9%"), ("id", "<0,1%", ">99,9%")])
def test_no_chance_is_shown_as_certain(
    code: str, never: str, always: str, exported: Callable[[Forecast, str], tuple[Path, Sheets]]
) -> None:
    """What rounds to 0 or 1 is shown as in every other place, counts are whole, and the numbers stay what they are."""
    folder, _ = exported(forecast(load_scenario(ROOT / "scenarios" / "contoh.yaml"), 4, 5, 3), code)
    book = openpyxl.load_workbook(folder / "forecast.xlsx")
    years, readings = (book[language(code).say(name)] for name in ("Years", "Readings"))
    assert readings["C4"].number_format == f'[<0.001]"{never}";[>0.999]"{always}";0.0%'
    assert [years.cell(4, column).number_format for column in (1, 6, 7, 8, 9)] == ["0", *["#,##0"] * 4]
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in book)
    assert {sheet.page_setup.fitToWidth for sheet in book} <= {1, None}
    assert [sheet.page_setup.fitToHeight for sheet in book] == [None, *[0] * (len(book.sheetnames) - 1)]
    upright = {sheet.title for sheet in book if sheet.page_setup.orientation == "portrait"}
    named = {name: language(code).say(name) for name in ("Answer", "By kecamatan", "Villages by year")}
    assert {named["Answer"], named["By kecamatan"]} <= upright
    assert named["Villages by year"] not in upright


def test_a_share_that_is_nearly_all_does_not_read_as_all(tmp_path: Path) -> None:
    """In a column of numbers of several kinds too; none and all are written as that, and other numbers as they are."""
    columns = ["x", Column("a", "decimal", 2), Column("b", "percent", 1), Column("c", "chance", 1)]
    rows = [["x", Share(value), value, value] for value in (0.0, 0.0004, 0.9999, 1.0)]
    write_xlsx(language("id"), Document("t", [Table("b", columns, [*rows, ["x", 2.5, 1.5, 0.5]])]), tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["b"]
    formats = [[cell.number_format for cell in row] for row in sheet.iter_rows(min_row=HEADER + 2, min_col=2)]
    plain, chance = "0.0%", '[<0.001]"<0,1%";[>0.999]">99,9%";0.0%'
    assert formats == [*([one, one, chance] for one in (plain, chance, chance, plain)), ["#,##0.00", plain, chance]]
    assert [cell.value for cell in sheet["B"][HEADER + 1 :]] == [0.0, 0.0004, 0.9999, 1.0, 2.5]


def test_charts_on_the_first_sheet_show_the_numbers_of_the_years(
    several: Forecast, exported: Callable[[Forecast, str], tuple[Path, Sheets]]
) -> None:
    """Of one district every year, of several every district in the first; the book opens on them."""
    one = forecast(load_scenario(ROOT / "scenarios" / "tanah_laut.yaml"), 50, 10, 3)
    for made, across, shown in ((one, "year", 5), (replace(several), "district", len(several.districts))):
        folder, _ = exported(made, "en")
        book = openpyxl.load_workbook(folder / "forecast.xlsx")
        first, years = book.worksheets[0], book["Years"]
        header = [cell.value for cell in years[HEADER + 1]]
        wanted = [
            ["range from assumptions, to", "probability that the target is met", "range from assumptions, from"],
            ["rises, 95%", "rises, median", "rises, 5%", "needed"],
        ]
        assert book.active is first
        for chart, titles in zip(first._charts, wanted, strict=True):
            cells = [(series.cat.numRef or series.cat.strRef, series.val.numRef) for series in chart.series]
            for (below_it, points), title in zip(cells, titles, strict=True):
                for name, reference in ((across, below_it), (title, points)):
                    letter = openpyxl.utils.get_column_letter(header.index(name) + 1)
                    assert reference.f == f"Years!${letter}${HEADER + 2}:${letter}${HEADER + 1 + shown}"


def test_several_districts_stand_below_each_other(
    several: Forecast, exported: Callable[[Forecast, str], tuple[Path, Sheets]]
) -> None:
    """Every row names its district."""
    sheets = exported(replace(several), "id")[1]
    assert [row[0] for row in below(sheets["Tahun"])].count("11.02") == len(several.scenario.years)


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    """Names and codes are kept letter by letter, and the same document gives the same bytes."""
    texts = ["=1+1", "+62", "-1", "@x", "https://x.invalid", "0012", "63.01", "\tx"]
    rows = [[text, 0.5] for text in texts]
    table = Table("b", ["=head", Column("share", "percent", 1)], rows, strong=frozenset({0}))
    document = Document(texts[0], [*(Paragraph(text) for text in texts[1:]), table])
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsx(language("en"), document, tmp_path / name)
    found = openpyxl.load_workbook(tmp_path / "one.xlsx")
    first = HEADER + 2
    assert [row[0].value for row in found["b"].iter_rows(min_row=first)] == texts
    said = [row[1].value for row in found["Answer"].iter_rows(min_row=first - 1)]
    assert [text for text in said if text] == texts[1:]
    kinds = {cell.data_type for sheet in found for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    assert {row[1].number_format.rpartition(";")[2] for row in found["b"].iter_rows(min_row=first)} == {"0.0%"}
    assert found["b"].freeze_panes == f"B{first}"
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_every_sheet_has_a_name_of_its_own_that_a_workbook_can_have(tmp_path: Path) -> None:
    """Captions may be long, alike, or hold signs that no sheet's name can hold."""
    captions = ["a" * 40, "a" * 40, "x: [1]/2?", "'", "Answer"]
    document = Document("t", [Table(caption, ["h"], [["1"]]) for caption in captions])
    write_xlsx(language("en"), document, tmp_path / "names.xlsx")
    assert openpyxl.load_workbook(tmp_path / "names.xlsx").sheetnames == [
        "Answer", "a" * 31, "a" * 29 + " 2", "x 1 2", "1", "Answer 2",
    ]  # fmt: skip
