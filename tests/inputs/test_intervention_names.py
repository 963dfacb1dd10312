"""An intervention may have the name of a parameter of the law, or begin like one, and changes nothing but itself."""

from __future__ import annotations

import numpy as np
import pytest
from scenario_desk import Desk
from test_parameters_given import write_draws

from simulation.decision.plan.bottlenecks import without_hindrance
from simulation.decision.robustness import worlds_of
from simulation.domain.distributions import Empirical, Fixed, LogitNormal
from simulation.inputs.scenario import Scenario
from simulation.report.language import language
from simulation.report.wording import parameter_name, parameter_value

NAMES = ("fall", "rise", "skip", "matrix", "campaign", "skipping", "fall_prevention")
EN = language("en")


def with_intervention(desk: Desk, name: str, transition: str = "transition: {village_sd: 0.2}") -> Scenario:
    """Return the smallest scenario with one intervention of this name, whose effect is known to be 1.6."""
    plan = f"interventions: [{{name: {name}, starts: 2026, capacity: 2, odds_ratio_rise: 1.6, odds_ratio_fall: 0.5}}]"
    return desk.load(transition=transition, interventions=plan)


@pytest.mark.parametrize("name", NAMES)
def test_the_law_stays_what_it_is(desk: Desk, name: str) -> None:
    """Every parameter of the law and the two effects, the same as under any other name."""
    plain, odd = (with_intervention(desk, each).parameters.scalars for each in ("pokja", name))
    assert {key.replace(f"{name}.odds_ratio_", "pokja.odds_ratio_"): known for key, known in odd.items()} == plain
    assert "fall" in odd


@pytest.mark.parametrize("name", NAMES)
def test_draws_of_its_odds_ratio_may_be_above_one(desk: Desk, name: str) -> None:
    """They are no shares, whatever parameter has the name of the intervention."""
    write_draws(desk, {f"{name}.odds_ratio_rise": [1.2, 2.4]})
    plan = f"interventions: [{{name: {name}, starts: 2026, capacity: 2}}]"
    scenario = desk.load(transition="transition: {parameters_from: posterior.parquet}", interventions=plan)
    effect = scenario.parameters.scalars[f"{name}.odds_ratio_rise"]  # type: ignore[index]
    assert isinstance(effect, Empirical)
    np.testing.assert_array_equal(effect.values, [1.2, 2.4])


@pytest.mark.parametrize("name", ["fall", "fall_prevention"])
def test_nobody_falls_without_falls_and_the_intervention_still_helps(desk: Desk, name: str) -> None:
    """What limits a plan is looked at without falls: chances of falling become 0, odds ratios stay."""
    changed = dict(without_hindrance(with_intervention(desk, name), [name], (2026, 2027)))["falls"]
    assert changed.parameters.scalars["fall"] == Fixed(0.0)  # type: ignore[index]
    assert changed.parameters.scalars[f"{name}.odds_ratio_fall"] == Fixed(0.5)  # type: ignore[index]


def test_states_of_skips_move_no_effect(desk: Desk) -> None:
    """Few and many skips set the chances of skipping alone."""
    plan = "interventions: [{name: skipping, starts: 2026, capacity: 2}]"
    worlds = {world.name: world.parameters for world in worlds_of([desk.load(interventions=plan)], 2027)}
    assert set(worlds["few_skips"]) == set(worlds["many_skips"]) == {"skip.berkembang", "skip.mandiri"}


@pytest.mark.parametrize("name", NAMES)
def test_an_odds_ratio_is_never_shown_in_percent(name: str) -> None:
    """1.6 is 1.60, and the intervention is named; a chance of falling is 16%."""
    assert parameter_value(EN, f"{name}.odds_ratio_rise", 1.6) == "1.60"
    assert parameter_name(EN, f"{name}.odds_ratio_rise") == f"{name.replace('_', ' ')}: odds ratio of rising"
    assert parameter_value(EN, "fall", 0.16) == "16.0%"


def test_an_uncertain_fall_is_one_parameter_beside_an_intervention_called_fall(desk: Desk) -> None:
    """One chance of falling for all levels is drawn once."""
    scenario = with_intervention(desk, "fall", "transition: {fall: {logit_normal: {mean: -4, sd: 1}}}")
    assert scenario.parameters.scalars["fall"] == LogitNormal(-4, 1)  # type: ignore[index]
