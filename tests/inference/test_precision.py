"""How many runs are enough."""

from __future__ import annotations

import numpy as np
import pytest
from districts import make_scenario, make_villages
from scipy.stats import binom

from simulation.domain.distributions import Empirical, LogitNormal
from simulation.engine import effort
from simulation.inference.forecasting import forecast_to_precision

VILLAGES = make_villages((12, 12), status=[0] * 18 + [1] * 6)


def test_doubling_ends_once_every_year_is_sharp_enough() -> None:
    """The last round is below the width asked for, the one before it was not, and efforts double."""
    scenario = make_scenario(VILLAGES, {"rise.dasar": LogitNormal(-2.9, 0.6)}, horizon=2)
    result = forecast_to_precision(scenario, 0.05, draws=20, replicates=5)
    trace = result.trace
    assert trace is not None
    assert trace.ended_by == "precision"
    assert trace.steps[-1].half_width < 0.05 <= trace.steps[-2].half_width
    assert [step.draws for step in trace.steps] == [20 * 2**i for i in range(len(trace.steps))]
    assert {step.replicates for step in trace.steps} == {5}
    assert result.effort.draws == trace.steps[-1].draws
    errors = [year.monte_carlo_error for year in result.districts[0].years]
    assert trace.steps[-1].half_width == pytest.approx(1.959963984540054 * max(errors))


def test_fixed_numbers_double_their_replicates() -> None:
    """With one draw, only replicates can help."""
    trace = forecast_to_precision(make_scenario(VILLAGES, horizon=1), 0.04, replicates=100, estimator="plain").trace
    assert trace is not None
    assert {step.draws for step in trace.steps} == {1}
    assert [step.replicates for step in trace.steps] == [100 * 2**i for i in range(len(trace.steps))]


def test_the_bound_on_trajectories_ends_it_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A width out of reach stops before the bound is passed."""
    monkeypatch.setattr(effort, "MOST_TRAJECTORIES", 500)
    trace = forecast_to_precision(make_scenario(VILLAGES, horizon=1), 0.001, replicates=100, estimator="plain").trace
    assert trace is not None
    assert trace.ended_by == "trajectories"
    assert [step.replicates for step in trace.steps] == [100, 200, 400]


def test_the_width_shrinks_with_the_root_of_the_effort() -> None:
    """Four times the replicates halve the half-width, within a tenth."""
    trace = forecast_to_precision(make_scenario(VILLAGES, horizon=1), 0.012, replicates=1_000, estimator="plain").trace
    assert trace is not None
    widths = np.array([step.half_width for step in trace.steps])
    np.testing.assert_allclose(widths[2:] / widths[:-2], 0.5, rtol=0.1)


def test_a_file_of_draws_that_is_too_short_ends_it_and_says_so() -> None:
    """Fifty rows leave 2 × sd / √50, however often they are taken again; the rounds after the first see that."""
    chances = np.random.default_rng(5).beta(2, 30, size=50)
    scenario = make_scenario(VILLAGES, {"rise.dasar": Empirical(chances)}, horizon=1)
    trace = forecast_to_precision(scenario, 0.02, draws=50, replicates=5).trace
    assert trace is not None
    assert trace.ended_by == "rows"
    assert trace.last.draws <= 400
    floor = 1.96 * binom.sf(1, 18, chances).std(ddof=1) / np.sqrt(50)
    assert floor > 0.02
