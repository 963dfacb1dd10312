"""How commands that keep an answer in a folder of its own find it or make it, and show it.

Knows the order of these steps and what is said where one fails; must not know what is asked or answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import typer

from ..report.answers import AnswerFolder
from .announcing import size
from .columns import laid_out
from .disk import FolderError, cannot_draw, cannot_finish, cannot_show
from .keeping import holding, what_is_left
from .settings import Settings, StoppedError, print_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..report.plots_page import Figure

Answer = dict[str, Any]
Draw = Callable[[Answer, str, str], "Figure"]
LARGEST = 1_000_000
"""Bytes that an answer may take, its figure aside."""


def complete(
    settings: Settings, folder: AnswerFolder, make: Callable[[], Answer], draw: Draw | None, *, force: bool
) -> tuple[Answer, StoppedError | None]:
    """Return an answer, found or made, and what is told where its figure cannot be written.

    Parameters
    ----------
    make
        Works the answer out and writes it into the folder.
    draw
        Draws its figure from the answer, the language's code and the hash; None for no figure.
    force
        Whether it is worked out even where it is there.

    Raises
    ------
    StoppedError
        Where the answer cannot be kept.
    """
    speech, missing = settings.language(), draw is not None and folder.lacks_figure(settings.language().code)
    found = None if force else folder.read()
    if found is not None:
        settings.note(speech.say("Found finished; --force computes it again."))
        if not missing and not folder.run.litter():
            return found, None
    try:
        with holding(settings, folder.run, force=force):
            answer = _found(folder, force=force) or _made(settings, folder, make)
            return answer, _drawn(settings, folder, answer, draw)
    except FolderError as stopped:
        if found is None:
            raise
        # A finished answer that can only be read is shown all the same.
        return found, cannot_draw(speech, folder.run.path, stopped.error) if missing else None


def show(settings: Settings, folder: AnswerFolder, answer: Answer, parts: Iterable[RenderableType]) -> None:
    """Print an answer, as data or in words, and where it is kept.

    Raises
    ------
    StoppedError
        Where it goes to a file that cannot be written.
    """
    speech = settings.language()
    try:
        if settings.as_json:
            print_json(answer)
        else:
            typer.echo(laid_out(parts), nl=False)
            typer.echo(speech.say("Files: {folder}", folder=folder.run.path))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise cannot_show(speech, folder.run.path, error) from error


def _found(folder: AnswerFolder, *, force: bool) -> Answer | None:
    """Return the answer where it is finished and wanted, another run may just have made it; else clear the way."""
    if force:
        folder.run.chunks.remove()
        return None
    answer = folder.read()
    if answer is None:
        folder.run.reopen()
    return answer


def _made(settings: Settings, folder: AnswerFolder, make: Callable[[], Answer]) -> Answer:
    speech = settings.language()
    try:
        return make()
    except OSError as error:
        left = what_is_left(speech, folder.run, force=False)
        raise cannot_finish(speech, folder.run.path, error, size(speech, LARGEST), left) from error


def _drawn(settings: Settings, folder: AnswerFolder, answer: Answer, draw: Draw | None) -> StoppedError | None:
    """Draw the figure where it is missing; return what is told where it cannot be written."""
    speech = settings.language()
    try:
        if draw is not None and folder.add_figure(draw, answer, speech.code):
            folder.run.log("figure", language=speech.code)
    except OSError as error:
        return cannot_draw(speech, folder.run.path, error)
    return None
