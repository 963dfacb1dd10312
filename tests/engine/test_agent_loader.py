"""Agent classes that are read from a file."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest
from districts import make_scenario, make_villages

import simulation as kkb
from simulation.domain.distributions import Fixed
from simulation.engine.agent_loader import AgentError, load_agent
from simulation.engine.effort import CHUNK_CELLS

SCENARIO = make_scenario(make_villages((5, 6), status=[0] * 7 + [1, 1, 2, 3]), horizon=2)

EAGER = dedent("""\
    from __future__ import annotations

    from dataclasses import dataclass

    from simulation import VillageAgent

    TIMES = 3


    @dataclass
    class Zeal:
        times: int = TIMES


    class Plain:
        pass


    class Eager(VillageAgent):
        def rise_odds(self) -> float:
            return Zeal().times * super().rise_odds()


    Alias = type("Hidden", (Eager,), {})
    """)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file with an agent; its folder is no place that anything is imported from."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    path = tmp_path / "agents.py"
    path.write_text(EAGER)
    return path


def tripled() -> kkb.Forecast:
    """Return what three times the odds of rising give."""
    odds = {name: value.value for name, value in SCENARIO.parameters.scalars.items() if name.startswith("rise.")}
    chances = {name: 3 * p / (1 - p) / (1 + 3 * p / (1 - p)) for name, p in odds.items()}
    scalars = {**SCENARIO.parameters.scalars, **{name: Fixed(chance) for name, chance in chances.items()}}
    return kkb.forecast(make_scenario(SCENARIO.districts[0], scalars, horizon=2), replicates=60, estimator="plain")


def test_a_class_of_a_file_is_an_agent_class(file: Path) -> None:
    """It may use what the file defines, and the file is left as it was, without compiled twins."""
    agent_class = load_agent(f"{file}:Eager")
    own = kkb.forecast(SCENARIO, replicates=60, engine="mesa", agent_class=agent_class, workers=1)
    assert own.years.equals(tripled().years)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Eager", "Alias", "Near"])
def test_a_class_of_a_file_travels_to_worker_processes(file: Path, name: str) -> None:
    """With its constants, under any name it has there, and with modules that lie beside the file."""
    (file.parent / "beside_the_agents.py").write_text(EAGER)
    file.write_text(EAGER + "import beside_the_agents\nclass Near(beside_the_agents.Eager):\n    pass\n")
    agent_class = load_agent(f"{file}:{name}")
    options = {"replicates": 60, "engine": "mesa", "agent_class": agent_class}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CHUNK_CELLS, "mesa", 11 * 20)
        own = kkb.forecast(SCENARIO, workers=2, **options)
    assert own.years.equals(tripled().years)


def test_a_file_that_was_changed_is_read_again(file: Path) -> None:
    """At once, and a class read earlier stays what it was."""
    first = load_agent(f"{file}:Eager")
    file.write_text(EAGER.replace("TIMES = 3", "TIMES = 1"))
    second = load_agent(f"{file}:Eager")
    plain = kkb.forecast(SCENARIO, replicates=60, estimator="plain")
    for agent_class, expected in ((first, tripled()), (second, plain)):
        own = kkb.forecast(SCENARIO, replicates=60, engine="mesa", agent_class=agent_class, workers=1)
        assert own.years.equals(expected.years)


@pytest.mark.parametrize(
    ("named", "line", "said", "allowed"),
    [
        ("agents.py", None, "by its file and its name", "FILE.py:ClassName"),
        (":Eager", None, "by its file and its name", "FILE.py:ClassName"),
        ("{folder}/nowhere.py:Eager", None, "no such Python file", "ends in .py"),
        ("{folder}:Eager", None, "no such Python file", "ends in .py"),
        ("{folder}/agents.py:Egaer", None, "no class of this name", "one of: Eager, Alias"),
        ("{folder}/agents.py:Plain", None, "does not derive from VillageAgent", "one of: Eager, Alias"),
        ("{folder}/agents.py:VillageAgent", None, "does not derive from VillageAgent", "one of: Eager, Alias"),
        ("{folder}/syntax.py:Eager", 2, "cannot be run: SyntaxError: ", None),
        ("{folder}/raises.py:Eager", 3, "cannot be run: ZeroDivisionError: division by zero", None),
        ("{folder}/leaves.py:Eager", 2, "cannot be run: SystemExit: 4", None),
        ("{folder}/empty.py:Eager", None, "no class of this name", "class Eager(simulation.VillageAgent):"),
    ],
)
def test_what_is_no_agent_class_is_refused_with_the_reason(
    file: Path, named: str, line: int | None, said: str, allowed: str | None
) -> None:
    """File, line, what is wrong and what may stand there."""
    for name, text in {
        "syntax.py": "x = 1\ndef f(:\n",
        "raises.py": "def f():\n    return 1\nx = f() / 0\n",
        "leaves.py": "import sys\nsys.exit(4)\n",
        "empty.py": "",
    }.items():
        (file.parent / name).write_text(text)
    with pytest.raises(AgentError) as told:
        load_agent(named.format(folder=file.parent))
    (problem,) = told.value.problems
    assert problem.line == line
    assert said in str(problem.message)
    assert (allowed is None) == (problem.allowed is None)
    assert allowed is None or allowed in str(problem.allowed)


def test_the_nearest_name_is_suggested(file: Path) -> None:
    """A slip of the finger is found."""
    with pytest.raises(AgentError) as told:
        load_agent(f"{file}:eagr")
    assert str(told.value.problems[0].suggestion) == "did you mean Eager?"
