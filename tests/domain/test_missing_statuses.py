"""A blank status is drawn from the last known one through the law, in both engines alike; without one, from shares."""

from __future__ import annotations

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages
from scipy.special import expit, logit

import simulation as kkb
from simulation.domain.blank_statuses import chances_at_origin
from simulation.domain.distributions import Empirical
from simulation.domain.messages import ScenarioError
from simulation.domain.status import UNKNOWN
from simulation.domain.status_knowledge import MissingStatuses
from simulation.domain.villages import Villages
from simulation.inputs.scenario import Scenario

LEVELS = [0, 0, 1, UNKNOWN, UNKNOWN, UNKNOWN]
EARLIER = {ORIGIN - 1: [0, 0, 0, 0, UNKNOWN, UNKNOWN], ORIGIN - 3: [0, 0, 0, 1, 1, UNKNOWN]}
"""The fourth village was dasar a year ago, the fifth berkembang three years ago, of the sixth nothing is known."""
RISE, FALL = {"rise.dasar": 0.3, "rise.berkembang": 0.2, "rise.mandiri": 0.0}, 0.1


def district(**settings: object) -> Villages:
    """Return a district of six villages, the last three without a status."""
    return make_villages([6], LEVELS, earlier=EARLIER, **settings)


def chances(scenario: Scenario, draws: int = 1) -> np.ndarray:
    """Return the chances of the three blanks, shape (3, 4, D)."""
    (villages,) = scenario.districts
    assert isinstance(villages.known, MissingStatuses)
    return chances_at_origin(villages, villages.known, scenario.parameters.draw(0, draws), scenario.origin)


def yearly(push: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the matrix of a year without jumps, its chances of rising averaged over pushes of the log odds."""
    matrix = np.zeros((4, 4))
    for s, name in enumerate(RISE):
        rise = weight @ expit(logit(RISE[name]) + push)
        matrix[s, s + 1] = rise
        if s:
            matrix[s, s - 1] = (1 - rise) * FALL
    matrix[3, 2] = FALL
    return matrix + np.diag(1 - matrix.sum(axis=1))


def test_by_hand() -> None:
    """A year from dasar, three years from berkembang, and the shares 2 of 3 and 1 of 3 of the list."""
    still = yearly(np.zeros(1), np.ones(1))
    scenario = make_scenario(district(), {**RISE, "fall": FALL, "skip.berkembang": 0.0, "skip.mandiri": 0.0})
    expected = [still[0], np.linalg.matrix_power(still, 3)[1], [2 / 3, 1 / 3, 0, 0]]
    np.testing.assert_allclose(chances(scenario)[..., 0], expected, atol=1e-12)


def test_luck_is_averaged_and_what_is_seen_or_learned_acts() -> None:
    """Against fine integration over all luck; a covariate, and a village's own effect in each of two draws."""
    remote = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]
    spreads = {"village_sd": 0.8, "year_sd": 0.6, "subdistrict_sd": 0.5, "district_sd": 0.3}
    luck = {**spreads, "campaign.probability": 0.2, "campaign.odds_ratio": 5.0, "peer_odds_ratio": 3.0}
    law = {**RISE, "fall": FALL, "skip.berkembang": 0.0, "skip.mandiri": 0.0, **luck}
    villages = district(columns={"remote": remote})
    scenario = make_scenario(villages, law, covariates={"remote": 0.5})
    z = np.linspace(-9, 9, 20_001)
    normal = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()

    def averaged(seen: float, sd: float) -> np.ndarray:
        push = seen + sd * z
        return yearly(np.concatenate([push, push + np.log(5)]), np.concatenate([0.8 * normal, 0.2 * normal]))

    one, other = 0.5 * np.log(0.5), -0.5 * np.log(0.5)
    sd = float(np.sqrt(sum(spread**2 for spread in spreads.values())))
    expected = [averaged(one, sd)[0], np.linalg.matrix_power(averaged(other, sd), 3)[1]]
    np.testing.assert_allclose(chances(scenario)[:2, :, 0], expected, atol=2e-6)
    effects = {f"village_effect.{code}": Empirical([1.0 + i, 0.5]) for i, code in enumerate(villages.codes)}
    learned = make_scenario(villages, {**law, **effects}, covariates={"remote": 0.5})
    sd = float(np.sqrt(sd**2 - 0.8**2))
    expected = [averaged(one + np.log(ratio), sd)[0] for ratio in (4.0, 0.5)]
    found = chances(learned, 2)[0]
    rows = np.argsort(-found[1])  # the draws of a file come in an order of their own
    np.testing.assert_allclose(found[:, rows].T, expected, atol=2e-6)


def test_each_village_is_drawn_by_itself_with_these_chances() -> None:
    """Over 20,000 trajectories the shares and the pairs of two villages are right within 4 standard errors."""
    scenario = make_scenario(district(), {**RISE, "fall": 0.0, "rise.berkembang": 0.0}, horizon=1)
    still = make_scenario(district(), {**RISE, "fall": 0.0, "rise.berkembang": 0.0, "rise.dasar": 0.0}, horizon=1)
    ensemble = kkb.forecast(scenario, replicates=20_000).ensemble
    assert len(ensemble) == 20_000
    # The sixth is dasar with 2/3; the fourth with 0.7: 0.3 × (2 + 0.7 + 2/3) rises are expected, each by itself.
    each = np.array([0.3, 0.3, 0.3 * 0.7, 0.3 * 2 / 3])
    error = np.sqrt((each * (1 - each)).sum() / 20_000)
    assert abs(ensemble["rises"].mean() - each.sum()) < 4 * error
    assert abs(ensemble["rises"].var() - (each * (1 - each)).sum()) < 4 * np.sqrt(2 / 20_000)
    found = kkb.forecast(still, replicates=20_000).districts[0].status_probability[5, 0]
    assert abs(found[0] - 2 / 3) < 4 * np.sqrt(2 / 9 / 20_000)


def test_arrays_and_agents_draw_the_same_statuses() -> None:
    """In several draws of the parameters; the target counts all six in both."""
    scenario = make_scenario(
        district(), {"rise.dasar": Empirical([0.1, 0.3, 0.5]), "year_sd": 0.5, "village_sd": 0.5}, horizon=2
    )
    arrays, agents = (kkb.forecast(scenario, draws=5, replicates=8, engine=engine) for engine in ("batch", "mesa"))
    assert arrays.ensemble.equals(agents.ensemble)
    assert arrays.districts[0].years[0].needed == agents.districts[0].years[0].needed


def test_the_exact_year_averages_over_what_is_drawn() -> None:
    """0.3 for dasar, 0 else: 0.3 × (2 + 0.7 + 0 + 2/3) rises are expected, within 4 standard errors of 1,000 lots."""
    scenario = make_scenario(district(), {**RISE, "rise.berkembang": 0.0, "fall": 0.0}, horizon=1)
    mean = kkb.forecast(scenario, engine="exact").districts[0].years[0].rises.mean
    assert abs(mean - 0.3 * (2 + 0.7 + 2 / 3)) < 4 * 0.3 * np.sqrt((0.21 + 2 / 9) / 1000)


def test_what_a_calibration_says_of_a_blank_is_taken() -> None:
    """Each draw says where the village stood, whatever the law or the list would make of it."""
    villages = district()
    status = {f"village_status.{villages.codes[i]}": Empirical([2.0, 3.0]) for i in (3, 5)}
    found = chances(make_scenario(villages, {**RISE, **status}), 2)
    assert np.sort(found[[0, 2]].argmax(axis=1)).tolist() == [[2, 3], [2, 3]]
    assert (found[[0, 2]].max(axis=1) == 1).all()


def test_a_district_of_which_nothing_is_known_is_refused() -> None:
    """At least one status must be known."""
    with pytest.raises(ScenarioError, match="these are not the statuses"):
        Villages.arrange("1", "D", ["a"], ["a"], ["K"], status=[UNKNOWN])
