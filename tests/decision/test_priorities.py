"""Which villages first: gains against brute force, and who is not ranked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import pytest
from districts import NEUTRAL, make_scenario, make_villages
from plan_settings import FIRST, assist, district
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm

from simulation.decision.plan.levers import levers_of
from simulation.decision.plan.planning import plan
from simulation.decision.plan.ranking import rank_villages
from simulation.decision.plan.result import PlannedVillage, Ranking
from simulation.domain.distributions import LogitNormal
from simulation.domain.status import UNKNOWN
from simulation.domain.status_knowledge import KnownStatuses, MissingStatuses
from simulation.domain.target import Target
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

STATUS = [0, 0, 1, 0, 2, 3, 0, 1, 0]
RATIO = 2.4


def small(**settings: Any) -> Scenario:
    """Return nine villages in three kecamatan whose remoteness matters."""
    villages = make_villages([3, 4, 2], status=STATUS, columns={"remote": [float(i % 4) for i in range(9)]})
    settings.setdefault("target", Target(Fraction("0.3")))
    scalars = settings.pop("scalars", {})
    plans = [assist(capacity=3, eligible_status=("dasar", "berkembang"))]
    effects = {"pokja.odds_ratio_rise": RATIO, "pokja.odds_ratio_fall": 0.5}
    return make_scenario(villages, scalars, plans, effects, {"remote": 0.7}, horizon=1, **settings)


def ranked(scenario: Scenario, draws: int = 1) -> tuple[Ranking, tuple[PlannedVillage, ...]]:
    """Return the ranking of the only intervention."""
    found = rank_villages(scenario, levers_of(scenario, (), [FIRST]), seed=0, draws=draws)
    assert found is not None
    return found


def assisting(scenario: Scenario, code: str | None, draws: int = 1) -> tuple[float, np.ndarray]:
    """Return the chance of meeting the target, and of each village rising, if one village or nobody is assisted."""
    (one,) = scenario.interventions
    alone = replace(one, capacity=0 if code is None else 1, priority=(code,) if code else "random")
    told = forecast(replace(scenario, interventions=(alone,)), draws=draws, engine="exact").districts[0]
    return told.years[0].probability_met, told.rise_probability[:, 0]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"scalars": {"year_sd": 0.7, "campaign.probability": 0.2, "campaign.odds_ratio": 6.0}},
        {"scalars": {"peer_odds_ratio": 2.5, "village_sd": 0.8}},
        {"target": Target(Fraction("0.2"), net_of_falls=True), "scalars": {"fall": 0.1}},
        {"target": Target(Fraction("0.3"), "stock"), "scalars": {"fall": 0.1, "year_sd": 0.5}},
        {"target": Target(Fraction("0.3"), "entries"), "scalars": {"skip.berkembang": 0.4}},
    ],
    ids=["alike", "shocks", "peers", "net", "stock", "entries"],
)
def test_a_gain_is_what_the_closed_form_says_of_assisting_one_village(settings: dict[str, Any]) -> None:
    """The forecast's exact engine with one place for one village, minus the one with none."""
    scenario = small(**settings)
    nobody, rises = assisting(scenario, None)
    found, villages = ranked(scenario)
    assert found.probability_met == pytest.approx(nobody, abs=1e-6)
    assert {village.village_code for village in villages} == {f"63.99.{i:04d}" for i in range(9) if STATUS[i] < 2}
    for village in villages:
        met, with_it = assisting(scenario, village.village_code)
        at = int(village.village_code[-4:])
        assert village.gain_probability_met == pytest.approx(met - nobody, abs=1e-6)
        assert village.reason.chance_without == pytest.approx(rises[at], abs=1e-6)
        assert village.reason.chance_with == pytest.approx(with_it[at], abs=1e-6)
        assert village.gain_rises == pytest.approx(with_it[at] - rises[at], abs=1e-6)
    gains = [round(village.gain_probability_met, 12) for village in villages]
    assert gains == sorted(gains, reverse=True)


def test_gains_are_the_mean_over_parameter_draws() -> None:
    """Twenty draws, the same that a forecast with this seed takes."""
    scenario = small(scalars={"rise.dasar": LogitNormal(-2.5, 0.7)})
    nobody, _ = assisting(scenario, None, draws=20)
    found, villages = ranked(scenario, draws=20)
    assert found.draws == 20
    for village in villages[:3]:
        met, _ = assisting(scenario, village.village_code, draws=20)
        assert village.gain_probability_met == pytest.approx(met - nobody, abs=1e-6)


def test_a_shock_that_villages_of_a_kecamatan_share_is_integrated_over() -> None:
    """Three villages in two kecamatan, one rise needed: P = 1 − Π_k E[Π_i (1 − r_i(u_k))], by quadrature."""
    sd, base = 0.9, 0.2
    villages = make_villages([2, 1], status=[0, 0, 0])
    scenario = make_scenario(
        villages, {**NEUTRAL, "rise.dasar": base, "fall": 0.0, "subdistrict_sd": sd}, [assist(capacity=1)],
        {"pokja.odds_ratio_rise": RATIO}, horizon=1, target=Target(Fraction("0.2")),
    )  # fmt: skip

    def nobody_rises(ratios: list[float]) -> float:
        def integrand(u: float) -> float:
            return norm.pdf(u) * prod(1 - expit(logit(base) + np.log(ratio) + sd * u) for ratio in ratios)

        return float(quad(integrand, -9, 9)[0])

    without = nobody_rises([1, 1]) * nobody_rises([1])
    gains = {
        "63.99.0000": without - nobody_rises([RATIO, 1]) * nobody_rises([1]),
        "63.99.0002": without - nobody_rises([1, 1]) * nobody_rises([RATIO]),
    }
    found, villages = ranked(scenario)
    assert found.probability_met == pytest.approx(1 - without, abs=2e-4)
    told = {village.village_code: village.gain_probability_met for village in villages}
    for code, gain in gains.items():
        assert told[code] == pytest.approx(gain, abs=2e-4)


def test_villages_that_nothing_tells_apart_share_a_rank() -> None:
    """All dasar villages rank first together; the next rank counts them."""
    _, found = ranked(district((5, 3, 0, 1), interventions=[assist()], effects={"pokja.odds_ratio_rise": 2.0}))
    ranks = {status: [v.rank for v in found if v.reason.status == status] for status in ("dasar", "berkembang")}
    assert sorted(map(tuple, ranks.values())) == [(1, 1, 1), (4, 4, 4, 4, 4)]


def test_villages_are_not_ranked_where_only_counts_are_known() -> None:
    """The plan is made all the same, and says why nobody is ranked."""
    scenario = district((9, 5, 2, 1), known=False, interventions=[assist()], effects={"pokja.odds_ratio_rise": 2.0})
    assert rank_villages(scenario, levers_of(scenario, (), [FIRST]), seed=0, draws=1) is None
    found = plan(scenario, 0.5)
    assert found.ranking is None
    assert found.priorities.empty
    assert found.in_order is None


def test_a_blank_status_is_averaged_over_and_its_village_not_ranked() -> None:
    """Each gain is the mean of those with the blank at each level, within 4 standard errors of 100 placements.

    Who stands at the top is not in the denominator, so that what is needed depends on the blank as well.
    """
    target = Target(Fraction(1, 7), denominator="below_top")
    listed, shares = [*STATUS[:8], UNKNOWN], np.array([4, 2, 1, 1]) / 8
    scenario = small(target=target, scalars={"peer_odds_ratio": 2.5, "year_sd": 0.5})
    (villages,) = scenario.districts

    def standing(known: KnownStatuses | MissingStatuses) -> dict[str, PlannedVillage]:
        ranking, found = ranked(replace(scenario, districts=(replace(villages, known=known),)))
        assert ranking.unranked == isinstance(known, MissingStatuses)
        return {village.village_code: village for village in found}

    at = [standing(KnownStatuses([*STATUS[:8], level])) for level in range(4)]
    gappy = standing(MissingStatuses(listed, [UNKNOWN] * 9, [0] * 9))
    assert set(gappy) == {village.village_code for village in at[3].values()}
    for code, village in gappy.items():
        each = np.array([one[code].gain_probability_met for one in at])
        error = np.sqrt(shares @ each**2 - (shares @ each) ** 2) / 10
        assert error > 0
        assert abs(village.gain_probability_met - shares @ each) < 4 * error
    peers, chances = gappy["63.99.0007"].reason.peers, shares[2:].sum()
    assert abs(peers - chances) < 4 * np.sqrt(chances * (1 - chances) / 100)


def test_the_order_of_the_ranking_needs_no_more_places_than_chance_does() -> None:
    """Where villages differ, those with the largest gains reach the target with fewer places."""
    villages = make_villages([10, 10], status=[0] * 20, columns={"remote": [float(i) for i in range(20)]})
    effects = {"pokja.odds_ratio_rise": 4.0}
    scenario = make_scenario(
        villages, {}, [assist()], effects, {"remote": 0.8}, horizon=1, target=Target(Fraction(1, 10))
    )
    random = plan(scenario, 0.7)
    assert random.least is not None
    assert random.in_order is not None
    assert random.in_order.places[0] < random.least.places[0]


def gains_of(scenario: Scenario, draws: int, seed: int) -> tuple[PlannedVillage, ...]:
    """Return the ranking with other parameter draws."""
    found = rank_villages(scenario, levers_of(scenario, (), [FIRST]), seed=seed, draws=draws)
    assert found is not None
    return found[1]


@pytest.mark.slow
def test_a_gain_has_the_error_of_its_draws() -> None:
    """Over 60 seeds the sd of a gain is its stated error, four standard errors aside."""
    scenario = small(scalars={"rise.dasar": LogitNormal(-2.5, 0.7), "rise.berkembang": LogitNormal(-2.0, 0.7)})
    runs = [{one.village_code: one for one in gains_of(scenario, 60, seed)} for seed in range(60)]
    for code in runs[0]:
        spread = np.std([run[code].gain_probability_met for run in runs], ddof=1)
        stated = np.sqrt(np.mean([run[code].gain_monte_carlo_error ** 2 for run in runs]))
        assert abs(spread / stated - 1) < 4 / np.sqrt(2 * 60)


@pytest.mark.slow
def test_villages_whose_gains_draws_do_not_tell_apart_share_a_rank() -> None:
    """Two levels with priors of one law: which gains more is luck of the draws, and is claimed in few cases.

    Two errors are passed by chance in one case of twenty; of 100 seeds at most 14, four standard errors aside. A third
    level that gains next to nothing is always below both.
    """
    alike = {f"rise.{level}": LogitNormal(-2.5, 0.7) for level in ("dasar", "berkembang")}
    villages = make_villages([6], status=[0, 0, 1, 1, 2, 2])
    plans = [assist(capacity=3, eligible_status=("dasar", "berkembang", "mandiri"))]
    scenario = make_scenario(
        villages, {**alike, "rise.mandiri": 0.002}, plans, {"pokja.odds_ratio_rise": RATIO}, horizon=1,
        target=Target(Fraction("0.3")),
    )  # fmt: skip
    claimed = 0
    for seed in range(100):
        ranks = {one.reason.status: one.rank for one in gains_of(scenario, 50, seed)}
        claimed += ranks["dasar"] != ranks["berkembang"]
        assert ranks["mandiri"] == 5
    assert claimed <= 5 + 4 * np.sqrt(100 * 0.05 * 0.95)
