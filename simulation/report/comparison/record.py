"""The record of a comparison: plain data that JSON holds, and from which tables and figures are made.

Knows the shape of ``comparison.json``; must not know files, hashes, engines or times.
"""

from __future__ import annotations

from typing import Any

from ...decision.comparison import AdditionalRises, Comparison, Contrast
from ...decision.differences import Difference
from ...domain.parameters import ParameterKey
from ...domain.status import LEVELS
from ...domain.villages import KnownStatuses, MadeUpCounts
from ...inference.forecast import basis_of
from ...inputs.scenario import Scenario
from .. import single_draw
from ..identity import effort_that_counts
from ..language import LANGUAGES, language
from ..record import rounded
from ..titles import told_apart
from .words import verdict

Record = dict[str, Any]


def comparison_record(comparison: Comparison, precision: float | None = None) -> Record:
    """Return the record of a comparison, and whether it became as precise as was asked for."""
    baseline, villages = comparison.baseline, comparison.villages
    effort = effort_that_counts(comparison.effort, comparison.engine)
    result: Record = {
        "baseline": baseline.name,
        "title": dict(baseline.title),
        "language": baseline.language,
        "origin": baseline.origin,
        "code": villages.district_code,
        "name": villages.district,
        "population": {
            "villages": len(villages),
            "single_status_known": isinstance(villages.known, KnownStatuses),
            "synthetic_counts": isinstance(villages.known, MadeUpCounts),
        },
        "interventions": _interventions(baseline),
        "scenarios": [_contrast(comparison, contrast) for contrast in comparison.contrasts],
        "effort": {"draws": effort.draws, "replicates": effort.replicates, "seed": comparison.seed},
        **single_draw.note_of(comparison.effort.draws, [baseline, *(c.scenario for c in comparison.contrasts)]),
        "sources": dict(baseline.sources),
        "basis": list(basis_of(baseline.parameters)),
    }
    if precision is not None:
        result["precision"] = {
            "wanted": precision,
            "reached": rounded(comparison.half_width),
            "trajectories": effort.draws * effort.replicates,
            "ended_by": "precision" if comparison.half_width < precision else "trajectories",
        }
    named = [
        (baseline.name, baseline.title),
        *((one.scenario.name, one.scenario.title) for one in comparison.contrasts),
    ]
    for one, titles in zip((result, *result["scenarios"]), told_apart(named), strict=True):
        one["title"] = titles
    for contrast in result["scenarios"]:
        contrast["verdict"] = {code: verdict(language(code), result, contrast) for code in LANGUAGES}
    return result


def _contrast(comparison: Comparison, contrast: Contrast) -> Record:
    scenario, each = contrast.scenario, contrast.cost_per_additional_rise
    ends = contrast.cost_per_additional_rise_interval90
    compared = {"more": contrast.more, "equal": contrast.equal, "fewer": contrast.fewer}
    facts: Record = {
        "name": scenario.name,
        "title": dict(scenario.title),
        "interventions": _interventions(scenario),
        "parameters": _effects(scenario),
        "basis": list(basis_of(scenario.parameters)),
        "other_assumptions": list(contrast.other_assumptions),
        "same_law": contrast.same_law,
        "years": [
            {
                "year": year.year,
                "baseline_probability_met": year.baseline_met,
                "probability_met": year.met,
                **_difference("difference", "interval90", year.difference),
                "additional_rises": _rises(year.additional_rises),
            }
            for year in contrast.years
        ],
        "additional_rises": _rises(contrast.additional_rises),
        "rises_compared": None if contrast.more is None else compared,
        "cost_idr_million": contrast.cost_idr_million,
        "baseline_cost_idr_million": contrast.baseline_cost_idr_million,
        "cost_per_additional_rise": None if each is None else {"mean": each, "interval90": ends},
        "villages": _villages(comparison, contrast),
    }
    result: Record = rounded(facts)
    return result


def _interventions(scenario: Scenario) -> list[Record]:
    return [
        {"name": plan.name, "sector": plan.sector, "cost_idr_million": plan.cost_idr_million}
        for plan in scenario.interventions
    ]


def _effects(scenario: Scenario) -> Record:
    """Return of every effect on rising whether it was left to its default prior."""
    names = [ParameterKey.effect(plan.name, "rise") for plan in scenario.interventions]
    return {name: {"default_prior": name in scenario.parameters.defaulted} for name in names}


def _difference(mean: str, interval: str, difference: Difference) -> Record:
    return {
        mean: difference.mean,
        "monte_carlo_error": difference.monte_carlo_error,
        interval: difference.parameter_interval90,
    }


def _rises(rises: AdditionalRises) -> Record:
    """Return additional rises; ``interval90`` is that of a single future, chance and parameters together."""
    return {**_difference("mean", "parameter_interval90", rises.difference), "interval90": rises.interval90}


def _villages(comparison: Comparison, contrast: Contrast) -> list[Record]:
    """Return the villages, the likeliest to rise only in the scenario first; none where that is not known."""
    villages, only_with, only_without = comparison.villages, contrast.only_with, contrast.only_without
    if only_with is None or only_without is None:
        return []
    order = sorted(range(len(villages)), key=lambda v: (-only_with[v], only_without[v], villages.codes[v]))
    return [
        {
            "village_code": villages.codes[v],
            "village": villages.names[v],
            "subdistrict": villages.subdistricts[villages.subdistrict_index[v]],
            "level": LEVELS[villages.levels[v]],
            "probability_only_with": float(only_with[v]),
            "probability_only_without": float(only_without[v]),
        }
        for v in order
    ]
