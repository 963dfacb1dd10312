"""The record of a choice under every state of the world: plain data that JSON holds.

Knows the shape of ``robustness.json``; must not know files, hashes or times.
"""

from __future__ import annotations

from typing import Any

from ...decision.robustness.analysis import Robustness
from ...inference.forecast import basis_of
from ..language import LANGUAGES, language
from ..record import rounded
from ..titles import told_apart
from .words import verdict

Record = dict[str, Any]


def robustness_record(found: Robustness) -> Record:
    """Return the record: options with their chance and regret in every state, and both choices."""
    first, villages = found.options[0], found.options[0].districts[0]
    result: Record = {
        "scenario": first.name,
        "title": dict(first.title),
        "language": first.language,
        "origin": first.origin,
        "code": villages.district_code,
        "name": villages.district,
        "year": found.year,
        "cost_years": [first.years[0], first.years[-1]],
        "worlds": [
            {"name": world.name, "parameters": dict(world.scalars), "effect_quantile": world.effect_quantile}
            for world in found.worlds
        ],
        "options": [
            {
                "name": option.name,
                "title": dict(option.title),
                "probability_met": found.chances[place].tolist(),
                "monte_carlo_error": found.monte_carlo_errors[place].tolist(),
                "regret": found.regrets[place].tolist(),
                "mean_probability_met": float(found.mean_chances[place]),
                "largest_regret": float(found.largest_regrets[place]),
                "cost_idr_million": found.costs[place] if found.costs else None,
            }
            for place, option in enumerate(found.options)
        ],
        "best_on_average": found.options[found.best_on_average].name,
        "least_regretted": found.options[found.least_regretted].name,
        "effort": {"draws": found.effort.draws, "replicates": found.effort.replicates, "seed": found.seed},
        "sources": dict(first.sources),
        "basis": list(basis_of(first.parameters)),
    }
    titles = told_apart([(option.name, option.title) for option in found.options])
    for place, option in enumerate(result["options"]):
        option["title"] = titles[place]
    result = rounded(result)
    result["verdict"] = {code: verdict(language(code), result) for code in LANGUAGES}
    return result
