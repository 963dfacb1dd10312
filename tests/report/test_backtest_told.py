"""What a back-test says: the record of the contract, verdicts in both languages, tables and the figure."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from simulation.domain.evidence import Panel
from simulation.domain.messages import Refusal
from simulation.domain.target import Target
from simulation.inference.backtest.cases import AtOrigin, NextYear
from simulation.inference.backtest.forecasters import Forecaster, by_matrices
from simulation.inference.backtest.rolling import Backtest, backtest
from simulation.report import plots
from simulation.report.codec import decode, to_data
from simulation.report.kinds.backtest import (
    BACKTEST,
    BacktestResult,
    PastYears,
    notes,
    result_of,
    scores_table,
    verdict_of,
)
from simulation.report.kinds.kind import Source, Work
from simulation.report.language import LANGUAGES, language
from simulation.report.store.making import Place

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
    levels = np.eye(4) * (1 - chance) + np.eye(4, k=1) * chance
    levels[3, 3] = 1

    def forecaster(past: AtOrigin, target: Target) -> Sequence[NextYear]:
        return [by_matrices(levels[None], status, target) for _, _, status in past.now]

    return forecaster


def rolled(number: int, years: int, model: float = 0.12, other: float = 0.7) -> Backtest:
    """Return a back-test whose model gives one chance, and another forecaster another."""
    return backtest(panels(number, years), None, 20, forecasters={"model": saying(model), "mine": saying(other)})


@pytest.fixture(scope="module")
def enough() -> Backtest:
    """Return 24 district-years."""
    return rolled(4, 8)


def test_the_record_has_the_keys_of_the_contract(enough: Backtest) -> None:
    """District-years, verdict and, for every forecaster, scores and coverage; JSON can hold it, and gives it back."""
    result = result_of(enough)
    record = to_data(result)
    assert record["district_years"] == len(record["rows"]) == 24
    assert set(record["forecasters"]) == {"model", "last_year", "mean_so_far", "priors", "binomial", "mine"}
    for scores in record["forecasters"].values():
        assert set(scores) >= SCORES
        assert set(scores["coverage"]) == {"0.5", "0.8", "0.95"}
    assert set(record["verdict"]) == {"last_year", "mean_so_far", "priors", "binomial", "mine"}
    json.dumps(record, allow_nan=False)
    assert to_data(decode(record, BacktestResult)) == record
    crps = [row.forecasts["model"].crps_rises for row in result.rows]
    assert result.forecasters["model"].crps_rises == pytest.approx(np.mean(crps), abs=2e-6)


@pytest.mark.slow
def test_verdicts_name_who_is_beaten_and_by_whom() -> None:
    """Worse is said first; both languages say the same."""
    better, worse = (result_of(rolled(4, 8, *chances)) for chances in ((0.12, 0.7), (0.7, 0.12)))
    speech, other = language("en"), language("id")
    assert "mine" in verdict_of(speech, better).partition("better than: ")[2]
    assert "mine" in verdict_of(other, better).partition("lebih baik daripada: ")[2]
    said = verdict_of(speech, worse)
    assert said.startswith("Over 24 district-years the model's forecasts of the number of rises were worse than: ")
    assert "mine" in said.partition("worse than: ")[2].partition(";")[0]
    assert "lebih buruk daripada: " in verdict_of(other, worse)


def test_too_few_district_years_have_scores_and_a_reason_instead_of_a_verdict() -> None:
    """The verdict is null, nothing says who is better, and the sentence says why."""
    result = result_of(rolled(2, 8))
    assert (result.district_years, result.verdict) == (12, None)
    assert all(of is None for of in result.forecasters["mine"].model_saves.values())
    assert verdict_of(language("en"), result).startswith("No verdict: with fewer than 20 district-years (here 12)")
    assert verdict_of(language("id"), result).startswith("Tanpa kesimpulan: dengan kurang dari 20 kabupaten-tahun")
    captions = [getattr(block, "caption", "") for block in BACKTEST.document(result, language("en"), Source()).blocks]
    assert not any(caption.startswith("Share of the other's score") for caption in captions)


def test_an_infinite_score_is_told_and_leaves_json_whole() -> None:
    """Who rules out what came about scores ∞, null in JSON."""
    result = result_of(rolled(4, 8, 0.12, 0.0))
    assert result.forecasters["mine"].log_score is None
    json.dumps(to_data(result), allow_nan=False)
    speech = language("id")
    assert "∞" in {cell for row in scores_table(speech, result).rows for cell in row}
    assert any(note.startswith("∞") for note in notes(speech, result))


def test_reliability_counts_every_district_year_once(enough: Backtest) -> None:
    """In fifths of the chances that were given."""
    result = result_of(enough)
    assert sum(one.number for one in result.reliability) == 24
    said = np.mean([row.forecasts["model"].probability_met for row in result.rows])
    assert sum(one.number * one.said for one in result.reliability) / 24 == pytest.approx(said, abs=1e-5)
    for one in result.reliability:
        low, high = one.expected90
        assert low <= one.said <= high


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
    """The same panels in another order lead to the same place; another status or seed leads to another."""

    def place_of(data: list[Panel], seed: int = 0) -> Place:
        return Place.of(BACKTEST, PastYears.of(data, None, 20, seed), tmp_path)

    data = panels(4, 8)
    assert place_of(data[::-1]) == place_of(data)
    assert place_of(data[:3]) != place_of(data)
    assert place_of(data, 1) != place_of(data)
    place = place_of(data)
    place.write(PastYears.of(data, None, 20, 0), enough)
    written = place.written()
    assert to_data(written.result) == to_data(result_of(enough))
    lines = (written.path / "backtest.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 24 * 6
    assert lines[0].startswith("district_code,year,villages,rises,met,forecaster,probability_met,mean_rises,brier")


@pytest.mark.slow
def test_what_is_kept_gives_the_same_back_test_again() -> None:
    """Computed from the panels in its folder; with forecasters of the reader's own it is refused."""
    found = backtest(panels(2, 6), None, 20, seed=5)
    question = BACKTEST.question(found)
    again = BACKTEST.compute(question, Work())
    assert to_data(result_of(again)) == to_data(result_of(found))
    with pytest.raises(Refusal, match="forecasters of the reader's own"):
        BACKTEST.compute(BACKTEST.question(rolled(2, 8)), Work())
