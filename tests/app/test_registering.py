"""The commands ``register add`` and ``register score``, run as a user runs them."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from command_line import Done, Run, from_outside, unbroken

import simulation as kkb
from simulation.app.commands import register as module

SCENARIOS = Path(__file__).parents[2] / "scenarios"
REGISTER = Path("results") / "register"
TABLE = "tanggal,kode_kabupaten,dasar,berkembang,mandiri,paripurna,naik\n"


@pytest.fixture(autouse=True)
def frozen_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be December 2025."""
    on(monkeypatch, 2025)


def on(monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    """Let it be December of a year."""
    monkeypatch.setattr(module, "today", lambda: date(year, 12, 3))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return scenarios with a small run of the published one."""
    desk = Path(shutil.copytree(SCENARIOS, tmp_path_factory.mktemp("finished") / "desk"))
    effort = ("--draws", 20, "--replicates", 10, "--no-figures", "--quiet")
    done = from_outside("forecast", "tanah_laut.yaml", *effort, cwd=desk)
    assert done.returncode == 0, done.stderr
    return desk


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """Return the folder of that run, in the test's folder."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    (path,) = (tmp_path / "results" / "tanah-laut").glob("*/")
    return path


def actuals(text: str) -> str:
    """Write what happened and return the name of the file."""
    Path("kenyataan.csv").write_text(text, encoding="utf-8")
    return "kenyataan.csv"


def scored(run: Run, text: str, *options: object) -> Done:
    """Return what ``register score`` says of a table."""
    return run("register", "score", actuals(text), *options)


def test_the_language_may_stand_before_the_command(run: Run, folder: Path) -> None:
    """Beside help as beside what is done."""
    assert run("register", "--help", "--lang", "en").returncode == 0
    assert "Registered: " in run("register", "--lang", "en", "add", folder).stdout


def test_a_run_is_frozen_once(run: Run, folder: Path) -> None:
    """In the scenario's language; the second time changes nothing, and says so."""
    done = run("register", "add", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Terdaftar: {REGISTER}/0001_tanah-laut_{kkb.load_run(folder).id}\n" in done.stdout
    before = {path: path.read_bytes() for path in REGISTER.rglob("*") if path.is_file()}
    done = run("register", "add", folder, "--json")
    told = json.loads(done.stdout)
    assert (told["added"], told["entry"], told["registered"]) == (
        False,
        f"0001_tanah-laut_{kkb.load_run(folder).id}",
        "2025-12-03",
    )
    assert "nothing was changed" in run("register", "add", folder, "--lang", "en").stdout
    assert {path: path.read_bytes() for path in REGISTER.rglob("*") if path.is_file()} == before


def test_a_forecast_of_the_past_is_marked_when_it_is_registered(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does not count when it is scored."""
    on(monkeypatch, 2028)
    said = run("register", "add", folder, "--lang", "en").stdout
    assert "not a forecast: 2026–2027" in said
    record = json.loads(scored(run, f"{TABLE}2026,63.01,85,27,5,18,13\n", "--json").stdout)
    assert [row["late"] for row in record["forecasts"]] == [True, True, False, False, False]
    assert record["summary"]["forecasts"] == 0


def test_nothing_is_scored_before_its_year_is_over(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where counts of that year are there; and no figure is drawn of nothing."""
    run("register", "add", folder)
    on(monkeypatch, 2026)
    done = scored(run, f"{TABLE}2026-11-30,63.01,85,27,5,18,13\n", "--lang", "en")
    assert done.returncode == 0
    assert "No forecast can be scored yet." in done.stdout
    assert "Years not over yet: 2026–2030." in done.stdout
    assert not (REGISTER / "record" / "figures").exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", ["Target tercapai pada 1 dari 1 prakiraan", "belum pasti", "sedikitnya perpindahan neto ke atas"]),
        ("en", ["Target met in 1 of 1 forecasts", "open", "at least the net upward crossings"]),
    ],
)
def test_what_came_is_scored_and_drawn(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: list[str]
) -> None:
    """A year with stated rises exactly, a year of counts within bounds; kept as data, table and figure."""
    run("register", "add", folder)
    on(monkeypatch, 2028)
    rows = "2026-12-31,63.01,85,27,5,18,13\n2027-12-31,63.01,81,27,7,20,\n"
    done = scored(run, TABLE + rows, "--lang", language)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    for word in words:
        assert word in unbroken(done.stdout)
    record = json.loads((REGISTER / "record" / "record.json").read_text(encoding="utf-8"))
    first, second, *_ = record["forecasts"]
    probability = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))["districts"][0]["years"][0][
        "probability_met"
    ]
    assert first["scores"]["brier"] == pytest.approx([(1 - probability) ** 2] * 2, abs=1e-6)
    assert second["outcome"]["rises"] == [4, 54]
    assert (REGISTER / "record" / "figures" / f"record_{language}.png").stat().st_size > 10_000
    again = scored(run, TABLE + rows, "--json", "--no-figures")
    assert json.loads(again.stdout) == record


def test_a_list_of_villages_counts_rises_exactly(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two dates, in the columns of an office; the district is known by the codes."""
    shutil.copytree(SCENARIOS, tmp_path, dirs_exist_ok=True)
    run("forecast", "contoh.yaml", "--draws", 10, "--replicates", 10, "--no-figures", "--quiet")
    (folder,) = (tmp_path / "results" / "contoh").glob("*/")
    run("register", "add", folder)
    on(monkeypatch, 2027)
    table = tmp_path / "data" / "contoh_villages.csv"
    header, *rows = table.read_text(encoding="utf-8").splitlines()
    place, at = header.split(",").index("village_code"), header.split(",").index("status")
    known = [(row.split(",")[place], row.split(",")[at]) for row in rows]
    moved = [(code, "berkembang" if status == "dasar" and i < 6 else status) for i, (code, status) in enumerate(known)]
    lines = [f"{code};{before};{after}" for (code, before), (_, after) in zip(known, moved, strict=True)]
    done = scored(run, "\n".join(["kode_desa;2025;2026", *lines, ""]), "--json", "--no-figures")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)["forecasts"][0]["outcome"]
    rose = sum(before != after for (_, before), (_, after) in zip(known, moved, strict=True))
    assert rose > 0
    assert (outcome["basis"], outcome["rises"]) == ("panel", [rose, rose])


@pytest.mark.parametrize("name", ["forecast.json", "hub.csv", "manifest.json"])
def test_what_was_changed_is_named_and_fails(run: Run, folder: Path, name: str) -> None:
    """By ``score``, which counts the rest, and by ``add``, which adds nothing then; in both languages."""
    run("register", "add", folder)
    (entry,) = REGISTER.glob("0001_*")
    (entry / name).write_text("{}", encoding="utf-8")
    done = scored(run, f"{TABLE}2026,63.01,85,27,5,18,13\n", "--lang", "en")
    assert done.returncode == 1
    assert f"- {entry.name}/{name} is not as it was when locked." in done.stderr
    assert "The register holds no forecast that is as it was locked." in done.stdout
    done = run("register", "add", folder)
    assert done.returncode == 2
    assert f"{entry.name}/{name} tidak lagi seperti saat dikunci." in done.stderr
    assert len(list(REGISTER.glob("0*"))) == 1


def test_a_forecast_that_was_antedated_is_named(run: Run, folder: Path) -> None:
    """By the file that says when it was registered."""
    run("register", "add", folder)
    (day,) = REGISTER.glob("0001_*/registered.json")
    day.write_text(day.read_text(encoding="utf-8").replace("2025-12-03", "2024-12-03"), encoding="utf-8")
    done = scored(run, f"{TABLE}2026,63.01,85,27,5,18,13\n", "--lang", "en")
    assert done.returncode == 1
    assert f"- {day.parent.name}/registered.json is not as it was when locked." in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nama,nilai\na,1\n", "no table here can be used"),
        (f"{TABLE}kapan,63.01,85,27,5,18,13\n", "this is not a day of the calendar"),
        (f"{TABLE}2026,63.01,85,27,5,x,13\n", "this is not a whole number"),
        (f"{TABLE}2026,63.01,85,27,5,18,13\n2026,63.01,85,27,5,18,13\n", "this place has a row of this date already"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_row(run: Run, folder: Path, text: str, said: str) -> None:
    """Exit code 2, and nothing is written."""
    run("register", "add", folder)
    done = scored(run, text, "--lang", "en")
    assert done.returncode == 2
    assert said in done.stderr
    assert "kenyataan.csv, row " in done.stderr
    assert not (REGISTER / "record").exists()


def test_rows_of_other_places_are_left_out_with_a_note(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A district is known by its name too, whatever is written before it."""
    run("register", "add", folder)
    on(monkeypatch, 2027)
    text = "tahun,kabupaten,naik\n2026,Kab. Tanah Laut,13\n2026,Tabanan,40\n"
    done = scored(run, text, "--lang", "en", "--json", "--no-figures")
    assert "their rows are not used: Tabanan" in done.stderr
    assert json.loads(done.stdout)["forecasts"][0]["outcome"]["rises"] == [13, 13]


def test_a_folder_to_which_nothing_was_added_is_no_register(run: Run, folder: Path) -> None:
    """Nor is a folder that is no run added to one."""
    done = scored(run, TABLE, "--lang", "en")
    assert (done.returncode, "is not a register" in done.stderr) == (2, True)
    done = run("register", "add", folder.parent.parent / "none", "--lang", "en")
    assert (done.returncode, REGISTER.exists()) == (2, False)


def test_a_register_that_cannot_be_written_is_told(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was added; a record that cannot be kept is shown all the same."""
    run("register", "add", folder, "--register", "one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "register.sha256")

    monkeypatch.setattr("simulation.report.register.register.write_bytes", full)
    done = run("register", "add", folder, "--register", "two", "--lang", "en")
    assert done.returncode == 1
    assert unbroken(done.stderr) == "The run failed: register.sha256: no space is left on the disk"
    monkeypatch.setattr("simulation.report.register.document.write_record", full)
    on(monkeypatch, 2027)
    done = scored(run, f"{TABLE}2026,63.01,85,27,5,18,13\n", "--register", "one", "--lang", "en")
    assert done.returncode == 1
    assert "Target met in 1 of 1 forecasts" in done.stdout
    assert "The run failed: register.sha256: no space is left on the disk" in done.stderr
