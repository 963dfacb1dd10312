"""The record of a back-test: plain data that JSON holds, and from which tables and figures are made.

Knows the shape of ``backtest.json``; must not know files, hashes or times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from ...inference.backtest.model_forecaster import knows
from ...inference.backtest.panels import anywhere
from ...inference.backtest.rolling import MODEL, Backtest
from ...inference.backtest.scoring import LEVELS_OF_COVERAGE, MEANS, Scored, Skill, reliability
from ..language import LANGUAGES, language
from ..record import rounded
from .words import verdict, why_no_verdict

Record = dict[str, Any]
PANEL = "panel"


def backtest_record(found: Backtest) -> Record:
    """Return the record: mean scores of every forecaster, whom the model beats, and every district-year."""
    scenario = found.scenario or anywhere()
    names = {villages.district_code: villages.district for villages in scenario.districts} if found.scenario else {}
    codes = sorted({case.district_code for case in found.cases})
    result: Record = {
        "district_years": len(found.cases),
        "verdict": None,
        "forecasters": {name: _forecaster(found, name, scored) for name, scored in found.scored.items()},
        "standing": found.standing,
        "reliability": [asdict(one) for one in reliability(found.scored[MODEL].met, _met(found))],
        "scenario": scenario.name,
        "title": dict(scenario.title) if found.scenario else _default_title(),
        "language": scenario.language,
        "districts": [
            {"code": code, "name": names.get(code), "population": {"synthetic_counts": False}} for code in codes
        ],
        "target": {"key": found.target.key, "share": float(found.target.share), "levels": list(found.target.levels)},
        "kecamatan_known": knows(found.scenario, (code for case in found.cases for code in case.codes)),
        "interventions": [plan.name for plan in scenario.interventions],
        "rows": list(_rows(found)),
        "effort": {"draws": found.draws, "seed": found.seed},
        "sources": dict(scenario.sources),
        "basis": [PANEL],
    }
    result = rounded(_finite(result))
    if found.standing is not None:
        result["verdict"] = {code: verdict(language(code), result) for code in LANGUAGES}
    else:
        result["why_no_verdict"] = {code: why_no_verdict(language(code), result) for code in LANGUAGES}
    return result


def _default_title() -> Record:
    return {code: language(code).say("default target and priors") for code in LANGUAGES}


def _forecaster(found: Backtest, name: str, scored: Scored) -> Record:
    """Return the mean scores of a forecaster; of another than the model, also what share of them the model saves."""
    coverage = dict(zip(map(str, LEVELS_OF_COVERAGE), scored.coverage.mean(axis=1).tolist(), strict=True))
    result: Record = {**scored.means(), "coverage": coverage}
    if name != MODEL:
        result["model_saves"] = {key: _skill(of) for key, of in found.skill[name].items()}
    return result


def _skill(of: Skill | None) -> Record | None:
    return None if of is None else {"share": of.value, "interval90": list(of.interval90)}


def _met(found: Backtest) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array([case.met(found.target) for case in found.cases])


def _rows(found: Backtest) -> Iterator[Record]:
    """Yield every district-year: what came about, and what every forecaster had said."""
    for number, (case, met) in enumerate(zip(found.cases, _met(found).tolist(), strict=True)):
        yield {
            "district_code": case.district_code,
            "year": case.year,
            "villages": len(case.codes),
            "rises": case.rises,
            "met": met,
            "forecasts": {
                name: {
                    "probability_met": float(scored.met[number]),
                    "mean_rises": float(scored.mean_rises[number]),
                    **{key: float(getattr(scored, key)[number]) for key in MEANS},
                    "pit": float(scored.pit[number]),
                }
                for name, scored in found.scored.items()
            },
        }


def _finite(value: Any) -> Any:
    """Return plain data with None for what is infinite: the score of who gave no chance to what came about."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and np.isinf(value) else value
