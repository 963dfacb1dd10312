"""The record of a sensitivity analysis: plain data that JSON holds, and from which tables and figures are made.

Knows the shape of ``sensitivity.json``; must not know files, hashes or times.
"""

from __future__ import annotations

from typing import Any

from ...decision.sensitivity.result import Driver, Sensitivity
from ...domain.parameters import ParameterKey
from ...domain.villages import MadeUpCounts
from ...inference.forecast import basis_of
from ..language import LANGUAGES, language
from ..record import rounded
from .words import verdict

Record = dict[str, Any]
METHOD = "morris, sobol"


def sensitivity_record(found: Sensitivity) -> Record:
    """Return the record: every uncertain parameter, the most important first."""
    scenario, villages = found.scenario, found.scenario.districts[0]
    defaulted = scenario.parameters.defaulted
    result: Record = {
        "method": METHOD,
        "scenario": scenario.name,
        "title": dict(scenario.title),
        "language": scenario.language,
        "origin": scenario.origin,
        "code": villages.district_code,
        "name": villages.district,
        "population": {"villages": len(villages), "synthetic_counts": isinstance(villages.known, MadeUpCounts)},
        "year": found.year,
        "mean": found.mean,
        "sd": found.sd,
        "interplay": found.interplay,
        "rest": found.rest,
        "parameters": {driver.name: _driver(driver) for driver in found.drivers},
        "interventions": [
            {"name": plan.name, "default_prior": ParameterKey.effect(plan.name, "rise") in defaulted}
            for plan in scenario.interventions
        ],
        "effort": {"points": found.effort.draws, "replicates": found.effort.replicates, "seed": found.seed},
        "sources": dict(scenario.sources),
        "basis": list(basis_of(scenario.parameters)),
    }
    result = rounded(result)
    result["verdict"] = {code: verdict(language(code), result) for code in LANGUAGES}
    return result


def _driver(driver: Driver) -> Record:
    interval = None if driver.interval90 is None else list(driver.interval90)
    return {"mu_star": driver.mu_star, "first": driver.first, "total": driver.total, "interval90": interval}
