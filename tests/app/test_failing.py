"""Replicates of a researcher's own agents that fail, as the command line tells of them."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from agents_desk import DRAWS, FAILING, REPLICATES, forecast, lay_out
from command_line import ROOT, Run, unbroken

from simulation.app.failure_report import replay_command
from simulation.engine.failure import Failure

ALL = DRAWS * REPLICATES


@pytest.fixture(autouse=True)
def desk(tmp_path: Path) -> None:
    """Lay scenario, table and agents out in the test's folder."""
    lay_out(tmp_path)


def run_folder(folder: Path) -> Path:
    """Return the only run folder below a folder."""
    (found,) = (folder / "results" / "coba").glob("*/")
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a run folder but the log, which knows the time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.log"
    }


def test_the_rest_completes_and_every_failure_is_reported(run: Run, tmp_path: Path) -> None:
    """Exit code 1; failures.csv has draw, replicate, seed, error and command of each, stderr the first three."""
    done = forecast(run, "Fragile")
    assert done.returncode == 1
    assert f"{len(FAILING)} of {ALL} simulations failed and are left out" in unbroken(done.stdout)
    with (run_folder(tmp_path) / "failures.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(int(row["draw"]), int(row["replicate"])) for row in rows] == FAILING
    assert {(row["seed"], row["year"], row["error"]) for row in rows} == {("3", "2027", "KeyError: 'desa'")}
    assert {row["place"].split(":")[0] for row in rows} == {"it's mine.py"}
    for row in rows[:3]:
        assert row["command"] == f"kampungkb replay . --draw {row['draw']} --replicate {row['replicate']}"
        folder = shlex.quote(str(run_folder(tmp_path).relative_to(tmp_path)))
        assert f"kampungkb replay {folder} --draw {row['draw']} --replicate {row['replicate']}\n" in done.stderr
        assert f"draw {row['draw']}, replicate {row['replicate']}, 2027, it's mine.py:" in done.stderr
    assert f"draw {rows[3]['draw']}, replicate {rows[3]['replicate']}," not in done.stderr
    assert "failures.csv" in done.stderr


def test_the_probability_rests_on_the_completed_and_bounds_say_what_the_failed_could_change(
    run: Run, tmp_path: Path
) -> None:
    """Counted again from the table of trajectories: the share among those, and both shares among all."""
    said = unbroken(forecast(run, "Fragile").stdout)
    folder = run_folder(tmp_path)
    result, table = json.loads((folder / "forecast.json").read_text()), pd.read_parquet(folder / "ensemble.parquet")
    assert set(zip(table["draw"], table["replicate"], strict=True)).isdisjoint(FAILING)
    met = int(table.loc[table["year"] == 2026, "met"].sum())
    assert len(table) == 2 * (ALL - len(FAILING))
    failed = result["failures"]
    assert (failed["number"], failed["district"], failed["year"]) == (len(FAILING), "Kabupaten Contoh", 2026)
    assert failed["none_met"] == pytest.approx(met / ALL, abs=1e-6)
    assert failed["all_met"] == pytest.approx((met + len(FAILING)) / ALL, abs=1e-6)
    probability = result["districts"][0]["years"][0]["probability_met"]
    assert np.isclose(probability, met / (ALL - len(FAILING)), atol=1e-6)
    assert met / ALL < probability < (met + len(FAILING)) / ALL
    assert (
        f"Had all of these met the target in 2026, its probability would be {round(100 * (met + len(FAILING)) / ALL)}%;"
        f" had none, {round(100 * met / ALL)}%." in said
    )


def test_failures_are_told_in_indonesian_too(run: Run) -> None:
    """Numbers and sentences; the error stays as Python raised it."""
    done = forecast(run, "Fragile", "--lang", "id")
    assert f"{len(FAILING)} dari {ALL} simulasi gagal" in unbroken(done.stdout)
    assert "Seandainya semuanya mencapai target pada 2026, peluangnya" in unbroken(done.stdout)
    assert f"Simulasi yang gagal: {len(FAILING)}. Yang pertama:" in done.stderr
    assert "sampel 0, ulangan 3, tahun 2027, it's mine.py:" in done.stderr


def test_a_finished_run_with_failures_says_so_again(run: Run, tmp_path: Path) -> None:
    """Same answer, same failures, same exit code, and nothing in the folder changes."""
    first = forecast(run, "Fragile")
    before = contents(run_folder(tmp_path))
    second = forecast(run, "Fragile", "--quiet")
    assert (second.returncode, second.stdout) == (1, first.stdout)
    assert second.stderr in first.stderr
    assert "kampungkb replay" in second.stderr
    assert contents(run_folder(tmp_path)) == before


def test_the_same_command_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    """Computed again from the start, with --force."""
    forecast(run, "Fragile")
    before = contents(run_folder(tmp_path))
    assert forecast(run, "Fragile", "--force").returncode == 1
    assert contents(run_folder(tmp_path)) == before


def test_json_stays_pure(run: Run, tmp_path: Path) -> None:
    """Stdout is forecast.json, with the failures; stderr tells of them, and what they mean."""
    done = forecast(run, "Fragile", "--json")
    assert done.stdout == (run_folder(tmp_path) / "forecast.json").read_text()
    result = json.loads(done.stdout)
    assert (result["failures"]["number"], len(result["failures"]["first"])) == (len(FAILING), 3)
    assert "are left out" in unbroken(done.stderr)
    assert done.returncode == 1


def test_where_everything_fails_there_is_no_verdict(run: Run, tmp_path: Path) -> None:
    """Exit code 1, the first failure and the command that shows it, nothing on stdout, no run folder that counts."""
    done = forecast(run, "Hopeless")
    assert (done.returncode, done.stdout) == (1, "")
    assert "all 50 simulations of Kabupaten Contoh failed" in done.stderr
    assert "RuntimeError: no road" in done.stderr
    assert "kampungkb replay 'saya punya.yaml' --draw 0 --replicate 0 --seed 3" in done.stderr
    assert not list(tmp_path.rglob("manifest.json"))
    assert not list(tmp_path.rglob("*.npz"))


@pytest.mark.parametrize(
    ("agent", "engine", "said"),
    [
        ("it's mine.py:Fragil", "mesa", "suggestion: did you mean Fragile?"),
        ("it's mine.py:Stranger", "mesa", "it does not derive from VillageAgent"),
        ("nowhere.py:Fragile", "mesa", "there is no such Python file"),
        ("it's mine.py", "mesa", "FILE.py:ClassName"),
        ("broken.py:Fragile", "mesa", "broken.py:1: --agent"),
        ("it's mine.py:Fragile", "exact", "of which no exact result is known"),
    ],
)
def test_a_class_that_cannot_be_used_is_bad_input(run: Run, tmp_path: Path, agent: str, engine: str, said: str) -> None:
    """Exit code 2, what is wrong and what may stand there, and nothing is written."""
    (tmp_path / "broken.py").write_text("import a_module_that_nobody_has\n")
    done = run("forecast", "saya punya.yaml", "--engine", engine, "--agent", agent, "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("scenario", "agent"),
    [
        ("scenario.yaml", "agents.py:Mine"),
        ("kampung saya/it's $HOME.yaml", 'a "quoted" `name`/agents.py:Mine'),
        (r"C:\Users\Siti Aminah\desa.yaml", r"C:\Users\Siti Aminah\agents.py:Mine"),
        ("a*b.yaml", "~user/#agents.py:Mine"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="there cmd.exe takes commands apart")
def test_a_shell_reads_every_path_of_a_command_as_it_was_given(scenario: str, agent: str) -> None:
    """Blanks, quotes, backslashes and wildcards included; a district is named where there are several."""
    for several in (True, False):
        named = "63.01" if several else None
        failure = Failure("63.01", 2, 9, None, "", "")
        command = replay_command(Path(scenario), failure, seed=7, agent=agent, district=named)
        words = shlex.split(command)
        assert words[:3] == ["kampungkb", "replay", scenario]
        options = dict(zip(words[3::2], words[4::2], strict=True))
        district = {"--district": "63.01"} if several else {}
        assert options == {"--draw": "2", "--replicate": "9", "--seed": "7", "--agent": agent, **district}


def from_outside(folder: Path, agent: str) -> subprocess.Popen[str]:
    """Begin a forecast as a user does, with the default number of workers."""
    given = ("--engine", "mesa", "--agent", f"it's mine.py:{agent}", "--draws", "5", "--replicates", "10")
    return subprocess.Popen(
        [sys.executable, "-m", "simulation", "forecast", "saya punya.yaml", *given, "--no-figures"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_an_agent_that_ends_its_process_is_isolated_too(tmp_path: Path) -> None:
    """By default agents of a file run in a process apart: the others complete, and the exit code is told."""
    with from_outside(tmp_path, "Dying") as process:
        answer, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "1 of 50 simulations failed" in unbroken(answer)
    assert "draw 2, replicate 3: process ended" in said
    folder = shlex.quote(str(run_folder(tmp_path).relative_to(tmp_path)))
    assert f"kampungkb replay {folder} --draw 2 --replicate 3" in said


@pytest.mark.slow
def test_ctrl_c_ends_an_agent_that_never_comes_back(tmp_path: Path) -> None:
    """Exit code 130 and a sentence, no traceback."""
    with from_outside(tmp_path, "Endless") as process:
        try:
            latest = time.monotonic() + 60
            while not (tmp_path / "begun").exists():
                assert process.poll() is None
                assert time.monotonic() < latest, "no agent was ever asked"
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Interrupted." in said
    assert "Traceback" not in said
