"""What a back-test says: the record of the contract, verdicts in both languages, tables and the figure."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from simulation.domain.evidence import Panel
from simulation.domain.target import Target
from simulation.inference.backtest.cases import Past
from simulation.inference.backtest.prediction import Alike, Prediction, predict
from simulation.inference.backtest.rolling import Backtest, Forecaster, roll
from simulation.report import plots
from simulation.report.backtest import words
from simulation.report.backtest.folder import backtest_folder, write_backtest
from simulation.report.backtest.record import backtest_record
from simulation.report.language import LANGUAGES, language

SCORES = {"brier", "log_score", "crps_rises", "rps_status", "coverage"}


def panels(number: int, years: int) -> list[Panel]:
    """Return districts of 30 villages of which, year after year, three more rise."""
    status = np.zeros((30, years), dtype=np.int8)
    for year in range(1, years):
        status[: 3 * year, year] = 1
    return [
        Panel(f"63.{i:02d}", tuple(f"v{row}" for row in range(30)), tuple(range(2015, 2015 + years)), status)
        for i in range(1, number + 1)
    ]


def saying(chance: float) -> Forecaster:
    """Return a forecaster that gives every village below the top the same chance of rising by one level."""

    def forecaster(past: Past, target: Target) -> Sequence[Prediction]:
        return [predict(target, status, _alike(status)) for _, _, status in past.now]

    def _alike(status: np.ndarray) -> list[Alike]:
        levels = np.eye(4) * (1 - chance) + np.eye(4, k=1) * chance
        levels[3, 3] = 1
        return [Alike(np.flatnonzero(status == level), level, levels[level][:, None]) for level in set(status.tolist())]

    return forecaster


def rolled(number: int, years: int, model: float = 0.12, other: float = 0.7) -> Backtest:
    """Return a back-test whose model gives one chance, and another forecaster another."""
    return roll(panels(number, years), None, 20, forecasters={"model": saying(model), "mine": saying(other)})


@pytest.fixture(scope="module")
def enough() -> Backtest:
    """Return 24 district-years."""
    return rolled(4, 8)


def test_the_record_has_the_keys_of_the_contract(enough: Backtest) -> None:
    """District-years, verdict and, for every forecaster, scores and coverage; JSON can hold it."""
    record = backtest_record(enough)
    assert record["district_years"] == len(record["rows"]) == 24
    assert set(record["forecasters"]) == {"model", "last_year", "mean_so_far", "priors", "binomial", "mine"}
    for scores in record["forecasters"].values():
        assert set(scores) >= SCORES
        assert set(scores["coverage"]) == {"0.5", "0.8", "0.95"}
    assert set(record["verdict"]) == set(LANGUAGES)
    json.dumps(record, allow_nan=False)
    crps = [row["forecasts"]["model"]["crps_rises"] for row in record["rows"]]
    assert record["forecasters"]["model"]["crps_rises"] == pytest.approx(np.mean(crps), abs=2e-6)


def test_verdicts_name_who_is_beaten_and_by_whom() -> None:
    """Worse is said first; both languages say the same."""
    better, worse = (backtest_record(rolled(4, 8, *chances)) for chances in ((0.12, 0.7), (0.7, 0.12)))
    assert "better than: " in better["verdict"]["en"]
    assert "lebih baik daripada: " in better["verdict"]["id"]
    assert "mine" in better["verdict"]["en"].partition("better than: ")[2]
    said = worse["verdict"]["en"]
    assert said.startswith("Over 24 district-years the model's forecasts of the number of rises were worse than: ")
    assert "mine" in said.partition("worse than: ")[2].partition(";")[0]
    assert "lebih buruk daripada: " in worse["verdict"]["id"]
    assert words.headline(language("en"), worse).startswith("A simpler forecast of past years was better: ")


def test_too_few_district_years_have_scores_and_a_reason_instead_of_a_verdict() -> None:
    """The verdict is null, nothing says who is better, and the sentence says why."""
    record = backtest_record(rolled(2, 8))
    assert (record["district_years"], record["verdict"], record["standing"]) == (12, None, None)
    assert all(of is None for of in record["forecasters"]["mine"]["model_saves"].values())
    assert words.said(language("en"), record).startswith("No verdict: with fewer than 20 district-years (here 12)")
    assert words.said(language("id"), record).startswith("Tanpa kesimpulan: dengan kurang dari 20 kabupaten-tahun")
    assert words.skill_table(language("en"), record) is None


def test_an_infinite_score_is_told_and_leaves_json_whole() -> None:
    """Who rules out what came about scores ∞, null in JSON."""
    record = backtest_record(rolled(4, 8, 0.12, 0.0))
    assert record["forecasters"]["mine"]["log_score"] is None
    json.dumps(record, allow_nan=False)
    speech = language("id")
    assert "∞" in {cell for row in words.scores_table(speech, record).rows for cell in row}
    assert any(note.startswith("∞") for note in words.notes(speech, record))


def test_reliability_counts_every_district_year_once(enough: Backtest) -> None:
    """In fifths of the chances that were given."""
    record = backtest_record(enough)
    assert sum(one["number"] for one in record["reliability"]) == 24
    said = np.mean([row["forecasts"]["model"]["probability_met"] for row in record["rows"]])
    mean = sum(one["number"] * one["said"] for one in record["reliability"]) / 24
    assert mean == pytest.approx(said, abs=1e-5)
    for one in record["reliability"]:
        low, high = one["expected90"]
        assert low <= one["said"] <= high


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_figure_stays_on_its_page(enough: Backtest, code: str) -> None:
    """No text runs over an edge."""
    figure = plots.backtest(enough, code, "0123456789ab")
    figure.canvas.draw()
    width, height = figure.get_size_inches() * figure.dpi
    texts = [text for axes in figure.axes for text in axes.texts] + figure.texts
    texts += [label for axes in figure.axes for label in (*axes.get_xticklabels(), *axes.get_yticklabels())]
    for text in texts:
        box = text.get_window_extent()
        if text.get_text():
            assert box.x0 >= -1, text.get_text()
            assert box.x1 <= width + 1, text.get_text()
            assert box.y0 >= -1
            assert box.y1 <= height + 1


def test_a_back_test_has_a_folder_of_its_own_data_and_seed(enough: Backtest, tmp_path) -> None:
    """The same panels in another order lead to the same folder; another status or seed leads to another."""
    data = panels(4, 8)
    folder = backtest_folder(data, None, 20, 0, tmp_path)
    assert backtest_folder(data[::-1], None, 20, 0, tmp_path) == folder
    assert backtest_folder(data[:3], None, 20, 0, tmp_path) != folder
    assert backtest_folder(data, None, 20, 1, tmp_path) != folder
    write_backtest(folder, enough)
    assert folder.read() == backtest_record(enough)
    lines = (folder.run.path / "backtest.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 24 * 6
    assert lines[0].startswith("district_code,year,villages,rises,met,forecaster,probability_met,mean_rises,brier")
