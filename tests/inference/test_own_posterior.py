"""A posterior of one's own: its rows in their order, its chains in a stated one, and what it adds to errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import arviz
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from districts import make_scenario, make_villages

from simulation.decision.comparison import compare
from simulation.domain.distributions import Empirical
from simulation.domain.intervention import Intervention
from simulation.domain.messages import DataError, ScenarioError
from simulation.inference.calibration.calibrate import calibrate
from simulation.inference.forecasting import forecast
from simulation.inputs.examples import example
from simulation.inputs.observations.evidence import read_evidence
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report.calibrated_scenario import write_posterior

SCENARIO = example("contoh")
CHAINS, DRAWS = 3, 4


def posterior_of(chains: int = CHAINS, draws: int = DRAWS, seed: int = 1) -> xr.Dataset:
    """Return chances of rising by status and a spread, for each draw of each chain."""
    generator = np.random.default_rng(seed)
    return xr.Dataset(
        {
            "rise": (("chain", "draw", "status"), generator.uniform(0.02, 0.3, (chains, draws, 2))),
            "year_sd": (("chain", "draw"), generator.uniform(0.1, 0.9, (chains, draws))),
        },
        {"status": ["dasar", "berkembang"]},
    )


def rows_of(posterior: xr.Dataset) -> pd.DataFrame:
    """Return the rows that are promised: draw d of chain c in row d · C + c."""
    rows = [
        {
            "rise.dasar": float(posterior["rise"][c, d, 0]),
            "rise.berkembang": float(posterior["rise"][c, d, 1]),
            "year_sd": float(posterior["year_sd"][c, d]),
        }
        for d in range(posterior.sizes["draw"])
        for c in range(posterior.sizes["chain"])
    ]
    return pd.DataFrame(rows)


def drawn(scenario: Scenario, names: Any, seed: int = 5, draws: int = CHAINS * DRAWS) -> pd.DataFrame:
    """Return what the first draws of a scenario take."""
    return pd.DataFrame(scenario.parameters.sample(seed, draws))[list(names)]


def _inference_data(posterior: xr.Dataset) -> Any:
    """Return it as ArviZ holds a posterior, an InferenceData before version 1 and a DataTree since."""
    groups = {"posterior": {name: values.values for name, values in posterior.data_vars.items()}}
    dims, coords = {"rise": ["status"]}, {"status": posterior["status"].values}
    if arviz.__version__.startswith("0."):
        return arviz.from_dict(**groups, dims=dims, coords=coords)
    return arviz.from_dict(groups, dims=dims, coords=coords)


@pytest.mark.parametrize(
    "kind",
    [
        lambda posterior, _: posterior,
        lambda posterior, _: xr.DataTree.from_dict({"posterior": posterior}),
        lambda posterior, _: _inference_data(posterior),
        lambda posterior, _: rows_of(posterior),
        lambda posterior, _: rows_of(posterior).rename_axis("draw"),
        lambda posterior, _: rows_of(posterior).astype("float32").astype("float64"),
        lambda posterior, folder: _saved(rows_of(posterior), folder / "milik.parquet"),
        lambda posterior, folder: str(_saved(rows_of(posterior), folder / "milik.parquet")),
    ],
    ids=["Dataset", "DataTree", "ArviZ", "frame", "a named index", "single precision", "path", "path as text"],
)
def test_every_form_of_a_posterior_gives_the_same_rows_in_the_same_order(kind: Any, tmp_path: Path) -> None:
    """Draw d of chain c is row d · C + c, whatever the seed; the joint distribution is kept row by row."""
    posterior = posterior_of()
    scenario = SCENARIO.with_posterior(kind(posterior, tmp_path))
    expected = rows_of(posterior)
    for seed in (0, 5):
        np.testing.assert_allclose(drawn(scenario, expected, seed), expected, rtol=1e-7)
    assert scenario.parameters.blocks == ("own_posterior",)
    assert scenario.sources["transition.rise.dasar"].startswith("estimated; ")


def _saved(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_parquet(path)
    return path


def test_the_same_posterior_given_otherwise_is_the_same_scenario(tmp_path: Path) -> None:
    """By frame, mapping, dotted key and file; written and read back, in the same order."""
    mine = rows_of(posterior_of())
    scenario = SCENARIO.with_posterior(mine)
    assert fingerprint(SCENARIO.with_(parameters_from=mine)) == fingerprint(scenario)
    again = load_scenario(scenario.to_yaml(tmp_path / "milik.yaml"))
    assert fingerprint(again) == fingerprint(scenario)
    assert again.parameters.blocks == ("own_posterior",)
    np.testing.assert_array_equal(drawn(again, mine), mine)
    shuffled = mine.sample(frac=1, random_state=3)
    assert fingerprint(SCENARIO.with_posterior(shuffled)) != fingerprint(scenario)


def test_parameters_of_a_forecast_go_by_the_draws_of_its_ensemble() -> None:
    """Joined by draw number, own rows explain the rises; nothing has to be put back in order."""
    mine = pd.DataFrame({"rise.dasar": np.random.default_rng(2).permutation(np.linspace(0.005, 0.25, 60))})
    found = forecast(SCENARIO.with_posterior(mine), 60, 10, 1)
    assert found.parameters.index.name == "draw"
    np.testing.assert_array_equal(found.parameters["rise.dasar"], mine["rise.dasar"])
    rises = found.ensemble.query("year == 2026").groupby("draw")["rises"].mean()
    assert np.corrcoef(mine["rise.dasar"], rises)[0, 1] > 0.5
    assert found.basis == ("own_posterior",)


def test_parameters_of_any_forecast_are_those_that_it_drew() -> None:
    """Calibrated draws in the order in which they were taken, priors, and rows of a matrix."""
    prior = forecast(SCENARIO, 7, 1, 4)
    for key, values in SCENARIO.parameters.sample(4, 7).items():
        np.testing.assert_array_equal(prior.parameters[str(key)], values)
    row = {"dasar": 0.9, "berkembang": 0.1, "effective_n": 40}
    rows = {"dasar": row, "berkembang": {"berkembang": 1}, "mandiri": {"mandiri": 1}, "paripurna": {"paripurna": 1}}
    matrix = forecast(SCENARIO.with_(matrix=rows), 7, 1, 4)
    np.testing.assert_allclose(matrix.parameters.filter(like="matrix.dasar.").sum(axis=1), 1)
    assert matrix.parameters["matrix.dasar.berkembang"].nunique() == 7


@pytest.mark.slow
def test_draws_of_a_calibration_stay_what_they_are(tmp_path: Path) -> None:
    """Given by the path of the file that it wrote, they keep their basis, and are taken in random order."""
    scenario = example("contoh_belajar")
    root = Path(__file__).parents[2]
    data = read_evidence(root / "scenarios" / "data" / "contoh_belajar_daftar.xlsx", scenario).evidence
    write_posterior(calibrate(data, scenario, draws=60), tmp_path / "belajar.parquet")
    found = scenario.with_posterior(tmp_path / "belajar.parquet")
    assert found.parameters.blocks == ("panel", "launch_years")
    names = [key for key in found.parameters.uncertain if isinstance(found.parameters.scalars[key], Empirical)]
    rows = {key: found.parameters.scalars[key].values.tolist() for key in names[:2]}  # type: ignore[union-attr]
    assert {key: values.tolist() for key, values in drawn(found, names[:2], draws=60).items()} != rows
    assert {key: sorted(values) for key, values in drawn(found, names[:2], draws=60).items()} == {
        key: sorted(values) for key, values in rows.items()
    }


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("lp__", 0.5, "no parameter of this scenario has this name"),
        ("rise.dassar", 0.5, r"did you mean rise\.dasar\?"),
        ("year_sd", -1.0, "12, the first in row 1; found: -1.0"),
        ("rise.mandiri", 1.5, "a share or probability from 0 to 1"),
        ("year_sd", "besar", "something else than numbers; fix: give a column of numbers"),
    ],
)
def test_names_and_values_are_checked(column: str, values: Any, said: str) -> None:
    """With the column, and the row counted from 1."""
    with pytest.raises(DataError, match=said):
        SCENARIO.with_posterior(rows_of(posterior_of()).assign(**{column: values}))


def test_what_is_no_posterior_is_refused() -> None:
    """No rows, a parameter twice, variables of unequal length, no such file, no table."""
    with pytest.raises(DataError, match=r"these columns all mean year_sd"):
        SCENARIO.with_posterior(pd.DataFrame([[0.1, 0.2]], columns=["year_sd", "year_sd"]))
    unequal = xr.Dataset({"rise.dasar": ("draw", [0.1, 0.2]), "year_sd": ("sample", [0.1, 0.2, 0.3])})
    with pytest.raises(DataError, match=r"rise\.dasar: draws that do not fit this parameter: 1, the first in row 3"):
        SCENARIO.with_posterior(unequal)
    with pytest.raises(DataError, match="there are no draws"):
        SCENARIO.with_posterior(rows_of(posterior_of()).iloc[:0])
    for wrong in ("tidak_ada.parquet", np.ones(3), 5):
        with pytest.raises(ScenarioError, match=r"transition\.parameters_from"):
            SCENARIO.with_posterior(wrong)


def test_rows_that_lie_in_an_order_are_noted() -> None:
    """For whatever takes fewer draws takes the first; rows in no order, or few, are not."""
    ordered = pd.DataFrame({"rise.dasar": np.linspace(0.01, 0.2, 100)})
    (note,) = SCENARIO.with_posterior(ordered).provenance.notes
    assert "rank correlation 1)" in str(note)
    for quiet in (ordered.sample(frac=1, random_state=0), ordered.iloc[:40]):
        assert not SCENARIO.with_posterior(quiet).provenance.notes


REPEATS, ROWS = 60, 60


@pytest.mark.slow
def test_rows_used_again_are_counted_as_such_in_every_error() -> None:
    """Over new posteriors of 60 rows, each taken five times, estimates scatter as their errors say, however made.

    The scatter of n repeats is known to a share of 1/√2n, 9%; draws taken as new ones would give errors of less
    than half of it.
    """
    villages = make_villages((12, 12), status=[0] * 18 + [1] * 6)
    plan = Intervention("bantu", 2026, capacity=6)
    found: dict[str, list[tuple[float, float]]] = {}
    for repeat in range(REPEATS):
        generator = np.random.default_rng(repeat)
        rises = 1 / (1 + np.exp(-generator.normal(-2.6, 0.7, ROWS)))
        drawn = {"rise.dasar": Empirical(rises), "year_sd": Empirical(np.abs(generator.normal(0, 0.5, ROWS)))}
        alone = make_scenario(villages, drawn, horizon=2)
        helped = make_scenario(villages, drawn, [plan], {"bantu.odds_ratio_rise": 2.5}, horizon=2)
        for estimator in ("plain", "conditional"):
            years = forecast(alone, 300, 2, repeat, estimator=estimator).districts[0].years  # type: ignore[arg-type]
            for year in years:
                told = year.probability_met, year.monte_carlo_error
                found.setdefault(f"{estimator} {year.year}", []).append(told)
        first = make_scenario(villages, drawn, horizon=1)
        year = forecast(first, 300, seed=repeat, engine="exact").districts[0].years[0]
        found.setdefault("exact", []).append((year.probability_met, year.monte_carlo_error))
        difference = compare(alone, replace(helped, name="bantu"), draws=300, replicates=2, seed=repeat).years.iloc[-1]
        told = float(difference["difference"]), float(difference["monte_carlo_error"])
        found.setdefault("compare", []).append(told)
    for name, pairs in found.items():
        estimates, errors = np.array(pairs).T
        ratio = np.sqrt((errors**2).mean()) / estimates.std(ddof=1)
        assert abs(np.log(ratio)) < 4 / np.sqrt(2 * REPEATS), (name, ratio)
