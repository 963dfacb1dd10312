"""The front door and what it costs to open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("mesa", "pandas", "scipy", "matplotlib", "pyarrow", "numpy", "babel")
SLOW = ("mesa", "pandas", "matplotlib", "scipy.stats", "scipy.optimize", "openpyxl", "SALib")
"""What takes long to load, and the commands that people wait for do without."""
LOTS = """schema: 1
name: lots
language: en
district: {code: "63.99", name: Kabupaten Contoh}
origin: 2025
horizon: 2
villages: {table: villages.csv}
interventions: [{name: pokja, sector: PKB, starts: 2026, capacity: 3}]
"""


def loaded_by(code: str, names: tuple[str, ...] = HEAVY, folder: Path = ROOT) -> set[str]:
    """Return which of these libraries a piece of code loads in a new interpreter, however it ends."""
    ask = f"import atexit, sys\natexit.register(lambda: print(*(set(sys.modules) & {set(names)!r}), sep='\\n'))\n{code}"
    command = [sys.executable, "-c", ask]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()) & set(names)


def command(*words: str) -> str:
    """Return the code that runs a command."""
    return f"import sys; from simulation.app.cli import main; sys.argv = {['kampungkb', *words]}; main()"


@pytest.mark.parametrize("code", ["import simulation", "import simulation.app.cli", command("--help")])
def test_opening_the_door_loads_nothing_heavy(code: str) -> None:
    """Neither the package nor the command line needs numbers before they are asked for."""
    assert loaded_by(code) == set()


def test_checking_a_scenario_needs_numpy_alone() -> None:
    """Validation does not wait for Mesa, pandas or SciPy."""
    code = "import simulation as kkb; kkb.load_scenario('scenarios/tanah_laut.yaml')"
    assert loaded_by(code) <= {"numpy"}
    assert loaded_by(command("check", "scenarios/tanah_laut.yaml")) <= {"numpy", "babel"}


def test_forecasting_with_arrays_does_not_load_mesa() -> None:
    """Mesa takes most of a second and changes the process-wide start method: only its own engine loads it."""
    code = "import simulation as kkb; kkb.forecast(kkb.load_scenario('scenarios/tanah_laut.yaml'), 2, 2)"
    assert "mesa" not in loaded_by(code)


@pytest.mark.slow
def test_default_priors_need_no_scipy(tmp_path: Path) -> None:
    """To load what it computes takes as long as to simulate a district, and as much memory."""
    words = ("forecast", "scenarios/tanah_laut.yaml", "--no-figures", "--replicates", "5", "--out", str(tmp_path))
    assert "scipy" not in loaded_by(command(*words))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["batch", "exact"])
@pytest.mark.parametrize("scenario", ["tanah_laut", "contoh_pendampingan", "provinsi_contoh"])
def test_a_forecast_without_figures_loads_nothing_slow(scenario: str, engine: str, tmp_path: Path) -> None:
    """From the scenario to the tables and what is printed; draws enough for every interval."""
    effort = () if engine == "exact" else ("--replicates", "5")
    words = ("forecast", f"scenarios/{scenario}.yaml", "--no-figures", "--draws", "60", "--engine", engine, *effort)
    assert loaded_by(command(*words, "--out", str(tmp_path)), SLOW) == set()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["batch", "exact"])
def test_lots_among_known_villages_load_nothing_slow(engine: str, tmp_path: Path) -> None:
    """Where each status is known villages are ranked, and places are drawn by lot."""
    rows = [
        f"63.99.{i:02d},Kampung {i},Kecamatan {i % 3},{('dasar', 'berkembang', 'mandiri')[i % 3]}" for i in range(12)
    ]
    (tmp_path / "villages.csv").write_text("\n".join(["village_code,village,subdistrict,status", *rows]) + "\n")
    (tmp_path / "lots.yaml").write_text(LOTS)
    effort = () if engine == "exact" else ("--replicates", "5")
    words = ("forecast", "lots.yaml", "--no-figures", "--draws", "60", "--engine", engine, *effort)
    assert loaded_by(command(*words), SLOW, tmp_path) == set()
