"""Scenario files as commands read them, and what is said of them.

Knows which notes a reader gets; must not know what a command does with a scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .errors import BAD_INPUT, show_problems
from .options import Settings

if TYPE_CHECKING:
    from ..domain.messages import Problem, ProblemsError
    from ..inputs.scenario import Scenario


def load_all(settings: Settings, paths: Sequence[Path]) -> list[Scenario]:
    """Read scenario files, all problems of all of them shown at once.

    Raises
    ------
    typer.Exit
        Where one cannot be used.
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
    """Yield errors without the problems that an earlier one has shown, such as those of a table that files share."""
    from ..domain.messages import ProblemsError

    told: list[Problem] = []
    for error in errors:
        fresh = [problem for problem in error.problems if problem not in told]
        told += fresh
        if fresh:
            yield ProblemsError(fresh, error.language)


def tell_changes(settings: Settings, scenario: Scenario) -> None:
    """Say what a reader should know of the files, and what overlays changed where more was asked for."""
    speech = settings.speaking(scenario.language).language()
    for note in scenario.provenance.notes:
        settings.note(speech.problem(note))
    if settings.verbose:
        for change in scenario.provenance.changes:
            settings.note(change)


def tell_ignored(settings: Settings, scenario: Scenario, draws: int | None) -> None:
    """Say that draws were asked for where one says all."""
    if scenario.fixed and draws is not None:
        say = settings.language().say
        settings.note(say("Every number of this scenario is fixed: --draws is ignored, one draw says all."))
