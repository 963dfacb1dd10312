"""What a forecast tells of its villages: a list whose ranks say what is noise, and a table of kecamatan."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from districts import make_scenario, make_villages
from matplotlib.text import Text
from told import in_terminal, result_of, written

from simulation.inference.explanation import explain
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.report import plots
from simulation.report.kinds.forecast.villages import about_ranks, likeliest_table, subdistricts_table
from simulation.report.language import language


@pytest.fixture(scope="module")
def made() -> Forecast:
    """Return a forecast of two kecamatan whose villages stand at all levels."""
    return forecast(make_scenario(make_villages([7, 6], [0, 1, 2, 3, 0, 0, 1, 0, 2, 3, 3, 0, 0]), horizon=2), 1, 2000)


@pytest.mark.parametrize(
    ("code", "list_of", "by"),
    [
        ("en", "Villages most likely to rise in 2026", "By kecamatan, 2026"),
        ("id", "Kampung dengan peluang naik status terbesar pada 2026", "Menurut kecamatan, 2026"),
    ],
)
def test_a_terminal_lists_ten_villages_and_the_kecamatan(made: Forecast, code: str, list_of: str, by: str) -> None:
    """Where more is asked for; else what there is room for."""
    long = in_terminal(made, code, verbose=True)
    assert long.count("Desa ") == 10
    assert list_of in long
    assert by in long
    assert by not in in_terminal(made, code)


def test_a_list_that_ends_within_a_rank_says_so(made: Forecast) -> None:
    """With how many share it, and how many of them are listed."""
    ranks = [one.rank for one in result_of(made).districts[0].likeliest]
    assert ranks == [1, 1, 3, 3, *[5] * 6]
    said = "Rank 5 is shared by 6 villages, 1 of them listed here; their order means nothing."
    assert about_ranks(language("en"), ranks, 5) == said
    assert about_ranks(language("en"), ranks, 4) is about_ranks(language("en"), ranks) is None


def test_kecamatan_are_a_table_and_a_file(made: Forecast, tmp_path: Path) -> None:
    """The district's line is the sum; the file has every year, and the result holds the same."""
    run = written(made, tmp_path)
    (district,) = run.result.districts
    table = subdistricts_table(language("en"), district, 2026)
    assert [row[:3] for row in table.rows] == [
        ["Kecamatan 0", 7, 6.0],
        ["Kecamatan 1", 6, 4.0],
        ["all kecamatan", 13, 10.0],
    ]
    assert table.rows[2][3] == pytest.approx(district.years[0].rises.mean, abs=1e-5)
    with (run.path / "subdistricts.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["subdistrict"], row["year"], row["villages"]) for row in rows] == [
        ("Kecamatan 0", "2026", "7"),
        ("Kecamatan 0", "2027", "7"),
        ("Kecamatan 1", "2026", "6"),
        ("Kecamatan 1", "2027", "6"),
    ]
    assert [float(row["expected_rises"]) for row in rows] == [one.expected_rises for one in district.by_subdistrict]


def test_a_village_has_one_chance_wherever_it_is_told(made: Forecast, tmp_path: Path) -> None:
    """In the list, on the board, explained, and in the file: simulation error is told by ranks, not by rounding."""
    run = written(made, tmp_path)
    with (run.path / "villages.csv").open(encoding="utf-8", newline="") as stream:
        first = [row for row in csv.DictReader(stream) if row["year"] == "2026"]
    filed = {row["village_code"]: float(row["probability_rises"]) for row in first}
    (district,) = run.result.districts
    listed = likeliest_table(language("en"), district, 2026).rows
    drawn = {text.get_text() for text in plots.village_board(made, "en").findobj(Text)}
    for row, one in zip(listed, district.likeliest, strict=False):
        assert row[-1] == filed[one.village_code] == explain(made, one.village_code).probability_rises
        assert language("en").percent(filed[one.village_code]) in drawn


def test_counts_alone_and_several_districts_have_neither(small: Forecast, several: Forecast) -> None:
    """Nothing in the terminal, no file."""
    for found in (small, several):
        assert all(not one.likeliest and not one.by_subdistrict for one in result_of(found).districts)
        assert "most likely to rise" not in in_terminal(found, "en", verbose=True)
