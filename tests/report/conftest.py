"""Forecasts that are small enough to be made for the tests of a whole room."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from districts import make_scenario, make_villages

from simulation.domain.distributions import HalfNormal
from simulation.domain.villages import Villages
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario, load_scenario

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tanah_laut() -> Scenario:
    """Return the published scenario."""
    return load_scenario(ROOT / "scenarios" / "tanah_laut.yaml")


@pytest.fixture(scope="session")
def small(tanah_laut: Scenario) -> Forecast:
    """Return a small forecast of it: 50 draws, 10 replicates."""
    return forecast(tanah_laut, 50, 10, 7)


@pytest.fixture(scope="session")
def several() -> Forecast:
    """Return a small forecast of three districts, one with synthetic counts."""
    districts = tuple(
        Villages.from_counts(code, f"Kabupaten {code}", counts, 4, 90)
        for code, counts in (("11.01", np.array([40, 20, 5, 15])), ("11.02", np.array([60, 9, 2, 7])), ("11.03", None))
    )
    scenario = make_scenario(make_villages([3], counts=[1, 1, 1, 0]), {"year_sd": HalfNormal(0.7)})
    return forecast(replace(scenario, districts=districts), 12, 20, 7)
