"""Where a brief is written to.

Knows the folders and names; must not know what a brief says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...domain.messages import Message, Refusal
from ..answers import FinishedAnswer
from ..handed_out import hand_out
from ..language import Language
from ..store.folder import Answer
from .content import brief_of
from .further import FurtherAnswer
from .pdf import write_pdf
from .runs import Runs
from .word import write_docx


@dataclass(frozen=True)
class Written:
    """What was written, what was kept of before, and whether the PDF had to be left out."""

    files: Sequence[Path]
    kept: Sequence[Path]
    without_pdf: bool


def write_brief(speech: Language, runs: Runs) -> Written:
    """Write ``brief.docx`` and ``brief.pdf`` in the folder of the first run, its figures included.

    A brief that was changed by hand since it was written is kept under another name.

    Raises
    ------
    Refusal
        Where python-docx is not installed.
    """
    if find_spec("docx") is None:
        raise Refusal(
            Message(
                "the brief needs the package python-docx, and its PDF the package typst: pip install python-docx typst"
            )
        )
    run = runs.forecasts[0]
    run.folder.add_figures(run.record, [speech.code])
    document = brief_of(speech, runs.forecasts, [_drawn(speech, answer) for answer in runs.answers])
    folder = run.folder.path
    writers = {"brief.docx": partial(write_docx, document)}
    if find_spec("typst") is not None:
        writers["brief.pdf"] = partial(write_pdf, document)
    kept = hand_out(folder, writers)
    return Written([folder / name for name in writers], kept, "brief.pdf" not in writers)


def _drawn(speech: Language, answer: FinishedAnswer) -> FurtherAnswer:
    """Return an answer with its figure drawn in the language of the brief."""
    kept: Answer[Any] = answer.record
    kept.draw(speech.code)
    return FurtherAnswer(answer.folder.kind, kept, kept.path / "figures")
