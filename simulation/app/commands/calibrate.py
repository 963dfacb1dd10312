"""The command ``calibrate``: what a district's past teaches of the parameters, as draws that a scenario can use.

Knows its options and the order of its steps; must not know how tables are read or draws are found.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...report.language import Language, phrase
from ..command import command
from ..disk import cannot_begin, cannot_draw
from ..loading import load_all
from ..settings import (
    BAD_INPUT,
    HELP,
    NoFigures,
    Seed,
    Settings,
    StoppedError,
    print_json,
    printable,
    told,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ...decision.next_datum import NextDatum
    from ...inference.calibration.posterior import Posterior
    from ...inputs.observations.reading import DataFile
    from ...inputs.scenario import Scenario
    from ...report.calibration.folder import CalibrationFiles

Data = Annotated[
    list[Path] | None,
    typer.Argument(metavar="DATA…", help=HELP.say("Lists, counts, assistance (CSV, XLSX)."), show_default=False),
]
Of = Annotated[
    Path, typer.Option("--scenario", metavar="S", help=HELP.say("Scenario whose priors apply."), show_default=False)
]
OutFile = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=HELP.say("Draws to write [S_posterior.parquet]."), show_default=False),
]
Kind = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", metavar="FILE=KIND", help=HELP.say("What a file is: panel, counts, launch_years, assistance.")
    ),
]
FixedCohort = Annotated[
    bool, typer.Option("--fixed-cohort", help=HELP.say("Leave out villages that are not in all lists."))
]
Effects = Annotated[
    bool, typer.Option("--estimate-effects", help=HELP.say("Estimate effects too; needs records of assistance."))
]
Number = Annotated[int, typer.Option("--draws", metavar="N", min=2, help=HELP.say("Draws to write."))]
MOST_DRAWS = 100_000
LEARNING = phrase("Learning"), phrase("Learning: {done} of {total} percent, about {seconds} s left")


@command
def calibrate(
    settings: Settings,
    scenario: Of,
    data: Data = None,
    out: OutFile = None,
    kind: Kind = None,
    fixed_cohort: FixedCohort = False,
    estimate_effects: Effects = False,
    draws: Number = 1000,
    seed: Seed = 0,
    no_figures: NoFigures = False,
) -> None:
    """Learn the parameters of a scenario from data, and write draws and a scenario that uses them."""
    with told(settings):
        (loaded,) = load_all(settings, [scenario])
        settings = settings.speaking(loaded.language)
    with told(settings):
        from ...report.calibration.folder import ENDING, CalibrationFiles

        files = CalibrationFiles(out or scenario.with_name(f"{scenario.stem}_posterior{ENDING}"), scenario)
        _refuse(settings.language(), files, draws)
        named = _kinds(settings.language(), data or [], kind or [])
        _refuse_fixed(settings.language(), loaded)
        record = _learn(settings, loaded, named, files, (draws, seed), (fixed_cohort, estimate_effects))
        undrawn = None if no_figures else _draw(settings, files, record)
        _show(settings, files, record)
        if undrawn is not None:
            raise undrawn


def _refuse(speech: Language, files: CalibrationFiles, draws: int) -> None:
    """Refuse, before anything is computed, a place where a scenario could not use the draws."""
    from ...report.calibration.folder import ENDING

    values = {"path": files.draws, "overlay": files.overlay, "scenario": files.scenario}
    if draws > MOST_DRAWS:
        raise StoppedError([speech.say("At most {most} draws.", most=speech.number(MOST_DRAWS))], BAD_INPUT)
    if files.draws.suffix != ENDING:
        said = speech.say("{path} is no name for draws: let --out end in .parquet.", **values)
        raise StoppedError([said], BAD_INPUT)
    if not files.within:
        said = speech.say(
            "A scenario beside {path} cannot name {scenario}: choose an --out in the folder of the scenario.", **values
        )
        raise StoppedError([said], BAD_INPUT)
    if files.taken:
        said = speech.say(
            "{overlay} is there already and no answer of calibrate: choose another --out; the scenario that uses the "
            "draws gets the same name with .yaml.",
            **values,
        )
        raise StoppedError([said], BAD_INPUT)


def _refuse_fixed(speech: Language, scenario: Scenario) -> None:
    """Refuse a scenario in which no parameter is uncertain."""
    if not scenario.parameters.uncertain:
        said = speech.say(
            "Every parameter of this scenario is a fixed number: nothing can be learned. Leave out those under "
            "transition that data should tell, or give distributions."
        )
        raise StoppedError([said], BAD_INPUT)


def _kinds(speech: Language, data: Sequence[Path], kinds: Sequence[str]) -> list[DataFile]:
    """Return the data files with the kinds that were named."""
    from ...inputs.observations.reading import DataFile
    from ...inputs.observations.recognise import KINDS

    named: dict[Path, str] = {}
    for given in kinds:
        file, _, kind = given.rpartition("=")
        if kind not in KINDS or Path(file) not in data:
            said = speech.say(
                "--kind {given}: write FILE=KIND, with one of the files given and one of: {kinds}.",
                given=given,
                kinds=", ".join(KINDS),
            )
            raise StoppedError([said], BAD_INPUT)
        named[Path(file)] = kind
    return [DataFile(path, named.get(path)) for path in data]


def _learn(
    settings: Settings,
    scenario: Scenario,
    data: Sequence[DataFile],
    files: CalibrationFiles,
    effort: tuple[int, int],
    choices: tuple[bool, bool],
) -> dict[str, Any]:
    """Read the data, find the posterior, write its files, and return the record."""
    from ...inference.calibration.calibrate import calibrate as posterior_of
    from ...inputs.observations.evidence import read_evidence
    from ...report.calibration.record import calibration_record
    from ..progress import ProgressReport

    speech = settings.language()
    (draws, seed), (fixed_cohort, estimate_effects) = effort, choices
    gathered = read_evidence(data, scenario, fixed_cohort=fixed_cohort)
    for note in gathered.notes:
        settings.note(speech.problem(note))
    with ProgressReport(speech, quiet=settings.quiet, doing=LEARNING) as progress:
        found = posterior_of(
            gathered.evidence,
            scenario,
            draws,
            seed,
            estimate_effects=estimate_effects,
            progress=lambda done, total: progress(max(done, 1), total),
        )
    record = calibration_record(scenario, found, gathered.files, gathered.notes, _next(found, scenario, seed))
    try:
        files.write(found, scenario, record)
    except OSError as error:
        raise cannot_begin(speech, files.draws.parent, error) from error
    return record


def _next(found: Posterior, scenario: Scenario, seed: int) -> NextDatum | None:
    """Return which datum to collect next, where that can be told."""
    from ...decision.next_datum import next_datum
    from ...domain.messages import Refusal

    try:
        return next_datum(found.applied_to(scenario), seed=seed)
    except Refusal:
        return None


def _draw(settings: Settings, files: CalibrationFiles, record: dict[str, Any]) -> StoppedError | None:
    """Draw the figure; return what is told where it cannot be written."""
    from ...report.plots import posterior

    speech = settings.language()
    try:
        files.draw(posterior(record, speech.code), speech.code)
    except OSError as error:
        return cannot_draw(speech, files.draws.parent, error)
    return None


def _show(settings: Settings, files: CalibrationFiles, record: dict[str, Any]) -> None:
    """Print the answer, as data or in words, and how to use it."""
    from ..columns import laid_out

    if settings.as_json:
        print_json(record)
        return
    speech = settings.language()
    typer.echo(laid_out(_parts(speech, record)), nl=False)
    typer.echo(printable(speech.say("Written: {path}", path=files.draws)))
    command = f"kampungkb forecast {shlex.quote(str(files.overlay))}"
    typer.echo(printable(speech.say("Forecast with what was learned: {command}", command=command)))


def _parts(speech: Language, record: dict[str, Any]) -> Iterator[RenderableType]:
    """Yield the sentences and the table of the answer, in reading order."""
    from ...report import wording
    from ...report.calibration import words
    from ..answer import titled

    yield words.heading(speech, record)
    yield ""
    yield record["verdict"][speech.code]
    yield wording.basis(speech, record["basis"])
    if words.learned(record):
        yield from titled(words.table(speech, record))
    yield from words.notes(speech, record)
    if (then := words.next_table(speech, record)) is not None:
        yield from titled(then)
