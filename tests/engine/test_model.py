"""The Mesa model as a researcher meets it."""

from __future__ import annotations

import re
import subprocess
import sys

import mesa
import numpy as np
import pytest
from districts import everything_on, make_scenario, make_villages

import simulation as kkb
from simulation.domain.intervention import Intervention
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run

MESA = tuple(map(int, mesa.__version__.split(".")[:2]))


class Eager(kkb.VillageAgent):
    """A village whose odds of rising are tripled."""

    def rise_odds(self) -> float:
        """Return three times the usual odds."""
        return 3 * super().rise_odds()


def test_a_trajectory_is_one_of_the_ensemble() -> None:
    """KampungModel(draw, replicate, seed) steps through the very trajectory that the ensemble holds."""
    scenario = everything_on()
    model = kkb.KampungModel(scenario, draw=0, replicate=3, seed=8)
    while model.running:
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    ensemble = run(scenario, Effort(1, 5), 8).outcomes[0]
    assert frame["rises"].tolist()[1:] == ensemble.rises[0, 3].tolist()
    assert frame[["dasar", "berkembang", "mandiri", "paripurna"]].to_numpy().tolist() == ensemble.levels[0, 3].tolist()


def test_mesa_counts_villages_by_status() -> None:
    """AgentSet selects and groups villages; the DataCollector keeps every status of every year."""
    model = kkb.KampungModel(everything_on(), seed=8)
    model.step()
    top = model.agents.select(lambda agent: agent.status == kkb.Status.PARIPURNA)
    assert len(top) == model.levels[3]
    frame = model.datacollector.get_agent_vars_dataframe()
    assert len(frame) == 2 * len(model.villages)
    assert set(frame["status"]) <= {"dasar", "berkembang", "mandiri", "paripurna"}


@pytest.mark.parametrize("name", ["decide", "change", "report", "waits", "may_rise", "fall_chance", "rise_odds"])
def test_a_method_of_ones_own_is_asked_for_every_village(name: str) -> None:
    """The model asks no village in vain, but a class of one's own may want to be asked."""
    asked: set[tuple[int, str]] = set()

    def told(self: kkb.VillageAgent, *_: object) -> object:
        asked.add((self.model.year, self.village_code))
        found = getattr(kkb.VillageAgent, name)
        return found.fget(self) if isinstance(found, property) else found(self)

    own = property(told) if isinstance(getattr(kkb.VillageAgent, name), property) else told
    scenario = make_scenario(make_villages((9,), status=[0, 1, 2] * 3), horizon=2)
    model = kkb.KampungModel(scenario, seed=8, agent_class=type("Own", (kkb.VillageAgent,), {name: own}))
    while model.running:
        model.step()
    rose = {(year, code) for year in scenario.years for code in scenario.districts[0].codes} - asked
    # Who rises is not asked for its chance of falling.
    assert len(rose) < 9 if name == "fall_chance" else not rose
    usual = kkb.KampungModel(scenario, seed=8)
    while usual.running:
        usual.step()
    assert usual.outcome.levels.tolist() == model.outcome.levels.tolist()


def test_a_village_that_joins_is_an_agent_from_then_on() -> None:
    """Of the researcher's own class, at the lowest level; the frame of agents knows it from the end of its year on."""
    villages = make_villages((4,), status=[3, 3, 3, 0], joins=[0, 0, 0, 2027])
    model = kkb.KampungModel(make_scenario(villages, {"fall": 0.0}, horizon=3), seed=8, agent_class=Eager)
    while model.running:
        model.step()
    frame = model.datacollector.get_agent_vars_dataframe()
    assert frame.groupby(level="Step").size().tolist() == [3, 3, 4, 4]
    assert frame.loc[2, "status"].tolist() == ["paripurna"] * 3 + ["dasar"]
    assert isinstance(model.village_agents[3], Eager)
    assert model.village_agents[3].last_change >= 2027


def test_an_own_agent_gives_the_same_outputs_and_other_numbers() -> None:
    """Tripled odds are exactly what an odds ratio of three does."""
    villages = make_villages((6, 6), status=[0] * 8 + [1, 1, 2, 3])
    scenario = make_scenario(villages, horizon=3)
    own = kkb.forecast(scenario, replicates=40, engine="mesa", agent_class=Eager)
    odds = [3 * r / (1 - r) for r in (0.0502, 0.0911, 0.3543)]
    names = ("rise.dasar", "rise.berkembang", "rise.mandiri")
    tripled = make_scenario(villages, {n: o / (1 + o) for n, o in zip(names, odds, strict=True)}, horizon=3)
    expected = kkb.forecast(tripled, replicates=40, estimator="plain")
    assert own.years.equals(expected.years)
    assert list(own.ensemble.columns) == list(expected.ensemble.columns)


def test_own_agents_choose_the_engine_and_exact_results_refuse_them() -> None:
    """Arrays have no agents, and what no closed form knows is not computed by one."""
    scenario = everything_on().with_agents(Eager)
    assert kkb.forecast(scenario, 1, 1).engine == "mesa"
    with pytest.raises(kkb.Refusal, match="has Eager, of which no exact result is known"):
        kkb.forecast(scenario, engine="exact")


def test_a_models_own_generator_belongs_to_its_trajectory() -> None:
    """What a researcher draws from `model.rng` is the same again for the same address, and another for others."""
    scenario = everything_on()
    first, again, other = (kkb.KampungModel(scenario, replicate=r, seed=8).rng.random(4) for r in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_assistance_is_visible_to_agents() -> None:
    """An agent knows who assists it."""
    model = kkb.KampungModel(everything_on(), seed=8)
    model.step()
    assisted = [agent for agent in model.agents if "pokja" in agent.assisted_by]
    assert len(assisted) == model.outcome.assisted[0, 0, 0] > 0


def test_an_intervention_can_be_added_in_python() -> None:
    """with_intervention adds plan and effects together, and refuses a name twice."""
    scenario = make_scenario(make_villages((6,), status=[0] * 6), horizon=2)
    plan = Intervention("pokja", 2026, capacity=6)
    helped = scenario.with_intervention(plan, odds_ratio_rise=50.0)
    assert helped.fixed
    assert not scenario.with_intervention(plan).fixed
    before, after = (kkb.forecast(s, replicates=400).districts[0].years[0].rises.mean for s in (scenario, helped))
    assert after > 5 * before
    with pytest.raises(kkb.ScenarioError, match="pokja is listed twice"):
        helped.with_intervention(plan)


def test_a_model_ends_with_its_scenario() -> None:
    """A step beyond the horizon, as of SolaraViz when its page is loaded again, says so and changes nothing."""
    model = kkb.KampungModel(make_scenario(make_villages((3,), status=[0, 0, 0]), horizon=1), seed=8)
    model.step()
    assert not model.running
    model.running = True
    before = model.outcome.levels.tolist()
    with pytest.warns(UserWarning, match="ends in 2026: no year was simulated"):
        model.step()
    assert (model.year, model.running) == (2026, False)
    assert model.outcome.levels.tolist() == before
    assert len(model.datacollector.get_model_vars_dataframe()) == 2


LARGE = make_scenario(make_villages((200,), status=[0] * 200), horizon=2)
"""Rises of two trajectories are equal about once in ten times."""


def rows_of(parameters: dict[str, object], **settings: object) -> list[dict[str, int]]:
    """Return what Mesa's batch_run makes of the model: a row for each, at its last year (Mesa 3.3: the one before)."""
    rows: list[dict[str, int]] = mesa.batch_run(
        kkb.KampungModel,
        {"scenario": LARGE, "collect_agents": False, **parameters},
        number_processes=1,
        display_progress=False,
        **settings,
    )
    return rows


def rises_of(row: dict[str, int], seed: int, draw: int = 0, replicate: int = 0) -> int:
    """Return how many rise in the year of a row, in the trajectory of an address."""
    model = kkb.KampungModel(LARGE, draw, replicate, seed=seed)
    while model.year < row["year"]:
        model.step()
    return model.rises


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
@pytest.mark.parametrize(
    "parameters", [{}, {"draw": [0]}, {"seed": None}], ids=["nothing stated", "a draw", "seed=None"]
)
def test_iterations_of_a_batch_are_independent(parameters: dict[str, object]) -> None:
    """Where no seed is stated each model takes one of its own; its row says which, and it can be made again."""
    rows = rows_of(parameters, iterations=8)
    assert len({row["seed"] for row in rows}) == 8
    # All equal: once in about 10^7 batches.
    assert len({row["rises"] for row in rows}) > 1
    assert [rises_of(row, row["seed"]) for row in rows] == [row["rises"] for row in rows]


@pytest.mark.parametrize("name", ["seed", "rng"])
def test_a_batch_keeps_the_seeds_that_are_stated(name: str) -> None:
    """By either name, with Mesa 3.3 and with 3.5, which sets a parameter that is called seed itself."""
    rows = rows_of({name: [3, 4, 5]}) if name == "seed" or MESA < (3, 5) else rows_of({}, rng=[3, 4, 5])
    assert [row["seed"] for row in rows] == [3, 4, 5]
    assert [row["rises"] for row in rows] == [rises_of(row, seed) for row, seed in zip(rows, (3, 4, 5), strict=True)]


def test_a_batch_keeps_draws_and_replicates() -> None:
    """A grid over them with one seed is a part of the ensemble of that seed."""
    rows = rows_of({"seed": 8, "draw": [0, 1], "replicate": [0, 2]})
    expected = [rises_of(rows[0], 8, draw, replicate) for draw in (0, 1) for replicate in (0, 2)]
    assert [row["rises"] for row in rows] == expected


def test_a_seed_by_both_names_is_refused() -> None:
    """They are two names for one thing."""
    with pytest.raises(TypeError, match="two names for the same"):
        kkb.KampungModel(LARGE, seed=1, rng=1)


@pytest.mark.parametrize("odds", [float("nan"), -0.5, float("inf"), None, "often", 1j])
def test_odds_that_are_none_are_refused(odds: object) -> None:
    """Not taken for "does not rise": village, year and number are named, and no forecast is made of it."""

    class Lost(kkb.VillageAgent):
        """A village whose odds are no number, or below nothing."""

        def rise_odds(self) -> float:
            """Return what is no odds."""
            return odds

    scenario = make_scenario(make_villages((3,), status=[0, 1, 2]), horizon=1)
    with pytest.raises(
        ValueError, match=rf"Lost, village 63\.99\.0000, 2026: the odds of rising are {re.escape(repr(odds))}, not"
    ):
        kkb.KampungModel(scenario, seed=8, agent_class=Lost).step()
    with pytest.raises(kkb.KampungError, match="the odds of rising are"):
        kkb.forecast(scenario, replicates=4, engine="mesa", agent_class=Lost)


@pytest.mark.parametrize("chance", [float("nan"), 1.2, None])
def test_a_chance_that_is_none_is_refused(chance: float) -> None:
    """Likewise of falling."""

    class Lost(kkb.VillageAgent):
        """A village whose chance of falling is none."""

        def fall_chance(self) -> float:
            """Return what is no chance."""
            return chance

    model = kkb.KampungModel(make_scenario(make_villages((9,), status=[0] * 9), horizon=1), seed=8, agent_class=Lost)
    with pytest.raises(ValueError, match=rf"Lost, village .*, 2026: the chance of falling is {chance!r}, not"):
        model.step()


@pytest.mark.parametrize("status", [4, -1, 1.5, float("nan"), None])
def test_a_status_that_is_none_is_refused(status: object) -> None:
    """What an agent decides for must be one of the four levels; a plain number of one becomes a status."""

    class Lost(kkb.VillageAgent):
        """A village that decides for something of its own."""

        def decide(self) -> None:
            """Decide for what is no status."""
            self.next_status = status  # type: ignore[assignment]

    scenario = make_scenario(make_villages((2,), status=[0, 0]), horizon=1)
    with pytest.raises(
        ValueError, match=r"Lost, village 63\.99\.0000, 2026: it decides for .*; a status is one of 0, 1, 2, 3"
    ):
        kkb.KampungModel(scenario, seed=8, agent_class=Lost).step()


def test_a_plain_number_is_a_status() -> None:
    """A researcher may write 2 for mandiri."""

    class Sure(kkb.VillageAgent):
        """A village that is mandiri after a year."""

        def decide(self) -> None:
            """Decide for level 2."""
            self.next_status = 2  # type: ignore[assignment]

    model = kkb.KampungModel(make_scenario(make_villages((2,), status=[0, 3]), horizon=1), seed=8, agent_class=Sure)
    model.step()
    assert [agent.status.label for agent in model.village_agents] == ["mandiri", "mandiri"]


def test_odds_above_0_at_the_top_are_told() -> None:
    """No level lies above the top; standard agents have odds of 0 there."""

    class Keen(kkb.VillageAgent):
        """A village that always wants to rise."""

        def rise_odds(self) -> float:
            return 1e6

    with pytest.raises(kkb.KampungError, match=r"odds of rising are 1000000\.0 at the top, where they must be 0"):
        kkb.forecast(everything_on(), 2, 2, engine="mesa", agent_class=Keen)


@pytest.mark.slow
def test_loading_mesa_warns_of_no_progress_bar() -> None:
    """In a notebook without ipywidgets tqdm, which Mesa loads, would do so in red."""
    notebook = (
        'import sys; sys.modules |= {"ipywidgets": None, "ipykernel.zmqshell": sys}; '
        "import IPython, simulation.engine.model"
    )
    done = subprocess.run([sys.executable, "-c", notebook], capture_output=True, text=True, check=True)
    assert done.stderr == ""
