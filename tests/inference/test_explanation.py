"""Why one village rises: odds ratios and chances agree with formulas, with the engine, and with what was counted."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from districts import NEUTRAL, ORIGIN, everything_on, make_scenario, make_villages

from simulation.domain.distributions import Empirical, Exponentiated, HalfNormal, LogitNormal, Normal
from simulation.domain.intervention import Intervention
from simulation.domain.messages import Refusal
from simulation.domain.parameters import ParameterSet
from simulation.domain.randomness import Trajectories
from simulation.domain.status import TOP
from simulation.domain.transition import chance
from simulation.engine.batch import State, decide
from simulation.engine.effort import Effort
from simulation.engine.environment import Environment
from simulation.engine.model import VillageAgent
from simulation.inference import explanation
from simulation.inference.explanation import Component, Explanation, explain
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

YEARS = range(ORIGIN + 1, ORIGIN + 6)


def uncertain() -> Scenario:
    """Return a district with every feature on and uncertain parameters."""
    fixed = everything_on()
    loose = {
        "rise.dasar": LogitNormal(-2.5, 0.7),
        "year_sd": HalfNormal(0.6),
        "pokja.odds_ratio_rise": Exponentiated(Normal(0.6, 0.4)),
        "peer_odds_ratio": Exponentiated(HalfNormal(0.5)),
    }
    return replace(fixed, parameters=replace(fixed.parameters, scalars={**fixed.parameters.scalars, **loose}))


@pytest.fixture(scope="module", params=[pytest.param(everything_on, marks=pytest.mark.slow), uncertain])
def made(request: pytest.FixtureRequest) -> Forecast:
    """Return a forecast of everything at once, with fixed numbers and with uncertain ones."""
    scenario = request.param()
    return forecast(scenario, 60, 2400 if scenario.fixed else 40, 17)


def parts(found: Explanation) -> dict[str, Component]:
    """Return the components by name where they have one, else by kind."""
    return {component.name or component.kind: component for component in found.components}


def test_trajectories_that_are_played_in_chunks_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of ordinary size has several chunks; every term, those of covariates too, is joined over them."""
    scenario = uncertain()
    code = scenario.districts[0].codes[2]
    whole = explain(scenario, code, draws=6, replicates=4)
    monkeypatch.setitem(explanation.CHUNK_CELLS, "batch", 60)
    cut = explain(scenario, code, draws=6, replicates=4)
    assert [part.odds_ratio for part in cut.components] == [part.odds_ratio for part in whole.components]
    assert (cut.base, cut.foreseen, cut.chance) == pytest.approx((whole.base, whole.foreseen, whole.chance))


def test_without_chance_every_odds_ratio_is_its_formula() -> None:
    """Fixed numbers, certain assistance: each term multiplies the odds, and chances are those of the products."""
    villages = make_villages([5], [0, 1, 1, 3, 0], columns={"remote": [2.0, 0.5, 1.0, 3.5, 4.0]})
    plan = Intervention("pokja", ORIGIN + 1, coverage=Fraction(1))
    scenario = make_scenario(
        villages,
        {"rise.dasar": 0.07, "peer_odds_ratio": 1.9},
        [plan],
        {"pokja.odds_ratio_rise": 2.4},
        {"remote": 0.8},
    )
    found = explain(scenario, "63.99.0000", replicates=3)
    steps = [math.log(0.07 / 0.93), math.log(0.8) * (2.0 - 2.2), math.log(1.9) * 3 / 4, math.log(2.4)]
    base, remote, peers, pokja = (1 / (1 + math.exp(-sum(steps[: n + 1]))) for n in range(4))
    told = (found.base, found.foreseen, found.without_interventions, found.chance)
    assert told == pytest.approx((base, peers, peers, pokja), abs=1e-12)
    assert remote != base
    assert list(parts(found)) == [
        "waiting",
        "remote",
        "peers",
        "village",
        "district",
        "year",
        "subdistrict",
        "campaign",
        "pokja",
    ]
    ratios = {name: part.odds_ratio for name, part in parts(found).items() if part.acts}
    assert ratios == {
        "pokja": pytest.approx((2.4, 2.4, 2.4)),
        "peers": pytest.approx((1.9 ** (3 / 4),) * 3),
        "remote": pytest.approx((0.8 ** (2.0 - 2.2),) * 3),
    }
    assert [part.log_odds for part in parts(found).values() if part.acts] == pytest.approx(steps[1:])
    assert found.share_above == 3 / 4
    assert found.covariates == {"remote": (2.0, pytest.approx(2.2))}


def test_what_the_past_says_of_a_village_is_known_of_it() -> None:
    """Where draws name its effect it stands before the luck of the year; where they do not it is part of that luck."""
    villages = make_villages([3], [0, 0, 1])
    learned = {f"village_effect.{code}": Empirical([2.0, 8.0]) for code in villages.codes}
    stated = {"rise.dasar": 0.1, "village_sd": 0.5}
    found = explain(make_scenario(villages, {**stated, **learned}), villages.codes[0], draws=2, replicates=3)
    own = parts(found)["village"]
    assert own.foreseeable
    assert own.log_odds == pytest.approx(math.log(4))
    odds = [0.1 / 0.9 * ratio for ratio in (2.0, 8.0)]
    assert found.foreseen == pytest.approx(sum(each / (1 + each) for each in odds) / 2)
    assert found.foreseen == found.without_interventions == found.chance
    without = explain(make_scenario(villages, stated), villages.codes[0], replicates=30)
    assert not parts(without)["village"].foreseeable
    assert without.foreseen == without.base != without.chance


@pytest.mark.slow
@pytest.mark.parametrize("year", [ORIGIN + 1, ORIGIN + 4])
def test_the_chance_is_the_mean_of_those_that_the_engine_decides_by(made: Forecast, year: int) -> None:
    """To the twelfth digit, for every third village: the engine's own odds, averaged, are those of all terms."""
    scenario = made.scenario
    (villages,) = scenario.districts
    parameters = scenario.parameters.draw(made.seed, made.effort.draws)
    grid = Trajectories.grid(range(made.effort.draws), range(made.effort.replicates))
    environment = Environment(scenario, villages, parameters, grid, made.seed)
    state = State(environment.initial_status(), villages, scenario.min_years)
    for now in range(ORIGIN + 1, year + 1):
        blocked = state.blocked(now)
        environment.assist(now, state.status, state.levels, blocked)
        settled = environment.chances(now, state.levels)
        odds = settled.rise_odds.take(state.place) * environment.village_factor
        odds = np.where(blocked, 0.0, odds if settled.rise_effect is None else odds * settled.rise_effect)
        state.apply(decide(environment, settled, odds, state.status), now)
    expected = chance(odds).mean(axis=1)
    told = [explain(made, code, year).chance for code in villages.codes[::3]]
    np.testing.assert_allclose(told, expected[::3], atol=1e-12, rtol=0)


@pytest.mark.slow
def test_the_chance_agrees_with_how_often_the_village_rose(made: Forecast) -> None:
    """Within four standard errors of a count, in every year; the forecast's own number is told beside it."""
    (district,) = made.districts
    size = made.effort.draws * made.effort.replicates
    for row in (1, 2, 12, 20):
        for t, year in enumerate(YEARS):
            found = explain(made, district.villages.codes[row], year)
            assert (found.draws, found.replicates) == (made.effort.draws, made.effort.replicates)
            assert found.by_year[found.year] == found.probability_rises == district.rise_probability[row, t]
            error = math.sqrt(found.chance * (1 - found.chance) / size)
            assert abs(found.probability_rises - found.chance) <= 4 * error


def test_an_exact_forecast_is_explained_too() -> None:
    """Its number stands within four standard errors of the trajectories that are played for it."""
    villages = make_villages([4, 6], [0, 0, 1, 2, 3, 0, 1, 0, 0, 1])
    made = forecast(make_scenario(villages, {"year_sd": 0.6}, horizon=2), engine="exact")
    found = explain(made, "63.99.0002", ORIGIN + 2)
    assert found.replicates == 20_000
    assert found.by_year
    # A mean of chances varies less than a count of rises would.
    assert abs(found.probability_rises - found.chance) < 4 * math.sqrt(
        found.chance * (1 - found.chance) / found.replicates
    )


@pytest.mark.parametrize("overlap", ["multiply", "strongest", "diminishing"])
def test_interventions_add_to_the_same_luck_without_them(overlap: str) -> None:
    """Each is told alone; without them the chance is that of a scenario that has none, in the same futures."""
    villages = make_villages([6], [0, 1, 0, 2, 0, 1])
    plans = [Intervention(name, ORIGIN + 1, coverage=Fraction(1)) for name in ("a", "b", "c")]
    effects = {"a.odds_ratio_rise": 2.1, "b.odds_ratio_rise": 1.3, "c.odds_ratio_rise": 2.1}
    scenario = make_scenario(villages, {"year_sd": 0.5}, plans, effects, overlap=overlap)
    found = explain(scenario, "63.99.0004", replicates=64)
    assert [parts(found)[name].odds_ratio for name in "abc"] == [pytest.approx((r,) * 3) for r in (2.1, 1.3, 2.1)]
    nothing = explain(replace(scenario, interventions=(), parameters=_without(scenario)), "63.99.0004", replicates=64)
    assert found.without_interventions == pytest.approx(nothing.chance, abs=1e-12)
    assert found.chance > nothing.chance


def _without(scenario: Scenario) -> ParameterSet:
    known = scenario.parameters
    scalars = {key: value for key, value in known.scalars.items() if not key.is_effect}
    return replace(known, scalars=scalars, interventions=())


def test_an_intervention_that_never_assists_does_not_act() -> None:
    """It has no odds ratio, and the chance is that of the others alone to the last digit."""
    villages = make_villages([4], [0, 1, 0, 2])
    pokja = Intervention("pokja", ORIGIN + 1, capacity=2)
    elsewhere = Intervention("elsewhere", ORIGIN + 1, coverage=Fraction(1), eligible_status=("mandiri",))
    later = Intervention("later", ORIGIN + 3, coverage=Fraction(1))
    effects = {f"{name}.odds_ratio_rise": 1.9 for name in ("pokja", "elsewhere", "later")}
    alone = make_scenario(villages, {"year_sd": 0.5}, [pokja], {"pokja.odds_ratio_rise": 1.9})
    every = make_scenario(villages, {"year_sd": 0.5}, [elsewhere, pokja, later], effects)
    found, before = (explain(scenario, "63.99.0002", replicates=40) for scenario in (every, alone))
    assert {parts(found)[name].odds_ratio for name in ("elsewhere", "later")} == {None}
    assert parts(found)["pokja"] == parts(before)["pokja"]
    assert found.chance == before.chance > found.without_interventions
    reaches = {reach.name: reach for reach in found.reach}
    assert (reaches["elsewhere"].eligible, reaches["later"].eligible, reaches["pokja"].eligible) == (0, 0, 1)
    assert reaches["elsewhere"].if_assured is None


def test_certain_assistance_is_the_formula_at_full_dose() -> None:
    """One intervention for certain, and all; nothing else changes."""
    villages = make_villages([8], [0, 1, 0, 2, 0, 0, 0, 1])
    ramp = Intervention("ramp", ORIGIN + 1, coverage=Fraction(1, 4), ramp_years=3)
    other = Intervention("other", ORIGIN + 1, capacity=0)
    effects = {"ramp.odds_ratio_rise": 2.5, "other.odds_ratio_rise": 1.6}
    scenario = make_scenario(villages, {"rise.dasar": 0.11}, [ramp, other], effects, overlap="multiply")
    found = explain(scenario, "63.99.0005", replicates=2000)
    reach = found.reach[0]
    odds = 0.11 / 0.89
    assert reach.if_assured == pytest.approx(2.5 * odds / (1 + 2.5 * odds))
    assert found.if_all_assured == pytest.approx(2.5 * 1.6 * odds / (1 + 2.5 * 1.6 * odds))
    # Two of seven eligible villages are assisted, in their first of three years of building up.
    gain = 2.5 ** (1 / 3) * odds / (1 + 2.5 ** (1 / 3) * odds) - 0.11
    assert found.chance - found.without_interventions == pytest.approx(reach.assisted * gain)
    assert abs(reach.assisted - 2 / 8) < 4 * math.sqrt(0.25 * 0.75 / 2000)


def test_waiting_takes_the_chance_of_those_that_may_not_rise_yet(made: Forecast) -> None:
    """With min_years it costs something in the second year, and the base is what it would be without it."""
    code = made.scenario.districts[0].codes[20]
    first, second = explain(made, code), explain(made, code, ORIGIN + 2)
    assert parts(first)["waiting"].acts == parts(first)["waiting"].log_odds == 0
    waiting = second.components[0]
    assert waiting.acts == pytest.approx(made.districts[0].rise_probability[20, 0] + _fell(made, 20), abs=1e-12)
    assert waiting.log_odds < 0
    everybody = replace(made.scenario, min_years=0)
    effort = {"draws": made.effort.draws, "replicates": made.effort.replicates, "seed": made.seed}
    assert explain(everybody, code, ORIGIN + 1, **effort).chance == first.chance


def _fell(made: Forecast, row: int) -> float:
    status = made.scenario.districts[0].levels
    return float(made.districts[0].status_probability[row, 0, : status[row]].sum())


def test_a_village_at_the_top_cannot_rise(made: Forecast) -> None:
    """Nothing is added to a base of 0; years later it may have fallen."""
    (villages,) = made.scenario.districts
    code = villages.codes[int(np.flatnonzero(villages.levels == TOP)[0])]
    found = explain(made, code)
    assert found.cannot_rise
    assert (found.base, found.foreseen, found.without_interventions, found.chance) == (0, 0, 0, 0)
    later = explain(made, code, ORIGIN + 4)
    assert not later.cannot_rise
    assert sum(later.levels.values()) == pytest.approx(1)


def test_the_interval_of_the_base_is_that_of_the_draws(made: Forecast) -> None:
    """In the first year; None where one number says all, or where the level varies."""
    scenario = made.scenario
    (villages,) = scenario.districts
    code = villages.codes[int(np.flatnonzero(villages.levels == 0)[0])]
    found = explain(made, code)
    if scenario.fixed:
        assert found.base_interval90 is None
    else:
        rise = scenario.parameters.draw(made.seed, made.effort.draws).rise[:, 0]
        assert found.base_interval90 == pytest.approx(tuple(np.quantile(rise, [0.05, 0.95])))
    assert explain(made, code, ORIGIN + 3).base_interval90 is None


def test_too_many_trajectories_are_played_in_part(made: Forecast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first draws and replicates, as many as there is room for."""
    (villages,) = made.scenario.districts
    monkeypatch.setattr(explanation, "PLAYED_CELLS", len(villages) * 100)
    found = explain(made, villages.codes[1])
    assert found.draws * found.replicates <= 100
    scenario = made.scenario
    alone = explain(scenario, villages.codes[1], draws=found.draws, replicates=found.replicates, seed=made.seed)
    assert found.counted({}) == alone


def test_counts_alone_explain_no_village() -> None:
    """The refusal says which column is missing, whatever the code."""
    scenario = make_scenario(make_villages([4], counts=[2, 1, 1, 0]))
    for code in ("63.99.0001", "a village"):
        with pytest.raises(Refusal, match=r"or of each one, is not known.*column status"):
            explain(scenario, code)


def test_a_village_is_found_among_many_districts(made: Forecast) -> None:
    """Wherever it is it has its own chance; where its district gave counts only, that is said."""
    (villages,) = made.scenario.districts
    other = make_villages([6, 2], [0, 1, 0, 2, 0, 3, 1, 0], columns={"remote": [1.0] * 8}, code="63.98")
    counts = make_villages([3], counts=[1, 1, 1, 0], columns={"remote": [1.0, 2.0, 3.0]}, code="63.97")
    many = replace(made.scenario, districts=(counts, other, villages))
    kept = explain(many, villages.codes[2], draws=4, replicates=20)
    assert kept == explain(made.scenario, villages.codes[2], draws=4, replicates=20)
    assert explain(many, "63.98.0006").district == other.district
    with pytest.raises(Refusal, match="or of each one, is not known"):
        explain(many, "63.97.0001")
    with pytest.raises(Refusal, match=r"no village.*63\.97\.00019.*likely meant: Desa .*, 63\.9[89]"):
        explain(many, "63.97.00019")


def test_what_is_not_in_the_forecast_is_refused() -> None:
    """A mistyped code with those that look alike, and another year."""
    scenario = make_scenario(make_villages([12], [0, 1, 2] * 4))
    with pytest.raises(
        Refusal, match=r"the code or the name 63\.99\.011; likely meant: Desa .* \(Kecamatan 0, 63\.99\."
    ):
        explain(scenario, "63.99.011")
    with pytest.raises(Refusal, match=r"no village of the forecast has the code or the name \?$"):
        explain(scenario, "?")
    with pytest.raises(Refusal, match=f"covers {ORIGIN + 1} to {ORIGIN + 5}, not {ORIGIN}"):
        explain(scenario, "63.99.0001", ORIGIN)


def test_agents_of_ones_own_are_not_explained() -> None:
    """Their law is their own."""

    class Stubborn(VillageAgent):
        """A village like any other."""

    scenario = make_scenario(make_villages([3], [0, 1, 2]), horizon=1)
    made = forecast(scenario, 1, 2, engine="mesa", agent_class=Stubborn)
    with pytest.raises(Refusal, match=r"a law of its own \(.*Stubborn\)"):
        explain(made, "63.99.0001")


def test_the_table_holds_every_component() -> None:
    """In the order of the law; in a notebook it shows itself."""
    scenario = make_scenario(make_villages([5], [0, 1, 2, 0, 0]), {"year_sd": 0.7}, priors=NEUTRAL)
    found = explain(scenario, "63.99.0003", replicates=20)
    assert list(found.table["component"]) == [component.kind for component in found.components]
    assert "odds_ratio_q50" in found._repr_html_()


def test_effort_of_a_fixed_scenario_is_one_draw() -> None:
    """As for a forecast: draws asked for are ignored."""
    found = explain(make_scenario(make_villages([5], [0, 1, 2, 0, 0])), "63.99.0003", draws=50, replicates=30)
    assert Effort(found.draws, found.replicates) == Effort(1, 30)
