"""The command ``kampungkb``: check, forecast, new, schema.

Knows commands, options and the order of their steps; must not know how a forecast is computed,
kept or worded. With its neighbours in this room the only place that prints.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .settings import (
    BAD_INPUT,
    HELP,
    Debug,
    EngineChoice,
    Json,
    Lang,
    Quiet,
    Settings,
    Verbose,
    at_least_one,
    at_least_zero,
    between_zero_and_one,
    print_json,
    problem_data,
    show_problems,
    told,
)

if TYPE_CHECKING:
    from ..inputs.scenario import Scenario

app = typer.Typer(
    name="kampungkb",
    help=HELP.say("Will a district meet its Kampung KB target, and how sure is that?"),
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help=HELP.say("Scenario file (YAML)."), show_default=False)
]
ScenarioFiles = Annotated[
    list[Path], typer.Argument(metavar="SCENARIO…", help=HELP.say("Scenario files (YAML)."), show_default=False)
]
Draws = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Draws of the uncertain parameters [1000].")),
]
Replicates = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Trajectories per draw [20; 20000 if all fixed].")),
]
Precision = Annotated[
    float | None,
    typer.Option(metavar="H", callback=between_zero_and_one, help=HELP.say("Double draws until the error is below H.")),
]
Seed = Annotated[int, typer.Option(metavar="N", callback=at_least_zero, help=HELP.say("Seed of the random draws."))]
EngineOption = Annotated[EngineChoice, typer.Option(metavar="batch|mesa|exact", help=HELP.say("How to compute."))]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Threads or processes [all cores; mesa: 1].")),
]
NoFigures = Annotated[bool, typer.Option("--no-figures", help=HELP.say("Tables only."))]
Force = Annotated[bool, typer.Option("--force", help=HELP.say("Compute again what is there already."))]
Out = Annotated[Path, typer.Option(metavar="DIR", help=HELP.say("Where run folders are kept."))]


@app.callback()
def common(
    context: typer.Context,
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Keep the options given before the command's name."""
    context.obj = Settings(lang, quiet, verbose, debug, as_json)


@app.command(help=HELP.say("Check scenario files: all problems of all files at once."))
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
        from ..inputs.problems import ProblemsError
        from ..inputs.scenario import load_scenario

        errors: list[ProblemsError] = []
        for path in scenarios:
            try:
                scenario = load_scenario(path)
            except ProblemsError as error:
                errors.append(error)
                continue
            _tell_changes(settings, scenario)
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


@app.command(help=HELP.say("Forecast whether the target is met, and write a run folder."))
def forecast(
    context: typer.Context,
    scenario: ScenarioFile,
    draws: Draws = None,
    replicates: Replicates = None,
    precision: Precision = None,
    seed: Seed = 0,
    engine: EngineOption = EngineChoice.batch,
    workers: Workers = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Run the ensemble of a scenario, or find it, and print the answer."""
    settings = Settings(lang, quiet, verbose, debug, as_json).also(context)
    with told(settings):
        from ..inputs.scenario import load_scenario

        loaded = load_scenario(scenario)
        settings = settings.speaking(loaded.language)
    with told(settings):
        from ..engine.ensemble import Effort
        from .running import Order, answer

        _tell_changes(settings, loaded)
        _tell_ignored(settings, loaded, draws)
        effort = Effort.of(loaded, draws, replicates)
        order = Order(loaded, effort, seed, engine.value, workers, precision)
        answer(settings, order, out, force=force, figures=not no_figures)


@app.command(help=HELP.say("Write a starter scenario and a village table to fill in."))
def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=HELP.say("Name of the scenario: a-z, 0-9, - and _."))],
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Write a starter scenario and its village table."""
    settings = Settings(lang, quiet, verbose, debug, as_json).also(context)
    with told(settings):
        from .starter import write_starter

        speech = settings.language()
        written = write_starter(Path(name), speech)
        if settings.as_json:
            print_json({"written": [str(path) for path in written]})
            return
        for path in written:
            typer.echo(speech.say("Written: {path}", path=path))
        settings.note(speech.say("Fill in the village table, then run: kampungkb check {path}", path=written[0]))


@app.command(help=HELP.say("Print the JSON Schema of the scenario file, for editors."))
def schema(
    context: typer.Context,
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Print the JSON Schema of the scenario file."""
    with told(Settings(lang, quiet, verbose, debug, as_json).also(context)):
        from ..inputs.schema import json_schema

        print_json(json_schema())


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that knows no ≥ or ± gets a question mark instead of a traceback.
            stream.reconfigure(errors="replace")
    app()


def _tell_changes(settings: Settings, scenario: Scenario) -> None:
    """Say what overlays changed, where more was asked for."""
    if settings.verbose:
        for change in scenario.changes:
            settings.note(change)


def _tell_ignored(settings: Settings, scenario: Scenario, draws: int | None) -> None:
    """Say that draws were asked for where one says all."""
    if scenario.fixed and draws is not None:
        say = settings.language().say
        settings.note(say("Every number of this scenario is fixed: --draws is ignored, one draw says all."))


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
