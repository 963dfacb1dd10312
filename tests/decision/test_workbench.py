"""A scenario as a model of the EMA Workbench; what needs the workbench itself is skipped where it is not installed."""

from __future__ import annotations

import pickle
import re
import warnings

import numpy as np
import pytest

import simulation as kkb
from simulation.decision.workbench import Experiment, _identifiers
from simulation.inference.exchange import needed

NO_WORKBENCH = "the EMA Workbench is not among the development tools: it takes 200 MB; pip install ema_workbench"


@pytest.fixture(scope="module")
def scenario() -> kkb.Scenario:
    """Return an invented district with an intervention."""
    return kkb.example("contoh_pendampingan")


def workbench() -> object:
    """Return the workbench, or skip the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return needed("ema_workbench")
        except kkb.Refusal:
            pytest.skip(NO_WORKBENCH)


def test_an_experiment_is_a_forecast_of_the_changed_scenario(scenario: kkb.Scenario) -> None:
    """The same numbers as `forecast` gives, and cost as assisted village-years; also after it was sent elsewhere."""
    keys = {"rise_dasar": "rise.dasar", "pendampingan_capacity": "pendampingan.capacity"}
    experiment = pickle.loads(pickle.dumps(Experiment(scenario, keys, 20, 4, 3, "batch")))  # noqa: S301  our own bytes
    outcomes = experiment(rise_dasar=0.04, pendampingan_capacity=7)
    changed = scenario.with_(**{"rise.dasar": 0.04, "pendampingan.capacity": 7})
    made = kkb.forecast(changed, 20, 4, 3, progress=False)
    (district,) = made.districts
    for year in district.years:
        assert outcomes[f"probability_met_{year.year}"] == year.probability_met
        assert outcomes[f"rises_{year.year}"] == year.rises.mean
    assert district.all_years is not None
    assert outcomes["probability_met_every_year"] == district.all_years.probability_met
    costs = {plan.name: plan.cost_idr_million for plan in changed.interventions}
    cost = sum(costs[name] * villages for year in district.years for name, villages in year.assisted.items())
    assert outcomes["cost_idr_million"] == pytest.approx(cost)
    assert cost > 0


def test_where_all_is_given_the_luck_of_as_many_trajectories_remains(scenario: kkb.Scenario) -> None:
    """One draw says all then, and its replicates stand for the draws."""
    given = {str(key): float(scenario.parameters.scalars[key].quantile(np.array([0.5]))[0]) for key in
             scenario.parameters.uncertain}  # fmt: skip
    keys = _identifiers(given)
    outcomes = Experiment(scenario, {name: key for key, name in keys.items()}, 20, 4, 3, "batch")(
        **{keys[key]: number for key, number in given.items()}
    )
    expected = kkb.forecast(scenario.with_(**given), replicates=80, seed=3, progress=False).districts[0]
    assert outcomes["probability_met_2026"] == expected.years[0].probability_met


def test_names_are_identifiers_each_its_own() -> None:
    """Keys that differ in a dot or a dash alone stay apart."""
    names = _identifiers(["rise.dasar", "a-b.capacity", "a_b.capacity"])
    assert all(name.isidentifier() for name in names.values())
    assert len(set(names.values())) == 3


def test_the_model_has_ranges_levers_and_outcomes(scenario: kkb.Scenario) -> None:
    """Ranges are quantiles of what is assumed, or those given; efforts go over all values that make a difference."""
    workbench()
    model = kkb.ema_model(scenario, ["pendampingan.capacity"], ["rise.dasar"])
    (rise,), (capacity,) = model.uncertainties, model.levers
    ends = scenario.parameters.scalars[kkb.ParameterKey("rise", "dasar")].quantile(np.array([0.01, 0.99]))
    assert (rise.name, rise.lower_bound, rise.upper_bound) == ("rise_dasar", *ends.tolist())
    assert (capacity.name, capacity.lower_bound, capacity.upper_bound) == ("pendampingan_capacity", 0, 40)
    assert {one.name for one in model.outcomes} == {
        *(f"{what}_{year}" for what in ("probability_met", "rises") for year in scenario.years),
        "probability_met_every_year", "cost_idr_million",
    }  # fmt: skip
    ranged = kkb.ema_model(scenario, {"pendampingan.starts": (2026, 2028)}, {"fall": (0.0, 0.1)})
    assert [(one.lower_bound, one.upper_bound) for one in (*ranged.levers, *ranged.uncertainties)] == [
        (2026, 2028), (0.0, 0.1),
    ]  # fmt: skip
    every = kkb.ema_model(scenario).uncertainties
    assert {one.name for one in every} == {key.replace(".", "_") for key in scenario.parameters.uncertain}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_workbench_runs_it(scenario: kkb.Scenario) -> None:
    """Its own sampling; each row is what the experiment gives for its numbers."""
    found = workbench()
    model = kkb.ema_model(scenario, ["pendampingan.capacity"], ["rise.dasar", "year_sd"], draws=20, replicates=4)
    experiments, outcomes = found.perform_experiments(model, 4, 2)  # type: ignore[attr-defined]
    assert len(experiments) == 8
    row = experiments.iloc[5]
    names = ("rise_dasar", "year_sd", "pendampingan_capacity")
    again = model.function(**{name: row[name] for name in names})
    assert {name: values[5] for name, values in outcomes.items()} == pytest.approx(again)


def test_what_cannot_be_varied_is_refused(scenario: kkb.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter that is a number has no range of its own; without the workbench, what installs it."""
    with pytest.raises(kkb.Refusal, match=r"rise\.dassar is not uncertain in contoh-pendampingan.*rise\.dasar"):
        kkb.ema_model(scenario, uncertainties=["rise.dassar"])
    with pytest.raises(kkb.Refusal, match=r"there is no effort visits\.capacity"):
        kkb.ema_model(scenario, ["visits.capacity"])
    monkeypatch.setitem(__import__("sys").modules, "ema_workbench", None)
    with pytest.raises(kkb.Refusal, match=re.escape("pip install ema_workbench")):
        kkb.ema_model(scenario)
