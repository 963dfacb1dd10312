"""Quantiles are those of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc, betaincinv, ndtri

from simulation.domain.quantiles import beta_quantile, standard_normal_quantile


def test_the_normal_quantile_is_that_of_scipy() -> None:
    """To a few units in the last place: in the middle, at every seam, in both tails, at 0, ½ and 1."""
    middle = np.random.default_rng(4).random(20_000)
    seams = 0.5 + np.outer([-1, 1], [0.425 - 1e-9, 0.425, 0.425 + 1e-9, 0.5 - np.exp(-25.0)]).ravel()
    tails = np.concatenate([np.logspace(-300, -1, 3_000), 1 - np.logspace(-16, -1, 3_000), [0.0, 0.5, 1.0]])
    probability = np.concatenate([middle, seams, tails])
    np.testing.assert_allclose(standard_normal_quantile(probability), ndtri(probability), rtol=4e-15, atol=0)


def test_any_shape_keeps_its_bits() -> None:
    """A number alone, a row and a table."""
    probability = np.linspace(0.001, 0.999, 36)
    row = standard_normal_quantile(probability)
    assert [float(standard_normal_quantile(one)) for one in probability] == row.tolist()
    np.testing.assert_array_equal(standard_normal_quantile(probability.reshape(4, 9)), row.reshape(4, 9))


@pytest.mark.parametrize("shapes", [(1, 9), (1, 4), (6, 2), (2, 1), (3, 17), (25, 14), (1, 0.4), (2.5, 3), (300, 700)])
def test_the_beta_quantile_is_that_of_scipy(shapes: tuple[float, float]) -> None:
    """Whole shapes small and large, others, and what uniforms reach of the tails."""
    tails = np.logspace(-9, -1, 400)
    probability = np.concatenate([np.random.default_rng(5).random(2_000), tails, 1 - tails, [0.0, 1.0]])
    found = beta_quantile(*shapes, probability)
    # Near 1 a quantile is known only as well as its probability, a number of 16 digits.
    if min(shapes) >= 1 and sum(shapes) < 100:
        np.testing.assert_allclose(betainc(*shapes, found), probability, atol=4e-15, rtol=0)
    rest = probability < 0.99
    np.testing.assert_allclose(found[rest], betaincinv(*shapes, probability[rest]), rtol=1e-11)
