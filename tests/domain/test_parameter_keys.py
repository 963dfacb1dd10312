"""Keys of parameters: text at the edge, kinds inside."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from simulation.domain.distributions import Fixed
from simulation.domain.messages import ScenarioError
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterKey, ParameterSet

LAW_NAMES = ("fall", "rise", "skip", "matrix", "campaign", "village_sd", "skipping", "fall_prevention")


@pytest.mark.parametrize("name", LAW_NAMES)
@pytest.mark.parametrize("direction", ["rise", "fall"])
def test_an_intervention_may_be_called_as_a_parameter_is(name: str, direction: str) -> None:
    """Its effects are odds ratios of the intervention, whatever parameter of the law has its name."""
    key = ParameterKey.parse(f"{name}.odds_ratio_{direction}")
    assert (key.kind, key.of, key.scale) == (f"odds_ratio_{direction}", name, "odds ratio")
    assert key.is_effect
    assert key.scenario_key == f"interventions.{name}.odds_ratio_{direction}"


@pytest.mark.parametrize("key", [*DEFAULT_PRIORS, ParameterKey("fall", "mandiri"), ParameterKey("matrix", "dasar")])
def test_every_key_of_the_law_is_read_back_from_its_text(key: ParameterKey) -> None:
    """Text, kind and level agree; keys are found in dictionaries by text and outlive pickling and copying."""
    for same in (ParameterKey.parse(str(key)), pickle.loads(pickle.dumps(key)), copy.deepcopy(key)):  # noqa: S301
        assert (same, same.kind, same.of) == (str(key), key.kind, key.of)
    assert {key: 1}[str(key)] == 1  # type: ignore[index]
    assert json.loads(json.dumps({key: key})) == {str(key): str(key)}
    assert not key.is_effect


@pytest.mark.parametrize("name", ["remote", "odds_ratio_rise", "covariates.remote", "pokja.odds_ratio_fall"])
def test_a_column_may_have_any_name(name: str) -> None:
    """Whatever stands behind ``covariates.`` is the name of a column."""
    key = ParameterKey.parse(f"covariates.{name}")
    assert (key.kind, key.of) == ("covariate", name)


@pytest.mark.parametrize(
    "text",
    ["", "rise", "rise.paripurna", "fall.dasar", "skip.dasar", "campaign", "odds_ratio_rise", "covariates.", "x"],
)
def test_what_is_no_parameter_is_refused(text: str) -> None:
    """Unknown names, levels that cannot be left that way, and effects of nobody; from Python as well."""
    with pytest.raises(ValueError, match="no parameter"):
        ParameterKey.parse(text)
    with pytest.raises(ScenarioError, match="no parameter"):
        ParameterSet({text: Fixed(0.1)})  # type: ignore[dict-item]


def test_scales_are_those_of_the_numbers() -> None:
    """Chances in [0, 1], spreads from 0 on, odds ratios above 0."""
    scales = {str(key): key.scale for key in DEFAULT_PRIORS}
    assert {name for name, scale in scales.items() if scale == "spread"} == {
        "village_sd", "year_sd", "subdistrict_sd", "district_sd"
    }  # fmt: skip
    assert {n for n, scale in scales.items() if scale == "odds ratio"} == {"peer_odds_ratio", "campaign.odds_ratio"}
