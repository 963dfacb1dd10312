"""Learning from data in Python by public names alone: files, figure, draws for a scenario, a back-test that is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import simulation as kkb
from simulation.domain.evidence import Assistance, Counts, Evidence, Launches, Panel
from simulation.domain.target import Target
from simulation.inference.backtest.cases import AtOrigin, NextYear
from simulation.inference.backtest.forecasters import Forecaster, by_matrices
from simulation.inputs.observations.reading import DataFile
from simulation.report.codec import content_of, of_content, rounded_as_kept, to_data
from simulation.report.kinds.backtest import PastYears
from simulation.report.kinds.calibration import CALIBRATION, PAST, Learning, result_of
from simulation.report.kinds.kind import Work
from simulation.report.plots import Figure
from simulation.report.store.making import Place

SCENARIOS = Path(__file__).parents[2] / "scenarios"
WORKBOOK = SCENARIOS / "data" / "contoh_belajar_daftar.xlsx"


@pytest.fixture(scope="module")
def scenario() -> kkb.Scenario:
    """Return the invented district with village lists of two dates."""
    return kkb.load_scenario(SCENARIOS / "contoh_belajar.yaml")


@pytest.fixture(scope="module")
def posterior(scenario: kkb.Scenario) -> kkb.Posterior:
    """Return what its lists teach; years of launch, which take longest, are left out."""
    evidence = replace(kkb.read_evidence(WORKBOOK, scenario).evidence, launches=())
    return kkb.calibrate(evidence, scenario, draws=50)


def texts(figure: Figure) -> list[str]:
    """Return everything that a figure says."""
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_a_path_a_list_of_paths_and_a_named_file_are_the_same_evidence(scenario: kkb.Scenario) -> None:
    """One file needs no list, and no kind where it is recognised."""
    first, *others = (
        kkb.read_evidence(data, scenario) for data in (WORKBOOK, str(WORKBOOK), [WORKBOOK], [DataFile(WORKBOOK)])
    )
    assert first.evidence.blocks == ("panel", "launch_years")
    for other in others:
        assert other.files == first.files
        np.testing.assert_array_equal(other.evidence.panels[0].status, first.evidence.panels[0].status)


@pytest.mark.slow
def test_a_posterior_draws_like_its_result(posterior: kkb.Posterior) -> None:
    """It knows the scenario that was calibrated; without one it is told as the default priors of no district."""
    drawn = texts(kkb.plots.posterior(posterior, "en"))
    result = rounded_as_kept(result_of(posterior))
    assert drawn == texts(kkb.plots.posterior(result, "en", CALIBRATION.question(posterior).id))
    assert any("Invented example" in text for text in drawn)
    without = kkb.calibrate(posterior.evidence, draws=20)
    assert not any("Invented example" in text for text in texts(kkb.plots.posterior(without, "en")))


@pytest.mark.slow
def test_a_calibration_is_saved_where_the_command_would_look_for_it(
    scenario: kkb.Scenario, posterior: kkb.Posterior, tmp_path: Path
) -> None:
    """Draws, result and figure; what is kept of the past gives the same draws again."""
    folder = kkb.save(posterior, tmp_path)
    question = Learning.of(posterior.evidence, scenario, 50, 0)
    found = Place.of(CALIBRATION, question, tmp_path).found()
    assert found is not None
    assert found.path == folder
    assert {path.name for path in folder.iterdir()} >= {"calibration.json", "posterior.parquet", "calibration.csv"}
    past = (folder / "inputs" / "data" / PAST).read_bytes()
    assert past == question.data[PAST]
    again = CALIBRATION.compute(question, Work())
    assert to_data(result_of(again)) == to_data(result_of(posterior))


def test_evidence_of_every_kind_is_the_same_when_read_back() -> None:
    """Panels, counts, launches and assistance, with the names of their files."""
    codes, years = ("a", "b"), (2023, 2024)
    status = np.array([[0, 1], [-1, 2]], dtype=np.int8)
    evidence = Evidence(
        (Panel("63.01", codes, years, status),),
        (Counts("63.01", (date(2023, 12, 31), date(2024, 7, 31)), np.array([[3, 1, 0, 0], [2, 1, 1, 0]])),),
        (Launches("63.01", codes, np.array([2020, 2021]), status[:, 1], 2024),),
        (Assistance("63.01", codes, years, {"pokja": np.array([[True, False], [False, True]])}),),
        {"daftar.xlsx": "0" * 64},
    )
    again = of_content(content_of(evidence), Evidence)
    assert content_of(again) == content_of(evidence)
    np.testing.assert_array_equal(again.panels[0].status, status)
    np.testing.assert_array_equal(again.assistance[0].given["pokja"], evidence.assistance[0].given["pokja"])
    assert (again.blocks, again.sources, again.counts[0].dates) == (
        evidence.blocks, evidence.sources, evidence.counts[0].dates,
    )  # fmt: skip


@pytest.mark.slow
def test_written_draws_give_the_forecast_of_the_posterior(
    scenario: kkb.Scenario, posterior: kkb.Posterior, tmp_path: Path
) -> None:
    """An overlay that takes them by `parameters_from` forecasts what `applied_to` does, trajectory by trajectory."""
    folder = Path(shutil.copytree(SCENARIOS, tmp_path / "scenarios"))
    written = kkb.write_posterior(posterior, folder / "learned.parquet")
    overlay = f"extends: contoh_belajar.yaml\nname: learned\ntransition: {{parameters_from: {written.name}}}\n"
    (folder / "learned.yaml").write_text(overlay, encoding="utf-8")
    from_file = kkb.forecast(kkb.load_scenario(folder / "learned.yaml"), 30, 2)
    from_memory = kkb.forecast(posterior.applied_to(scenario), 30, 2)
    assert from_file.basis == from_memory.basis == ("panel",)
    assert from_file.ensemble.equals(from_memory.ensemble)


def rising() -> Panel:
    """Return 20 villages of which three more rise every year."""
    status = np.zeros((20, 4), dtype=np.int8)
    for year in range(1, 4):
        status[: 3 * year, year] = 1
    return Panel("99.01", tuple(f"99.01.01.{2001 + row}" for row in range(20)), (2021, 2022, 2023, 2024), status)


def saying(chance: float) -> Forecaster:
    """Return a forecaster that gives every village the same chance of rising by one level."""
    levels = np.eye(4) * (1 - chance) + np.eye(4, k=1) * chance
    levels[3, 3] = 1

    def forecaster(past: AtOrigin, target: Target) -> Sequence[NextYear]:
        return [by_matrices(levels[None], status, target) for _, _, status in past.now]

    return forecaster


@pytest.mark.slow
def test_a_backtest_is_saved_where_the_command_would_look_for_it(tmp_path: Path) -> None:
    """Scores, table and figure; saved again it is left as it is."""
    found = kkb.backtest(rising(), draws=20, seed=3)
    folder = kkb.save(found, tmp_path)
    assert kkb.load_run(folder).id == PastYears.of([rising()], None, 20, 3).id
    assert json.loads((folder / "backtest.json").read_text(encoding="utf-8"))["district_years"] == 2
    assert {path.name for path in folder.iterdir()} >= {"backtest.csv", "manifest.json", "figures"}
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*") if path.is_file()}
    assert kkb.save(found, tmp_path) == folder
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.slow
def test_forecasters_of_the_readers_own_are_kept_apart(tmp_path: Path) -> None:
    """Beside the command's answer, and apart from others of the same name that said something else."""
    added = ({"mine": saying(0.1)}, {"mine": saying(0.4)}, {"model": saying(0.1)})
    kept = [kkb.save(kkb.backtest(rising(), draws=20, seed=3, forecasters=own), tmp_path) for own in (None, *added)]
    assert len(set(kept)) == 4
    again = kkb.backtest(rising(), draws=20, seed=3, forecasters=added[0])
    assert kkb.save(again, tmp_path) == kept[1]
    assert "mine" in json.loads((kept[1] / "backtest.json").read_text(encoding="utf-8"))["forecasters"]
