"""Where the exact engine knows the first year alone, and the reasons that it gives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from districts import ORIGIN, make_scenario, make_villages
from exact_settings import REFERENCE, assist, district, exact

from simulation.domain.messages import Refusal
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterSet
from simulation.domain.status import LEVELS
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

COUNTS = (10, 5, 3, 2)


def reasons(scenario: Scenario, draws: int = 3) -> list[str]:
    """Return why the years after the first need simulation."""
    found = forecast(scenario, draws=draws, engine="exact")
    assert [len(district.years) for district in found.districts] == [1]
    assert found.districts[0].all_years is None
    assert found.calendar == range(ORIGIN + 1, ORIGIN + 2)
    return [str(reason) for reason in found.later]


def helped(*, known: bool = True, horizon: int = 2, **settings: Any) -> Scenario:
    """Return a district with one intervention."""
    return district(COUNTS, known=known, horizon=horizon, interventions=[assist(**settings)])


REFUSED = {
    "a kecamatan shock": (
        district(COUNTS, horizon=2, scalars={"subdistrict_sd": 0.3}),
        (
            "the shock that villages of a kecamatan share cannot be computed exactly; "
            "set transition.subdistrict_sd: 0, or use --engine batch"
        ),
    ),
    "peers after the first year": (
        district(COUNTS, horizon=2, scalars={"peer_odds_ratio": 1.5}),
        (
            "peers make villages depend on each other after the first year; "
            "set transition.peer_odds_ratio: 1 or horizon: 1, or use --engine batch"
        ),
    ),
    "peers whose statuses are unknown": (
        district(COUNTS, known=False, horizon=2, scalars={"peer_odds_ratio": 1.5}),
        "the influence of peers depends on the status of each village, which is unknown",
    ),
    "a shock for four years": (
        district(COUNTS, horizon=4, scalars={"year_sd": 0.5}),
        (
            "the shared shock of the district can be computed exactly for 3 years at most, and the horizon is 4; "
            "set horizon: 3"
        ),
    ),
    "a campaign for four years": (
        district(COUNTS, horizon=4, scalars={"campaign.probability": 0.1, "campaign.odds_ratio": 3.0}),
        "or transition.year_sd: 0 and transition.campaign.probability: 0, or use --engine batch",
    ),
    "covariates of villages of unknown status": (
        district(COUNTS, known=False, horizon=2, columns={"remote": range(20)}, covariates={"remote": 1.2}),
        "covariates set villages apart whose statuses are unknown",
    ),
    "the lot drawn again among those still at dasar": (
        helped(capacity=4, eligible_status=("dasar",)),
        "pokja draws lots among villages in 2026, and what follows in later years cannot be computed exactly",
    ),
    "a share of those still below the top": (
        helped(coverage=Fraction(1)),
        (
            "which villages pokja reaches in 2027 depends on how villages have moved by then; keep places for the "
            "whole horizon (years_per_village), or make every status eligible in a fixed order of priority, or use "
            "--engine batch"
        ),
    ),
    "the lowest status of a later year": (
        helped(capacity=10, priority="lowest_status", eligible_status=LEVELS),
        "which villages pokja reaches in 2027 depends on how villages have moved by then",
    ),
    "free places while others keep those drawn by lot": (
        helped(coverage=Fraction("0.5"), eligible_status=LEVELS[1:], years_per_village=2),
        "pokja draws lots among villages in 2026",
    ),
    "a list of villages of unknown status": (
        helped(known=False, capacity=4, priority=("63.99.0003",)),
        "pokja reaches some villages and not others, and their statuses are unknown",
    ),
    "a kecamatan of villages of unknown status": (
        make_scenario(
            make_villages((10, 10), counts=COUNTS),
            REFERENCE,
            [assist(capacity=10, eligible_status=LEVELS, eligible_subdistricts=("Kecamatan 1",))],
            horizon=2,
        ),
        "pokja reaches some villages and not others, and their statuses are unknown",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_later_years_without_a_closed_form_are_left_out_with_the_reason(name: str) -> None:
    """The reason is told in the planner's words, with what to change."""
    scenario, reason = REFUSED[name]
    assert any(reason in found for found in reasons(scenario))


def test_every_reason_is_given_at_once() -> None:
    """A scenario of which four things are in the way says so at once, the law first, then the interventions."""
    scenario = district(
        COUNTS,
        horizon=5,
        scalars={"subdistrict_sd": 0.3, "peer_odds_ratio": 2.0, "year_sd": 0.5},
        interventions=[assist(capacity=4, eligible_status=("dasar",))],
    )
    found = reasons(scenario)
    assert [reason.split()[1] for reason in found] == ["make", "shock", "shared", "draws"]


def test_default_priors_that_are_not_neutral_are_named() -> None:
    """A scenario that leaves peers and kecamatan shocks to their priors is told which keys to set, and to what."""
    scenario = make_scenario(make_villages((10, 10), counts=COUNTS), priors=DEFAULT_PRIORS, horizon=2)
    defaults = ParameterSet(scenario.parameters.scalars, defaulted=frozenset(DEFAULT_PRIORS))
    found = reasons(Scenario("defaults", ORIGIN, 2, scenario.districts, defaults), draws=3)
    assert "leaves them to their default assumption; set transition.peer_odds_ratio: 1 or horizon: 1" in found[0]
    assert any("leaves it to its default assumption; set transition.subdistrict_sd: 0, or use" in one for one in found)


@pytest.mark.slow
def test_too_much_work_is_not_started() -> None:
    """Two hundred draws of three years of shock would take too long: the first year is told, with cost and bound."""
    priors = {name: DEFAULT_PRIORS[name] for name in ("year_sd", "campaign.probability", "campaign.odds_ratio", "fall")}
    (found,) = reasons(district((93, 25, 3, 14), horizon=3, scalars=priors), draws=200)
    assert "minutes of one core" in found
    assert "5 are the most that is tried" in found
    assert "use fewer draws or a shorter horizon, or use --engine batch" in found


def test_a_first_year_that_would_take_too_long_is_refused() -> None:
    """Ten thousand villages under the default priors, with the minutes that it would take."""
    villages = make_villages([100] * 100, status=[0] * 10_000)
    with pytest.raises(Refusal, match="minutes of one core") as refusal:
        forecast(make_scenario(villages, priors=DEFAULT_PRIORS, horizon=1), draws=500, engine="exact")
    assert len(refusal.value.reasons) == 1


def test_the_probability_of_every_year_is_left_out_where_it_costs_too_much() -> None:
    """Ten years of 135 villages: yearly probabilities stand, the joint one is not known."""
    found = exact(district((93, 25, 3, 14), horizon=10))
    assert found.all_years is None
    assert found.at_least is None
    assert len(found.years) == 10


def test_peers_in_kecamatan_of_one_village_do_not_matter() -> None:
    """Where no village has a peer, the odds ratio of peers is no obstacle and changes nothing."""
    alone = make_villages([1] * 20, status=[level for level, n in enumerate(COUNTS) for _ in range(n)])
    with_peers = exact(make_scenario(alone, {**REFERENCE, "peer_odds_ratio": 4.0}, horizon=2))
    without = exact(make_scenario(alone, REFERENCE, horizon=2))
    assert with_peers.years == without.years


def test_assistance_in_a_fixed_order_that_ends_after_a_year_is_no_obstacle() -> None:
    """Whom a list names in the first year alone is settled, whatever the levels of later years."""
    once = helped(capacity=4, priority=tuple(f"63.99.{n:04}" for n in range(1, 5)), ends=ORIGIN + 1)
    assert [year.assisted["pokja"] for year in exact(once).years] == pytest.approx([4.0, 0.0])
