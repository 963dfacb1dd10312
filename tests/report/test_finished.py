"""A run folder holds what it was made from, and is found again by its path."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from told import result_of, written

from simulation.domain.messages import KampungError
from simulation.domain.target import Target
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import load_scenario
from simulation.report.brief import which_run
from simulation.report.language import language
from simulation.report.runs import load_run

ROOT = Path(__file__).parents[2]
POKJA = ROOT / "scenarios" / "tanah_laut_pokja.yaml"


@pytest.fixture
def made() -> Forecast:
    """Return a small forecast of an overlay whose table lies in another folder."""
    return forecast(load_scenario(POKJA), 6, 8, 11)


def test_a_run_can_be_made_again_from_its_folder_alone(made: Forecast, tmp_path: Path) -> None:
    """The kept scenario, moved to another place with its folder, gives the same record."""
    shutil.move(written(made, tmp_path / "results").path, tmp_path / "moved")
    run = load_run(tmp_path / "moved")
    again = forecast(run.scenario, 6, 8, 11)
    assert result_of(again) == run.result
    assert again.basis == made.basis


def test_the_folder_above_stands_for_its_newest_run(made: Forecast, tmp_path: Path) -> None:
    """Whichever was finished last by its log, figures drawn later aside; of several it is said which was taken."""
    first, second = (written(forecast(made.scenario, draws, 8, 11), tmp_path).path for draws in (6, 5))
    lines = {first: "2026-03-01T08:00:00+00:00 finished", second: "2026-02-01T08:00:00+00:00 finished"}
    drawn = "2026-04-01T08:00:00+00:00 figures language=id"
    for folder, line in lines.items():
        (folder / "run.log").write_text(f"{line} engine=batch\n{drawn}\n", encoding="utf-8")
    found = load_run(tmp_path / "tanah-laut-pokja")
    assert (found.path, found.older) == (first, 1)
    assert found.finished_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    english, indonesian = (which_run(language(code), found) for code in ("en", "id"))
    assert english is not None
    assert f"The newest of 2 finished runs is used: {first}, finished 1 March 2026 at" in english
    assert indonesian is not None
    assert f"{first}, selesai 1 Maret 2026 pukul" in indonesian


def test_without_a_log_the_manifest_tells_the_time(made: Forecast, tmp_path: Path) -> None:
    """A run that is alone, or named itself, is not said to be one of several."""
    first, second = (written(forecast(made.scenario, draws, 8, 11), tmp_path).path for draws in (6, 5))
    for folder in (first, second):
        (folder / "run.log").unlink()
    os.utime(second / "manifest.json", (1_000_000_000, 1_000_000_000))
    assert load_run(tmp_path / "tanah-laut-pokja").path == first
    assert which_run(language("en"), load_run(second)) is None
    shutil.rmtree(second)
    assert which_run(language("en"), load_run(tmp_path / "tanah-laut-pokja")) is None


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """The refusal names the folder and where the right one is found."""
    with pytest.raises(KampungError, match="not the folder of a finished run"):
        load_run(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["scenario.yaml", "villages.csv"])
def test_inputs_that_were_changed_later_are_refused(made: Forecast, tmp_path: Path, name: str) -> None:
    """Another number in the kept scenario, or another village in the kept table, is noticed."""
    folder = written(made, tmp_path).path
    kept = folder / "inputs" / name
    kept.write_text(kept.read_text(encoding="utf-8").replace("Tabanio", "Tabaneo").replace("0.05", "0.06"), "utf-8")
    with pytest.raises(KampungError, match="are not those of the run"):
        _ = load_run(folder).scenario


def test_a_scenario_made_in_python_is_kept_as_what_it_is(made: Forecast, tmp_path: Path) -> None:
    """Its folder states the target that was run, not that of the file that the scenario began as."""
    changed = replace(made.scenario, target=Target(Fraction(1, 7)))
    folder = written(forecast(changed, 2, 2, 7), tmp_path).path
    kept = load_run(folder).scenario
    assert kept.target == changed.target
    assert fingerprint(kept) == fingerprint(changed) != fingerprint(made.scenario)
