"""What a list shows of villages that do not report every year, against the chain of level and list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import make_scenario, make_villages

from simulation.domain.distributions import Empirical
from simulation.domain.messages import ScenarioError
from simulation.domain.parameters import ParameterSet
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

LISTED, BEHIND = [0, 0, 1, 2, 3], [0, 1, 3, 1, 3]
YEARLY, YEARS, REPLICATES, SEED = 0.6, 4, 40_000, 3
LAW = {"rise.dasar": 0.3, "rise.berkembang": 0.25, "fall": 0.15, "skip.berkembang": 0.3}


def district(yearly: float = YEARLY, *, behind: bool = True, **settings: int) -> Scenario:
    """Return five villages that report late, of which the list shows three at other levels than they have."""
    villages = make_villages([3, 2], status=LISTED)
    levels = {f"village_level.{c}": Empirical([float(s)]) for c, s in zip(villages.codes, BEHIND, strict=True)}
    scalars = {**LAW, "reporting.yearly": yearly, **(levels if behind else {})}
    return make_scenario(villages, scalars, **{"horizon": YEARS, **settings})


def chained(scenario: Scenario) -> np.ndarray:
    """Return the chance that the list shows each village at each level at the end of each year, shape (V, Y, 4)."""
    matrix = scenario.parameters.draw(SEED, 1).matrix[0]
    found = np.zeros((len(LISTED), YEARS, 4))
    for i, (level, listed) in enumerate(zip(BEHIND, LISTED, strict=True)):
        pair = np.zeros((4, 4))
        pair[level, listed] = 1.0
        for t in range(YEARS):
            moved = matrix.T @ pair
            pair = (1 - YEARLY) * moved + YEARLY * np.diag(moved.sum(axis=1))
            found[i, t] = pair.sum(axis=0)
    return found


def test_the_list_follows_the_chain_of_level_and_last_report() -> None:
    """The share of trajectories in which a village is listed at a level is the chain's, within 4 standard errors."""
    scenario = district()
    outcome = run(scenario, Effort(1, REPLICATES), SEED).outcomes[0]
    expected = chained(scenario)
    error = np.sqrt(expected * (1 - expected) / REPLICATES)
    assert (np.abs(outcome.villages.status / REPLICATES - expected) <= 4 * error + 1e-12).all()


def test_the_first_year_is_exact() -> None:
    """The exact engine gives the chain's first year, and the simulated number of rises is its own."""
    scenario = district(horizon=1)
    exact = forecast(scenario, engine="exact").districts[0]
    assert exact.status_probability[:, 0] == pytest.approx(chained(scenario)[:, 0], abs=1e-12)
    simulated = run(scenario, Effort(1, REPLICATES), SEED).outcomes[0].rises[0, :, 0]
    mean, error = exact.rise_probability[:, 0].sum(), simulated.std() / np.sqrt(REPLICATES)
    assert abs(simulated.mean() - mean) < 4 * error


def test_later_years_are_simulated_and_the_reason_is_told() -> None:
    """Forward equations follow levels, not lists."""
    (reason,) = forecast(district(behind=False), engine="exact").later
    assert "do not report every year" in str(reason)


def test_villages_that_all_report_change_no_bit() -> None:
    """A chance of one is the list of every year."""
    scenario = district(1.0, behind=False)
    every = replace(
        scenario.parameters, scalars={k: v for k, v in scenario.parameters.scalars.items() if k != "reporting.yearly"}
    )
    one, other = (
        run(each, Effort(1, 50), SEED).outcomes[0] for each in (scenario, replace(scenario, parameters=every))
    )
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)


def test_levels_that_lists_did_not_show_need_the_chance_of_reporting() -> None:
    """Draws of a calibration with late reports are not taken for those of a law without."""
    scalars = {k: v for k, v in district().parameters.scalars.items() if k != "reporting.yearly"}
    with pytest.raises(ScenarioError, match=r"reporting\.yearly"):
        ParameterSet(scalars)
