"""When a plan fails: boxes that are known, judged on draws that did not choose them, and none where there is none."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from districts import make_scenario, make_villages
from scipy.optimize import brentq
from scipy.stats import binom
from told import result_of

import simulation as kkb
from simulation.decision.discovery import BLOCKS, Discovery, DiscoveryRequest, FailureBox, _Draws, _found
from simulation.decision.workbench import Experiment
from simulation.domain.distributions import Beta, Dirichlet, Empirical, HalfNormal, LogitNormal
from simulation.domain.intervention import Intervention
from simulation.domain.target import Target
from simulation.inputs.scenario import Scenario
from simulation.report.kinds.discovery import DISCOVERY
from simulation.report.kinds.kind import Source
from simulation.report.language import language

VILLAGES, NEEDED = 60, 5
OPEN = {"rise.dasar": LogitNormal(-2.4, 0.8), "rise.mandiri": LogitNormal(-0.6, 1.2), "fall": Beta(1, 20)}


def all_at_dasar(**scalars: object) -> Scenario:
    """Return a scenario whose target hangs on the chance of rising from dasar alone, others being open too."""
    made = make_scenario(make_villages((VILLAGES,), status=[0] * VILLAGES), {**OPEN, **scalars}, horizon=2)
    return replace(made, target=Target(share=Fraction(NEEDED, VILLAGES)))


def threshold_of(probability: float) -> float:
    """Return the chance of rising under which the target is met with this probability, by the binomial distribution."""
    return float(brentq(lambda p: binom.sf(NEEDED - 1, VILLAGES, p) - probability, 1e-6, 0.9))


@pytest.fixture(scope="module")
def found() -> Discovery:
    """Return a search in that scenario."""
    return kkb.discover(all_at_dasar(), 600, fails_below=0.5, progress=False)


def test_the_box_of_a_binomial_target_ends_where_its_chance_is_the_threshold(found: Discovery) -> None:
    """One parameter, within a slice of the draws of the solution; almost all in it fail, and almost none elsewhere."""
    assert found.engine == "exact"
    (box,) = found.boxes
    (name,) = box.restrictions
    assert name == "rise.dasar"
    part = box.restrictions["rise.dasar"]
    assert part.low is None
    values = found.data["rise.dasar"]
    between = values.between(*sorted((part.high or 0.0, threshold_of(0.5))))
    assert between.mean() <= 0.05
    assert min(box.coverage, box.density) > 0.85
    assert found.failing == pytest.approx((values < threshold_of(0.5)).mean())


def test_the_threshold_decides_what_fails(found: Discovery) -> None:
    """As the binomial distribution has it, draw by draw."""
    chances = binom.sf(NEEDED - 1, VILLAGES, found.data["rise.dasar"])
    assert found.data["probability_met"].to_numpy() == pytest.approx(chances, abs=1e-9)
    stricter = kkb.discover(all_at_dasar(), 600, fails_below=0.9, progress=False)
    assert stricter.failing == pytest.approx((chances < 0.9).mean())


def recomputed(found: Discovery, box: FailureBox) -> tuple[float, float]:
    """Return coverage and density of a box from the draws that judge alone."""
    judges = found.data[~found.data["chooses"]]
    inside = np.ones(len(judges), np.bool_)
    for name, part in box.restrictions.items():
        inside &= (judges[name] >= (-np.inf if part.low is None else part.low)).to_numpy()
        inside &= (judges[name] <= (np.inf if part.high is None else part.high)).to_numpy()
    fails = judges["fails"].to_numpy()
    return (fails & inside).sum() / fails.sum(), (fails & inside).sum() / inside.sum()


def test_shares_are_those_of_draws_that_did_not_choose(found: Discovery) -> None:
    """Half of them choose, half judge; the shares follow from the latter."""
    assert found.judging == 300 == (~found.data["chooses"]).sum()
    box = found.boxes[0]
    assert (box.coverage, box.density) == pytest.approx(recomputed(found, box))


def noisy(seed: int, share: float) -> Discovery:
    """Return what is found where failures are, with a chance, those of low rises from dasar, else a coin's."""
    scenario = all_at_dasar()
    request = DiscoveryRequest(draws=600, seed=seed).settled(scenario)
    drawn, rng = _Draws(scenario, request), np.random.default_rng([seed, 3])
    low = drawn.columns["rise.dasar"] < 0.07
    fails = np.where(rng.random(600) < share, low, rng.random(600) < 0.4)
    return _found(scenario, request, drawn, np.where(fails, 0.2, 0.8), 1, "exact")


@pytest.mark.slow
def test_no_box_is_told_where_failures_hang_on_nothing() -> None:
    """In none of forty searches in coin tosses: a correlation of 0.3 is five standard errors of 300 draws."""
    assert [seed for seed in range(40) if noisy(seed, 0.0).boxes] == []


@pytest.mark.slow
def test_judged_shares_are_right_on_average() -> None:
    """Over 40 searches the mean of the share that fails is that of fresh draws, within three standard errors of it."""
    scenario, apart = all_at_dasar(), []
    for seed in range(40):
        (box, *_) = noisy(seed, 0.8).boxes
        fresh = _Draws(scenario, DiscoveryRequest(draws=4000, seed=1000 + seed).settled(scenario)).columns
        inside = np.ones(4000, np.bool_)
        for name, part in box.restrictions.items():
            inside &= (fresh[name] >= (part.low or -np.inf)) & (fresh[name] <= (part.high or np.inf))
        apart.append(box.density - np.where(fresh["rise.dasar"] < 0.07, 0.8 + 0.2 * 0.4, 0.2 * 0.4)[inside].mean())
    assert abs(np.mean(apart)) < 3 * np.std(apart) / np.sqrt(len(apart))


def test_a_second_box_is_told_where_failures_are_of_two_kinds() -> None:
    """Low rises from dasar, or frequent falls: each is described on its own, and together they cover nearly all."""
    scenario = all_at_dasar()
    request = DiscoveryRequest(draws=2000).settled(scenario)
    drawn = _Draws(scenario, request)
    first, second = drawn.columns["rise.dasar"], drawn.columns["fall"]
    fails = (first < np.quantile(first, 0.25)) | (second > np.quantile(second, 0.85))
    found = _found(scenario, request, drawn, np.where(fails, 0.2, 0.8), 1, "exact")
    assert [set(box.restrictions) for box in found.boxes[:2]] == [{"rise.dasar"}, {"fall"}]
    assert sum(box.coverage for box in found.boxes) > 0.9
    assert found.boxes[1].correlation > found.boxes[0].correlation


def test_efforts_are_varied_where_asked() -> None:
    """An intervention that makes nearly every village rise: few places, and the target is missed."""
    plan = Intervention("pokja", 2026, capacity=30)
    scenario = make_scenario(
        make_villages((VILLAGES,), status=[0] * VILLAGES),
        {"rise.dasar": LogitNormal(-3.5, 0.2)}, [plan], {"pokja.odds_ratio_rise": 400.0}, horizon=1,
    )  # fmt: skip
    scenario = replace(scenario, target=Target(share=Fraction(1, 4)))
    found = kkb.discover(scenario, 640, vary="pokja.capacity", progress=False)
    assert found.efforts == {"pokja.capacity": (0.0, 60.0)}
    tried = found.data["pokja.capacity"]
    assert tried.nunique() == BLOCKS // 2
    assert set(tried[found.data["chooses"]]) == set(tried[~found.data["chooses"]])
    assert list(found.boxes[0].restrictions) == ["pokja.capacity"]
    at_least = found.data[~found.data["fails"]]["pokja.capacity"].min()
    assert (found.boxes[0].restrictions["pokja.capacity"].high or 0) < at_least


def test_a_matrix_is_told_by_its_rises_and_falls() -> None:
    """Rows that are drawn have no number of their own: the chances of rising and falling that follow from them do."""
    rows = tuple(Dirichlet(tuple(row), 40.0) for row in np.full((4, 4), 0.05) + np.eye(4) * 0.8)
    known = make_scenario(make_villages((9,), [0] * 9)).parameters.scalars
    kept = {str(key): value for key, value in known.items() if key.kind not in {"rise", "fall", "skip", "fall_skip"}}
    scenario = make_scenario(make_villages((30,), status=[0] * 30), priors=kept, matrix=rows)
    drawn = _Draws(scenario, DiscoveryRequest(draws=200).settled(scenario))
    assert list(drawn.columns) == [
        "rise.dasar", "rise.berkembang", "fall.berkembang", "rise.mandiri", "fall.mandiri", "fall.paripurna",
    ]  # fmt: skip
    assert drawn.columns["rise.dasar"] == pytest.approx(1 - scenario.parameters.sample_matrix(0, 200)[:, 0, 0])


def test_rows_of_a_file_of_draws_are_taken_once() -> None:
    """Else rows that judge would be rows that chose."""
    values = np.random.default_rng(4).beta(2, 30, size=400)
    scenario = all_at_dasar(**{"rise.dasar": Empirical(values)})
    request = DiscoveryRequest().settled(scenario)
    assert request.draws == 400
    assert np.unique(_Draws(scenario, request).columns["rise.dasar"]).size == 400


def test_workers_and_what_was_kept_change_nothing(tmp_path: Path) -> None:
    """Simulated with shocks; a search that was stopped half-way goes on, and comes to the same."""
    scenario = all_at_dasar(year_sd=HalfNormal(0.7), subdistrict_sd=HalfNormal(0.4))
    first = kkb.discover(scenario, 320, 8, workers=1, results=tmp_path, progress=False)
    assert first.engine == "batch"
    kept = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(kept) == BLOCKS
    for path in kept[:5]:
        path.unlink()
    calls: list[tuple[int, int]] = []
    again = kkb.discover(
        scenario, 320, 8, workers=2, results=tmp_path, progress=lambda done, total: calls.append((done, total))
    )
    assert again.data.equals(first.data)
    assert again.boxes == first.boxes
    assert calls[-1] == (BLOCKS, BLOCKS)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"draws": 100}, "160 draws at least are needed to find when a plan fails; found 100"),
        ({"fails_below": 1.5}, "must lie between 0 and 1"),
        ({"year": 2050}, "2050 is not a year of the scenario"),
        ({"year": 2026, "every_year": True}, "a year and every year were asked for"),
        ({"vary": "pokja.capacity"}, "no intervention whose effort could be planned"),
        ({"replicates": 0}, "replicates must be a whole number of 1 or more"),
    ],
)
def test_what_cannot_be_found_is_refused(asked: dict[str, object], said: str) -> None:
    """With the reason."""
    with pytest.raises(kkb.Refusal, match=said):
        kkb.discover(all_at_dasar(), **asked)  # type: ignore[arg-type]


def test_a_fixed_scenario_or_a_short_file_is_refused() -> None:
    """No assumption differs; or too few rows."""
    with pytest.raises(kkb.Refusal, match="every number of test is fixed"):
        kkb.discover(make_scenario(make_villages((5,), status=[0] * 5)))
    with pytest.raises(kkb.Refusal, match=r"160 draws at least are needed .* found 50"):
        kkb.discover(all_at_dasar(**{"rise.dasar": Empirical(np.linspace(0.01, 0.2, 50))}))


class Spirit(kkb.Mechanism):
    """What all villages share and nobody can measure: it multiplies the odds of rising in every year."""

    name = "spirit"
    parameters: ClassVar = {"strength": kkb.Normal(-1.0, 1.0)}

    def log_odds(self, village: Any) -> Any:  # noqa: ARG002
        """Return the strength, for one village."""
        return self.strength  # type: ignore[attr-defined]

    def log_odds_of_all(self, year: kkb.Year) -> Any:  # noqa: ARG002
        """Return the strength, for all of them."""
        return self.strength  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_mechanism_of_ones_own_is_among_the_assumptions() -> None:
    """Its parameter is a column of its own, and where failures hang on it alone it is what the box names."""
    scenario = all_at_dasar(**{"rise.dasar": 0.15}).with_mechanism(Spirit())
    found = kkb.discover(scenario, 320, 16, progress=False)
    assert found.engine == "batch"
    assert list(found.boxes[0].restrictions) == ["spirit.strength"]
    assert "spirit" in DISCOVERY.document(result_of(found), language("en"), Source()).blocks[0].text
    assert Experiment(scenario, {"strength": "spirit.strength"}, 20, 4, 3, "batch")(strength=-5.0)["rises_2026"] < 1
