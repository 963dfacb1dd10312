"""Reads what a command is given, scenario files or a finished run, and shows notes and problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from .errors import BAD_INPUT, show_problems
from .options import Settings

if TYPE_CHECKING:
    from ..domain.messages import Problem, ProblemsError
    from ..inputs.scenario import Scenario
    from ..report.kinds.kind import AnyKind
    from ..report.store.folder import Answer


def load_all(settings: Settings, paths: Sequence[Path]) -> list[Scenario]:
    """Read scenario files; show all problems of all files at once.

    Raises
    ------
    typer.Exit
        If one of them has problems.
    """
    from ..domain.messages import ProblemsError
    from ..inputs.scenario import load_scenario

    loaded, errors = [], []
    for path in paths:
        try:
            loaded.append(load_scenario(path))
        except ProblemsError as error:
            errors.append(error)
    if errors:
        show_problems(settings, list(_each_once(errors)))
        raise typer.Exit(BAD_INPUT)
    for scenario in loaded:
        tell_changes(settings, scenario)
    return loaded


def _each_once(errors: Sequence[ProblemsError]) -> Iterator[ProblemsError]:
    """Yield the errors without problems that an earlier one has, as where two scenarios share a broken table."""
    from ..domain.messages import ProblemsError

    shown: list[Problem] = []
    for error in errors:
        fresh = [problem for problem in error.problems if problem not in shown]
        shown += fresh
        if fresh:
            yield ProblemsError(fresh, error.language)


def tell_changes(settings: Settings, scenario: Scenario) -> None:
    """Show the notes on a scenario; with ``--verbose``, also what its overlays changed."""
    speech = settings.speaking(scenario.language).language()
    for note in scenario.provenance.notes:
        settings.note(speech.problem(note))
    if settings.verbose:
        for change in scenario.provenance.changes:
            settings.note(change)


def tell_ignored(settings: Settings, scenario: Scenario, draws: int | None) -> None:
    """Show a note if ``--draws`` was given for a scenario without uncertain parameters."""
    if scenario.fixed and draws is not None:
        say = settings.language().say
        settings.note(say("Every number of this scenario is fixed: --draws is ignored, one draw says all."))


def finished_run(settings: Settings, folder: Path, kinds: Mapping[str, AnyKind] | None = None) -> Answer[Any]:
    """Return the finished answer in a folder, a forecast unless kinds are given, and speak its language.

    Which of several was taken is said.
    """
    from ..report.brief import FORECASTS, which_run
    from ..report.store.folder import load

    found = load(folder, kinds or FORECASTS)
    settings.speak(found.result.language)
    if which := which_run(settings.language(), found):
        settings.note(which)
    return found
