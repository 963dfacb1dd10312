"""What ``register`` does once its files are named: freeze a run, or hold the register against what happened.

Knows the order of these steps and of the answer's parts; must not know options, nor how numbers become words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..domain.messages import KampungError, Message, Refusal
from ..inputs.observations.outcomes import read_outcomes
from ..report.finished import FinishedRun
from ..report.language import Language
from ..report.register import words
from ..report.register.record import Record, score_register
from ..report.register.register import Change, Contents, Entry, Register
from ..report.register.written import draw_record, plain_record, write_record
from .answer import titled
from .columns import laid_out
from .disk import reason
from .settings import RUN_FAILED, Settings, StoppedError, print_json

if TYPE_CHECKING:
    from rich.console import RenderableType


def open_register(register: Register) -> Contents:
    """Return what a register holds.

    Raises
    ------
    Refusal
        Where nothing was ever added to it.
    """
    contents = register.read()
    if contents.empty:
        message = Message("{folder} is no register: nothing was added to it", {"folder": str(register.path)})
        raise Refusal(message)
    return contents


def freeze(settings: Settings, register: Register, run: FinishedRun, today: date) -> None:
    """Freeze a run in a register that the caller holds, and say so; or that it is there already.

    Raises
    ------
    KampungError
        Where the register is not as it was written: a line more would hide that.
    StoppedError
        Where it cannot be written.
    """
    speech = settings.language()
    contents = register.read()
    known = register.find(contents, run)
    if changes := register.obstacles(contents, run):
        raise _changed(speech, register, changes)
    try:
        entry = known or register.add(run, today)
    except OSError as error:
        said = speech.say(
            "The register {folder} cannot be written: {reason}. Nothing was added.",
            folder=register.path,
            reason=reason(speech, error),
        )
        raise StoppedError([said], RUN_FAILED) from error
    digest = register.read().digest
    if settings.as_json:
        told = {"entry": entry.name, "added": known is None, "registered": entry.registered}
        print_json({**told, "years": list(entry.years), "ended": list(entry.late_years), "digest": digest})
    else:
        for sentence in _frozen(speech, register, entry, known=known is not None):
            typer.echo(sentence)
        typer.echo(speech.say("Digest of the register: {digest}.", digest=digest))


def _changed(speech: Language, register: Register, changes: Sequence[Change]) -> KampungError:
    """Return what is told where a register that was changed is to be added to."""
    fix = speech.say(
        "{folder} was changed: bring these files back as they were, or begin another register with --register.",
        folder=register.path,
    )
    return KampungError("\n".join([fix, *(f"- {words.change(speech, change)}" for change in changes)]))


def _frozen(speech: Language, register: Register, entry: Entry, *, known: bool) -> Iterator[str]:
    """Yield what became of the run, each sentence on a line: names of folders are not broken."""
    values = {"entry": entry.name, "day": entry.registered}
    if known:
        yield speech.say("Registered already on {day} as {entry}; nothing was changed.", **values)
    else:
        yield speech.say("Registered: {folder}", folder=register.path / entry.name)
    if entry.late_years:
        yield speech.say(
            "Over already when it was registered, and therefore no forecast any more: {years}. It will not be counted.",
            years=words.years(entry.late_years),
        )


def look_back(
    settings: Settings, register: Register, contents: Contents, actuals: Sequence[Path], today: date, *, figures: bool
) -> None:
    """Hold the register against what happened, keep the record and its figure, and print what it says.

    Raises
    ------
    StoppedError
        Where something of the register was changed, or the record cannot be written; the rest is shown all the same.
    """
    speech = settings.language()
    districts = {district.code: district.name for entry in contents.entries for district in entry.snapshot.districts}
    happened = read_outcomes(actuals, districts)
    for note in happened.notes:
        settings.note(speech.problem(note))
    record = score_register(contents, happened, today)
    unwritten = _keep(speech, register, record, figures=figures)
    if settings.as_json:
        print_json(plain_record(record))
    else:
        typer.echo(laid_out(_parts(speech, record)), nl=False)
        if unwritten is None:
            typer.echo(speech.say("Files: {folder}", folder=register.path / "record"))
    changes = [words.change(speech, change) for change in record.changes]
    if changes:
        first = speech.say("The register was changed since it was written; what is named here is not counted:")
        raise StoppedError([first, *(f"- {change}" for change in changes)], RUN_FAILED)
    if unwritten is not None:
        raise unwritten


def _keep(speech: Language, register: Register, record: Record, *, figures: bool) -> StoppedError | None:
    """Write the record and its figure beside the entries; return what is told where that is not possible."""
    try:
        with register.alone():
            write_record(register, record)
            if figures and words.shown(record):
                draw_record(register, speech, record)
    except OSError as error:
        said = speech.say(
            "The record in {folder} cannot be written: {reason}.",
            folder=register.path / "record",
            reason=reason(speech, error),
        )
        return StoppedError([said], RUN_FAILED)
    return None


def _parts(speech: Language, record: Record) -> Iterator[RenderableType]:
    """Yield the sentences and the table of the answer, in reading order."""
    yield speech.say("{headline}.", headline=words.headline(speech, record))
    yield from words.scores(speech, record)
    yield from words.cautions(speech, record)
    if (table := words.forecasts_table(speech, record)) is not None:
        yield from titled(table)
    yield from words.notes(speech, record)
