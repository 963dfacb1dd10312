"""One trajectory again, year by year."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from agents_desk import AGENTS, FAILING, SCENARIO, forecast, lay_out
from command_line import ROOT, Run, unbroken

AGENT = ("--agent", "it's mine.py:Fragile")
FAILED = ("--draw", FAILING[0][0], "--replicate", FAILING[0][1], "--seed", 3)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path) -> None:
    """Lay scenario, table and agents out in the test's folder."""
    lay_out(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there cmd.exe reads commands")
def test_the_command_of_a_failure_shows_it_in_a_fresh_shell(run: Run, tmp_path: Path) -> None:
    """As it stands in failures.csv, typed in the run folder: the years before it, the error, the lines of the agent."""
    forecast(run, "Fragile")
    (table,) = tmp_path.rglob("failures.csv")
    with table.open(newline="") as stream:
        last = list(csv.DictReader(stream))[-1]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    known = {"PATH": path, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["/bin/sh", "-c", last["command"]], cwd=table.parent, env=known, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert f"draw {last['draw']}, replicate {last['replicate']}, seed 3" in done.stdout
    assert "2026" in done.stdout
    assert "2027" not in done.stdout
    assert f"Failed: draw {last['draw']}, replicate {last['replicate']}, 2027, {last['place']}: KeyError" in done.stderr
    file, lines = table.parent / "inputs" / "law" / "1" / "it's mine.py", [line.strip() for line in AGENTS.splitlines()]
    places = [line.strip() for line in done.stderr.splitlines() if line.lstrip().startswith("File ")]
    assert places == [
        f'File "{file}", line {lines.index(text) + 1}, in {name}'
        for text, name in (("self.spend({})", "decide"), ('return money["desa"]', "spend"))
    ]


def test_debug_shows_the_whole_traceback(run: Run) -> None:
    """Files of the model as well, and no hint at --debug."""
    done = run("replay", "saya punya.yaml", *FAILED, *AGENT, "--debug")
    assert done.returncode == 1
    assert "Traceback (most recent call last):" in done.stderr
    assert "model.py" in done.stderr
    assert "--debug" not in done.stderr


def test_a_trajectory_that_completes_has_the_years_of_the_ensemble(run: Run, tmp_path: Path) -> None:
    """Same counts in every year, with the researcher's agents; exit code 0."""
    forecast(run, "Fragile")
    (path,) = tmp_path.rglob("ensemble.parquet")
    table = pd.read_parquet(path)
    for draw, replicate in ((0, 0), (4, 9)):
        kept = table[(table["draw"] == draw) & (table["replicate"] == replicate)]
        done = run("replay", "saya punya.yaml", "--draw", draw, "--replicate", replicate, "--seed", 3, *AGENT, "--json")
        told = json.loads(done.stdout)
        assert done.returncode == 0
        assert told["failure"] is None
        columns = list(told["years"][0])
        assert told["years"] == kept[columns].to_dict("records")


def test_a_failed_trajectory_as_data_has_its_failure(run: Run) -> None:
    """The years that were finished, and what ended them."""
    done = run("replay", "saya punya.yaml", *FAILED, *AGENT, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [year["year"] for year in told["years"]] == [2026]
    assert (told["failure"]["year"], told["failure"]["error"]) == (2027, "KeyError: 'desa'")


def test_without_an_agent_a_village_is_as_any_other(run: Run) -> None:
    """A table of the years, the origin first, in the language asked for."""
    done = run("replay", "saya punya.yaml", *FAILED, "--lang", "id")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Kabupaten Contoh: sampel 0, ulangan 3, bilangan awal (seed) 3" in done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines() if line.strip().startswith("202")] == [
        "2025",
        "2026",
        "2027",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--district", "99.99"), "99.99 is not a district of coba; it has 63.01"),
        (("--draw", 10**9), "draw and replicate must be below"),
        (("--draw", -1), "0"),
        (("--agent", "it's mine.py:Stranger"), "does not derive from VillageAgent"),
    ],
)
def test_what_cannot_be_run_again_is_bad_input(run: Run, options: tuple[object, ...], said: str) -> None:
    """Exit code 2 and the reason."""
    done = run("replay", "saya punya.yaml", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_district_of_several_is_run_by_its_code(run: Run, tmp_path: Path) -> None:
    """The first where none is named; a failure of another is printed with its code."""
    one = 'district: {code: "63.01", name: Kabupaten Contoh}\n'
    text = SCENARIO.replace(one, "").replace("villages: {table: villages.csv}", "districts: {table: districts.csv}")
    (tmp_path / "saya punya.yaml").write_text(text)
    columns = "district_code,district,province,villages,subdistricts,dasar,berkembang,mandiri,paripurna"
    rows = ["63.01,Kabupaten Contoh,Contoh,8,2,8,0,0,0", "63.02,Kabupaten Lain,Contoh,8,2,8,0,0,0"]
    (tmp_path / "districts.csv").write_text("\n".join([columns, *rows]) + "\n")
    assert "Kabupaten Contoh: draw 0" in run("replay", "saya punya.yaml").stdout
    assert "Kabupaten Lain: draw 0" in run("replay", "saya punya.yaml", "--district", "63.02").stdout
    done = forecast(run, "Fragile")
    assert f"In Kabupaten Contoh, where {len(FAILING)} failed: had all of these met" in unbroken(done.stdout)
    with next(tmp_path.rglob("failures.csv")).open(newline="") as stream:
        commands = [row["command"] for row in csv.DictReader(stream)]
    assert len(commands) == 2 * len(FAILING)
    assert {command.split()[-1] for command in commands} == {"63.01", "63.02"}
