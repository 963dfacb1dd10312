"""The commands ``register add`` and ``register score``: forecasts frozen, and scored when their years have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...domain.messages import KampungError, Message, Refusal
from ...report.language import Language
from ..command import command, keep_settings
from ..errors import StoppedError
from ..frame import App
from ..load_scenarios import finished_run
from ..options import HELP, NoFigures, Run, Settings, print_json, quoted

if TYPE_CHECKING:
    from ...report.register.register import Change, Entry

register = App(help=HELP.say("Lock forecasts, and score them when their years are over."))
register.callback()(keep_settings)
Folder = Annotated[
    Path, typer.Option("--register", metavar=HELP.say("DIR"), help=HELP.say("Where the register is kept."))
]
Actuals = Annotated[
    list[Path],
    typer.Argument(
        metavar=HELP.say("ACTUALS…"),
        help=HELP.say("What happened: counts by year, or a list of villages by year (CSV, XLSX)."),
    ),
]
DEFAULT = Path("results") / "register"


def today() -> date:
    """Return the day on which a forecast is frozen, or scored."""
    return date.today()  # noqa: DTZ011  the reader's own calendar says which year it is


@register.command(help=HELP.say("Lock a finished forecast: what it said can be proved later."))
@command
def add(
    settings: Settings,
    run: Run,
    folder: Folder = DEFAULT,
) -> None:
    """Freeze a run in the register, and say so; or that it is there already.

    A register that was changed is not added to: another entry would hide that.
    """
    from ...report.register.register import Register
    from ...report.store.lock import alone

    found, kept = finished_run(settings, run), Register(folder)
    speech = settings.language()
    with alone(folder, settings.note):
        contents = kept.read()
        known = kept.find(contents, found)
        if changes := kept.obstacles(contents, found):
            first = speech.say(
                "{folder} was changed: bring these files back as they were, or begin another register with --register.",
                folder=folder,
            )
            raise KampungError("\n".join([first, *_named(speech, changes)]))
        entry = known or kept.add(found, today())
        digest = kept.read().digest
    if settings.as_json:
        data = {"entry": entry.name, "added": known is None, "registered": entry.registered}
        print_json({**data, "years": list(entry.years), "ended": list(entry.late_years), "digest": digest})
        return
    # A line each, so that names of folders are not broken.
    for sentence in (
        *_frozen(speech, folder, entry, known=known is not None),
        speech.say(
            "Digest of the register (SHA-256): {digest}. Keep it in a letter or memo: it proves later "
            "that nothing was changed.",
            digest=digest,
        ),
    ):
        typer.echo(sentence)


def _frozen(speech: Language, folder: Path, entry: Entry, *, known: bool) -> Iterator[str]:
    """Yield the sentences about a frozen run."""
    from ...report.register.document import years_in_words

    if known:
        day = entry.registered
        yield speech.say("Registered already on {day} as {entry}; nothing was changed.", day=day, entry=entry.name)
    else:
        yield speech.say("Registered: {folder}", folder=folder / entry.name)
    if entry.late_years:
        yield speech.say(
            "Already past when registered, so not a forecast: {years}. It will not be counted.",
            years=years_in_words(entry.late_years),
        )


@register.command(help=HELP.say("Score every locked forecast whose year is over."))
@command
def score(
    settings: Settings,
    actuals: Actuals,
    folder: Folder = DEFAULT,
    no_figures: NoFigures = False,
) -> None:
    """Score the register against what happened, and keep the record and its figure.

    What of the register was changed is named, and the command then fails; the rest is scored all the same.
    """
    from ...inputs.observations.outcomes import read_outcomes
    from ...report.register.document import FOLDER, document_of, shown, write_record
    from ...report.register.register import Register
    from ...report.register.scoring import score_register
    from ...report.store.lock import alone
    from ..runner import show_result

    contents = Register(folder).read()
    if not (contents.digest or contents.changes):
        raise Refusal(Message("{folder} is not a register: nothing was added to it", {"folder": str(folder)}))
    forecasts = [entry.forecast for entry in contents.entries]
    settings.lang = settings.lang or next((one.language for one in forecasts), None)
    speech = settings.language()
    happened = read_outcomes(
        actuals, {one.district_code: one.district for forecast in forecasts for one in forecast.districts}
    )
    for note in happened.notes:
        settings.note(note)
    record = score_register(contents, happened, today())
    inside = folder / FOLDER
    kept: list[str] = []
    try:
        with alone(folder):
            write_record(inside, record)
            if not no_figures and shown(record):
                from ...report.register.figure import save_figure_of_record

                save_figure_of_record(inside, speech, record)
        kept.append(speech.say("Files: {folder}", folder=quoted(inside)))
    finally:  # what cannot be kept is shown all the same
        show_result(settings, record, document_of(record, speech), kept)
    if record.changes:
        first = speech.say("The register was changed since it was written; what is named here is not counted:")
        raise StoppedError("\n".join([first, *_named(speech, record.changes)]))


def _named(speech: Language, changes: Sequence[Change]) -> list[str]:
    """Return a line for each change of a register."""
    from ...report.register.document import change_in_words

    return [f"- {change_in_words(speech, change)}" for change in changes]
