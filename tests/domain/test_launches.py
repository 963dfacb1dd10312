"""Where villages stand since their launch, and what the counts of a district then say of the parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import NEUTRAL, ORIGIN, make_scenario, make_villages

from simulation.domain.distributions import LogitNormal
from simulation.domain.launches import (
    NATIONAL_TOTALS,
    PRIOR_DRAWS,
    LaunchHistory,
    given_history,
    shares_since_launch,
)
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterKey, ParameterSet
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run

MANY = make_villages((1000,) * 4, [0] * 4000)


def test_without_luck_shares_are_powers_of_the_matrix() -> None:
    """Two cohorts, each as many powers as it is years old; a village launched at the end of the year is at dasar."""
    parameters = ParameterSet(NEUTRAL).draw(0, 3)
    matrix = parameters.matrix[0]
    history = LaunchHistory({2020: 0.5, 2023: 0.3, ORIGIN: 0.2})
    expected = [0.5, 0.3, 0.2] @ np.stack([np.linalg.matrix_power(matrix, age)[0] for age in (5, 2, 0)])
    found = shares_since_launch(parameters, MANY, ORIGIN, history, 0)
    assert found == pytest.approx(np.tile(expected, (3, 1)).T, abs=1e-12)


@pytest.mark.parametrize(
    ("nil", "within"),
    [({"subdistrict_sd": 0.0, "peer_odds_ratio": 1.0}, 0.0), ({}, 0.01)],
    ids=["villages that see nothing of each other", "the whole law"],
)
def test_shares_are_those_of_the_simulated_district(nil: dict[str, float], within: float) -> None:
    """Draw by draw, in the same good and bad years: exact but for villages' own chance, or to a point with peers."""
    draws, years = 40, 6
    scenario = make_scenario(MANY, nil, priors=DEFAULT_PRIORS, horizon=years)
    made = run(scenario, Effort(draws, 1), 0).outcomes[0].levels[:, 0, -1] / len(MANY)
    history = LaunchHistory({ORIGIN: 1.0})
    shares = shares_since_launch(scenario.parameters.draw(0, draws), MANY, ORIGIN + years, history, 0).T
    error = np.sqrt((shares * (1 - shares)).sum() / len(MANY)) / draws
    assert abs((made - shares)[:, 0].mean()) < within + 4 * error
    if not nil:
        return
    pearson = len(MANY) * ((made - shares) ** 2 / np.maximum(shares, 1e-9)).sum()
    assert pearson < 3 * draws + 4 * np.sqrt(6 * draws)


def test_weighing_agrees_with_a_grid() -> None:
    """One unknown parameter: its mean given the counts, on a grid of the exact chances, within 4 standard errors."""
    villages = make_villages((30,), counts=(22, 5, 1, 2))
    prior = LogitNormal(-2.5, 1.0)
    key, history = ParameterKey("rise", "dasar"), LaunchHistory({2018: 0.4, 2022: 0.6})
    known = ParameterSet({**NEUTRAL, key: prior})
    uniform = (np.arange(4000) + 0.5) / 4000
    on_grid = known.at({**{one: np.full(4000, value.quantile(uniform[:1])[0]) for one, value in known.scalars.items()},
                        key: prior.quantile(uniform)}).draw(0, 4000)  # fmt: skip
    fits = np.log(shares_since_launch(on_grid, villages, ORIGIN, history, 0)).T @ [22, 5, 1, 2]
    weights = np.exp(fits - fits.max()) / np.exp(fits - fits.max()).sum()
    expected = weights @ on_grid.rise[:, 0]
    spread = np.sqrt(weights @ (on_grid.rise[:, 0] - expected) ** 2)
    found = given_history(known, villages, ORIGIN, history)
    assert found.past is not None
    worth = found.past.effective_sample_size or 0
    assert 500 < worth < PRIOR_DRAWS
    assert found.scalars[key].values.mean() == pytest.approx(expected, abs=4 * spread / np.sqrt(worth))  # type: ignore[attr-defined]


def test_what_counts_do_not_bear_on_keeps_its_prior() -> None:
    """Effects of interventions stay as they are; the parameters of the law are drawn together, and known as such."""
    scenario = make_scenario(make_villages((20,), counts=(15, 3, 0, 2)), priors=DEFAULT_PRIORS)
    found = given_history(scenario.parameters, scenario.districts[0], ORIGIN, LaunchHistory({2016: 1.0}))
    assert found.blocks == ("launch_history",)
    assert set(found.uncertain) == set(scenario.parameters.uncertain)
    assert found.scalars["district_sd"] == DEFAULT_PRIORS[ParameterKey("district_sd")]  # type: ignore[index]
    assert not found.defaulted & set(found.uncertain)


def test_the_national_history_ends_where_a_district_is_looked_at() -> None:
    """Shares are those of the totals; an earlier origin knows fewer years, and before the programme there are none."""
    every = LaunchHistory.national(2025)
    assert every is not None
    assert sum(every.launched.values()) == pytest.approx(1)
    until_2022 = sum(share for year, share in every.launched.items() if year <= 2022)
    between = np.interp(2023, list(NATIONAL_TOTALS), list(NATIONAL_TOTALS.values()))
    assert until_2022 == pytest.approx(between / 83_762)
    earlier = LaunchHistory.national(2020)
    assert earlier is not None
    assert max(earlier.launched) == 2020
    assert earlier.launched[2017] == pytest.approx(every.launched[2017] / sum(list(every.launched.values())[:5]))
    assert LaunchHistory.until(2015, {2016: 5}) is None


def test_a_village_learns_nothing_from_villages_that_are_not_there_yet() -> None:
    """The first cohort sees itself alone: with strong peers its shares are as if nobody else were launched later."""
    strong = ParameterSet({**NEUTRAL, "peer_odds_ratio": 20.0}).draw(0, 1)  # type: ignore[dict-item]
    alone = shares_since_launch(strong, MANY, ORIGIN, LaunchHistory({2020: 1.0}), 0)
    late = shares_since_launch(strong, MANY, ORIGIN, LaunchHistory({2020: 0.5, ORIGIN: 0.5}), 0)
    assert late[1:] == pytest.approx(alone[1:] / 2)


def test_draws_in_blocks_are_those_of_one_block() -> None:
    """The first draws are the same whatever comes after them."""
    parameters = replace(ParameterSet(DEFAULT_PRIORS)).draw(3, 700)
    history = LaunchHistory({2019: 1.0})
    every = shares_since_launch(parameters, MANY, ORIGIN, history, 3)
    few = shares_since_launch(parameters.take(slice(0, 600)), MANY, ORIGIN, history, 3)
    assert every[:, :600] == pytest.approx(few, abs=1e-15)
