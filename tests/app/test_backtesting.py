"""From the command line: past years forecast again and scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run, unbroken

LEVELS = ("dasar", "berkembang", "mandiri", "paripurna")


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Return a table of 24 villages at the ends of four years, one of which rises a level every year."""
    rows = [
        f"63.01.01.{2000 + village},{year},{LEVELS[int(village < year - 2020)]}"
        for village in range(24)
        for year in range(2021, 2025)
    ]
    path = tmp_path / "desa.csv"
    path.write_text("\n".join(["kode_desa,tahun,status", *rows]), encoding="utf-8")
    return path


@pytest.mark.slow
def test_backtest_answers_and_is_found_again(run: Run, lists: Path, tmp_path: Path) -> None:
    """In 80 columns, with a folder that holds scores and figure; the second time it is found, as data too."""
    first = run("backtest", lists, "--draws", "20", "--lang", "en")
    assert first.returncode == 0, first.stderr
    assert max(map(len, first.stdout.splitlines()[:-1])) <= 80
    assert "No verdict: with fewer than 20 district-years (here 2)" in unbroken(first.stdout)
    (folder,) = tmp_path.glob("results/backtest/*/")
    assert {path.name for path in folder.iterdir()} >= {"backtest.json", "backtest.csv", "manifest.json", "figures"}
    again = run("backtest", lists, "--draws", "20", "--lang", "en")
    assert again.stdout == first.stdout
    assert "Already computed" in again.stderr
    answer = json.loads(run("backtest", lists, "--draws", "20", "--json").stdout)
    assert (answer["district_years"], answer["verdict"]) == (2, None)
    assert set(answer["forecasters"]) == {"model", "last_year", "mean_so_far", "priors", "binomial"}
    in_indonesian = run("backtest", lists, "--draws", "20", "--lang", "id")
    assert "Tanpa kesimpulan" in unbroken(in_indonesian.stdout)
    assert max(map(len, in_indonesian.stdout.splitlines()[:-1])) <= 80


def test_two_dates_or_a_file_that_is_not_there_are_bad_input(run: Run, lists: Path, tmp_path: Path) -> None:
    """Exit code 2, the reason, and no folder."""
    header, *rows = lists.read_text(encoding="utf-8").splitlines()
    short = tmp_path / "dua.csv"
    short.write_text("\n".join([header, *(row for row in rows if ",2021," in row or ",2022," in row)]))
    done = run("backtest", short, "--lang", "id")
    assert done.returncode == 2
    assert "tiga tahun berturut-turut" in unbroken(done.stderr)
    assert run("backtest", tmp_path / "tidak_ada.csv", "--lang", "en").returncode == 2
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_a_scenario_lends_its_target_and_its_name(run: Run, lists: Path, tmp_path: Path) -> None:
    """The folder lies beside its runs."""
    (tmp_path / "uji.yaml").write_text(
        'schema: 1\nname: uji\nlanguage: en\ndistrict: {code: "63.01", name: Kabupaten Uji}\norigin: 2024\nhorizon: 2\n'
        "villages: {status_counts: {dasar: 20, berkembang: 4, mandiri: 0, paripurna: 0}, subdistricts: 2}\n"
        "target: {share: 0.1}\n",
        encoding="utf-8",
    )
    done = run("backtest", lists, "--scenario", "uji.yaml", "--draws", "20", "--json", "--no-figures")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["target"]["share"] == 0.1
    assert answer["districts"][0]["name"] == "Kabupaten Uji"
    assert [row["met"] for row in answer["rows"]] == [False, False]
    assert list(tmp_path.glob("results/uji/*/backtest.json"))
