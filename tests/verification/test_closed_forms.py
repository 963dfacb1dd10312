"""Simulated probabilities against formulas and the reference values of MODEL.md."""

from __future__ import annotations

import numpy as np
import pytest
from districts import RISE, make_scenario, make_villages
from scipy.special import expit
from scipy.stats import binom

from simulation.domain.parameters import split_matrix
from simulation.engine.effort import Effort, Engine
from simulation.engine.ensemble import run
from simulation.inputs.scenario import Scenario

LOGITS = {"rise.dasar": -2.94, "rise.berkembang": -2.30, "rise.mandiri": -0.60}
REFERENCE = {name: float(expit(x)) for name, x in LOGITS.items()}
SIZES = (13, 13, 13, 12, 12, 12, 12, 12, 12, 12, 12)


def simulated(scenario: Scenario, replicates: int, engine: Engine = "batch", workers: int | None = None) -> np.ndarray:
    """Return whether each trajectory met the target in each year, shape (replicate, year)."""
    ensemble = run(scenario, Effort(1, replicates), 2025, engine=engine, workers=workers)
    return np.asarray(ensemble.outcomes[0].counts.met(scenario.target)[0])


def assert_agrees(met: np.ndarray, exact: float) -> None:
    """Check that the share that met lies within 4 binomial standard errors of the exact probability."""
    error = np.sqrt(exact * (1 - exact) / met.size)
    assert abs(met.mean() - exact) < 4 * error


def tanah_laut(horizon: int, **scalars: float) -> Scenario:
    """Return 135 villages, 93/25/3/14, with the reference chances of rising."""
    values = {**REFERENCE, "fall": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0, **scalars}
    return make_scenario(make_villages(SIZES, counts=(93, 25, 3, 14)), values, horizon=horizon)


def shared_shock() -> Scenario:
    """Year 1 with a district shock of sd 0.5."""
    return tanah_laut(1, year_sd=0.5)


def falls_and_skips() -> Scenario:
    """Year 2 with falls of 2% and skips of 10%."""
    return tanah_laut(2, fall=0.02, **{"skip.berkembang": 0.1, "skip.mandiri": 0.1})


def small_every_year() -> Scenario:
    """Thirty villages, 2 needed, shock sd 0.6, every year of three."""
    values = {**REFERENCE, "fall": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0, "year_sd": 0.6}
    return make_scenario(make_villages((10, 10, 10), counts=(20, 7, 3, 0)), values, horizon=3)


def test_a_shared_shock_meets_the_reference() -> None:
    """135 villages, 7 needed, shock sd 0.5, year 1: P = 0.63462."""
    assert_agrees(simulated(shared_shock(), 40_000)[:, 0], 0.63462)


def test_falls_and_skips_meet_the_reference() -> None:
    """No shock, falls 2%, skip 10%, year 2: P = 0.75794."""
    assert_agrees(simulated(falls_and_skips(), 40_000)[:, 1], 0.75794)


def test_every_year_meets_the_reference() -> None:
    """30 villages, 2 needed, shock sd 0.6, every year of 3: P = 0.35280."""
    assert_agrees(simulated(small_every_year(), 40_000).all(axis=1), 0.35280)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "event", "exact"),
    [
        (shared_shock(), lambda met: met[:, 0], 0.63462),
        (falls_and_skips(), lambda met: met[:, 1], 0.75794),
        (small_every_year(), lambda met: met.all(axis=1), 0.35280),
    ],
    ids=["shock", "falls and skips", "every year"],
)
def test_the_mesa_engine_meets_the_references(scenario: Scenario, event: object, exact: float) -> None:
    """Agents that decide for themselves meet the same three references."""
    assert_agrees(event(simulated(scenario, 2_000, "mesa", workers=2)), exact)  # type: ignore[operator]


def with_engines(batch: int, mesa: int) -> pytest.MarkDecorator:
    """Run a test with both engines, each with its number of replicates; agents are slow."""
    slow = pytest.param("mesa", mesa, marks=pytest.mark.slow)
    return pytest.mark.parametrize(("engine", "replicates"), [("batch", batch), slow])


@with_engines(batch=20_000, mesa=2_000)
@pytest.mark.parametrize("chance", [0.03, 0.2, 0.6])
def test_alike_villages_rise_binomially(chance: float, engine: Engine, replicates: int) -> None:
    """With one level and nothing else, rises of year 1 are Binomial(n, r) in every quantile cell."""
    scenario = make_scenario(make_villages((40,), status=[0] * 40), {"rise.dasar": chance}, horizon=1)
    rises = run(scenario, Effort(1, replicates), 3, engine=engine).outcomes[0].rises[0, :, 0]
    for count in range(int(binom.ppf(0.01, 40, chance)), int(binom.ppf(0.99, 40, chance)) + 1):
        assert_agrees(rises <= count, binom.cdf(count, 40, chance))


@with_engines(batch=6_000, mesa=600)
def test_mean_shares_follow_the_matrix(engine: Engine, replicates: int) -> None:
    """With all spreads 0, no peers, campaign, covariates, min_years and interventions, shares are π₀ Mᵗ."""
    matrix = np.array(
        [[0.85, 0.1, 0.03, 0.02], [0.05, 0.8, 0.02, 0.13], [0.03, 0.06, 0.6, 0.31], [0.01, 0.02, 0.04, 0.93]]
    )
    villages = make_villages((13,) * 5, counts=(30, 18, 7, 10))
    scenario = make_scenario(villages, matrix=tuple(map(tuple, matrix.tolist())), horizon=6)
    mean = run(scenario, Effort(1, replicates), 17, engine=engine).outcomes[0].levels[0].mean(axis=0) / 65
    expected = np.array([30, 18, 7, 10]) / 65
    for t in range(7):
        # Villages that start at different levels vary less than this: the starting mix itself is fixed.
        error = np.sqrt(expected * (1 - expected) / (65 * replicates))
        assert (np.abs(mean[t] - expected) <= 4 * error + 1e-15).all()
        expected = expected @ matrix


def test_the_shorthand_is_the_matrix_it_stands_for() -> None:
    """rise, fall, skip and fall_skip give the rows that MODEL.md writes out."""
    down = {"fall": 0.04, "fall_skip.berkembang": 0.2, "fall_skip.mandiri": 0.3}
    scenario = make_scenario(make_villages((3,), counts=(1, 1, 1, 0)), down)
    r, f, x1, x2, y1, y2 = RISE, 0.04, 0.1, 0.7, 0.2, 0.3
    expected = np.array(
        [
            [1 - r[0], r[0] * (1 - x1), r[0] * x1 * (1 - x2), r[0] * x1 * x2],
            [(1 - r[1]) * f, (1 - r[1]) * (1 - f), r[1] * (1 - x2), r[1] * x2],
            [(1 - r[2]) * f * y1, (1 - r[2]) * f * (1 - y1), (1 - r[2]) * (1 - f), r[2]],
            [f * y2 * y1, f * y2 * (1 - y1), f * (1 - y2), 1 - f],
        ]
    )
    parameters = scenario.parameters.draw(0, 1)
    np.testing.assert_allclose(parameters.matrix[0], expected, atol=1e-15)
    for part, again in zip(
        split_matrix(parameters.matrix),
        (parameters.rise, parameters.fall, parameters.rise_reaches, parameters.fall_reaches),
        strict=True,
    ):
        np.testing.assert_allclose(part, again, atol=1e-14)
