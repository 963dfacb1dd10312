"""Effects and variance shares against the published functions, SALib's own analysis, and noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import morris as analyse_morris
from SALib.analyze import sobol as analyse_sobol
from SALib.sample import morris, sobol

from simulation.decision.variance_shares import mean_absolute_effects, variance_shares

Floats = NDArray[np.float64]

PRINTED_ISHIGAMI = {"first": [0.3139, 0.4424, 0.0], "total": [0.5576, 0.4424, 0.2437]}
PRINTED_G = [0.7165, 0.1791, 0.0237, 0.0072, 0.0001, 0.0001, 0.0001, 0.0001]
"""Saltelli et al. (2008), Global Sensitivity Analysis: The Primer."""
G_WEIGHTS = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
PRINTED_WITHIN = 5e-5


def ishigami(points: Floats) -> Floats:
    """Return sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ on the unit cube stretched to ±π."""
    x = np.pi * (2 * points - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def sobol_g(points: Floats) -> Floats:
    """Return the product of (|4x - 2| + a) / (1 + a)."""
    return np.asarray(np.prod((np.abs(4 * points - 2) + G_WEIGHTS) / (1 + G_WEIGHTS), axis=1))


def cube(size: int) -> dict[str, Any]:
    """Return the unit cube as SALib wants it."""
    return {"num_vars": size, "names": [f"x{i}" for i in range(size)], "bounds": [[0.0, 1.0]] * size}


def closed_form_of_g() -> tuple[Floats, Floats]:
    """Return first and total shares from Vᵢ = 1 / (3 (1 + aᵢ)²)."""
    own = 1 / (3 * (1 + G_WEIGHTS) ** 2)
    variance = np.prod(1 + own) - 1
    return own / variance, own * np.prod(1 + own) / (1 + own) / variance


def test_the_closed_form_of_g_is_the_printed_one() -> None:
    """The published table prints four digits, the first of them half a thousandth off."""
    assert closed_form_of_g()[0] == pytest.approx(PRINTED_G, abs=5e-4)


def test_shares_of_ishigami_are_the_published_ones() -> None:
    """Within 0.02 at 4,096 base points, and the intervals hold the truth."""
    points = sobol.sample(cube(3), 4096, calc_second_order=False, seed=1)
    found = variance_shares(np.stack([ishigami(points)] * 2), 3, 1)
    assert found.first == pytest.approx(PRINTED_ISHIGAMI["first"], abs=0.02)
    assert found.total == pytest.approx(PRINTED_ISHIGAMI["total"], abs=0.02)
    assert found.variance == pytest.approx(13.8446, rel=0.02)
    for share, interval in zip(PRINTED_ISHIGAMI["total"], found.total_interval90, strict=True):
        assert interval[0] - PRINTED_WITHIN <= share <= interval[1] + PRINTED_WITHIN


@pytest.mark.slow
def test_shares_of_g_are_the_published_ones() -> None:
    """First and total, both against the closed form."""
    points = sobol.sample(cube(8), 4096, calc_second_order=False, seed=2)
    found = variance_shares(np.stack([sobol_g(points)] * 2), 8, 1)
    first, total = closed_form_of_g()
    assert found.first == pytest.approx(first, abs=0.02)
    assert found.total == pytest.approx(total, abs=0.02)


@pytest.mark.parametrize(("function", "size"), [(ishigami, 3), (sobol_g, 8)])
def test_without_noise_the_shares_are_those_of_salib(function: Any, size: int) -> None:
    """The same estimators, written independently."""
    points = sobol.sample(cube(size), 256, calc_second_order=False, seed=3)
    values = function(points)
    theirs = analyse_sobol.analyze(cube(size), values, calc_second_order=False, seed=3)
    ours = variance_shares(np.stack([values, values]), size, 1)
    assert ours.first == pytest.approx(theirs["S1"], abs=1e-9)
    assert ours.total == pytest.approx(theirs["ST"], abs=1e-9)


def test_effects_of_ishigami_are_those_of_salib_and_near_the_published_ones() -> None:
    """SALib counts steps of the cube; the published values are of the standard grid of four levels."""
    points = morris.sample(cube(3), 1000, num_levels=4, seed=4)
    values = ishigami(points)
    theirs = analyse_morris.analyze(cube(3), points, values, num_levels=4, seed=4)
    ours = mean_absolute_effects(points, np.stack([values, values]), np.arange(3))
    assert ours == pytest.approx(np.asarray(theirs["mu_star"]), rel=1e-9)
    assert ours == pytest.approx([7.68, 7.875, 6.26], rel=0.05)


@pytest.mark.slow
def test_noise_stays_out_of_the_shares() -> None:
    """With noise as large as the signal the shares are still right, where plain estimators count it as effect."""
    rng = np.random.default_rng(5)
    points = sobol.sample(cube(3), 8192, calc_second_order=False, seed=5)
    signal = ishigami(points)
    halves = signal + rng.normal(0, 3.7 * np.sqrt(2), (2, signal.size))
    found = variance_shares(halves, 3, 1)
    error = (found.total_interval90[:, 1] - found.total_interval90[:, 0]) / (2 * 1.645)
    assert np.all(np.abs(found.total - PRINTED_ISHIGAMI["total"]) < 4 * error)
    error = (found.first_interval90[:, 1] - found.first_interval90[:, 0]) / (2 * 1.645)
    assert np.all(np.abs(found.first - PRINTED_ISHIGAMI["first"]) < 4 * error)
    assert np.all(error < 0.05)
    plain = analyse_sobol.analyze(cube(3), halves.mean(axis=0), calc_second_order=False, seed=5)
    assert np.all(np.abs(plain["ST"] - PRINTED_ISHIGAMI["total"]) > 0.1)


def test_noise_alone_has_no_effects_and_no_shares() -> None:
    """Nothing moves a constant, however noisily it is observed."""
    rng = np.random.default_rng(6)
    points = morris.sample(cube(3), 400, num_levels=4, seed=6)
    effects = mean_absolute_effects(points, rng.normal(size=(2, len(points))), np.arange(3))
    standard_error = np.sqrt(2) / (2 / 3) / np.sqrt(400)
    assert np.all(np.abs(effects) < 4 * standard_error)
    assert np.all(variance_shares(np.ones((2, 8 * 5)), 3, 1).total == 0)


def test_coordinates_of_one_group_move_together() -> None:
    """A group has one effect and one share: that of all its coordinates."""
    problem = cube(3) | {"groups": ["a", "b", "a"]}
    points = morris.sample(problem, 100, num_levels=4, seed=7)
    effects = mean_absolute_effects(points, np.stack([points.sum(axis=1)] * 2), np.array([0, 1, 0]))
    assert effects[1] == pytest.approx(1.0)
    points = sobol.sample(problem, 2048, calc_second_order=False, seed=7)
    shares = variance_shares(np.stack([points.sum(axis=1)] * 2), 2, 1)
    assert shares.first == pytest.approx([2 / 3, 1 / 3], abs=0.02)
