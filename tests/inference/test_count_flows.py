"""How probable counts are, against enumeration, other methods and published counts."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from pasts import known, outside
from scipy.optimize import minimize
from scipy.stats import multinomial

from simulation.inference.calibration.count_flows import Flow, tables
from simulation.inference.calibration.saddlepoint import log_probability, log_probability_exact

EVERYWHERE = np.ones((4, 4), dtype=bool)
NEIGHBOURS = np.abs(np.subtract.outer(np.arange(4), np.arange(4))) <= 1
UPWARDS = np.triu(EVERYWHERE)
SMALL = (np.array([6, 3, 1, 2]), np.array([4, 3, 3, 2]))


def some_matrices(allowed: np.ndarray, number: int = 40) -> np.ndarray:
    """Return matrices of default-prior draws with only the allowed moves."""
    matrix = known().draw(seed=3, draws=number).matrix * allowed
    return matrix / matrix.sum(axis=2, keepdims=True)


@pytest.mark.parametrize("allowed", [EVERYWHERE, NEIGHBOURS, UPWARDS], ids=["all", "neighbours", "upwards"])
def test_sums_over_flows_meet_plain_enumeration(allowed: np.ndarray) -> None:
    """Each row's multinomial, convolved by brute force in another way: over where each level's villages go."""
    before, after = SMALL
    matrix = some_matrices(allowed, 3)
    found = Flow(before, after, allowed).log_likelihood(matrix)
    for one, log in zip(matrix, found, strict=True):
        reached = {(0, 0, 0, 0): 1.0}
        for level, villages in enumerate(before):
            grown: dict[tuple[int, ...], float] = {}
            splits = [x for x in product(range(villages + 1), repeat=4) if sum(x) == villages]
            chances = multinomial.pmf(splits, villages, one[level])
            for (so_far, weight), (split, chance) in product(
                reached.items(), zip(splits, np.atleast_1d(chances), strict=True)
            ):
                to = tuple(a + b for a, b in zip(so_far, split, strict=True))
                grown[to] = grown.get(to, 0.0) + weight * chance
            reached = grown
        assert sum(reached.values()) == pytest.approx(1)
        assert log == pytest.approx(np.log(reached[tuple(after.tolist())]), abs=1e-9)


def test_the_chain_over_falls_is_the_sum_over_tables() -> None:
    """Where nobody moves further than one level, both exact methods agree."""
    before, after = SMALL
    matrix = some_matrices(NEIGHBOURS)
    assert (Flow(before, after, NEIGHBOURS).method, Flow(before, after, EVERYWHERE).method) == ("chain", "tables")
    np.testing.assert_allclose(
        Flow(before, after, NEIGHBOURS).log_likelihood(matrix),
        Flow(before, after, EVERYWHERE).log_likelihood(matrix),
        atol=1e-9,
    )


def test_the_chain_holds_for_a_whole_district() -> None:
    """135 villages: the chain meets the exact Fourier sum, the tables being too many."""
    before, after = np.array([93, 25, 3, 14]), np.array([88, 26, 5, 16])
    matrix = some_matrices(NEIGHBOURS, 5)
    exact = [log_probability_exact(before, after, one) for one in matrix]
    np.testing.assert_allclose(Flow(before, after, NEIGHBOURS).log_likelihood(matrix), exact, atol=1e-6)


def test_what_cannot_come_about_has_no_chance() -> None:
    """Without falls nobody returns; without skips nobody passes mandiri unseen in one year."""
    fewer_at_top = Flow(np.array([5, 3, 2, 2]), np.array([5, 3, 3, 1]), UPWARDS)
    leap = Flow(np.array([5, 0, 0, 0]), np.array([4, 0, 0, 1]), NEIGHBOURS)
    assert fewer_at_top.method == leap.method == "impossible"
    assert np.isneginf(leap.log_likelihood(some_matrices(NEIGHBOURS, 2))).all()


@pytest.mark.parametrize("after", [[87, 26, 3, 19], [92, 23, 1, 19], [89, 29, 0, 17]])
def test_the_saddlepoint_is_close_where_it_is_used(after: list[int]) -> None:
    """135 villages, skips and falls: over a posterior, its log errs by one constant, give or take an sd below 0.2.

    A prior sd of any parameter changes the log-likelihood by several units, so that this moves no interval.
    """
    before, after = np.array([93, 25, 3, 14]), np.array(after)
    matrix = some_matrices(EVERYWHERE, 400)
    flow = Flow(before, after, EVERYWHERE)
    assert flow.method == "saddlepoint"
    approximate = flow.log_likelihood(matrix)
    likely = np.argsort(approximate)[-40:]
    exact = np.array([log_probability_exact(before, after, matrix[i]) for i in likely])
    error = approximate[likely] - exact
    weight = np.exp(exact - exact.max()) / np.exp(exact - exact.max()).sum()
    sd = np.sqrt(weight @ (error - weight @ error) ** 2)
    assert sd < 0.2


def test_the_exact_sum_that_measures_it_is_exact() -> None:
    """On a small district the Fourier sum is the sum over tables, to many digits."""
    before, after = SMALL
    matrix = some_matrices(EVERYWHERE, 5)
    exact = [log_probability_exact(before, after, one) for one in matrix]
    np.testing.assert_allclose(exact, Flow(before, after, EVERYWHERE).log_likelihood(matrix), atol=1e-9)
    assert np.abs(log_probability(before, after, matrix) - exact).max() < 2


def test_bounds_on_rises_meet_tabanan() -> None:
    """133 villages of Tabanan in 2025: 103 steps, taken by 42 to 84 villages if none fell."""
    case = outside("tabanan_2025_burst")
    flow = Flow(np.array(case["input"]["2025-06-30"]), np.array(case["input"]["2025-08-22"]), UPWARDS)
    expected = case["expected"]
    assert flow.crossings.tolist() == list(expected["net_upward_crossings"].values())
    assert flow.crossings.sum() == expected["total_steps_no_falls"]
    assert flow.risen == (
        expected["distinct_villages_that_rose_min_no_falls"],
        expected["distinct_villages_that_rose_max_no_falls"],
    )
    far = np.triu(tables(flow.before, flow.after, UPWARDS, 10_000), 2).sum(axis=(1, 2)).min()
    assert far == expected["villages_rising_two_or_more_levels_min_no_falls"]


def test_three_states_at_four_dates_agree_with_least_squares() -> None:
    """200 units: the matrix most likely by the counts is the published least-squares one within 2 standard errors.

    Least squares and likelihood weigh residuals differently; the errors are those of the likelihood's curvature.
    """
    case = outside("aggregate_least_squares_3state")
    counts = np.array(case["input"]["counts_by_state_rows_dates_columns"]).T
    allowed = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 1]], dtype=bool)
    flows = [Flow(a, b, allowed) for a, b in pairwise(counts)]
    assert {flow.method for flow in flows} == {"tables"}

    def loss(free: np.ndarray) -> float:
        stay, next_one, second = free
        if min(stay, next_one, 1 - stay - next_one, second, 1 - second) <= 0:
            return np.inf
        matrix = np.array([[[stay, next_one, 1 - stay - next_one], [0, second, 1 - second], [0, 0, 1]]])
        return -float(sum(flow.log_likelihood(matrix)[0] for flow in flows))

    best = minimize(loss, [0.6, 0.3, 0.8], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}).x
    step = 1e-3 * np.eye(3)
    curvature = np.array(
        [
            [(loss(best + a + b) - loss(best + a - b) - loss(best - a + b) + loss(best - a - b)) / 4e-6 for b in step]
            for a in step
        ]
    )
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))
    published = np.array([case["expected"][name] for name in ("p00", "p01", "p11")])
    assert (np.abs(best - published) / errors).max() < 2
    assert errors.max() < 0.1
