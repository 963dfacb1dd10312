"""The least effort: against brute force, published answers, and what makes a target unreachable."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from districts import NEUTRAL, make_scenario, make_villages
from plan_settings import FIRST, REFERENCE, assist, district, exact_chance, in_order, reference, reference_plan

from simulation.decision.plan import search
from simulation.decision.plan.levers import levers_of
from simulation.decision.plan.planning import plan
from simulation.decision.plan.search import bisect
from simulation.decision.plan.trial_cache import TrialCache
from simulation.decision.trial import Goal, Trial
from simulation.domain.distributions import LogitNormal
from simulation.domain.messages import Refusal
from simulation.domain.target import Target
from simulation.engine.effort import Effort, Engine
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

SHARE = Fraction("0.25")
SETTINGS = {
    "independent villages": district(
        (9, 5, 2, 0), interventions=[assist()], effects={"pokja.odds_ratio_rise": 3.0}, target=Target(SHARE)
    ),
    "a shared shock, random choice": district(
        (9, 5, 2, 0),
        scalars={"year_sd": 0.6},
        interventions=[assist(coverage=Fraction(1, 2), eligible_status=("dasar", "berkembang"))],
        effects={"pokja.odds_ratio_rise": 2.6},
        target=Target(Fraction("0.2")),
    ),
    "rises net of falls": district(
        (7, 4, 0, 2),
        scalars={"fall": 0.1},
        interventions=[assist(capacity=2)],
        effects={"pokja.odds_ratio_rise": 4.0, "pokja.odds_ratio_fall": 0.5},
        target=Target(Fraction("0.15"), net_of_falls=True),
    ),
    "a stock of villages, counts only": district(
        (6, 5, 1, 2),
        known=False,
        interventions=[assist(capacity=2, eligible_status=("berkembang",))],
        effects={"pokja.odds_ratio_rise": 6.0},
        target=Target(Fraction("0.3"), "stock"),
    ),
}


@cache
def every_chance(name: str) -> list[float]:
    """Return the exact chance with 0, 1, 2, … places."""
    (lever,) = levers_of(SETTINGS[name], (), [FIRST])
    return [exact_chance(SETTINGS[name], (), (places,)) for places in range(lever.most + 1)]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("quantile", [0.3, 0.8])
def test_the_least_setting_is_that_of_brute_force(name: str, quantile: float) -> None:
    """Every setting of a small district is computed by the forecast's closed form; the first that suffices is it."""
    scenario, every = SETTINGS[name], every_chance(name)
    wanted = every[0] + quantile * (every[-1] - every[0])
    found = plan(scenario, wanted)
    assert found.exact
    for point in found.tried:
        assert point.probability_met == pytest.approx(every[point.places[0]], abs=1e-9)
    assert found.least is not None
    assert found.least.places == (next(places for places, chance in enumerate(every) if chance >= wanted),)


@pytest.mark.slow
def test_uncertain_parameters_are_averaged_over_and_their_error_is_on_the_safe_side() -> None:
    """Chances are those of the forecast of as many draws; the least setting is the first whose lower bound suffices."""
    scenario = district(
        (8, 4, 0, 1),
        scalars={"rise.dasar": LogitNormal(-2.0, 0.5), "year_sd": 0.3},
        interventions=[assist(capacity=4, priority="lowest_status")],
        effects={"pokja.odds_ratio_rise": 3.0},
        target=Target(Fraction("0.2")),
    )
    found = plan(scenario, 0.3)
    assert found.exact
    assert found.draws == 2500
    assert found.least is not None
    for point in (found.below, found.least):
        assert point.probability_met == pytest.approx(exact_chance(scenario, (), point.places, 2500), abs=1e-9)
        assert 0 < point.monte_carlo_error <= 0.004
        bound = point.probability_met - 1.6448536 * point.monte_carlo_error
        assert point.lower95 == pytest.approx(bound)
    assert found.below.lower95 < 0.3 <= found.least.lower95


@pytest.mark.slow
@pytest.mark.parametrize(("year_sd", "least"), [(0.0, 14), (0.5, 40)])
def test_the_reference_answers_come_out_exactly_of_alike_villages(year_sd: float, least: int) -> None:
    """MODEL.md: 7 of 135, 80%, odds ratio 2.5 on dasar villages: 14 without shock, 40 at 0.5."""
    found = reference_plan(year_sd)
    assert found.exact
    assert found.least.places == (least,)


@pytest.mark.slow
@pytest.mark.parametrize(("year_sd", "least"), [(0.0, 14), (0.5, 40), (1.0, None)])
def test_the_reference_answers_come_out_exactly(year_sd: float, least: int | None) -> None:
    """MODEL.md, on villages by lot: 14 without shock, 40 at 0.5, never at 1."""
    found = plan(reference(year_sd, "random"), 0.8)
    assert found.exact
    assert (None if found.least is None else found.least.places[0]) == least
    if found.least is None:
        assert found.best.places == (93,)
        assert found.best.probability_met < 0.8
    else:
        assert found.below.probability_met < 0.8 <= found.least.probability_met


@pytest.mark.slow
@pytest.mark.parametrize(("year_sd", "replicates"), [(0.0, None), (0.5, 5000), (1.0, 5000)])
def test_bisection_on_common_random_numbers_agrees_with_the_exact_answer(
    year_sd: float, replicates: int | None
) -> None:
    """A chance of 0.8 has standard error 0.0028 at the usual 20,000 trajectories; acceptance asks for 1.645 more.

    With a shock a quarter of them, whose error is twice as large, tell chances that are wrong by 0.03.
    """
    found = plan(reference(year_sd, "random"), 0.8, engine="batch", seed=1, replicates=replicates)
    error = 0.4 / (replicates or 20_000) ** 0.5
    assert found.best.monte_carlo_error <= 0.5 / (replicates or 20_000) ** 0.5
    if year_sd == 1.0:
        assert found.least is None
        return
    assert found.least is not None
    accepted, refused = (exact_chance(reference(year_sd), (), point.places) for point in (found.least, found.below))
    assert accepted >= 0.8 + (1.645 - 4) * error
    assert refused <= 0.8 + (1.645 + 4) * error


@pytest.mark.slow
def test_bisection_with_many_trajectories_finds_the_reference_answer() -> None:
    """The accepted bound of 200,000 then lies 0.0015 below a chance that is 0.0041 above 0.8."""
    scenario, goal = reference(0.0), Goal(0.8, (FIRST,))
    trial = Trial(scenario, goal, "batch", seed=1)
    desk = TrialCache(scenario, levers_of(scenario, (), goal.years), trial, Effort(1, 200_000))
    assert bisect(lambda places: desk.accepted((places,)), 12, 16) == 14


@pytest.mark.slow
def test_what_makes_a_target_unreachable_is_named() -> None:
    """At shock sd 1.0 the target is within reach without the shock, with twice the odds ratio, or for everybody."""
    found = reference_plan(1.0)
    limits = {limit.name: limit for limit in found.limits}
    assert set(limits) == {"shock", "effect", "eligible"}
    assert (limits["shock"].reachable, limits["shock"].least) == (True, 14)
    for limit in limits.values():
        assert limit.probability_met > found.best.probability_met
    assert reference_plan(0.5).limits == ()


@pytest.mark.slow
def test_more_shock_asks_for_more_effort_where_the_target_is_likely() -> None:
    """The curves stand for shocks of 0, 0.5 and 1; at full effort the chance falls with the shock."""
    found = plan(reference(0.25), 0.8)
    assert [curve.year_sd for curve in found.curves] == [0.0, 0.5, 1.0]
    ends = [curve.points[-1][1] for curve in found.curves]
    assert ends == sorted(ends, reverse=True)
    assert [curve.year_sd for curve in reference_plan(0.5).curves] == [0.0, 1.0]


def two_levers(sizes: tuple[int, int], costs: tuple[float, float] = (10.0, 25.0)) -> Scenario:
    """Return a district whose dasar and berkembang villages are assisted by two interventions."""
    counts = (*sizes, 0, 1)
    plans = [
        assist(name, eligible_status=(status,), cost_idr_million=cost, priority=in_order(counts))
        for name, status, cost in zip(("pokja", "media"), ("dasar", "berkembang"), costs, strict=True)
    ]
    effects = {"pokja.odds_ratio_rise": 2.0, "media.odds_ratio_rise": 3.5}
    target = Target(Fraction("0.25"))
    return district(counts, scalars={"year_sd": 0.4}, interventions=plans, effects=effects, target=target)


LEVERS = ("pokja.capacity", "media.capacity")


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(6, 6), (12, 9)])
@pytest.mark.parametrize("costs", [(10.0, 25.0), (30.0, 12.0)])
def test_the_cheapest_mix_of_two_levers_is_that_of_brute_force(
    sizes: tuple[int, int], costs: tuple[float, float]
) -> None:
    """All pairs of settings are computed; no cheaper one reaches the wanted chance."""
    scenario = two_levers(sizes, costs)
    every = {
        places: exact_chance(scenario, LEVERS, places) for places in product(range(sizes[0] + 1), range(sizes[1] + 1))
    }
    wanted = 0.5 * (every[0, 0] + every[sizes])

    def cost(places: tuple[int, ...]) -> float:
        return sum(n * unit for n, unit in zip(places, costs, strict=True))

    found = plan(scenario, wanted, LEVERS)
    assert found.least is not None
    assert found.least.cost_idr_million == pytest.approx(cost(found.least.places))
    assert cost(found.least.places) == min(cost(places) for places, chance in every.items() if chance >= wanted)
    for point in found.pareto:
        others = [p for p in found.tried if p.cost_idr_million <= point.cost_idr_million - 1e-9]
        assert all(other.probability_met < point.probability_met for other in others)


@pytest.mark.slow
def test_with_six_places_each_the_pareto_set_is_complete() -> None:
    """The grid then holds every setting: the front is that of all 49."""
    scenario = two_levers((6, 6))
    found = plan(scenario, 0.6, LEVERS)
    every = [
        (10.0 * a + 25.0 * b, exact_chance(scenario, LEVERS, (a, b)), (a, b)) for a, b in product(range(7), range(7))
    ]
    undominated = {
        places
        for cost, chance, places in every
        if not any((c < cost and p >= chance) or (c <= cost and p > chance) for c, p, _ in every)
    }
    assert {point.places for point in found.pareto} == undominated


@pytest.mark.slow
def test_a_budget_is_spent_to_its_end_before_a_target_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best mix within a budget is that of brute force, although the coarse grid does not hold it."""
    monkeypatch.setattr(search, "MOST_SETTINGS", 60)
    scenario = two_levers((12, 12), (10.0, 25.0))
    budget = 222.0
    inside = {
        (a, b): exact_chance(scenario, LEVERS, (a, b))
        for a, b in product(range(13), range(13))
        if 10 * a + 25 * b <= budget
    }
    found = plan(scenario, 0.999, "budget", budget=budget)
    assert found.least is None
    assert found.best.probability_met == pytest.approx(max(inside.values()), abs=1e-9)
    assert found.best.cost_idr_million <= budget
    assert "budget" in {limit.name for limit in found.limits}


@pytest.mark.slow
def test_a_single_lever_keeps_to_the_budget() -> None:
    """Within 250 million there are ten places at 25 each, four too few for the reference answer."""
    found = plan(reference(0.0), 0.8, budget=250)
    assert found.least is None
    assert found.best.places == (10,)
    (budget, *_) = found.limits
    assert (budget.name, budget.reachable, budget.least) == ("budget", True, 14)
    assert plan(reference(0.0), 0.8, budget=350).least.places == (14,)


@pytest.mark.slow
def test_a_budget_of_each_year_is_a_limit_on_the_dearest() -> None:
    """Four places cost 100 a year and 300 in three years; support that ends after a year costs nothing afterwards.

    Nobody rises, so that few trajectories tell all.
    """
    pokja = assist(cost_idr_million=25.0, eligible_status=("dasar",))
    scenario = replace(district((9, 0, 0, 0), scalars={"rise.dasar": 0.0}, interventions=[pokja]), horizon=3)
    once = replace(scenario, interventions=(replace(pokja, ends=FIRST),))
    for asked, limits, dearest in (
        (scenario, {"budget_per_year": 100}, 100),
        (scenario, {"budget": 300}, 100),
        (once, {"budget": 100}, 100),
        (once, {"budget_per_year": 100}, 100),
    ):
        found = plan(asked, 0.9, replicates=20, **limits)  # type: ignore[arg-type]
        assert found.limits == ()
        within = max((point for point in found.tried if point != found.now), key=lambda point: point.places)
        assert (within.places, within.cost_dearest_year_idr_million) == ((4,), dearest)


def test_an_intervention_that_harms_is_best_left_alone() -> None:
    """The best setting is none, and the plan says that more effort lowers the chance."""
    scenario = district((20, 5, 0, 0), interventions=[assist()], effects={"pokja.odds_ratio_rise": 0.4})
    found = plan(scenario, 0.95)
    assert found.least is None
    assert found.best.places == (0,)
    assert not found.steady


def test_a_target_that_is_met_anyhow_needs_nothing() -> None:
    """The least effort is none where the chance suffices already, and nothing is one place less."""
    found = plan(SETTINGS["independent villages"], 0.01)
    assert found.least is not None
    assert found.least.places == (0,)
    assert found.below is None


@pytest.mark.slow
def test_later_years_are_simulated_and_say_so() -> None:
    """The exact engine plans the first year alone; asking for it in a later year is refused."""
    villages = make_villages([30], status=[0] * 24 + [1] * 6)
    scenario = make_scenario(villages, REFERENCE, [assist()], {"pokja.odds_ratio_rise": 3.0}, horizon=2)
    found = plan(scenario, 0.4, every_year=True, replicates=2000)
    assert not found.exact
    assert found.years == (FIRST, FIRST + 1)
    assert found.why_simulated == "later_years"
    # Two rises of thirty in each of two years; the chance of both is below that of either.
    either = [plan(scenario, 0.4, year=year, engine="batch", replicates=2000) for year in found.years]
    for one in either:
        assert found.nothing.probability_met <= one.nothing.probability_met
    with pytest.raises(Refusal, match="only the first year"):
        plan(scenario, 0.4, year=FIRST + 1, engine="exact")


@pytest.mark.slow
def test_agents_and_arrays_make_the_same_plan() -> None:
    """The engines share their trajectories, so that every chance is the same number; far from the goal few suffice."""
    scenario = district(
        (8, 4, 0, 0), interventions=[assist(capacity=3)], effects={"pokja.odds_ratio_rise": 3.0}, target=Target(SHARE)
    )
    arrays, agents = (plan(scenario, 0.99, engine=engine, replicates=20, seed=3) for engine in ("batch", "mesa"))
    assert [p.probability_met for p in arrays.tried] == [p.probability_met for p in agents.tried]


def test_the_seed_alone_decides() -> None:
    """Two plans of one seed are equal whatever the number of workers."""
    scenario = SETTINGS["a shared shock, random choice"]
    plans = [plan(scenario, 0.99, seed=7, engine="batch", replicates=500, workers=workers) for workers in (1, 2)]
    assert plans[0].settings.equals(plans[1].settings)


def test_default_priors_are_planned_by_simulation() -> None:
    """A scenario whose kecamatan share a shock has no closed form: the reason is kept beside the answer."""
    villages = make_villages([12, 8], status=[0] * 14 + [1] * 6)
    scenario = make_scenario(villages, {**NEUTRAL, "subdistrict_sd": 0.5}, [assist()], {"pokja.odds_ratio_rise": 3.0})
    found = plan(scenario, 0.5, replicates=400)
    assert not found.exact
    assert found.why_simulated == "kecamatan_shock"


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["batch", "exact"])
def test_a_plan_holds_the_number_of_the_forecast(engine: Engine) -> None:
    """Today's effort has it too where the plan simulates and no decision is near; else both are kept."""
    scenario = SETTINGS["a shared shock, random choice"]
    (year,) = forecast(scenario, seed=3).districts[0].years[:1]
    found = plan(scenario, 0.02, engine=engine, seed=3)
    assert found.forecast.probability_met == year.probability_met
    assert found.forecast.monte_carlo_error == year.monte_carlo_error
    if engine == "batch":
        assert found.now.probability_met == year.probability_met
    else:
        assert abs(found.now.probability_met - year.probability_met) <= 4 * year.monte_carlo_error


@pytest.mark.slow
def test_a_near_decision_looks_closer_than_the_forecast() -> None:
    """Today's setting is then simulated by more trajectories, and the forecast's own number is kept beside it."""
    scenario = replace(SETTINGS["a shared shock, random choice"], horizon=2)
    year = forecast(scenario, replicates=2000, seed=3).districts[0].years[1]
    found = plan(scenario, year.probability_met, engine="batch", year=year.year, replicates=2000, seed=3)
    assert found.forecast.probability_met == year.probability_met
    assert found.now.replicates > 2000
    assert found.now.monte_carlo_error < year.monte_carlo_error
