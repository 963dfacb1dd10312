"""The record: what forecast.json holds."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from simulation.domain.target import Target
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.report.record import record, rounded

CONTRACT = {"scenario", "origin", "target", "years", "all_years", "at_least", "readings", "basis", "verdict"}
YEAR = {
    "year", "probability_met", "monte_carlo_error", "parameter_interval90", "needed", "saturated", "rises", "falls",
    "status_share", "assisted",
}  # fmt: skip


def test_the_record_has_the_keys_of_the_contract(small: Forecast) -> None:
    """At the top, in each year and in each summary."""
    result = record(small)
    assert set(result) >= CONTRACT
    assert set(result["verdict"]) == {"id", "en"}
    assert result["target"] | {"reading": "rises", "needed": 7, "denominator": 135} == result["target"]
    assert set(result["at_least"]) == {"1", "2", "3", "4", "5"}
    assert next(iter(result["readings"])) == "rises_all"
    assert set(result["readings"]) == {"rises_all", "rises_below_top", "net_rises", "entries", "stock"}
    for year in result["years"]:
        assert set(year) >= YEAR
        assert set(year["needed"]) == {"mean", "min", "max"}
        assert list(year["rises"]["quantiles"]) == ["0.05", "0.25", "0.5", "0.75", "0.95"]
        assert sum(share["mean"] for share in year["status_share"].values()) == pytest.approx(1, abs=4e-6)


def test_the_record_survives_json(small: Forecast, several: Forecast) -> None:
    """It is plain data: written and read again it is the same."""
    for result in (record(small), record(several)):
        assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_several_districts_stand_side_by_side(several: Forecast) -> None:
    """Each has the keys of a single one, and the count of those that meet their target is summarised."""
    result = record(several)
    assert [district["code"] for district in result["districts"]] == ["11.01", "11.02", "11.03"]
    assert all(set(district) >= CONTRACT - {"scenario", "origin", "basis"} for district in result["districts"])
    assert [district["population"]["synthetic_counts"] for district in result["districts"]] == [False, False, True]
    first = result["districts_meeting"][0]
    assert first["mean"] == pytest.approx(sum(d["years"][0]["probability_met"] for d in result["districts"]), abs=2e-6)
    assert "3" in result["verdict"]["en"]


@pytest.mark.parametrize("target", [Target(reading="stock"), Target(reading="entries"), Target(net_of_falls=True)])
def test_what_is_judged_is_summarised_where_it_is_not_the_rises(small: Forecast, target: Target) -> None:
    """Its quantiles are those of the score in the trajectories."""
    result = forecast(replace(small.scenario, target=target), 10, 10, 7)
    assert result.ensemble_run is not None
    score = result.ensemble_run.outcomes[0].counts.score(target)
    judged = [year["judged"] for year in record(result)["years"]]
    assert [year["mean"] for year in judged] == pytest.approx(score.mean(axis=(0, 1)), abs=1e-6)
    medians = np.quantile(score, 0.5, axis=(0, 1), method="inverted_cdf")
    assert [year["quantiles"]["0.5"] for year in judged] == medians.tolist()


def test_the_target_says_what_it_is_a_share_of_and_whether_falls_count(small: Forecast) -> None:
    """As a number of villages and as the word of the scenario file."""
    target = Target(denominator="below_top", net_of_falls=True)
    said = record(forecast(replace(small.scenario, target=target), 5, 5, 7))["target"]
    assert (said["denominator"], said["denominator_kind"], said["net_of_falls"]) == (121, "below_top", True)


def test_default_priors_are_marked(small: Forecast) -> None:
    """Every parameter has its quantiles; those left to their prior are told apart."""
    parameters = record(small)["parameters"]
    assert parameters["rise.dasar"]["default_prior"]
    assert parameters["rise.dasar"]["quantiles"]["0.5"] == pytest.approx(1 / (1 + np.exp(2.94)), abs=1e-6)


def test_rounding_keeps_counts_whole_and_turns_unknown_into_null() -> None:
    """NaN has no place in JSON."""
    assert rounded({"a": [7, 0.12345678, float("nan")], "b": "x"}) == {"a": [7, 0.123457, None], "b": "x"}


def test_one_draw_of_uncertain_parameters_is_noted(small: Forecast) -> None:
    """Of one draw alone, and not where every number is fixed."""
    assert "single_draw" not in record(small)
    one = record(forecast(small.scenario, 1, 500))
    assert one["single_draw"]
    assert "for one random set of parameter values" in one["verdict"]["en"]
