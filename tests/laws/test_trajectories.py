"""What must hold for any scenario whatever."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_scenario, make_villages, scenarios
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.domain.distributions import Fixed
from simulation.domain.intervention import Intervention
from simulation.domain.parameters import ParameterSet
from simulation.domain.randomness import Trajectories
from simulation.domain.status import LEVELS
from simulation.domain.status_knowledge import KnownStatuses, SomeStatuses
from simulation.domain.villages import Villages
from simulation.engine import batch, model
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run
from simulation.engine.outcome import Outcome
from simulation.inputs.scenario import Scenario

SEED = 11


def simulate(scenario: Scenario, villages: Villages | None = None, replicates: int = 6) -> Outcome:
    """Run a few trajectories with the array engine."""
    parameters = scenario.parameters.draw(SEED, 1)
    grid = Trajectories.grid(range(1), range(replicates))
    return batch.simulate(scenario, villages or scenario.districts[0], parameters, grid, SEED)


def same(a: Outcome, b: Outcome) -> bool:
    """Return whether two outcomes agree in every number."""
    kept = [{**vars(each), **vars(each.villages)} for each in (a, b)]
    return all(np.array_equal(kept[0][name], kept[1][name]) for name in kept[0] if name != "villages")


def with_parameters(scenario: Scenario, **changes: float) -> Scenario:
    """Return the scenario with other fixed values (``__`` for the dot in names)."""
    p = scenario.parameters
    scalars = {**p.scalars, **{name.replace("__", "."): Fixed(value) for name, value in changes.items()}}
    return replace(scenario, parameters=ParameterSet(scalars, p.matrix, p.interventions, p.covariates))


def without_interventions(scenario: Scenario) -> Scenario:
    """Return the scenario with nothing done."""
    p = scenario.parameters
    scalars = {key: value for key, value in p.scalars.items() if not key.is_effect}
    return replace(scenario, interventions=(), parameters=replace(p, scalars=scalars, interventions=()))


@pytest.mark.slow
@given(scenarios())
@settings(max_examples=40, deadline=None)
def test_mesa_and_array_engines_give_the_same_trajectories(scenario: Scenario) -> None:
    """Every count of every trajectory agrees, whatever is switched on."""
    parameters = scenario.parameters.draw(SEED, 1)
    grid = Trajectories.grid(range(1), range(2, 5))
    district = scenario.districts[0]
    assert same(
        batch.simulate(scenario, district, parameters, grid, SEED),
        model.simulate(scenario, district, parameters, grid, SEED),
    )


def test_who_waits_is_the_same_to_both_engines_where_the_list_does_not_show_it() -> None:
    """A village that stands at the top, is listed below it and changed last year may not rise, as a planner counts."""
    villages = make_villages([9], status=[0] * 9)
    scenario = make_scenario(
        villages,
        {"rise.dasar": 0.5, "skip.berkembang": 0.9, "skip.mandiri": 0.9, "reporting.yearly": 0.5},
        (Intervention("visits", starts=ORIGIN + 1, capacity=3, priority="nearest_to_rising"),),
        horizon=5,
        min_years=1,
    )
    parameters, grid = scenario.parameters.draw(SEED, 1), Trajectories.grid(range(1), range(20))
    assert same(*(engine.simulate(scenario, villages, parameters, grid, SEED) for engine in (batch, model)))


@given(scenarios())
@settings(max_examples=40, deadline=None)
def test_counts_of_a_year_agree_with_each_other(scenario: Scenario) -> None:
    """Villages appear only when they join, none vanishes, and no more rise than may."""
    outcome, every = simulate(scenario), scenario.districts[0].ever
    there = [every.there(year).sum() for year in (*scenario.years, scenario.years[-1] + 1)]
    assert (outcome.levels.sum(axis=-1) == there).all()
    assert (outcome.rises <= outcome.can_rise.sum(axis=-1)).all()
    assert (outcome.entries <= outcome.rises).all()
    assert np.array_equal(outcome.villages.status.sum(axis=0), outcome.levels[:, 1:].sum(axis=0))
    assert np.array_equal(outcome.villages.rises.sum(axis=0), outcome.rises.sum(axis=0))
    assert (np.diff(outcome.villages.risen, axis=1) >= 0).all()


@pytest.mark.slow
@given(scenarios())
@settings(max_examples=40, deadline=None)
def test_an_intervention_with_odds_ratio_one_changes_no_bit(scenario: Scenario) -> None:
    """No effect is exactly neutral, whoever is assisted."""
    names = [plan.name for plan in scenario.interventions]
    neutral = with_parameters(
        scenario, **{f"{name}__odds_ratio_{way}": 1.0 for name in names for way in ("rise", "fall")}
    )
    without = without_interventions(neutral)
    a, b = simulate(neutral), simulate(without)
    assert np.array_equal(a.levels, b.levels)
    assert np.array_equal(a.rises, b.rises)


@pytest.mark.slow
@given(scenarios(known_status=True), st.floats(1.1, 6), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_help_fixed_in_advance_leaves_no_village_lower(scenario: Scenario, ratio: float, chance: float) -> None:
    """Without falls and skips, and with who is assisted settled, a helpful intervention harms nobody in any year."""
    plan = Intervention("help", ORIGIN + 1, capacity=3, priority="column:remote", eligible_status=LEVELS)
    scenario = without_interventions(scenario)
    base = {"fall": 0.0, "skip__berkembang": 0.0, "skip__mandiri": 0.0, "rise__dasar": chance}
    scenario = replace(
        scenario,
        interventions=(plan,),
        min_years=0,
        parameters=ParameterSet(
            {**scenario.parameters.scalars, "help.odds_ratio_rise": Fixed(1.0), "help.odds_ratio_fall": Fixed(1.0)},
            interventions=("help",),
            covariates=scenario.parameters.covariates,
        ),
    )
    without = simulate(with_parameters(scenario, **base, peer_odds_ratio=1.5), replicates=1)
    helped = simulate(with_parameters(scenario, **base, peer_odds_ratio=1.5, help__odds_ratio_rise=ratio), replicates=1)
    level_without = without.villages.status.argmax(axis=-1)
    level_helped = helped.villages.status.argmax(axis=-1)
    assert (level_helped >= level_without).all()


@given(scenarios(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_changes_nothing(scenario: Scenario, random: object) -> None:
    """Villages are put in an order of their own, so the table's order cannot matter."""
    district = scenario.districts[0].ever
    order = list(range(len(district)))
    random.shuffle(order)  # type: ignore[attr-defined]
    names = [district.subdistricts[k] for k in district.subdistrict_index]
    known = district.known
    later = [0] * (len(district) - district.at_origin)
    levels = [*known.levels, *later] if isinstance(known, KnownStatuses | SomeStatuses) else None
    shuffled = Villages.arrange(
        district.district_code,
        district.district,
        [district.codes[i] for i in order],
        [district.names[i] for i in order],
        [names[i] for i in order],
        status=[int(levels[i]) for i in order] if levels is not None else None,
        status_counts=district.known.counts,
        columns={name: [cells[i] for i in order] for name, cells in district.columns.items()},
        joins=None if district.joins is None else [int(district.joins[i]) for i in order],
    )
    assert same(simulate(scenario), simulate(scenario, shuffled))


@given(scenarios())
@settings(max_examples=40, deadline=None)
def test_until_it_joins_a_village_does_not_matter(scenario: Scenario) -> None:
    """Up to the end of the first year in which villages join, the others live as if these did not exist."""
    district = scenario.districts[0]
    if district.with_later is None or any(isinstance(plan.priority, tuple) for plan in scenario.interventions):
        return
    if any({*(plan.eligible_subdistricts or ())} - {*district.subdistricts} for plan in scenario.interventions):
        return
    joins = district.ever.joins
    assert joins is not None
    years, here = int(joins[joins > 0].min()) - ORIGIN, len(district)
    alone, beside = simulate(scenario, replace(district, with_later=None)), simulate(scenario)
    for name in ("status", "rises", "risen", "assisted"):
        whole, part = (getattr(outcome.villages, name)[:here, :years] for outcome in (beside, alone))
        assert np.array_equal(whole, part), name
    assert np.array_equal(beside.can_rise[:, :years], alone.can_rise[:, :years])
    assert np.array_equal(beside.levels[:, :years], alone.levels[:, :years])


@given(scenarios(known_status=True), st.data())
@settings(max_examples=20, deadline=None)
def test_a_subset_keeps_its_lives_where_nothing_couples_villages(scenario: Scenario, data: st.DataObject) -> None:
    """Without peers, limited places and centred covariates, who else is simulated does not matter."""
    scenario = without_interventions(scenario)
    p = scenario.parameters
    scalars = {key: value for key, value in p.scalars.items() if key.kind != "covariate"}
    scenario = replace(scenario, parameters=ParameterSet({**scalars, "peer_odds_ratio": Fixed(1.0)}))
    district = scenario.districts[0]
    keep = sorted(data.draw(st.sets(st.integers(0, len(district) - 1), min_size=1)))
    names = [district.subdistricts[k] for k in district.subdistrict_index]
    part = Villages.arrange(
        district.district_code,
        district.district,
        [district.codes[i] for i in keep],
        [district.names[i] for i in keep],
        [names[i] for i in keep],
        status=[int(district.levels[i]) for i in keep],
    )
    whole, few = simulate(scenario), simulate(scenario, part)
    assert np.array_equal(whole.villages.status[keep], few.villages.status)


def test_more_draws_and_replicates_begin_with_the_same_ones() -> None:
    """Draw 1, replicate 2 is the same trajectory in a small and in a large ensemble."""
    scenario = everything_on()
    small, large = run(scenario, Effort(2, 3), SEED).outcomes[0], run(scenario, Effort(5, 11), SEED).outcomes[0]
    assert np.array_equal(small.levels, large.levels[:2, :3])


def test_trajectories_differ_between_addresses() -> None:
    """Seeds and replicates are not copies of each other."""
    scenario = everything_on()
    a, b = run(scenario, Effort(1, 8), 1).outcomes[0], run(scenario, Effort(1, 8), 2).outcomes[0]
    assert not np.array_equal(a.levels, b.levels)
    assert not np.array_equal(a.levels[0, 0], a.levels[0, 1])


@given(scenarios())
@settings(max_examples=40, deadline=None)
def test_rows_of_the_matrix_sum_to_one(scenario: Scenario) -> None:
    """Whatever rise, fall and skip say, each row is a distribution."""
    matrix = scenario.parameters.draw(SEED, 1).matrix[0]
    assert np.all((matrix >= 0) & (matrix <= 1))
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-12)


def test_a_certain_rise_rises() -> None:
    """A chance of one, with infinite odds, is no special case."""
    villages = make_villages((4,), status=[0, 0, 1, 2])
    certain = {f"rise.{level}": 1.0 for level in LEVELS[:3]} | {"fall": 1.0, "village_sd": 1.0}
    scenario = make_scenario(villages, {**certain, "skip.berkembang": 0.0, "skip.mandiri": 0.0})
    outcome = simulate(scenario)
    assert (outcome.rises[:, 0] == 4).all()
