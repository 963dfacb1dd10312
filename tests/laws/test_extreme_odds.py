"""Odds beyond all numbers: a chance of 0 or 1 stays one, and nothing else is disturbed."""

from __future__ import annotations

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages

from simulation.domain.intervention import Intervention
from simulation.engine.effort import Effort, Engine
from simulation.engine.ensemble import run
from simulation.engine.outcome import Outcome
from simulation.inputs.scenario import Scenario

FALL = 0.3
SIZES = pytest.mark.parametrize("size", [800.0, 1e5, 1e300])


def remote(size: float, status: list[int], **scalars: float) -> Scenario:
    """Return ten villages, half of them with covariates of +size and half of −size, odds ratio 3 a unit."""
    villages = make_villages((5, 5), status=status, columns={"remote": [size, -size] * 5})
    plan = Intervention("pokja", ORIGIN + 1, capacity=3, priority="largest_gain", eligible_status=("dasar", "mandiri"))
    values = {"fall": FALL, "year_sd": 1.0, "village_sd": 1.0, "peer_odds_ratio": 2.0, **scalars}
    ratio = {"pokja.odds_ratio_rise": 2.0}
    return make_scenario(villages, values, [plan], ratio, {"remote": 3.0}, horizon=2)


def simulate(scenario: Scenario, engine: Engine = "batch", replicates: int = 200) -> Outcome:
    """Run one district."""
    return run(scenario, Effort(1, replicates), 4, engine=engine, workers=1).outcomes[0]


def assert_share(count: int, of: int, chance: float) -> None:
    """Check that a share lies within 4 standard errors of a chance."""
    assert abs(count / of - chance) < 4 * np.sqrt(chance * (1 - chance) / of)


@SIZES
def test_a_village_at_the_top_falls_with_its_chance(size: float) -> None:
    """However large its covariates, a paripurna village cannot rise, and falls as often as any."""
    outcome = simulate(remote(size, [3] * 10))
    assert not outcome.rises[..., 0].any()
    for half in (slice(0, None, 2), slice(1, None, 2)):
        assert_share(int(outcome.villages.status[half, 0, 2].sum()), 5 * 200, FALL)


@SIZES
def test_a_rise_that_cannot_be_stays_impossible(size: float) -> None:
    """Where the chance of rising is 0 no covariate makes it happen, and falls have their chance."""
    outcome = simulate(remote(size, [1] * 10, **{"rise.berkembang": 0.0}))
    assert not outcome.rises[..., 0].any()
    for half in (slice(0, None, 2), slice(1, None, 2)):
        assert_share(int(outcome.villages.status[half, 0, 0].sum()), 5 * 200, FALL)


@SIZES
def test_a_rise_that_can_be_is_settled_by_such_a_covariate(size: float) -> None:
    """Villages with the huge covariate rise at once; the others never do, and fall with their chance."""
    outcome = simulate(remote(size, [1] * 10))
    assert (outcome.villages.rises[::2, 0] == 200).all()
    assert not outcome.villages.rises[1::2].any()
    assert_share(int(outcome.villages.status[1::2, 0, 0].sum()), 5 * 200, FALL)


@SIZES
@pytest.mark.parametrize("rise", [0.0, 0.3, 1.0])
def test_agents_and_arrays_agree_at_the_extremes(size: float, rise: float) -> None:
    """Every number is the same in both engines, villages of every level mixed."""
    scenario = remote(size, [0, 1, 2, 3, 3, 2, 1, 0, 0, 3], **{"rise.dasar": rise, "rise.mandiri": rise})
    batch, mesa = simulate(scenario, "batch", 30), simulate(scenario, "mesa", 30)
    for name, values in batch.arrays.items():
        assert np.array_equal(values, mesa.arrays[name]), name
