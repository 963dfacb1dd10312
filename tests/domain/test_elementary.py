"""exp and the normal quantile of the law against SciPy's and NumPy's."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from simulation.domain.elementary import exp, normal_quantile
from simulation.domain.transition import LARGEST_LOG_ODDS


def uniforms(words: np.ndarray) -> np.ndarray:
    """Return uniforms as random words give them."""
    return (words + 0.5) / 2.0**32


def test_the_normal_quantile_is_exact_to_twelve_digits_from_end_to_end() -> None:
    """At random, at both ends and beside one half, where the sign turns."""
    ends, half = np.arange(3000), np.arange(2**31 - 1500, 2**31 + 1500)
    words = np.concatenate([ends, half, 2**32 - 1 - ends, np.random.default_rng(1).integers(0, 2**32, 100_000)])
    assert np.abs(normal_quantile(uniforms(words)) - ndtri(uniforms(words))).max() < 1e-12


def test_the_normal_quantile_rises_and_is_symmetric() -> None:
    """A larger uniform never gives a smaller number, and the two halves mirror each other."""
    uniform = uniforms(np.sort(np.random.default_rng(2).integers(0, 2**32, 100_000)))
    found = normal_quantile(uniform)
    assert (np.diff(found) >= 0).all()
    assert np.array_equal(found, -normal_quantile(1 - uniform))


def test_exp_is_exact_to_the_last_digits_and_neutral_at_0() -> None:
    """Within the bounds of the law; a term of 0 changes no bit of the odds."""
    x = np.concatenate([np.random.default_rng(3).uniform(-1, 1, 10_000) * size for size in (1e-9, 1, 20)])
    assert np.abs(exp(x) / np.exp(x) - 1).max() < 1e-14
    ends = np.array([-LARGEST_LOG_ODDS, LARGEST_LOG_ODDS])
    assert np.allclose(exp(ends), np.exp(ends), rtol=1e-13, atol=0)
    assert exp(np.zeros(3)).tolist() == [1.0, 1.0, 1.0]
