"""Districts of one scenario share what is not known, and nothing of what is left to chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import make_scenario, make_villages
from numpy.typing import NDArray

from simulation.domain.distributions import Distribution, HalfNormal, LogitNormal
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run

DRAWS, REPLICATES, HORIZON = 500, 20, 3
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def rises() -> Floats:
    """Return the rises of two districts alike, shape (district, draw, replicate, year); strong shocks of every kind."""
    shocks: dict[str, Distribution | float] = {
        "year_sd": HalfNormal(1.0), "subdistrict_sd": 0.5, "village_sd": 0.5, "district_sd": 0.6,
        "campaign.probability": 0.2, "campaign.odds_ratio": 5.0,
    }  # fmt: skip
    one, two = (make_villages((15, 15), status=[0] * 30, code=code) for code in ("63.01", "63.02"))
    scenario = make_scenario(one, {"rise.dasar": LogitNormal(-2.5, 0.7), **shocks}, horizon=HORIZON)
    ensemble = run(replace(scenario, districts=(one, two)), Effort(DRAWS, REPLICATES), 8)
    return np.array([outcome.rises for outcome in ensemble.outcomes], dtype=np.float64)


def correlation(a: Floats, b: Floats) -> float:
    """Return the correlation of two arrays of one shape."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def within(rises: Floats) -> Floats:
    """Return the deviations from the mean of the draw: what chance does, given the parameters."""
    return rises - rises.mean(axis=2, keepdims=True)


@pytest.mark.parametrize("year", range(HORIZON))
@pytest.mark.parametrize("other", range(HORIZON))
def test_districts_do_not_share_their_luck(rises: Floats, year: int, other: int) -> None:
    """Given the parameters, the rises of two districts are uncorrelated, in one year as across years."""
    first, second = within(rises)[0][..., year], within(rises)[1][..., other]
    # Draws with strong shocks weigh more, so the standard error is that of a sum over independent draws.
    products = (first * second).sum(axis=1)
    assert abs(products.sum()) < 4 * np.sqrt((products**2).sum())


def test_kecamatan_of_a_district_do_share_their_luck(rises: Floats) -> None:
    """The same measure sees what is shared: rises of one district scatter more than independent villages' would."""
    share = rises.mean(axis=(0, 2))[:, 0] / 30
    independent = 30 * (share * (1 - share)).mean() * (1 - 1 / REPLICATES)
    assert (within(rises)[:, ..., 0] ** 2).mean() > 1.5 * independent


@pytest.mark.parametrize("year", range(HORIZON))
def test_districts_share_what_is_not_known(rises: Floats, year: int) -> None:
    """Between draws the mean rises of two districts go together, by as much as draws differ beyond chance."""
    means = rises[..., year].mean(axis=2)
    chance = (within(rises)[..., year] ** 2).sum(axis=2).mean() / (REPLICATES - 1) / REPLICATES
    expected = 1 - chance / means.var(axis=1, ddof=1).mean()
    assert expected > 0.5
    # Fisher: arctanh of a correlation of n pairs has the standard error 1 / √(n − 3).
    assert abs(np.arctanh(correlation(*means)) - np.arctanh(expected)) < 4 / np.sqrt(DRAWS - 3)
