"""What is said where results cannot be kept: which folder, why, and what helps.

Knows how a failure of the disk becomes sentences; must not know what was being written.
"""

from __future__ import annotations

from collections.abc import Sequence
from errno import EACCES, EDQUOT, EEXIST, EFBIG, ENAMETOOLONG, ENOSPC, ENOTDIR, EPERM, EROFS
from pathlib import Path

from ..report.language import Language
from .errors import BAD_INPUT, RUN_FAILED, StoppedError

_FULL = {ENOSPC, EDQUOT, EFBIG}


def reason(speech: Language, error: OSError) -> str:
    """Return why something cannot be written, as the end of a sentence."""
    if error.errno in _FULL:
        return speech.say("no space is left on the disk")
    if error.errno in {EACCES, EPERM}:
        return speech.say("writing there is not allowed, or a file is open in another program")
    if error.errno == EROFS:
        return speech.say("the disk can be read, but not written")
    if error.errno in {EEXIST, ENOTDIR}:
        return speech.say("a file is in the way")
    if error.errno == ENAMETOOLONG:
        return speech.say("the path is too long")
    return error.strerror or str(error)


class FolderError(StoppedError):
    """A folder that cannot be used, found out before anything was computed.

    Attributes
    ----------
    error
        Why, as the system says it.
    """

    def __init__(self, sentences: Sequence[str], code: int, error: OSError) -> None:
        self.error = error
        super().__init__(sentences, code)


def cannot_begin(speech: Language, folder: Path, error: OSError) -> FolderError:
    """Return what is told where a folder cannot be used, before anything is computed.

    That is bad input, and another ``--out`` the way out, unless the disk is full.
    """
    sentences = [
        speech.say("Results cannot be kept in {folder}: {reason}.", folder=folder, reason=reason(speech, error)),
        speech.say("Nothing was computed. Choose another folder with --out."),
    ]
    return FolderError(sentences, RUN_FAILED if error.errno in _FULL else BAD_INPUT, error)


def cannot_finish(speech: Language, folder: Path, error: OSError, needed: str, left: str) -> StoppedError:
    """Return what is told where tables cannot be written: `needed` is how much they take, `left` what is kept."""
    sentences = [
        speech.say("The run failed: {folder} cannot be written: {reason}.", folder=folder, reason=reason(speech, error))
    ]
    if error.errno in _FULL:
        sentences.append(
            speech.say(
                "The results take about {size} there: free some space, or choose another disk with --out.", size=needed
            )
        )
    return StoppedError([*sentences, left], RUN_FAILED)


def cannot_draw(speech: Language, folder: Path, error: OSError) -> StoppedError:
    """Return what is told where the tables are finished and figures cannot be written."""
    sentences = [
        speech.say(
            "Figures are missing: {folder} cannot be written: {reason}.", folder=folder, reason=reason(speech, error)
        ),
        speech.say("The tables are finished; the same command adds the figures."),
    ]
    return StoppedError(sentences, RUN_FAILED)


def cannot_show(speech: Language, folder: Path, error: OSError) -> StoppedError:
    """Return what is told where all is finished, and the answer goes to a file that cannot be written."""
    sentences = [
        speech.say("The answer cannot be written where it should go: {reason}.", reason=reason(speech, error)),
        speech.say("The results are whole in {folder}; the same command shows the answer again.", folder=folder),
    ]
    return StoppedError(sentences, RUN_FAILED)
