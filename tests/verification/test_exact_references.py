"""The exact engine against published numbers, the reference values of MODEL.md and a twin on level counts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from exact_settings import REFERENCE, TANAH_LAUT, assist, district, exact
from scipy.special import expit, logit
from scipy.stats import binom

from simulation.domain.distributions import HalfNormal, LogitNormal
from simulation.domain.parameters import ParameterKey
from simulation.domain.target import Target
from simulation.engine.closed_form.forward import YearShocks
from simulation.engine.poisson_binomial import Part, total, total_of_sorts
from simulation.inference.forecasting import forecast


def poisson_binomial(probabilities: list[float], multiplicity: list[int] | None = None) -> np.ndarray:
    """Return the distribution of a sum of independent 0/1 numbers."""
    sizes = multiplicity or [1] * len(probabilities)
    parts = [Part(n, np.array([[1 - p], [p]])) for p, n in zip(probabilities, sizes, strict=True)]
    return total(parts, [sum(sizes)])[:, 0]


def test_sums_meet_the_values_of_the_r_package_poibin() -> None:
    """R poibin, as asserted by tsakim/poibin test_poibin.py (commit 51a8efac)."""
    three = poisson_binomial([0.4163448, 0.334027, 0.9689613])
    assert three == pytest.approx([0.0120647, 0.39129134, 0.46189012, 0.13475384], abs=1e-8)
    eight = poisson_binomial([0.9955901, 0.5696224, 0.8272597, 0.3818746, 0.4290036, 0.8707646, 0.8858267, 0.7557183])
    assert eight[[0, 2, 7, 8]] == pytest.approx([4.17079659e-07, 0.00246250608, 0.202460933, 0.0448023378], abs=1e-8)
    assert np.cumsum(poisson_binomial([0.1, 0.5, 0.7]))[:3] == pytest.approx([0.135, 0.6, 0.965], abs=1e-8)


def test_sums_keep_the_digits_of_rare_outcomes() -> None:
    """R PoissonBinomial, vignette proc_exact (cran/PoissonBinomial, commit a2ee8bfc), down to 3.6e-35."""
    pmf = poisson_binomial(
        [
            0.2655086631421, 0.37212389963679, 0.572853363351896, 0.908207789994776, 0.201681931037456,
            0.898389684967697, 0.944675268605351, 0.660797792486846, 0.62911404389888, 0.0617862704675645,
        ],
        [3, 1, 5, 5, 10, 6, 10, 7, 9, 5],
    )  # fmt: skip
    published = {
        0: 3.574462e-35, 10: 1.252345e-17, 20: 1.395965e-07, 30: 0.01824629, 36: 0.1319896, 40: 0.05616422,
        50: 1.337083e-06, 61: 6.727527e-21,
    }  # fmt: skip
    assert pmf[list(published)] == pytest.approx(list(published.values()), rel=1e-6)
    at_most = np.cumsum(pmf)[[20, 30, 36, 40]]
    assert at_most == pytest.approx([1.673656e-07, 0.03384269, 0.560628, 0.9328105], rel=1e-6)


def test_sorts_of_villages_add_up_as_one_by_one() -> None:
    """Three cases of 900 villages in sorts of other sizes, with certain and impossible ones, below 880: to 12 digits.

    Of 850 that rise with chance .97 none does with a chance that no number is small enough for.
    """
    chances = np.array([[0.97, 0.2, 1.0, 0.0], [0.4, 1.0, 0.03, 0.0], [0.0, 0.9, 0.5, 0.3]])
    sizes = np.array([[850, 30, 10, 10], [300, 200, 390, 10], [10, 10, 400, 480]])
    sort_of = np.stack([np.random.default_rng(case).permutation(np.repeat(range(4), sizes[case])) for case in range(3)])
    adds = np.stack([1 - chances.T, chances.T], axis=1)[..., None]
    found = total_of_sorts(adds, sort_of.T, 880)[:, :, 0]
    for case in range(3):
        expected = poisson_binomial(chances[case].tolist(), sizes[case].tolist())[:880]
        assert found[:, case] == pytest.approx(expected, rel=1e-9, abs=1e-13)


def test_a_shared_shock_meets_the_reference() -> None:
    """135 villages, 7 needed, shock sd 0.5, year 1: P = 0.63462, without Monte Carlo error."""
    met = exact(district(TANAH_LAUT, scalars={"year_sd": 0.5})).years[0]
    assert met.probability_met == pytest.approx(0.63462, abs=5e-6)
    assert met.monte_carlo_error == 0
    assert met.parameter_interval90 is None


def test_falls_and_skips_meet_the_reference() -> None:
    """No shock, falls 2%, skips 10%, year 2: P = 0.75794."""
    scalars = {"fall": 0.02, "skip.berkembang": 0.1, "skip.mandiri": 0.1}
    assert exact(district(TANAH_LAUT, horizon=2, scalars=scalars)).years[1].probability_met == pytest.approx(
        0.75794, abs=5e-6
    )


@pytest.mark.slow
def test_every_year_meets_the_reference() -> None:
    """30 villages, 2 needed, shock sd 0.6, every year of 3: P = 0.352805, given as 0.35280."""
    found = exact(district((20, 7, 3, 0), horizon=3, scalars={"year_sd": 0.6}))
    assert found.all_years is not None
    assert found.all_years.probability_met == pytest.approx(0.35280, abs=1e-5)


@pytest.mark.slow
def test_every_year_agrees_with_a_chain_on_level_counts() -> None:
    """15 villages, 2 needed: the same probability from a Markov chain on the counts of the levels."""
    nodes = np.linspace(-8, 8, 61)
    weights = np.exp(-(nodes**2) / 2)
    weights /= weights.sum()
    rates = expit(
        logit([REFERENCE[f"rise.{level}"] for level in ("dasar", "berkembang", "mandiri")])[:, None] + 0.6 * nodes
    )

    @cache
    def rise_distribution(level: int, villages: int) -> np.ndarray:
        return binom.pmf(np.arange(villages + 1)[:, None], villages, rates[level])

    @cache
    def every_year(years: int, dasar: int, berkembang: int, mandiri: int) -> float:
        if years == 0:
            return 1.0
        result = 0.0
        for a, b, c in product(range(dasar + 1), range(berkembang + 1), range(mandiri + 1)):
            if a + b + c >= 2:
                chance = weights @ (
                    rise_distribution(0, dasar)[a]
                    * rise_distribution(1, berkembang)[b]
                    * rise_distribution(2, mandiri)[c]
                )
                if chance > 1e-12:
                    result += chance * every_year(years - 1, dasar - a, berkembang + a - b, mandiri + b - c)
        return result

    found = exact(district((9, 4, 2, 0), horizon=3, scalars={"year_sd": 0.6}, target=Target(Fraction("0.1"))))
    assert found.all_years is not None
    assert found.all_years.probability_met == pytest.approx(every_year(3, 9, 4, 2), abs=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(("year_sd", "least"), [(0.0, 14), (0.5, 40)])
def test_the_least_assistance_that_reaches_eighty_percent(year_sd: float, least: int) -> None:
    """Odds ratio 2.5 on random dasar villages: P >= 0.8 first at 14 assisted without shock, at 40 with sd 0.5."""
    assert chance_with(least - 1, year_sd) < 0.8 <= chance_with(least, year_sd)


@pytest.mark.slow
def test_a_strong_shock_puts_eighty_percent_out_of_reach() -> None:
    """With shock sd 1.0 not even all 93 dasar villages suffice, and every one fewer is worse."""
    chances = [chance_with(assisted, 1.0) for assisted in (0, 40, 92, 93)]
    assert chances == sorted(chances)
    assert chances[-1] < 0.8


def chance_with(assisted: int, year_sd: float) -> float:
    """Return P(met) in year 1 with so many dasar villages assisted, of a district known by its counts."""
    plan = assist(capacity=assisted, eligible_status=("dasar",))
    scenario = district(
        TANAH_LAUT,
        known=False,
        scalars={"year_sd": year_sd},
        interventions=[plan],
        effects={"pokja.odds_ratio_rise": 2.5},
    )
    return exact(scenario).years[0].probability_met


@pytest.mark.slow
def test_a_mixture_over_draws_is_the_mean_of_its_draws() -> None:
    """P(met) is the mean over draws, its error that of a mean, its interval the 5% and 95% quantile over draws."""
    counts = (6, 3, 1, 0)
    scenario = district(counts, horizon=2, scalars={"rise.dasar": LogitNormal(-2.94, 0.8), "year_sd": HalfNormal(0.7)})
    draws, seed = 50, 11
    values = scenario.parameters.sample(seed, draws)
    alone = np.array(
        [
            exact(district(counts, horizon=2, scalars={n: float(values[n][d]) for n in ("rise.dasar", "year_sd")}))
            .years[1]
            .probability_met
            for d in range(draws)
        ]
    )
    met = exact(scenario, draws=draws, seed=seed).years[1]
    assert met.probability_met == pytest.approx(alone.mean(), abs=1e-12)
    assert met.monte_carlo_error == pytest.approx(alone.std(ddof=1) / np.sqrt(draws), abs=1e-12)
    assert met.parameter_interval90 == pytest.approx(tuple(np.quantile(alone, [0.05, 0.95])), abs=1e-12)


def test_certainties_stay_certain() -> None:
    """With chances of rising and falling of 0 or 1 every probability is a number, and what must happen has 1."""
    sure = {"rise.dasar": 1.0, "rise.berkembang": 0.0, "rise.mandiri": 0.0, "fall": 1.0, "year_sd": 0.7}
    found = exact(district((6, 2, 2, 1), horizon=2, scalars=sure))
    assert [year.rises.mean for year in found.years] == pytest.approx([6.0, 2.0])
    assert [year.probability_met for year in found.years] == pytest.approx([1.0, 1.0], abs=1e-12)
    assert np.isfinite(found.status_probability).all()
    assert found.status_probability.sum(axis=-1) == pytest.approx(np.ones((11, 2)))


def test_an_exact_forecast_fills_every_table() -> None:
    """The yearly table has no gap, there are no trajectories, and the engine is named."""
    result = forecast(district((6, 2, 2, 1), horizon=2), engine="exact")
    assert result.engine == "exact"
    assert result.ensemble_run is None
    assert result.ensemble.empty
    assert len(result.years) == 2
    assert result.years.drop(columns=["parameter_low", "parameter_high"]).notna().all(axis=None)


def test_a_draw_without_luck_stands_beside_one_with_shock_and_campaign() -> None:
    """Where years of one draw are all alike, and those of another differ, each keeps its own shocks."""
    drawn = district((3, 1, 0, 0)).parameters.draw(0, 2)
    luck = {
        "year_sd": np.array([0.0, 0.5]),
        "campaign.probability": np.array([0.2, 0.2]),
        "campaign.odds_ratio": np.array([0.0, np.log(3.0)]),
    }
    scales = {**drawn.scales, **{ParameterKey.parse(key): value for key, value in luck.items()}}
    shocks = YearShocks.of(replace(drawn, scales=scales))
    assert (shocks.log_odds[0] == 0).all()
    weight = shocks.weight / shocks.weight.sum(axis=1, keepdims=True)
    assert (shocks.log_odds * weight).sum(axis=1) == pytest.approx([0.0, 0.2 * np.log(3.0)])
