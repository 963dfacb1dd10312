"""What every command with an answer of its own does: find the finished answer or make it, draw, show."""

from __future__ import annotations

import shutil
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..engine.cluster import workers_at
from ..engine.compiled import SLOW, WithoutNumbaWarning
from ..engine.failure import EnsembleError
from ..engine.progress import SlowAgentsWarning
from ..engine.whole_file import NO_SPACE, reason
from ..report.codec import to_data
from ..report.document.blocks import Document
from ..report.document.terminal import as_text
from ..report.files import json_text, remove
from ..report.kinds.kind import AnyKind, Work
from ..report.kinds.question import Question
from ..report.language import Language
from ..report.store.folder import Answer, versions
from ..report.store.making import Place, UnwrittenError, obtain
from .errors import StoppedError
from .options import Settings, quoted

if TYPE_CHECKING:
    from ..engine.chunk_folder import ChunkFolder

FIGURE_BYTES = 220_000
"""Of a figure as SVG and PNG."""


def answer(
    settings: Settings,
    kind: AnyKind,
    question: Question[Any],
    out: Path,
    *,
    workers: int | None = None,
    executor: str | None = None,
    force: bool = False,
    figures: bool = True,
    after: Callable[[Answer[Any]], Iterable[str]] = lambda _: (),
    shown: bool = True,
) -> Answer[Any]:
    """Find the finished answer to a question or make it, draw the figures it lacks, show it, and return it.

    Parameters
    ----------
    out
        Below which folder answers are kept.
    workers
        Threads or processes; None for the engine's default.
    executor
        Address of a Dask scheduler whose workers compute instead.
    force
        Whether the answer is computed even where it is there.
    after
        What is still to be done with the answer before it is shown; returns the sentences that tell it.
    shown
        Whether it is printed.

    Raises
    ------
    StoppedError
        Where figures cannot be written, or the answer cannot be shown.
    """
    began, speech, place = time.monotonic(), settings.language(), Place.of(kind, question, out)
    needed = kind.size(question) + FIGURE_BYTES * len(kind.figures) * figures
    if not question.repeatable and place.found() is not None:
        settings.note(speech.say("The law of the user's own does not say in inputs what it reads: computed again."))
    try:
        obtained = obtain(
            place,
            question,
            lambda: _compute(settings, place, question, (workers, executor), needed),
            speech,
            figures=figures,
            force=force,
            tell=settings.note,
            workers=executor or workers or "default",
        )
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(*(interrupt.args or [_what_is_left(speech, place, force=force)])) from None
    except UnwrittenError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in NO_SPACE:
            error.add_note(
                speech.say(
                    "The results take about {size} there: free some space, or choose another disk with --out.",
                    size=size_in_words(speech, needed),
                )
            )
        error.add_note(_what_is_left(speech, place, force=False))
        raise
    found = obtained.answer
    if not obtained.made:
        settings.note(speech.say("Already computed; --force runs it again."))
    if obtained.drawn and settings.verbose:
        for name in kind.figures:
            if name in kind.undrawn and (why := kind.undrawable(name, found.result)) is not None:
                settings.note(speech.say(kind.undrawn[name], reason=speech.problem(why)))
    closing = list(after(found))
    if shown:
        show(settings, found, closing)
    if settings.verbose:
        known = ", ".join(f"{name} {number}" for name, number in versions().items() if number is not None)
        settings.note(speech.say("Versions: {versions}.", versions=known))
        settings.note(speech.say("Time taken: {seconds} s.", seconds=speech.number(time.monotonic() - began, 1)))
    if obtained.undrawn is not None:
        said = speech.say(
            "Figures are missing: {folder} cannot be written: {reason}. The tables are finished; the same command adds "
            "the figures.",
            folder=found.path,
            reason=speech.problem(reason(obtained.undrawn)),
        )
        raise StoppedError(said)
    return found


def show(settings: Settings, found: Answer[Any], closing: Iterable[str]) -> None:
    """Print an answer, as data or in words, where it is kept, and other sentences below it.

    Raises
    ------
    StoppedError
        Where it goes to a file that cannot be written.
    """
    speech = settings.language()
    try:
        files = speech.say("Files: {folder}", folder=quoted(found.path))
        show_result(settings, found.result, found.document(speech), [files, *closing])
    except BrokenPipeError:
        raise
    except OSError as error:
        said = speech.say(
            "The answer cannot be written where it should go: {reason}. The results in {folder} are "
            "complete; the same command shows the answer again.",
            reason=speech.problem(reason(error)),
            folder=found.path,
        )
        raise StoppedError(said) from error


def show_result(settings: Settings, result: Any, document: Document, closing: Sequence[str] = ()) -> None:
    """Print a result, as data or in words, with other sentences below it."""
    text = (
        json_text(to_data(result))
        if settings.as_json
        else as_text(settings.language(), document, closing, verbose=settings.verbose)
    )
    typer.echo(text, nl=False)


def _compute(
    settings: Settings, place: Place, question: Question[Any], by: tuple[int | None, str | None], needed: int
) -> Any:
    """Return what the library computes, progress shown and chunks kept; say where the disk has too little room.

    Parameters
    ----------
    by
        Number of workers, and address of those of a cluster.
    """
    speech, kind = settings.language(), place.kind
    workers, address = by
    if place.parts:
        number = speech.number(place.parts)
        settings.note(speech.say("Continuing where an earlier run stopped; finished parts: {number}.", number=number))
    free = shutil.disk_usage(place.work).free
    if free < needed:
        settings.note(
            speech.say(
                "Only {free} is left on the disk of {folder}: free some space, or choose another disk with --out.",
                free=size_in_words(speech, free),
                folder=place.shelf,
            )
        )
    sinks: list[ChunkFolder] = []

    def sink(number: int) -> ChunkFolder:
        sinks.append(place.sink(number, needed, settings.note))
        return sinks[-1]

    def resuming() -> bool:
        return next((one.resuming for one in reversed(sinks) if one.resuming is not None), False)

    with (
        nullcontext() if address is None else workers_at(address) as executor,
        settings.progress(kind.doing, resuming) as progress,
    ):
        try:
            with _telling_what_is_slow(settings):
                return kind.compute(question, Work(workers, progress, sink, sink, executor))
        except EnsembleError as error:
            if error.failures:
                # Nothing in them is of use, and the cause may lie outside the agent, such as a file it reads.
                remove(place.chunks)
            raise


@contextmanager
def _telling_what_is_slow(settings: Settings) -> Iterator[None]:
    """Tell once where runs would be faster with a package more; other warnings are shown as before."""
    told, show_others = [False], warnings.showwarning

    def tell(message: Warning | str, category: type[Warning], *where: Any) -> None:
        if isinstance(message, SlowAgentsWarning):
            settings.note(settings.language().problem(message.message))
        elif not issubclass(category, WithoutNumbaWarning):
            show_others(message, category, *where)
        elif not told[0]:
            told[0] = True
            settings.note(settings.language().problem(SLOW))

    with warnings.catch_warnings():
        for one in (WithoutNumbaWarning, SlowAgentsWarning):
            warnings.filterwarnings("always", category=one)
        warnings.showwarning = tell  # type: ignore[assignment]
        yield


def _what_is_left(speech: Language, place: Place, *, force: bool) -> str:
    """Return what is there of a run that ended early, and how it goes on."""
    known = place.found()
    values = {"folder": place.work if known is None else known.path}
    if known is not None:
        if force:
            return speech.say("The tables in {folder} are complete.", **values)
        return speech.say("The tables in {folder} are complete; the same command adds what is missing.", **values)
    if not place.parts:
        return speech.say("Nothing of it was saved; the same command starts again.")
    if force:
        return speech.say(
            "What is finished is saved in {folder}; the same command without --force continues from there.", **values
        )
    return speech.say("What is finished is saved in {folder}; the same command continues from there.", **values)


def size_in_words(speech: Language, amount: int) -> str:
    """Return a number of bytes in words."""
    if amount < 1e9:
        return speech.say("{number} MB", number=speech.number(max(amount / 1e6, 0.1), 1 if amount < 1e7 else 0))
    return speech.say("{number} GB", number=speech.number(amount / 1e9, 1 if amount < 1e10 else 0))
