"""Scenarios against a baseline by closed forms, draw by draw.

Knows which differences need no trajectories; must not know how an exact result is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..domain.messages import Message, Refusal
from ..domain.parameters import Parameters
from ..engine.ensemble import Effort
from ..engine.exact.limits import NoClosedForm, sort_districts
from ..engine.exact.solve import ExactResult, solve
from ..inputs.scenario import Scenario
from .comparison import AdditionalRises, Contrast, YearContrast, unit_costs
from .differences import exact_difference
from .pairing import other_assumptions, same_law


def exact_contrasts(
    baseline: Scenario, scenarios: Sequence[Scenario], effort: Effort, seed: int
) -> tuple[Contrast, ...]:
    """Compare scenarios with a baseline, one exact difference a parameter draw.

    Raises
    ------
    Refusal
        Where a scenario has no closed form, with every reason of every scenario.
    """
    sorted_out, reasons = [], []
    for scenario in (baseline, *scenarios):
        parameters = scenario.parameters.draw(seed, effort.draws)
        try:
            (groups,) = sort_districts(scenario, parameters, seed)
        except NoClosedForm as none:
            named = [Message("{scenario}: {reason}", {"scenario": scenario.name, "reason": r}) for r in none.reasons]
            reasons += [reason for reason in named if reason not in reasons]
        else:
            sorted_out.append((scenario, parameters, groups))
    if reasons:
        raise Refusal(*reasons)
    without, *others = [
        _Solved(one, parameters, solve(one, one.districts[0], parameters, groups))
        for one, parameters, groups in sorted_out
    ]
    return tuple(_contrast(without, with_it) for with_it in others)


class _Solved(NamedTuple):
    """An exact result and what it is of."""

    scenario: Scenario
    parameters: Parameters
    result: ExactResult


def _contrast(without: _Solved, with_it: _Solved) -> Contrast:
    (baseline, _, one), (scenario, _, other) = without, with_it
    met = one.readings[baseline.target.key], other.readings[scenario.target.key]
    more = other.mean_rises - one.mean_rises
    return Contrast(
        scenario=scenario,
        years=tuple(
            YearContrast(
                year=year,
                baseline_met=float(met[0][:, t].mean()),
                met=float(met[1][:, t].mean()),
                difference=exact_difference(met[1][:, t] - met[0][:, t]),
                additional_rises=AdditionalRises(exact_difference(more[:, t]), None),
            )
            for t, year in enumerate(scenario.years)
        ),
        additional_rises=AdditionalRises(exact_difference(more.sum(axis=1)), None),
        more=None,
        equal=None,
        fewer=None,
        cost_idr_million=_cost(scenario, other),
        baseline_cost_idr_million=_cost(baseline, one),
        only_with=None,
        only_without=None,
        other_assumptions=other_assumptions(baseline, scenario),
        same_law=same_law(baseline, scenario, (without.parameters, with_it.parameters)),
    )


def _cost(scenario: Scenario, result: ExactResult) -> float:
    return float(result.assisted.sum(axis=0) @ unit_costs(scenario))
