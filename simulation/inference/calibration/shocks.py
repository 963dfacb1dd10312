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
"""How far a proposal goes from where a score stands towards a fresh one."""


def turned(score: Floats, rng: np.random.Generator) -> Floats:
    """Turn scores towards fresh ones by some angle, which keeps the shape of the prior."""
    stride = rng.choice(STRIDES, size=score.shape)
    return np.asarray(np.sqrt(1 - stride**2) * score + stride * rng.standard_normal(score.shape))


def turned_over(
    law: LawAtParticles, shocks: Mapping[Term, Floats], coin: Term, district: Term | None, rng: np.random.Generator
) -> tuple[dict[Term, Floats], Floats]:
    """Turn a coin over, and let the shock of the year give way for it in part, wholly or not at all.

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
    """Return normal scores of coins that lie as told."""
    from scipy.special import ndtri

    uniform = rng.random(heads.shape)
    place = np.where(heads, chance * uniform, chance + (1 - chance) * uniform)
    drawn, edge = ndtri(np.clip(place, 1e-15, 1 - 1e-15)), ndtri(chance)
    # Rounding must not turn a coin over.
    return np.where(heads, np.minimum(drawn, np.nextafter(edge, -np.inf)), np.maximum(drawn, edge))
