"""The command ``check``: all problems of all files at once.

Knows which files are asked for; must not know what a problem is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..loading import tell_changes
from ..settings import (
    BAD_INPUT,
    Debug,
    Json,
    Lang,
    Quiet,
    ScenarioFiles,
    Settings,
    Verbose,
    print_json,
    problem_data,
    show_problems,
    told,
)

if TYPE_CHECKING:
    from ...inputs.scenario import Scenario


def check(
    context: typer.Context,
    scenarios: ScenarioFiles,
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Check scenario files."""
    settings = Settings(lang, quiet, verbose, debug, as_json).also(context)
    with told(settings):
        from ...inputs.problems import ProblemsError
        from ...inputs.scenario import load_scenario

        errors: list[ProblemsError] = []
        for path in scenarios:
            try:
                scenario = load_scenario(path)
            except ProblemsError as error:
                errors.append(error)
                continue
            tell_changes(settings, scenario)
            if not settings.as_json:
                typer.echo(_in_order(settings.speaking(scenario.language), path, scenario))
        if settings.as_json:
            print_json(
                {"ok": not errors, "problems": [data for error in errors for data in problem_data(settings, error)]}
            )
        elif errors:
            show_problems(settings, errors)
        if errors:
            raise typer.Exit(BAD_INPUT)


def _in_order(settings: Settings, path: Path, scenario: Scenario) -> str:
    speech = settings.language()
    return speech.say(
        "{file}: in order (villages: {villages}; years: {first}–{last}; interventions: {interventions}).",
        file=path,
        villages=speech.number(sum(len(district) for district in scenario.districts)),
        first=scenario.years[0],
        last=scenario.years[-1],
        interventions=speech.number(len(scenario.interventions)),
    )
