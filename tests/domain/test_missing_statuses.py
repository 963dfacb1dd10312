"""Villages without a status are drawn from the villages that stood alike before, and both engines draw the same."""

from __future__ import annotations

import numpy as np
import pytest
from districts import make_scenario

import simulation as kkb
from simulation.domain.messages import ScenarioError
from simulation.domain.status import UNKNOWN
from simulation.domain.villages import MissingStatuses, Villages

LEVELS = [0, 0, 1, UNKNOWN, UNKNOWN, UNKNOWN]
EARLIER = [0, 0, 0, 0, 1, UNKNOWN]
CHANCES = [[2 / 3, 1 / 3, 0, 0], [0, 1, 0, 0], [2 / 3, 1 / 3, 0, 0]]
"""Of three villages that were dasar one rose; none stood where the second was; the third is like any other."""


def district() -> Villages:
    """Return a district of six villages, the last three without a status."""
    codes = [f"v{i}" for i in range(6)]
    return Villages.arrange("1", "D", codes, codes, ["K"] * 6, status=LEVELS, earlier=(2024, EARLIER))


def test_the_chances_are_the_shares_of_those_that_stood_alike() -> None:
    """By hand; and of uniforms spread evenly each level gets its share."""
    known = district().known
    assert isinstance(known, MissingStatuses)
    assert np.allclose(known.chances()[3:], CHANCES)
    assert known.known.tolist() == [2, 1, 0, 0]
    placed = known.place(np.tile((np.arange(300) + 0.5) / 300, (6, 1)))
    assert (placed[:3] == np.array(LEVELS[:3])[:, None]).all()
    assert [np.bincount(row, minlength=4).tolist() for row in placed[3:]] == [
        [200, 100, 0, 0], [0, 300, 0, 0], [200, 100, 0, 0],
    ]  # fmt: skip


def test_arrays_and_agents_draw_the_same_statuses() -> None:
    """Village by village; the target counts all six in both."""
    scenario = make_scenario(district(), {"rise.dasar": 0.3, "rise.berkembang": 0.2}, horizon=2)
    arrays, agents = (kkb.forecast(scenario, replicates=40, engine=engine) for engine in ("batch", "mesa"))
    assert arrays.ensemble.equals(agents.ensemble)
    assert arrays.districts[0].years[0].needed == agents.districts[0].years[0].needed


def test_the_exact_year_averages_over_what_is_drawn() -> None:
    """0.3 for dasar, 0 else: 0.3 × (2 + 2/3 + 0 + 2/3) rises are expected, within 4 standard errors."""
    scenario = make_scenario(
        district(), {"rise.dasar": 0.3, "rise.berkembang": 0.0, "rise.mandiri": 0.0, "fall": 0.0}, horizon=1
    )
    mean = kkb.forecast(scenario, engine="exact").districts[0].years[0].rises.mean
    assert abs(mean - 0.3 * (2 + 4 / 3)) < 4 * 0.3 * np.sqrt(2 * 2 / 9 / 1000)


def test_a_district_of_which_nothing_is_known_is_refused() -> None:
    """At least one status must be known."""
    with pytest.raises(ScenarioError, match="these are not the statuses"):
        Villages.arrange("1", "D", ["a"], ["a"], ["K"], status=[UNKNOWN])
