"""The exact year ahead: against enumeration, the closed forms of several years, and trajectories."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, RISE, everything_on, make_scenario, make_villages, scenarios
from exact_settings import REFERENCE, assist, district
from hypothesis import HealthCheck, assume, given, settings
from numpy.typing import NDArray

from simulation.domain.distributions import Beta, Fixed, HalfNormal, LogitNormal
from simulation.domain.law import luck_of_years
from simulation.domain.parameters import ParameterKey
from simulation.domain.randomness import Trajectories
from simulation.domain.reporting import REPORTING
from simulation.domain.scenario import Assumptions
from simulation.domain.status import UNKNOWN
from simulation.domain.status_knowledge import KnownStatuses
from simulation.domain.target import Target
from simulation.engine.closed_form.applicability import reasons_against
from simulation.engine.closed_form.several_years import solve
from simulation.engine.ensemble import Effort, run
from simulation.engine.one_year import Count, OneYear, chance_of_meeting, first_year
from simulation.engine.year_start import YearStart
from simulation.inputs.scenario import load_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SEED = 2026
Floats = NDArray[np.float64]

TINY: dict[str, Any] = {
    "village_sd": 0.9, "year_sd": 0.7, "subdistrict_sd": 0.6, "peer_odds_ratio": 3.0, "fall": 0.15,
    "fall_skip.berkembang": 0.35, "fall_skip.mandiri": 0.2, "campaign.probability": 0.2, "campaign.odds_ratio": 6.0,
}  # fmt: skip


def tiny(**changes: Any) -> Assumptions:
    """Return four villages in two kecamatan with every term of the law at work, and two of them assisted."""
    villages = make_villages([3, 1], status=[0, 1, 2, 0], columns={"remote": [0.5, -1.0, 2.0, 1.0]})
    plan = assist("pokja", capacity=2, priority="column:remote", eligible_status=("dasar", "mandiri"))
    effects = {"pokja.odds_ratio_rise": 2.5, "pokja.odds_ratio_fall": 0.4}
    return make_scenario(villages, {**TINY, **changes}, [plan], effects, {"remote": 1.4}, horizon=1)


def nodes(number: int) -> tuple[Floats, Floats]:
    """Return a Gauss-Hermite rule for N(0, 1), which the code under test does not use."""
    points, weights = np.polynomial.hermite_e.hermegauss(number)
    return points, weights / weights.sum()


def enumerated(scenario: Assumptions) -> dict[tuple[int, ...], float]:
    """Return the chance of every end of the year of `tiny`, from the formulas of MODEL.md, shocks by brute force."""
    p, villages = scenario.parameters.draw(SEED, 1), scenario.districts[0]
    scales = {str(key): value[0] for key, value in p.scales.items()}
    remote = np.array([0.5, -1.0, 2.0, 1.0]) - 0.625
    assisted = np.array([False, False, True, True])
    above = np.array([1.0, 0.5, 0.0, 0.0])
    level = villages.levels.astype(int)
    own = np.log(p.rise[0, level] / (1 - p.rise[0, level])) + scales["covariates.remote"] * remote
    own = own + scales["peer_odds_ratio"] * above + np.log(2.5) * assisted
    against = (1 - p.fall[0, level]) / np.maximum(p.fall[0, level], 1e-300)
    fall = np.where(level > 0, 1 / (1 + against / np.where(assisted, 0.4, 1.0)), 0.0)
    matrix = np.array([end_shares(p, int(s)) for s in level])
    b, weight_b = nodes(60)
    z, weight = nodes(40)
    year, one, two = (points.ravel() for points in np.meshgrid(z, z, z, indexing="ij"))
    share = np.multiply.outer(np.multiply.outer(weight, weight), weight).ravel()
    result = dict.fromkeys(product(range(4), repeat=4), 0.0)
    for happens, likely in ((0.0, 1 - scales["campaign.probability"]), (1.0, scales["campaign.probability"])):
        shock = scales["year_sd"] * year + scales["campaign.odds_ratio"] * happens
        shocks = shock + scales["subdistrict_sd"] * np.array([one, one, one, two])
        rise = sum(
            w / (1 + np.exp(-(own[:, None] + shocks) - scales["village_sd"] * x))
            for x, w in zip(b, weight_b, strict=True)
        )
        moves = np.stack([rise, (1 - rise) * fall[:, None], (1 - rise) * (1 - fall[:, None])], 1)
        ends = np.einsum("vmc,vml->vlc", moves, matrix)
        for end in result:
            result[end] += likely * float(share @ np.prod(ends[np.arange(4), list(end)], axis=0))
    return result


def as_listed(truth: dict[tuple[int, ...], float], before: list[int], yearly: float) -> dict[tuple[int, ...], float]:
    """Return what the list shows at the end of the year: each village as it is, or as the list had it `before`."""
    result = dict.fromkeys(truth, 0.0)
    for ends, chance in truth.items():
        for told in product((True, False), repeat=len(before)):
            shown = tuple(now if one else old for now, one, old in zip(ends, told, before, strict=True))
            result[shown] += chance * yearly ** sum(told) * (1 - yearly) ** (len(told) - sum(told))
    return result


def end_shares(p: Any, level: int) -> Floats:
    """Return where a village ends that rises, that falls, and that stays, shape (3, 4)."""
    result = np.zeros((3, 4))
    result[2, level] = 1
    for end in range(level + 1, 4):
        result[0, end] = p.rise_reaches[0, level, end] - (p.rise_reaches[0, level, end + 1] if end < 3 else 0)
    for end in range(level):
        result[1, end] = p.fall_reaches[0, level, end] - (p.fall_reaches[0, level, end - 1] if end > 0 else 0)
    return result


@pytest.mark.parametrize(("yearly", "listed"), [(1.0, [0, 1, 2, 0]), (0.7, [0, 1, 2, 0]), (0.4, [0, 0, 2, 2])], ids=str)
def test_every_count_is_that_of_enumeration(yearly: float, listed: list[int]) -> None:
    """Rises, falls, net rises, entries and levels of four villages, shocks integrated by another rule.

    Where villages report with some chance only, the counts are those of the list; it may be behind at the origin.
    """
    scenario = tiny()
    villages, parameters = scenario.districts[0], scenario.parameters.draw(SEED, 1)
    truth, level = as_listed(enumerated(scenario), listed, yearly), np.array(listed)
    if yearly < 1:
        behind = {
            ParameterKey("village_level", c): np.array([float(s)])
            for c, s in zip(villages.codes, villages.levels, strict=True)
        }
        parameters = replace(parameters, scales={**parameters.scales, **behind, REPORTING: np.array([yearly])})
        villages = replace(villages, known=KnownStatuses(np.array(listed)))
    start, end = np.indices((4, 4))
    counted = {
        "rises": (end > start).astype(int),
        "falls": (end < start).astype(int),
        "net": (end > start).astype(int) - (end < start) + 1,
        "entries": Target(reading="entries").score,
        "mandiri": (end == 2).astype(int),
    }
    year = OneYear(villages, parameters, YearStart.drawn(scenario, villages, parameters, SEED))
    found, rise = year.counts({name: Count(score, 8) for name, score in counted.items()}), year.rises()
    for name, score in counted.items():
        expected = np.zeros(9)
        for ends, chance in truth.items():
            expected[score[level, list(ends)].sum()] += chance
        assert found[name][:, 0] == pytest.approx(expected, abs=2e-6), name
    levels = year.levels(rise)[..., 0]
    for v, s in product(range(4), repeat=2):
        assert levels[v, s] == pytest.approx(sum(c for ends, c in truth.items() if ends[v] == s), abs=2e-6)


def of_closed_form(scenario: Assumptions, draws: int) -> Floats:
    """Return the chance of meeting the target in the first year from the closed form of all years, (D,)."""
    parameters = scenario.parameters.draw(SEED, draws)
    return solve(scenario, scenario.districts[0], parameters, SEED).readings[scenario.target.key][:, 0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(scenarios(gentle=True, known_status=True))
@pytest.mark.slow
def test_random_districts_have_the_chance_of_the_closed_form(scenario: Assumptions) -> None:
    """Interventions of every kind, peers, spreads, campaigns, any matrix and target; kecamatan without shocks."""
    scalars = {**scenario.parameters.scalars, "subdistrict_sd": Fixed(0.0)}
    scenario = replace(scenario, horizon=1, parameters=replace(scenario.parameters, scalars=scalars))
    parameters = scenario.parameters.draw(SEED, 1)
    assume(not reasons_against(scenario, parameters, SEED))
    expected = of_closed_form(scenario, 1)
    assert chance_of_meeting(scenario, scenario.districts[0], parameters, SEED) == pytest.approx(expected, abs=2e-5)


UNCERTAIN = {
    "rise.dasar": LogitNormal(-2.0, 0.7), "fall": Beta(1, 20), "village_sd": HalfNormal(0.7),
    "year_sd": HalfNormal(0.7), "campaign.probability": Beta(1, 9), "campaign.odds_ratio": 5.0,
}  # fmt: skip


@pytest.mark.parametrize(
    "target",
    [
        Target(Fraction("0.1")),
        Target(Fraction("0.1"), net_of_falls=True),
        Target(Fraction("0.3"), "stock"),
        Target(Fraction("0.1"), denominator="below_top"),
        Target(Fraction("0.1"), "entries"),
    ],
    ids=lambda target: target.key,
)
def test_every_reading_has_the_chance_of_the_closed_form_draw_by_draw(target: Target) -> None:
    """Twelve draws of uncertain parameters."""
    scenario = district((12, 5, 2, 1), scalars=UNCERTAIN, target=target, horizon=1)
    parameters = scenario.parameters.draw(SEED, 12)
    found = chance_of_meeting(scenario, scenario.districts[0], parameters, SEED)
    assert found == pytest.approx(of_closed_form(scenario, 12), abs=2e-5)


def test_a_large_kecamatan_with_a_large_shock_is_followed_closely() -> None:
    """One kecamatan of 135 villages: its shock and the district's are then one shock of the joint spread."""
    levels = [0] * 93 + [1] * 25 + [2] * 3 + [3] * 14
    for year, local in ((0.4, 0.3), (0.9, 1.2), (1.5, 0.03)):
        joint = float(np.hypot(year, local))
        one = make_scenario(make_villages([135], status=levels), {**REFERENCE, "year_sd": joint}, horizon=1)
        two = make_scenario(
            make_villages([135], status=levels), {**REFERENCE, "year_sd": year, "subdistrict_sd": local}, horizon=1
        )
        expected = of_closed_form(one, 1)
        parameters = two.parameters.draw(SEED, 1)
        assert chance_of_meeting(two, two.districts[0], parameters, SEED) == pytest.approx(expected, abs=2e-5)


def test_the_published_reference_value_is_met() -> None:
    """135 villages, 7 needed, shared shock of sd 0.5: P = 0.63462 (MODEL.md)."""
    scenario = district((93, 25, 3, 14), scalars={"year_sd": 0.5}, horizon=1)
    parameters = scenario.parameters.draw(SEED, 1)
    found = chance_of_meeting(scenario, scenario.districts[0], parameters, SEED)
    assert found == pytest.approx([0.63462], abs=1e-5)


def test_shocks_held_as_given_average_to_the_integrated_year() -> None:
    """Over 20,000 drawn shocks the chance lies within 4 standard errors of the one that integrates them."""
    scenario, draws = tiny(), 20_000
    villages = scenario.districts[0]
    parameters = scenario.parameters.draw(SEED, draws)
    start = YearStart.drawn(scenario, villages, parameters, SEED)
    trajectories = Trajectories.grid(range(draws), range(1))
    shocks = luck_of_years(villages, parameters, trajectories, SEED, scenario.years)[0]
    count = {"rises": Count(Target().score, 2)}
    drawn = OneYear(villages, parameters, start, shocks).counts(count)["rises"][2]
    one = np.array([0])
    integrated = OneYear(villages, parameters.take(one), start.take(one)).counts(count)["rises"][2, 0]
    assert abs(drawn.mean() - integrated) < 4 * drawn.std() / np.sqrt(draws)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_a_chance_alone_is_that_of_the_whole_distribution(scenario: Assumptions) -> None:
    """Every reading of the target, to 10⁻⁵: with fewer nodes of the shocks, and small sums alone told apart."""
    scenario = replace(scenario, horizon=1)
    villages, parameters = scenario.districts[0], scenario.parameters.draw(SEED, 1)
    whole = first_year(scenario, villages, parameters, SEED)
    for key, target in scenario.target.readings().items():
        alone = chance_of_meeting(replace(scenario, target=target), villages, parameters, SEED)
        if alone.shape == whole.readings[key].shape[:1]:  # in both, or in neither, lots are drawn
            assert alone == pytest.approx(whole.readings[key][:, 0], abs=1e-5)


def test_blank_statuses_are_enumerated() -> None:
    """Two known villages and three that share what the counts leave: every way they can lie, and every end of the year.

    By hand from MODEL.md: what is left is placed in every order alike; the chance of each number of rises follows from
    the villages' own chances. The exact year averages a thousand placements, the trajectories twenty thousand.
    """
    remote = np.array([0.5, -1.0, 2.0, 1.5, -2.0])
    villages = make_villages(
        [5], [0, UNKNOWN, 3, UNKNOWN, UNKNOWN], counts=[2, 1, 1, 1], columns={"remote": list(remote)}
    )
    scenario = make_scenario(villages, {}, covariates={"remote": 2.0}, target=Target(Fraction("0.4")), horizon=1)
    p = scenario.parameters.draw(SEED, 1)
    placed = [(0, one, 3, two, three) for one, two, three in permutations((0, 1, 2))]
    logit = np.log(p.rise[0, :3] / (1 - p.rise[0, :3]))
    chances = []
    for levels in placed:
        own = 1 / (1 + np.exp(-(logit[[min(s, 2) for s in levels]] + np.log(2.0) * (remote - remote.mean()))))
        rise = np.where(np.array(levels) < 3, own, 0.0)
        ends = product((True, False), repeat=5)
        chances.append(sum(float(np.where(end, rise, 1 - rise).prod()) for end in ends if sum(end) >= 2))
    expected, spread = np.mean(chances), np.std(chances)

    exactly = chance_of_meeting(scenario, villages, scenario.parameters.draw(SEED, 1), SEED)
    assert set(np.round(exactly, 9)) == set(np.round(chances, 9))
    assert abs(exactly.mean() - expected) < 4 * spread / np.sqrt(exactly.size)

    outcome = run(scenario, Effort(1, 20_000), SEED).outcomes[0]
    met = outcome.counts.met(scenario.target)[..., 0]
    assert abs(met.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / 20_000)
    assert any("covariates set villages apart" in str(reason) for reason in reasons_against(scenario, p, SEED))


AGAINST_TRAJECTORIES = {
    "contoh": (load_scenario(SCENARIOS / "contoh.yaml"), 1000, 20),
    "tanah_laut": (load_scenario(SCENARIOS / "tanah_laut.yaml"), 250, 80),
    "everything on": (everything_on(), 1, 20_000),
    "everything on, counts only": (
        make_scenario(
            make_villages([7, 5, 1, 9, 4], counts=[14, 7, 3, 2]), {**TINY, "subdistrict_sd": 0.8},
            [assist("pokja", capacity=6), assist("data", coverage=Fraction("0.3"), priority="highest_status")],
            {"pokja.odds_ratio_rise": 4.0, "data.odds_ratio_rise": 2.0},
        ), 1, 20_000
    ),
    "everything on, by lot": (
        make_scenario(
            make_villages([7, 5, 1, 9, 4], [i * 7 % 4 for i in range(26)]), {**TINY, "subdistrict_sd": 0.8},
            [assist("pokja", capacity=4), assist("data", coverage=Fraction("0.4"), priority="highest_status")],
            {"pokja.odds_ratio_rise": 4.0, "pokja.odds_ratio_fall": 0.3, "data.odds_ratio_rise": 2.0},
        ), 1, 20_000
    ),
    "everything on, some statuses": (
        make_scenario(
            make_villages(
                [7, 5, 1, 9, 4], [0, 1, 2, *[UNKNOWN] * 8, 0, 0, 3, *[UNKNOWN] * 8, 1, 1, 2, 0], counts=[14, 7, 3, 2],
                columns={"remote": [i % 5.0 for i in range(26)]},
            ),
            {**TINY, "subdistrict_sd": 0.8}, [assist("pokja", capacity=6, priority="column:remote")],
            {"pokja.odds_ratio_rise": 4.0}, {"remote": 0.7},
        ), 1, 20_000
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", AGAINST_TRAJECTORIES)
def test_trajectories_scatter_about_the_exact_year(name: str) -> None:
    """Every reading and every mean lies within 4 standard errors of 20,000 trajectories, give or take one of them."""
    scenario, draws, replicates = AGAINST_TRAJECTORIES[name]
    scenario = replace(scenario, horizon=1)
    villages, target = scenario.districts[0], scenario.target
    outcome = run(scenario, Effort(draws, replicates), SEED).outcomes[0]
    found = first_year(scenario, villages, scenario.parameters.draw(SEED, draws), SEED)

    def agree(simulated: Floats, exactly: Floats) -> None:
        """Compare draw by draw where there are several, else the means."""
        if draws > 1:
            apart = simulated.mean(axis=1) - exactly
            assert abs(apart.mean()) < 4 * apart.std() / np.sqrt(draws) + 1e-9
        else:
            error = np.hypot(simulated.std() / np.sqrt(simulated.size), exactly.std() / np.sqrt(exactly.size))
            assert abs(simulated.mean() - exactly.mean()) < 4 * error + 1 / simulated.size

    for key, reading in target.readings().items():
        agree(outcome.counts.met(reading)[..., 0].astype(float), found.readings[key][:, 0])
    agree(outcome.rises[..., 0].astype(float), found.mean_rises[:, 0])
    size = draws * replicates
    levels = np.arange(len(villages) + 1)
    for simulated, exactly in (
        (outcome.falls[..., 0], found.falls[0]),
        *((outcome.levels[..., 1, s], found.levels[0, s]) for s in range(4)),
    ):
        mean = float(exactly @ levels)
        spread = np.sqrt(float(exactly @ (levels - mean) ** 2))
        assert abs(simulated.mean() - mean) < 5 * spread / np.sqrt(min(size, 1000)) + 1e-9
    assert found.rises[0].sum() == pytest.approx(1, abs=1e-8)
    chance = outcome.villages.rises[:, 0] / size
    error = np.sqrt(np.maximum(chance * (1 - chance), 1e-4) / min(size, 1000 if found.mean_rises.size > 1 else size))
    assert (np.abs(chance - found.village_rises[:, 0]) < 5.5 * error).all()


def test_a_year_begins_in_the_first_one_of_the_scenario() -> None:
    """Assistance that starts later does nothing in the first year."""
    late = district((6, 3, 1, 1), interventions=[replace(assist(capacity=3), starts=ORIGIN + 2)], horizon=1)
    none = district((6, 3, 1, 1), horizon=1)
    one, other = (
        chance_of_meeting(case, case.districts[0], case.parameters.draw(SEED, 1), SEED) for case in (late, none)
    )
    assert one == pytest.approx(other)


def test_what_sets_a_district_apart_is_in_the_first_year_one_more_shock() -> None:
    """To the last digits: in one year nobody can tell a lasting difference of sd a from a good year of sd a."""
    villages = make_villages([6, 5], status=[0, 0, 1, 2, 0, 0, 0, 1, 1, 3, 0])
    both = make_scenario(
        villages, {"year_sd": 0.6, "district_sd": 0.8, "village_sd": 0.4, "subdistrict_sd": 0.3}, horizon=1
    )
    one = make_scenario(villages, {"year_sd": 1.0, "village_sd": 0.4, "subdistrict_sd": 0.3}, horizon=1)
    found, wanted = (first_year(each, villages, each.parameters.draw(SEED, 1), SEED) for each in (both, one))
    assert found.rises == pytest.approx(wanted.rises, abs=1e-12)


def test_what_was_learned_of_a_district_moves_its_chances_and_no_others() -> None:
    """Two districts alike but for what is known of the first: its odds are multiplied, and luck has no say in them."""
    status = [0, 0, 1, 2]
    known, other = (make_villages([4], status=status, code=code) for code in ("63.01", "63.02"))
    scalars = {"district_sd": 0.9, "district_effect.63.01": 2.5}
    law = make_scenario(known, scalars, horizon=1).parameters.draw(SEED, 1)
    one = OneYear(known, law, YearStart.unassisted(known, law, known.levels[:, None])).rises()[0]
    base = np.array(RISE)[known.levels]
    assert one[:, 0] == pytest.approx(2.5 * base / (1 - base) / (1 + 2.5 * base / (1 - base)), abs=1e-12)
    nodes, weight = np.polynomial.hermite_e.hermegauss(60)
    apart = np.exp(0.9 * nodes) * (base / (1 - base))[:, None]
    rises = OneYear(other, law, YearStart.unassisted(other, law, other.levels[:, None])).rises()[0]
    assert rises[:, 0] == pytest.approx(apart / (1 + apart) @ (weight / weight.sum()), abs=1e-6)
