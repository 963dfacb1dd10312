"""The result of a forecast: what forecast.json holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from told import in_terminal, result_of, written

from simulation.domain.distributions import Fixed
from simulation.domain.target import Target
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import SHARE_ALIKE, forecast
from simulation.report.codec import decode, encoded, to_data
from simulation.report.files import json_text
from simulation.report.kinds.forecast.result import ForecastResult, HowMany, Meeting

DISTRICT = {"district_code", "target", "years", "all_years", "at_least", "readings", "basis"}
YEAR = {
    "year", "probability_met", "monte_carlo_error", "parameter_interval90", "needed", "saturated", "rises", "falls",
    "status_share", "assisted",
}  # fmt: skip


def test_the_file_has_the_keys_of_the_contract(small: Forecast, tmp_path: Path) -> None:
    """At the top, in each district, in each year and in each summary; no sentence is in it."""
    path = written(small, tmp_path).path / "forecast.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    assert {"version", "scenario", "origin", "agent", "districts"} <= set(result)
    assert (result["version"], result["agent"]) == (2, None)
    assert "Kampung KB rise in status" not in path.read_text(encoding="utf-8")
    (district,) = result["districts"]
    assert set(district) >= DISTRICT
    assert district["target"] | {"reading": "rises", "needed": 7, "denominator": 135} == district["target"]
    assert set(district["at_least"]) == {"1", "2", "3", "4", "5"}
    assert next(iter(district["readings"])) == "rises_all"
    assert set(district["readings"]) == {"rises_all", "rises_below_top", "net_rises", "entries", "stock"}
    for year in district["years"]:
        assert set(year) >= YEAR
        assert set(year["needed"]) == {"mean", "min", "max"}
        assert list(year["rises"]["quantiles"]) == ["0.05", "0.25", "0.5", "0.75", "0.95"]
        assert sum(share["mean"] for share in year["status_share"].values()) == pytest.approx(1, abs=4e-6)


def test_the_result_survives_its_file(small: Forecast, several: Forecast) -> None:
    """Written, read and written again it is the same."""
    for found in (small, several):
        result = result_of(found)
        text = b"".join(encoded(result))
        assert decode(json.loads(text), ForecastResult) == result
        assert b"".join(encoded(decode(json.loads(text), ForecastResult))) == text
        assert text.decode() == json_text(to_data(result))


@pytest.mark.parametrize("damage", [{"districts": None}, {"seed": "x"}, {"origin": None}])
def test_a_result_of_another_shape_is_not_read(small: Forecast, damage: dict[str, object]) -> None:
    """The error names the field."""
    with pytest.raises(ValueError, match=next(iter(damage))):
        decode({**to_data(result_of(small)), **damage}, ForecastResult)


def test_several_districts_stand_side_by_side(several: Forecast) -> None:
    """The count of those that meet their target is summarised."""
    result = result_of(several)
    assert [district.district_code for district in result.districts] == ["11.01", "11.02", "11.03"]
    assert [district.made_up_counts for district in result.districts] == [False, False, True]
    first = result.meeting[0]
    assert first.mean == pytest.approx(sum(d.years[0].probability_met for d in result.districts), abs=2e-6)


def test_how_many_districts_would_meet_it_were_they_alike_is_told_beside(several: Forecast) -> None:
    """A quarter of the same forecast with district_sd 0, on the same random numbers; nothing where it is 0."""
    assert result_of(several).meeting[0].alike is None
    known = several.scenario.parameters

    def first_of(between: float, replicates: int) -> Meeting:
        parameters = replace(known, scalars={**known.scalars, "district_sd": Fixed(between)})
        found = forecast(replace(several.scenario, horizon=1, parameters=parameters), 40, replicates, 7)
        return result_of(found).meeting[0]

    apart, alike = first_of(1.5, 8), first_of(0.0, 8 // SHARE_ALIKE)
    assert apart.alike == HowMany(alike.mean, alike.quantiles, alike.all, alike.number)
    assert apart.mean != alike.mean


@pytest.mark.parametrize("target", [Target(reading="stock"), Target(reading="entries"), Target(net_of_falls=True)])
def test_what_is_judged_is_summarised_where_it_is_not_the_rises(small: Forecast, target: Target) -> None:
    """Its quantiles are those of the score in the trajectories."""
    made = forecast(replace(small.scenario, target=target), 10, 10, 7)
    assert made.ensemble_run is not None
    score = made.ensemble_run.outcomes[0].counts.score(target)
    judged = [year.judged for year in result_of(made).districts[0].years]
    assert [year.mean for year in judged] == pytest.approx(score.mean(axis=(0, 1)), abs=1e-6)
    medians = np.quantile(score, 0.5, axis=(0, 1), method="inverted_cdf")
    assert [year.median for year in judged] == medians.tolist()


def test_the_target_says_what_it_is_a_share_of_and_whether_falls_count(small: Forecast) -> None:
    """As a number of villages and as the word of the scenario file."""
    target = Target(denominator="below_top", net_of_falls=True)
    said = result_of(forecast(replace(small.scenario, target=target), 5, 5, 7)).districts[0].target
    assert (said.denominator, said.denominator_kind, said.net_of_falls) == (121, "below_top", True)


def test_default_priors_are_marked(small: Forecast) -> None:
    """Every parameter has its quantiles; those left to their prior are told apart."""
    parameters = result_of(small).parameters
    assert parameters["rise.dasar"].default_prior
    assert parameters["rise.dasar"].quantiles[0.5] == pytest.approx(1 / (1 + np.exp(2.94)), abs=1e-6)


def test_rounding_keeps_counts_whole_and_turns_unknown_into_null() -> None:
    """NaN has no place in JSON; numbers of NumPy are numbers."""
    found = to_data({"a": [7, 0.12345678, float("nan"), np.float64(0.5), np.int64(3)], "b": "x"})
    assert found == {"a": [7, 0.123457, None, 0.5, 3], "b": "x"}
    with pytest.raises(TypeError):
        to_data({"a": object()})


def test_one_draw_of_uncertain_parameters_is_noted(small: Forecast) -> None:
    """Of one draw alone, and not where every number is fixed."""
    assert not result_of(small).districts[0].single_draw
    one = forecast(small.scenario, 1, 500)
    assert result_of(one).districts[0].single_draw
    assert "for one random set of parameter values" in " ".join(in_terminal(one, "en").split())
