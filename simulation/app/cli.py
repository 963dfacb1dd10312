"""The command ``kampungkb``: check, forecast, new, schema.

Knows commands, options and the order of their steps; must not know how a forecast is computed,
kept or worded. With its neighbours in this room the only place that prints.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    problem_data,
    show_problems,
    told,
)

if TYPE_CHECKING:
    from ..engine.ensemble import Effort
    from ..inputs.scenario import Scenario
    from ..report.language import Language
    from ..report.record import Record
    from ..report.results import RunFolder

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
            _print_json(
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
    began = time.monotonic()
    with told(settings):
        from ..inputs.scenario import load_scenario

        loaded = load_scenario(scenario)
        settings = settings.speaking(loaded.language)
    with told(settings):
        from ..engine.ensemble import Effort
        from ..report.results import RunFolder

        speech = settings.language()
        _tell_changes(settings, loaded)
        if loaded.fixed and draws is not None:
            settings.note(speech.say("Every number of this scenario is fixed: --draws is ignored, one draw says all."))
        effort = Effort.of(loaded, draws, replicates)
        run = RunFolder.of(loaded, effort, seed, engine.value, out)
        if force:
            run.chunks.remove()
        record = None if force else run.read()
        if record is None:
            record = _compute(settings, loaded, effort, seed, engine, workers, run)
        else:
            settings.note(speech.say("Found finished; --force computes it again."))
        if not no_figures and run.add_figures(record, [speech.code]):
            run.log("figures", language=speech.code)
        _print_answer(settings, speech.code, record, run)
        _tell_effort(settings, speech, time.monotonic() - began)


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
            _print_json({"written": [str(path) for path in written]})
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

        _print_json(json_schema())


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that knows no ≥ or ± gets a question mark instead of a traceback.
            stream.reconfigure(errors="replace")
    app()


def _compute(
    settings: Settings,
    scenario: Scenario,
    effort: Effort,
    seed: int,
    engine: EngineChoice,
    workers: int | None,
    run: RunFolder,
) -> Record:
    """Run the ensemble, write its tables and return the record."""
    from ..inference.forecast import forecast as run_forecast
    from ..report.chunks import worth_keeping
    from .progress import ProgressReport

    began = time.monotonic()
    chunks = run.chunks
    with ProgressReport(settings.language(), quiet=settings.quiet, resuming=lambda: chunks.resuming) as progress:
        result = run_forecast(
            scenario,
            effort.draws,
            effort.replicates,
            seed,
            engine=engine.value,
            workers=workers,
            progress=progress,
            sink=chunks if worth_keeping(scenario, effort, engine.value) else None,
        )
    record = run.write(result)
    run.log("finished", engine=engine.value, workers=workers or "default", seconds=round(time.monotonic() - began, 2))
    return record


def _print_answer(settings: Settings, code: str, record: Record, run: RunFolder) -> None:
    """Print the record, or what a reader should know of it."""
    from ..report.language import language

    if settings.as_json:
        _print_json(record)
        return
    from .answer import forecast_answer

    speech = language(code)
    typer.echo(forecast_answer(speech, record), nl=False)
    typer.echo(speech.say("Files: {folder}", folder=run.path))


def _print_json(value: Any) -> None:
    """Print plain data as it would stand in a file."""
    from ..report.files import json_text

    typer.echo(json_text(value), nl=False)


def _tell_changes(settings: Settings, scenario: Scenario) -> None:
    """Say what overlays changed, where more was asked for."""
    if settings.verbose:
        for change in scenario.changes:
            settings.note(change)


def _tell_effort(settings: Settings, speech: Language, seconds: float) -> None:
    """Say with what and how long, where more was asked for."""
    if settings.verbose:
        from ..report.results import versions

        known = ", ".join(f"{name} {number}" for name, number in versions().items() if number is not None)
        settings.note(speech.say("Versions: {versions}.", versions=known))
        settings.note(speech.say("Time taken: {seconds} s.", seconds=speech.number(seconds, 1)))


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
