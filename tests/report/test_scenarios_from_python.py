"""What Python users give for a scenario, and what comes back: told where it is none, equal where it is the same."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from districts import everything_on

import simulation as kkb
from simulation.report.kinds.own_code import OwnCode

AGENT = """
import pathlib
import simulation as kkb

class Reader(kkb.VillageAgent):
    inputs = ("factor.txt",)

    def rise_odds(self):
        return super().rise_odds() * float((pathlib.Path(__file__).parent / "factor.txt").read_text())
"""
NO_SCENARIO: Any = "contoh.yaml"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: kkb.forecast(NO_SCENARIO),
        lambda: kkb.compare(everything_on(), NO_SCENARIO),
        lambda: kkb.plan(NO_SCENARIO),
        lambda: kkb.sensitivity(NO_SCENARIO),
        lambda: kkb.robustness([everything_on(), NO_SCENARIO]),
        lambda: kkb.discover(NO_SCENARIO),
        lambda: kkb.next_datum(NO_SCENARIO),
        lambda: kkb.KampungModel(NO_SCENARIO),
    ],
)
def test_a_path_is_no_scenario(ask: Callable[[], object]) -> None:
    """Whoever gives the path of a file is told how to load it."""
    with pytest.raises(TypeError, match=r"a scenario is needed, not str: load_scenario"):
        ask()


def test_files_and_mappings_have_a_door_each() -> None:
    """Whoever takes the wrong one is told of the other."""
    mapping: Any = {"name": "contoh"}
    with pytest.raises(TypeError, match=r"Scenario\.from_dict takes a mapping"):
        kkb.load_scenario(mapping)
    with pytest.raises(TypeError, match="load_scenario reads files"):
        kkb.Scenario.from_dict(NO_SCENARIO)


def test_an_agent_class_is_a_kind_of_village() -> None:
    """No trajectory is begun with any other class."""
    other: Any = int
    with pytest.raises(TypeError, match="subclass of VillageAgent; found <class 'int'>"):
        kkb.forecast(everything_on(), draws=1, replicates=1, engine="mesa", agent_class=other)


def test_numbers_of_numpy_and_lists_are_taken() -> None:
    """As they come out of other libraries; what is kept is plain."""
    count: Any = np.int64(3)
    effort = kkb.forecast(everything_on(), draws=count, replicates=count).effort
    assert (type(effort.draws), type(effort.replicates), effort.replicates) == (int, int, 3)
    draws: Any = [0.1, 0.2]
    assert kkb.Empirical(draws).values.tolist() == draws


@pytest.mark.slow
def test_tables_of_python_are_kept_with_a_run_that_is_made_again_from_its_folder(tmp_path: Path) -> None:
    """Villages, network, distances and a posterior of one's own: the same number, and tables of the same bytes."""
    codes = [f"99.77.01.{2001 + i}" for i in range(8)]
    table = pd.DataFrame(
        {"village_code": codes, "village": codes, "subdistrict": "Uji", "status": "dasar", "km": range(8)}
    )
    apart = np.abs(np.subtract.outer(np.arange(8), np.arange(8)))
    villages = {
        "table": table,
        "network": nx.path_graph(codes, create_using=nx.DiGraph),
        "distances": pd.DataFrame(apart, codes, codes),
    }
    sections = {"schema": 1, "name": "uji", "origin": 2025, "horizon": 2, "villages": villages}
    scenario = kkb.Scenario.from_dict({**sections, "district": {"code": "99.77", "name": "Uji"}}).with_posterior(
        pd.DataFrame({"rise.dasar": [0.1, 0.3, 0.2]})
    )
    folder = kkb.save(kkb.forecast(scenario, draws=5, replicates=4, seed=1), tmp_path / "first")
    again = kkb.save(kkb.rerun(folder), tmp_path / "again")
    assert kkb.load_run(again).id == kkb.load_run(folder).id
    for name in (
        "ensemble.parquet",
        "forecast.json",
        "inputs/network.csv",
        "inputs/distances.csv",
        "inputs/draws.parquet",
    ):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    kept = kkb.load_scenario(folder / "inputs" / "scenario.yaml")
    assert kept.districts[0].network is not None
    assert kept.districts[0].network.directed
    assert kept.districts[0].columns["km"].tolist() == list(range(8))
    assert kept.parameters.sample(9, 4)["rise.dasar"].tolist() == [0.1, 0.3, 0.2, 0.1]  # type: ignore[index]
    (told,) = kkb.load_run(folder).result.districts
    assert told.basis == ("own_posterior",)


def test_a_scenario_written_and_read_again_is_equal(tmp_path: Path) -> None:
    """Two scenarios are equal where they state the same; one changed number tells them apart."""
    scenario = everything_on()
    assert isinstance(scenario, kkb.Scenario)
    again = kkb.load_scenario(scenario.to_yaml(tmp_path / "again.yaml"))
    assert again == kkb.load_scenario(tmp_path / "again.yaml")
    assert hash(again) == hash(kkb.load_scenario(tmp_path / "again.yaml"))
    assert again.with_(horizon=again.horizon - 1) != again
    assert replace(again, language="en") != again
    assert again != "again.yaml"


USES_MODULE = """\
import own_factors

import simulation as kkb

LIMIT = 5.0


class Volunteers(kkb.VillageAgent):
    inputs = ()

    def rise_odds(self) -> float:
        return own_factors.cap(own_factors.FACTOR * super().rise_odds()) + 0 * LIMIT
"""


KEPT_AGENT = """\
import simulation as kkb
{before}


class Kept(kkb.VillageAgent):
    inputs = ()

    def rise_odds(self) -> float:
        {within}
        return own_strength.FACTOR * super().rise_odds()
"""


@pytest.mark.slow
def test_what_an_agent_reads_is_kept_and_read_again_wherever_it_lies(tmp_path: Path) -> None:
    """A run is computed again from its folder alone, whatever became of the agent's file and its data since."""
    source, data = tmp_path / "reader.py", tmp_path / "factor.txt"
    source.write_text(AGENT)
    data.write_text("8.0")
    from simulation.engine.agent_loader import load_agent

    effort: dict[str, Any] = {"draws": 2, "replicates": 2, "engine": "mesa", "workers": 1}
    found = kkb.forecast(everything_on(), **effort, agent_class=load_agent(f"{source}:Reader"))
    assert "own law: Reader" in repr(found)
    assert "a law of the user&#x27;s own: Reader" in found._repr_html_()
    folder = kkb.save(found, tmp_path / "results")
    data.write_text("1.0")
    again = kkb.rerun(folder, workers=1)
    assert kkb.load_run(kkb.save(again, tmp_path / "elsewhere")).id == kkb.load_run(folder).id
    assert again.ensemble.equals(found.ensemble)


def test_what_an_agent_uses_of_its_own_modules_counts_by_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number set in memory in a module beside the agent makes another run; one that no method uses does not."""
    (tmp_path / "own_factors.py").write_text(
        "FACTOR, UNUSED, LIMIT = 3.0, 1, 1.0\n\n\ndef cap(x):\n    return x * LIMIT\n"
    )
    (tmp_path / "own_volunteers.py").write_text(USES_MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    factors, volunteers = importlib.import_module("own_factors"), importlib.import_module("own_volunteers")

    def identity() -> dict[str, Any]:
        agent = OwnCode.of(volunteers.Volunteers)
        assert agent.declared
        return agent.identity

    first = identity()
    monkeypatch.setattr(factors, "UNUSED", 2)
    assert identity() == first
    for name in ("FACTOR", "LIMIT"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(factors, name, 8.0)
            assert identity() != first
    assert identity() == first
    # A number of the same name in another of its files is another number.
    monkeypatch.setattr(volunteers, "LIMIT", 9.0)
    assert identity() != first


EFFORT: dict[str, Any] = {"draws": 2, "replicates": 2, "engine": "mesa", "workers": 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "within"),
    [
        ("import own_strength", ""),
        ("from own_box import strength as own_strength", ""),
        ("import own_box.strength\nown_strength = own_box.strength", ""),
        ("", "import own_strength"),
        ("import own_later", "own_strength = own_later.found()"),
    ],
)
def test_a_kept_agent_imports_the_modules_kept_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, within: str
) -> None:
    """Whatever was imported under their names, or lies where Python starts; what is imported stays as it was."""
    home = tmp_path / "home"
    (home / "own_box").mkdir(parents=True)
    monkeypatch.chdir(home)
    monkeypatch.syspath_prepend(home)
    (home / "own_later.py").write_text("def found():\n    import own_strength\n    return own_strength\n")
    (home / "own_box" / "__init__.py").touch()
    helpers = (home / "own_strength.py", home / "own_box" / "strength.py")
    for helper in helpers:
        helper.write_text("FACTOR = 8.0\n")
    (home / "own_agent.py").write_text(KEPT_AGENT.format(before=before, within=within))
    own = ("own_agent", "own_strength", "own_box", "own_box.strength", "own_later")
    for name in own:
        monkeypatch.delitem(sys.modules, name, raising=False)
    found = kkb.forecast(everything_on(), **EFFORT, agent_class=importlib.import_module("own_agent").Kept)
    folder = kkb.save(found, tmp_path / "results")
    for helper in helpers:
        helper.write_text("FACTOR = 0.001\n")
    for name in own:
        if name in sys.modules:
            vars(sys.modules[name])["FACTOR"] = 0.002
    known, places = {name: sys.modules.get(name) for name in own}, list(sys.path)
    again = kkb.rerun(folder, workers=1)
    assert again.ensemble.equals(found.ensemble)
    assert kkb.load_run(kkb.save(again, tmp_path / "elsewhere")).id == kkb.load_run(folder).id
    assert {name: sys.modules.get(name) for name in own} == known
    assert sys.path == places
    assert not list(folder.rglob("__pycache__"))
    for name in own:
        sys.modules.pop(name, None)


@pytest.mark.slow
def test_a_class_of_a_function_is_asked_for_when_its_run_is_computed_again(tmp_path: Path) -> None:
    """No file gives it; given, the answer is the same."""

    class Local(kkb.VillageAgent):
        inputs = ()

        def rise_odds(self) -> float:
            return 3 * super().rise_odds()

    found = kkb.forecast(everything_on(), **EFFORT, agent_class=Local)
    with pytest.warns(UserWarning, match=r"not find all in the folder alone: .*Local was defined within a function"):
        folder = kkb.save(found, tmp_path)
    with pytest.raises(kkb.KampungError, match=r"within a function .* give it as agent_class"):
        kkb.rerun(folder)
    again = kkb.rerun(folder, agent_class=Local, workers=1)
    with pytest.warns(UserWarning, match="Local"):
        saved = kkb.save(again, tmp_path / "again")
    assert kkb.load_run(saved).id == kkb.load_run(folder).id


READS = """\
from pathlib import Path

import simulation as kkb


class Reads(kkb.Mechanism):
    name = "reads"
    {inputs}

    def log_odds(self, village):
        return float((Path(__file__).parent / "factor.txt").read_text())
"""


@pytest.mark.slow
def test_a_mechanism_that_keeps_silent_on_its_files_is_asked_for_them(tmp_path: Path) -> None:
    """Its answer is not taken for found, and made again from its folder alone it says which line is missing."""
    from simulation.engine.agent_loader import load_mechanism

    (tmp_path / "factor.txt").write_text("1.0")
    declared = {}
    for name, inputs in (("silent.py", ""), ("open.py", 'inputs = ("factor.txt",)')):
        (tmp_path / name).write_text(READS.format(inputs=inputs))
        own = load_mechanism(f"{tmp_path / name}:Reads")()
        declared[name] = OwnCode.of(own).declared
        found = kkb.forecast(everything_on().with_mechanism(own), draws=2, replicates=2, workers=1)
        folder = kkb.save(found, tmp_path / name.removesuffix(".py"))
        if inputs:
            assert kkb.rerun(folder, workers=1).ensemble.equals(found.ensemble)
        else:
            with pytest.raises(kkb.KampungError, match=r'say inputs = \("factor\.txt",\) in the class'):
                kkb.rerun(folder, workers=1)
    assert declared == {"silent.py": False, "open.py": True}


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"names": ["A"]}, "villages.village", "there are 1 values for 2 villages"),
        ({"subdistrict_of": ["K"]}, "villages.subdistrict", "there are 1 values for 2 villages"),
        ({"status": [0]}, "villages.status", "there are 1 values for 2 villages"),
        ({"status": [0, 1, 2]}, "villages.status", "there are 3 values for 2 villages"),
        ({"columns": {"size": [1.0]}}, "villages.size", "there are 1 values for 2 villages"),
        ({"codes": [], "names": [], "subdistrict_of": []}, "villages.village_code", "there is no village"),
    ],
)
def test_villages_of_unequal_lists_are_refused(changed: dict[str, Any], field: str, said: str) -> None:
    """Each list says one thing of every village."""
    rows: dict[str, Any] = {"codes": ["1", "2"], "names": ["A", "B"], "subdistrict_of": ["K", "K"]}
    assert len(kkb.Villages.arrange("63.01", "Tanah Laut", **rows)) == 2
    with pytest.raises(kkb.ScenarioError) as told:
        kkb.Villages.arrange("63.01", "Tanah Laut", **{**rows, **changed})
    (problem,) = told.value.problems
    assert (problem.field, str(problem.message)) == (field, said)


@pytest.mark.parametrize(
    ("years", "status", "said"),
    [
        ((2023, 2024), [[0, 1]], "these are not the statuses of 2 villages in 2 years"),
        ((2023, 2024), [0, 1], "these are not the statuses of 2 villages in 2 years"),
        ((2023, 2024), [[0, 4], [0, 1]], "this is not a status"),
        ((2023, 2024), [[0, -2], [0, 1]], "this is not a status"),
        ((2024, 2023), [[0, 1], [0, 1]], "the years of past statuses do not rise"),
    ],
)
def test_past_statuses_that_no_table_could_say_are_refused(years: tuple[int, ...], status: Any, said: str) -> None:
    """Wrong shape, no level, years out of order; what is not known may stand there."""
    kkb.Panel("63.01", ("1", "2"), (2023, 2024), np.array([[0, -1], [0, 3]], dtype=np.int8))
    with pytest.raises(kkb.DataError) as told:
        kkb.Panel("63.01", ("1", "2"), years, np.array(status, dtype=np.int8))
    (problem,) = told.value.problems
    assert str(problem.message) == said


def test_a_scenario_is_shown_in_one_line() -> None:
    """Name, districts, villages and years."""
    scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    last = scenario.origin + scenario.horizon
    assert (
        repr(scenario)
        == f"<Scenario {scenario.name}: Kabupaten Tanah Laut, 135 villages, {scenario.origin + 1}-{last}>"
    )
