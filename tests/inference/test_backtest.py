"""Back-tests: what is known at an origin, who is right, who is worse, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from pasts import known, panel, simulate, yearly_matrix
from scipy import stats

from simulation.domain.distributions import Fixed
from simulation.domain.evidence import Evidence, Panel
from simulation.domain.messages import Refusal
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.domain.status import UNKNOWN
from simulation.domain.target import Target
from simulation.domain.villages import Villages
from simulation.inference import scores
from simulation.inference.backtest import forecasters
from simulation.inference.backtest.cases import AtOrigin, DistrictYear, NextYear, district_years, yearly_moves
from simulation.inference.backtest.forecasters import ModelForecaster, assumed, by_matrices, knows, next_year
from simulation.inference.backtest.rolling import Backtest, anywhere, backtest, read_panels
from simulation.inference.backtest.scoring import skill
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

TRUTH = {"rise.dasar": 0.06, "rise.berkembang": 0.1, "rise.mandiri": 0.3, "fall": 0.03} | {
    "skip.berkembang": 0.1, "skip.mandiri": 0.6, "village_sd": 0.0, "year_sd": 0.7
}  # fmt: skip
START = np.repeat([0, 1, 2, 3], [26, 8, 2, 4])
NODES = stats.norm.ppf((np.arange(400) + 0.5) / 400)


def by_the_truth(past: AtOrigin, target: Target, sd: float = TRUTH["year_sd"]) -> list[NextYear]:
    """Forecast with the law by which the districts were made, the shock averaged over 400 equally likely values."""
    matrices = np.stack([yearly_matrix(TRUTH, sd * z) for z in NODES]) if sd else yearly_matrix(TRUTH, 0.0)[None]
    return [by_matrices(matrices, status, target) for _, _, status in past.now]


def without_shock(past: AtOrigin, target: Target) -> list[NextYear]:
    """Forecast with that law, but as if all years were alike."""
    return by_the_truth(past, target, 0.0)


def districts(number: int, years: int, seed: int, start: np.ndarray = START) -> tuple[Panel, ...]:
    """Return the pasts of some districts that follow the truth."""
    rng = np.random.default_rng(seed)
    return tuple(panel(simulate(TRUTH, start, years, rng), code=f"63.{i:02d}") for i in range(number))


def said(found: Sequence[NextYear]) -> list[bytes]:
    """Return forecasts to the last bit."""
    return [one.rises.tobytes() + one.levels.tobytes() + np.float64(one.met).tobytes() for one in found]


def test_years_are_scored_whose_ends_and_a_year_before_them_are_known() -> None:
    """Gaps, unknown statuses and single years are passed over; several panels of a district count together."""
    status = np.array([[0, 0, 1, 1, 2], [0, 1, 1, 1, UNKNOWN], [1, 1, 1, 3, 3]], dtype=np.int8)
    known_years = Panel("63.01", ("a", "b", "c"), (2018, 2019, 2021, 2022, 2023), status)
    cases = district_years([known_years])
    assert [(case.year, case.codes, case.rises) for case in cases] == [
        (2022, ("a", "b", "c"), 1),
        (2023, ("a", "c"), 1),
    ]
    assert list(yearly_moves([known_years], "63.01")) == [2019, 2022, 2023]
    assert district_years([Panel("63.01", ("a",), (2018, 2019), status[:1, :2])]) == ()
    both = [Panel("63.01", ("a",), (2018, 2019), status[:1, :2]), Panel("63.01", ("b",), (2019, 2020), status[1:2, :2])]
    assert [case.year for case in district_years(both)] == [2020]


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target(), True),
        (Target(net_of_falls=True), False),
        (Target(reading="entries"), False),
        (Target(reading="entries", levels=("berkembang",)), True),
        (Target(reading="stock"), True),
        (Target(reading="stock", levels=("paripurna",)), False),
    ],
)
def test_a_year_is_judged_by_the_target_of_the_scenario(target: Target, met: bool) -> None:
    """One rise and one fall among five villages; a twentieth of five is one village."""
    before, after = np.array([0, 0, 1, 2, 2], dtype=np.int8), np.array([1, 0, 0, 2, 2], dtype=np.int8)
    assert DistrictYear("63.01", 2020, tuple("abcde"), before, after).met(target) is met


@pytest.mark.slow
def test_nothing_that_came_later_changes_a_forecast() -> None:
    """Other things happen from a year on: what was said of that year, and before, stays to the last bit."""
    first = districts(2, 3, 3)
    one = backtest(first, None, 10)
    rng = np.random.default_rng(8)
    fast = {**TRUTH, "rise.dasar": 0.4, "fall": 0.3}
    for column in (2, 3):
        later = [simulate(fast, past.status[:, column - 1], 4 - column, rng)[:, 1:].astype(np.int8) for past in first]
        other = [
            replace(past, status=np.hstack([past.status[:, :column], new]))
            for past, new in zip(first, later, strict=True)
        ]
        two = backtest(other, None, 10)
        told = sum(case.year <= first[0].years[column] for case in one.cases)
        assert told == 2 * (column - 1)
        for name in one.forecasts:
            assert said(one.forecasts[name][:told]) == said(two.forecasts[name][:told])
        if column < 3:
            assert said(one.forecasts["model"]) != said(two.forecasts["model"])


@pytest.mark.slow
def test_the_order_of_villages_and_panels_changes_nothing() -> None:
    """Scores are the same; so are the chances of each village."""
    first = districts(2, 3, 4)
    order = np.random.default_rng(1).permutation(len(START))
    other = [Panel(p.district_code, tuple(p.codes[i] for i in order), p.years, p.status[order]) for p in first[::-1]]
    one, two = backtest(first, None, 10), backtest(other, None, 10)
    np.testing.assert_allclose(one.table, two.table, rtol=1e-9)
    for name, found in one.forecasts.items():
        for before, after in zip(found, two.forecasts[name], strict=True):
            np.testing.assert_allclose(before.levels[order], after.levels, rtol=1e-9)


def test_shares_of_the_past_become_chances() -> None:
    """Worked out by hand: (c + ½)/(n + 1), a rise leading where rises led."""
    moves = np.array([[17, 2, 1, 0], [1, 7, 0, 2], [0, 0, 3, 0], [0, 0, 0, 4]])
    years = {2020: moves * 0 + np.diag([20, 10, 3, 4]), 2021: moves}
    last, mean, level = forecasters.last_year(years), forecasters.mean_so_far(years), forecasters.binomial(years)
    for matrix in (last, mean, level):
        np.testing.assert_allclose(matrix.sum(axis=1), 1)
        assert matrix.min() >= 0
    rise_last, rise_mean = 5.5 / 34, 5.5 / 67
    for matrix, rise in ((last, rise_last), (mean, rise_mean)):
        np.testing.assert_allclose(np.triu(matrix, 1).sum(axis=1)[:3], rise)
    # Of those not risen from above dasar, 15 then and 17 before, one fell.
    assert last[3, :3].sum() == pytest.approx(1.5 / 16)
    assert mean[3, :3].sum() == pytest.approx(1.5 / 33)
    assert level[0, 1:].sum() == pytest.approx(3.5 / 41)
    assert level[1, 2:].sum() == pytest.approx(2.5 / 21)
    assert level[1, 0] == pytest.approx((1 - 2.5 / 21) * 1.5 / 19)
    np.testing.assert_allclose(level[0, 1:] / level[0, 1:].sum(), np.array([2 + 1 / 3, 1 + 1 / 3, 1 / 3]) / 4)


def tanah_laut(**values: float) -> tuple[Scenario, Villages]:
    """Return 135 villages in eleven kecamatan, and a scenario of one year in which every number is fixed."""
    status = np.repeat([0, 1, 2, 3], [93, 25, 3, 14])
    codes = [f"63.01.{i:04d}" for i in range(135)]
    villages = Villages.arrange(
        "63.01", "Tanah Laut", codes, codes, [f"K{i % 11}" for i in range(135)], status=status.tolist()
    )
    law = {name: float(prior.quantile(np.array([0.5]))[0]) for name, prior in DEFAULT_PRIORS.items()}
    fixed = {name: Fixed(value) for name, value in {**law, **values}.items()}
    parameters = replace(known(), scalars=fixed)
    return Scenario("one", 2025, 1, (villages,), parameters), villages


@pytest.mark.slow
def test_the_next_year_is_that_of_the_exact_engine() -> None:
    """Shock, campaign and lasting differences; only the shocks are drawn, 8,000 of them."""
    scenario, villages = tanah_laut(
        subdistrict_sd=0.0, peer_odds_ratio=1.4, village_sd=0.6, district_sd=0.4, year_sd=0.5
    )
    exact = forecast(scenario, engine="exact").districts[0]
    got = next_year(scenario.target, villages, scenario.parameters.draw(5, 2000), 5, 2026)
    assert got.met == pytest.approx(exact.years[0].probability_met, abs=4 * 0.5 / np.sqrt(8000))
    np.testing.assert_allclose(got.levels, exact.status_probability[:, 0], atol=4 * 0.1 / np.sqrt(8000))
    mean = float(np.arange(136) @ got.rises)
    assert mean == pytest.approx(exact.years[0].rises.mean, abs=4 * 6 / np.sqrt(8000))


@pytest.mark.slow
def test_the_next_year_is_that_of_an_ensemble_where_there_is_no_closed_form() -> None:
    """Shocks of the kecamatan too; within four standard errors of the simulation."""
    scenario, villages = tanah_laut(subdistrict_sd=0.8, year_sd=0.4)
    simulated = forecast(scenario, replicates=20_000, seed=3).districts[0].years[0]
    got = next_year(scenario.target, villages, scenario.parameters.draw(9, 2000), 9, 2026)
    assert got.met == pytest.approx(simulated.probability_met, abs=4 * 0.5 * np.sqrt(1 / 8000 + 1 / 20_000))
    assert float(np.arange(136) @ got.rises) == pytest.approx(simulated.rises.mean, abs=4 * 6 / np.sqrt(8000))


@pytest.mark.slow
def test_who_is_right_is_as_sure_as_it_says() -> None:
    """Over 240 district-years: coverage within four standard errors, PIT uniform (Kolmogorov–Smirnov, 1 in 1,000)."""
    found = backtest(districts(24, 11, 21), None, 20, forecasters={"model": by_the_truth})
    n = len(found.cases)
    assert n == 240
    for level in (0.5, 0.8, 0.95):
        pairs = zip(found.forecasts["model"], found.cases, strict=True)
        held = np.array([scores.coverage(one.rises, np.array(case.rises), level) for one, case in pairs])
        assert held.mean() == pytest.approx(level, abs=4 * held.std(ddof=1) / np.sqrt(n))
        assert found.forecasters["model"].coverage[str(level)] == pytest.approx(held.mean())
    assert stats.kstest(each(found, "model", "pit"), "uniform").pvalue > 0.001
    # Brier scores of who is right have the mean p(1 − p), and each a variance of p(1 − p)(1 − 2p)².
    p = each(found, "model", "probability_met")
    error = np.sqrt((p * (1 - p) * (1 - 2 * p) ** 2).sum()) / n
    assert found.forecasters["model"].brier == pytest.approx((p * (1 - p)).mean(), abs=4 * error)
    assert stats.kstest(each(found, "binomial", "pit"), "uniform").pvalue < 0.001
    assert found.forecasters["binomial"].coverage["0.8"] < 0.7


def each(found: Backtest, forecaster: str, score: str) -> np.ndarray:
    """Return a score of every district-year."""
    return np.array([getattr(row.forecasts[forecaster], score) for row in found.rows])


@pytest.mark.slow
def test_a_worse_forecaster_is_told_so_and_a_better_one_too() -> None:
    """Ignoring a shock of sd 0.7 costs; against itself nothing can be told, and nothing is saved."""
    pasts = districts(10, 6, 5, np.repeat(START, 4))
    worse = backtest(
        pasts, None, 20, forecasters={"model": without_shock, "truth": by_the_truth, "again": without_shock}
    )
    assert worse.verdict is not None
    assert (worse.verdict["truth"], worse.verdict["again"]) == ("worse", "open")
    assert worse.forecasters["again"].model_saves["crps_rises"].share == 0
    better = backtest(pasts, None, 20, forecasters={"model": by_the_truth, "blind": without_shock})
    assert better.verdict is not None
    assert better.verdict["blind"] == "better"


@pytest.mark.slow
def test_below_20_district_years_there_is_no_verdict() -> None:
    """Scores stand all the same; at 20 there is one."""
    few, enough = (
        backtest(districts(number, 6, 6), None, 20, forecasters={"model": by_the_truth}) for number in (3, 4)
    )
    assert (len(few.cases), few.verdict) == (15, None)
    assert few.forecasters["binomial"].model_saves["crps_rises"] is None
    assert np.isfinite(few.table.to_numpy()).all()
    assert len(enough.cases) == 20
    assert set(enough.verdict or {}) == {"last_year", "mean_so_far", "priors", "binomial"}


@pytest.mark.parametrize("number", [20, 36])
def test_the_interval_of_a_skill_holds_the_true_one(number: int) -> None:
    """Pairs of skewed scores with a known ratio of means: nine intervals of ten, four standard errors aside."""
    rng, held = np.random.default_rng(12), []
    for _ in range(2_000):
        other = rng.gamma(4.0, 0.75, number)
        mine = 0.8 * other * rng.gamma(8.0, 1 / 8, number)
        low, high = skill(mine, other).interval90
        held.append(low <= 0.2 <= high)
    assert np.mean(held) == pytest.approx(0.9, abs=4 * np.sqrt(0.9 * 0.1 / 2_000))


@pytest.mark.parametrize("number", [20, 36])
def test_equally_good_forecasters_are_told_apart_in_one_case_of_ten(number: int) -> None:
    """Scores of a year that both share, and of their own that are alike in law: a difference of symmetric law."""
    rng, told = np.random.default_rng(13), []
    for _ in range(4_000):
        year, own = rng.gamma(2.0, 0.5, number), rng.gamma(2.0, 0.5, (2, number))
        told.append(skill(year + own[0], year + own[1]).standing != "open")
    assert np.mean(told) == pytest.approx(0.1, abs=4 * np.sqrt(0.1 * 0.9 / 4_000))


def test_a_forecaster_saves_nothing_of_its_own_scores() -> None:
    """The interval is a point, and the verdict open."""
    scores = np.random.default_rng(14).gamma(2.0, size=25)
    assert (skill(scores, scores).interval90, skill(scores, scores).standing) == ((0.0, 0.0), "open")


def test_an_infinite_score_leaves_no_skill_to_tell() -> None:
    """Nor does one that is always perfect."""
    assert skill(np.array([1.0, 2.0]), np.array([np.inf, 1.0])) is None
    assert skill(np.array([1.0, 2.0]), np.zeros(2)) is None


@pytest.mark.slow
def test_the_model_learns_and_beats_its_priors() -> None:
    """Districts that rise far more seldom than the priors expect; ten of them, two years each."""
    slow = {**TRUTH, "rise.dasar": 0.004, "rise.berkembang": 0.01, "rise.mandiri": 0.02, "year_sd": 0.1, "fall": 0.002}
    rng = np.random.default_rng(7)
    start = np.repeat([0, 1, 2, 3], [60, 20, 5, 5])
    found = backtest([panel(simulate(slow, start, 3, rng), code=f"63.{i:02d}") for i in range(10)], None, 100)
    assert found.verdict is not None
    assert found.verdict["priors"] == "better"
    assert found.forecasters["priors"].model_saves["brier"].share > 0.5


def test_a_scenario_is_put_back_to_the_origin() -> None:
    """Without interventions; with its kecamatan and covariates where it knows all villages, without where not."""
    scenario, villages = tanah_laut()
    status = villages.levels
    past = AtOrigin(2020, (), (("63.01", villages.codes[::-1], status[::-1]),))
    put_back = assumed(scenario, past, Target())
    assert (put_back.origin, put_back.horizon, put_back.interventions) == (2020, 1, ())
    assert put_back.districts[0].subdistricts == villages.subdistricts
    np.testing.assert_array_equal(put_back.districts[0].levels, status)
    elsewhere = assumed(scenario, AtOrigin(2020, (), (("63.01", ("x",), status[:1]),)), Target())
    assert elsewhere.parameters.scalars["subdistrict_sd"] == Fixed(0.0)
    assert elsewhere.parameters.scalars["peer_odds_ratio"] == Fixed(1.0)
    assert (knows(scenario, villages.codes), knows(scenario, "x"), knows(None, "x")) == (True, False, False)


@pytest.mark.slow
def test_forecasts_do_not_depend_on_how_a_panel_is_given(tmp_path) -> None:
    """A file, a panel and evidence; districts are told apart by official codes, even without a scenario."""
    pasts = [
        Panel(f"63.0{i}", tuple(f"63.0{i}.{code}" for code in one.codes), one.years, one.status)
        for i, one in enumerate(districts(2, 2, 9), start=1)
    ]
    names = ("dasar", "berkembang", "mandiri", "paripurna")
    rows = [
        f"{code},{year},{names[level]}"
        for one in pasts
        for code, row in zip(one.codes, one.status, strict=True)
        for year, level in zip(one.years, row, strict=True)
    ]
    file = tmp_path / "panel.csv"
    file.write_text("\n".join(["village_code,year,status", *rows]), encoding="utf-8")
    assert [one.district_code for one in read_panels([file]).evidence.panels] == ["63.01", "63.02"]
    ways = [file, pasts, Evidence(panels=tuple(pasts)), pasts[::-1]]
    tables = [backtest(way, draws=20).table for way in ways]
    for table in tables[1:]:
        np.testing.assert_allclose(tables[0], table, rtol=1e-9)


def test_what_cannot_be_scored_is_refused() -> None:
    """Two dates are too few; so is nothing at all."""
    short = districts(1, 1, 2)
    for given in (short, (), Evidence()):
        with pytest.raises(Refusal, match="three years in a row"):
            backtest(given)


def test_priors_alone_are_the_model_without_its_data() -> None:
    """At an origin without any move, calibration has nothing to go by."""
    scenario = anywhere()
    past = AtOrigin(2020, (), (("63.01", tuple(map(str, range(40))), START.astype(np.int8)),))
    learnt, prior = (ModelForecaster(scenario, 600, 0, learns=learns)(past, Target())[0] for learns in (True, False))
    assert said([learnt]) == said([prior])
