"""How a run folder is used so that nothing in it is lost: by one process at a time, and with a word on what is left.

Knows what is said on the way in, and on the way out where it comes early; must not know what is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ..report.language import Language
from ..report.results import RunFolder
from .disk_errors import cannot_begin, reason
from .options import Settings


@contextmanager
def holding(settings: Settings, run: RunFolder, *, force: bool) -> Iterator[None]:
    """Hold a run folder; a second run of the same inputs waits until the first has finished or died.

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
                folder=run.path,
            )
        )

    def unlocked() -> None:
        settings.note(
            speech.say(
                "The file system of {folder} cannot lock files: "
                "do not start the same run again while this one goes on.",
                folder=run.path,
            )
        )

    with ExitStack() as held:
        try:
            held.enter_context(run.alone(waiting, unlocked))
        except OSError as error:
            raise cannot_begin(speech, run.path, error) from error
        except KeyboardInterrupt:
            goes_on = speech.say("The other run goes on.")
            raise KeyboardInterrupt(goes_on if waits else what_is_left(speech, run, force=force)) from None
        try:
            yield
        except KeyboardInterrupt:
            raise KeyboardInterrupt(what_is_left(speech, run, force=force)) from None


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


def what_is_left(speech: Language, run: RunFolder, *, force: bool) -> str:
    """Return what is there of a run that ended early, and how it goes on."""
    if (run.path / "manifest.json").is_file():
        if force:
            return speech.say("The tables in {folder} are whole.", folder=run.path)
        return speech.say("The tables in {folder} are whole; the same command adds what is missing.", folder=run.path)
    if not any(run.chunks.folder.rglob("*.npz")):
        return speech.say("Nothing of it was kept; the same command begins again.")
    if force:
        return speech.say(
            "What is finished is kept in {folder}; the same command without --force goes on from there.",
            folder=run.path,
        )
    return speech.say("What is finished is kept in {folder}; the same command goes on from there.", folder=run.path)
