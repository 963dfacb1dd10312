"""What panels and launch years say of the parameters, against plain formulas and published matrices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import make_scenario, make_villages
from pasts import (
    NEUTRAL,
    counts,
    dimension,
    known,
    log_likelihood,
    of_panel,
    outside,
    panel,
    shocks,
    simulate,
    yearly_matrix,
)
from scipy.integrate import quad
from scipy.stats import norm

from simulation.domain.distributions import Fixed
from simulation.domain.evidence import Assistance, Evidence, Launches, Panel
from simulation.domain.intervention import Intervention
from simulation.domain.parameters import INTERVENTION_PRIOR, ParameterSet
from simulation.domain.status import UNKNOWN
from simulation.inference.calibration.histories import Histories, Known
from simulation.inference.calibration.law_at_particles import LawAtParticles
from simulation.inference.calibration.likelihood import Likelihood
from simulation.inference.calibration.records import doses_on_record

TRUTH = {
    "rise.dasar": 0.07, "rise.berkembang": 0.1, "rise.mandiri": 0.3, "fall": 0.03, "skip.berkembang": 0.1,
    "skip.mandiri": 0.7, "fall_skip.berkembang": 0.2, "fall_skip.mandiri": 0.3, "village_sd": 0.8, "year_sd": 0.4,
}  # fmt: skip
START = np.repeat([0, 1, 2, 3], [12, 6, 3, 4])


def past(years: int = 2, seed: int = 5) -> np.ndarray:
    """Return the statuses of 25 villages."""
    return simulate(TRUTH, START, years, np.random.default_rng(seed))


def fixed(**changed: float) -> ParameterSet:
    """Return parameters that are all known but for dasar's rise, so that the first score is that one."""
    values = {**TRUTH, **changed}
    return known({name: value for name, value in values.items() if name != "rise.dasar"})


SCORES = np.random.default_rng(1).standard_normal((6, 3))


def since_launch(truth: dict[str, float], difference: float) -> np.ndarray:
    """Return how probable each level is in 2023 for a village launched in any year from 2016 on, shocks averaged."""
    nodes = np.linspace(-8, 8, 161)
    matrix = sum(norm.pdf(z) * 0.1 * yearly_matrix(truth, 0.8 * difference + 0.4 * z) for z in nodes)
    return np.mean([np.linalg.matrix_power(matrix, age)[0] for age in range(1, 8)], axis=0)


@pytest.mark.slow
def test_a_path_is_averaged_over_the_lasting_difference() -> None:
    """Adaptive quadrature of the product of a village's yearly chances, at the same shocks.

    Where it stands on the first list speaks for how it differs, whatever the year in which it joined.
    """
    status, parameters = past(), fixed()
    likelihood = Likelihood.of(of_panel(status), parameters)
    assert likelihood.names == ("rise.dasar",)
    assert shocks(likelihood) == (("63.99", 2024), ("63.99", 2025))
    found = log_likelihood(likelihood, SCORES)
    paths, villages = np.unique(status, axis=0, return_counts=True)
    for scores, log in zip(SCORES[:2], found[:2], strict=True):
        truth = {name: float(values[0]) for name, values in likelihood.values(scores[:1, None]).items()}

        def chance(difference: float, path: np.ndarray, truth=truth, scores=scores) -> float:
            pushes = [0.8 * difference + 0.4 * z for z in scores[1:]]
            years = zip(path, path[1:], pushes, strict=False)
            return float(np.prod([yearly_matrix(truth, push)[a, b] for a, b, push in years]))

        nodes = np.linspace(-6, 6, 121)
        standing = np.array([norm.pdf(node) * since_launch(truth, node) for node in nodes])
        expected = 0.0
        for path, n in zip(paths, villages, strict=True):
            weights = standing[:, path[0]]
            expected += n * np.log(weights @ [chance(node, path) for node in nodes] / weights.sum())
        assert log == pytest.approx(expected, abs=1e-3)


def test_a_gap_is_the_sum_over_what_may_have_happened_in_it() -> None:
    """A village unseen in the middle year has the chance of all its possible paths together."""
    unseen = np.array([[0, UNKNOWN, 1]])
    total = log_likelihood(Likelihood.of(of_panel(unseen), fixed()), SCORES)
    each = [log_likelihood(Likelihood.of(of_panel(np.array([[0, middle, 1]])), fixed()), SCORES) for middle in range(4)]
    np.testing.assert_allclose(np.exp(total), np.exp(each).sum(axis=0), rtol=1e-10)


def test_a_gap_of_one_year_is_the_yearly_path() -> None:
    """Two panels of a year each, one of three dates, and one whose years are given apart say the same."""
    status = past()
    whole = panel(status)
    first = replace(whole, years=whole.years[:2], status=whole.status[:, :2])
    second = replace(whole, years=whole.years[1:], status=whole.status[:, 1:])
    with_gap = Panel(whole.district_code, whole.codes, (2022, *whole.years), np.c_[np.full(25, UNKNOWN), whole.status])
    expected = log_likelihood(Likelihood.of(Evidence(panels=(whole,)), fixed()), SCORES)
    for panels in ((first, second), (second, first), (with_gap,)):
        np.testing.assert_array_equal(log_likelihood(Likelihood.of(Evidence(panels=panels), fixed()), SCORES), expected)


def test_the_order_of_villages_changes_nothing() -> None:
    """The same villages in any order give the same likelihood to the last bit."""
    whole, order = panel(past()), np.random.default_rng(2).permutation(25)
    turned = replace(whole, codes=tuple(whole.codes[i] for i in order), status=whole.status[order])
    one, other = (Likelihood.of(Evidence(panels=(each,)), known()) for each in (whole, turned))
    scores = np.random.default_rng(3).standard_normal((5, dimension(one)))
    np.testing.assert_array_equal(log_likelihood(one, scores), log_likelihood(other, scores))


def test_without_falls_and_skips_counts_say_as_much_as_a_panel() -> None:
    """Their likelihoods differ by the number of ways to choose the villages: a constant."""
    off = {"fall": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0, "village_sd": 0.0}
    parameters = known(off)
    status = simulate({**TRUTH, **off}, START, 3, np.random.default_rng(4))
    one = Likelihood.of(of_panel(status), parameters)
    other = Likelihood.of(Evidence(counts=(counts(status),)), parameters)
    assert one.names == other.names
    assert {move.flow.method for move in other.moves} == {"chain"}
    scores = np.random.default_rng(3).standard_normal((50, dimension(one)))
    apart = log_likelihood(other, scores) - log_likelihood(one, scores)
    assert np.ptp(apart) < 1e-8
    assert apart.mean() > 0


def test_launch_years_are_a_path_from_the_lowest_level() -> None:
    """A launch and a status are a panel of two dates; a panel's own years win where both are known."""
    codes, now = ("a", "b", "c"), np.array([0, 1, 3], dtype=np.int8)
    launches = Launches("63.99", codes, np.array([2019, 2022, 2025]), now, 2025)
    one = Likelihood.of(Evidence(launches=(launches,)), fixed())
    assert shocks(one) == tuple(("63.99", year) for year in range(2020, 2026))
    scores = np.random.default_rng(3).standard_normal((1, dimension(one)))
    truth = {name: float(values[0]) for name, values in one.values(scores[:, :1].T).items()}

    def chance(difference: float, since: int, now: int) -> float:
        years = [yearly_matrix(truth, 0.8 * difference + 0.4 * z) for z in scores[0, 1 + since - 2019 :]]
        return float(norm.pdf(difference) * np.linalg.multi_dot(years)[0, now])

    expected = sum(np.log(quad(chance, -8, 8, args=of, epsabs=1e-12)[0]) for of in ((2019, 0), (2022, 1)))
    assert log_likelihood(one, scores)[0] == pytest.approx(expected, abs=1e-5)
    seen = Panel("63.99", codes, (2021, 2025), np.array([[0, 0], [0, 1], [2, 3]], dtype=np.int8))
    both = Likelihood.of(Evidence(panels=(seen,), launches=(launches,)), fixed())
    assert shocks(both) == shocks(one)
    assert sorted(len(group.known.status) for group in both.histories[0].groups) == [2, 2, 3]


def test_counts_of_a_place_whose_villages_are_known_are_not_used_twice() -> None:
    """Counts within the years of a panel are left out, those before it are used."""
    status = past(years=3)
    evidence = Evidence(panels=(panel(status[:, 1:], first=2024),), counts=(counts(status, place="Kabupaten Contoh"),))
    scenario = make_scenario(make_villages([25], code="63.99"), {})
    likelihood = Likelihood.of(evidence, known(), scenario)
    assert [move.years for move in likelihood.moves] == [(2023, 2024)]
    assert [unused.years for unused in likelihood.unused] == [(2024, 2025), (2025, 2026)]


def test_half_a_year_root_of_craig_and_sendi_is_the_most_likely() -> None:
    """CD4 classes six months apart: at the published one-month matrix the likelihood is the saturated one.

    The row-wise estimate of P⁶ has a valid sixth root, so no matrix can do better, and this one does as well.
    """
    case = outside("craig_sendi_cycle_root")
    seen, month = np.array(case["input"]["counts"]), np.array(case["expected"]["one_period"])
    pairs = [(a, b) for a in range(3) for b in range(3) for _ in range(seen[a, b])]
    followed = [Known({2000: a, 2000 + case["input"]["periods"]: b}) for a, b in pairs]
    histories = Histories(make_villages([len(followed)]), followed, [], {})

    def log_likelihood_at(matrix: np.ndarray) -> float:
        four = np.eye(4)
        four[:3, :3] = matrix
        scalars = {key: Fixed(value) for key, value in {"village_sd": 0.0, "year_sd": 0.0, **NEUTRAL}.items()}
        law = LawAtParticles(ParameterSet(scalars, matrix=tuple(map(tuple, four.tolist()))).draw(0, 1))
        return float(histories.log_likelihood(law, {})[0])

    saturated = (seen * np.log(seen / seen.sum(axis=1, keepdims=True))).sum()
    assert log_likelihood_at(month) == pytest.approx(saturated, abs=1e-9 * abs(saturated))
    moved = 1e-3 * np.array([[1, -1, 0], [0, 1, -1], [-1, 0, 1]])
    assert log_likelihood_at(month + moved) < saturated - 1e-3


def test_doses_are_those_of_a_forecast() -> None:
    """Two years of ramp, then fading over one; a second spell goes on where the first ended."""
    plan = Intervention("pokja", 2020, capacity=1, ramp_years=3, fades_over_years=1)
    given = {"pokja": np.array([[True, True, False, False, True], [False] * 5])}
    record = Assistance("63.99", ("a", "b"), (2020, 2021, 2022, 2023, 2024), given)
    had = doses_on_record([record], (plan,), 2026)
    doses = [had["a"].get(year, (0.0,))[0] for year in range(2019, 2028)]
    assert doses == pytest.approx([0, 1 / 3, 2 / 3, 1 / 3, 0, 1, 0.5, 0, 0])
    assert "b" not in had


def test_an_odds_ratio_acts_on_the_odds_of_assisted_villages() -> None:
    """A village assisted at odds ratio 3 has the likelihood of one whose odds of rising are three times as high."""
    plan = Intervention("pokja", 2020, capacity=1)
    assisted = Assistance("63.99", ("a",), (2024,), {"pokja": np.array([[True]])})
    evidence = Evidence(panels=(Panel("63.99", ("a",), (2023, 2024), np.array([[0, 1]], np.int8)),),
                        assistance=(assisted,))  # fmt: skip
    effect = {"pokja.odds_ratio_rise": INTERVENTION_PRIOR, "pokja.odds_ratio_fall": 1.0}
    prior = known({**TRUTH, **effect, "village_sd": 0.0, "year_sd": 0.0}, ("pokja",))
    likelihood = Likelihood.of(evidence, prior, plans=(plan,))
    assert likelihood.names == ("pokja.odds_ratio_rise",)
    score = (np.log(3) - 0.25) / 0.25
    odds = 3 * 0.07 / 0.93
    assert np.exp(log_likelihood(likelihood, np.array([[score]]))) == pytest.approx(odds / (1 + odds) * 0.9)


def test_nothing_is_learned_where_nothing_was_seen() -> None:
    """Without evidence the likelihood bears on no parameter."""
    assert Likelihood.of(Evidence(), known()).names == ()
    assert Likelihood.of(Evidence(panels=(panel(past()[:, :1]),)), known()).names == ()
