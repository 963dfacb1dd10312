"""What an answer was made from, kept in its folder: resolved scenarios, data files, sources and data of their law."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ...domain.mechanism import Mechanism
from ...domain.messages import Message, Refusal
from ...engine.agent_loader import load_agent, load_mechanism
from ...inputs.resolve import yaml_of
from ...inputs.scenario import Scenario, load_scenario
from ..files import write_bytes
from ..kinds.own_code import OwnCode, law_of, own_name
from ..kinds.question import Question

FOLDER = "inputs"
LAW = f"{FOLDER}/law"
AGENT, MECHANISM = "agent", "mechanism"
DATA = f"{FOLDER}/data"
SCENARIO = "scenario.yaml"


def keep(question: Question[Any], folder: Path) -> list[str]:
    """Write what a question was asked of below a folder; return the names of the files."""
    files: dict[str, bytes] = {}
    for number, scenario in enumerate(question.scenarios, start=1):
        under = f"{FOLDER}/{number}_{scenario.name}" if len(question.scenarios) > 1 else FOLDER
        files[f"{under}/{SCENARIO}"] = yaml_of(scenario.document).encode()
        files |= {f"{under}/{name}": content for name, content in scenario.data.items()}
    files |= {f"{DATA}/{name}": content for name, content in question.data.items()}
    for code, under in _places(question):
        files |= {f"{under}/{name}": content for name, content in code.kept.items()}
    for name, content in files.items():
        write_bytes(folder / name, content)
    return list(files)


def _places(question: Question[Any]) -> list[tuple[OwnCode, str]]:
    """Return every part of the laws of a question once, and the folder in which it is kept."""
    distinct: list[OwnCode] = []
    for code in (code for law in question.own_code for code in law):
        if code not in distinct:
            distinct.append(code)
    return [(code, f"{LAW}/{number}") for number, code in enumerate(distinct, start=1)]


def laws(question: Question[Any]) -> tuple[tuple[Mapping[str, Any], ...], ...]:
    """Return what a manifest says of the law of each scenario; nothing where all have the standard one."""
    if not any(question.own_code):
        return ()
    places = _places(question)

    def said(code: OwnCode, own: Any) -> Mapping[str, Any]:
        kept = next(under for one, under in places if one == code)
        return {**code.identity, "sort": AGENT if isinstance(own, type) else MECHANISM, "kept": kept}

    pairs = zip(question.own_code, question.scenarios, strict=True)
    return tuple(tuple(map(said, law, law_of(scenario))) for law, scenario in pairs)


def scenarios(folder: Path, files: Collection[str]) -> tuple[Scenario, ...]:
    """Return the scenarios of a finished answer from what is kept of them.

    Raises
    ------
    Refusal
        Where nothing was kept.
    """
    kept = [name for name in files if name.startswith(f"{FOLDER}/") and name.endswith(f"/{SCENARIO}")]
    if not kept:
        raise Refusal(Message("this run was made from a scenario in Python, which no file describes; use it there"))
    return tuple(load_scenario(folder / name) for name in sorted(kept, key=_number))


def _number(name: str) -> int:
    first = PurePosixPath(name).parts[1].partition("_")[0]
    return int(first) if first.isdigit() else 0


def data(folder: Path, files: Collection[str]) -> dict[str, bytes]:
    """Return the other data files of a question by name."""
    names = [name for name in files if name.startswith(f"{DATA}/")]
    return {name.removeprefix(f"{DATA}/"): (folder / name).read_bytes() for name in names}


def with_law(folder: Path, scenario: Scenario, law: Sequence[Mapping[str, Any]], own: Sequence[Any] = ()) -> Scenario:
    """Return a scenario of a finished answer with its law, whose kept sources are run.

    Parameters
    ----------
    law
        What the manifest says of it.
    own
        Agent classes and mechanisms that are taken in place of what is kept, where they are called alike.

    Raises
    ------
    Refusal
        Where some of it was defined in a notebook, or within a function or another class.
    """
    given = {own_name(one if isinstance(one, type) else type(one)): one for one in own}
    for part in law:
        found = given.get(part["name"])
        if part["sort"] == AGENT:
            scenario = scenario.with_agents(found or _loaded(folder, part, load_agent))
        else:
            scenario = scenario.with_mechanism(found or _with_state(_loaded(folder, part, load_mechanism), part))
    return scenario


def _loaded(folder: Path, part: Mapping[str, Any], load: Callable[..., Any]) -> Any:
    if (message := why_not_loaded(part["name"])) is not None:
        raise Refusal(message)
    return load(f"{folder / part['kept']}/{part['name']}", kept=True)


def why_not_loaded(name: str) -> Message | None:
    """Return why no file gives an own class of this name (`own_name`) again; None where one does."""
    if ":" not in name:
        return Message(
            "{name} was defined in a notebook, of which no file can be run: give it as agent_class, or among "
            "mechanisms",
            {"name": name},
        )
    if "." in name.rpartition(":")[2]:
        return Message(
            "{name} was defined within a function or another class, where no run of its file finds it: give it as "
            "agent_class, or among mechanisms",
            {"name": name},
        )
    return None


def _with_state(mechanism: type[Mechanism], part: Mapping[str, Any]) -> Mechanism:
    made = object.__new__(mechanism)
    vars(made).update(part["state"])
    return made
