"""The record of a calibration: plain data that JSON holds, and from which tables and figures are made.

Knows the shape of ``--json`` of ``calibrate``; must not know files, nor how draws are found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ...decision.next_datum import NextDatum
from ...domain.messages import Message
from ...domain.villages import MadeUpCounts
from ...inference.calibration.posterior import Posterior, Spread
from ...inputs.scenario import Scenario
from ..language import LANGUAGES, language
from ..record import rounded
from .words import verdict

Record = dict[str, Any]


def calibration_record(
    scenario: Scenario,
    found: Posterior,
    files: Mapping[str, str] | None = None,
    notes: Sequence[Message] = (),
    then: NextDatum | None = None,
) -> Record:
    """Return the record: what every uncertain parameter was and became, and what must be known of it.

    Parameters
    ----------
    files
        Every data file -> SHA-256 of its content.
    notes
        What is to be known of how they were read.
    then
        Which datum to collect next; None where that cannot be told.
    """
    villages = scenario.districts[0]
    result: Record = {
        "basis": list(found.basis),
        "draws": len(next(iter(found.draws.values()), ())),
        "effective_sample_size": float(found.effective_sample_size),
        "parameters": {
            name: {
                "prior": _spread(known.prior),
                "posterior": _spread(known.posterior),
                "prior_variance_left": float(known.prior_variance_left),
                "in_likelihood": known.in_likelihood,
                "default_prior": name in scenario.parameters.defaulted,
            }
            for name, known in found.parameters.items()
        },
        "scenario": scenario.name,
        "title": dict(scenario.title),
        "language": scenario.language,
        "origin": scenario.origin,
        "code": villages.district_code,
        "name": villages.district,
        "population": {"villages": len(villages), "synthetic_counts": isinstance(villages.known, MadeUpCounts)},
        "interventions": [],
        "seed": found.seed,
        "sources": dict(scenario.sources),
        "data": dict(files or {}),
        "next": None if then is None else _next(then),
    }
    result = rounded(result)
    result["warnings"] = [_told(warning.message) for warning in found.warnings]
    result["notes"] = [_told(note) for note in notes]
    result["verdict"] = {code: verdict(language(code), result) for code in LANGUAGES}
    return result


def _spread(known: Spread) -> Record:
    return {"median": known.median, "interval90": list(known.interval90)}


def _next(then: NextDatum) -> Record:
    return {
        "year": then.year,
        "probability_met": then.probability_met,
        "sd": then.sd,
        "data": [asdict(worth) for worth in then.data],
    }


def _told(message: Message) -> dict[str, str]:
    return {code: language(code).problem(message) for code in LANGUAGES}
