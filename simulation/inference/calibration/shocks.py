"""Scores of the shocks of past years, and how fresh ones are proposed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...domain.arrays import Bools, Floats
from ...domain.law import Term
from .law_at_particles import LawAtParticles

Scores = dict[Term, Floats]
"""Luck of a year -> shape (years, units, P)."""

STRIDES = np.array([1.0, 0.5, 0.25])
"""Step sizes of Crank-Nicolson proposals."""


def crank_nicolson(score: Floats, rng: np.random.Generator) -> Floats:
    """Propose scores by Crank-Nicolson steps of random size, which leave their standard normal prior as it is.

    Neal 1999, *Bayesian Statistics* 6: 475-501; Cotter et al. 2013, *Stat. Sci.* 28: 424-446.
    """
    stride = rng.choice(STRIDES, size=score.shape)
    return np.asarray(np.sqrt(1 - stride**2) * score + stride * rng.standard_normal(score.shape))


def flipped(
    law: LawAtParticles, shocks: Mapping[Term, Floats], coin: Term, district: Term | None, rng: np.random.Generator
) -> tuple[dict[Term, Floats], Floats]:
    """Propose to flip a coin, the shock of the year making up for half to all of it, or for nothing.

    Returns
    -------
    The scores that change, shape (1, P), and the logarithm of how much more the prior allows them, shape (P,).
    """
    from scipy.special import ndtri

    p, score, chance = law.parameters, shocks[coin], law.parameters.scales[coin.switch]
    heads = score < ndtri(chance)
    changed = {coin: on_side(chance, ~heads, rng)}
    log_prior = np.log(np.where(heads, (1 - chance) / chance, chance / (1 - chance)))
    if district is not None:
        part = np.where(rng.random(score.shape) < 0.5, 0.0, rng.uniform(0.5, 1.0, score.shape))
        shift = part * coin.coefficient(p) / np.maximum(district.coefficient(p), 1e-9)
        changed[district] = shocks[district] + np.where(heads, shift, -shift)
        log_prior = log_prior - (changed[district] ** 2 - shocks[district] ** 2) / 2
    return changed, log_prior[0]


def on_side(chance: Floats, heads: Bools, rng: np.random.Generator) -> Floats:
    """Draw the normal scores of coins given how they lie."""
    from scipy.special import ndtri

    uniform = rng.random(heads.shape)
    place = np.where(heads, chance * uniform, chance + (1 - chance) * uniform)
    drawn, edge = ndtri(np.clip(place, 1e-15, 1 - 1e-15)), ndtri(chance)
    # Rounding must not turn a coin over.
    return np.where(heads, np.minimum(drawn, np.nextafter(edge, -np.inf)), np.maximum(drawn, edge))
