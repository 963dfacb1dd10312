"""Answers of experts as priors: what known beliefs, rounded to whole villages, come back as."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest
from districts import make_scenario, make_villages
from scipy.special import expit, logit, ndtr

import simulation as kkb
from simulation.domain.intervention import Intervention
from simulation.domain.parameters import DEFAULT_PRIORS, INTERVENTION_PRIOR, ParameterKey
from simulation.inference.elicitation import ASKED, Belief, UsualYear, belief, distribution, elicited, pooled
from simulation.inputs.expert_answers import Expert, Numbers, Question, questions_of
from simulation.inputs.scenario import Scenario

POKJA = Intervention("pokja", 2026, capacity=5)
START = np.repeat([0, 1, 2, 3], [40, 12, 5, 8]).tolist()
SCENARIO = make_scenario(
    make_villages([20, 20, 25], status=np.random.default_rng(1).permutation(START).tolist()),
    interventions=[POKJA],
    effects={"pokja.odds_ratio_rise": INTERVENTION_PRIOR, "pokja.odds_ratio_fall": 1.0},
    priors=DEFAULT_PRIORS,
)
Z = np.array([-1.2815515655, 0.0, 1.2815515655])
"""Normal scores of the quantiles that are asked, from a table."""
Beliefs = Mapping[ParameterKey, tuple[float, float]]


@cache
def usual_year() -> UsualYear:
    """Return the usual year of the scenario."""
    return UsualYear(SCENARIO)


def numbers(beliefs: Beliefs, question: Question, usual: int) -> np.ndarray:
    """Return the quantiles of who believes so, in villages of twenty, before they are rounded."""
    mean, sd = beliefs[question.parameter]
    if question.kind == "usual":
        return usual_year().rises(question.level, mean + sd * Z)
    if question.kind == "fall":
        return usual_year().falls(mean + sd * Z)
    before = usual_year().log_odds(question.level, usual or 0.25)
    more = Z[2] * np.exp(mean + sd * Z) if question.kind == "good" else mean + sd * Z
    return usual_year().rises(question.level, before + more)


def answered(beliefs: Beliefs) -> dict[Question, Numbers]:
    """Return the answers of an expert who believes so, in whole villages."""
    answers: dict[Question, Numbers] = {}
    for question in questions_of(SCENARIO):
        usual = answers.get(Question("usual", question.level), (0, 0, 0))[1]
        answers[question] = Numbers(*(round(number) for number in numbers(beliefs, question, usual)))
    return answers


def believed(seed: int) -> dict[ParameterKey, tuple[float, float]]:
    """Return mean and sd of what an expert believes of each parameter, around the default priors."""
    random = np.random.default_rng(seed)
    means = {"rise.dasar": -2.94, "rise.berkembang": -2.3, "rise.mandiri": -0.6, "fall": -3.5, "year_sd": -0.5}
    means["pokja.odds_ratio_rise"] = 0.7
    return {
        ParameterKey.parse(key): (mean + random.normal(0, 0.4), random.uniform(0.3, 1)) for key, mean in means.items()
    }


@pytest.mark.parametrize("seed", range(8))
def test_known_beliefs_come_back_but_for_rounding(seed: int) -> None:
    """What is fitted lies within a village of twenty of every quantile that is believed."""
    beliefs = believed(seed)
    answers = answered(beliefs)
    for key in beliefs:
        found = belief(usual_year(), key, answers)
        for question in (one for one in answers if one.parameter == key):
            usual = answers[Question("usual", question.level)].most_likely if question.level else 0
            fitted = numbers({key: (found.mean, found.sd)}, question, usual)
            assert np.abs(fitted - numbers(beliefs, question, usual)).max() < 1
            assert np.abs(fitted - answers[question]).max() <= found.misfit + 1e-6
        assert found.misfit < 1


def test_a_usual_year_is_that_of_the_law() -> None:
    """How many of twenty rise is what the exact year expects without shocks and campaigns of the district."""
    law = {"rise.dasar": 0.07, "rise.berkembang": 0.15, "rise.mandiri": 0.4, "village_sd": 0.8, "subdistrict_sd": 0.5}
    scenario = make_scenario(SCENARIO.districts[0], {**law, "peer_odds_ratio": 2.0}, horizon=1)
    year = UsualYear(scenario)
    expected = sum(
        number * year.rises(level, np.array([logit(law[f"rise.{level}"])]))[0] / 20
        for level, number in (("dasar", 40), ("berkembang", 12), ("mandiri", 5))
    )
    exact = kkb.forecast(scenario, engine="exact").districts[0].years[0]
    assert expected == pytest.approx(exact.rises.mean, abs=5e-3)


def test_shocks_of_the_district_are_no_part_of_a_usual_year() -> None:
    """The same numbers rise whatever is believed of good years and of campaigns."""
    shaken = UsualYear(make_scenario(SCENARIO.districts[0], {"year_sd": 1.5, "campaign.probability": 0.5}))
    calm = UsualYear(make_scenario(SCENARIO.districts[0]))
    at = np.array([-3.0, -1.0, 1.0])
    assert np.array_equal(shaken.rises("dasar", at), calm.rises("dasar", at))
    assert calm.rises("dasar", at) == pytest.approx(20 * expit(at), abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_experts_are_pooled_as_a_mixture(seed: int) -> None:
    """Mean and sd are those of a line through five quantiles of the mixture, by a table and a fine grid."""
    random = np.random.default_rng(seed)
    beliefs = {n: Belief(random.normal(-2.5, 0.8), random.uniform(0.4, 1), 0.0) for n in range(4)}
    found = pooled(beliefs)
    x = np.linspace(-9, 5, 200_001)
    mixture = np.mean([ndtr((x - one.mean) / one.sd) for one in beliefs.values()], axis=0)
    at = np.interp([0.05, 0.25, 0.5, 0.75, 0.95], mixture, x)
    z = np.array([-1.6448536, -0.6744898, 0, 0.6744898, 1.6448536])
    slope, middle = np.polyfit(z, at, 1)
    assert (found.mean, found.sd) == pytest.approx((middle, slope), abs=1e-4)
    off = ndtr((at - found.mean) / found.sd) - [0.05, 0.25, 0.5, 0.75, 0.95]
    assert found.distance == pytest.approx(np.abs(off).max(), abs=1e-4)


def test_one_expert_alone_is_taken_as_he_is() -> None:
    """A mixture of one is fitted exactly."""
    found = pooled({3: Belief(-2.0, 0.7, 0.2)})
    assert (found.mean, found.sd, found.distance) == pytest.approx((-2.0, 0.7, 0.0), abs=1e-9)


def test_equal_answers_are_not_certainty() -> None:
    """Who answers three times 1, or three times 0, says no more than the rounding leaves."""
    for number in (0, 1, 20):
        answers = {Question("usual", "dasar"): Numbers(number, number, number)}
        found = belief(usual_year(), ParameterKey("rise", "dasar"), answers)
        assert found.sd > 0.1
        assert found.misfit <= 0.5


def test_what_nobody_answered_is_left_out() -> None:
    """Only the parameters that somebody judged are found, each with who did."""
    usual, fall = Question("usual", "dasar"), Question("fall")
    experts = [Expert("A", "", "", {usual: Numbers(1, 2, 4)}), Expert("B", "", "", {fall: Numbers(0, 1, 2)})]
    found = elicited(SCENARIO, experts)
    assert {key: [*one.beliefs] for key, one in found.items()} == {usual.parameter: [0], fall.parameter: [1]}


@pytest.mark.parametrize("key", ["rise.dasar", "year_sd", "pokja.odds_ratio_rise"])
def test_a_prior_has_the_form_of_its_parameter(key: str) -> None:
    """Its median is that of the normal distribution on the scale of the parameter, to three digits."""
    found = distribution(ParameterKey.parse(key), -1.0, 0.5)
    middle = expit(-1.0) if key == "rise.dasar" else np.exp(-1.0)
    assert found.quantile(ASKED)[1] == pytest.approx(middle, rel=2e-3)


def test_the_widest_disagreement_is_a_prior_that_a_file_can_state() -> None:
    """Experts who hold an intervention useless and almighty leave an odds ratio of which the scenario takes note."""
    key = ParameterKey.effect("pokja", "rise")
    found = pooled({0: Belief(-4.0, 1.7, 0.0), 1: Belief(4.0, 1.7, 0.0), 2: Belief(4.0, 1.7, 0.0)})
    told = distribution(key, found.mean, found.sd)
    assert SCENARIO.with_(**{str(key): told}).parameters.scalars[key] == told


def test_questions_ask_of_the_levels_that_an_intervention_takes() -> None:
    """Only villages below the top that may be chosen are asked about."""
    plan = Intervention("pokja", 2026, capacity=5, eligible_status=("berkembang", "paripurna"))
    asked = questions_of(Scenario("x", 2025, 1, SCENARIO.districts, SCENARIO.parameters, interventions=(plan,)))
    assert [question.level for question in asked if question.kind == "with"] == ["berkembang"]
