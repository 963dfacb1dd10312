"""The workbook of a run holds its numbers as numbers, its codes as text, and no formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from simulation.inference.forecast import Forecast, forecast
from simulation.inputs.scenario import load_scenario
from simulation.report.export import export_workbook
from simulation.report.finished import load_run
from simulation.report.language import LANGUAGES, language
from simulation.report.results import RunFolder
from simulation.report.workbook import Column, Prose, Sheet, write_workbook

ROOT = Path(__file__).parents[2]
Sheets = dict[str, list[tuple[Any, ...]]]


def read(path: Path) -> Sheets:
    """Return the cells of every sheet."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.fixture
def exported(tmp_path: Path) -> Callable[[Forecast, str], tuple[Path, Sheets]]:
    """Return what writes a forecast and its workbook, and reads that."""

    def export(made: Forecast, code: str) -> tuple[Path, Sheets]:
        folder = RunFolder.of(made.scenario, made.effort, made.seed, made.engine, tmp_path)
        folder.write(made)
        export_workbook(language(code), load_run(folder.path), folder.path / "forecast.xlsx")
        return folder.path, read(folder.path / "forecast.xlsx")

    return export


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_says_what_the_record_says(
    code: str, exported: Callable[[Forecast, str], tuple[Path, Sheets]]
) -> None:
    """Years, readings and parameters cell by cell, as numbers that a spreadsheet can go on with."""
    made = forecast(load_scenario(ROOT / "scenarios" / "tanah_laut_pokja.yaml"), 20, 10, 3)
    folder, sheets = exported(made, code)
    record = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))
    read_me, summary, years, parameters, statements = sheets.values()
    assert record["verdict"][code] in [row[0] for row in read_me]
    assert any(folder.name in row[0] for row in read_me)
    assert [list(row[2:]) for row in summary[1:]] == list(record["readings"].values())
    assert summary[1][0] == "*"
    for row, year in zip(years[1:], record["years"], strict=True):
        assert row[:5] == (
            year["year"],
            year["probability_met"],
            year["monte_carlo_error"],
            *year["parameter_interval90"],
        )
        assert row[6:8] == (year["needed"]["mean"], year["rises"]["mean"])
        assert row[-1] == year["assisted"]["pokja"]
    quantiles = {row[1]: row[2:5] for row in parameters[1:]}
    assert quantiles == {
        name: tuple(known["quantiles"][q] for q in ("0.05", "0.5", "0.95"))
        for name, known in record["parameters"].items()
    }
    assert all(row[3] for row in statements[1:])


def test_single_villages_stand_where_their_statuses_are_known(
    exported: Callable[[Forecast, str], tuple[Path, Sheets]],
) -> None:
    """One row a village and year with the code as text; without statuses there is no such sheet."""
    made = forecast(load_scenario(ROOT / "scenarios" / "contoh.yaml"), 4, 5, 3)
    folder, sheets = exported(made, "en")
    with (folder / "villages.csv").open(encoding="utf-8", newline="") as stream:
        expected = list(csv.DictReader(stream))
    header, *rows = sheets["Villages"]
    assert [row[0] for row in rows] == [row["village_code"] for row in expected]
    assert header.index("year") == 4
    risen = [row[header.index("chance of rising in the year")] for row in rows]
    assert risen == [float(row["probability_rises"]) for row in expected]
    unknown = forecast(load_scenario(ROOT / "scenarios" / "tanah_laut.yaml"), 4, 5, 3)
    assert "Villages" not in exported(unknown, "en")[1]


def test_several_districts_stand_below_each_other(
    several: Forecast, exported: Callable[[Forecast, str], tuple[Path, Sheets]]
) -> None:
    """Every row names its district."""
    sheets = exported(replace(several), "id")[1]
    assert [row[0] for row in sheets["Tahun"][1:]].count("11.02") == len(several.scenario.years)


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    """Names and codes are kept letter by letter, and the same sheets give the same bytes."""
    texts = ["=1+1", "+62", "-1", "@x", "https://x.invalid", "0012", "63.01", "\tx"]
    sheets = [
        Prose("a", texts),
        Sheet("b", [Column("=head"), Column("share", "percent")], [[text, 0.5] for text in texts], frozenset({0})),
    ]
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(tmp_path / name, "title", sheets)
    found = openpyxl.load_workbook(tmp_path / "one.xlsx")
    assert [row[0].value for row in found["b"].iter_rows(min_row=2)] == texts
    assert [row[0].value for row in found["a"].iter_rows()] == texts
    assert {row[0].data_type for sheet in found for row in sheet.iter_rows()} == {"s"}
    assert {row[1].number_format for row in found["b"].iter_rows(min_row=2)} == {"0.0%"}
    assert found["b"].freeze_panes == "B2"
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
