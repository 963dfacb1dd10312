"""Settings that the exact engine's tests share."""

from __future__ import annotations

from typing import Any

from districts import ORIGIN, make_scenario, make_villages
from scipy.special import expit

from simulation.domain.distributions import Distribution
from simulation.domain.intervention import Intervention
from simulation.inference.forecast import DistrictForecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

TANAH_LAUT = (93, 25, 3, 14)
REFERENCE: dict[str, Distribution | float] = {
    "rise.dasar": float(expit(-2.94)),
    "rise.berkembang": float(expit(-2.30)),
    "rise.mandiri": float(expit(-0.60)),
    "fall": 0.0,
    "skip.berkembang": 0.0,
    "skip.mandiri": 0.0,
}
"""The chances behind the reference values of MODEL.md."""


def statuses(counts: tuple[int, ...]) -> list[int]:
    """Return the status of every village, in ascending order."""
    return [level for level, count in enumerate(counts) for _ in range(count)]


def district(counts: tuple[int, ...], *, known: bool = True, horizon: int = 1, **settings: Any) -> Scenario:
    """Return a district of one kecamatan with the reference chances; `settings` as for `make_scenario`."""
    scalars = {**REFERENCE, **settings.pop("scalars", {})}
    villages = make_villages(
        [sum(counts)],
        status=statuses(counts) if known else None,
        counts=None if known else counts,
        columns=settings.pop("columns", None),
    )
    return make_scenario(villages, scalars, horizon=horizon, **settings)


def assist(name: str = "pokja", **settings: Any) -> Intervention:
    """Return an intervention from the first forecast year on."""
    return Intervention(name, ORIGIN + 1, **settings)


def exact(scenario: Scenario, **effort: Any) -> DistrictForecast:
    """Return the exact forecast of the only district."""
    return forecast(scenario, engine="exact", **effort).districts[0]
