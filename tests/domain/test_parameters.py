"""Default priors and their draws."""

from __future__ import annotations

import pickle
from copy import copy, deepcopy

import numpy as np
import pytest

from simulation.domain.distributions import Beta, Dirichlet, Empirical, Fixed, lognormal_from_interval
from simulation.domain.parameters import (
    DEFAULT_PRIORS,
    DEFAULTS,
    INTERVENTION_PRIOR,
    ParameterKey,
    ParameterSet,
    split_matrix,
    transition_matrix,
)

TABLE = {
    "rise.dasar": (0.014, 0.050, 0.165),
    "rise.berkembang": (0.026, 0.091, 0.272),
    "rise.mandiri": (0.071, 0.354, 0.798),
    "fall": (0.004, 0.018, 0.087),
    "skip.berkembang": (0.006, 0.074, 0.283),
    "skip.mandiri": (0.48, 0.77, 0.95),
    "fall_skip.berkembang": (0.013, 0.159, 0.527),
    "fall_skip.mandiri": (0.013, 0.159, 0.527),
}


@pytest.mark.parametrize("name", TABLE)
def test_default_priors_have_the_published_quantiles(name: str) -> None:
    """5, 50 and 95% as MODEL.md prints them, to half a unit of the last digit printed."""
    quantiles = DEFAULT_PRIORS[name].quantile(np.array([0.05, 0.5, 0.95]))
    digits = 2 if name == "skip.mandiri" else 3
    np.testing.assert_allclose(quantiles, TABLE[name], atol=0.51 * 10.0**-digits)


def test_spreads_and_effects_have_the_published_medians() -> None:
    """0.47 for the spreads; odds ratios .85/1.28/1.94 for an intervention; rho .03/.34/.98."""
    for name in ("village_sd", "year_sd"):
        assert DEFAULT_PRIORS[name].quantile(np.array([0.5]))[0] == pytest.approx(0.47, abs=0.005)
    assert DEFAULT_PRIORS["subdistrict_sd"].quantile(np.array([0.5]))[0] == pytest.approx(0.27, abs=0.005)
    np.testing.assert_allclose(INTERVENTION_PRIOR.quantile(np.array([0.05, 0.5, 0.95])), [0.85, 1.28, 1.94], atol=0.006)
    rho = np.log(DEFAULT_PRIORS["peer_odds_ratio"].quantile(np.array([0.05, 0.5, 0.95])))
    np.testing.assert_allclose(rho, [0.03, 0.34, 0.98], atol=0.006)


def test_sampled_draws_follow_the_prior() -> None:
    """The share of 20,000 draws below each prior quartile is right within 4 standard errors."""
    draws = ParameterSet(DEFAULT_PRIORS).sample(8, 20_000)
    for name, prior in DEFAULT_PRIORS.items():
        for probability in () if prior.fixed else (0.25, 0.5, 0.75):
            bound = prior.quantile(np.array([probability]))[0]
            error = np.sqrt(probability * (1 - probability) / 20_000)
            assert abs((draws[name] <= bound).mean() - probability) < 4 * error


def test_a_dirichlet_row_has_its_mean_and_spread() -> None:
    """Mean m and variance m(1 − m) / (n + 1), and a share of nil stays nil."""
    mean, n = (0.7, 0.2, 0.1, 0.0), 50
    p = ParameterSet(DEFAULT_PRIORS, matrix=(Dirichlet(mean, n), (0.1, 0.9, 0, 0), (0, 0, 1.0, 0), (0, 0, 0, 1.0)))
    assert p.uncertain[0] == "matrix.dasar"
    rows = p.draw(4, 20_000).matrix[:, 0]
    variance = np.array(mean) * (1 - np.array(mean)) / (n + 1)
    assert (np.abs(rows.mean(axis=0) - mean) <= 4 * np.sqrt(variance / 20_000) + 1e-15).all()
    np.testing.assert_allclose(rows[:, :3].var(axis=0), variance[:3], rtol=4 * np.sqrt(2 / 20_000) * 1.5)
    assert (rows[:, 3] == 0).all()


def test_calibrated_draws_are_taken_row_by_row() -> None:
    """Two parameters of one file keep their pairs; every row is used before one is used again."""
    a = np.linspace(0.1, 0.3, 50)
    draws = ParameterSet({"fall": Empirical(a), "year_sd": Empirical(10 * a)}, blocks=("panel",)).sample(1, 70)
    np.testing.assert_allclose(draws["year_sd"], 10 * draws["fall"])
    assert sorted(draws["fall"][:50]) == a.tolist()
    assert draws["fall"][50:].tolist() == draws["fall"][:20].tolist()


def test_the_first_draws_of_a_sorted_file_stand_for_all_of_it() -> None:
    """500 of 4,000 sorted rows have the file's quartiles within 4 standard errors."""
    values = np.linspace(0, 1, 4_000)
    few = ParameterSet({"fall": Empirical(values)}, blocks=("panel",)).sample(3, 500)["fall"]
    for probability in (0.25, 0.5, 0.75):
        error = np.sqrt(probability * (1 - probability) / 500)
        assert abs((few <= probability).mean() - probability) < 4 * error


def test_rows_of_a_posterior_of_ones_own_keep_their_order() -> None:
    """Whatever the seed: draw d takes row d, and the first again after the last."""
    values = np.array([0.3, 0.1, 0.2])
    for seed in (0, 1):
        found = ParameterSet({"fall": Empirical(values)}).sample(seed, 7)["fall"]
        assert found.tolist() == [0.3, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3]


def test_what_is_fixed_is_known_to_be_fixed() -> None:
    """A number, a spread of nil and a single draw are certain; a beta is not."""
    p = ParameterSet({"fall": Fixed(0.1), "skip.mandiri": Beta(2, 3), "year_sd": Empirical(np.array([0.4]))})
    assert p.uncertain == ("skip.mandiri",)


def test_split_and_join_are_inverse() -> None:
    """Random matrices come back, also where a row cannot rise or fall, or must."""
    matrix = np.random.default_rng(6).dirichlet([1, 1, 1, 1], size=(40, 4))
    matrix[0] = np.eye(4)
    matrix[1] = np.eye(4)[[3, 0, 0, 0]]
    np.testing.assert_allclose(transition_matrix(*split_matrix(matrix)), matrix, atol=1e-12)


def test_the_interval_of_a_lognormal_is_its_90_percent_interval() -> None:
    """Where the median is the geometric middle, 5% and 95% are the ends given."""
    effect = lognormal_from_interval(1.5, 1.0, 2.25)
    np.testing.assert_allclose(effect.quantile(np.array([0.05, 0.5, 0.95])), [1.0, 1.5, 2.25], rtol=1e-12)


def test_parameters_stay_as_they_were_checked_when_they_are_copied() -> None:
    """A copy and what comes back from another process hold the same, and cannot be changed in place either."""
    for again in (copy(DEFAULTS), deepcopy(DEFAULTS), pickle.loads(pickle.dumps(DEFAULTS))):  # noqa: S301
        assert again.scalars == DEFAULTS.scalars
        with pytest.raises(TypeError, match="does not support item assignment"):
            again.scalars[ParameterKey("year_sd")] = Fixed(1.0)
