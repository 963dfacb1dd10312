"""Mechanisms: agents and arrays say the same, nothing else moves, and what cannot be used is refused."""

# ruff: noqa: RUF012  the attributes of a mechanism stand as a researcher writes them
from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from districts import make_scenario, make_villages
from own_mechanisms import Everything, Nothing, OfVillages, Saturating, Tripled

import simulation as kkb
from simulation.domain.randomness import Process, Trajectories, uniforms, unit_hash
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run
from simulation.engine.outcome import RECORD_UNIT, Outcome
from simulation.inputs.scenario import Scenario

EFFORT, SEED = Effort(6, 3), 11
POKJA = kkb.Intervention(name="pokja", starts=2026, ends=2027, capacity=4, ramp_years=2, fades_over_years=1)


@cache
def scenario(network: bool = False) -> Scenario:
    """Return a district of villages that differ, with peers, shocks and an intervention."""
    villages = make_villages(
        (5, 1, 4), status=[0, 1, 2, 0, 3, 0, 1, 0, 0, 2], columns={"terpencil": ["ya", "tidak"] * 5}
    )
    if network:
        ring = [(place, (place + 1) % 10) for place in range(10)]
        villages = villages.related(kkb.Network(10, ring, np.linspace(0.5, 2, 10)))  # type: ignore[arg-type]
    scalars = {"village_sd": 0.4, "year_sd": kkb.HalfNormal(0.5), "peer_odds_ratio": 1.5, "fall": 0.1}
    return make_scenario(villages, scalars, [POKJA], {"pokja.odds_ratio_rise": 1.4}, horizon=4)


def outcome(of: Scenario, engine: Any = "batch", **how: Any) -> Outcome:
    """Return what a run leaves behind."""
    return run(of, EFFORT, SEED, engine=engine, estimator="plain", **how).outcomes[0]


def assert_equal(one: Outcome, other: Outcome, *, but: tuple[str, ...] = ()) -> None:
    """Every array bit for bit, but those of some names."""
    for name, array in one.arrays.items():
        assert name in but or np.array_equal(array, other.arrays[name]), name


@pytest.mark.parametrize("network", [False, True])
def test_agents_and_arrays_give_the_same_trajectories(network: bool) -> None:
    """Bit for bit, records and a target of its own included; in whatever chunks."""
    own = scenario(network).with_mechanism(Everything)
    by_arrays = outcome(own)
    assert_equal(by_arrays, outcome(own, "mesa"))
    assert_equal(by_arrays, outcome(own, chunk_cells=40))
    assert not np.array_equal(by_arrays.rises, outcome(scenario(network)).rises)
    assert 0 < by_arrays.own_met.mean() < 1


def test_a_mechanism_without_a_vectorised_form_runs_by_agents_by_itself() -> None:
    """With the numbers that it has with one."""
    own = scenario().with_mechanism(OfVillages)
    assert own.needs_agents
    assert kkb.forecast(own, 1, 1).engine == "mesa"
    assert_equal(outcome(own), outcome(scenario().with_mechanism(Everything)))


def test_a_mechanism_that_adds_nothing_moves_no_bit() -> None:
    """Nor do those that stand beside it move: what it draws is its own."""
    for engine in ("batch", "mesa"):
        assert_equal(outcome(scenario().with_mechanism(Nothing), engine), outcome(scenario()))
    alone = scenario().with_mechanism(Everything)
    assert_equal(outcome(alone), outcome(alone.with_mechanism(Nothing)))


def test_constant_log_odds_are_an_odds_ratio_of_an_intervention_that_reaches_all() -> None:
    """Bit for bit what the standard law makes of that."""
    villages = make_villages((6, 6), status=[0, 1, 2] * 4)
    everyone = kkb.Intervention(name="semua", starts=2026, coverage=1)  # type: ignore[arg-type]
    helped = make_scenario(villages, {"year_sd": 0.5}, [everyone], {"semua.odds_ratio_rise": 3.0}, horizon=3)
    own = make_scenario(villages, {"year_sd": 0.5}, horizon=3).with_mechanism(Tripled)
    assert_equal(outcome(own), outcome(helped), but=("assisted", "village_assisted"))


def test_the_first_year_follows_its_closed_form() -> None:
    """Villages rise with the odds tripled: the mean number within four standard errors."""
    own = make_scenario(make_villages((40,), status=[0] * 40), horizon=1).with_mechanism(Tripled)
    odds = 3 * 0.0502 / (1 - 0.0502)
    chance = odds / (1 + odds)
    rises = run(own, Effort(1, 4000), SEED).outcomes[0].rises
    assert abs(rises.mean() - 40 * chance) < 4 * np.sqrt(40 * chance * (1 - chance) / 4000)


def test_its_uniforms_lie_at_addresses_of_their_own() -> None:
    """By its name and theirs; shared as declared, and drawn once where they last."""
    seen: dict[str, list[Any]] = {"own": [], "shared": [], "once": []}

    class Looking(Everything):
        def met(self, year: kkb.Year) -> Any:
            for name, found in seen.items():
                found.append(self.uniform(name, year))
            return super().met(year)

    one = replace(scenario(), horizon=2).with_mechanism(Looking)
    run(one, Effort(1, 4), SEED, engine="mesa", workers=1)
    villages = one.districts[0]
    at = Trajectories.grid(range(1), range(4))
    expected = uniforms(SEED, Process.MECHANISM, 2027, villages.units, at, "everything/own")
    assert np.array_equal(np.hstack(seen["own"][1::2]), expected)
    once = uniforms(SEED, Process.MECHANISM, 0, unit_hash(["63.99"]), at, "everything/once")
    assert np.array_equal(np.hstack(seen["once"][1::2]), np.repeat(once, 10, axis=0))
    assert np.array_equal(seen["once"][0], seen["once"][1])
    shared = seen["shared"][0][:, 0]
    assert [len(set(shared[villages.subdistrict_index == k])) for k in range(3)] == [1, 1, 1]
    assert len(set(shared)) == 3


class _LeftDasar(kkb.Mechanism):
    """A target on gross flows: three villages leave dasar; and every village keeps where it was."""

    name = "left-dasar"
    records = ("status", "listed", "year")

    def _kept(self, place: Any) -> dict[str, Any]:
        return {"status": place.before, "listed": place.listed_before, "year": place.year}

    def record(self, village: Any) -> dict[str, float]:
        return self._kept(village)

    def record_of_all(self, year: kkb.Year) -> dict[str, Any]:
        return self._kept(year)

    def met(self, year: kkb.Year) -> Any:
        return ((year.listed_before == 0) & (year.listed != 0) & year.there[:, None]).sum(axis=0) >= 2


class _LeftBefore(_LeftDasar):
    """Asks what was before at the start of the year as well, of one village and of all."""

    def log_odds(self, village: Any) -> float:
        return float(0.3 * (village.status - village.before) + 0.1 * (village.listed - village.listed_before))

    def log_odds_of_all(self, year: kkb.Year) -> Any:
        return 0.3 * (year.status - year.before) + 0.1 * (year.listed - year.listed_before)


@pytest.mark.parametrize("mechanism", [_LeftDasar, _LeftBefore])
@pytest.mark.parametrize("late", [False, True])
def test_a_target_on_gross_flows_is_what_flows_count(mechanism: type[kkb.Mechanism], late: bool) -> None:
    """Trajectory by trajectory, by arrays and by agents, on lists that show levels late too."""
    own = scenario()
    if late:
        own = make_scenario(
            own.districts[0], {"year_sd": kkb.HalfNormal(0.5), "fall": 0.1, "reporting.yearly": 0.6}, horizon=4
        )
    own = own.with_mechanism(mechanism)
    by_arrays = outcome(own)
    assert_equal(by_arrays, outcome(own, "mesa"))
    flows = kkb.flows(own, draws=EFFORT.draws, replicates=EFFORT.replicates, seed=SEED)
    left = flows[(flows["listed_before"] == "dasar") & (flows["listed"] != "dasar")]
    index = pd.MultiIndex.from_product([range(6), range(3), own.years], names=["draw", "replicate", "year"])
    counted = left.groupby(["draw", "replicate", "year"])["villages"].sum().reindex(index, fill_value=0)
    assert np.array_equal(by_arrays.own_met.ravel(), counted.to_numpy() >= 2)
    assert 0 < by_arrays.own_met.mean() < 1
    # In the first year all were where they were at the origin, where the list starts.
    assert np.array_equal(by_arrays.records[..., 0, 1], np.full((6, 3), own.districts[0].single_levels.sum()))  # type: ignore[union-attr]
    assert np.array_equal(by_arrays.records[..., 2], np.broadcast_to(10 * np.array(own.years), (6, 3, 4)))


def test_a_village_has_the_names_that_are_documented_of_a_year() -> None:
    """Of itself, with the same values; what is of the district it has in ``model.now``."""
    of_district = {"villages", "counts", "target", "programmes", "levels", "rises", "falls", "entries", "needed"}
    attributes = inspect.cleandoc(kkb.Year.__doc__ or "").partition("----------\n")[2]
    documented = {name for line in attributes.splitlines() if line[:1].isalpha() for name in line.split(", ")}
    assert {part.name for part in fields(kkb.Year) if part.name[0] != "_"} == documented
    public = {name for name in vars(kkb.Year) if not name.startswith("_")}
    asked = {"dose": "pokja", "assisted": "pokja", "column": "terpencil"}
    model = kkb.KampungModel(scenario(), seed=SEED)
    for _ in range(2):
        model.step()
    now = model.now
    for name in sorted((documented | public) - of_district - {"of", "of_neighbours", "neighbours"}):
        found = getattr(now, name)
        for village in model.village_agents:
            one = getattr(village, name)
            if name in asked:
                assert one(asked[name]) == found(asked[name])[village.position, 0]
            else:
                assert one == np.broadcast_to(np.reshape(found, (-1, 1)), (10, 1))[village.position, 0], name
    for village in model.village_agents:
        assert len(village.neighbours) == now.neighbours[village.position, 0]
        assert village.of_neighbours(lambda other: other.status) == now.of_neighbours(now.status)[village.position, 0]


class _BrokenForms(Nothing):
    """Breaks off where a test says so."""

    name, breaks = "broken", ""

    def _maybe(self, where: str) -> float:
        if where == self.breaks:
            raise ArithmeticError(where)
        return 0.0

    def log_odds(self, village: Any) -> float:  # noqa: ARG002
        return self._maybe("log_odds")

    def log_odds_of_all(self, year: kkb.Year) -> Any:
        return self._maybe("log_odds_of_all") + self._maybe("many" if year.status.shape[1] > 1 else "one")


class _BrokenRecords(_BrokenForms):
    records = ("nought",)

    def record(self, village: Any) -> dict[str, float]:  # noqa: ARG002
        return {"nought": self._maybe("record")}

    def record_of_all(self, year: kkb.Year) -> dict[str, Any]:  # noqa: ARG002
        return {"nought": self._maybe("record_of_all")}


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        ("log_odds", r"broken cannot .* for the form for one village broke off: ArithmeticError: log_odds, "),
        ("record", r"broken cannot .* for the form for one village broke off: ArithmeticError: record, "),
        ("log_odds_of_all", r"the vectorised form of broken broke off: ArithmeticError: log_odds_of_all, "),
        ("record_of_all", r"the vectorised form of broken broke off: ArithmeticError: record_of_all, "),
        ("many", r"the vectorised form of broken broke off: ArithmeticError: many, "),
    ],
)
def test_the_form_that_breaks_off_is_named(breaks: str, said: str) -> None:
    """Whichever raises, of one trajectory or of several, with the line after a comma."""
    own = scenario().with_mechanism(type("Broken", (_BrokenRecords,), {"breaks": breaks}))
    with pytest.raises(kkb.MechanismError, match=said + r"test_mechanisms\.py:\d+ "):
        outcome(own)


def test_records_are_kept_of_every_village_and_year() -> None:
    """Summed over villages in a trajectory, over trajectories for a village; the same numbers either way."""
    found = outcome(scenario().with_mechanism(Saturating))
    assert np.array_equal(found.records[..., 0], found.assisted[..., 0])
    assert np.array_equal(found.villages.records[..., 0] * RECORD_UNIT, found.villages.assisted[..., 0])


class _Off(Saturating):
    def log_odds_of_all(self, year: kkb.Year) -> Any:
        return super().log_odds_of_all(year) + 1e-9 * (year.dose("pokja") > 0)


class _OtherOdds(Everything):
    def rise_odds_of_all(self, year: kkb.Year, odds: Any) -> Any:
        return np.where(year.column("terpencil") == "tidak", super().rise_odds_of_all(year, odds), odds)


class _OtherFalls(Everything):
    def fall_chance_of_all(self, year: kkb.Year, chance: Any) -> Any:  # noqa: ARG002
        return chance * self.brake


class _OtherRecords(Saturating):
    def record_of_all(self, year: kkb.Year) -> dict[str, Any]:
        return {"helped": year.dose("pokja")}


class _Remembering(Nothing):
    """Counts the years in which it was asked: of a village at the top it is not."""

    name = "remembering"

    def log_odds(self, village: Any) -> float:
        village.years = getattr(village, "years", 0) + 1
        return 0.5 * (village.years > 1)

    def log_odds_of_all(self, year: kkb.Year) -> Any:
        return 0.5 * (year.year > 2026)


class _Wayward(_Remembering):
    """Says the same of one trajectory, and another thing of several."""

    name = "wayward"

    def log_odds(self, village: Any) -> float:  # noqa: ARG002
        return 0.0

    def log_odds_of_all(self, year: kkb.Year) -> Any:
        return 0.0 if year.status.shape[1] == 1 else 5.0


@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        (_Off, r"log_odds and log_odds_of_all of saturating do not say the same: of the village 63\.99\.\d{4} in 2026"),
        (_OtherOdds, "rise_odds and rise_odds_of_all of everything do not say the same"),
        (_OtherFalls, "fall_chance and fall_chance_of_all of everything do not say the same"),
        (
            _OtherRecords,
            r"record and record_of_all of saturating do not say the same.*the one says 1\.0, the other 0\.5",
        ),
        (_Remembering, "log_odds and log_odds_of_all of remembering .* in 2027 the one says 0.0, the other 0.5"),
        (_Wayward, "take another course with wayward"),
    ],
)
def test_a_vectorised_form_that_says_another_thing_is_refused(mechanism: type[kkb.Mechanism], said: str) -> None:
    """However little: with mechanism, village, year and both values."""
    with pytest.raises(kkb.MechanismError, match=said):
        outcome(scenario().with_mechanism(mechanism))


def _returning(value: Any) -> type[kkb.Mechanism]:
    class Odd(Nothing):
        def log_odds(self, village: Any) -> float:  # noqa: ARG002
            return value  # type: ignore[no-any-return]

        def log_odds_of_all(self, year: kkb.Year) -> Any:  # noqa: ARG002
            return value

    return Odd


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "much"])
def test_what_is_no_number_fails(value: Any) -> None:
    """In the trajectory where agents say it; at once where arrays do."""
    with pytest.raises(kkb.Refusal, match="log_odds of nothing is"):
        kkb.forecast(scenario().with_mechanism(_returning(value)), 1, 2, engine="mesa")
    with pytest.raises(kkb.MechanismError, match="nothing"):
        outcome(scenario().with_mechanism(_returning(value)))


def test_arrays_of_another_shape_are_refused() -> None:
    """With the shape that is meant."""
    with pytest.raises(kkb.MechanismError, match=r"must give numbers of shape \(10, 1\); found \(3,\)"):
        outcome(scenario().with_mechanism(_returning(np.zeros(3))))


def test_a_misspelt_intervention_is_told() -> None:
    """A name that no intervention is near to is one that the scenario does not have."""

    class Misspelt(Nothing):
        def log_odds(self, village: Any) -> float:
            return village.dose("pokya") + village.dose("rumah_dataku")  # type: ignore[no-any-return]

    with pytest.raises(kkb.Refusal, match="no intervention pokya; it has pokja: did you mean pokja"):
        kkb.forecast(scenario().with_mechanism(_agents_only(Misspelt)), 1, 2)


def _agents_only(mechanism: type[kkb.Mechanism]) -> type[kkb.Mechanism]:
    return type("AgentsOnly", (mechanism,), {"log_odds_of_all": kkb.Mechanism.log_odds_of_all})


class _Unnamed(Nothing):
    name = ""


class _OfTheLaw(Nothing):
    name = "rise"
    parameters = {"dasar": 1.0}


class _Reserved(Nothing):
    parameters = {"records": 1.0}


class _NoForm(kkb.Mechanism):
    name = "idle"


class _OneForm(kkb.Mechanism):
    name = "half"

    def log_odds_of_all(self, year: kkb.Year) -> Any:  # noqa: ARG002
        return 0.0


class _NoRecords(Nothing):
    records = ("helped",)


class _NoPrior(Nothing):
    parameters = {"most": float("nan")}


@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        (_Unnamed, "needs a name"),
        (_OfTheLaw, "the standard law has a parameter of this name"),
        (_Reserved, "cannot have this name"),
        (_NoForm, "does nothing"),
        (_OneForm, "there is nothing to compare it with"),
        (_NoRecords, "belong together"),
        (_NoPrior, "most"),
    ],
)
def test_a_mechanism_that_cannot_be_used_is_refused(mechanism: type[kkb.Mechanism], said: str) -> None:
    """Before anything runs."""
    with pytest.raises(kkb.ScenarioError, match=said):
        scenario().with_mechanism(mechanism)


def test_two_mechanisms_need_two_names_and_one_target() -> None:
    """Keys and answers tell them apart by it."""
    with pytest.raises(kkb.ScenarioError, match="nothing is listed twice"):
        scenario().with_mechanism(Nothing).with_mechanism(Nothing)

    class Another(Everything):
        name = "another"

    with pytest.raises(kkb.ScenarioError, match="several mechanisms have a target of their own"):
        scenario().with_mechanism(Everything).with_mechanism(Another)
    with pytest.raises(TypeError, match="must derive from Mechanism"):
        scenario().with_mechanism(int)  # type: ignore[arg-type]


PARAMETERS: list[tuple[Callable[[Scenario], Scenario], str]] = [
    (lambda own: own.with_(**{"saturating.mots": 1.0}), "did you mean saturating.most"),
    (lambda own: own.with_(**{"saturating.most": "much"}), "saturating.most"),
    (lambda own: own.with_(**{"mechanisms.other.most": 1.0}), ""),
]


@pytest.mark.parametrize(("change", "said"), PARAMETERS)
def test_its_parameters_are_checked_as_those_of_the_law(change: Callable[[Scenario], Scenario], said: str) -> None:
    """A name that it does not have is told with the nearest; of a mechanism that is not there, when it is to run."""
    own = scenario().with_mechanism(Saturating)
    if said:
        with pytest.raises(kkb.ScenarioError, match=said):
            change(own)
    else:
        with pytest.raises(kkb.Refusal, match="states parameters of other"):
            kkb.forecast(change(own), 1, 1)


def test_a_scenario_states_its_parameters_and_is_written_with_them(tmp_path: Any) -> None:
    """Its file holds all but the mechanism itself, with the source of each."""
    own = scenario().with_mechanism(Saturating)
    assert own.sources["mechanisms.saturating.most"] == "assumed; for tests"
    other = own.with_(**{"saturating.most": 1.25, "sources.mechanisms.saturating.most": "stated; a trial"})
    again = kkb.load_scenario(other.to_yaml(tmp_path / "own.yaml"))
    with pytest.raises(kkb.Refusal, match="states parameters of saturating"):
        kkb.forecast(again, 1, 1)
    again = again.with_mechanism(Saturating)
    assert again.parameters.scalars["saturating.most"] == kkb.Fixed(1.25)  # type: ignore[index]
    assert again.sources["mechanisms.saturating.most"] == "stated; a trial"
    assert_equal(outcome(again), outcome(other))
