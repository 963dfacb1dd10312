"""The command plan, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from command_line import Run, unbroken

SCENARIO = dedent("""\
    schema: 1
    name: rencana
    language: en
    district: {code: "63.01", name: Kabupaten Contoh}
    origin: 2025
    horizon: 2
    villages: {table: villages.csv}
    transition: {rise: {dasar: 0.05, berkembang: 0.09, mandiri: 0.35}, fall: 0, skip: 0, village_sd: 0, year_sd: 0.4,
      subdistrict_sd: 0, peer_odds_ratio: 1, campaign: {probability: 0, odds_ratio: 1}}
    interventions:
      - {name: pokja, starts: 2026, capacity: 5, eligible: {status: [dasar]}, odds_ratio_rise: 2.5,
         cost_idr_million: 25}
    """)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Return a scenario of forty villages whose statuses are known, everything fixed."""
    levels = ["dasar"] * 26 + ["berkembang"] * 9 + ["mandiri"] * 2 + ["paripurna"] * 3
    rows = [f"63.01.{i:02d},Desa {i},Kecamatan {i % 3},{level}" for i, level in enumerate(levels)]
    (tmp_path / "villages.csv").write_text("\n".join(["village_code,village,subdistrict,status", *rows]) + "\n")
    (tmp_path / "rencana.yaml").write_text(SCENARIO)
    return tmp_path / "rencana.yaml"


@pytest.mark.slow
def test_a_plan_is_told_kept_and_found_again(run: Run, scenario: Path, tmp_path: Path) -> None:
    """In 80 columns, with its folder; the second time it is found."""
    first = run("plan", scenario, "--probability", "0.8")
    assert first.returncode == 0, first.stderr
    assert max(map(len, first.stdout.splitlines()[:-1])) <= 80
    assert "A chance of 80% takes pokja for" in unbroken(first.stdout)
    assert "Which villages first" in first.stdout
    (folder,) = tmp_path.glob("results/rencana/*/")
    assert (folder / "plan.json").is_file()
    assert (folder / "figures" / "plan_en.png").is_file()
    again = run("plan", scenario, "--probability", "0.8", "--year", "2026", "--vary", "pokja.capacity")
    assert again.stdout == first.stdout
    assert "Already computed" in again.stderr


@pytest.mark.slow
def test_the_answer_as_data_is_the_contract_s(run: Run, scenario: Path) -> None:
    """Nothing but JSON on stdout: least and best setting, and the ranked villages."""
    done = run("plan", scenario, "--probability", "0.8", "--json", "--no-figures")
    answer = json.loads(done.stdout)
    assert (answer["goal"], answer["year"], answer["lever"], answer["reachable"]) == (0.8, 2026, "pokja.capacity", True)
    least = answer["least"]
    assert least["probability_met"] >= least["lower95"] >= 0.8 > answer["below"]["probability_met"]
    # The first year's villages are assisted for two years at most, and those that rose leave room for others.
    assert 25 * least["value"] <= least["cost_idr_million"] <= 2 * 25 * least["value"]
    assert [village["rank"] for village in answer["villages"]] == [1] * 26


@pytest.mark.slow
def test_not_within_reach_is_an_answer(run: Run, scenario: Path) -> None:
    """Exit code 0, the best that can be had, and what limits it; in Indonesian too."""
    done = run("plan", scenario, "--probability", "0.99", "--no-figures", "--verbose", "--lang", "id")
    assert done.returncode == 0
    told = unbroken(done.stdout)
    assert "Peluang 99% tidak dapat dicapai: dengan pokja untuk 26 kampung secara bersamaan pun" in told
    assert "Yang paling membatasi:" in told
    assert "Yang membatasi rencana, ditiadakan satu per satu" in told


@pytest.mark.slow
def test_every_year_is_simulated_and_says_why(run: Run, scenario: Path) -> None:
    """The exact engine plans the first year alone."""
    options = ("--every-year", "--replicates", "400", "--no-figures", "--verbose")
    done = run("plan", scenario, "--probability", "0.99", *options)
    assert "the target is met in every year 2026–2027" in unbroken(done.stdout)
    assert "Why not exactly: only the first year is planned exactly; 2027 and later years" in unbroken(done.stdout)


def test_what_cannot_be_planned_is_bad_input(run: Run, scenario: Path, tmp_path: Path) -> None:
    """Exit code 2, the reason with the likely fix, and no folder."""
    done = run("plan", scenario, "--vary", "pokja.capasity")
    assert done.returncode == 2
    assert "there is no effort pokja.capasity (did you mean pokja.capacity?)" in unbroken(done.stderr)
    assert run("plan", scenario, "--probability", "80").returncode == 2
    assert not (tmp_path / "results").exists()


def test_help_fits_one_screen(run: Run) -> None:
    """Of 80 columns and 40 lines."""
    lines = run("plan", "--help").stdout.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
