"""What lists say of villages that do not report every year, against sums over every path and every report."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages
from pasts import counts, dimension, known, log_likelihood, panel, yearly_matrix
from scipy.stats import hypergeom

from simulation.domain.distributions import Beta
from simulation.domain.evidence import Evidence, Launches
from simulation.domain.messages import Refusal
from simulation.domain.status import UNKNOWN
from simulation.inference.calibration.calibrate import calibrate
from simulation.inference.calibration.lateness import FALSE_ALARMS, Lateness, lateness
from simulation.inference.calibration.law_at_particles import NODES
from simulation.inference.calibration.likelihood import Likelihood

YEARLY = 0.6
TRUTH = {
    "rise.dasar": 0.1, "rise.berkembang": 0.2, "rise.mandiri": 0.3, "fall": 0.1, "skip.berkembang": 0.2,
    "skip.mandiri": 0.6, "village_sd": 0.8, "year_sd": 0.4, "reporting.yearly": YEARLY,
    "fall_skip.berkembang": 0.0, "fall_skip.mandiri": 0.0,
}  # fmt: skip
PARAMETERS = known({name: value for name, value in TRUTH.items() if name != "rise.dasar"})
LISTED = (0, 0, UNKNOWN, 2, 2)
Joint = np.ndarray


def shocked(truth: dict[str, float], node: float, shock: float) -> np.ndarray:
    """Return the yearly matrix of a village at a node in a year of some shock."""
    return yearly_matrix(truth, 0.8 * node + 0.4 * shock)


def average(truth: dict[str, float], node: float) -> np.ndarray:
    """Return the yearly matrix of a village at a node, the shock averaged over."""
    z, weight = np.polynomial.hermite_e.hermegauss(7)
    return sum(w * shocked(truth, node, x) for x, w in zip(z, weight / weight.sum(), strict=True))


def behind(truth: dict[str, float], node: float) -> np.ndarray:
    """Return where a village stands of which a list shows a level, by how long ago it reported; rows the list."""
    matrix = average(truth, node)
    powers = [np.linalg.matrix_power(matrix, lag) * YEARLY * (1 - YEARLY) ** lag for lag in range(60)]
    return np.sum(powers, axis=0)


def enumerated(start: np.ndarray, matrices: list[np.ndarray], listed: tuple[int, ...]) -> np.ndarray:
    """Return how likely a list is together with each level at its end, over all levels and all reports, shape (4,)."""
    found, years = np.zeros(4), len(matrices)
    for path in product(range(4), repeat=years + 1):
        chance = start[path[0]] * np.prod([m[a, b] for m, a, b in zip(matrices, path, path[1:], strict=False)])
        for told in product((0, 1), repeat=years) if chance else ():
            shows, now = listed[0], []
            for level, reports in zip(path[1:], told, strict=True):
                shows = level if reports else shows
                now.append(shows)
            if all(seen in (UNKNOWN, one) for seen, one in zip(listed[1:], now, strict=True)):
                found[path[-1]] += chance * YEARLY ** sum(told) * (1 - YEARLY) ** (years - sum(told))
    return found


def by_node(likelihood: Likelihood, scores: np.ndarray) -> Joint:
    """Return how likely `LISTED` is together with each node and each level at its end, shape (N, 4)."""
    truth = {name: float(values[0]) for name, values in likelihood.values(scores[:1, None]).items()}
    (history,), law = likelihood.histories, likelihood.law(scores[:1, None])
    weights = history.standing(law, 2023)[LISTED[0], :, 0]
    return np.array([
        weight * enumerated(behind(truth, node)[LISTED[0]], [shocked(truth, node, z) for z in scores[1:]], LISTED)
        for node, weight in zip(NODES, weights, strict=True)
    ])  # fmt: skip


def test_a_path_of_lists_is_summed_over_levels_and_reports() -> None:
    """One village over five years, one of them without a list."""
    likelihood = Likelihood.of(Evidence(panels=(panel(np.array([LISTED])),)), PARAMETERS)
    scores = np.random.default_rng(1).standard_normal((3, dimension(likelihood)))
    expected = [np.log(by_node(likelihood, one).sum()) for one in scores]
    np.testing.assert_allclose(log_likelihood(likelihood, scores), expected, rtol=0, atol=1e-10)


def test_a_launch_starts_list_and_level_at_dasar() -> None:
    """A village that joined in 2022 and stands at berkembang on the list of 2025, years between unseen."""
    evidence = Evidence(launches=(Launches("63.99", ("63.99.0000",), np.array([2022]), np.array([1]), 2025),))
    likelihood = Likelihood.of(evidence, PARAMETERS)
    scores = np.random.default_rng(2).standard_normal((3, dimension(likelihood)))
    (history,) = likelihood.histories
    for one, log in zip(scores, log_likelihood(likelihood, scores), strict=True):
        truth = {name: float(values[0]) for name, values in likelihood.values(one[:1, None]).items()}
        weights = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
        begin, listed = np.eye(4)[0], (0, UNKNOWN, UNKNOWN, 1)
        each = [enumerated(begin, [shocked(truth, node, z) for z in one[1:]], listed).sum() for node in NODES]
        assert history.years == range(2023, 2026)
        assert log == pytest.approx(np.log(weights @ each), abs=1e-10)


@pytest.mark.slow
def test_effect_and_level_of_a_village_are_drawn_together() -> None:
    """Of 20,000 draws at the same parameters, each node and level has its share within 4 standard errors."""
    size, likelihood = 20_000, Likelihood.of(Evidence(panels=(panel(np.array([LISTED])),)), PARAMETERS)
    scores = np.random.default_rng(3).standard_normal(dimension(likelihood))
    joint = by_node(likelihood, scores)
    joint /= joint.sum()
    law, (history,) = likelihood.law(np.tile(scores[:1, None], size)), likelihood.histories
    shocks = {term: np.tile(scores[1:, None, None], (1, 1, size)) for term in history.units}
    effects, levels, _ = history.draw_villages(law, shocks, np.random.default_rng(4))
    node = np.abs(np.log(effects[0])[:, None] - 0.8 * NODES).argmin(axis=1)
    found = np.zeros(joint.shape)
    np.add.at(found, (node, levels[0].astype(int)), 1 / size)
    assert (np.abs(found - joint) <= 4 * np.sqrt(joint * (1 - joint) / size) + 1e-12).all()


@pytest.mark.slow
def test_a_village_of_one_list_stands_by_how_old_its_report_may_be() -> None:
    """Seen once, a year before the origin: the level follows the age of the report, and a year of the law."""
    size, truth = 20_000, {**TRUTH, "rise.dasar": 0.05}
    villages = make_villages([2], status=[0, 1])
    scenario = make_scenario(villages, priors=PARAMETERS.scalars)
    codes = tuple(villages.codes)
    evidence = Evidence(panels=(panel(np.array([[0, 0], [UNKNOWN, 1]]), ORIGIN - 2, codes[0][:5]),))
    likelihood = Likelihood.of(evidence, PARAMETERS, scenario)
    (history,) = likelihood.histories
    law = likelihood.law(np.zeros((1, size)))
    truth["rise.dasar"] = float(law.parameters.rise[0, 0])
    shocks = {term: np.zeros((len(history.years), units, size)) for term, units in history.units.items()}
    effects, levels, _ = history.draw_villages(law, shocks, np.random.default_rng(5), ORIGIN)
    node = np.abs(np.log(effects[1])[:, None] - 0.8 * NODES).argmin(axis=1)
    for one in (4, 5, 6):
        chances = behind(truth, NODES[one])[1] @ average(truth, NODES[one])
        found = np.bincount(levels[1][node == one].astype(int), minlength=4) / (node == one).sum()
        assert (np.abs(found - chances) <= 4 * np.sqrt(chances * (1 - chances) / (node == one).sum())).all()


@pytest.mark.slow
def test_levels_reach_the_forecast_with_the_effects() -> None:
    """A posterior holds a level for every village; the forecast starts from it, and the list from what it shows."""
    villages = make_villages([3], status=[0, 1, 2])
    scenario = make_scenario(villages, {"reporting.yearly": Beta(6, 4), "rise.dasar": Beta(2, 8)}, horizon=1)
    status = np.array([[0, 0, 0], [0, 1, 1], [3, 3, 2]])
    learned = calibrate(Evidence(panels=(panel(status, ORIGIN - 2),)), scenario, 200, seed=1)
    assert set(learned.of_places("village_level")) == set(villages.codes)
    assert set(np.unique(list(learned.of_places("village_level").values()))) <= {0, 1, 2, 3}
    assert learned.of_places("village_level")[villages.codes[2]].tolist() == [2.0] * 200  # what changed was reported
    assert learned.applied_to(scenario).parameters.draw(0, 200).scales["reporting.yearly"].std() > 0


def test_counts_are_refused_and_long_falls_are_not() -> None:
    """Counts do not say who reported; a list that was behind may show a fall of three levels."""
    parameters = {"reporting.yearly": Beta(6, 4), "fall": Beta(1, 9)}
    scenario = make_scenario(make_villages([2], status=[0, 0]), parameters)
    with pytest.raises(Refusal, match="which villages reported"):
        calibrate(Evidence(counts=(counts(np.array([[0, 1], [1, 1]])),)), scenario, 100)
    fallen = np.array([[3, 3, 0], [0, 0, 0]])
    assert calibrate(Evidence(panels=(panel(fallen, ORIGIN - 2),)), scenario, 100).size == 100


def test_lists_that_change_too_seldom_twice_are_told() -> None:
    """Of 20 villages that just moved none moves again, of 20 others at their level 10: a hypergeometric chance."""
    moves = [[0, 1, 1]] * 20 + [[1, 1, 3]] * 10 + [[1, 1, 1]] * 10
    assert lateness([panel(np.array(moves))]) == Lateness(20, 0, 5.0)
    assert hypergeom(40, 10, 20).cdf(0) < FALSE_ALARMS < hypergeom(40, 16, 20).cdf(6)
    assert lateness([panel(np.array(moves[6:] + [[0, 1, 2]] * 6))]) is None


def test_lists_of_villages_that_all_report_are_seldom_told() -> None:
    """Where all villages move with one chance, at most a share of `FALSE_ALARMS` and 4 standard errors is told."""
    rng, told = np.random.default_rng(6), 0
    for _ in range(400):
        moves = (rng.random((60, 3)) < 0.25).cumsum(axis=1)
        told += lateness([panel(np.c_[np.zeros(60), moves].astype(int))]) is not None
    assert told / 400 <= FALSE_ALARMS + 4 * np.sqrt(FALSE_ALARMS * (1 - FALSE_ALARMS) / 400)
