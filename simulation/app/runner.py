"""What every command with an answer of its own does: find the finished answer or make it, draw, show.

One process at a time works in a folder; what is interrupted goes on where it stopped; a disk that fails is told in the
reader's words, with what is kept.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..engine.failure import EnsembleError
from ..report.codec import to_data
from ..report.document.blocks import Document
from ..report.document.terminal import as_text
from ..report.files import remove
from ..report.kinds.kind import AnyKind, Work
from ..report.kinds.question import Question
from ..report.language import Language
from ..report.store.folder import Answer, Folder, versions
from .disk_errors import FolderError, cannot_begin, cannot_draw, cannot_finish, cannot_show, reason
from .errors import StoppedError
from .options import Settings, print_json
from .progress import ProgressReport

if TYPE_CHECKING:
    from ..report.store.chunks import ChunkFolder

FIGURE_BYTES = 220_000
"""Of a figure as SVG and PNG."""


@dataclass(frozen=True)
class Request:
    """How a question is to be answered.

    Attributes
    ----------
    out
        Below which folder answers are kept.
    workers
        Threads or processes; None for the engine's default.
    force
        Whether the answer is computed even where it is there.
    figures
        Whether missing figures are drawn.
    finished
        Called with the finished answer before it is shown.
    """

    out: Path
    workers: int | None = None
    force: bool = False
    figures: bool = True
    finished: Callable[[Answer[Any]], None] = lambda _: None


def answer(settings: Settings, kind: AnyKind, question: Question[Any], request: Request) -> Answer[Any]:
    """Find the finished answer to a question or make it, draw the figures it lacks, show it, and return it.

    Raises
    ------
    StoppedError
        Where the answer cannot be kept, drawn or shown.
    """
    began, speech = time.monotonic(), settings.language()
    folder = Folder.of(kind, question, request.out)
    found, undrawn = _complete(settings, question, folder, request)
    request.finished(found)
    show(settings, found)
    if settings.verbose:
        known = ", ".join(f"{name} {number}" for name, number in versions().items() if number is not None)
        settings.note(speech.say("Versions: {versions}.", versions=known))
        settings.note(speech.say("Time taken: {seconds} s.", seconds=speech.number(time.monotonic() - began, 1)))
    if undrawn is not None:
        raise undrawn
    return found


def show(settings: Settings, found: Answer[Any]) -> None:
    """Print an answer, as data or in words, and where it is kept.

    Raises
    ------
    StoppedError
        Where it goes to a file that cannot be written.
    """
    speech = settings.language()
    try:
        show_result(settings, found.result, found.document(speech))
        if not settings.as_json:
            typer.echo(speech.say("Files: {folder}", folder=found.path))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise cannot_show(speech, found.path, error) from error


def show_result(settings: Settings, result: Any, document: Document) -> None:
    """Print a result, as data or in words."""
    if settings.as_json:
        print_json(to_data(result))
    else:
        typer.echo(as_text(settings.language(), document, verbose=settings.verbose), nl=False)


def _complete(
    settings: Settings, question: Question[Any], folder: Folder, request: Request
) -> tuple[Answer[Any], StoppedError | None]:
    """Return the answer, found or made, and what is told where its figures cannot be written."""
    speech, force = settings.language(), request.force or not question.repeatable
    found, missing = None if force else folder.read(), False
    if found is not None:
        settings.note(speech.say("Found finished; --force computes it again."))
        missing = request.figures and bool(folder.missing_figures(found.result, speech.code))
        if not missing and not folder.litter():
            return found, None
    elif not question.repeatable and (folder.path / "manifest.json").is_file():
        settings.note(speech.say("The agent does not say in its attribute inputs what it reads: computed again."))
    try:
        with _held(settings, folder, force=force):
            known = _found(settings, folder, force=force) or _make(settings, question, folder, request)
            return known, _draw(settings, known) if request.figures else None
    except FolderError as stopped:
        if found is None:
            raise
        # A finished answer that can only be read is shown all the same.
        return found, cannot_draw(speech, folder.path, stopped.error) if missing else None


def _found(settings: Settings, folder: Folder, *, force: bool) -> Answer[Any] | None:
    """Return the answer where it is finished and wanted, another run may just have made it; else clear the way."""
    if force:
        remove(folder.chunks)
        return None
    found = folder.read()
    if found is None:
        if altered := folder.altered():
            say = settings.language().say
            settings.note(say("Not as the run wrote them, so it is computed again: {files}", files=", ".join(altered)))
        folder.reopen()
    return found


def _make(settings: Settings, question: Question[Any], folder: Folder, request: Request) -> Answer[Any]:
    """Compute the answer and write its tables."""
    began, speech, kind = time.monotonic(), settings.language(), folder.kind
    needed = kind.size(question) + FIGURE_BYTES * len(kind.figures) * request.figures
    parts = _tell_what_is_there(settings, folder, needed)
    sinks: list[ChunkFolder] = []

    def sink(place: int) -> ChunkFolder:
        sinks.append(folder.sink(place, needed, not_kept(settings)))
        return sinks[-1]

    def resuming() -> bool:
        return next((one.resuming for one in reversed(sinks) if one.resuming is not None), False)

    with ProgressReport(speech, quiet=settings.quiet, resuming=resuming, doing=kind.doing) as progress:
        try:
            computed = kind.compute(question, Work(request.workers, progress, sink))
        except EnsembleError as error:
            if error.failures:
                # Nothing in them is of use, and the cause may lie outside the agent, such as a file it reads.
                remove(folder.chunks)
            raise
    try:
        found = folder.write(question, computed)
    except OSError as error:
        left = _what_is_left(speech, folder, force=False)
        raise cannot_finish(speech, folder.path, error, size_in_words(speech, needed), left) from error
    resumed = {"resumed_parts": parts} if parts else {}
    folder.log("finished", workers=request.workers or "default", **resumed, seconds=round(time.monotonic() - began, 2))
    return found


def _tell_what_is_there(settings: Settings, folder: Folder, needed: int) -> int:
    """Say what an earlier run has finished, and where the disk has too little room; return the parts finished."""
    speech = settings.language()
    if parts := sum(1 for _ in folder.chunks.rglob("*.npz")):
        settings.note(
            speech.say("Going on where an earlier run stopped; finished parts: {number}.", number=speech.number(parts))
        )
    there = next(place for place in (folder.path, *folder.path.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    if free < needed:
        settings.note(
            speech.say(
                "Only {free} is left on the disk of {folder}: free some space, or choose another disk with --out.",
                free=size_in_words(speech, free),
                folder=folder.path,
            )
        )
    return parts


def _draw(settings: Settings, found: Answer[Any]) -> StoppedError | None:
    """Draw the figures that are missing; return what is told where they cannot be written."""
    speech, kind = settings.language(), found.folder.kind
    try:
        drawn = found.draw(speech.code)
    except OSError as error:
        return cannot_draw(speech, found.path, error)
    if drawn:
        found.folder.log("figures", language=speech.code)
        for name in kind.figures:
            if (why := kind.undrawable(name, found.result)) is not None:
                settings.note(speech.say(kind.undrawn, reason=speech.problem(why)))
    return None


@contextmanager
def _held(settings: Settings, folder: Folder, *, force: bool) -> Iterator[None]:
    """Hold a folder; a second run of the same inputs waits until the first has finished or died.

    Raises
    ------
    FolderError
        Where the folder cannot be used: nothing was computed then.
    KeyboardInterrupt
        Where the reader interrupts what goes on within: its text says what is left of it.
    """
    speech, waits = settings.language(), False

    def waiting() -> None:
        nonlocal waits
        waits = True
        settings.note(
            speech.say(
                "Another run of the same scenario is under way in {folder}. "
                "Waiting for it; Ctrl-C ends the waiting only.",
                folder=folder.path,
            )
        )

    def unlocked() -> None:
        settings.note(
            speech.say(
                "The file system of {folder} cannot lock files: "
                "do not start the same run again while this one goes on.",
                folder=folder.path,
            )
        )

    with ExitStack() as stack:
        try:
            stack.enter_context(folder.hold(waiting, unlocked))
        except OSError as error:
            raise cannot_begin(speech, folder.path, error) from error
        except KeyboardInterrupt:
            goes_on = speech.say("The other run goes on.")
            raise KeyboardInterrupt(goes_on if waits else _what_is_left(speech, folder, force=force)) from None
        try:
            yield
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_what_is_left(speech, folder, force=force)) from None


def not_kept(settings: Settings) -> Callable[[OSError], None]:
    """Return what says that no more of a run can be kept, and why."""
    speech = settings.language()

    def say(error: OSError) -> None:
        settings.note(
            speech.say(
                "What is finished can no longer be kept: {reason}. The run goes on all the same.",
                reason=reason(speech, error),
            )
        )

    return say


def _what_is_left(speech: Language, folder: Folder, *, force: bool) -> str:
    """Return what is there of a run that ended early, and how it goes on."""
    if (folder.path / "manifest.json").is_file():
        if force:
            return speech.say("The tables in {folder} are whole.", folder=folder.path)
        return speech.say(
            "The tables in {folder} are whole; the same command adds what is missing.", folder=folder.path
        )
    if not any(folder.chunks.rglob("*.npz")):
        return speech.say("Nothing of it was kept; the same command begins again.")
    if force:
        return speech.say(
            "What is finished is kept in {folder}; the same command without --force goes on from there.",
            folder=folder.path,
        )
    return speech.say("What is finished is kept in {folder}; the same command goes on from there.", folder=folder.path)


def size_in_words(speech: Language, amount: int) -> str:
    """Return a number of bytes in words."""
    if amount < 1e9:
        return speech.say("{number} MB", number=speech.number(max(amount / 1e6, 0.1), 1 if amount < 1e7 else 0))
    return speech.say("{number} GB", number=speech.number(amount / 1e9, 1 if amount < 1e10 else 0))
