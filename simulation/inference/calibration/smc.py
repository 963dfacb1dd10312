"""Adaptive tempered sequential Monte Carlo, from a standard normal prior to a posterior.

Del Moral, Doucet & Jasra (2006), *J. R. Stat. Soc. B* 68: 411-436.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], Floats]

KEPT = 0.5
"""The next temperature is where weights are worth this share of the particles."""
STRIDES = np.array([1.0, 0.5, 0.2])
"""How far a proposal goes from where a particle stands towards anywhere in the cloud; drawn anew for every move."""
WIDENED = 1.2
"""Proposals are spread a little wider than the cloud, so that its tails are reached."""
ALIKE, ALIKE_AT_END = 0.5, 0.2
"""Particles are moved until their correlation with where they started is below this."""
MOST_MOVES = 60


@dataclass(frozen=True, eq=False)
class Sampled:
    """A sample of the posterior.

    Attributes
    ----------
    scores
        Shape (particles, dimension), in random order, all of equal weight.
    log_evidence
        Estimate of the logarithm of the prior mean of the likelihood.
    effective_sample_size
        How many independent draws tell the mean of the worst known score as well.
    """

    scores: Floats
    log_evidence: float
    effective_sample_size: float


def sample(
    log_likelihood: LogLikelihood,
    dimension: int,
    particles: int,
    rng: np.random.Generator,
    progress: Callable[[float], None] = lambda _: None,
) -> Sampled:
    """Sample from N(0, I) times a likelihood.

    Parameters
    ----------
    log_likelihood
        Takes scores of shape (particles, dimension), returns shape (particles,); −inf where impossible.
    dimension, particles
        Numbers of each, at least 1 and 2.
    rng
        Source of randomness.
    progress
        Called with the temperature reached, in (0, 1].

    Raises
    ------
    ValueError
        Where no particle drawn from the prior has a likelihood above 0.

    Notes
    -----
    Copies of a particle agree until they are moved. With m = mean squared number of copies and ρ the correlation
    of the scores before and after the moves, the variance of a mean is 1 + excess times that of independent
    draws, where every temperature turns excess into ρ² (m − 1 + excess).
    """
    scores = rng.standard_normal((particles, dimension))
    fit = log_likelihood(scores)
    if not np.isfinite(fit).any():
        raise ValueError("no draw from the prior can have given these data")
    temperature, log_evidence, excess = 0.0, 0.0, np.zeros(dimension)
    while temperature < 1:
        step, weights = _next_step(fit, 1 - temperature)
        log_evidence += _log_mean(step * fit)
        temperature = 1.0 if step >= 1 - temperature else temperature + step
        chosen = _systematic(weights, rng)
        copies = np.bincount(chosen, minlength=particles)
        cloud = _Cloud.around(scores, weights)
        scores, fit, kept = _move(scores[chosen], fit[chosen], log_likelihood, temperature, cloud, rng)
        excess = kept**2 * (float((copies**2).sum()) / particles - 1 + excess)
        progress(temperature)
    order = rng.permutation(particles)
    return Sampled(scores[order], log_evidence, float(particles / (1 + excess.max())))


@dataclass(frozen=True, eq=False)
class _Cloud:
    """The normal distribution that fits the weighted particles."""

    mean: Floats
    root: Floats

    @classmethod
    def around(cls, scores: Floats, weights: Floats) -> _Cloud:
        mean = weights @ scores
        apart = scores - mean
        covariance = (apart * weights[:, None]).T @ apart / max(1 - float(weights @ weights), 0.1)
        # A few particles cannot tell directions apart in which nothing was learned: lean towards the prior's.
        lean = scores.shape[1] / (scores.shape[1] + len(scores))
        leaned = (1 - lean) * covariance + lean * np.diag(np.diag(covariance)) + 1e-9 * np.eye(mean.size)
        return cls(mean, np.linalg.cholesky(WIDENED**2 * leaned))

    def standardised(self, scores: Floats) -> Floats:
        return np.asarray(np.linalg.solve(self.root, (scores - self.mean).T).T)


def _move(
    scores: Floats,
    fit: Floats,
    log_likelihood: LogLikelihood,
    temperature: float,
    cloud: _Cloud,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Move particles by Metropolis steps until they have left their start; also return their correlation with it.

    A proposal keeps the cloud's normal distribution as it is, so that only what sets the posterior apart from it
    can refuse one.
    """
    start, alike = scores, ALIKE_AT_END if temperature == 1 else ALIKE
    kept = np.ones(scores.shape[1])
    places = cloud.standardised(scores)
    height = _height(scores, fit, places, temperature)
    for _ in range(MOST_MOVES):
        stride = rng.choice(STRIDES, size=len(scores))[:, None]
        new_places = np.sqrt(1 - stride**2) * places + stride * rng.standard_normal(places.shape)
        new_scores = cloud.mean + new_places @ cloud.root.T
        new_fit = log_likelihood(new_scores)
        new_height = _height(new_scores, new_fit, new_places, temperature)
        taken = np.log(rng.random(len(scores))) < new_height - height
        scores, places = np.where(taken[:, None], new_scores, scores), np.where(taken[:, None], new_places, places)
        fit, height = np.where(taken, new_fit, fit), np.where(taken, new_height, height)
        kept = _correlation(start, scores)
        if kept.max() < alike:
            break
    return scores, fit, kept


def _height(scores: Floats, fit: Floats, places: Floats, temperature: float) -> Floats:
    """Return the log-density of the tempered posterior against the cloud's."""
    return np.asarray(temperature * fit + ((places**2).sum(axis=1) - (scores**2).sum(axis=1)) / 2)


def _correlation(one: Floats, other: Floats) -> Floats:
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    scale = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    return np.asarray(np.abs((one * other).sum(axis=0)) / np.maximum(scale, 1e-300))


def _next_step(fit: Floats, room: float) -> tuple[float, Floats]:
    """Return by how much the temperature may rise, at most `room`, and the weights then."""
    low, high = 0.0, room
    wanted = KEPT * float(np.isfinite(fit).sum())
    if _worth(_weights(high * fit)) >= wanted:
        return high, _weights(high * fit)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _worth(_weights(middle * fit)) >= wanted else (low, middle)
    step = max(low, 1e-12)
    return step, _weights(step * fit)


def _weights(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def _worth(weights: Floats) -> float:
    return float(1 / (weights @ weights))


def _log_mean(logs: Floats) -> float:
    largest = float(logs.max())
    return largest + float(np.log(np.exp(logs - largest).mean()))


def _systematic(weights: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return which particles are copied, each about as often as its weight says."""
    ladder = (rng.random() + np.arange(weights.size)) / weights.size
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], ladder).clip(max=weights.size - 1)
