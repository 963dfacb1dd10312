"""A forecast small enough that its scores can be worked out by hand."""

from __future__ import annotations

from typing import Any

QUANTILES = {"0.05": 0, "0.25": 1, "0.5": 2, "0.75": 3, "0.95": 6}


def forecast_year(year: int, probability: float) -> dict[str, Any]:
    """Return one year of a district of 20 villages that needs one rise."""
    return {
        "year": year,
        "probability_met": probability,
        "needed": {"mean": 1.0, "min": 1, "max": 1},
        "rises": {"mean": 2.4, "quantiles": QUANTILES},
    }


def forecast_record(*years: dict[str, Any], **target: Any) -> dict[str, Any]:
    """Return as much of a record as a register needs: 10, 6, 2 and 2 villages by level at the end of 2025."""
    stated = {"share": 0.05, "reading": "rises", "levels": ["mandiri", "paripurna"], "denominator_kind": "all"}
    district = {
        "district_code": "63.99",
        "district": "Kabupaten Contoh",
        "villages": 20,
        "made_up_counts": False,
        "origin_share": {"dasar": 0.5, "berkembang": 0.3, "mandiri": 0.1, "paripurna": 0.1},
        "target": {**stated, "net_of_falls": False, **target},
        "years": list(years),
    }
    return {"origin": 2025, "districts": [district]}
