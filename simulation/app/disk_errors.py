"""Errors of the disk in the reader's words: which folder cannot be written, why, and what helps."""

from __future__ import annotations

from collections.abc import Sequence
from errno import EACCES, EDQUOT, EEXIST, EFBIG, ENAMETOOLONG, ENOSPC, ENOTDIR, EPERM, EROFS
from pathlib import Path

from ..report.language import Language
from .errors import BAD_INPUT, RUN_FAILED, StoppedError

_FULL = {ENOSPC, EDQUOT, EFBIG}


def reason(speech: Language, error: OSError) -> str:
    """Return the end of a sentence that says why something cannot be written."""
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
    """A folder for results cannot be used; raised before anything is computed.

    Attributes
    ----------
    error
        The error of the operating system.
    """

    def __init__(self, sentences: Sequence[str], code: int, error: OSError) -> None:
        self.error = error
        super().__init__(sentences, code)


def cannot_begin(speech: Language, folder: Path, error: OSError) -> FolderError:
    """Return the error for a folder that cannot be used, before anything is computed.

    Its exit code is that of bad input, because another ``--out`` helps; where the disk is full, that of a failed run.
    """
    sentences = [
        speech.say("Results cannot be kept in {folder}: {reason}.", folder=folder, reason=reason(speech, error)),
        speech.say("Nothing was computed. Choose another folder with --out."),
    ]
    return FolderError(sentences, RUN_FAILED if error.errno in _FULL else BAD_INPUT, error)


def cannot_finish(speech: Language, folder: Path, error: OSError, needed: str, left: str) -> StoppedError:
    """Return the error for tables that cannot be written.

    Parameters
    ----------
    needed
        How much space the results take, with its unit.
    left
        A sentence that says what of the run is kept.
    """
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
    """Return the error for figures that cannot be written; the tables are finished."""
    sentences = [
        speech.say(
            "Figures are missing: {folder} cannot be written: {reason}.", folder=folder, reason=reason(speech, error)
        ),
        speech.say("The tables are finished; the same command adds the figures."),
    ]
    return StoppedError(sentences, RUN_FAILED)


def cannot_show(speech: Language, folder: Path, error: OSError) -> StoppedError:
    """Return the error for an answer that cannot be written to stdout; the run folder is finished."""
    sentences = [
        speech.say("The answer cannot be written where it should go: {reason}.", reason=reason(speech, error)),
        speech.say("The results are whole in {folder}; the same command shows the answer again.", folder=folder),
    ]
    return StoppedError(sentences, RUN_FAILED)
