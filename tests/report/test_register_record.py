"""Frozen forecasts against what came: scores by hand, bounds where the reports leave it open."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from foreign_numbers import FOREIGN
from frozen_cases import QUANTILES, forecast_of, forecast_year
from matplotlib.text import Text

from simulation.domain.crossings import Bounds
from simulation.domain.evidence import Panel
from simulation.domain.status import UNKNOWN
from simulation.inference.scores import weighted_interval
from simulation.inputs.observations.counts import StatedYear
from simulation.inputs.observations.outcomes import Outcomes
from simulation.report.codec import decode, rounded_as_kept, to_data
from simulation.report.figures.page import style
from simulation.report.kinds.forecast.result import ForecastResult
from simulation.report.language import LANGUAGES, language
from simulation.report.register import document as words
from simulation.report.register.document import COLUMNS, write_record
from simulation.report.register.figure import draw_register, save_figure_of_record
from simulation.report.register.register import Contents, Entry
from simulation.report.register.scoring import ForecastRow, Scores, TrackRecord, YearOutcome, score_register

CODE, TODAY = "63.99", date(2028, 3, 1)
ONE_YEAR = forecast_of(forecast_year(2026, 0.8))


def entry_of(forecast: ForecastResult, number: int = 1, registered: str = "2025-12-03") -> Entry:
    """Return an entry of a register."""
    return Entry(f"{number:04}_contoh_0123456789ab", registered, forecast)


def stated(year: int, four: tuple[int, ...] | None = None, rises: int | None = None, falls: int | None = None) -> Any:
    """Return what an office says of a year."""
    return StatedYear(date(year, 12, 31), None if four is None else np.array(four), rises, falls)


def scored(forecast: ForecastResult, *said: StatedYear, registered: str = "2025-12-03", **happened: Any) -> TrackRecord:
    """Return the record of one entry."""
    contents = Contents((entry_of(forecast, registered=registered),), (), "0" * 64)
    outcomes = Outcomes(stated={CODE: {one.day.year: one for one in said}}, **happened)
    return score_register(contents, outcomes, TODAY)


def only(record: TrackRecord) -> ForecastRow:
    """Return the only forecast of a record."""
    (row,) = record.forecasts
    return row


def came(record: TrackRecord) -> YearOutcome:
    """Return what came of the only forecast of a record."""
    outcome = only(record).outcome
    assert outcome is not None
    return outcome


def scores_of(record: TrackRecord) -> Scores:
    """Return the scores of the only forecast of a record."""
    scores = only(record).scores
    assert scores is not None
    return scores


def test_scores_of_a_known_outcome_are_those_worked_out_by_hand() -> None:
    """Four rises; one was needed: (1 − 0.8)², −ln 0.8, and 2/5 × (0.2 + 0.75 + 1 + 0.75 + 0.1)."""
    record = scored(ONE_YEAR, stated(2026, rises=4))
    row = only(record)
    assert row.outcome == YearOutcome("stated", Bounds(4, 4), Bounds(4, 4), 1, met=True)
    assert scores_of(record).brier == pytest.approx([0.04, 0.04])
    assert scores_of(record).log_score == pytest.approx([-log(0.8)] * 2, abs=1e-6)
    assert scores_of(record).wis_rises == pytest.approx([1.12, 1.12])
    assert scores_of(record).inside == {"0.5": False, "0.9": True}
    summary = record.summary
    assert (summary.met, summary.scored, summary.district_years, summary.enough) == (1, 1, 1, False)
    assert (summary.brier, summary.wis_rises) == pytest.approx((0.04, 1.12))


@pytest.mark.parametrize("outcome", [0, 2, 5, 9])
def test_the_interval_score_is_that_of_its_published_formula(outcome: int) -> None:
    """Half the distance to the median and α/2 times the score of each interval, over the number of intervals + ½."""
    quantiles = {level: float(value) for level, value in QUANTILES.items()}
    total = abs(outcome - quantiles[0.5]) / 2
    for alpha in (0.1, 0.5):
        low, high = quantiles[alpha / 2], quantiles[1 - alpha / 2]
        outside = max(low - outcome, 0) + max(outcome - high, 0)
        total += alpha / 2 * (high - low + 2 / alpha * outside)
    assert weighted_interval(quantiles, outcome) == pytest.approx(total / 2.5)


def test_means_are_over_all_forecasts_that_came() -> None:
    """0.8 with four rises and 0.3 with none: Brier (0.04 + 0.09) / 2, 1.1 to be expected, one met."""
    forecast = forecast_of(forecast_year(2026, 0.8), forecast_year(2027, 0.3))
    summary = scored(forecast, stated(2026, rises=4), stated(2027, rises=0)).summary
    assert (summary.brier, summary.expected) == pytest.approx((0.065, 1.1))
    assert (summary.met, summary.scored) == (1, 2)
    assert summary.log_score == pytest.approx(-(log(0.8) + log(0.7)) / 2, abs=1e-6)


def test_counts_alone_bound_the_rises_and_every_score() -> None:
    """The same counts at both ends: none to ten rose. Least and most: (0.2², 0.8²), and at 2 and at 10 rises."""
    record = scored(ONE_YEAR, stated(2026, (10, 6, 2, 2)))
    row = only(record)
    assert row.outcome == YearOutcome("counts", Bounds(0, 10), Bounds(0, 10), 1, met=None)
    assert scores_of(record).brier == pytest.approx([0.04, 0.64])
    assert scores_of(record).wis_rises == pytest.approx([0.32, 6.32])
    assert scores_of(record).inside == {"0.5": None, "0.9": None}
    assert record.summary.scored == 0
    assert record.summary.brier_bounds == pytest.approx([0.04, 0.64])
    said = " ".join(words.cautions(language("en"), record))
    assert "at least the net upward crossings" in said
    assert "between 0.040 and 0.640" in said


def test_net_upward_crossings_can_settle_that_a_target_was_met() -> None:
    """Two crossed from dasar, one was needed; the number of rises stays open."""
    outcome = came(scored(ONE_YEAR, stated(2026, (8, 8, 2, 2))))
    assert outcome.rises is not None
    assert (outcome.rises.low, outcome.met) == (2, True)


def test_villages_that_joined_as_forecast_are_counted_from_the_year_after() -> None:
    """Of 20 villages 1 is needed, of 21 it is 2; the new one at the end of 2026 is no move, nor on lists."""
    alone = forecast_of(forecast_year(2026, 0.8), forecast_year(2027, 0.8))
    joined = replace(alone, districts=(replace(alone.districts[0], joining={2026: 1}),))
    now = (11, 6, 2, 2)
    said = stated(2026, now), stated(2027, (9, 8, 2, 2))
    assert [row.state for row in scored(alone, *said).forecasts] == ["villages", "villages"]
    first, second = (row.outcome for row in scored(joined, *said).forecasts)
    assert first == YearOutcome("counts", Bounds(0, 10), Bounds(0, 10), 1, met=None)
    assert second is not None
    assert (second.needed, second.met) == (2, True)
    status = np.repeat([level for level, number in enumerate(now) for _ in range(number)], 3).reshape(-1, 3)
    status[0, 0], status[3, 2] = UNKNOWN, 1
    panel = Panel(CODE, tuple(map(str, range(21))), (2025, 2026, 2027), status.astype(np.int8))
    years = [row.outcome for row in scored(joined, panels={CODE: panel}).forecasts]
    assert years[0] == YearOutcome("panel", Bounds(0, 0), Bounds(0, 0), 1, met=False)
    assert years[1] == YearOutcome("panel", Bounds(1, 1), Bounds(1, 1), 2, met=False)


def test_the_year_before_is_taken_from_the_reports_where_they_have_it() -> None:
    """Else the origin is as the forecast knew it."""
    before = stated(2025, (12, 4, 2, 2))
    rises = came(scored(ONE_YEAR, before, stated(2026, (10, 6, 2, 2)))).rises
    assert rises is not None
    assert rises.low == 2
    made_up = forecast_of(forecast_year(2026, 0.8), made_up_counts=True)
    assert came(scored(made_up, stated(2026, (10, 6, 2, 2)))).rises is None


@pytest.mark.parametrize(
    ("four", "rises", "state"),
    [((10, 6, 2, 3), None, "villages"), ((8, 8, 2, 2), 1, "contradiction"), ((8, 8, 2, 2), 3, "came")],
)
def test_reports_that_cannot_be_right_are_not_used(four: tuple[int, ...], rises: int | None, state: str) -> None:
    """Other villages than were forecast; fewer rises than the counts need."""
    record = scored(ONE_YEAR, stated(2026, four, rises))
    assert only(record).state == state
    assert (only(record).scores is None) == (state != "came")


def test_a_panel_counts_rises_exactly() -> None:
    """Against the statuses of the same villages a year before."""
    start = np.repeat(np.arange(4, dtype=np.int8), (10, 6, 2, 2))
    end = start.copy()
    end[[0, 1, 12]] += 1
    end[15] -= 1
    panel = Panel(CODE, tuple(map(str, range(20))), (2025, 2026), np.stack([start, end], axis=1))
    outcome = came(scored(ONE_YEAR, panels={CODE: panel}))
    assert (outcome.basis, outcome.rises) == ("panel", (3, 3))
    # Net of falls: two; entries to mandiri: the village that was berkembang; stock: five there at the end.
    for target, judged in (({"net_of_falls": True}, 2), ({"reading": "entries"}, 1), ({"reading": "stock"}, 5)):
        forecast = forecast_of(forecast_year(2026, 0.8), **target)
        assert came(scored(forecast, panels={CODE: panel})).judged == (judged, judged)
    status = panel.status.copy()
    status[3, 1] = UNKNOWN
    short = Panel(CODE, panel.codes[:19], panel.years, status[:19])
    assert came(scored(ONE_YEAR, panels={CODE: short})).rises == (3, 5)


def test_a_share_of_those_below_the_top_is_taken_of_the_year_that_came() -> None:
    """5% of 18 and then of 16 is one; 6% of 18 is two, of 16 one."""
    forecast = forecast_of(forecast_year(2026, 0.8), forecast_year(2027, 0.8), share=0.06, denominator_kind="below_top")
    said = [stated(2026, (10, 5, 1, 4), 2), stated(2027, (10, 5, 1, 4), 1)]
    outcomes = [row.outcome for row in scored(forecast, *said).forecasts]
    assert [(outcome.needed, outcome.met) for outcome in outcomes if outcome is not None] == [(2, True), (1, True)]


def test_years_not_over_and_years_without_a_report_are_not_scored() -> None:
    """Even where a report of a year that is not over is given."""
    years = [forecast_year(year, 0.8) for year in (2026, 2027, 2028)]
    record = scored(forecast_of(*years), stated(2026, rises=4), stated(2028, rises=9))
    assert [row.state for row in record.forecasts] == ["came", "unreported", "not over"]
    assert record.summary.scored == 1
    assert "Years not over yet: 2028." in list(words.notes(language("en"), record))


def test_a_forecast_registered_too_late_does_not_count() -> None:
    """It is shown with its mark."""
    record = scored(ONE_YEAR, stated(2026, rises=4), registered="2027-01-03")
    assert only(record).late
    assert record.summary.forecasts == 0
    assert words.met(language("en"), only(record)) == "late"
    assert words.headline(language("en"), record) == "No forecast can be scored yet"


def test_a_forecast_that_ruled_out_what_came_has_no_finite_log_score() -> None:
    """JSON knows no infinity: the number of such forecasts is told instead."""
    record = scored(forecast_of(forecast_year(2026, 0.0)), stated(2026, rises=4))
    assert scores_of(record).log_score == (None, None)
    assert (record.summary.log_score, record.summary.ruled_out) == (None, 1)
    json.dumps(to_data(record), allow_nan=False)


def many(number: int) -> TrackRecord:
    """Return the record of as many entries, all but the last of each four with an outcome of its own kind."""
    forecast = forecast_of(forecast_year(2026, 0.8), forecast_year(2027, 0.15))
    days = ["2027-01-03" if place % 4 == 2 else "2025-12-03" for place in range(number)]
    entries = tuple(entry_of(forecast, place, day) for place, day in enumerate(days, start=1))
    outcomes = Outcomes(stated={CODE: {2026: stated(2026, (10, 6, 2, 2)), 2027: stated(2027, rises=0)}})
    return score_register(Contents(entries, (), "0" * 64), outcomes, TODAY)


@pytest.mark.parametrize("code", LANGUAGES)
def test_words_table_and_figure_write_numbers_in_their_language(code: str) -> None:
    """Of every kind of outcome; the figure shows the latest forecasts and says so."""
    record, speech = many(25), language(code)
    table = words.forecasts_table(speech, record)
    assert len(table.rows) == words.MOST_ROWS
    said = [words.headline(speech, record), *words.scores(speech, record), *words.cautions(speech, record)]
    with style():
        figure = draw_register(speech, record)
    drawn = [text.get_text() for text in figure.findobj(Text)]
    assert any("40" in text and "50" in text for text in drawn)
    for text in (*said, *drawn, *(cell for row in table.as_text(speech).rows for cell in row)):
        assert FOREIGN[code].findall(text.replace(CODE, "")) == [], text


def test_the_record_is_kept_as_data_table_and_figure(tmp_path: Path) -> None:
    """One row a forecast; figures in the language asked for."""
    record = many(3)
    write_record(tmp_path, record)
    save_figure_of_record(tmp_path, language("id"), record)
    assert decode(to_data(record), TrackRecord) == rounded_as_kept(record)
    assert json.loads((tmp_path / "record.json").read_text(encoding="utf-8")) == to_data(record)
    header, *rows = (tmp_path / "record.csv").read_text(encoding="utf-8").splitlines()
    assert (header, len(rows)) == (",".join(COLUMNS), 6)
    assert rows[1].endswith("2027,false,came,0.15,1,false,stated,0,0,0.0225,0.162519,1.12,false,true")
    assert (tmp_path / "figures" / "record_id.png").stat().st_size > 10_000
