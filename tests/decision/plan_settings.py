"""Districts, scenarios and brute force that the tests of planning share."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from districts import ORIGIN, make_scenario, make_villages
from scipy.special import expit

from simulation.decision.plan.levers import levers_of, turn
from simulation.decision.plan.planning import plan
from simulation.decision.plan.result import Plan
from simulation.domain.distributions import Distribution
from simulation.domain.intervention import Intervention
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

FIRST = ORIGIN + 1
TANAH_LAUT = (93, 25, 3, 14)
REFERENCE: dict[str, Distribution | float] = {
    "rise.dasar": float(expit(-2.94)),
    "rise.berkembang": float(expit(-2.30)),
    "rise.mandiri": float(expit(-0.60)),
    "fall": 0.0,
}
"""The chances behind the reference values of MODEL.md, without falls."""


def in_order(counts: tuple[int, ...]) -> tuple[str, ...]:
    """Return the codes of a district: villages of a level are alike, and without lots each try is one sum."""
    return tuple(f"63.99.{i:04d}" for i in range(sum(counts)))


def assist(name: str = "pokja", **settings: Any) -> Intervention:
    """Return an intervention from the first forecast year on; of ten places, unless settings say otherwise."""
    if "coverage" not in settings:
        settings.setdefault("capacity", 10)
    return Intervention(name, FIRST, **settings)


def district(counts: tuple[int, ...], *, known: bool = True, **settings: Any) -> Scenario:
    """Return a district of one kecamatan with the reference chances; `settings` as for `make_scenario`."""
    status = [level for level, count in enumerate(counts) for _ in range(count)]
    villages = make_villages([sum(counts)], status=status if known else None, counts=None if known else counts)
    settings.setdefault("horizon", 1)
    return make_scenario(villages, {**REFERENCE, **settings.pop("scalars", {})}, **settings)


def reference(year_sd: float, priority: str | tuple[str, ...] = in_order(TANAH_LAUT)) -> Scenario:
    """Return the district of the reference answers: odds ratio 2.5 on dasar villages, which are all alike."""
    return district(
        TANAH_LAUT,
        scalars={"year_sd": year_sd},
        interventions=[assist(eligible_status=("dasar",), cost_idr_million=25.0, priority=priority)],
        effects={"pokja.odds_ratio_rise": 2.5},
    )


@cache
def reference_plan(year_sd: float) -> Plan:
    """Return the plan of a reference answer, for 80%."""
    return plan(reference(year_sd), 0.8)


def exact_chance(scenario: Scenario, vary: tuple[str, ...], places: tuple[int, ...], draws: int = 1) -> float:
    """Return the chance that the first year's target is met, by the closed form that forecasts use."""
    levers = levers_of(scenario, vary, [FIRST])
    turned = replace(turn(scenario, levers, places), horizon=1)
    return forecast(turned, draws=draws, engine="exact").districts[0].years[0].probability_met
