"""Scores: values of other packages, properness by enumeration, coverage and PIT of who is right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pasts import outside
from scipy import stats

from simulation.engine.poisson_binomial import Part, total
from simulation.inference import scores

Case = dict[str, object]
BELOW, ABOVE = 20, 500
"""Numbers below 0 and above it on which distributions over counts are written down."""


def on_a_line(chances: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return a distribution over −20 … 499, so that outcomes that cannot happen can be scored too."""
    return chances(np.arange(-BELOW, ABOVE))


def whole(y: object) -> bool:
    """Return whether an outcome is a count."""
    return all(float(one).is_integer() for one in np.atleast_1d(y))


KNOWN: dict[str, Callable[[dict], object]] = {
    "brier": lambda c: scores.brier(np.array(c["p"]), np.array(c["obs"])),
    "log_binary": lambda c: scores.log_score(np.array([1 - c["p"], c["p"]]), np.array(c["obs"])),
    "log_categorical": lambda c: scores.log_score(np.array(c["p"]), np.array(c["obs"]) - 1),
    "rps": lambda c: scores.ranked_probability(np.array(c["p"]), np.array(c["obs"]) - 1),
    "crps_binomial": lambda c: crps(stats.binom(c["n"], c["p"]), c["obs"]),
    "crps_poisson": lambda c: crps(stats.poisson(c["mean"]), c["obs"]),
    "crps_nbinom": lambda c: crps(stats.nbinom(c["size"], c["p"]), c["obs"]),
    "threshold_brier": lambda c: [
        float(scores.brier(np.mean(np.array(c["members"]) <= t), np.array(c["obs"] <= t))) for t in c["thresholds"]
    ],
}


def crps(known: stats.rv_discrete, outcome: float) -> float:
    """Return the CRPS of a distribution over counts."""
    return float(scores.ranked_probability(on_a_line(known.pmf), np.array(int(outcome) + BELOW)))


def test_scores_are_those_that_other_packages_assert() -> None:
    """R scoringRules and scoringutils, Python scoringrules and properscoring: every case of counts, levels, events.

    Scores of densities, of quantiles and of weighted members are not used here, nor an outcome between two counts.
    """
    known = outside("scoring_rules")
    used = 0
    for case in known["cases"]:
        if case["score"] in KNOWN and whole(case["obs"]):
            got = KNOWN[case["score"]](case)
            np.testing.assert_allclose(got, case["expected"], rtol=1e-5, atol=1e-7, err_msg=str(case))
            used += 1
    assert used == 18


@pytest.mark.parametrize(
    ("distribution", "outcome", "expected"),
    [([0.01, 0.32, 0.44, 0.23], 2, 0.1619), ([0.4, 0.4, 0.2], 1, 0.2), ([0.2] * 5, 4, 1.2)],
)
def test_the_ranked_probability_score_counts_levels_from_0(
    distribution: list[float], outcome: int, expected: float
) -> None:
    """Values of R scoringRules and scoringutils, whose first category is 1; not divided by K − 1."""
    assert scores.ranked_probability(np.array(distribution), np.array(outcome)) == pytest.approx(expected, abs=1e-12)


def test_rises_of_independent_villages_are_poisson_binomial() -> None:
    """Values of R poibin and PoissonBinomial."""
    known = outside("poisson_binomial")
    for case, expected in zip(known["input"]["cases"], known["expected"]["cases"], strict=True):
        sizes = case.get("multiplicity", [1] * len(case["p"]))
        parts = [Part(size, np.array([[1 - p], [p]])) for size, p in zip(sizes, case["p"], strict=True)]
        rises = total(parts, [sum(sizes)])[:, 0]
        got = {"pmf": rises, "cdf": np.cumsum(rises)}
        for kind, values in expected.items():
            for number, value in values.items():
                assert got[kind][int(number)] == pytest.approx(value, rel=1e-5, abs=1e-40)


GRID = [np.array(row) / 10 for row in np.ndindex(11, 11, 11, 11) if sum(row) == 10]


@pytest.mark.parametrize("score", [scores.log_score, scores.ranked_probability])
@pytest.mark.parametrize("truth", [[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1], [0.2, 0.5, 0.2, 0.1]])
def test_no_other_distribution_is_better_on_average_than_the_truth(
    score: Callable[[np.ndarray, np.ndarray], np.ndarray], truth: list[float]
) -> None:
    """Every distribution over four levels in steps of a tenth, its expected score worked out outcome by outcome."""
    levels = np.arange(4)
    expected = np.array([truth @ np.nan_to_num(score(np.tile(one, (4, 1)), levels), posinf=1e9) for one in GRID])
    best = GRID[int(expected.argmin())]
    np.testing.assert_allclose(best, truth)
    assert (np.sort(expected)[1] - expected.min()) > 1e-6


def test_no_other_chance_has_a_better_brier_score_than_the_truth() -> None:
    """In steps of a hundredth."""
    said = np.arange(101) / 100
    for truth in (0.03, 0.5, 0.82):
        expected = truth * scores.brier(said, np.array(1)) + (1 - truth) * scores.brier(said, np.array(0))
        assert said[expected.argmin()] == truth


def test_what_had_no_chance_scores_infinitely_badly() -> None:
    """The log score says so, without a warning; such an outcome lies in no interval."""
    impossible = np.array([0.6, 0.0, 0.4])
    assert scores.log_score(impossible, np.array(1)) == np.inf
    assert scores.coverage(impossible, np.array(1), 0.5) == 0


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("size", [1, 6, 135])
def test_intervals_of_who_is_right_hold_exactly_what_they_say(level: float, size: int) -> None:
    """Averaged over the outcomes, however few counts there are."""
    for chance in (0.03, 0.4):
        known = stats.binom.pmf(np.arange(size + 1), size, chance)
        held = scores.coverage(np.tile(known, (size + 1, 1)), np.arange(size + 1), level)
        assert known @ held == pytest.approx(level, abs=1e-12)


def test_the_pit_of_who_is_right_is_uniform() -> None:
    """Its distribution function is the diagonal, worked out outcome by outcome."""
    known = stats.binom.pmf(np.arange(8), 7, 0.3)
    low, high = scores.ends(np.tile(known, (8, 1)), np.arange(8))
    for place in np.linspace(0, 1, 11):
        below = np.clip((place - low) / (high - low), 0, 1)
        assert known @ below == pytest.approx(place, abs=1e-12)
    assert scores.randomised_pit(known, np.array(2), np.array(0.25)) == pytest.approx(low[2] + 0.25 * known[2])
