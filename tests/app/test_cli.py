"""The command line, run as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest
from command_line import ROOT, Run, from_outside, unbroken

import simulation

SCENARIO = ROOT / "scenarios" / "tanah_laut.yaml"
SMALL = ("--draws", "30", "--replicates", "10")
TABLES = ("forecast.json", "years.csv", "villages.csv", "hub.csv", "ensemble.parquet", "datapackage.json", "tasks.json")


def written(folder: Path) -> list[Path]:
    """Return every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


FIXED = dedent("""\
    schema: 1
    name: pasti
    language: en
    district: {code: "63.99", name: Kabupaten Contoh}
    origin: 2025
    horizon: 3
    villages: {status_counts: {dasar: 30, berkembang: 8, mandiri: 1, paripurna: 5}, subdistricts: 4}
    transition:
      rise: {dasar: 0.05, berkembang: 0.1, mandiri: 0.3}
      fall: 0.02
      skip: {berkembang: 0.1, mandiri: 0.7}
      village_sd: 0
      year_sd: 0
      subdistrict_sd: 0
      peer_odds_ratio: 1
      campaign: {probability: 0, odds_ratio: 1}
    """)


@pytest.fixture
def fixed(tmp_path: Path) -> Path:
    """Return a scenario file in which every number is fixed."""
    path = tmp_path / "pasti.yaml"
    path.write_text(FIXED)
    return path


@pytest.mark.slow
def test_forecast_answers_in_80_columns_and_writes_the_run_folder(run: Run, tmp_path: Path) -> None:
    """The published scenario: verdict, basis, folder; all readings where more is asked for; figures in its language."""
    done = run("forecast", SCENARIO, *SMALL)
    assert done.returncode == 0, done.stderr
    more = run("forecast", SCENARIO, *SMALL, "--verbose").stdout
    assert max(map(len, (*done.stdout.splitlines(), *more.splitlines()))) <= 80
    assert len(done.stdout.splitlines()) <= 25
    for said in (
        "dari 135 Kampung KB naik status pada 2026",
        "bukan hasil pengukuran setempat",
        "Tahun demi tahun",
        "±",
    ):
        assert said in unbroken(done.stdout)
        assert said in unbroken(more)
    for said in ("Lima tafsir", "Asumsi"):
        assert said in unbroken(more)
    (folder,) = (tmp_path / "results" / "tanah-laut").glob("*/")
    assert f'Berkas: "results/tanah-laut/{folder.name}"' in done.stdout
    names = {path.relative_to(folder).as_posix() for path in written(folder)}
    figures = {
        f"figures/{name}_id.{kind}" for name in ("fan_chart", "rises", "transition_matrix") for kind in ("svg", "png")
    }
    inputs = {"inputs/scenario.yaml", "inputs/villages.csv"}
    assert names == {*TABLES, *inputs, "manifest.json", "run.log", *figures}


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    """Run twice from outside: every table and forecast.json agree byte for byte."""
    folders = []
    for name, workers in (("a", 1), ("b", 3)):
        options = ("--no-figures", "--workers", workers, "--out", name)
        done = from_outside("forecast", SCENARIO, *SMALL, *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        folders.append(next((tmp_path / name / "tanah-laut").glob("*/")))
    assert folders[0].name == folders[1].name
    for name in TABLES:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_json_prints_the_file_and_nothing_else(run: Run, tmp_path: Path) -> None:
    """Piped into another program it is forecast.json itself."""
    done = run("forecast", SCENARIO, *SMALL, "--no-figures", "--json")
    (folder,) = (tmp_path / "results" / "tanah-laut").glob("*/")
    assert done.stdout == (folder / "forecast.json").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_finished_run_is_found_and_lacking_figures_are_added(run: Run, tmp_path: Path) -> None:
    """Without computing again, also in the other language; --force computes again, and the same stays where it is."""
    first = run("forecast", SCENARIO, *SMALL, "--no-figures")
    (folder,) = (tmp_path / "results" / "tanah-laut").glob("*/")
    made = (folder / "years.csv").stat().st_mtime_ns
    second = run("--lang", "en", "forecast", SCENARIO, *SMALL)
    assert "Already computed" in second.stderr
    assert "Already computed" not in first.stderr
    assert (folder / "years.csv").stat().st_mtime_ns == made
    assert {path.name for path in (folder / "figures").iterdir()} >= {"rises_en.svg", "fan_chart_en.png"}
    assert "Kampung KB rise in status in 2026" in unbroken(second.stdout)
    run("forecast", SCENARIO, *SMALL, "--no-figures", "--force")
    assert [line.split()[1] for line in (folder / "run.log").read_text().splitlines()][-1] == "again"
    assert list(folder.parent.glob("*/")) == [folder]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("horizon: 3", "horizon: 300"),
        ("fall: 0.02", "fal: 0.02"),
        ("horizon: 3", "horizon: 3: 4"),
        ('"63.99"', "63.99"),
    ],
)
def test_a_bad_scenario_exits_with_2_and_writes_nothing(run: Run, fixed: Path, before: str, after: str) -> None:
    """The problems are told with file and line, without a traceback, and stdout stays empty."""
    fixed.write_text(FIXED.replace(before, after))
    done = run("forecast", fixed.name)
    line = next(i for i, text in enumerate(fixed.read_text().splitlines(), start=1) if after in text)
    assert done.returncode == 2
    assert f"{fixed.name}:{line}" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert written(fixed.parent) == [fixed]


@pytest.mark.parametrize(
    "options",
    [
        ("--draws", "0"), ("--draws", "-5"), ("--replicates", "0"), ("--workers", "-1"), ("--seed", "-1"),
        ("--precision", "0"), ("--precision", "1"), ("--precision", "-0.1"), ("--precision", "nan"),
        ("--draws", "many"), ("--engine", "fast"), ("--lang", "nl"), ("--what",),
    ],
)  # fmt: skip
def test_a_bad_option_exits_with_2_and_writes_nothing(run: Run, fixed: Path, options: tuple[str, ...]) -> None:
    """The option is named and the run is not begun."""
    done = run("forecast", fixed.name, *options)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert "Traceback" not in done.stderr
    assert written(fixed.parent) == [fixed]


def test_the_version_is_told(run: Run) -> None:
    """What an office is asked for first when something went wrong."""
    done = run("--version")
    assert (done.returncode, done.stdout.split()) == (0, ["kampungkb", simulation.__version__])


def test_debug_shows_the_traceback(run: Run) -> None:
    """The exit code stays the same."""
    done = run("forecast", "nowhere.yaml", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("code", "first_only", "why"),
    [
        ("en", "Only 2026 is known exactly", "the shock that villages of a kecamatan share"),
        ("id", "Hanya tahun 2026 yang diketahui secara eksak", "guncangan bersama sekecamatan"),
    ],
)
def test_an_exact_forecast_of_the_first_year_says_so(
    run: Run, fixed: Path, code: str, first_only: str, why: str
) -> None:
    """What joins villages, as peers do, leaves one year exact: that year is shown, and why no other is."""
    fixed.write_text(FIXED.replace("subdistrict_sd: 0", "subdistrict_sd: 0.3"))
    done = run("forecast", fixed.name, "--engine", "exact", "--no-figures", "--lang", code, "--verbose")
    assert done.returncode == 0, done.stderr
    assert first_only in unbroken(done.stdout)
    assert why in unbroken(done.stdout)
    (folder,) = (fixed.parent / "results" / "pasti").glob("*/")
    (district,) = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))["districts"]
    assert [year["year"] for year in district["years"]] == [2026]


def test_what_has_no_simulation_error_has_no_column_for_it(run: Run, fixed: Path) -> None:
    """Every number is given and villages are independent: the exact answer is exact."""
    done = run("forecast", fixed.name, "--engine", "exact", "--no-figures", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "±" not in done.stdout


def test_the_scenarios_language_holds_for_refusals_too(run: Run, fixed: Path) -> None:
    """Once the scenario is read its language is known; --lang goes before it."""
    common = ("forecast", fixed.name, "--engine", "exact", "--precision", "0.01")
    assert "Not possible" in run(*common).stderr
    assert "Tidak dapat dilakukan" in run(*common, "--lang", "id").stderr


@pytest.mark.slow
def test_a_scenario_without_a_language_is_shown_in_that_of_lang(
    run: Run, fixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answer and figures: by LANG, else in Indonesian; a scenario's own language goes before LANG."""
    nameless = FIXED.replace("language: en\n", "")
    indonesian = FIXED.replace("language: en", "language: id")
    seen = []
    for text, lang in ((nameless, "en_GB.UTF-8"), (nameless, "C"), (indonesian, "en_GB.UTF-8")):
        fixed.write_text(text)
        monkeypatch.setenv("LANG", lang)
        out = f"out{len(seen)}"
        done = run("forecast", fixed.name, "--replicates", "50", "--out", out)
        seen.append(("Files:" in done.stdout, {path.stem[-2:] for path in (fixed.parent / out).rglob("*.png")}))
    assert seen == [(True, {"en"}), (False, {"id"}), (False, {"id"})]


@pytest.mark.slow
def test_the_exact_engine_answers_where_it_can(run: Run, fixed: Path) -> None:
    """Same table, no simulation error, no ensemble; figures all the same."""
    done = run("forecast", fixed.name, "--engine", "exact")
    assert done.returncode == 0, done.stderr
    assert "An exact result" in unbroken(done.stdout)
    (folder,) = (fixed.parent / "results" / "pasti").glob("*/")
    assert not (folder / "ensemble.parquet").exists()
    assert (folder / "figures" / "rises_en.png").exists()


def test_draws_of_a_fixed_scenario_are_ignored_with_a_note(run: Run, fixed: Path) -> None:
    """The note goes to stderr and --quiet silences it."""
    common = ("forecast", fixed.name, "--replicates", "50", "--draws", "9", "--no-figures")
    assert "--draws is ignored" in run(*common).stderr
    assert run(*common, "--quiet").stderr == ""
    assert json.loads(next(fixed.parent.rglob("manifest.json")).read_text())["draws"] == 1


def test_out_may_not_be_a_file(run: Run, fixed: Path) -> None:
    """The run fails with a sentence, not with a traceback."""
    (fixed.parent / "taken").write_text("x")
    done = run("forecast", fixed.name, "--replicates", "50", "--out", "taken")
    assert done.returncode in {1, 2}
    assert "taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_lists_every_problem_of_every_file(run: Run, fixed: Path) -> None:
    """Good files are in order, bad ones give their problems, and --json says the same as data."""
    good = run("check", fixed.name, "--lang", "en")
    assert good.returncode == 0
    assert (
        "in order.\n  villages: 44; kecamatan: 4\n  status (classification): dasar 30, berkembang 8, mandiri 1,"
        in good.stdout
    )
    assert "  years: 2026–2028; interventions: 0\n" in good.stdout
    assert "  tahun: 2026–2028; intervensi: 0\n" in run("check", fixed.name, "--lang", "id").stdout
    for name in ("b", "c"):
        (fixed.parent / f"{name}.yaml").write_text(FIXED.replace("horizon: 3", "horizon: 0").replace("fall:", "fal:"))
    bad = run("check", fixed.name, "b.yaml", "c.yaml")
    assert bad.returncode == 2
    told = json.loads(run("check", fixed.name, "b.yaml", "c.yaml", "--json").stdout)
    assert not told["ok"]
    assert {problem["file"] for problem in told["problems"]} == {"b.yaml", "c.yaml"}
    assert len(told["problems"]) >= 4
    for problem in told["problems"]:
        assert set(problem) == {"file", "line", "field", "message", "found", "allowed", "suggestion"}
        assert problem["message"] in bad.stderr
    assert json.loads(run("check", fixed.name, "--json").stdout) == {"ok": True, "problems": []}


def test_problems_are_told_in_the_language_asked_for(run: Run, fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option, else by LANG, else in Indonesian, where the file names no language."""
    fixed.write_text(FIXED.replace("horizon: 3", "horizon: 0").replace("language: en\n", ""))
    said = [run("check", fixed.name, "--lang", "en").stderr]
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    said += [run("check", fixed.name).stderr]
    monkeypatch.delenv("LANG")
    said += [run("check", fixed.name).stderr]
    assert said[0] == said[1] != said[2]
    assert "perbaiki, lalu ulangi" in said[2]


@pytest.mark.parametrize("mistake", ["horizon: 0", "horizon: 3: 4", "horizon: 3\nextends: nowhere.yaml"])
def test_problems_are_told_in_the_language_of_their_file(run: Run, fixed: Path, mistake: str) -> None:
    """Also where the file is no YAML; of several files each in its own; an option goes before it."""
    fixed.write_text(FIXED.replace("horizon: 3", mistake))
    (fixed.parent / "lain.yaml").write_text(fixed.read_text().replace("language: en", "language: id"))
    for command in ("check", "forecast"):
        assert "Correct them and run again" in run(command, fixed.name).stderr
        assert "perbaiki, lalu ulangi" in run(command, fixed.name, "--lang", "id").stderr
        assert "perbaiki, lalu ulangi" in run(command, "lain.yaml").stderr
    first = run("check", fixed.name).stderr.splitlines()[1]
    assert first in run("check", fixed.name, "lain.yaml").stderr
    assert first not in run("check", "lain.yaml").stderr
    told = json.loads(run("check", fixed.name, "--json").stdout)
    assert told["problems"][0]["message"] == first.strip()


def test_problems_of_an_overlay_are_told_in_the_language_it_inherits(run: Run, fixed: Path) -> None:
    """The language stands in the file that is extended."""
    (fixed.parent / "lapis.yaml").write_text(f"extends: {fixed.name}\nname: lapis\nhorizon: 0\n")
    assert "Correct them and run again" in run("check", "lapis.yaml").stderr


def test_a_forced_run_takes_nothing_from_an_interrupted_one(run: Run, fixed: Path) -> None:
    """Its chunks are gone before the first year is simulated, kept or not."""
    common = ("forecast", fixed.name, "--replicates", "50", "--no-figures")
    run(*common)
    (folder,) = (fixed.parent / "results" / "pasti").glob("*/")
    chunks = folder.with_name(f".{json.loads((folder / 'manifest.json').read_text())['input_hash']}") / "chunks"
    chunks.mkdir(parents=True)
    (chunks / "0_0-1_0-50.npz").write_bytes(b"left over")
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.inference.forecasting.run", lambda *_, **__: seen.append(chunks.exists()))
        run(*common, "--force")
    assert seen == [False]


def test_precision_doubles_until_the_error_is_small_and_says_so(run: Run, fixed: Path) -> None:
    """The rounds stand in a table, the last alone below the half-width; a finished run says the same again."""
    common = ("forecast", fixed.name, "--precision", "0.02", "--replicates", "200", "--no-figures")
    first = run(*common)
    assert first.returncode == 0, first.stderr
    (folder,) = (fixed.parent / "results" / "pasti").glob("*/")
    with (folder / "precision.csv").open(newline="") as stream:
        rounds = list(csv.DictReader(stream))
    widths = dict.fromkeys((int(row["replicates"]), float(row["largest_half_width"])) for row in rounds)
    assert [replicates for replicates, _ in widths] == [200 * 2**i for i in range(len(widths))]
    assert [width < 0.02 for _, width in widths] == [False] * (len(widths) - 1) + [True]
    assert len(rounds) == 3 * len(widths)
    assert "Precision reached with" in unbroken(first.stdout)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [manifest[asked] for asked in ("precision", "draws", "replicates")] == [0.02, 1, 200]
    answer = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))
    assert answer["replicates"] == answer["precision"]["steps"][-1]["replicates"] == int(rounds[-1]["replicates"])
    assert answer["precision"]["ended_by"] == "precision"
    assert "precision.csv" in manifest["files"]
    again = run(*common)
    assert "Already computed" in again.stderr
    assert again.stdout == first.stdout


def test_precision_that_is_out_of_reach_is_said_to_be(run: Run, fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of trajectories ends it, in the language asked for."""
    monkeypatch.setattr("simulation.engine.effort.MOST_TRAJECTORIES", 400)
    common = ("forecast", fixed.name, "--precision", "0.001", "--replicates", "200", "--no-figures")
    assert "Precision not reached: with 400 simulations" in unbroken(run(*common).stdout)
    assert "Ketelitian belum tercapai: dengan 400 simulasi" in unbroken(run(*common, "--lang", "id").stdout)


def test_precision_is_refused_for_an_exact_result(run: Run, fixed: Path) -> None:
    """It has no error that more runs could narrow: exit code 2, nothing written."""
    done = run("forecast", fixed.name, "--engine", "exact", "--precision", "0.01")
    assert done.returncode == 2
    assert "--precision" in done.stderr
    assert written(fixed.parent) == [fixed]


@pytest.mark.parametrize("code", ["id", "en"])
def test_new_writes_a_scenario_that_is_in_order(run: Run, tmp_path: Path, code: str) -> None:
    """Scenario and table pass the check as they are; a second time nothing is overwritten."""
    done = run("new", "kabupaten-saya", "--lang", code)
    assert done.returncode == 0, done.stderr
    names = ["kabupaten-saya.yaml", "kabupaten-saya_villages.csv", "kabupaten-saya_villages.xlsx"]
    assert [path.name for path in written(tmp_path)] == names
    assert run("check", "kabupaten-saya.yaml").returncode == 0
    (tmp_path / "kabupaten-saya.yaml").write_text("mine")
    again = run("new", "kabupaten-saya")
    assert again.returncode == 2
    assert (tmp_path / "kabupaten-saya.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["Kabupaten Saya", "=x", "", "a/.."])
def test_new_refuses_what_cannot_name_a_scenario(run: Run, tmp_path: Path, name: str) -> None:
    """Nothing is written."""
    assert run("new", name).returncode == 2
    assert written(tmp_path) == []


def test_schema_prints_a_json_schema(run: Run) -> None:
    """Editors can read it."""
    schema = json.loads(run("schema").stdout)
    assert "horizon" in schema["properties"]


@pytest.mark.parametrize("code", ["id", "en"])
def test_help_fits_one_screen(tmp_path: Path, code: str) -> None:
    """28 lines of 80 columns, for the command and for its longest one: a terminal of Windows has 30."""
    for command in ((), ("forecast",), ("compare",)):
        lines = from_outside(*command, "--lang", code, "--help", cwd=tmp_path, COLUMNS="80").stdout.splitlines()
        assert len(lines) <= 28, command
        assert max(map(len, lines)) <= 80
        assert not any(line.endswith("...") for line in lines[1:])


def test_the_help_says_that_the_agents_take_one_core(tmp_path: Path) -> None:
    """The default of --workers differs between the engines."""
    said = from_outside("forecast", "--lang", "en", "--help", cwd=tmp_path, COLUMNS="80").stdout
    assert "[all cores; mesa: 1]" in said


def test_without_arguments_the_commands_are_shown(tmp_path: Path) -> None:
    """Whoever types the bare name learns what there is."""
    done = from_outside(cwd=tmp_path)
    assert "Traceback" not in done.stderr
    assert all(command in done.stdout + done.stderr for command in ("check", "forecast", "new", "schema"))


def kept_chunk(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a run has kept its first chunk: it is under way then."""
    latest = time.monotonic() + 60
    while not list(folder.rglob("*.npz")):
        assert process.poll() is None, "the run ended before it could be interrupted"
        assert time.monotonic() < latest, "the run kept no chunk"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_with_a_short_message(fixed: Path, how: signal.Signals) -> None:
    """And whatever else ends it: exit code 130, no traceback, and no folder that looks finished."""
    command = [sys.executable, "-m", "simulation", "forecast", fixed.name, "--replicates", "4000000", "--lang", "en"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command,
        cwd=fixed.parent,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            kept_chunk(fixed.parent, process)
            process.send_signal(how)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Interrupted." in said
    assert "Traceback" not in said
    assert not list(fixed.parent.rglob("manifest.json"))
