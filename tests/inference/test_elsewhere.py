"""The first year under what is known elsewhere: launch histories, and priors from other programmes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from districts import make_scenario, make_villages

from simulation.domain.messages import ScenarioError
from simulation.domain.parameters import ANALOGUE_PRIORS, DEFAULT_PRIORS, ParameterKey, ParameterSet
from simulation.engine.effort import Effort
from simulation.inference.calibration.calibrate import calibrate
from simulation.inference.elsewhere import elsewhere
from simulation.inference.forecast import ANALOGUE, basis_of
from simulation.inference.forecasting import forecast
from simulation.inputs.observations.evidence import read_evidence
from simulation.inputs.resolve import ANALOGUE_PRIOR, DEFAULT_PRIOR
from simulation.inputs.scenario import Scenario, load_scenario

TANAH_LAUT = Path(__file__).parents[2] / "scenarios" / "tanah_laut.yaml"
POSYANDU = np.array([
    [6.4, 5.9, 4.0, 3.7, 3.2, 2.6, 1.2],
    [28.3, 25.6, 24.1, 23.0, 19.7, 18.6, 13.8],
    [41.2, 40.7, 41.5, 39.1, 39.2, 39.2, 37.3],
    [24.1, 27.8, 30.5, 34.3, 37.9, 39.6, 47.6],
])  # fmt: skip
"""Percent of posyandu of Central Java at each stratum, 2016 to 2022: health profiles of the province, 2020 and 2022."""
CHILD_FRIENDLY = {2019: [267, 135, 86, 23, 3], 2022: [202, 121, 117, 66, 8], 2025: [159, 139, 125, 69, 22]}
"""Districts of Indonesia at each level of the child-friendly award."""
VILLAGE_INDEX = [
    [5_649, 12_635, 38_083, 15_321, 3_269],
    [4_982, 9_584, 33_902, 20_249, 6_238],
    [4_850, 7_154, 28_766, 23_035, 11_456],
    [4_363, 6_100, 24_532, 23_063, 17_203],
]
"""Villages of Indonesia at each level of the village development index, 2021 to 2024: decrees of the ministry."""


@pytest.fixture(scope="module")
def tanah_laut() -> Scenario:
    """Return the district with its counts alone."""
    return load_scenario(TANAH_LAUT)


def net_rises(before: list[float], after: list[float], years: int = 1) -> float:
    """Return net steps up a year, of all below the top at the start."""
    levels = np.arange(len(before))
    was, now = np.array(before) / np.sum(before), np.array(after) / np.sum(after)
    return float(levels @ (now - was) / years / was[:-1].sum())


def test_other_programmes_are_what_their_tables_say() -> None:
    """Net rises of those below the top: the figures that the two sets of priors are held against."""
    posyandu = [net_rises(before, after) for before, after in pairwise(POSYANDU.T)]
    assert posyandu == pytest.approx([0.097, 0.111, 0.079, 0.120, 0.064, 0.259], abs=0.0006)
    assert np.median(posyandu) == pytest.approx(0.104, abs=0.001)
    assert np.std(np.log(posyandu) - np.log1p(-np.array(posyandu)), ddof=1) == pytest.approx(0.56, abs=0.03)
    awards = [net_rises(CHILD_FRIENDLY[year], CHILD_FRIENDLY[year + 3], 3) for year in (2019, 2022)]
    assert awards == pytest.approx([0.13, 0.065], abs=0.002)
    index = [net_rises(before, after) for before, after in pairwise(VILLAGE_INDEX)]
    assert index == pytest.approx([0.21] * 3, abs=0.03)


@pytest.mark.slow
def test_the_chances_of_tanah_laut(tanah_laut: Scenario) -> None:
    """With 1,000 draws: .867 under other programmes; lower if all are old, higher if most are young."""
    found = elsewhere(tanah_laut, Effort(1000, 20), 0)
    assert found is not None
    assert found.analogue.probability_met == pytest.approx(0.867, abs=2 * found.analogue.monte_carlo_error)
    assert list(found.launches) == ["2016", "national"]
    for name, chance in found.launches.items():
        chosen = tanah_laut.with_(launches=int(name) if name.isdigit() else name, horizon=1)
        own = forecast(chosen, 1000, 20).districts[0].years[0]
        error = np.hypot(chance.monte_carlo_error, own.monte_carlo_error)
        assert chance.probability_met == pytest.approx(own.probability_met, abs=2 * error)
    assert found.launches["2016"].probability_met < 0.70
    assert found.launches["national"].probability_met > 0.80


@pytest.mark.slow
@pytest.mark.parametrize(("history", "published"), [(2016, 0.559), (2022, 0.856), ("national", 0.878)])
def test_histories_agree_with_an_independent_computation(
    tanah_laut: Scenario, history: int | str, published: float
) -> None:
    """Importance sampling by another hand, for the law without peers and shocks of kecamatan (prior: .745)."""
    alone = {"peer_odds_ratio": 1, "subdistrict_sd": 0, "horizon": 1}
    year = forecast(tanah_laut.with_(**alone, launches=history), 1000, 20).districts[0].years[0]
    # Its national profile was drawn by hand, ours on straight lines between the same totals.
    assert year.probability_met == pytest.approx(published, abs=4 * year.monte_carlo_error + 0.01)


def test_nothing_is_told_where_numbers_rest_on_something_else(tanah_laut: Scenario) -> None:
    """Stated chances, a chosen history or chosen priors; with launch years in the table only the other programmes."""
    effort = Effort(60, 5)
    for changes in ({"rise.dasar": 0.05}, {"launches": 2016}, {"priors": "analogue"}):
        assert elsewhere(tanah_laut.with_(**changes), effort, 0) is None
    known = make_villages((12,), status=[0] * 9 + [1, 1, 3], columns={"launch_year": [2018.0] * 12})
    scenario = make_scenario(known, priors=DEFAULT_PRIORS)
    scenario = replace(scenario, parameters=ParameterSet(DEFAULT_PRIORS, defaulted=frozenset(DEFAULT_PRIORS)))
    found = elsewhere(scenario, effort, 0)
    assert found is not None
    assert found.launches == {}


def test_priors_of_other_programmes_say_what_they_are(tanah_laut: Scenario, tmp_path: Path) -> None:
    """In the basis, in the source of every such number, and in the file that is written of it; defaults come back."""
    changed = tanah_laut.with_(priors="analogue")
    assert basis_of(changed.parameters) == (ANALOGUE,)
    assert changed.parameters.analogue == ANALOGUE_PRIORS.keys()
    assert changed.sources["transition.year_sd"] == ANALOGUE_PRIOR
    assert changed.sources["transition.village_sd"] == DEFAULT_PRIOR
    again = load_scenario(changed.to_yaml(tmp_path / "analogue.yaml"))
    assert again == changed
    assert again.with_(priors="default").parameters.scalars == tanah_laut.parameters.scalars
    assert again.with_(priors="default").sources["transition.year_sd"] == DEFAULT_PRIOR


def test_a_number_that_is_stated_wins_over_both_sets(tanah_laut: Scenario) -> None:
    """A stated spread that equals that of another programme by chance is not told to come from there."""
    stated = tanah_laut.with_(priors="analogue", **{"rise.dasar": 0.05})
    assert ParameterKey("rise", "dasar") not in stated.parameters.analogue
    alike = tanah_laut.with_(year_sd={"half_normal": {"sd": 0.9}})
    assert not alike.parameters.analogue
    assert alike.sources["transition.year_sd"] != ANALOGUE_PRIOR


def test_a_chosen_history_is_written_as_draws(tanah_laut: Scenario, tmp_path: Path) -> None:
    """The file that is written of it holds the rows, so that it needs no history; a second one is refused."""
    chosen = tanah_laut.with_(launches={2016: 20, 2023: 115})
    assert load_scenario(chosen.to_yaml(tmp_path / "chosen.yaml")) == chosen
    with pytest.raises(ScenarioError, match="launch history"):
        chosen.with_(launches="national")


@pytest.mark.slow
def test_the_pair_of_tabanan_narrows_what_is_assumed_of_bursts(tanah_laut: Scenario) -> None:
    """Skips of mandiri, and the odds ratio and chance of a campaign, as an independent computation has them."""
    evidence = read_evidence([TANAH_LAUT.parent / "data" / "tabanan_2025.csv"], tanah_laut).evidence
    found = calibrate(evidence, tanah_laut, draws=400)
    skips = np.quantile(found.columns["skip.mandiri"], [0.05, 0.5, 0.95])  # type: ignore[index]
    assert skips == pytest.approx([0.41, 0.54, 0.67], abs=0.04)
    assert np.median(found.columns["campaign.odds_ratio"]) == pytest.approx(23, rel=0.2)  # type: ignore[index]
    assert np.mean(found.columns["campaign.probability"]) == pytest.approx(0.16, abs=0.03)  # type: ignore[index]
