"""A district whose plan is told."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

from districts import make_scenario, make_villages

from simulation.decision.plan.planning import plan
from simulation.decision.plan.result import Plan
from simulation.domain.intervention import Intervention
from simulation.domain.target import Target
from simulation.inputs.scenario import Scenario
from simulation.report.kinds.head import with_head
from simulation.report.kinds.plan.words import PlanResult


def result_of(found: Plan) -> PlanResult:
    """Return what is told of a plan."""
    return with_head(PlanResult, found)


NAMES = ("=1+1", "@SUM(A1)", "Desa biasa")
LEVER = "rumah_dataku.capacity"


def scenario(*, known: bool = True, cost: float = 0.0, **settings: Any) -> Scenario:
    """Return thirty villages in three kecamatan, some with names that a spreadsheet would compute."""
    status = [i * 7 % 5 % 4 for i in range(30)]
    counts = [status.count(level) for level in range(4)]
    villages = make_villages([12, 10, 8], status=status if known else None, counts=None if known else counts)
    villages = replace(villages, names=(*NAMES, *villages.names[3:]))
    plans = [
        Intervention("rumah_dataku", 2026, capacity=4, eligible_status=("dasar", "berkembang"), cost_idr_million=cost),
        Intervention("pokja", 2026, coverage=Fraction("0.3"), eligible_status=("dasar",), cost_idr_million=cost),
    ]
    effects = {"rumah_dataku.odds_ratio_rise": 2.5, "pokja.odds_ratio_rise": 1.8}
    scalars = {"year_sd": 0.5, "peer_odds_ratio": 1.6 if known else 1.0}
    settings.setdefault("target", Target(Fraction("0.1")))
    return make_scenario(villages, scalars, plans, effects, horizon=1, **settings)


@cache
def reached_plan() -> Plan:
    """Return a plan within reach; it is made once for all that is told of it."""
    return plan(scenario(), 0.78, LEVER)
