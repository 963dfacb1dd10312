"""The posterior against another sampler, and against itself over many simulated districts."""

from __future__ import annotations

from collections.abc import Callable

import emcee
import numpy as np
import pytest
from pasts import dimension, known, log_likelihood, of_counts, of_panel, simulate
from scipy.special import ndtr, ndtri
from scipy.stats import binom, chi2

from simulation.domain.evidence import Evidence
from simulation.domain.parameters import ParameterSet
from simulation.inference.calibration.likelihood import Likelihood
from simulation.inference.calibration.sampler import Particles

KINDS = pytest.mark.parametrize("kind", [of_panel, of_counts], ids=["panel", "counts"])
TANAH_LAUT = np.repeat([0, 1, 2, 3], [93, 25, 3, 14])
TRUTH = {
    "rise.dasar": 0.07, "rise.berkembang": 0.1, "rise.mandiri": 0.3, "fall": 0.02, "skip.berkembang": 0.1,
    "skip.mandiri": 0.7, "village_sd": 0.5, "year_sd": 0.4,
}  # fmt: skip


@pytest.mark.slow
@KINDS
def test_the_posterior_agrees_with_emcee(kind: Callable[[np.ndarray], Evidence]) -> None:
    """Means and sds of every score within 0.1 prior sd of affine-invariant MCMC, Monte Carlo error of both included.

    Its walkers start from the prior, and end worth over 1,000 independent draws: an error of 0.03 at most, as ours.
    """
    status = simulate(TRUTH, TANAH_LAUT, 2, np.random.default_rng(11))
    likelihood = Likelihood.of(kind(status), known())
    samples = list(likelihood.sampler(np.random.default_rng(1)).sample(1000, 4))
    ours = np.concatenate([np.concatenate([one.theta, *_shocks(one)]) for one in samples], axis=1).T

    def log_posterior(scores: np.ndarray) -> np.ndarray:
        return log_likelihood(likelihood, scores) - (scores**2).sum(axis=1) / 2

    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.StretchMove(), 0.2)]
    walkers = emcee.EnsembleSampler(200, dimension(likelihood), log_posterior, vectorize=True, moves=moves)
    walkers.random_state = np.random.RandomState(2).get_state()
    walkers.run_mcmc(np.random.default_rng(3).standard_normal((200, dimension(likelihood))), 1300)
    theirs = walkers.get_chain(discard=500, flat=True)
    worth = len(theirs) / walkers.get_autocorr_time(discard=500, quiet=True).max()
    assert worth > 1000
    assert np.abs(ours.mean(axis=0) - theirs.mean(axis=0)).max() < 0.1
    assert np.abs(ours.std(axis=0) - theirs.std(axis=0)).max() < 0.1


def _shocks(particles: Particles) -> list[np.ndarray]:
    return [score[:, 0] for scores in particles.shocks for score in scores.values()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "districts", "villages"),
    [(of_panel, 50, [30, 14, 8, 8]), (of_counts, 25, [93, 25, 3, 14])],
    ids=["panel", "counts"],
)
def test_truths_rank_evenly_among_draws(
    kind: Callable[[np.ndarray], Evidence], districts: int, villages: list[int]
) -> None:
    """Simulation-based calibration (Talts et al. 2018): districts whose truth was drawn from the prior.

    The rank of each truth among 250 draws is uniform: a chi-squared test over bins where five are expected; and the
    central 50% and 90% intervals cover as often as they say, within what a binomial allows; these tests together err
    once in a hundred times. And truths lie as far from the middle as they should: the squared normal scores of the
    ranks of the three chances of rising have mean 3 together, and variance 6, within 3 standard errors. In half of all
    sets of truths this tells intervals that are a fifth too narrow from panels, three tenths too narrow from counts.
    A likelihood that counts the data twice narrows them less (mean 3.4); that is for test_path_likelihood.py to tell.
    Counts of 135 villages need the saddlepoint.
    """
    rng, prior = np.random.default_rng(20), known()
    start = np.repeat([0, 1, 2, 3], villages)
    ranks = np.array([_rank(prior, kind, start, rng) for _ in range(districts)]).T
    apart = (ndtri(ranks[:3]) ** 2).sum(axis=0)
    assert abs(apart.mean() - 3) < 3 * apart.std(ddof=1) / np.sqrt(districts)
    level, bins = 0.01 / (3 * len(ranks)), districts // 5
    for rank in ranks:
        observed = np.bincount((rank * bins).astype(int).clip(max=bins - 1), minlength=bins)
        assert chi2.sf(((observed - 5) ** 2 / 5).sum(), bins - 1) > level
        for share in (0.5, 0.9):
            inside = int((np.abs(rank - 0.5) < share / 2).sum())
            low, high = binom.ppf([level / 2, 1 - level / 2], districts, share)
            assert low <= inside <= high


def _rank(
    prior: ParameterSet, kind: Callable[[np.ndarray], Evidence], start: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return where the truth of one small district lies among the draws of its posterior, in (0, 1), by parameter."""
    names = prior.uncertain
    score = rng.standard_normal(len(names))
    uniform = dict(zip(names, ndtr(score), strict=True))
    truth = {k: float(v.quantile(np.array([uniform.get(k, 0.5)]))[0]) for k, v in prior.scalars.items()}
    status = simulate(truth, start, 2, rng)
    likelihood = Likelihood.of(kind(status), prior)
    assert likelihood.names == names
    found = next(likelihood.sampler(rng).sample(250, 1)).theta.T
    return ((found < score).sum(axis=0) + rng.random(len(names))) / (len(found) + 1)
