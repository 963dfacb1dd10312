"""Reads what a command is given, scenario files or a finished run, and shows notes and problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import Settings, quoted

if TYPE_CHECKING:
    from ..domain.messages import Message
    from ..inputs.scenario import Scenario
    from ..report.kinds.kind import AnyKind
    from ..report.store.folder import Answer


@dataclass(frozen=True)
class OwnLaw:
    """What a command is given of a law of the user's own: agents, and mechanisms, by file and class."""

    agent: str | None = None
    mechanisms: Sequence[str] = ()

    def on(self, scenarios: list[Scenario]) -> list[Scenario]:
        """Return scenarios under this law.

        Raises
        ------
        AgentError, ScenarioError
            Where a class cannot be used as named, or a mechanism does not fit a scenario.
        """
        if self.agent is None and not self.mechanisms:
            return scenarios
        from ..engine.agent_loader import load_agent, load_mechanism

        if self.agent is not None:
            agent_class = load_agent(self.agent)
            scenarios = [scenario.with_agents(agent_class) for scenario in scenarios]
        for named in self.mechanisms:
            mechanism = load_mechanism(named)()
            scenarios = [scenario.with_mechanism(mechanism) for scenario in scenarios]
        return scenarios


STANDARD = OwnLaw()


def load_all(
    settings: Settings, paths: Sequence[Path], district: str | None = None, law: OwnLaw = STANDARD
) -> list[Scenario]:
    """Read scenario files, show the notes on them, and speak the language of the first.

    Parameters
    ----------
    district
        Code of the district that is looked at alone; None for all that a scenario has.
    law
        The agents and mechanisms of the user's own that each of them gets.

    Raises
    ------
    ScenarioError
        If one of them has problems: with those of all files, each once, as where two share a broken table.
    Refusal
        Where one of them has no such district.
    """
    from ..domain.messages import Problem, ProblemsError, ScenarioError
    from ..inputs.scenario import load_scenario

    loaded: list[Scenario] = []
    problems: list[Problem] = []
    spoken: str | None = None
    for path in paths:
        try:
            loaded.append(load_scenario(path))
        except ProblemsError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            spoken = spoken or error.language
    if problems:
        raise ScenarioError(problems, spoken)
    settings.lang = settings.lang or loaded[0].language
    how = " ".join(["kampungkb check", *map(quoted, paths)])
    _tell(settings, [note for scenario in loaded for note in scenario.provenance.notes], how)
    for scenario in loaded:
        _tell_changes(settings, scenario)
    loaded = loaded if district is None else [scenario.of_district(district) for scenario in loaded]
    return law.on(loaded)


def load_apart(
    settings: Settings, paths: Sequence[Path], district: str | None = None, law: OwnLaw = STANDARD
) -> list[Scenario]:
    """Read scenario files that are set against each other; say where two of them hold the same.

    Raises
    ------
    Refusal
        Where two that differ have the same name.
    ScenarioError
        As `load_all`.
    """
    from ..domain.messages import Message, Refusal
    from ..inputs.resolve import fingerprint

    loaded = load_all(settings, paths, district, law)
    for (path, one), (other_path, other) in combinations(zip(paths, loaded, strict=True), 2):
        values = {"name": one.name, "path": path, "other": other_path}
        if fingerprint(one) == fingerprint(replace(other, name=one.name, title=one.title)):
            settings.note(Message("{path} and {other} hold the same scenario.", values))
        elif one.name == other.name:
            raise Refusal(
                Message(
                    "{path} and {other} both have the name {name}, by which results tell scenarios apart; give each a "
                    "name of its own with name:",
                    values,
                )
            )
    return loaded


def tell_all(settings: Settings, scenario: Scenario, told: Sequence[Message] = ()) -> None:
    """Show every note on a scenario that is not told yet; with ``--verbose``, also what its overlays changed."""
    speaking = settings.speaking(scenario.language)
    for note in scenario.provenance.notes:
        if note not in told:
            speaking.note(note)
    _tell_changes(settings, scenario)


def _tell_changes(settings: Settings, scenario: Scenario) -> None:
    if settings.verbose:
        for change in scenario.provenance.changes:
            settings.note(change)


def tell_notes(settings: Settings, notes: Sequence[Message], scenario: Scenario | None) -> None:
    """Show the notes on data, but those that belong to the scenario, which reads the same file."""
    known = () if scenario is None else scenario.provenance.notes
    _tell(settings, [note for note in notes if note not in known], "--verbose")


def _tell(settings: Settings, notes: Iterable[Message], how: str) -> None:
    """Show a single note; of several, how they can be seen."""
    said = list(dict.fromkeys(map(settings.in_words, notes)))
    if len(said) < 2 or settings.verbose:
        for sentence in said:
            settings.note(sentence)
    else:
        say, number = settings.language().say, settings.language().number(len(said))
        settings.note(say("{number} notes on what was read; to see them: {how}", number=number, how=how))


def tell_ignored(settings: Settings, scenario: Scenario, draws: int | None) -> None:
    """Show a note if ``--draws`` was given for a scenario without uncertain parameters."""
    if scenario.fixed and draws is not None:
        say = settings.language().say
        settings.note(say("Every number of this scenario is fixed: --draws is ignored, one draw says all."))


def tell_what_changed(settings: Settings, scenario: Scenario, out: Path) -> None:
    """Show how a scenario differs from its last forecast: number of villages, statuses; `out` keeps its runs."""
    from ..report.kinds.forecast.kind import FORECAST
    from ..report.store.folder import find
    from ..report.store.status_changes import status_changes_in_words, statuses_in, statuses_of

    manifests = sorted((out / scenario.name).glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    runs = (find(path.parent, {FORECAST.name: FORECAST}) for path in reversed(manifests))
    last, now = next(filter(None, runs), None), sum(map(len, scenario.districts))
    if last is None:
        return
    if last.result.villages_in_all != now:
        settings.note(
            settings.language().say(
                "{villages} Kampung KB now, {before} in the last forecast of this scenario ({folder}).",
                villages=now,
                before=last.result.villages_in_all,
                folder=last.path.name,
            )
        )
    if last.result.origin == scenario.origin:
        statuses, earlier = statuses_of(scenario), statuses_in(last)
        if (said := status_changes_in_words(settings.language(), statuses, earlier, last)) is not None:
            settings.note(said)


def finished_run(settings: Settings, folder: Path, kinds: Mapping[str, AnyKind] | None = None) -> Answer[Any]:
    """Return the finished answer in a folder, a forecast unless kinds are given, and speak its language.

    Which of several was taken is said.
    """
    from ..report.brief import FORECASTS, which_run
    from ..report.store.folder import load

    found = load(folder, kinds or FORECASTS)
    settings.lang = settings.lang or found.result.language
    if which := which_run(settings.language(), found):
        settings.note(which)
    return found
