"""PRIM finds boxes that are known, and those that were published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from simulation.decision.prim import HIGH, LOW, Box, Fit, best_box, quasi_p, simplified, trajectory

DATA = Path(__file__).parents[1] / "data" / "bryant_lempert_2010.csv"
RUNS = pd.read_csv(DATA, comment="#")
POINTS, FAILS = RUNS.iloc[:, :9].to_numpy(float), RUNS.iloc[:, 9].to_numpy(bool)
PUBLISHED = {
    ("Cellulosic cost", LOW): (72.65, 0.15741333528927348),
    ("Total biomass", HIGH): (755.8, 4.716968553178765e-06),
    ("Demand elasticity", LOW): (-0.422, 1.1849299115762218e-16),
    ("Biomass backstop price", LOW): (150.05, 3.515112530263049e-11),
}
"""Box 21 of EMA Workbench's scenario_discovery.ipynb: ends and quasi-p-values."""


def test_the_published_box_is_found() -> None:
    """Bryant & Lempert's runs: the 21st box on the trajectory, its ends, coverage, density and quasi-p-values."""
    boxes = trajectory(POINTS, FAILS, slice_share=0.1)
    assert len(boxes) == 28
    fit = Fit.of(boxes[21].holds(POINTS), FAILS)
    assert (fit.coverage, fit.density) == pytest.approx((0.752809, 0.770115), abs=5e-7)
    assert fit.mass == pytest.approx(0.0986395, abs=5e-8)
    found = quasi_p(boxes[21], POINTS, FAILS)
    named = {(RUNS.columns[place], end): (boxes[21].limits[end, place], p) for (end, place), p in found.items()}
    assert named.keys() == PUBLISHED.keys()
    for key, (limit, chance) in PUBLISHED.items():
        assert named[key] == (pytest.approx(limit, abs=1e-9), pytest.approx(chance, rel=1e-6))
    last = Fit.of(boxes[-1].holds(POINTS), FAILS)
    assert (last.coverage, last.density) == (pytest.approx(0.505618, abs=5e-7), 1.0)


def test_the_published_box_loses_the_restriction_that_may_be_chance() -> None:
    """Without the cellulosic cost, as published: coverage 0.764, density 0.716, three parameters."""
    box = simplified(trajectory(POINTS, FAILS, slice_share=0.1)[21], POINTS, FAILS, 9)
    assert [RUNS.columns[place] for place in box.restricted] == [
        "Total biomass", "Demand elasticity", "Biomass backstop price",
    ]  # fmt: skip
    fit = Fit.of(box.holds(POINTS), FAILS)
    assert (fit.coverage, fit.density) == pytest.approx((0.764045, 0.715789), abs=5e-7)


def test_the_box_that_is_chosen_is_of_the_published_parameters() -> None:
    """No step is picked by eye: the three parameters that Bryant & Lempert name, their shares within 6 points."""
    box = best_box(POINTS, FAILS, 3)
    assert box is not None
    assert {RUNS.columns[place] for place in box.restricted} == {name for name, _ in PUBLISHED} - {"Cellulosic cost"}
    fit = Fit.of(box.holds(POINTS), FAILS)
    assert (fit.coverage, fit.density) == pytest.approx((0.764, 0.716), abs=0.06)


@pytest.mark.parametrize("shape", ["uniform", "skewed", "ties"])
def test_a_box_that_is_known_is_found(shape: str) -> None:
    """Failures in one corner, and nowhere else: the ends are within a slice of the points, the fourth is left free.

    A slice is 5% of the points, and values that are equal are another 5%.
    """
    points = np.random.default_rng(5).random((2000, 4))
    if shape == "skewed":
        points = np.exp(3 * points)
    if shape == "ties":
        points = np.round(points * 20) / 20
    ends = np.quantile(points, [0.3, 0.75], axis=0)
    fails = (points[:, 0] <= ends[0, 0]) & (points[:, 1] >= ends[0, 1]) & (points[:, 2] <= ends[1, 2])
    box = best_box(points, fails, 3)
    assert box is not None
    assert box.ends == [(LOW, 1), (HIGH, 0), (HIGH, 2)]
    fit = Fit.of(box.holds(points), fails)
    assert min(fit.coverage, fit.density) > 0.9
    for place, side, end in ((0, HIGH, 0.3), (1, LOW, 0.3), (2, HIGH, 0.75)):
        assert (points[:, place] <= box.limits[side, place]).mean() == pytest.approx(
            end, abs=0.1 if shape == "ties" else 0.05
        )


def test_boxes_shrink_and_then_grow() -> None:
    """Peeling raises the share of failures with every step, and so does pasting, which adds points."""
    points = np.random.default_rng(8).random((900, 3))
    fails = np.random.default_rng(9).random(900) < np.where(np.abs(points[:, 0] - 0.5) < 0.2, 0.7, 0.1)
    fits = [Fit.of(box.holds(points), fails) for box in trajectory(points, fails)]
    sizes = np.diff([fit.inside for fit in fits])
    assert (np.diff([fit.density for fit in fits]) > 0).all()
    peeled = int((sizes < 0).sum())
    assert (sizes[:peeled] < 0).all()
    assert (sizes[peeled:] > 0).all()
    assert fits[peeled].inside >= 0.05 * 900


def test_quasi_p_is_the_binomial_chance() -> None:
    """Of the failures in the box, with the share that the box has without the restriction."""
    points = np.random.default_rng(2).random((300, 2))
    fails = np.random.default_rng(3).random(300) < 0.2 + 0.5 * (points[:, 0] < 0.4)
    box = Box.everything(2).at(HIGH, 0, 0.5).at(LOW, 1, 0.3)
    inside, wider = box.holds(points), box.opened(HIGH, 0).holds(points)
    expected = binomtest(int(fails[inside].sum()), int(inside.sum()), fails[wider].mean(), "greater").pvalue
    assert quasi_p(box, points, fails)[HIGH, 0] == pytest.approx(expected, rel=1e-9)


def test_shares_and_correlation_of_a_box() -> None:
    """Worked by hand: 30 of 40 in the box fail, of 50 failures among 200; and phi as NumPy has it."""
    inside = np.arange(200) < 40
    fails = (np.arange(200) < 30) | (np.arange(200) >= 180)
    fit = Fit.of(inside, fails)
    assert (fit.coverage, fit.density, fit.mass) == (0.6, 0.75, 0.2)
    assert fit.correlation == pytest.approx(np.corrcoef(inside, fails)[0, 1])
    assert Fit.of(np.ones(200, np.bool_), fails).correlation == 0.0
    assert Fit.of(inside, fails, slice(0, 40)).coverage == 1.0
