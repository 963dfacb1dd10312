"""Falls of two and three levels in a year: what lists and counts say of how far villages fall, in closed form."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from districts import make_scenario, make_villages
from pasts import counts, known, log_likelihood, of_counts, of_panel, panel, simulate, yearly_matrix
from scipy.special import xlog1py, xlogy
from scipy.stats import beta, multinomial

import simulation as kkb
from simulation.domain.crossings import bounds_from_counts
from simulation.domain.distributions import Beta, Distribution
from simulation.domain.evidence import Evidence
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.domain.target import Target
from simulation.inference.calibration.count_flows import Flow, tables
from simulation.inference.calibration.likelihood import Likelihood

CALM: dict[str, float] = {
    "rise.dasar": 0.2, "rise.berkembang": 0.15, "rise.mandiri": 0.3, "skip.berkembang": 0.1, "skip.mandiri": 0.6,
    "village_sd": 0.0, "year_sd": 0.0,
}  # fmt: skip
"""Rises that are known: all that moves a village otherwise is a fall."""
TRUTH = CALM | {"fall": 0.25, "fall_skip.berkembang": 0.2, "fall_skip.mandiri": 0.5}
FALLS: dict[str, Distribution] = {
    "fall": Beta(2, 20), "fall_skip.berkembang": Beta(1, 4), "fall_skip.mandiri": Beta(1, 4)
}  # fmt: skip
PAST = simulate(TRUTH, np.repeat([0, 1, 2, 3], [10, 20, 50, 60]), 3, np.random.default_rng(3))


def moves(status: np.ndarray) -> np.ndarray:
    """Return how often villages went from each level to each, shape (4, 4)."""
    found = np.zeros((4, 4), dtype=int)
    np.add.at(found, (status[:, :-1].ravel(), status[:, 1:].ravel()), 1)
    return found


def exponents(n: np.ndarray) -> dict[str, tuple[int, int]]:
    """Return how often each parameter's yes and no happened: fell or stayed, went on past a level or stopped there."""
    fell, stayed = int(np.tril(n, -1).sum()), int(np.diag(n)[1:].sum())
    past_mandiri, past_berkembang = int(n[3, 1] + n[3, 0]), int(n[3, 0] + n[2, 0])
    return {
        "fall": (fell, stayed),
        "fall_skip.berkembang": (past_berkembang, int(n[3, 1] + n[2, 1])),
        "fall_skip.mandiri": (past_mandiri, int(n[3, 2])),
    }


def test_lists_speak_of_falls_as_a_binomial_each() -> None:
    """With rises known, the log-likelihood is that of fell or stayed, of went past or stopped, up to a constant."""
    likelihood = Likelihood.of(of_panel(PAST), known({**CALM, **FALLS}))
    assert likelihood.names == tuple(FALLS)
    scores = np.random.default_rng(1).standard_normal((40, 3))
    values = likelihood.values(scores.T)
    expected = sum(
        xlogy(yes, values[key]) + xlog1py(no, -values[key]) for key, (yes, no) in exponents(moves(PAST)).items()
    )
    assert np.ptp(log_likelihood(likelihood, scores) - expected) < 1e-8


@pytest.mark.slow
@pytest.mark.parametrize("common", [False, True], ids=["per level", "one number"])
def test_the_posterior_of_falls_is_the_conjugate_one(common: bool) -> None:
    """Beta priors stay Beta: mean, sd and three quantiles of every parameter within 4 Monte Carlo errors."""
    seen = exponents(moves(PAST))
    priors = dict(FALLS)
    if common:
        priors = {"fall": FALLS["fall"], "fall_skip": Beta(1, 4)}
        one, other = seen.pop("fall_skip.berkembang"), seen.pop("fall_skip.mandiri")
        seen["fall_skip"] = one[0] + other[0], one[1] + other[1]
    scenario = make_scenario(make_villages((len(PAST),), status=PAST[:, -1]), {**CALM, **priors})
    found = kkb.calibrate(of_panel(PAST), scenario, draws=1000)
    worth = found.effective_sample_size
    assert worth > 300
    for key, (yes, no) in seen.items():
        prior, draws = priors[key], found.draws[key]
        assert isinstance(prior, Beta)
        truth = beta(prior.alpha + yes, prior.beta + no)
        assert abs(draws.mean() - truth.mean()) < 4 * truth.std() / np.sqrt(worth), key
        # The relative error of an sd is 1/√(2n) where the distribution is near the normal.
        assert abs(draws.std() / truth.std() - 1) < 4 / np.sqrt(worth), key
        for share in (0.1, 0.5, 0.9):
            below = (draws < truth.ppf(share)).mean()
            assert abs(below - share) < 4 * np.sqrt(share * (1 - share) / worth), key


def test_counts_that_need_a_deep_fall_are_as_likely_as_all_that_may_have_happened() -> None:
    """Every split of every level's villages, with the matrix of MODEL.md: counts, two years apart too."""
    before, after = np.array([1, 0, 0, 4]), np.array([2, 1, 0, 2])
    for years in (1, 2):
        evidence = Evidence(counts=(counts(np.column_stack([np.repeat(range(4), n) for n in (before, after)])),))
        if years == 2:
            (one,) = evidence.counts
            wide = type(one)(one.place, (one.dates[0], one.dates[1].replace(year=2025)), one.counts)
            evidence = Evidence(counts=(wide,))
        likelihood = Likelihood.of(evidence, known({**CALM, **FALLS}))
        scores = np.random.default_rng(2).standard_normal((5, 3))
        values = likelihood.values(scores.T)
        for number, found in enumerate(log_likelihood(likelihood, scores)):
            truth = {key: float(value[number]) for key, value in values.items()}
            matrix = np.linalg.matrix_power(yearly_matrix(truth), years)
            splits = [[x for x in product(range(n + 1), repeat=4) if sum(x) == n] for n in before]
            expected = sum(
                np.prod([multinomial.pmf(x, n, matrix[s]) for s, (x, n) in enumerate(zip(way, before, strict=True))])
                for way in product(*splits)
                if (np.sum(way, axis=0) == after).all()
            )
            assert found == pytest.approx(np.log(expected), abs=1e-9)


@pytest.mark.parametrize("nil", [(), ("fall_skip.berkembang",), ("fall_skip.mandiri", "skip.berkembang"), ("fall",)])
def test_bounds_on_rises_are_those_of_all_tables_of_flows(nil: tuple[str, ...]) -> None:
    """The least and most villages that may have risen, among every table that fits; every size of district has them."""
    allowed = known(dict.fromkeys(nil, 0.0)).draw(0, 200).matrix.max(axis=0) > 0
    rng = np.random.default_rng(4)
    for _ in range(20):
        before, after = (rng.multinomial(7, [0.4, 0.3, 0.1, 0.2]) for _ in range(2))
        flow = Flow(before, after, allowed)
        if flow.method == "impossible":
            continue
        every = tables(before, after, allowed, 10_000)
        assert every is not None
        rises = np.triu(every, 1).sum(axis=(1, 2))
        assert flow.risen == (rises.min(), rises.max())
    district = np.array([93, 25, 3, 14]), np.array([90, 20, 5, 20])
    if allowed.all():
        assert Flow(*district, allowed).risen == bounds_from_counts(*district, Target()).rises


@pytest.mark.slow
def test_a_district_with_one_deep_fall_is_learned_from() -> None:
    """One of 100 villages goes from paripurna to berkembang: it is learned from, back-tested and forecast.

    One fall of one from paripurna went past mandiri and stopped at berkembang: Beta(1, 4) becomes Beta(2, 4) and
    Beta(1, 5), whatever else is unknown.
    """
    start = np.repeat([0, 1, 2, 3], [60, 20, 5, 15])
    past = simulate({**TRUTH, "fall": 0.0}, start, 3, np.random.default_rng(8))
    past[-1, 1:] = 1
    assert (np.diff(past[:-1]) >= 0).all()
    scenario = make_scenario(make_villages((50, 50), status=past[:, -1]), priors=DEFAULT_PRIORS, horizon=1)
    lists = kkb.calibrate(of_panel(past), scenario, draws=400)
    for level, truth in (("mandiri", beta(2, 4)), ("berkembang", beta(1, 5))):
        error = truth.std() / np.sqrt(lists.effective_sample_size)
        assert abs(lists.draws[f"fall_skip.{level}"].mean() - truth.mean()) < 4 * error
    assert kkb.calibrate(of_counts(past), scenario, draws=50).basis == ("counts",)
    assert kkb.backtest(panel(past), scenario, draws=50).rows
    assert lists.applied_to(scenario).parameters.draw(0, 50).matrix[:, 3, 1].mean() > 0
