"""Mechanisms and agents of a file, in every command that answers: named, kept, found again, and made again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Run

ROOT = Path(__file__).parents[2]
OWN = """
import simulation as kkb


class Lift(kkb.Mechanism):
    name = "lift"
    parameters = {"by": kkb.lognormal_from_interval(1.0, 0.5, 2.0)}
    sources = {"by": "assumed; a trial"}
    records = ("rose",)
    strength = 1.0

    def log_odds(self, village):
        return self.strength * self.by

    def log_odds_of_all(self, year):
        return self.strength * self.by

    def record(self, village):
        return {"rose": village.rose}

    def record_of_all(self, year):
        return {"rose": year.rose}


class Keen(kkb.VillageAgent):
    inputs = ()

    def rise_odds(self):
        return 1.5 * super().rise_odds()
"""
FEW = ("--draws", 4, "--replicates", 2, "--lang", "en", "--no-figures")
LAW = ("--with", "own.py:Lift")
ANSWERS = {
    "forecast": ("forecast", "contoh.yaml", *FEW),
    "comparison": ("compare", "contoh.yaml", "contoh_pendampingan.yaml", *FEW),
    "plan": ("plan", "contoh_pendampingan.yaml", "--vary", "pendampingan.capacity", *FEW),
    "sensitivity": ("sensitivity", "contoh.yaml", *FEW),
    "robustness": ("robustness", "contoh.yaml", "contoh_pendampingan.yaml", *FEW),
    "backtest": ("backtest", "panel.csv", "--scenario", "contoh.yaml", "--draws", 10, "--lang", "en", "--no-figures"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Lay scenarios, past years, and a law of one's own in the test's folder."""
    (tmp_path / "data").mkdir()
    for name in ("contoh.yaml", "contoh_pendampingan.yaml"):
        shutil.copy(ROOT / "scenarios" / name, tmp_path)
    for path in (ROOT / "scenarios" / "data").glob("contoh*.csv"):
        shutil.copy(path, tmp_path / "data")
    past = [[0, 0, 1, 1], [0, 1, 1, 2], [1, 1, 3, 3]]
    levels = ("dasar", "berkembang", "mandiri", "paripurna")
    table = (tmp_path / "data" / "contoh_villages.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [
        f"{line.partition(',')[0]},{2020 + place},{levels[level]}"
        for village, line in enumerate(table)
        for place, level in enumerate(past[village % 3])
    ]
    (tmp_path / "panel.csv").write_text("\n".join(["village_code,year,status", *rows]), encoding="utf-8")
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    return tmp_path


def answer(folder: Path, kind: str) -> Path:
    """Return the newest folder of an answer of some kind."""
    found = sorted(folder.rglob(f"results/**/{kind}.json"), key=lambda path: path.stat().st_mtime_ns)
    return found[-1].parent


@pytest.mark.slow
@pytest.mark.parametrize("kind", ANSWERS)
def test_every_command_takes_a_mechanism_and_its_answer_names_it(run: Run, folder: Path, kind: str) -> None:
    """In words and as data; made again from its folder it has the same bytes."""
    done = run(*ANSWERS[kind], *LAW)
    assert done.returncode == 0, done.stderr
    assert "Computed with a law of the user's own: lift." in " ".join(done.stdout.split())
    made = answer(folder, kind)
    assert json.loads((made / f"{kind}.json").read_text(encoding="utf-8"))["mechanisms"] == ["lift"]
    assert (made / "inputs" / "law" / "1" / "own.py").read_text(encoding="utf-8") == OWN
    (folder / "own.py").unlink()
    again = run("rerun", made, "--out", folder / "again", "--no-figures", "--lang", "en")
    assert again.returncode == 0, again.stderr
    assert "Every file is the same" in again.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in ANSWERS if kind != "forecast"])
def test_every_command_takes_agents(run: Run, folder: Path, kind: str) -> None:
    """Agents run, without a word on the engine."""
    done = run(*ANSWERS[kind], "--agent", "own.py:Keen")
    assert done.returncode == 0, done.stderr
    assert "a law of the user's own: own.py:Keen" in " ".join(done.stdout.split())
    assert json.loads((answer(folder, kind) / f"{kind}.json").read_text(encoding="utf-8"))["agent"] == "own.py:Keen"


def number(run: Run, folder: Path, *options: object) -> str:
    """Return the number of the result of a forecast."""
    done = run("forecast", "contoh.yaml", "--draws", 4, "--replicates", 2, "--no-figures", *options)
    assert done.returncode == 0, done.stderr
    found: str = json.loads((answer(folder, "forecast") / "manifest.json").read_text(encoding="utf-8"))["input_hash"]
    return found


@pytest.mark.slow
def test_whatever_decides_numbers_makes_another_result(run: Run, folder: Path) -> None:
    """Source, attributes, priors, sources stated, and whether it is there; where the file lies does not."""
    own = folder / "own.py"
    found = [number(run, folder), number(run, folder, *LAW)]
    for before, after in (("strength = 1.0", "strength = 2.0"), ("1.0, 0.5, 2.0", "1.0, 0.4, 2.5"), ("a trial", "two")):
        text = own.read_text(encoding="utf-8")
        assert before in text
        own.write_text(text.replace(before, after), encoding="utf-8")
        found.append(number(run, folder, *LAW))
    assert len(set(found)) == len(found)
    (folder / "elsewhere").mkdir()
    shutil.move(own, folder / "elsewhere" / "own.py")
    assert number(run, folder, "--with", "elsewhere/own.py:Lift") == found[-1]


@pytest.mark.slow
def test_agents_and_arrays_write_the_same_tables(run: Run, folder: Path) -> None:
    """Records among them: means of years and villages, sums of simulations."""
    for engine in ("batch", "mesa"):
        number(run, folder, *LAW, "--engine", engine, "--out", folder / engine / "results")
    one, other = (next((folder / engine).rglob("years.csv")).parent for engine in ("batch", "mesa"))
    for name in ("years.csv", "villages.csv", "ensemble.parquet", "hub.csv", "forecast.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    years = (one / "years.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert "recorded_lift.rose" in years


@pytest.mark.slow
def test_a_mechanism_that_fails_is_told_with_its_line_and_shown_again(run: Run, folder: Path) -> None:
    """As agents that fail are."""
    text = OWN.replace(
        '        return {"rose": village.rose}', '        return {"rose": 1 / (village.model.year - 2027)}'
    )
    text = text.replace("    def record_of_all", "    def other")
    (folder / "own.py").write_text(text, encoding="utf-8")
    done = run("forecast", "contoh.yaml", "--draws", 2, "--replicates", 2, "--no-figures", "--lang", "en", *LAW)
    assert done.returncode == 1
    line = next(place for place, said in enumerate(text.splitlines(), start=1) if "2027" in said)
    assert f"own.py:{line} (record)" in done.stderr
    assert "--with own.py:Lift" in done.stderr
    shown = run("replay", "contoh.yaml", *LAW, "--lang", "en")
    assert "ZeroDivisionError" in shown.stderr
