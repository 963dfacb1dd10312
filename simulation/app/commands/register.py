"""The commands ``register add`` and ``register score``: forecasts frozen, and scored when their years have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...domain.messages import KampungError, Message, Refusal
from ...report.language import Language
from ..command import command
from ..disk_errors import reason
from ..errors import RUN_FAILED, StoppedError
from ..load_scenarios import finished_run
from ..options import HELP, NoFigures, Run, Settings, print_json

if TYPE_CHECKING:
    from ...report.register.record import TrackRecord
    from ...report.register.register import Change, Entry, Register

register = typer.Typer(
    help=HELP.say("Freeze forecasts, and score them when their years have come."),
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
Folder = Annotated[Path, typer.Option("--register", metavar="DIR", help=HELP.say("Where the register is kept."))]
Actuals = Annotated[
    list[Path],
    typer.Argument(
        metavar="ACTUALS…",
        help=HELP.say("What happened: counts by year, or a list of villages by year (CSV, XLSX)."),
        show_default=False,
    ),
]
DEFAULT = Path("results") / "register"


def today() -> date:
    """Return the day on which a forecast is frozen, or scored."""
    return date.today()  # noqa: DTZ011  the reader's own calendar says which year it is


@register.command(help=HELP.say("Freeze a finished run: what was forecast can then be proved."))
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

    found, kept = finished_run(settings, run), Register(folder)
    speech = settings.language()
    with _held(settings, kept):
        contents = kept.read()
        known = kept.find(contents, found)
        if changes := kept.obstacles(contents, found):
            raise _changed(speech, kept, changes)
        try:
            entry = known or kept.add(found, today())
        except OSError as error:
            said = speech.say(
                "The register {folder} cannot be written: {reason}. Nothing was added.",
                folder=kept.path,
                reason=reason(speech, error),
            )
            raise StoppedError([said], RUN_FAILED) from error
        digest = kept.read().digest
    if settings.as_json:
        data = {"entry": entry.name, "added": known is None, "registered": entry.registered}
        print_json({**data, "years": list(entry.years), "ended": list(entry.late_years), "digest": digest})
        return
    for sentence in _frozen(speech, kept, entry, known=known is not None):
        typer.echo(sentence)
    typer.echo(speech.say("Digest of the register: {digest}.", digest=digest))


@register.command(help=HELP.say("Score every frozen forecast whose year has come."))
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
    from ...report.register.document import change_in_words, document_of
    from ...report.register.record import score_register
    from ...report.register.register import Register
    from ..runner import show_result

    kept = Register(folder)
    contents = kept.read()
    if contents.empty:
        raise Refusal(Message("{folder} is no register: nothing was added to it", {"folder": str(kept.path)}))
    settings.speak(next((entry.snapshot.language for entry in contents.entries), None))
    speech = settings.language()
    happened = read_outcomes(
        actuals, {one.district_code: one.district for entry in contents.entries for one in entry.snapshot.districts}
    )
    for note in happened.notes:
        settings.note(speech.problem(note))
    record = score_register(contents, happened, today())
    unwritten = _keep(speech, kept, record, figures=not no_figures)
    show_result(settings, record, document_of(record, speech))
    if unwritten is None and not settings.as_json:
        typer.echo(speech.say("Files: {folder}", folder=kept.path / "record"))
    if record.changes:
        first = speech.say("The register was changed since it was written; what is named here is not counted:")
        raise StoppedError([first, *(f"- {change_in_words(speech, one)}" for one in record.changes)], RUN_FAILED)
    if unwritten is not None:
        raise unwritten


def _keep(speech: Language, kept: Register, record: TrackRecord, *, figures: bool) -> StoppedError | None:
    """Write the record and its figure beside the entries; return what is said where that is not possible."""
    from ...report.register.document import FOLDER, shown, write_record

    folder = kept.path / FOLDER
    try:
        with kept.alone():
            write_record(folder, record)
            if figures and shown(record):
                from ...report.register.figure import save_figure_of_record

                save_figure_of_record(folder, speech, record)
    except OSError as error:
        said = speech.say(
            "The record in {folder} cannot be written: {reason}.", folder=folder, reason=reason(speech, error)
        )
        return StoppedError([said], RUN_FAILED)
    return None


def _changed(speech: Language, kept: Register, changes: Sequence[Change]) -> KampungError:
    """Return why a register that was changed is not added to."""
    from ...report.register.document import change_in_words

    fix = speech.say(
        "{folder} was changed: bring these files back as they were, or begin another register with --register.",
        folder=kept.path,
    )
    return KampungError("\n".join([fix, *(f"- {change_in_words(speech, change)}" for change in changes)]))


def _frozen(speech: Language, kept: Register, entry: Entry, *, known: bool) -> Iterator[str]:
    """Yield the sentences about a frozen run, each on a line of its own, so that names of folders are not broken."""
    from ...report.register.document import years_in_words

    values = {"entry": entry.name, "day": entry.registered}
    if known:
        yield speech.say("Registered already on {day} as {entry}; nothing was changed.", **values)
    else:
        yield speech.say("Registered: {folder}", folder=kept.path / entry.name)
    if entry.late_years:
        yield speech.say(
            "Over already when it was registered, and therefore no forecast any more: {years}. It will not be counted.",
            years=years_in_words(entry.late_years),
        )


@contextmanager
def _held(settings: Settings, kept: Register) -> Iterator[None]:
    """Hold the register, so that two processes that add to it do so one after the other."""
    speech = settings.language()

    def waiting() -> None:
        settings.note(speech.say("Another process writes in {folder}; waiting for it.", folder=kept.path))

    def unlocked() -> None:
        settings.note(
            speech.say(
                "The file system of {folder} cannot lock files: do not add to the register from two computers at once.",
                folder=kept.path,
            )
        )

    with kept.alone(waiting, unlocked):
        yield
