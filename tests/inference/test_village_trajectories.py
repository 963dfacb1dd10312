"""Single villages in single simulations, as tables: what the agents do, and what a forecast counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from districts import everything_on, make_scenario, make_villages, scenarios
from hypothesis import given, settings

import simulation as kkb
from simulation.domain.so_far import SoFar
from simulation.domain.status import LEVELS
from simulation.inference import trajectories as module

SEED = 5


def of_agents(scenario: kkb.Scenario, draws: int, replicates: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table as the agents of every simulation give them, one village after the other."""
    several = len(scenario.districts) > 1
    for villages in scenario.districts:
        for draw in range(draws):
            for replicate in range(replicates):
                model = kkb.KampungModel(scenario, draw, replicate, seed=SEED, villages=villages)
                before = [agent.listed for agent in model.village_agents]
                rows: dict[tuple[int, int], tuple[Any, ...]] = {}
                for year in scenario.years:
                    model.step()
                    for agent, listed in zip(model.village_agents, before, strict=False):
                        levels = (LEVELS[level] for level in (agent.status, agent.listed, listed))
                        reached = [bool(each.assisted[agent.position, 0]) for each in model.environment.programmes]
                        place = (villages.district_code,) if several else ()
                        row = (*place, draw, replicate, agent.village_code, year, *levels, *reached)
                        rows[agent.position, year] = row
                    before = [agent.listed for agent in model.village_agents]
                yield from (rows[key] for key in sorted(rows))


def rows_of(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a table."""
    return list(table.astype(dict.fromkeys(table, object)).itertuples(index=False, name=None))


def reporting() -> kkb.Scenario:
    """Return a scenario in which lists lag behind and villages join later."""
    villages = make_villages([6, 4], status=[0, 1, 2, 3, 0, 1, 0, 2, 1, 0], joins=[0] * 7 + [2026, 2027, 2030])
    return make_scenario(villages, {"rise.dasar": 0.4, "fall": 0.2, "reporting.yearly": 0.6}, min_years=1)


@pytest.mark.parametrize("scenario", [everything_on(), reporting()], ids=["every feature", "late lists"])
def test_a_row_is_what_the_agent_does(scenario: kkb.Scenario) -> None:
    """Status, list and interventions of every village in every year, bit for bit."""
    table = kkb.trajectories(scenario, draws=1, replicates=6, seed=SEED)
    assert rows_of(table) == list(of_agents(scenario, 1, 6))


@pytest.mark.slow
@given(scenario=scenarios())
@settings(max_examples=20, deadline=None)
def test_a_row_is_what_the_agent_does_in_any_scenario(scenario: kkb.Scenario) -> None:
    """Whatever is on or off."""
    table = kkb.trajectories(scenario, draws=2, replicates=2, seed=SEED)
    draws = 1 if scenario.fixed else 2
    assert rows_of(table) == list(of_agents(scenario, draws, 2))


def test_several_districts_are_told_apart() -> None:
    """By their codes, in the order of the scenario."""
    first = make_villages([3, 2], status=[0, 1, 2, 3, 0], code="63.01")
    second = make_villages([2], status=[0, 1], code="63.10")
    scenario = replace(make_scenario(first, {"rise.dasar": 0.4}), districts=(first, second))
    assert rows_of(kkb.trajectories(scenario, replicates=3, seed=SEED)) == list(of_agents(scenario, 1, 3))
    (row,) = kkb.trajectories(scenario, ["63.10.0001"], replicates=1, seed=SEED)["district_code"].unique()
    assert row == "63.10"


def test_the_rows_of_some_villages_are_those_that_they_have_among_all() -> None:
    """In the order in which the district has them, each once."""
    scenario = everything_on()
    every = kkb.trajectories(scenario, replicates=5, seed=SEED)
    codes = ["63.99.0020", "63.99.0003", "63.99.0020"]
    some = kkb.trajectories(scenario, codes, replicates=5, seed=SEED)
    assert sorted(rows_of(some)) == sorted(row for row in rows_of(every) if row[2] in codes)


def test_a_forecast_gives_its_own_simulations() -> None:
    """Rises, falls and levels that it counts are those of the table; the first of them where fewer are asked for."""
    scenario = everything_on()
    forecast = kkb.forecast(scenario, replicates=40, seed=SEED)
    table, ensemble = kkb.trajectories(forecast), forecast.ensemble
    moved = table["listed"].cat.codes - table["listed_before"].cat.codes
    by_year = table.assign(rose=moved > 0, fell=moved < 0).groupby(["draw", "replicate", "year"])[["rose", "fell"]]
    assert by_year.sum().to_numpy().tolist() == ensemble[["rises", "falls"]].to_numpy().tolist()
    fewer = kkb.trajectories(forecast, replicates=3)
    assert rows_of(fewer) == rows_of(table[table["replicate"] < 3])


@pytest.mark.parametrize("scenario", [everything_on(), reporting()], ids=["every feature", "late lists"])
def test_flows_add_up_to_the_levels_of_the_ensemble(scenario: kkb.Scenario) -> None:
    """From where villages were listed to where they are; new ones come in between."""
    forecast = kkb.forecast(scenario, replicates=30, seed=SEED)
    ensemble = forecast.ensemble.set_index(["draw", "replicate", "year"])
    flows = kkb.flows(forecast)
    risen = flows[flows["listed"].cat.codes > flows["listed_before"].cat.codes]
    by = ["draw", "replicate", "year"]
    assert risen.groupby(by)["villages"].sum().tolist() == ensemble["rises"].tolist()
    at_end = flows.groupby([*by, "listed"], observed=True)["villages"].sum().unstack()
    joining = [sum(joins == year for joins in joins_of(scenario)) for year in scenario.years]
    here = ensemble[list(LEVELS)].to_numpy().reshape(-1, scenario.horizon, 4).copy()
    here[:, :, 0] -= joining
    assert (at_end.to_numpy().reshape(here.shape) == here).all()


def joins_of(scenario: kkb.Scenario) -> list[int]:
    """Return in which year each village joins."""
    joins = scenario.districts[0].ever.joins
    return [] if joins is None else joins.tolist()


def test_simulations_that_do_not_go_with_the_rises_so_far_are_left_out() -> None:
    """As the forecast leaves them out."""
    villages = make_villages([20], status=[0] * 16 + [1] * 4)
    so_far = SoFar(date(2026, 6, 30), 2)
    scenario = make_scenario(villages, {"rise.dasar": 0.2}, so_far=so_far)
    forecast = kkb.forecast(scenario, replicates=200, seed=SEED)
    kept = forecast.ensemble[["draw", "replicate"]].drop_duplicates().to_numpy().tolist()
    assert 0 < len(kept) < 200
    for table in (kkb.trajectories(forecast), kkb.flows(forecast)):
        assert table[["draw", "replicate"]].drop_duplicates().to_numpy().tolist() == kept


def test_statuses_are_ordered_and_codes_are_text() -> None:
    """Categories take a byte or two each, and compare as levels do."""
    table = kkb.trajectories(everything_on(), replicates=2)
    assert list(table["listed"].cat.categories) == list(LEVELS)
    assert table["listed"].cat.ordered
    assert table["village_code"].cat.categories[0] == "63.99.0000"


def test_a_code_that_no_village_has_is_named_with_the_nearest() -> None:
    """As everywhere."""
    with pytest.raises(kkb.Refusal, match=r"no village has the code 63\.99\.003.*63\.99\.00"):
        kkb.trajectories(everything_on(), ["63.99.003"])


def test_a_table_that_is_too_large_is_refused_before_anything_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what would make it smaller."""
    monkeypatch.setattr(module, "simulate", None)
    with pytest.raises(kkb.EffortError, match=r"26 million rows .* name some villages"):
        kkb.trajectories(everything_on(), replicates=200_000)
    with pytest.raises(kkb.EffortError, match=r"160 million rows .* fewer draws"):
        kkb.flows(everything_on(), replicates=2_000_000)


def test_a_forecast_without_simulations_of_the_array_engine_has_no_table() -> None:
    """An exact one, and one with agents of one's own."""

    class Own(kkb.VillageAgent):
        """A village."""

    scenario = everything_on(horizon=1)
    with pytest.raises(kkb.Refusal, match="nothing was simulated"):
        kkb.trajectories(kkb.forecast(scenario, engine="exact"))
    with pytest.raises(kkb.Refusal, match="KampungModel"):
        kkb.flows(kkb.forecast(scenario, replicates=2, engine="mesa", agent_class=Own))
