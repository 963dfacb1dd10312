"""A forecast small enough that its scores can be worked out by hand."""

from __future__ import annotations

from typing import Any

from simulation.inference.forecast import Needed, Summary, YearForecast
from simulation.report.kinds.forecast.result import District, ForecastResult, Matrix, StatedTarget

QUANTILES = {0.05: 0, 0.25: 1, 0.5: 2, 0.75: 3, 0.95: 6}
RISES = Summary(2.4, QUANTILES)
SHARES = {"dasar": 0.5, "berkembang": 0.3, "mandiri": 0.1, "paripurna": 0.1}


def forecast_year(year: int, probability: float) -> YearForecast:
    """Return one year of a district of 20 villages that needs one rise."""
    return YearForecast(
        probability_met=probability, monte_carlo_error=0.0, parameter_interval90=None, year=year,
        needed=Needed(1.0, 1, 1),
        saturated=0.0, judged=RISES, rises=RISES, falls=RISES, status_share={}, assisted={},
    )  # fmt: skip


def forecast_of(*years: YearForecast, made_up_counts: bool = False, **target: Any) -> ForecastResult:
    """Return a forecast of one district: 10, 6, 2 and 2 villages by level at the end of 2025."""
    stated = {
        "reading": "rises", "needed": 1, "denominator": 20, "denominator_kind": "all", "net_of_falls": False,
        "key": "rises_all", "share": 0.05, "levels": ("mandiri", "paripurna"),
    }  # fmt: skip
    district = District(
        district_code="63.99", district="Kabupaten Contoh", villages=20, subdistricts=1, statuses_known=False,
        launch_years_known=False, made_up_counts=made_up_counts, origin_share=SHARES,
        target=StatedTarget(**{**stated, **target}), years=years, all_years=None, at_least=None, readings={}, basis=(),
        single_draw=False,
    )  # fmt: skip
    return ForecastResult(
        scenario="contoh", title={}, language=None, origin=2025, district_code="63.99", district="Kabupaten Contoh",
        villages_in_all=20, districts_in_all=1, synthetic_districts=0, interventions=(), sources={}, basis=(),
        districts=(district,), meeting=None, horizon=len(years), matrix=Matrix((), (), ()), parameters={}, draws=1,
        replicates=1, seed=0, failures=None, precision=None,
    )  # fmt: skip
