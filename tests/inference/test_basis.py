"""What numbers are said to rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from districts import make_scenario, make_villages

from simulation.domain.distributions import Distribution
from simulation.domain.intervention import Intervention
from simulation.domain.parameters import DEFAULT_PRIORS, INTERVENTION_PRIOR, ParameterSet
from simulation.inference.forecast import PRIORS_ALONE, PRIORS_AND_STATED, STATED_ALONE, basis_of

COACHING = Intervention("coaching", 2026, capacity=2)
RISE, FALL = "coaching.odds_ratio_rise", "coaching.odds_ratio_fall"


def parameters(effects: dict[str, Distribution | float], *stated: str) -> ParameterSet:
    """Return parameters of a scenario with one intervention, of which all are left to their priors but those named."""
    known = make_scenario(make_villages([8], [0] * 8), {}, [COACHING], effects, priors=DEFAULT_PRIORS).parameters
    return replace(known, defaulted=frozenset(known.scalars) - {FALL, *stated})


@pytest.mark.parametrize(
    ("fall", "stated", "basis"),
    [
        (1.0, (), PRIORS_ALONE),
        (1.0, (RISE,), PRIORS_AND_STATED),
        (0.8, (), PRIORS_AND_STATED),
        (1.0, ("year_sd",), PRIORS_AND_STATED),
    ],
)
def test_an_effect_that_a_scenario_states_is_a_stated_number(fall: float, stated: tuple[str, ...], basis: str) -> None:
    """Of rising as of falling; an effect on falling that was left out is 1, and nobody stated it."""
    assert basis_of(parameters({RISE: INTERVENTION_PRIOR, FALL: fall}, *stated)) == (basis,)


def test_without_any_prior_all_is_stated() -> None:
    """Nothing was left to a default."""
    assert basis_of(replace(parameters({RISE: INTERVENTION_PRIOR}), defaulted=frozenset())) == (STATED_ALONE,)
