"""A law of one's own in what decides: paired, planned, and seen in what the answer depends on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from districts import make_scenario, make_villages
from own_mechanisms import Nothing, Saturating, Tripled

import simulation as kkb
from simulation.decision.plan import trial_cache
from simulation.engine import progress
from simulation.engine.effort import Effort, expected_seconds
from simulation.inputs.scenario import Scenario

POKJA = kkb.Intervention(name="pokja", starts=2026, capacity=15)


def district(*plans: kkb.Intervention) -> Scenario:
    """Return thirty villages at dasar, in which interventions do nothing by themselves."""
    effects = {f"{plan.name}.odds_ratio_rise": 1.0 for plan in plans}
    return make_scenario(make_villages((30,), status=[0] * 30), {}, plans, effects, horizon=2)


def test_a_mechanism_that_adds_nothing_is_told_apart_by_a_difference_of_exactly_0() -> None:
    """What happened in both is paired, and it is the same; that no other simulation differs is not certain."""
    (contrast,) = kkb.compare(district(), district().with_mechanism(Nothing), replicates=50).contrasts
    assert [year.difference for year in contrast.years] == [0.0, 0.0]
    assert not contrast.same_law


@pytest.mark.slow
def test_a_difference_is_that_of_the_closed_forms() -> None:
    """Within four of its standard errors: binomial tails with the odds, and with the odds tripled."""
    from scipy.stats import binom

    (contrast,) = kkb.compare(district(), district().with_mechanism(Tripled), replicates=2000, seed=4).contrasts
    first = contrast.years[0]
    odds = 0.0502 / (1 - 0.0502)
    met = [binom.sf(1, 30, ratio * odds / (1 + ratio * odds)) for ratio in (1, 3)]
    assert abs(first.difference - (met[1] - met[0])) < 4 * first.monte_carlo_error
    assert 0 < first.monte_carlo_error < 0.02


@pytest.mark.slow
def test_a_plan_gives_its_effort_to_what_the_mechanism_makes_of_it() -> None:
    """No effort does nothing; enough of it reaches the goal; villages are not ranked by a law that is not theirs."""
    own = district(POKJA).with_mechanism(Saturating).with_(**{"saturating.most": 4.0})
    found = kkb.plan(own, 0.8, "pokja.capacity", replicates=400)
    assert found.least is not None
    assert 0 < found.least.value < 30
    assert found.nothing.probability_met == pytest.approx(1 - 0.9498**30 - 30 * 0.0502 * 0.9498**29, abs=0.1)
    assert (found.villages, found.exact, found.why_simulated) == ((), False, "own_law")


class Slow(kkb.Mechanism):
    """Of single villages alone."""

    name = "slow"

    def log_odds(self, village: Any) -> float:  # noqa: D102
        return float(village.dose("pokja"))


@pytest.mark.slow
def test_a_plan_by_agents_ends_and_says_at_first_what_takes_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trajectories double no further than a try may take; with room they would: no try of 20 decides."""
    monkeypatch.setattr(progress, "LONG_FOR_AGENTS", 0.0)
    own, effort = district(POKJA).with_mechanism(Slow), Effort(1, 20)
    seconds = expected_seconds(own.with_(horizon=1), effort, "mesa")
    for doublings in (0, 1):
        monkeypatch.setattr(trial_cache, "LONGEST_OF_AGENTS", 1.01 * seconds * 2**doublings)
        with pytest.warns(progress.SlowAgentsWarning, match="_of_all"):
            found = kkb.plan(own, 0.8, "pokja.capacity", replicates=effort.replicates)
        assert max(one.replicates * one.draws for one in found.tried) == effort.trajectories * 2**doublings


@pytest.mark.slow
def test_its_parameter_matters_where_it_acts_and_nowhere_else() -> None:
    """Alone uncertain: all of the variance is its own; without help to act on, the chance is the same everywhere."""
    effects = {}
    for name, plans in (("acts", (POKJA,)), ("idle", ())):
        own = district(*plans).with_mechanism(Saturating).with_(**{"saturating.most": kkb.HalfNormal(3.0)})
        found = kkb.sensitivity(own, draws=32, replicates=64, seed=2)
        assert list(found.parameters) == ["saturating.most"]
        effects[name] = found.parameters["saturating.most"].mu_star, found.sd
    assert effects["acts"][0] > 0.3
    assert effects["acts"][1] > 0.1
    noise = np.sqrt(0.25 / 64 / 40)  # of the mean of forty differences of chances from 64 simulations
    assert effects["idle"][0] < 4 * noise
    assert effects["idle"][1] < 0.05


class Eager(kkb.VillageAgent):
    """A village with the odds tripled."""

    def rise_odds(self) -> Any:
        """Return three times the odds."""
        return 3 * super().rise_odds()


def test_agents_serve_comparisons_as_a_mechanism_does() -> None:
    """The same law, said by agents, gives the same differences up to the rounding of the factor."""
    some = [district().with_mechanism(Tripled), district().with_agents(Eager)]
    one, other = kkb.compare(district(), *some, replicates=40).contrasts
    assert [year.difference for year in one.years] == [year.difference for year in other.years]
