"""States of the world pin down what is open, and regret is what the best option would have had more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from districts import make_scenario, make_villages

from simulation.decision.robustness import Robustness, World, choose, robustness, worlds_of
from simulation.domain.distributions import Beta, Exponentiated, Fixed, HalfNormal, LogitNormal, Normal
from simulation.domain.intervention import Intervention
from simulation.domain.messages import KampungError
from simulation.domain.target import Target
from simulation.engine.effort import Effort
from simulation.inputs.scenario import Scenario

OPEN = {
    "rise.dasar": LogitNormal(-2.94, 0.8),
    "rise.berkembang": LogitNormal(-2.3, 0.8),
    "rise.mandiri": LogitNormal(-0.6, 1.2),
    "skip.berkembang": Beta(1, 9),
    "year_sd": HalfNormal(0.7),
}
EFFECT = Exponentiated(Normal(0.25, 0.25))


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    """Return the counts of Tanah Laut with everything open that has states."""
    made = make_scenario(make_villages([135], counts=[93, 25, 3, 14]), OPEN, horizon=2)
    return replace(made, target=Target(share=Fraction(1, 20)))


def with_plan(baseline: Scenario, capacity: int, effect: Exponentiated = EFFECT) -> Scenario:
    """Return the baseline with an intervention on so many villages."""
    plan = Intervention("pokja", starts=baseline.origin + 1, capacity=capacity)
    made = make_scenario(baseline.districts[0], OPEN, [plan], {"pokja.odds_ratio_rise": effect}, horizon=2)
    return replace(made, target=baseline.target, name=f"pokja-{capacity}")


def test_every_open_thing_has_its_states(baseline: Scenario) -> None:
    """As stated, two of rises, skips and effects, no shocks and large ones; numbers have none."""
    options = (baseline, with_plan(baseline, 10))
    worlds = {world.name: world.parameters for world in worlds_of(options, 2027)}
    assert list(worlds) == [
        "as_stated", "slow_rises", "fast_rises", "few_skips", "many_skips",
        "weak_effects", "strong_effects", "no_shocks", "large_shocks",
    ]  # fmt: skip
    levels = ("dasar", "berkembang", "mandiri")
    slow, fast = ([worlds[name][f"rise.{level}"] for level in levels] for name in ("slow_rises", "fast_rises"))
    mean, sd = np.array([-2.94, -2.3, -0.6]), np.array([0.8, 0.8, 1.2])
    for chances, score in ((slow, -1.6449), (fast, 1.6449)):
        assert np.log(chances) - np.log1p(-np.array(chances)) == pytest.approx(mean + score * sd, abs=1e-3)
    first = [world.name for world in worlds_of(options, 2026)]
    assert first == [name for name in worlds if "skips" not in name]
    strong = {world.name: world for world in worlds_of(options, 2026)}["strong_effects"].of(options[1])
    effect = strong.parameters.scalars["pokja.odds_ratio_rise"].quantile(np.array([0.5]))
    assert effect == pytest.approx(np.exp(0.25 + 1.6449 * 0.25), rel=1e-4)
    assert worlds["large_shocks"]["year_sd"] == pytest.approx(0.7 * 1.95996, rel=1e-4)
    fixed = make_scenario(baseline.districts[0], {name: Fixed(0.1) for name in OPEN}, horizon=1)
    assert [world.name for world in worlds_of([fixed], 2026)] == ["as_stated", "no_shocks"]


def test_every_option_keeps_an_effect_of_its_own(baseline: Scenario) -> None:
    """Weak is weak for each: two effects of one name have their own quantiles; who has none stays as it is."""
    world = World("weak_effects", effect_quantile=0.05)
    assert world.of(baseline).parameters.scalars == baseline.parameters.scalars
    mild, strong = (with_plan(baseline, 10, Exponentiated(Normal(mean, 0.25))) for mean in (0.25, 1.5))
    found = [world.of(option).parameters for option in (mild, strong)]
    values = [float(one.scalars["pokja.odds_ratio_rise"].quantile(np.array([0.5]))[0]) for one in found]
    assert values == pytest.approx(np.exp([0.25 - 1.6449 * 0.25, 1.5 - 1.6449 * 0.25]), rel=1e-4)
    assert all("pokja.odds_ratio_rise" not in one.uncertain for one in found)


def test_the_order_of_the_options_orders_the_columns_and_nothing_else(baseline: Scenario) -> None:
    """Also where only one of them has something uncertain: all get its effort."""
    numbers = {name: Fixed(0.1 if name.startswith(("rise", "skip")) else 0.4) for name in OPEN}
    villages = baseline.districts[0]
    certain = replace(make_scenario(villages, numbers, horizon=2), target=baseline.target)
    plan = Intervention("pokja", starts=baseline.origin + 1, capacity=60)
    helped = make_scenario(villages, numbers, [plan], {"pokja.odds_ratio_rise": EFFECT}, horizon=2)
    options = [certain, replace(helped, target=baseline.target, name="helped")]
    assert certain.fixed
    one, other = robustness(options, 30, 20, 3), robustness(options[::-1], 30, 20, 3)
    assert (one.draws, one.replicates) == (other.draws, other.replicates) == (30, 20)
    assert one.options == other.options[::-1]
    assert [world.name for world in one.worlds] == [world.name for world in other.worlds]


def test_options_that_differ_in_assumptions_are_refused(baseline: Scenario) -> None:
    """A row of the table would mix two worlds."""
    other = make_scenario(baseline.districts[0], {**OPEN, "year_sd": HalfNormal(0.2)}, horizon=2)
    with pytest.raises(KampungError, match=r"differs from test in assumptions too.*year_sd"):
        robustness([baseline, replace(other, target=baseline.target, name="other")])


def judged(scenarios: Sequence[Scenario], chances: np.ndarray) -> Robustness:
    """Return the choice between options with these chances in up to four states."""
    worlds = [World(name) for name in ("as_stated", "no_shocks", "large_shocks", "many_skips")][: chances.shape[1]]
    costs = [None] * len(scenarios)
    return choose(scenarios, worlds, chances, chances / 100, costs, year=2026, effort=Effort(1, 1), seed=0)


def test_regret_and_both_choices_follow_from_the_table(baseline: Scenario) -> None:
    """By hand, for three tables; in the last the two choices differ."""
    scenarios = [replace(baseline, name=name) for name in "abc"]

    def chosen(chances: list[list[float]]) -> Robustness:
        return judged(scenarios[: len(chances)], np.array(chances))

    table = chosen([[0.5, 0.5, 0.5], [0.5, 0.9, 0.2], [0.5, 0.1, 0.1]])
    regrets = [option.regret for option in table.options]
    assert regrets == [pytest.approx((0, 0.4, 0)), pytest.approx((0, 0, 0.3)), pytest.approx((0, 0.8, 0.4))]
    assert [option.mean_probability_met for option in table.options] == pytest.approx([0.5, 0.55, 0.1])
    assert [option.largest_regret for option in table.options] == pytest.approx([0.4, 0.3, 0.8])
    assert (table.best_on_average, table.least_regretted) == ("b", "b")
    cautious = chosen([[0.4, 0.5, 0.5], [0.4, 0.9, 0.05]])
    assert (cautious.best_on_average, cautious.least_regretted) == ("a", "a")
    torn = chosen([[0.4, 0.5, 0.5, 0.5], [0.4, 0.7, 0.7, 0.2]])
    assert (torn.best_on_average, torn.least_regretted) == ("b", "a")


def test_a_choice_shows_itself_as_chances_and_regrets_of_every_option_in_every_state(baseline: Scenario) -> None:
    """The table has a row a state and option, the page a row a state; the line names both choices."""
    chances = np.array([[0.4, 0.5, 0.5, 0.5], [0.4, 0.7, 0.7, 0.2]])
    torn = judged([replace(baseline, name="careful"), replace(baseline, name="bold")], chances)
    rows = torn.table.set_index(["world", "scenario"])
    assert len(rows) == chances.size
    assert rows.loc[("many_skips", "bold")].tolist() == pytest.approx([0.2, 0.002, 0.3])
    line = "in 4 states: best on average bold (P 0.533), least regretted careful (at most 0.200)"
    assert line in repr(torn)
    page = torn._repr_html_()
    assert [page.count(f">{world.name}</td>") for world in torn.worlds] == [1, 1, 1, 1]
    assert [page.count(f">{option.name}</th>") for option in torn.options] == [1, 1]
    assert ">0.200 (0.300)</td>" in page


def test_an_option_beside_itself_is_never_regretted(baseline: Scenario) -> None:
    """The same draws and the same luck: exactly the same chances in every state."""
    twice = robustness([baseline, replace(baseline, name="again")], 20, 10, 3)
    one, other = twice.options
    assert set(one.regret + other.regret) == {0}
    assert one.probability_met == other.probability_met


@pytest.mark.slow
def test_more_help_is_never_worse_and_states_move_the_chance_as_they_must(baseline: Scenario) -> None:
    """Rates that are many times as high, and effects that are stronger, raise the chance by many errors."""
    found = robustness([baseline, with_plan(baseline, 60)], 200, 20, 5)
    chances = {
        world.name: np.array([option.probability_met[place] for option in found.options])
        for place, world in enumerate(found.worlds)
    }
    error = 4 * max(max(option.monte_carlo_error) for option in found.options)
    assert np.all(chances["fast_rises"] > chances["slow_rises"] + error)
    assert chances["strong_effects"][1] > chances["weak_effects"][1] + error
    assert chances["strong_effects"][0] == chances["weak_effects"][0] == chances["as_stated"][0]
    assert all(helped >= alone - error for alone, helped in chances.values())
    assert found.year == baseline.origin + 1


def test_a_choice_needs_two_options_of_the_same_villages(baseline: Scenario) -> None:
    """One option, or other villages, are refused with the reason."""
    with pytest.raises(KampungError, match="at least two scenarios"):
        robustness([baseline])
    other = make_scenario(make_villages([60], counts=[40, 10, 5, 5]), OPEN, horizon=2)
    with pytest.raises(KampungError, match="villages"):
        robustness([baseline, replace(other, target=baseline.target, name="other")])


def costs(*options: Scenario) -> list[float | None]:
    """Return what each option costs."""
    return [option.cost_idr_million for option in robustness(options, 20, 10, 3).options]


def test_costs_are_those_of_the_villages_assisted(baseline: Scenario) -> None:
    """Ten villages of 93 in each of two years at 5 million; none where no option has a cost."""
    assert costs(baseline, with_plan(baseline, 10)) == [None, None]
    planned = with_plan(baseline, 10)
    costly = replace(planned, interventions=(replace(planned.interventions[0], cost_idr_million=5.0),))
    assert costs(baseline, costly) == pytest.approx([0.0, 100.0])
