"""What ``register`` does once its files are named: freeze a run, or hold the register against what happened.

Knows the order of these steps and of the answer's parts; must not know options, nor how numbers become words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..domain.messages import KampungError, Message, Refusal
from ..inputs.evidence.outcomes import read_outcomes
from ..report.finished import FinishedRun
from ..report.language import Language
from ..report.register import words
from ..report.register.folder import Contents, Register
from ..report.register.frozen import frozen_districts
from ..report.register.log import Line
from ..report.register.record import register_record
from ..report.register.written import draw_record, write_record
from .answer import titled
from .columns import laid_out
from .disk import reason
from .settings import RUN_FAILED, Settings, StoppedError, print_json

if TYPE_CHECKING:
    from rich.console import RenderableType

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Opened:
    """A register that was read.

    Attributes
    ----------
    register, contents
        Where it is, and what it holds.
    forecasts
        Entry -> the record of its forecast, of those that are as they were frozen.
    """

    register: Register
    contents: Contents
    forecasts: Mapping[str, Record]

    @property
    def language(self) -> str | None:
        """The language that the scenario of the first forecast names."""
        return next((record["language"] for record in self.forecasts.values()), None)


def open_register(register: Register) -> Opened:
    """Return what a register holds.

    Raises
    ------
    Refusal
        Where nothing was ever added to it.
    """
    contents = register.read()
    if not contents.log.content and not contents.faults:
        message = Message("{folder} is no register: nothing was added to it", {"folder": str(register.path)})
        raise Refusal(message)
    return Opened(register, contents, {line.entry: register.record(line) for line in contents.entries})


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
    if contents.faults:
        raise _changed(speech, register, contents)
    known = register.find(contents, run)
    try:
        line = known or register.add(run, today)
    except OSError as error:
        said = speech.say(
            "The register {folder} cannot be written: {reason}. Nothing was added.",
            folder=register.path,
            reason=reason(speech, error),
        )
        raise StoppedError([said], RUN_FAILED) from error
    head = register.read().log.head
    if settings.as_json:
        told = {"entry": line.entry, "added": known is None, "registered": line.registered}
        print_json({**told, "years": list(line.years), "ended": list(line.ended), "head": head})
    else:
        for sentence in _frozen(speech, register, line, known=known is not None):
            typer.echo(sentence)
        typer.echo(speech.say("Digest of the register: {digest}.", digest=head))


def _changed(speech: Language, register: Register, contents: Contents) -> KampungError:
    """Return what is told where a register that was changed is to be added to."""
    named = [words.fault(speech, vars(fault)) for fault in contents.faults]
    fix = speech.say(
        "{folder} was changed: bring these files back as they were, or begin another register with --register.",
        folder=register.path,
    )
    return KampungError("\n".join([fix, *(f"- {sentence}" for sentence in named)]))


def _frozen(speech: Language, register: Register, line: Line, *, known: bool) -> Iterator[str]:
    """Yield what became of the run, each sentence on a line: names of folders are not broken."""
    values = {"entry": line.entry, "day": line.registered}
    if known:
        yield speech.say("Registered already on {day} as {entry}; nothing was changed.", **values)
    else:
        yield speech.say("Registered: {folder}", folder=register.path / line.entry)
    if line.ended:
        yield speech.say(
            "Over already when it was registered, and therefore no forecast any more: {years}. It will not be counted.",
            years=words.years(line.ended),
        )


def look_back(settings: Settings, opened: Opened, actuals: Sequence[Path], today: date, *, figures: bool) -> None:
    """Hold the register against what happened, keep the record and its figure, and print what it says.

    Raises
    ------
    StoppedError
        Where something of the register was changed, or the record cannot be written; the rest is shown all the same.
    """
    speech, register = settings.language(), opened.register
    districts = {
        district.code: district.name for record in opened.forecasts.values() for district in frozen_districts(record)
    }
    happened = read_outcomes(actuals, districts)
    for note in happened.notes:
        settings.note(speech.problem(note))
    record = register_record(opened.contents, lambda line: opened.forecasts[line.entry], happened, today)
    unwritten = _keep(speech, register, record, figures=figures)
    if settings.as_json:
        print_json(record)
    else:
        typer.echo(laid_out(_parts(speech, record)), nl=False)
        if unwritten is None:
            typer.echo(speech.say("Files: {folder}", folder=register.path / "record"))
    faults = [words.fault(speech, fault) for fault in record["faults"]]
    if faults:
        first = speech.say("The register was changed since it was written; what is named here is not counted:")
        raise StoppedError([first, *(f"- {fault}" for fault in faults)], RUN_FAILED)
    if unwritten is not None:
        raise unwritten


def _keep(speech: Language, register: Register, record: dict[str, Any], *, figures: bool) -> StoppedError | None:
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
