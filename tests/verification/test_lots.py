"""A first year in which lots decide whom programmes assist: against every lot that can fall, and drawn lots."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from districts import make_scenario, make_villages
from exact_settings import REFERENCE, TANAH_LAUT, assist, district, exact
from scipy.stats import binom, hypergeom, norm

from simulation.domain.distributions import Beta
from simulation.domain.intervention import chance_of_being_chosen, choose
from simulation.domain.scenario import Assumptions
from simulation.domain.status import UNKNOWN
from simulation.domain.target import Target
from simulation.engine import one_year
from simulation.engine.lots import Lots
from simulation.engine.one_year import LOTS, ExactResult, chance_of_meeting, first_start, first_year

SEED = 2026
EVERYTHING = {
    "village_sd": 0.9, "year_sd": 0.7, "subdistrict_sd": 0.6, "peer_odds_ratio": 3.0, "fall": 0.15,
    "campaign.probability": 0.2, "campaign.odds_ratio": 6.0,
}  # fmt: skip
EFFECTS = {
    "pokja.odds_ratio_rise": 2.5, "pokja.odds_ratio_fall": 0.4,
    "data.odds_ratio_rise": 3.0, "data.odds_ratio_fall": 0.7,
}  # fmt: skip


def unlike(first: str | tuple[str, ...], second: str | tuple[str, ...]) -> Assumptions:
    """Return eight villages in three kecamatan under the whole law; two programmes take two each."""
    villages = make_villages(
        [4, 1, 3],
        status=[0, 1, 2, 0, 0, 1, 0, 3],
        columns={"remote": [0.5, -1.0, 2.0, 1.0, 0.3, 0.0, 1.0, 0.1], "near": [1.0, 2.0, 0, 1.0, 0, 1.0, 1.0, 1.0]},
    )
    plans = [
        assist("pokja", capacity=2, priority=first, eligible_status=("dasar",)),
        assist("data", capacity=2, priority=second, eligible_status=("dasar", "berkembang")),
    ]
    return make_scenario(villages, EVERYTHING, plans, EFFECTS, {"remote": 1.4}, horizon=1)


def solved(scenario: Assumptions, draws: int = 1) -> ExactResult:
    """Return the first year of the only district."""
    return first_year(scenario, scenario.districts[0], scenario.parameters.draw(SEED, draws), SEED)


def test_unlike_villages_are_averaged_over_every_lot_that_can_fall() -> None:
    """Each choice is forced in turn by a list of codes: every number of the result is the mean of these to 1e-12.

    Pokja takes two of the four at dasar. Data takes the only one that is nearest, and one of the four that come next.
    """
    found = solved(unlike("random", "column:near"))
    codes = unlike("random", "random").districts[0].codes
    at_dasar, next_nearest = [codes[i] for i in (0, 3, 4, 6)], [codes[i] for i in (0, 3, 5, 6)]
    every = [
        vars(solved(unlike(pair, (codes[1], one)))) for pair, one in product(combinations(at_dasar, 2), next_nearest)
    ]
    assert found.mean_rises.shape == (1, 1)
    for name in (field.name for field in fields(found)):
        mine = getattr(found, name)
        for key in mine if isinstance(mine, dict) else [None]:
            expected = np.mean([one[name] if key is None else one[name][key] for one in every], axis=0)
            assert (mine if key is None else mine[key]) == pytest.approx(expected, abs=1e-12), (name, key)


def test_counts_alone_are_mixed_over_the_levels_of_the_assisted() -> None:
    """135 villages of which counts are known, 30 of the 118 at dasar and berkembang assisted, a shared shock.

    By hand: how many of the 30 stand at dasar is hypergeometric; given that and the shock, four binomials add up.
    """
    plan = assist(capacity=30, eligible_status=("dasar", "berkembang"))
    scenario = district(
        TANAH_LAUT, known=False, scalars={"year_sd": 0.5}, interventions=[plan], effects={"pokja.odds_ratio_rise": 2.5}
    )
    z = np.linspace(-8, 8, 81)
    weight, few = norm.pdf(z) / norm.pdf(z).sum(), np.arange(7)[:, None]
    base = np.array([REFERENCE[f"rise.{level}"] for level in ("dasar", "berkembang", "dasar", "berkembang", "mandiri")])
    typical = base / (1 - base) * np.array([2.5, 2.5, 1, 1, 1])
    rise = typical[:, None] * np.exp(0.5 * z) / (1 + typical[:, None] * np.exp(0.5 * z))
    expected = 0.0
    for at_dasar in range(5, 31):
        below = np.ones((1, z.size))
        for size, chance in zip([at_dasar, 30 - at_dasar, 93 - at_dasar, at_dasar - 5, 3], rise, strict=True):
            part = binom.pmf(few, size, chance)
            below = np.array([(below[: n + 1] * part[n::-1][: len(below)]).sum(axis=0) for n in range(7)])
        expected += hypergeom(118, 93, 30).pmf(at_dasar) * float((1 - below.sum(axis=0)) @ weight)
    (year, *_) = exact(replace(scenario, horizon=1)).years
    assert year.probability_met == pytest.approx(expected, abs=1e-5)
    assert year.monte_carlo_error == 0


def counts_by_kecamatan() -> Assumptions:
    """Return villages of which the counts of each kecamatan are known, under the whole law, with two lots."""
    villages = make_villages(
        [7, 5, 9], counts={"Kecamatan 0": [4, 2, 1, 0], "Kecamatan 1": [1, 3, 0, 1], "Kecamatan 2": [6, 2, 1, 0]}
    )
    plans = [
        assist("pokja", capacity=4, eligible_status=("dasar",)),
        assist("data", coverage=Fraction("0.3"), priority="highest_status", eligible_status=("dasar", "berkembang")),
    ]
    return make_scenario(villages, EVERYTHING, plans, EFFECTS, horizon=1, target=Target(Fraction("0.15")))


def blanks() -> Assumptions:
    """Return one kecamatan in which seven of twelve statuses are blank, under the whole law, with two lots."""
    villages = make_villages([12], status=[0, 1, *[UNKNOWN] * 7, 0, 3, 2], counts=[6, 4, 1, 1])
    plans = [
        assist("pokja", capacity=3, eligible_status=("dasar",)),
        assist("data", capacity=5, priority="largest_gain", eligible_status=("dasar", "berkembang")),
    ]
    return make_scenario(villages, EVERYTHING, plans, EFFECTS, horizon=1, target=Target(Fraction("0.25")))


LOTTERIES = {"unlike": unlike("random", "random"), "counts": counts_by_kecamatan(), "blanks": blanks()}


@pytest.mark.parametrize("scenario", LOTTERIES.values(), ids=LOTTERIES)
def test_drawn_lots_scatter_about_their_average(scenario: Assumptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the average would take too long a thousand lots are drawn: their mean lies within 4 standard errors."""
    villages, parameters = scenario.districts[0], scenario.parameters.draw(SEED, 1)
    (averaged,) = chance_of_meeting(scenario, villages, parameters, SEED)
    monkeypatch.setattr(one_year, "ON_LOTS", 0)
    drawn = chance_of_meeting(scenario, villages, parameters, SEED)
    assert drawn.size == LOTS
    assert 0 < abs(drawn.mean() - averaged) < 4 * drawn.std(ddof=1) / np.sqrt(LOTS)


def test_every_draw_of_uncertain_parameters_is_averaged_over_its_own_lots() -> None:
    """Whichever level is nearer to rising: two at berkembang take both places, or two of five at dasar by lot."""
    villages = make_villages([4, 3], status=[0, 1, 0, 0, 0, 1, 0])
    plan = assist(capacity=2, priority="nearest_to_rising", eligible_status=("dasar", "berkembang"))
    uncertain = {"rise.dasar": Beta(4, 16), "rise.berkembang": Beta(4, 16), "subdistrict_sd": 0.8}
    scenario = make_scenario(villages, uncertain, [plan], {"pokja.odds_ratio_rise": 9.0}, horizon=1)
    parameters = scenario.parameters.draw(SEED, 8)
    _, start, _ = first_start(scenario, villages, parameters, SEED, 7)
    assert set(start.wins[0].max(axis=0).round(12)) == {0.0, 0.4}
    together = chance_of_meeting(scenario, villages, parameters, SEED)
    alone = [chance_of_meeting(scenario, villages, parameters.take(np.array([d])), SEED)[0] for d in range(8)]
    assert together == pytest.approx(alone, abs=1e-5)


def test_winners_among_some_villages_are_hypergeometric() -> None:
    """The nodes of a lot of 4 places for 9 villages, three of which are watched, give the textbook probabilities."""
    wins = np.full((1, 9, 1), 4 / 9)
    lots = Lots(wins)
    angles, weight = lots.nodes()
    shares = lots.shares(angles)[..., 0]
    watched = np.zeros((len(angles), 4), dtype=np.complex128)
    watched[:, 0] = np.prod(shares[:, 0, 3:] + shares[:, 1, 3:], axis=1)
    for village in range(3):
        lost, won = watched * shares[:, :1, village], watched * shares[:, 1:, village]
        watched = lost
        watched[:, 1:] += won[:, :-1]
    assert (weight.T @ watched).real[0] == pytest.approx(hypergeom(9, 4, 3).pmf(range(4)), abs=1e-14)
    assert lots.average([np.zeros((9, 1)), np.ones((9, 1))]) == pytest.approx(wins[0])


def test_chances_of_being_chosen_are_how_often_lots_choose() -> None:
    """Ties within and across the last place; over 20,000 lots each village is chosen as often as told (4 errors)."""
    lots, rng = 20_000, np.random.default_rng(SEED)
    primary = np.array([2.0, 1.0, 1.0, 0.0, 1.0, 3.0, 0.0])[:, None]
    candidates = np.array([True, True, True, True, True, True, False])[:, None]
    for free in range(8):
        chance = chance_of_being_chosen(candidates, np.array([free]), primary)[:, 0]
        many = [np.repeat(each, lots, axis=1) for each in (candidates, primary)]
        chosen = choose(many[0], np.full(lots, free), many[1], lambda: rng.random((7, lots))).mean(axis=1)
        assert (np.abs(chosen - chance) <= 4 * np.sqrt(chance * (1 - chance) / lots)).all()
        assert chance.sum() == pytest.approx(min(free, 6))
