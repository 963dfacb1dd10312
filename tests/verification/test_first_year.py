"""The closed form of the first year alone says what the closed form of all years says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from districts import make_scenario, make_villages, scenarios
from exact_settings import assist, district
from hypothesis import HealthCheck, assume, given, settings

from simulation.domain.distributions import Beta, Fixed, HalfNormal, LogitNormal
from simulation.domain.target import Target
from simulation.engine.closed_form.applicability import NoClosedForm, sort_districts
from simulation.engine.closed_form.first_year import chance_of_meeting
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario


def both(scenario: Scenario, draws: int = 1) -> tuple[float, float]:
    """Return the chance that the first year's target is met, from either closed form."""
    scenario = replace(scenario, horizon=1)
    parameters = scenario.parameters.draw(0, draws)
    (populations,) = sort_districts(scenario, parameters, 0)
    first = chance_of_meeting(scenario, parameters, populations)
    assert first.shape == (draws,)
    told = forecast(scenario, draws=draws, engine="exact").districts[0].years[0].met.probability
    return float(first.mean()), told


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(scenarios(gentle=True))
def test_both_closed_forms_agree_on_random_districts(scenario: Scenario) -> None:
    """Interventions of every kind, peers, spreads, campaigns, any matrix and target; kecamatan without shocks."""
    without = {**scenario.parameters.scalars, "subdistrict_sd": Fixed(0.0)}
    scenario = replace(scenario, parameters=replace(scenario.parameters, scalars=without))
    try:
        one, other = both(scenario)
    except NoClosedForm:
        assume(False)
    assert one == pytest.approx(other, abs=1e-6)


def test_they_agree_draw_by_draw_where_parameters_are_uncertain() -> None:
    """Twenty draws of everything at once, with a random choice among villages of which only counts are known."""
    scalars = {
        "rise.dasar": LogitNormal(-2.0, 0.7),
        "fall": Beta(1, 20),
        "village_sd": HalfNormal(0.7),
        "year_sd": HalfNormal(0.7),
        "campaign.probability": Beta(1, 9),
        "campaign.odds_ratio": 5.0,
    }
    for target in (
        Target(Fraction("0.1")),
        Target(Fraction("0.1"), net_of_falls=True),
        Target(Fraction("0.3"), "stock"),
    ):
        scenario = district(
            (12, 5, 2, 1), known=False, scalars=scalars, interventions=[assist(capacity=6)], target=target
        )
        one, other = both(scenario, 20)
        assert one == pytest.approx(other, abs=1e-6)


def test_villages_that_may_not_rise_yet_are_none_in_the_first_year() -> None:
    """How long villages have stood at their level is unknown, which counts as long enough."""
    villages = make_villages([6, 5], status=[0, 1, 2] * 3 + [3, 0])
    chances = {both(make_scenario(villages, min_years=years, target=Target(Fraction("0.2"))))[0] for years in (0, 2)}
    assert np.ptp(list(chances)) == pytest.approx(0)
