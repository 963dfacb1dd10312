"""Grids of settings: every number is that of a forecast or comparison, problems are told at once, parts are kept."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulation as kkb
from simulation.decision import grid as grids
from simulation.engine.ensemble import run

EFFORT: dict[str, Any] = {"draws": 40, "replicates": 6, "seed": 5, "progress": False}
OF_FORECASTS = ["probability_met", "monte_carlo_error", "parameter_low", "parameter_high", "rises_mean"]
OF_COMPARISONS = {
    "difference": "difference",
    "difference_monte_carlo_error": "monte_carlo_error",
    "difference_low": "parameter_low",
    "difference_high": "parameter_high",
    "additional_rises_mean": "additional_rises_mean",
    "additional_rises_monte_carlo_error": "additional_rises_monte_carlo_error",
}


@pytest.fixture(scope="module")
def coached() -> kkb.Scenario:
    """Return a scenario with two interventions."""
    return kkb.load_scenario("scenarios/contoh_pendampingan.yaml")


def test_a_setting_has_the_numbers_of_its_forecast_and_comparison(coached: kkb.Scenario) -> None:
    """To the last digit, over parameter, lever and horizon; costs are those of the whole horizon."""
    values = {"rise.dasar": [0.05, 0.1], "pendampingan.capacity": range(0, 21, 20), "horizon": [2, 4]}
    found = coached.grid(values, **EFFORT)
    assert found.size == 8
    assert len(found.table) == 4 * 2 + 4 * 4
    for setting, rows in found.table.groupby(list(values)):
        changed = coached.with_(**dict(zip(values, setting, strict=True)))
        stated = coached.with_(horizon=changed.horizon)
        forecast, compared = kkb.forecast(changed, **EFFORT), kkb.compare(stated, changed, **EFFORT)
        assert rows["year"].tolist() == list(changed.years)
        np.testing.assert_array_equal(rows[OF_FORECASTS], forecast.years[OF_FORECASTS].to_numpy(dtype=float))
        expected = compared.years[list(OF_COMPARISONS.values())].to_numpy(dtype=float)
        np.testing.assert_array_equal(rows[list(OF_COMPARISONS)], expected)
        (contrast,) = compared.contrasts
        assert set(rows["cost_idr_million"]) == {contrast.cost_idr_million}
        assert set(rows["additional_cost_idr_million"]) == {contrast.additional_cost_idr_million}


def test_another_target_is_paired_with_the_one_stated(coached: kkb.Scenario) -> None:
    """The same trajectories are judged twice: no rise is added, and the difference is that of two forecasts."""
    found = coached.grid({"target.share": [Fraction(1, 20), Fraction(1, 5)]}, **EFFORT).table
    hard = found[found["target.share"] == 0.2]
    stated = kkb.forecast(coached, **EFFORT).years["probability_met"].to_numpy()
    np.testing.assert_allclose(hard["difference"], hard["probability_met"] - stated, atol=1e-12)
    assert (hard["difference"] < -0.1).any()
    assert (hard["difference_monte_carlo_error"] > 0).all()
    assert not hard["additional_rises_mean"].any()


@pytest.mark.slow
def test_the_paired_error_is_that_of_repetitions(coached: kkb.Scenario) -> None:
    """Over 60 seeds the differences scatter as their errors say, far less than two forecasts of their own luck would.

    The standard deviation of 60 numbers has a standard error of 9%; four of these, and the errors' own scatter.
    """
    keys = ["difference", "difference_monte_carlo_error", "monte_carlo_error"]
    tables = [
        kkb.grid(coached, {"pendampingan.capacity": [30], "horizon": [1]}, 60, 4, seed, progress=False).table[keys]
        for seed in range(60)
    ]
    differences, paired, own = np.array([table.iloc[0].tolist() for table in tables]).T
    assert differences.std(ddof=1) == pytest.approx(np.sqrt((paired**2).mean()), rel=0.4)
    assert differences.std(ddof=1) < 1.1 * own.mean()


def test_problems_of_all_keys_and_values_are_told_at_once(coached: kkb.Scenario) -> None:
    """In the words of scenario files, each once, with the nearest name; nothing is computed."""
    values = {"rise.dassar": [0.1, 0.2], "pendampingan.capacity": [5, -3], "horizon": [0, 3]}
    with pytest.raises(kkb.ScenarioError) as caught:
        coached.grid(values)
    told = [(problem.field, problem.found) for problem in caught.value.problems]
    assert {("interventions.pendampingan.capacity", "-3"), ("horizon", "0")} < set(told)
    assert len(told) == len(set(told))
    assert "did you mean dasar?" in str(caught.value)


@pytest.mark.parametrize("some", [0.05, "lowest_status", [], {"dasar": 0.1}])
def test_values_that_are_no_list_are_refused(coached: kkb.Scenario, some: Any) -> None:
    """A number, a text, nothing, a mapping."""
    with pytest.raises(kkb.ScenarioError, match=r"rise.dasar: these are no values .* such as \[0.03, 0.05\]"):
        coached.grid({"rise.dasar": some})


def test_a_grid_of_nothing_or_of_too_many_settings_is_refused(coached: kkb.Scenario) -> None:
    """Before any of them is looked at."""
    with pytest.raises(kkb.Refusal, match="a grid needs keys"):
        coached.grid({})
    with pytest.raises(kkb.Refusal, match="12,000 settings, more than the 10,000"):
        coached.grid({"horizon": range(1, 13), "pendampingan.capacity": range(1000)})


def test_settings_that_cannot_be_paired_are_refused(coached: kkb.Scenario) -> None:
    """Another origin has other years."""
    with pytest.raises(kkb.Refusal, match="begins after 2024"):
        coached.grid({"origin": [2024]})


def test_what_was_finished_is_not_computed_again(
    coached: kkb.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grid stopped in its third setting goes on there, to the same numbers; another seed shares nothing."""
    values = {"pendampingan.capacity": [0, 5, 10, 15]}
    whole = coached.grid(values, **EFFORT).table
    done: list[int | None] = []

    def capacity(of: kkb.Scenario) -> int | None:
        return next(plan.capacity for plan in of.interventions if plan.name == "pendampingan")

    def run_until_stopped(one: kkb.Scenario, *args: Any, **how: Any) -> Any:
        done.append(capacity(one))
        if len(done) == 4:
            raise KeyboardInterrupt
        return run(one, *args, **how)

    monkeypatch.setattr(grids, "run", run_until_stopped)
    with pytest.raises(KeyboardInterrupt):
        coached.grid(values, **EFFORT, results=tmp_path)
    stated = capacity(coached)
    assert done == [stated, 0, 5, 10]
    again = coached.grid(values, **EFFORT, results=tmp_path).table
    assert done[4:] == [stated, 10, 15]
    assert again.equals(whole)
    assert coached.grid(values, **EFFORT, results=tmp_path).table.equals(whole)
    assert len(done) == 7
    coached.grid({"pendampingan.capacity": [0]}, **EFFORT | {"seed": 6}, results=tmp_path)
    assert len(done) == 9


def test_progress_goes_once_from_nothing_to_all(coached: kkb.Scenario) -> None:
    """Over the scenario as stated and its settings."""
    told: list[tuple[int, int]] = []
    effort = {"draws": 10, "replicates": 4}
    coached.grid({"rise.dasar": [0.1, 0.2]}, **effort, progress=lambda *at: told.append(at))
    shares = [done / total for done, total in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_table_shows_values_that_are_no_numbers_as_text(coached: kkb.Scenario) -> None:
    """Orders by their names, distributions by what they are; the line of the grid tells its size and effort."""
    values = {"pendampingan.priority": ["random", "lowest_status"], "rise.dasar": [kkb.Beta(4, 60)]}
    found = kkb.grid(coached, values, 10, 4, progress=False)
    assert set(found.table["pendampingan.priority"]) == {"random", "lowest_status"}
    assert set(found.table["rise.dasar"]) == {str(kkb.Beta(4, 60))}
    assert "pendampingan.priority (2) × rise.dasar (1), 10 draws × 4 replicates" in repr(found)


class Eager(kkb.VillageAgent):
    """A village whose odds are doubled."""

    def rise_odds(self) -> float:
        """Return twice the odds."""
        return 2 * super().rise_odds()


class Broken(kkb.VillageAgent):
    """A village that fails now and then."""

    def rise_odds(self) -> float:
        """Return the odds, or fail."""
        if self.position == 3 and self.uniform < 0.1:
            raise RuntimeError("no pen")
        return super().rise_odds()


@pytest.mark.slow
def test_a_law_of_ones_own_is_tried_in_every_setting(coached: kkb.Scenario, tmp_path: Path) -> None:
    """By agents, whatever the engine asked for; nothing is kept of it, since code may change."""
    eager, effort = coached.with_agents(Eager), {"draws": 6, "replicates": 3, "seed": 2, "progress": False}
    found = eager.grid({"rise.dasar": [0.05]}, **effort)
    compared = kkb.compare(eager, eager.with_(**{"rise.dasar": 0.05}), **effort)
    assert found.engine == "mesa"
    assert found.table["difference"].tolist() == compared.years["difference"].tolist()
    plain = coached.grid({"rise.dasar": [0.05]}, **effort).table
    assert found.table["rises_mean"].sum() > plain["rises_mean"].sum()
    with pytest.raises(kkb.Refusal, match="leave results= out"):
        eager.grid({"rise.dasar": [0.05]}, **effort, results=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("ask", ["grid", "compare", "plan", "sensitivity", "robustness"])
def test_trajectories_that_fail_are_counted_by_no_decision(coached: kkb.Scenario, ask: str) -> None:
    """A failed trajectory holds no rises: counted, it would look like a year in which nobody rose."""
    broken = coached.with_agents(Broken)
    other = broken.with_(name="lain", **{"pendampingan.capacity": 20})
    effort: dict[str, Any] = {"draws": 10, "replicates": 4, "progress": False}
    calls: dict[str, Any] = {
        "grid": lambda: broken.grid({"horizon": [2]}, **effort),
        "compare": lambda: kkb.compare(broken, other, **effort),
        "plan": lambda: kkb.plan(broken, 0.5, "pendampingan.capacity", **effort),
        "sensitivity": lambda: kkb.sensitivity(broken, 2, 2, progress=False),
        "robustness": lambda: kkb.robustness([broken, other], **effort),
    }
    with pytest.raises(kkb.EnsembleError, match=r"and only a forecast can leave them out.*no pen"):
        calls[ask]()
