"""Counts of a place carry what sets its villages apart from one date to the next."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pasts import NEUTRAL
from scipy.special import expit, logit

from simulation.domain.law import VILLAGE
from simulation.domain.parameters import ParameterSet
from simulation.inference.calibration.count_flows import Flow
from simulation.inference.calibration.counted import CountedPlace, CountMove
from simulation.inference.calibration.law_at_particles import LawAtParticles

VILLAGES = 100_000
"""So many that counts are what is expected."""
RISE = np.array([0.05, 0.1, 0.35])
TRUTH = {
    **NEUTRAL, "rise.dasar": 0.05, "rise.berkembang": 0.1, "rise.mandiri": 0.35, "fall": 0.02, "skip.berkembang": 0.1,
    "skip.mandiri": 0.75, "village_sd": 1.0, "year_sd": 0.0,
}  # fmt: skip
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(61)
CHANCES = np.append(expit(logit(RISE)[:, None] + NODES), np.zeros((1, NODES.size)), axis=0)


def expected(years: range) -> dict[int, np.ndarray]:
    """Return year -> share of villages at each level and node of 61, launched evenly in 2016 to 2019."""
    up = np.array([[0, 0.9, 0.1 * 0.25, 0.1 * 0.75], [0, 0, 0.25, 0.75], [0, 0, 0, 1], [0, 0, 0, 0]])
    down = np.eye(4)
    for level in (1, 2, 3):
        down[level, level - 1], down[level, level] = 0.02, 0.98
    found = {year: np.zeros((4, NODES.size)) for year in years}
    for launch in range(2016, 2020):
        now = np.zeros((4, NODES.size))
        now[0] = WEIGHTS / WEIGHTS.sum() / 4
        for year in range(launch, years.stop):
            if year in found:
                found[year] += now
            now = up.T @ (now * CHANCES) + down.T @ (now * (1 - CHANCES))
    return found


def test_villages_that_stay_behind_rise_ever_more_seldom() -> None:
    """Where counts are as expected, villages follow the matrices of the cohort, node by node: within 0.5%."""
    cohort = expected(range(2020, 2026))
    counts = {year: np.round(VILLAGES * shares.sum(axis=1)).astype(np.int64) for year, shares in cohort.items()}
    moves = [
        CountMove("63.99", (year, year + 1), Flow(counts[year], counts[year + 1], np.ones((4, 4), dtype=bool)))
        for year in range(2020, 2025)
    ]
    place = CountedPlace("63.99", moves, [VILLAGE])
    law = LawAtParticles(ParameterSet(TRUTH).draw(0, 1))

    matrices = place.matrices(law, {})

    for level in (0, 1, 2):
        rising = [matrix[0, level, level + 1 :].sum() for matrix in matrices]
        shares = [cohort[year][level] for year in range(2020, 2025)]
        assert rising == pytest.approx([share @ CHANCES[level] / share.sum() for share in shares], rel=0.005)
    staying = [matrix[0, 0, 0] for matrix in matrices]
    assert all(later > earlier for earlier, later in pairwise(staying))
