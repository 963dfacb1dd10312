"""Addressed draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from simulation.domain.randomness import (
    Process,
    Trajectories,
    break_ties,
    parameter_uniforms,
    philox,
    uniforms,
    unit_hash,
)

UNITS = unit_hash([f"63.01.{i}" for i in range(50)])


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_the_published_words(counter: tuple[int, ...], key: tuple[int, int], expected: str) -> None:
    """The known-answer vectors that Random123 1.14 ships for philox4x32-10."""
    words = philox(tuple(np.uint64(k) for k in key), tuple(np.array([c], dtype=np.uint64) for c in counter))
    assert " ".join(f"{int(word[0]):08x}" for word in words) == expected


def test_uniforms_are_uniform_and_never_0_or_1() -> None:
    """50 × 2,000 of them pass Kolmogorov-Smirnov at the 1% level and stay inside (0, 1)."""
    values = uniforms(1, Process.TRANSITION, 2026, UNITS, Trajectories.grid(range(10), range(200))).ravel()
    assert 0 < values.min() < values.max() < 1
    assert kstest(values, "uniform").pvalue > 0.01


@pytest.mark.parametrize("process", [Process.TRANSITION, Process.CAMPAIGN])
@pytest.mark.parametrize("year", [2026, 2027])
def test_neighbouring_addresses_are_uncorrelated(process: Process, year: int) -> None:
    """Draws of neighbouring units, replicates, draws, years and processes: |r| below 4 / √n."""
    grid = Trajectories.grid(range(20), range(100))
    here = uniforms(3, process, year, UNITS, grid)
    cube = np.empty((50, 20, 100))
    cube[:, grid.draw, grid.replicate] = here
    others = [
        (cube[1:], cube[:-1]),
        (cube[:, 1:], cube[:, :-1]),
        (cube[..., 1:], cube[..., :-1]),
        (here, uniforms(3, process, year + 1, UNITS, grid)),
        (here, uniforms(4, process, year, UNITS, grid)),
        (here, uniforms(3, Process.PRIORITY, year, UNITS, grid)),
        (here, uniforms(3, process, year, UNITS, grid, "other")),
    ]
    for a, b in others:
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4 / np.sqrt(a.size)


@pytest.mark.parametrize(
    ("draws", "replicates"), [(range(2, 5), range(8)), (range(1), range(3, 4)), (range(4), range(5, 18))]
)
def test_a_draw_depends_on_its_address_alone(draws: range, replicates: range) -> None:
    """Any part of the grid, and any part of the units, shows the numbers of the whole."""
    whole_grid = Trajectories.grid(range(6), range(20))
    whole = np.empty((50, 6, 20))
    whole[:, whole_grid.draw, whole_grid.replicate] = uniforms(9, Process.PLACEMENT, 2025, UNITS, whole_grid)
    grid = Trajectories.grid(draws, replicates)
    part = uniforms(9, Process.PLACEMENT, 2025, UNITS[7:12], grid)
    assert np.array_equal(part, whole[7:12][:, grid.draw, grid.replicate])
    assert len(grid) == len(draws) * len(replicates)


def test_parameter_draws_are_the_same_whichever_others_are_made() -> None:
    """Draw d of a parameter does not depend on how many are made, but on its name."""
    few = parameter_uniforms(5, ("year_sd", "village_sd"), range(3, 13))
    many = parameter_uniforms(5, ("village_sd",), range(1000))
    assert np.array_equal(few[1], many[0, 3:13])
    assert not np.array_equal(few[0], few[1])


def test_codes_of_a_country_have_distinct_addresses() -> None:
    """83,762 codes give 83,762 hashes."""
    codes = [f"{i // 1000:02d}.{i % 1000:03d}" for i in range(83_762)]
    assert np.unique(unit_hash(codes)).size == 83_762


def test_broken_ties_keep_the_order_of_rows() -> None:
    """Equal uniforms are ordered by row, unequal ones as before."""
    step = 2.0**-33
    column = np.array([[0.5 + step], [0.5], [0.5], [1 - step], [step]])
    assert np.argsort(break_ties(column), axis=0)[:, 0].tolist() == [4, 1, 2, 0, 3]
