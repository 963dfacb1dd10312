"""Forecasts as xarray and posteriors as ArviZ hold them."""

from __future__ import annotations

import sys
from typing import Any

import arviz
import numpy as np
import pandas as pd
import pytest
from districts import NEUTRAL, everything_on, make_scenario, make_villages

import simulation as kkb
from simulation.domain.distributions import Beta, HalfNormal, LogitNormal
from simulation.domain.evidence import Evidence, Panel
from simulation.inference.calibration.likelihood import Likelihood

SEED = 7
AXES = ["draw", "replicate", "year"]


def uncertain(**settings: Any) -> kkb.Scenario:
    """Return a scenario with an uncertain parameter and an intervention."""
    plan = kkb.Intervention("pokja", 2026, capacity=3)
    villages = make_villages([12, 8], status=[0] * 12 + [1] * 5 + [2] * 2 + [3])
    return make_scenario(villages, {"rise.dasar": LogitNormal(-2, 0.7)}, (plan,), horizon=3, **settings)


def test_a_dataset_holds_what_the_ensemble_holds() -> None:
    """Every column, over draws, replicates and years."""
    forecast = kkb.forecast(uncertain(), 6, 5, SEED)
    dataset = forecast.to_xarray()
    table = forecast.ensemble.set_index(AXES)
    names = [name for name in table if name in dataset]
    assert names == list(table)
    found = dataset[names].to_dataframe().reset_index().set_index(AXES)[names]
    pd.testing.assert_frame_equal(found, table, check_dtype=False, check_index_type=False)
    assert dataset["kept"].all()


def test_parameters_are_variables_over_draws() -> None:
    """In the order of the draws: whoever has a high chance of rising sees more rises."""
    scenario = uncertain()
    dataset = kkb.forecast(scenario, 60, 20, SEED).to_xarray()
    drawn = scenario.parameters.sample(SEED, 60)
    for key, values in drawn.items():
        assert dataset[str(key)].dims == ("draw",)
        assert (dataset[str(key)].to_numpy() == values).all()
    rises = dataset["rises"].sel(year=2026).mean("replicate")
    assert np.corrcoef(rises, dataset["rise.dasar"])[0, 1] > 0.8


def test_a_dataset_says_what_it_is_of() -> None:
    """Names and units of its variables; interventions; scenario and seed."""
    dataset = kkb.forecast(uncertain(), 4, 4, SEED).to_xarray()
    assert dataset["rises"].attrs == {"long_name": "Villages that rise in the year", "units": "villages"}
    assert dataset["chance_met"].attrs["units"] == "1"
    assert dataset["assisted"].dims == (*AXES, "intervention")
    assert (dataset["assisted"].sel(intervention="pokja") == 3).all()
    assert dataset.attrs == {"scenario": "test", "origin": 2025, "seed": SEED, "district_code": "63.99"}


def test_several_districts_are_an_axis(several_districts: kkb.Forecast) -> None:
    """Their codes are text."""
    dataset = several_districts.to_xarray()
    assert dataset["met"].dims == (*AXES, "district_code")
    mine = dataset["rises"].sel(district_code="63.10").to_numpy().ravel()
    table = several_districts.ensemble
    assert mine.tolist() == table.loc[table["district_code"] == "63.10", "rises"].tolist()


@pytest.fixture(scope="module")
def several_districts() -> kkb.Forecast:
    """Return a forecast of two districts."""
    scenario = uncertain()
    other = make_villages([5], status=[0, 0, 1, 2, 3], code="63.10")
    return kkb.forecast(kkb.Scenario(**{**vars(scenario), "districts": (*scenario.districts, other)}), 4, 3, SEED)


def test_what_failed_is_not_a_number() -> None:
    """A mean over the dataset leaves it out."""

    class Fragile(kkb.VillageAgent):
        """A village that breaks off some simulations."""

        def decide(self) -> None:
            """Decide as any village does, or raise."""
            super().decide()
            if int(self.model.environment.trajectories.replicate[0]) == 1:
                raise LookupError("no road")

    with pytest.warns(kkb.FailedTrajectoriesWarning):
        forecast = kkb.forecast(uncertain(), 2, 3, SEED, engine="mesa", agent_class=Fragile)
    dataset = forecast.to_xarray()
    assert dataset["rises"].isnull().any("year").sel(replicate=1).all()
    assert float(dataset["rises"].mean()) == pytest.approx(forecast.ensemble["rises"].mean())
    assert not dataset["kept"].sel(replicate=1).any()


def test_a_matrix_and_what_was_learned_of_villages_have_axes_of_their_own() -> None:
    """Status by next status; one variable for all villages."""
    rows = tuple(tuple(float(s == t) for t in range(4)) for s in range(4))
    matrix = kkb.forecast(make_scenario(make_villages([3], status=[0, 1, 2]), matrix=rows), replicates=2).to_xarray()
    assert matrix["matrix"].sel(status="dasar", next_status="dasar").to_numpy().tolist() == [1.0]
    effects = {f"village_effect.63.99.{i:04d}": kkb.Empirical(np.linspace(0.5, 1.5 + i, 9)) for i in range(3)}
    learned = kkb.forecast(make_scenario(make_villages([3], status=[0, 1, 2]), effects), 9, 2).to_xarray()
    assert learned["village_effect"].sizes == {"draw": 9, "village_effect_code": 3}
    assert float(learned["village_effect"].sel(village_effect_code="63.99.0002").max()) == 3.5


def test_without_the_package_the_refusal_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is there a dataset of what was not simulated."""
    scenario = everything_on(horizon=1)
    with pytest.raises(kkb.Refusal, match="exact forecast"):
        kkb.forecast(scenario, engine="exact").to_xarray()
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(kkb.Refusal, match="pip install xarray"):
        kkb.forecast(scenario, replicates=2).to_xarray()


def panel(status: list[list[int]]) -> Panel:
    """Return what lists of 2024 and 2025 say of some villages."""
    codes = tuple(f"63.99.{i:04d}" for i in range(len(status)))
    return Panel("63.99", codes, (2024, 2025), np.array(status, dtype=np.int8))


LISTS = [[0, 0]] * 9 + [[0, 1]] * 4 + [[0, 2], [1, 1], [1, 2], [1, 0], [2, 2], [2, 3], [3, 3], [3, 2]]
SIMPLE = {"rise.dasar": Beta(2, 8), "rise.berkembang": Beta(2, 8), "rise.mandiri": Beta(2, 4), "fall": Beta(2, 18)}


@pytest.fixture(scope="module")
def posterior() -> kkb.Posterior:
    """Return what the lists teach where villages are alike and years too."""
    levels = [row[1] for row in LISTS]
    scenario = make_scenario(make_villages([len(LISTS)], status=levels), SIMPLE)
    return kkb.calibrate(Evidence(panels=(panel(LISTS),)), scenario, draws=200, seed=1)


@pytest.mark.slow
def test_the_log_likelihood_of_a_village_is_that_of_its_move(posterior: kkb.Posterior) -> None:
    """Closed form: of villages that are alike the log of an entry of the yearly matrix, to the digits that are kept."""
    names = ("rise.dasar", "rise.berkembang", "fall")
    rise, rise_berkembang, fall = (posterior.draws[kkb.ParameterKey.parse(name)] for name in names)
    skip = NEUTRAL["skip.berkembang"].quantile(np.array([0.5]))[0]
    wanted = {
        (0, 0): np.log(1 - rise),
        (0, 1): np.log(rise * (1 - skip)),
        (1, 0): np.log((1 - rise_berkembang) * fall),
        (1, 1): np.log((1 - rise_berkembang) * (1 - fall)),
    }
    status = groups(posterior.to_inference_data())["log_likelihood"]["status"]
    assert status.sizes == {"chain": 1, "draw": 200, "village_code": len(LISTS)}
    for i, move in enumerate(map(tuple, LISTS)):
        if move in wanted:
            found = status.sel(village_code=f"63.99.{i:04d}").to_numpy()[0]
            np.testing.assert_allclose(found, wanted[move], rtol=1e-4)


def groups(data: Any) -> dict[str, Any]:
    """Return the groups of inference data of either version of ArviZ by name."""
    names = data.children if hasattr(data, "children") else data.groups()
    return {name: data[name] for name in names}


@pytest.mark.slow
def test_observed_data_and_prior_stand_beside_the_posterior(posterior: kkb.Posterior) -> None:
    """By the names of the keys; statuses of villages in the years of the lists."""
    found = groups(posterior.to_inference_data())
    assert {"posterior", "prior", "log_likelihood", "observed_data"} <= set(found)
    assert (found["posterior"]["fall"].to_numpy()[0] == posterior.draws[kkb.ParameterKey("fall")]).all()
    assert 0.1 < float(found["prior"]["rise.dasar"].mean()) < 0.3
    assert found["observed_data"]["status"].to_numpy().tolist() == LISTS


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Estimated shape parameter")
def test_arviz_compares_chains_and_leaves_out_observations(posterior: kkb.Posterior) -> None:
    """Posteriors of other seeds are chains, whose R-hat is near 1; the effective number of parameters is plausible."""
    assert posterior.scenario is not None
    other = kkb.calibrate(posterior.evidence, posterior.scenario, draws=200, seed=2)
    data = posterior.to_inference_data(other)
    rhat = arviz.rhat(data, var_names=["rise.dasar", "fall"])
    assert 0.95 < float(rhat["rise.dasar"]) < 1.1
    loo = arviz.loo(data, var_name="status")
    effective = loo.p_loo if hasattr(loo, "p_loo") else loo.p
    assert 0 < float(effective) < 2 * len(SIMPLE)


@pytest.mark.slow
def test_chains_are_of_the_same_calibration(posterior: kkb.Posterior) -> None:
    """Others are refused."""
    with pytest.raises(ValueError, match="as many draws"):
        posterior.to_inference_data(kkb.calibrate(posterior.evidence, posterior.scenario, draws=20))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["villages", "counts"])
def test_observations_make_up_the_likelihood(kind: str) -> None:
    """Of villages with the same past each counts once; at any parameters and shocks, with every feature on."""
    scalars = {"year_sd": HalfNormal(0.5), "village_sd": 0.6, "peer_odds_ratio": 1.5, "subdistrict_sd": 0.2, **SIMPLE}
    villages = make_villages([12, 9], status=[row[1] for row in LISTS])
    scenario = make_scenario(villages, scalars)
    counts = [np.bincount([row[t] for row in LISTS], minlength=4) for t in range(2)]
    dates = tuple(pd.Timestamp(year, 12, 31).date() for year in (2024, 2025))
    evidence = {
        "villages": Evidence(panels=(panel(LISTS),)),
        "counts": Evidence(counts=(kkb.Counts("63.99", dates, np.array(counts)),)),
    }[kind]
    likelihood = Likelihood.of(evidence, scenario.parameters, scenario)
    particles = next(iter(likelihood.sampler(np.random.default_rng(3)).sample(64, 1)))
    law = likelihood.law(particles.theta)
    total = sum(len(names) * each for (_, names), each in likelihood.pointwise(particles, law))
    np.testing.assert_allclose(total, particles.fit.sum(axis=0), rtol=1e-9)
