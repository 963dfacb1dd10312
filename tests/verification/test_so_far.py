"""The middle of a year: chances given the rises so far, against a simulation to the day and against closed forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_scenario, make_villages
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom, binom

from simulation.domain.distributions import Beta, Fixed, LogitNormal
from simulation.domain.randomness import Process, Trajectories, uniforms
from simulation.domain.so_far import SoFar
from simulation.domain.target import Target
from simulation.engine import ensemble
from simulation.engine.compiled import simulator
from simulation.engine.effort import Effort, Simulator
from simulation.engine.ensemble import run
from simulation.engine.failure import EnsembleError
from simulation.engine.outcome import Outcome
from simulation.inference.forecast import DistrictForecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

YEAR, DAYS, DAY = ORIGIN + 1, 365, date(ORIGIN + 1, 6, 30)
D = (DAY - date(ORIGIN, 12, 31)).days
VILLAGES, NEEDED, HAZARD = 80, 4, 1.5e-4
ONE_STEP = {"rise.berkembang": 0.0, "rise.mandiri": 0.0, "fall": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0}
"""Villages at dasar rise once, and stay."""


def by_hazard(days: int) -> float:
    """Return the chance that a village has risen after so many days."""
    return 1 - (1 - HAZARD) ** days


def at_dasar(rise: object, so_far: SoFar | None = None, **settings: int) -> Scenario:
    """Return villages that all stand at dasar and rise independently."""
    scalars = {**ONE_STEP, "rise.dasar": rise}
    return make_scenario(make_villages([VILLAGES], status=[0] * VILLAGES), scalars, so_far=so_far, **settings)  # type: ignore[arg-type]


def given_count(scenario: Scenario, rises: int, share: object, effort: Effort, day: date = DAY) -> DistrictForecast:
    """Return what the tool says, given so many rises by a day."""
    told = replace(scenario, so_far=SoFar(day, rises, share))  # type: ignore[arg-type]
    return forecast(told, effort.draws, effort.replicates, seed=7).districts[0]


@cache
def lived_to_the_day(trajectories: int = 12_000) -> tuple[np.ndarray, np.ndarray]:
    """Return how many of the villages had risen by the day, and by the end of the year, one trajectory each.

    Every village that has not risen yet may on every day: nothing is known here of shares or binomials.
    """
    rng = np.random.default_rng(20260630)
    risen = np.zeros((trajectories, VILLAGES), dtype=bool)
    by_the_day = np.zeros(trajectories, dtype=int)
    for day in range(1, DAYS + 1):
        risen |= rng.random(risen.shape) < HAZARD
        if day == D:
            by_the_day = risen.sum(axis=1)
    return by_the_day, risen.sum(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("rises", [0, 1, 2, 3, 4])
def test_the_chance_agrees_with_a_simulation_to_the_day(rises: int) -> None:
    """With a constant hazard the share is known: both simulations give one chance, within 4 standard errors."""
    by_the_day, in_all = lived_to_the_day()
    of_these = in_all[by_the_day == rises] >= NEEDED
    found = given_count(at_dasar(by_hazard(DAYS)), rises, Fixed(by_hazard(D) / by_hazard(DAYS)), Effort(1, 20_000))
    first = found.years[0]
    lived = np.sqrt(of_these.mean() * (1 - of_these.mean()) / of_these.size)
    assert first.needed.max == NEEDED
    assert of_these.size > 400
    assert abs(first.probability_met - of_these.mean()) <= 4 * np.hypot(lived, first.monte_carlo_error)


@pytest.mark.parametrize("rises", [0, 1, 3])
def test_the_chance_is_that_of_the_villages_that_are_left(rises: int) -> None:
    """Who has not risen by the day rises in the rest of the year, independently: a binomial tail."""
    found = given_count(at_dasar(by_hazard(DAYS)), rises, Fixed(by_hazard(D) / by_hazard(DAYS)), Effort(1, 40_000))
    expected = binom.sf(NEEDED - rises - 1, VILLAGES - rises, by_hazard(DAYS - D))
    assert abs(found.years[0].probability_met - expected) <= 4 * found.years[0].monte_carlo_error


def test_unlike_villages_follow_their_poisson_binomial() -> None:
    """With villages at several levels, Bayes' rule on the number of rises gives the chance and the mean."""
    status = [0] * 30 + [1] * 20 + [2] * 10
    scenario = make_scenario(make_villages([60], status=status), {"fall": 0.0})
    chances = [
        float(scenario.parameters.scalars[f"rise.{level}"].value) for level in ("dasar", "berkembang", "mandiri")
    ]  # type: ignore[index]
    number = np.ones(1)
    for level in status:
        number = np.convolve(number, [1 - chances[level], chances[level]])
    share, rises, needed = 0.3, 1, 3
    weight = number * binom.pmf(rises, np.arange(number.size), share)
    found = given_count(scenario, rises, Fixed(share), Effort(1, 20_000)).years[0]
    assert abs(found.probability_met - weight[needed:].sum() / weight.sum()) <= 4 * found.monte_carlo_error
    mean = weight @ np.arange(number.size) / weight.sum()
    sd = np.sqrt(weight @ (np.arange(number.size) - mean) ** 2 / weight.sum())
    kept = run(replace(scenario, so_far=SoFar(DAY, rises, Fixed(share))), Effort(1, 20_000), 7).outcomes[0].kept.sum()
    assert abs(found.rises.mean - mean) <= 4 * sd / np.sqrt(kept)


SHARES = (None, Fixed(0.2), Fixed(1.0), Beta(3.0, 1.0), Beta(0.5, 6.0), LogitNormal(-0.4, 0.7))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("rises", [0, 1, 6])
def test_the_likelihood_is_a_mean_of_binomials(rises: int, share: object) -> None:
    """Of a beta distribution beta-binomial; of any other the mean over its quantiles."""
    known = SoFar(DAY, rises, share)  # type: ignore[arg-type]
    found, total = np.exp(known.log_likelihood(30)), np.arange(31)
    of = share or known.default_share
    if isinstance(of, Beta):
        assert found == pytest.approx(betabinom.pmf(rises, total, of.alpha, of.beta), rel=1e-9)
    values = of.quantile((np.arange(20_000) + 0.5) / 20_000)  # type: ignore[attr-defined]
    assert found == pytest.approx(binom.pmf(rises, total[:, None], values).mean(axis=1), abs=1e-4)


@pytest.mark.parametrize(
    "share",
    [
        Fixed(5e-324),
        Fixed(1.0),
        Beta(5e-324, 5e-324),
        Beta(1e6, 1e6),
        Beta(1e-300, 1e6),
        LogitNormal(50.0, 10.0),
        LogitNormal(-50.0, 0.0),
    ],
)
@pytest.mark.parametrize("rises", [0, 1, 300])
def test_no_share_is_too_far_out_to_weigh_by(rises: int, share: object) -> None:
    """Some trajectories can always be kept, however unlikely the count is; those with fewer rises never are."""
    found = SoFar(DAY, rises, share).chances(np.arange(301), make_villages([300], status=[0] * 300))  # type: ignore[arg-type]
    assert found.max() == 1
    assert np.isfinite(found).all()
    assert not found[:rises].any()


def test_the_default_share_is_likeliest_at_the_part_of_the_year_that_is_over() -> None:
    """The mode is that part to the day, leap years included, and shapes are never below 1."""
    for day in (date(2027, 1, 1), date(2027, 7, 2), date(2028, 2, 29), date(2028, 12, 31)):
        known = SoFar(day, 0)
        days = 366 if day.year == 2028 else 365
        assert known.elapsed == pytest.approx(((day - date(day.year, 1, 1)) + timedelta(1)).days / days)
        shape = known.default_share
        assert (shape.alpha - 1) / (shape.alpha + shape.beta - 2) == pytest.approx(known.elapsed)
        assert min(shape.alpha, shape.beta) >= 1


@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=25).filter(lambda weights: sum(weights) > 0),
    st.sampled_from([Beta(1.0, 1.0), Beta(0.3, 1.0), Beta(9.0, 2.5), Fixed(0.3)]),
    st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31)),
    st.booleans(),
)
def test_more_rises_so_far_never_lower_a_chance(weights: list[float], share: object, day: date, default: bool) -> None:
    """For any distribution of the year's rises, P(at least k | count) grows with the count where it is defined."""
    number, tails = np.array(weights), []
    for rises in range(number.size):
        told = SoFar(day, rises, None if default else share)  # type: ignore[arg-type]
        posterior = number * np.exp(told.log_likelihood(number.size - 1))
        if posterior.sum() > 1e-12:
            tails.append(posterior[::-1].cumsum()[::-1] / posterior.sum())
    assert (np.diff(tails, axis=0) >= -1e-7).all()


def test_more_rises_so_far_mean_a_larger_chance_in_the_tool() -> None:
    """Counts below the number needed, under uncertain chances of rising: each raises the chance beyond its error."""
    scenario = at_dasar(Beta(2.0, 30.0))
    years = [given_count(scenario, rises, None, Effort(500, 20)).years[0] for rises in (0, 1, 3)]
    for less, more in pairwise(years):
        assert more.probability_met - less.probability_met > 4 * np.hypot(
            less.monte_carlo_error, more.monte_carlo_error
        )


def outcomes(
    scenario: Scenario, engines: tuple[Simulator, ...] = ("batch", "mesa"), **options: int
) -> Iterator[Outcome]:
    """Yield the outcomes of a few trajectories by each engine."""
    for engine in engines:
        yield run(scenario, Effort(2, 15), 7, engine=engine, **options).outcomes[0]  # type: ignore[arg-type]


def with_everything(**settings: object) -> Scenario:
    """Return a scenario in which every feature is at work, given two rises."""
    return replace(everything_on(), target=Target(), so_far=SoFar(DAY, 2), **settings)  # type: ignore[arg-type]


@pytest.mark.slow
def test_engines_keep_the_same_trajectories() -> None:
    """Arrays and agents agree in every bit, those of the trajectories that are not kept included."""
    one, other = outcomes(with_everything())
    assert 5 < one.kept.sum() < 25
    for name, array in one.arrays.items():
        assert np.array_equal(array, other.arrays[name]), name


def test_the_compiled_engine_keeps_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bit for bit, also where only some of a block of trajectories go on."""
    pytest.importorskip("numba")
    (one,) = outcomes(with_everything(), ("batch",))
    monkeypatch.setattr(ensemble, "simulator", lambda **_: simulator(compiled=True))
    (other,) = outcomes(with_everything(), ("batch",))
    assert all(np.array_equal(array, other.arrays[name]) for name, array in one.arrays.items())


def test_neither_chunks_nor_workers_decide_what_is_kept() -> None:
    """The same is kept whatever lies side by side."""
    whole, *parts = (
        next(outcomes(with_everything(), ("batch",), chunk_cells=cells, workers=workers))
        for cells, workers in ((10_000, 1), (130, 1), (200, 2))
    )
    for part in parts:
        assert all(np.array_equal(array, part.arrays[name]) for name, array in whole.arrays.items())


def test_what_is_kept_is_what_it_was_without_the_count() -> None:
    """Nothing about a trajectory changes; of those that are not kept the first year stands, and villages have none."""
    scenario = with_everything()
    (told,), (plain,) = outcomes(scenario, ("batch",)), outcomes(replace(scenario, so_far=None), ("batch",))
    for name in ("levels", "rises", "falls", "entries", "assisted", "risen", "can_rise"):
        assert np.array_equal(getattr(told, name)[told.kept], getattr(plain, name)[told.kept]), name
    assert np.array_equal(told.rises[..., 0], plain.rises[..., 0])
    assert not told.rises[~told.kept][:, 1:].any()
    assert np.array_equal(told.villages.rises.sum(axis=0), told.rises[told.kept].sum(axis=0))


def test_some_of_the_trajectories_have_their_own_random_numbers() -> None:
    """Any subset looks up what it would among all."""
    grid, units = Trajectories.grid(range(3, 8), range(2, 13)), np.arange(5, dtype=np.uint64)
    wanted = np.random.default_rng(1).random(len(grid)) < 0.3
    some = grid.subset(wanted)
    assert np.array_equal(some.draw, grid.draw[wanted])
    assert np.array_equal(some.replicate, grid.replicate[wanted])
    every = uniforms(5, Process.TRANSITION, YEAR, units, grid)
    assert np.array_equal(uniforms(5, Process.TRANSITION, YEAR, units, some), every[:, wanted])
    twice = some.subset(np.arange(len(some)) % 2 == 0)
    assert np.array_equal(uniforms(5, Process.TRANSITION, YEAR, units, twice), every[:, wanted][:, ::2])


A, B = 2.0, 40.0
LATER = 3
"""Shapes of what is believed of the chance of rising; rises that the second year needs, of 80 − 6 villages."""


@pytest.mark.slow
def test_a_count_of_the_whole_year_teaches_as_bayes_rule_says() -> None:
    """Share 1: the chance of rising is beta again, Beta(a + s, b + V − s), which tells next year's chance and range."""
    rises = 6
    scenario = replace(at_dasar(Beta(A, B), horizon=2), target=Target(share=LATER / VILLAGES))  # type: ignore[arg-type]
    effort = Effort(4_000, 100)
    found = given_count(scenario, rises, Fixed(1.0), effort, date(YEAR, 12, 31)).years[1]
    a, b, left = A + rises, B + VILLAGES - rises, VILLAGES - rises
    assert abs(found.probability_met - betabinom.sf(LATER - 1, left, a, b)) <= 4 * found.monte_carlo_error
    expected = binom.sf(LATER - 1, left, beta.ppf((0.05, 0.95), a, b))
    assert found.parameter_interval90 == pytest.approx(tuple(expected), abs=0.04)
    prior = binom.sf(LATER - 1, left, beta.ppf((0.05, 0.95), A, B))
    assert np.abs(np.array(found.parameter_interval90) - prior).max() > 0.3


@pytest.mark.slow
@pytest.mark.parametrize("rises", [0, 1, 4])
def test_the_interval_weighs_draws_by_what_the_count_says_of_them(rises: int) -> None:
    """Half of the year: against the posterior of the chance of rising, by its density on a grid."""
    share, effort = 0.5, Effort(6_000, 20)
    scenario = replace(at_dasar(Beta(A, B), horizon=1), target=Target(share=6 / VILLAGES))  # type: ignore[arg-type]
    found = given_count(scenario, rises, Fixed(share), effort).years[0]
    chance = (np.arange(20_000) + 0.5) / 20_000
    weight = beta.pdf(chance, A, B) * binom.pmf(rises, VILLAGES, chance * share)
    weight /= weight.sum()
    tail = binom.sf(5 - rises, VILLAGES - rises, chance * (1 - share) / (1 - chance * share))
    assert abs(found.probability_met - weight @ tail) <= 4 * found.monte_carlo_error
    expected = np.interp([0.05, 0.95], weight.cumsum(), tail)
    assert found.parameter_interval90 == pytest.approx(tuple(expected), abs=0.04)


def test_the_transition_matrix_that_is_told_is_that_of_the_draws_that_agree() -> None:
    """Its mean is the posterior's: E[rise] = (a + s) / (a + b + V)."""
    rises = 6
    told = replace(at_dasar(Beta(A, B), horizon=1), so_far=SoFar(date(YEAR, 12, 31), rises, Fixed(1.0)))
    found = forecast(told, 3_000, 20, seed=7)
    posterior = beta(A + rises, B + VILLAGES - rises)
    assert abs(1 - found.matrix[0, 0, 0] - posterior.mean()) < 4 * posterior.std() / np.sqrt(500)
    assert 1 - found.matrix[1, 0, 0] == pytest.approx(posterior.ppf(0.95), abs=0.01)


def test_the_chance_before_the_count_is_that_of_the_scenario_without_it() -> None:
    """All trajectories of the first year tell it: bit for bit the forecast that knows nothing of the year."""
    scenario = at_dasar(Beta(A, B))
    plain = forecast(scenario, 100, 20, seed=7).districts[0].years[0]
    before = given_count(scenario, 2, None, Effort(100, 20)).before
    assert before is not None
    assert (before.probability_met, before.monte_carlo_error) == (plain.probability_met, plain.monte_carlo_error)
    assert before.parameter_interval90 == plain.parameter_interval90


def test_a_target_that_is_met_already_is_certain() -> None:
    """As many rises as are needed leave nothing to chance, in the law."""
    found = given_count(at_dasar(Beta(A, B)), NEEDED, None, Effort(200, 20)).years[0]
    assert (found.probability_met, found.monte_carlo_error, found.parameter_interval90) == (1.0, 0.0, (1.0, 1.0))


def test_a_count_that_no_trajectory_agrees_with_is_refused() -> None:
    """Where nothing can rise, two rises contradict the scenario."""
    with pytest.raises(
        EnsembleError, match="none of 500 simulations of Kabupaten Contoh agrees with 2 rises by 2026-06-30"
    ):
        run(replace(at_dasar(0.0), so_far=SoFar(DAY, 2)), Effort(1, 500), 7)
