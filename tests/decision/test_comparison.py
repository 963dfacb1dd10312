"""Scenarios against a baseline."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_scenario, make_villages

import simulation as kkb
from simulation.decision.comparison import Contrast, RisesCompared, compare
from simulation.domain.distributions import Exponentiated, LogitNormal, Normal
from simulation.domain.intervention import Intervention
from simulation.domain.messages import Refusal, ScenarioError
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

UNCERTAIN = {"rise.dasar": LogitNormal(-2.5, 0.4), "year_sd": 0.6}
EFFECT = {"pokja.odds_ratio_rise": Exponentiated(Normal(0.8, 0.3))}
POKJA = Intervention("pokja", ORIGIN + 1, capacity=9, cost_idr_million=12.5)
STATUS = [i * 7 % 4 for i in range(40)]


def district(*plans: Intervention, known: bool = True, fixed: bool = False, **settings: Any) -> Scenario:
    """Return 40 villages, assisted or not."""
    counts = np.bincount(STATUS, minlength=4).tolist()
    villages = make_villages([25, 15], STATUS if known else None, None if known else counts)
    effects: dict[str, Any] = {
        f"{plan.name}.odds_ratio_rise": 2.5 if fixed else EFFECT["pokja.odds_ratio_rise"] for plan in plans
    }
    return make_scenario(villages, {} if fixed else UNCERTAIN, plans, effects, **{"horizon": 3, **settings})


def only(baseline: Scenario, scenario: Scenario, **effort: Any) -> Contrast:
    """Return the only contrast of a comparison."""
    return compare(baseline, scenario, **effort).contrasts[0]


@pytest.mark.parametrize("scenario", [everything_on(), district(POKJA), district(POKJA, known=False)])
def test_a_scenario_compared_with_itself_differs_by_exactly_nothing(scenario: Scenario) -> None:
    """Every difference, error and interval is 0; as many rises in every future; nobody rises only with it."""
    found = only(scenario, scenario, draws=30, replicates=10)
    for year in found.years:
        assert (year.difference, year.monte_carlo_error) == (0.0, 0.0)
        assert year.interval90 in {None, (0.0, 0.0)}
    for rises in (found.additional_rises, *(year.additional_rises for year in found.years)):
        assert (rises.mean, rises.monte_carlo_error) == (0.0, 0.0)
        assert rises.parameter_interval90 in {None, (0.0, 0.0)}
    assert found.rises_compared == RisesCompared(0.0, 1.0, 0.0)
    assert found.additional_cost_idr_million == 0.0
    assert found.same_law
    assert not any(village.probability_only_with for village in found.villages)


def test_both_chances_are_those_of_forecasts_of_the_same_effort() -> None:
    """A comparison says nothing that the forecasts of its scenarios would not."""
    baseline, scenario = district(), district(POKJA)
    found = only(baseline, scenario, draws=50, replicates=20, seed=3)
    for one, chance in ((baseline, "baseline_probability_met"), (scenario, "probability_met")):
        years = forecast(one, 50, 20, 3).districts[0].years
        assert [getattr(year, chance) for year in found.years] == pytest.approx([y.probability_met for y in years])
        assert [year.difference for year in found.years] == pytest.approx(
            [year.probability_met - year.baseline_probability_met for year in found.years]
        )


def test_pairs_tell_more_than_two_separate_forecasts() -> None:
    """The paired error is well below that of independent runs of the same effort."""
    baseline, scenario = district(), district(POKJA)
    found = only(baseline, scenario, draws=200, replicates=20).years[0]
    apart = [forecast(one, 200, 20, seed).districts[0].years[0] for one, seed in ((baseline, 0), (scenario, 1))]
    assert found.monte_carlo_error < 0.8 * np.hypot(*(one.monte_carlo_error for one in apart))


def test_what_is_gained_in_one_direction_is_lost_in_the_other() -> None:
    """Baseline and scenario change places: every sign changes, and the villages change sides."""
    there, back = (only(*pair, draws=40, replicates=10) for pair in
                   ((district(), district(POKJA)), (district(POKJA), district())))  # fmt: skip
    for one, other in zip(there.years, back.years, strict=True):
        assert one.difference == pytest.approx(-other.difference)
        assert one.monte_carlo_error == pytest.approx(other.monte_carlo_error)
        assert one.additional_rises.mean == pytest.approx(-other.additional_rises.mean)
    assert there.rises_compared is not None
    assert back.rises_compared is not None
    assert vars(there.rises_compared) == {**vars(back.rises_compared), "more": back.rises_compared.fewer,
                                          "fewer": back.rises_compared.more}  # fmt: skip
    only_with = {village.village_code: village.probability_only_with for village in there.villages}
    assert only_with == {village.village_code: village.probability_only_without for village in back.villages}


def test_a_village_rises_only_with_the_programme_as_often_as_its_chance_says() -> None:
    """P(with and not without) − P(without and not with) = P(with) − P(without), village by village."""
    found = only(district(), district(POKJA), draws=40, replicates=10)
    risen = [forecast(one, 40, 10).districts[0].risen_probability[:, -1] for one in (district(), district(POKJA))]
    gained = dict(zip(district().districts[0].codes, risen[1] - risen[0], strict=True))
    assert {
        village.village_code: village.probability_only_with - village.probability_only_without
        for village in found.villages
    } == pytest.approx(gained)
    assert found.villages[0].probability_only_with > 0.05


def test_single_villages_are_told_only_where_their_status_is_known() -> None:
    """Of counts nobody can say which village it was."""
    found = only(district(known=False), district(POKJA, known=False), draws=20, replicates=10)
    assert found.villages == ()


def test_the_cost_is_that_of_assisted_village_years() -> None:
    """Nine places for three years while enough are eligible: 27 village-years, at 12.5 million each."""
    costly = replace(POKJA, eligible_status=("dasar", "berkembang", "mandiri", "paripurna"))
    found = only(district(), district(costly), draws=10, replicates=10)
    assert found.cost_idr_million == pytest.approx(27 * 12.5)
    assert found.baseline_cost_idr_million == 0.0
    each = found.cost_per_additional_rise
    assert each is not None
    assert each.mean == pytest.approx(27 * 12.5 / found.additional_rises.mean)


def test_a_cost_per_rise_that_would_mislead_is_not_given() -> None:
    """Where nothing is paid for, where rises are lost, and where too few runs tell them from none."""
    free = only(district(), district(replace(POKJA, cost_idr_million=0.0)), draws=40, replicates=10)
    lost = only(district(POKJA), district(), draws=40, replicates=10)
    few = only(district(), district(replace(POKJA, capacity=1)), draws=4, replicates=1)
    assert not few.additional_rises.distinguishable
    for found in (free, lost, few):
        assert found.cost_per_additional_rise is None


def test_the_cost_per_rise_has_no_end_where_there_may_be_no_rise_at_all() -> None:
    """Its interval is the cost over both ends of the additional rises."""
    found = only(district(), district(POKJA), draws=200, replicates=10)
    low, high = found.additional_rises.parameter_interval90 or (0.0, 0.0)
    assert low > 0
    assert found.cost_per_additional_rise is not None
    assert found.cost_per_additional_rise.interval90 == pytest.approx(
        (found.additional_cost_idr_million / high, found.additional_cost_idr_million / low)
    )
    unsure = {"pokja.odds_ratio_rise": Exponentiated(Normal(0.3, 0.5))}
    scenario = replace(district(POKJA), parameters=replace(
        district(POKJA).parameters, scalars={**district(POKJA).parameters.scalars, **unsure}))  # fmt: skip
    each = only(district(), scenario, draws=400, replicates=10).cost_per_additional_rise
    assert each is not None
    assert each.interval90 is not None
    assert each.interval90[1] is None


def test_every_scenario_gets_the_effort_of_an_uncertain_one() -> None:
    """A fixed baseline is run for every draw of what it is compared with, of which some number is uncertain."""
    uncertain = replace(district(POKJA, fixed=True), parameters=district(POKJA).parameters)
    found = compare(district(fixed=True), uncertain, district(POKJA, fixed=True), draws=12, replicates=5)
    assert (found.effort.draws, found.effort.replicates) == (12, 5)
    fixed = compare(district(fixed=True), district(POKJA, fixed=True), draws=12, replicates=50)
    assert (fixed.effort.draws, fixed.effort.replicates) == (1, 50)
    assert fixed.contrasts[0].years[0].interval90 is None


def test_engines_and_workers_change_nothing() -> None:
    """Agents give the same comparison as arrays, to the last digit."""
    pair = district(horizon=2), district(POKJA, horizon=2)
    arrays, agents = (compare(*pair, draws=4, replicates=3, engine=engine).years for engine in ("batch", "mesa"))  # type: ignore[arg-type]
    assert arrays.equals(agents)
    assert compare(*pair, draws=30, replicates=20, workers=1).years.equals(
        compare(*pair, draws=30, replicates=20, workers=3).years
    )


def test_draws_double_until_the_difference_is_precise() -> None:
    """The first of 20, 40, 80 … draws that is precise enough is the same as asked for at once."""
    pair = district(), district(POKJA)
    wanted = 1.01 * compare(*pair, draws=80, replicates=5).half_width
    found = compare(*pair, draws=20, replicates=5, precision=wanted)
    assert found.effort.draws in {40, 80}
    assert found.half_width < wanted
    assert found.years.equals(compare(*pair, draws=found.effort.draws, replicates=5).years)


def test_progress_goes_once_from_nothing_to_all_scenarios() -> None:
    """Trajectories of the baseline and of two scenarios are counted through."""
    told: list[tuple[int, int]] = []
    compare(district(), district(POKJA), district(), draws=6, replicates=5, progress=lambda *at: told.append(at))
    assert told[-1] == (90, 90)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_a_comparison_is_a_table_and_a_line() -> None:
    """One row a scenario and year, told apart by name; no name can be markup in a notebook."""
    with pytest.raises(ScenarioError, match="cannot be a name"):
        replace(district(POKJA), name="<b>pokja")
    found = kkb.compare(district(), replace(district(POKJA), name="with-pokja"), draws=6, replicates=5)
    assert isinstance(found, kkb.Comparison)
    assert list(found.years["year"]) == [ORIGIN + 1, ORIGIN + 2, ORIGIN + 3]
    assert {"scenario", "difference", "monte_carlo_error", "parameter_low", "additional_rises_mean"} <= set(found.years)
    assert ">with-pokja</td>" in found._repr_html_()
    assert repr(found).startswith("<Comparison with test, P(met in 2026) with-pokja: ")


def test_what_cannot_be_compared_is_refused() -> None:
    """Nothing to compare with, or another question."""
    with pytest.raises(ValueError, match="at least one"):
        compare(district())
    with pytest.raises(Refusal):
        compare(district(), district(horizon=2))


def test_where_the_first_year_alone_is_exact_it_is_compared_alone() -> None:
    """With the reasons; the differences are those of a horizon of one year."""
    pair = everything_on(horizon=3), replace(everything_on(horizon=3), name="kedua", min_years=3)
    found = compare(*pair, draws=20, engine="exact")
    assert any("transition.subdistrict_sd" in str(reason) for reason in found.later)
    (year,) = found.contrasts[0].years
    (alone,) = compare(*(replace(one, horizon=1) for one in pair), draws=20, engine="exact").contrasts[0].years
    assert year == alone


@pytest.mark.slow
def test_exact_differences_leave_out_what_is_not_known() -> None:
    """Means and their intervals are exact; single futures and villages are not told."""
    half = replace(POKJA, capacity=None, coverage=Fraction("0.5"))
    found = only(district(horizon=1), district(half, horizon=1), draws=50, engine="exact")
    assert (found.rises_compared, found.villages) == (None, ())
    assert found.additional_rises.interval90 is None
    assert found.additional_rises.parameter_interval90 is not None
    same = only(district(half, horizon=1), district(half, horizon=1), draws=50, engine="exact")
    assert (same.years[0].difference, same.years[0].monte_carlo_error) == (0.0, 0.0)
