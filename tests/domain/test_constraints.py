"""What files refuse is refused from Python too, in the same words; each case was accepted once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_villages

from simulation.domain.distributions import (
    Beta,
    Dirichlet,
    Empirical,
    Exponentiated,
    Fixed,
    HalfNormal,
    Normal,
    lognormal_from_interval,
)
from simulation.domain.intervention import Intervention
from simulation.domain.messages import ScenarioError
from simulation.domain.status import UNKNOWN
from simulation.domain.status_knowledge import DistrictCounts, KnownStatuses, SubdistrictCounts
from simulation.domain.target import Target
from simulation.domain.villages import Villages
from simulation.inputs.scenario import Scenario


def intervention(**settings: Any) -> Callable[[], object]:
    """Return what makes an intervention with other settings."""
    return lambda: Intervention(**{"name": "pokja", "starts": ORIGIN + 1, "capacity": 3, **settings})


def parameters(**scalars: Any) -> Callable[[], object]:
    """Return what gives a scenario's parameters other values (``__`` for the dot in names)."""
    given = {name.replace("__", "."): value for name, value in scalars.items()}
    known = everything_on().parameters
    return lambda: replace(known, scalars={**known.scalars, **given})


def scenario(**changes: Any) -> Callable[[], object]:
    """Return what changes a scenario."""
    return lambda: replace(everything_on(), **changes)


def planned(**settings: Any) -> Callable[[], object]:
    """Return what gives the first intervention of a scenario other settings."""
    known = everything_on()
    return lambda: replace(known, interventions=(replace(known.interventions[0], **settings), *known.interventions[1:]))


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "an end before the start": (intervention(ends=2020), r"pokja\.ends: .*ends before it starts; found: 2020"),
    "a negative capacity": (intervention(capacity=-5), r"pokja\.capacity: .*too small; found: -5; allowed: at least 0"),
    "a broken capacity": (intervention(capacity=3.7), r"pokja\.capacity: this is not a whole number; found: 3\.7"),
    "a coverage of three": (intervention(capacity=None, coverage=Fraction(3)), r"coverage: .*from 0 to 1"),
    "no year for a village": (intervention(years_per_village=0), r"years_per_village: .*at least 1"),
    "a cost that is no number": (intervention(cost_idr_million=float("nan")), "cost_idr_million: .*finite"),
    "a level that is none": (intervention(eligible_status=("maju",)), r"eligible\.status: maju is not known"),
    "an order that is none": (intervention(priority="best"), "priority: best is not known here"),
    "a name that is a path": (intervention(name="a/b"), "this cannot be a name"),
    "a name of the parameters": (intervention(name="covariates"), "taken by the parameters"),
    "a reading that is none": (lambda: Target(reading="rise"), "target.reading: rise is not known.*did you mean rises"),  # type: ignore[arg-type]
    "a share beyond all": (lambda: Target(Fraction(2)), r"target\.share: .*too large"),
    "a share that is text": (lambda: Target("5%"), r"target\.share: this is not a number"),  # type: ignore[arg-type]
    "a misspelt parameter": (parameters(rise__dassar=Fixed(0.9)), r"rise\.dassar: no param.*did you mean rise\.dasar"),
    "an effect of nobody": (parameters(promo__odds_ratio_rise=Fixed(2)), r"promo\.odds_ratio_rise: no parameter"),
    "a chance that is no number": (parameters(rise__dasar=float("nan")), r"rise\.dasar: .*finite"),
    "a known number that is none": (lambda: Fixed(float("nan")), r"value: this is not a finite number; found: nan"),
    "draws of nothing": (lambda: Empirical([]), r"draws are not one number each; found: \(0,\)"),  # type: ignore[arg-type]
    "draws in rows": (lambda: Empirical(np.ones((2, 2))), r"draws are not one number each; found: \(2, 2\)"),
    "draws that are no numbers": (lambda: Empirical([0.1, float("inf")]), "finite number; found: inf"),  # type: ignore[arg-type]
    "a negative chance": (parameters(rise__dasar=Fixed(-0.5)), r"rise\.dasar: .*from 0 to 1"),
    "a chance above 1": (parameters(fall=1.7), r"transition\.fall: .*from 0 to 1"),
    "a negative spread": (parameters(year_sd=-2), r"year_sd: .*at least 0"),
    "a campaign that is certain five times": (parameters(campaign__probability=5), r"campaign\.probability: .*0\.05"),
    "a negative odds ratio": (parameters(peer_odds_ratio=-1), "peer_odds_ratio: .*above 0"),
    "an odds ratio of 0": (parameters(pokja__odds_ratio_rise=0), r"interventions\.pokja\.odds_ratio_rise: .*above 0"),
    "a normal as a chance": (parameters(rise__dasar=Normal(0.05, 0.2)), r"rise\.dasar: .*cannot have a dist"),
    "a beta as an odds ratio": (parameters(peer_odds_ratio=Beta(1, 2)), "peer_odds_ratio: .*cannot have"),
    "a spread with a wild sd": (lambda: HalfNormal(11), r"half_normal\.sd: .*at most 10"),
    "a beta without a shape": (lambda: Beta(-1, 2), r"beta\.alpha: .*found: -1.*above 0"),
    "a normal of text": (lambda: Exponentiated(Normal("a", 1)), r"normal\.mean: this is not a number; found: a"),  # type: ignore[arg-type]
    "draws of text": (lambda: Empirical(["a"]), "draws are not one number each"),  # type: ignore[arg-type]
    "a number of text": (lambda: Fixed("a"), "value: this is not a number; found: a"),  # type: ignore[arg-type]
    "a lognormal spread without an interval": (parameters(year_sd=Exponentiated(Normal(0, 1))), "median and 90%"),
    "an interval the wrong way round": (lambda: lognormal_from_interval(1, 2, 0.5), "not below its high"),
    "draws beyond the scale": (parameters(rise__dasar=Empirical(np.array([0.1, 1.2]))), r"rise\.dasar: .*found: 1\.2"),
    "draws of unequal lengths": (
        parameters(rise__dasar=Empirical(np.array([0.1, 0.2])), fall=Empirical(np.array([0.1]))), "equally many",
    ),
    "a row that sums to less": (
        lambda: replace(everything_on().parameters, matrix=((0.5, 0.4, 0, 0), *[Dirichlet((1, 0, 0, 0), 5)] * 3)),
        r"matrix\.dasar: the row sums to 0\.9",
    ),
    "two villages of one code": (
        lambda: Villages.arrange("1", "D", ["a", "a"], ["A", "B"], ["K", "K"], status=[0, 1]), "the same code.*: a",
    ),
    "unsorted kecamatan": (
        lambda: replace(make_villages([1, 1], [0, 1]), subdistrict_index=np.array([1, 0])), "order of their kecamatan",
    ),
    "more villages of a level than are counted": (
        lambda: make_villages([3], [0, 0, UNKNOWN], counts=[1, 1, 1, 0]), "2 villages are known to be dasar",
    ),
    "a blank status among those that are known": (
        lambda: replace(make_villages([2], [0, 1]), known=KnownStatuses(np.array([0, UNKNOWN], dtype=np.int8))),
        "found: -1",
    ),
    "counts that lack a kecamatan": (
        lambda: make_villages([2, 1], counts={"Kecamatan 0": [2, 0, 0, 0]}), "missing for kecamatan Kecamatan 1",
    ),
    "a level of five": (
        lambda: replace(make_villages([2], [0, 1]), known=KnownStatuses(np.array([0, 5], dtype=np.int8))), "found: 5",
    ),
    "statuses as text": (
        lambda: Villages.arrange("1", "D", ["a"], ["A"], ["K"], status=["dasar"]), r"villages\.status: .*found: dasar",  # type: ignore[list-item]
    ),
    "counts in parts": (
        lambda: replace(make_villages([2], [0, 1]), known=DistrictCounts(np.array([0.5, 1.5, 0, 0]))),
        r"status_counts: this is not a whole number; found: 0\.5",
    ),
    "statuses of no kind": (
        lambda: replace(make_villages([2], [0, 1]), known=None), "type NoneType does not fit.*MadeUpCounts",  # type: ignore[arg-type]
    ),
    "a code that is a number": (
        lambda: replace(make_villages([2], [0, 1]), district_code=63.01), r"district\.code: this is not text",  # type: ignore[arg-type]
    ),
    "a village code that is a number": (
        lambda: replace(make_villages([2], [0, 1]), codes=(1, "b")), r"village_code: this is not text; found: 1",  # type: ignore[arg-type]
    ),
    "no district": (scenario(districts=()), "districts: the list is too short; found: .*at least 1"),
    "a matrix that is a number": (lambda: replace(everything_on().parameters, matrix=1), "matrix: this is not a list"),  # type: ignore[arg-type]
    "a target that is a number": (scenario(target=0.05), "target: a value of type float does not fit.*one of: Target"),
    "a title that is a text": (scenario(title="Judul"), "title: a value of type str does not fit into a scenario"),
    "counts without a kecamatan": (
        lambda: make_villages([1, 1], counts={"K0": [1, 0, 0, 0]}), "counts are missing for kecamatan",
    ),
    "counts of another kecamatan": (
        lambda: replace(make_villages([1, 1], [0, 1]), known=SubdistrictCounts(np.array([[2, 0, 0, 0], [0, 0, 0, 0]]))),
        r"status_counts\..*: the counts add up to 2, .* to 1",
    ),
    "counts of other villages": (lambda: make_villages([3], counts=[1, 1, 0, 0]), "add up to 2, .* to 3"),
    "a column of half the villages": (
        lambda: replace(make_villages([2], [0, 1]), columns={"far": np.array([1.0])}), r"far: there are 1 values for 2",
    ),
    "a column that is no number": (
        lambda: make_villages([2], [0, 1], columns={"far": [1.0, float("inf")]}), r"villages\.far: .*finite",
    ),
    "an overlap that is none": (scenario(overlap="mutliply"), "overlap: mutliply is not known.*did you mean multiply"),
    "a horizon of nought": (scenario(horizon=0), "horizon: .*at least 1"),
    "an origin that is text": (scenario(origin="2025"), "origin: this is not a whole number"),
    "a name that is a path too": (scenario(name="../etc"), "name: this cannot be a name"),
    "a language that is none": (scenario(language="xx"), "language: xx is not known here; .*one of: id, en"),
    "a name that systems reserve": (scenario(name="nul"), "systems reserve this name.*write nul-kampung"),
    "a target without sense": (scenario(target=Target(reading="stock", levels=("dasar",))), r"target\.levels"),
    "a target beyond reason": (scenario(target=Target(Fraction(3, 4))), "more than half of the villages"),
    "an intervention of the past": (planned(starts=ORIGIN), r"pokja\.starts: .*2026 or later"),
    "a kecamatan of elsewhere": (planned(eligible_subdistricts=("Mars",)), r"eligible\.subdistrict: there is no kecam"),
    "a column of elsewhere": (planned(eligible_where={"roads": "x"}), "no column roads"),
    "a cell of elsewhere": (planned(eligible_where={"remote": 99.0}), "no village has this value"),
    "a village of elsewhere": (planned(priority=("x",)), r"pokja\.priority: .*no such code"),
    "a village twice": (planned(priority=("63.99.0000", "63.99.0000")), "is listed twice"),
    "two interventions of one name": (
        lambda: replace(everything_on(), interventions=everything_on().interventions * 2), "pokja is listed twice",
    ),
    "interventions without effects": (scenario(interventions=()), "effects of other interventions"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_python_refuses_what_files_refuse(case: str) -> None:
    """With the field, what was found and what is allowed."""
    make, told = REFUSED[case]
    with pytest.raises(ScenarioError, match=told):
        make()


def test_a_missing_parameter_is_named() -> None:
    """A scenario whose law lacks a number says which."""
    known = everything_on()
    scalars = {key: value for key, value in known.parameters.scalars.items() if key not in {"year_sd", "rise.dasar"}}
    with pytest.raises(ScenarioError) as refused:
        replace(known, parameters=replace(known.parameters, scalars=scalars))
    assert [problem.field for problem in refused.value.problems] == ["transition.rise.dasar", "transition.year_sd"]


def test_statuses_and_counts_may_be_lists() -> None:
    """Whole numbers are what they are, as lists, tuples or arrays of any type."""
    villages = make_villages([1, 1], [0, 1])
    assert replace(villages, known=KnownStatuses([0.0, 2])).levels.dtype == np.int8  # type: ignore[arg-type]
    placed = DistrictCounts((1, 1, 0, 0)).place(np.array([[0.2], [0.4]]))  # type: ignore[arg-type]
    assert placed.tolist() == [[0], [1]]
    counts = SubdistrictCounts([[1, 0, 0, 0], [0, 0, 1, 0]])  # type: ignore[arg-type]
    assert replace(villages, known=counts).known.counts.tolist() == [1, 0, 1, 0]  # type: ignore[union-attr]


def test_what_can_be_meant_in_one_way_only_is_taken() -> None:
    """Numbers of NumPy, shares as decimals, plain numbers for distributions, lists for tuples."""
    assert Target(share=0.05).share == Target(share=np.float64(0.05)).share == Fraction(1, 20)  # type: ignore[arg-type]
    plan = Intervention("pokja", np.int64(2026), coverage=0.4, eligible_status=["dasar"])  # type: ignore[arg-type]
    assert (plan.starts, plan.coverage, plan.eligible_status) == (2026, Fraction(2, 5), ("dasar",))
    assert type(plan.starts) is int
    known = everything_on().parameters
    assert replace(known, scalars={**known.scalars, "rise.dasar": 0.1}).scalars["rise.dasar"] == Fixed(0.1)


def test_an_interval_may_lie_where_no_normal_may_be_stated() -> None:
    """A spread far below any that a mean of its logarithm could say."""
    assert lognormal_from_interval(1e-4, 1e-10, 99).interval == (1e-4, 1e-10, 99)


def test_replace_is_checked_and_leaves_the_rest() -> None:
    """The door that notebooks use."""
    known = everything_on()
    assert isinstance(known, Scenario)
    changed = replace(known, horizon=3)
    assert (changed.years, changed.districts) == (range(2026, 2029), known.districts)
    assert changed.document["horizon"] == 3
