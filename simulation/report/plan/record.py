"""The record of a plan: plain data that JSON holds, and from which tables and figures are made.

Knows the shape of ``plan.json``; must not know files, hashes or times.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ...decision.plan.bottlenecks import Bottleneck, stronger_odds_ratio
from ...decision.plan.levers import BUDGET, Lever
from ...decision.plan.ranking import VillagePriority
from ...decision.plan.result import Plan
from ...decision.plan.trial_cache import Point
from ...domain.intervention import Intervention
from ...domain.messages import Message
from ...domain.parameters import ParameterKey
from ...domain.status import TOP
from ...domain.target import Target
from ...domain.villages import KnownStatuses, MadeUpCounts
from ...inference.forecast import basis_of
from ...inputs.scenario import Scenario
from ..identity import effort_that_counts
from ..language import LANGUAGES, language
from ..record import PARAMETER_QUANTILES, rounded
from . import ranking, words

Record = dict[str, Any]


def plan_record(found: Plan) -> Record:
    """Return the record of a plan."""
    result: Record = rounded(
        {
            **_place(found.scenario),
            **_asked(found),
            "reachable": found.reachable,
            **{name: _point(found, getattr(found, name)) for name in ("least", "below", "best", "now", "nothing")},
            "tried": [_point(found, point) for point in found.points],
            "pareto": [_point(found, point) for point in found.front],
            "proven": found.proven,
            "steady": found.steady,
            "limits": [_limit(found, limit) for limit in found.bottlenecks],
            "curves": [{"year_sd": curve.year_sd, "points": list(map(list, curve.points))} for curve in found.curves],
            "year_sd": _year_sd(found),
            **_ranking(found),
            "in_order": _point(found, found.in_order),
            **_basis(found),
        }
    )
    for village in result["villages"]:
        village["reason"] = {code: ranking.reason(language(code), village) for code in LANGUAGES}
    return result | {"verdict": {code: words.verdict(language(code), result) for code in LANGUAGES}}


def _place(scenario: Scenario) -> Record:
    villages = scenario.districts[0]
    return {
        "scenario": scenario.name,
        "title": dict(scenario.title),
        "language": scenario.language,
        "origin": scenario.origin,
        "code": villages.district_code,
        "name": villages.district,
        "population": {
            "villages": len(villages),
            "single_status_known": isinstance(villages.known, KnownStatuses),
            "synthetic_counts": isinstance(villages.known, MadeUpCounts),
        },
    }


def _asked(found: Plan) -> Record:
    asked, years, costed = found.request, found.goal.years, found.scenario.years
    orders = {one.name: _order(one) for one in found.scenario.interventions}
    return {
        "target": _target(found.scenario.target, found),
        "goal": found.goal.probability,
        "year": years[0] if len(years) == 1 else None,
        "years": list(years),
        "lever": BUDGET if asked.by_budget else " + ".join(lever.name for lever in found.levers),
        "levers": [
            {
                "name": lever.name,
                "intervention": lever.intervention,
                "kind": lever.kind,
                "most": lever.most,
                "priority": orders[lever.intervention],
            }
            for lever in found.levers
        ],
        "by_budget": asked.by_budget,
        "budget_idr_million": asked.budget,
        "cost_years": [costed[0], costed[-1]],
        "weighed_by_cost": asked.by_costs,
    }


def _order(intervention: Intervention) -> str:
    """Return the order in which an intervention takes villages; ``codes`` for a list of the scenario's own."""
    return intervention.priority if isinstance(intervention.priority, str) else "codes"


def _basis(found: Plan) -> Record:
    """Return what the numbers rest on: interventions, whether their effects are known, effort, sources."""
    scenario, effort = found.scenario, effort_that_counts(found.effort, found.engine)
    effects = [ParameterKey.effect(plan.name, "rise") for plan in scenario.interventions]
    return {
        "interventions": [
            {"name": plan.name, "sector": plan.sector, "cost_idr_million": plan.cost_idr_million}
            for plan in scenario.interventions
        ],
        "parameters": {name: {"default_prior": name in scenario.parameters.defaulted} for name in effects},
        "exact": found.engine == "exact",
        "why_simulated": _told(found.why_simulated),
        "effort": {"draws": effort.draws, "replicates": effort.replicates, "seed": found.request.seed},
        "sources": dict(scenario.sources),
        "basis": list(basis_of(scenario.parameters)),
    }


def _target(target: Target, found: Plan) -> Record:
    low, high = found.nothing.chance.needed
    return {
        "reading": target.reading,
        "key": target.key,
        "share": float(target.share),
        "levels": list(target.levels),
        "denominator": _denominator(target, found),
        "needed": {"min": low, "max": high},
    }


def _denominator(target: Target, found: Plan) -> int:
    """Return the number of villages that the target is a share of, at the origin."""
    villages = found.scenario.districts[0]
    if target.denominator == "all":
        return len(villages)
    counts = villages.known.counts
    return len(villages) if counts is None else int(counts[:TOP].sum())


def _point(found: Plan, point: Point | None) -> Record | None:
    """Return one setting; its value is what was asked for: villages, a share, a cost, or every lever's setting."""
    if point is None:
        return None
    settings = {lever.name: _value(lever, value) for lever, value in zip(found.levers, point.values, strict=True)}
    value: Any = settings if len(settings) > 1 else next(iter(settings.values()))
    return {
        "value": point.cost_idr_million if found.request.by_budget else value,
        "settings": settings,
        "probability_met": point.chance.probability,
        "monte_carlo_error": point.chance.monte_carlo_error,
        "lower95": point.chance.lower95,
        "assisted": point.assisted,
        "village_years": point.village_years,
        "cost_idr_million": point.cost_idr_million,
        "cost_to_goal_idr_million": point.cost_to_goal_idr_million,
    }


def _value(lever: Lever, value: float) -> float:
    return int(value) if lever.kind == "capacity" else value


def _limit(found: Plan, limit: Bottleneck) -> Record:
    """Return what a plan would be without one hindrance; with stronger effects, how strong."""
    scalars = found.scenario.parameters.scalars
    ratios = [stronger_odds_ratio(scalars[ParameterKey.effect(lever.intervention, "rise")]) for lever in found.levers]
    return {
        "name": limit.name,
        "probability_met": limit.probability,
        "lower95": limit.lower95,
        "least": limit.least,
        "reachable": limit.reachable,
        "odds_ratio": ratios if limit.name == "effect" else None,
    }


def _year_sd(found: Plan) -> list[float]:
    """Return 5%, 50% and 95% quantile of the scenario's own year shock."""
    known = found.scenario.parameters.scalars[ParameterKey("year_sd")]
    return [float(value) for value in known.quantile(np.array(PARAMETER_QUANTILES))]


def _ranking(found: Plan) -> Record:
    ranking = found.ranking
    if ranking is None:
        return {"villages": [], "ranking": None, "not_ranked": _told(found.not_ranked)}
    return {
        "villages": list(_villages(ranking.villages, _chosen(found))),
        "ranking": {
            "year": ranking.year,
            "draws": ranking.draws,
            "probability_met": ranking.probability_met,
            "columns": list(ranking.columns),
        },
        "not_ranked": None,
    }


def _chosen(found: Plan) -> int | None:
    """Return how many of the ranking suffice in that order; None where none do, or the scenario's own takes fewer."""
    if found.in_order is None or not any(found.in_order.places):
        return None
    (places,) = found.in_order.places
    return None if found.least is not None and found.least.places[0] < places else places


def _villages(villages: Sequence[VillagePriority], chosen: int | None) -> Iterable[Record]:
    in_doubt = _in_doubt(villages, chosen)
    for place, village in enumerate(villages):
        yield {
            "village_code": village.code,
            "village": village.name,
            "subdistrict": village.subdistrict,
            "status": village.status,
            "rank": village.rank,
            "gain_probability_met": village.gain_probability_met,
            "gain_rises": village.gain_rises,
            "chance_without": village.chance_without,
            "chance_with": village.chance_with,
            "peers": village.peers,
            "interventions": list(village.interventions),
            "in_plan": None if chosen is None else place < chosen,
            "tied": village.rank == in_doubt,
        }


def _in_doubt(villages: Sequence[VillagePriority], chosen: int | None) -> int | None:
    """Return the rank of which some villages are among the chosen and some are not, or None."""
    if chosen is None or chosen >= len(villages):
        return None
    inside, outside = villages[chosen - 1].rank, villages[chosen].rank
    return inside if inside == outside else None


def _told(reasons: Sequence[Message]) -> dict[str, str] | None:
    """Return reasons in every language, one a line; None where there is none."""
    if not reasons:
        return None
    return {code: "\n".join(language(code).problem(reason) for reason in reasons) for code in LANGUAGES}
