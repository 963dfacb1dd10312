"""What a researcher tries first in Python gives the right answer, or a problem that names what is wrong and the fix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import simulation as kkb

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("tanah_laut", "contoh", "contoh_belajar", "contoh_pendampingan")
LAUT, CONTOH, BELAJAR, COACHED = (kkb.load_scenario(SCENARIOS / f"{name}.yaml") for name in NAMES)
FEW = {"draws": 4, "replicates": 2, "seed": 1}
CODES = BELAJAR.districts[0].codes


def replaced(**parameters: Any) -> kkb.Scenario:
    """Return the scenario changed past its own methods."""
    return replace(LAUT, parameters=replace(LAUT.parameters, scalars={**LAUT.parameters.scalars, **parameters}))


def helped(odds_ratio: float = 1.5, **fields: Any) -> kkb.Scenario:
    """Return the scenario with an intervention."""
    return LAUT.with_intervention(kkb.Intervention(name="bantu", starts=2026, **fields), odds_ratio_rise=odds_ratio)


def of_two(**columns: Any) -> kkb.Villages:
    """Return a district of two villages."""
    return kkb.Villages.arrange(
        "99.77", "Uji", **{"codes": ["a", "b"], "names": ["A", "B"], "subdistrict_of": ["k"] * 2} | columns
    )


def panel(status: Any) -> kkb.Panel:
    """Return lists of two years."""
    return kkb.Panel("99.02", CODES, (2023, 2024), status)


class Undefined(kkb.VillageAgent):
    """Odds that are no number."""

    def rise_odds(self) -> float:
        """Return what is none."""
        return float("nan")


class Above(kkb.VillageAgent):
    """Odds above 0 at the top."""

    def rise_odds(self) -> float:
        """Return the same everywhere."""
        return 1.0


class Beyond(kkb.VillageAgent):
    """A status that is none."""

    def decide(self) -> None:
        """Choose it."""
        self.next_status = 7


def acted(agent_class: Any, engine: str = "mesa") -> kkb.Forecast:
    """Return a forecast with an own agent."""
    return kkb.forecast(LAUT, **FEW, engine=engine, agent_class=agent_class)


Try = tuple[Callable[[], object], type[Exception], str]
NAMED: dict[str, Try] = {
    "a misspelt parameter": (lambda: LAUT.with_(**{"rise.dassar": 0.9}), kkb.ScenarioError, "did you mean dasar"),
    "a misspelt parameter, replaced": (lambda: replaced(**{"rise.dassar": 0.9}), kkb.ScenarioError, "rise.dassar"),
    "no number": (lambda: replaced(**{"rise.dasar": kkb.Fixed(np.nan)}), kkb.ScenarioError, "finite number"),
    "a chance below 0": (lambda: replaced(**{"rise.dasar": -0.5}), kkb.ScenarioError, "from 0 to 1"),
    "a chance above 1": (lambda: LAUT.with_(fall=1.7), kkb.ScenarioError, "0.017"),
    "a negative spread": (lambda: replaced(year_sd=-2), kkb.ScenarioError, "at least 0"),
    "a negative odds ratio": (lambda: LAUT.with_(peer_odds_ratio=-1), kkb.ScenarioError, "above 0"),
    "a chance that is normal": (lambda: replaced(**{"rise.dasar": kkb.Normal(0.05, 0.2)}), kkb.ScenarioError, "Beta"),
    "a misspelt reading": (lambda: kkb.Target(reading="rise"), kkb.ScenarioError, "did you mean rises"),  # type: ignore[arg-type]
    "a reading of one's own": (lambda: kkb.Target(reading="cumulative"), kkb.ScenarioError, "entries"),  # type: ignore[arg-type]
    "a misspelt level": (lambda: kkb.Target("0.05", "entries", ("mandri",)), kkb.ScenarioError, "did you mean mandiri"),
    "a misspelt overlap": (lambda: replace(LAUT, overlap="mutliply"), kkb.ScenarioError, "did you mean multiply"),
    "no years": (lambda: LAUT.with_(horizon=0), kkb.ScenarioError, "at least 1"),
    "capacity below 0": (lambda: helped(capacity=-3), kkb.ScenarioError, "at least 0"),
    "a part of a village": (lambda: helped(capacity=3.7), kkb.ScenarioError, "whole number"),
    "coverage above all": (lambda: helped(coverage=Fraction(5)), kkb.ScenarioError, "0.05"),
    "an end before the start": (lambda: helped(capacity=3, ends=2025), kkb.ScenarioError, "2026 or later"),
    "an unknown kecamatan": (lambda: helped(capacity=3, eligible_subdistricts=("X",)), kkb.ScenarioError, "Pelaihari"),
    "an unknown column": (lambda: helped(capacity=3, priority="column:nope"), kkb.ScenarioError, "subdistrict_code"),
    "an odds ratio of 0": (lambda: helped(0.0, capacity=3), kkb.ScenarioError, "above 0"),
    "status 5": (lambda: of_two(status=[5, 0]), kkb.ScenarioError, r"from 0 \(dasar\) to 3"),
    "a code twice": (lambda: of_two(codes=["a", "a"], status=[1, 0]), kkb.ScenarioError, "the same code"),
    "a name too few": (lambda: of_two(names=["A"], status=[1, 0]), kkb.ScenarioError, "1 values for 2 villages"),
    "no whole seed": (lambda: kkb.forecast(LAUT, seed=1.5), kkb.EffortError, "seed must be a whole number"),  # type: ignore[arg-type]
    "a seed of letters": (lambda: kkb.KampungModel(LAUT, seed="abc"), kkb.EffortError, "found 'abc'"),  # type: ignore[typeddict-item]
    "draws with a point": (lambda: kkb.forecast(LAUT, draws=20.0), kkb.EffortError, "found 20.0"),  # type: ignore[arg-type]
    "a path for a scenario": (lambda: kkb.forecast("tanah_laut.yaml"), TypeError, "load_scenario"),  # type: ignore[arg-type]
    "a mapping for a path": (lambda: kkb.load_scenario({"name": "x"}), TypeError, "from_dict"),  # type: ignore[arg-type]
    "a file that is not there": (lambda: kkb.load_scenario("nope.yaml"), kkb.ScenarioError, "no such file"),
    "nothing to compare": (lambda: kkb.compare(LAUT), ValueError, "at least one scenario"),
    "something to save": (lambda: kkb.save("abc"), kkb.KampungError, "Forecast, Plan"),  # type: ignore[call-overload]
    "why, of an unknown status": (lambda: kkb.explain(LAUT, "63.01.01.2001"), kkb.Refusal, "the column status"),
    "why, of a misspelt code": (lambda: kkb.explain(CONTOH, "99.01.01.2999", draws=4), kkb.Refusal, "99.01.01.2009"),
    "draws of two lengths": (
        lambda: LAUT.with_(**{"rise.dasar": kkb.Empirical([0.1, 0.2]), "fall": kkb.Empirical([0.1, 0.2, 0.3])}),
        kkb.ScenarioError,
        "as many draws for each",
    ),
    "draws by chain": (lambda: kkb.Empirical(np.full((4, 9), 0.1)), kkb.ScenarioError, r"found: \(4, 9\)"),
    "no class of agents": (lambda: LAUT.with_agents(int), TypeError, "subclass of VillageAgent"),
    "a number for a network": (
        lambda: LAUT.with_(**{"villages.network": 3}), kkb.ScenarioError, "the name of a file, a data frame, or",
    ),
    "a list for a table": (lambda: LAUT.with_(**{"villages.table": [3]}), kkb.ScenarioError, "file, or a data frame"),
    "a list for a posterior": (lambda: LAUT.with_posterior([1, 2]), kkb.ScenarioError, "a column for each parameter"),
    "logits for chances": (
        lambda: LAUT.with_posterior(pd.DataFrame({"rise.dasar": [-2.2, -3.1]})), kkb.DataError, "no logits",
    ),
    "a code of no village": (lambda: kkb.trajectories(LAUT, ["99"], draws=1), kkb.Refusal, r"63\.01.*codes"),
    "one list by itself": (
        lambda: kkb.Evidence(panels=panel(np.zeros((96, 2), np.int8))), TypeError, r"panels=\(one,\)",  # type: ignore[arg-type]
    ),
    "a changed parameter": (lambda: LAUT.parameters.scalars.update({}), AttributeError, "update"),  # type: ignore[attr-defined]
    "a district beside itself": (lambda: LAUT.beside(LAUT), kkb.ScenarioError, "63.01 is listed twice"),
    "districts of other laws": (lambda: LAUT.beside(CONTOH), kkb.Refusal, r"contoh differs .*\(.*transition"),
    "districts of other targets": (
        lambda: LAUT.beside(kkb.example("tabanan").with_(**{"target.share": 0.1})), kkb.Refusal, r"\(target\)",
    ),
    "no agent": (lambda: acted(int), TypeError, "subclass of VillageAgent"),
    "odds that are no number": (lambda: acted(Undefined), kkb.EnsembleError, "not a finite number of 0 or more"),
    "odds at the top": (lambda: acted(Above), kkb.EnsembleError, "where they must be 0"),
    "no status": (lambda: acted(Beyond), kkb.EnsembleError, "a status is one of 0, 1, 2, 3"),
    "a plan for two districts": (
        lambda: kkb.plan(replace(LAUT, districts=LAUT.districts + CONTOH.districts)), kkb.Refusal, "of_district",
    ),
    "lists of other villages": (lambda: panel(np.zeros((5, 2), np.int8)), kkb.DataError, r"shape \(96, 2\)"),
    "lists of words": (lambda: panel(np.full((96, 2), "dasar")), kkb.DataError, "from 0"),
    "lists counted from 1": (lambda: panel(np.full((96, 2), 4)), kkb.DataError, "found: 4"),
}  # fmt: skip


@pytest.mark.parametrize("label", NAMED)
def test_a_mistake_is_named(label: str) -> None:
    """Each says what is wrong, in the words of scenario files where these know it, and no number comes of it."""
    act, kind, text = NAMED[label]
    with pytest.raises(kind, match=text):
        act()


def rises(scenario: kkb.Scenario, **effort: Any) -> list[int]:
    """Return the rises of every trajectory and year."""
    return list(kkb.forecast(scenario, **FEW | effort).ensemble["rises"])


Way = Callable[[], object]
ALIKE: dict[str, tuple[Way, Way]] = {
    "a share as a number": (lambda: kkb.Target(share=0.05), lambda: kkb.Target(share=Fraction(1, 20))),  # type: ignore[arg-type]
    "a plain number": (lambda: rises(replaced(year_sd=1)), lambda: rises(LAUT.with_(year_sd=kkb.Fixed(1)))),
    "whole numbers of NumPy": (
        lambda: rises(LAUT, draws=np.int64(4), seed=np.int64(1)),
        lambda: rises(LAUT),
    ),
    "a scenario read twice": (lambda: kkb.load_scenario(SCENARIOS / "tanah_laut.yaml"), lambda: LAUT),
}  # fmt: skip


@pytest.mark.parametrize("label", ALIKE)
def test_two_ways_to_say_one_thing_give_one_answer(label: str) -> None:
    """Whatever type a value has, and however a scenario was made."""
    one, other = ALIKE[label]
    assert one() == other()


class Faster(kkb.VillageAgent):
    """A class whose attribute decides numbers, as in many a notebook."""

    boost = 1.0

    def rise_odds(self) -> float:
        """Return the odds, multiplied."""
        return super().rise_odds() * self.boost


@pytest.mark.slow
def test_another_value_of_a_class_attribute_is_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of each says what was computed, whatever was saved before it."""
    found = {}
    for boost in (1.0, 10.0, 1.0):
        monkeypatch.setattr(Faster, "boost", boost)
        forecast = kkb.forecast(LAUT, draws=20, replicates=2, seed=1, engine="mesa", agent_class=Faster)
        folder = kkb.save(forecast, tmp_path)
        kept = pd.read_csv(folder / "years.csv")["probability_met"]
        assert kept.tolist() == pytest.approx(forecast.years["probability_met"].tolist(), abs=1e-6)
        found.setdefault(boost, set()).add(kkb.load_run(folder).id)
    assert all(len(ids) == 1 for ids in found.values())
    assert found[1.0] != found[10.0]


@pytest.mark.slow
def test_a_changed_scenario_is_saved_as_it_was_run(tmp_path: Path) -> None:
    """Changed by `dataclasses.replace` too: the folder's own scenario gives the folder's own numbers."""
    scenario = replace(LAUT, horizon=3, parameters=replaced(**{"rise.dasar": 0.3}).parameters)
    forecast = kkb.forecast(scenario, draws=100, replicates=5, seed=1)
    folder = kkb.save(forecast, tmp_path)
    again = kkb.forecast(kkb.load_scenario(folder / "inputs" / "scenario.yaml"), draws=100, replicates=5, seed=1)
    assert again.ensemble.equals(forecast.ensemble)
    assert kkb.rerun(folder).ensemble.equals(forecast.ensemble)


@pytest.mark.slow
def test_the_least_effort_of_a_plan_covers_what_other_seeds_find() -> None:
    """One seed's 90% interval of the least capacity overlaps that of every other: the number tells its own error."""
    plans = [
        kkb.plan(COACHED, probability=0.95, vary="pendampingan.capacity", draws=500, seed=seed) for seed in range(4)
    ]
    intervals = [
        plan.least.interval90 for plan in plans if plan.least is not None and plan.least.interval90 is not None
    ]
    assert len(intervals) == len(plans)
    assert max(low for low, _ in intervals) <= min(high for _, high in intervals)
