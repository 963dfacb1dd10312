"""Where a brief is read from and written to.

Knows the folders and names; must not know what a brief says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from ...inputs.problems import Message, Refusal
from .. import plots
from ..answers import Answer, AnswerFolder, load_answer
from ..finished import FinishedRun, load_run, runs_below
from ..handed_out import hand_out
from ..language import Language
from .content import brief_of
from .further import FurtherAnswer, further_blocks
from .pdf import write_pdf
from .word import write_docx


@dataclass(frozen=True)
class Runs:
    """What a brief is made of: forecasts, the first being the one it is of, and answers of other commands."""

    forecasts: Sequence[FinishedRun]
    answers: Sequence[tuple[AnswerFolder, Answer]] = ()

    @property
    def language(self) -> str | None:
        """The language that the scenario of the first run names."""
        code: str | None = self.forecasts[0].record["language"]
        return code


@dataclass(frozen=True)
class Written:
    """What was written, what was kept of before, and whether the PDF had to be left out."""

    files: Sequence[Path]
    kept: Sequence[Path]
    without_pdf: bool


def read_runs(folders: Sequence[Path]) -> Runs:
    """Return the finished runs, and the answers of other commands, in folders and right below them.

    Raises
    ------
    Refusal
        Where a folder holds neither, or several forecasts to choose from, or none holds a forecast.
    """
    forecasts: list[FinishedRun] = []
    answers: list[tuple[AnswerFolder, Answer]] = []
    for folder in folders:
        candidates = [folder, *sorted(folder.glob("*/"))]
        found = [answer for candidate in candidates if (answer := load_answer(candidate)) is not None]
        answers += found
        # A folder that holds answers alone asks for no forecast of its own.
        if not found or runs_below(folder):
            forecasts.append(load_run(folder))
    if not forecasts:
        raise Refusal(Message("a brief is of a forecast: give the folder of a forecast as well"))
    return Runs(forecasts, answers)


def write_brief(speech: Language, runs: Runs) -> Written:
    """Write ``brief.docx`` and ``brief.pdf`` in the folder of the first run, its figures included.

    A brief that was changed by hand since it was written is kept under another name.

    Raises
    ------
    Refusal
        Where python-docx is not installed.
    """
    if find_spec("docx") is None:
        raise Refusal(Message("the brief needs a further package: pip install 'kampung-kb[brief]'"))
    run = runs.forecasts[0]
    run.folder.add_figures(run.record, [speech.code])
    further = [further_blocks(speech, _drawn(speech, folder, answer)) for folder, answer in runs.answers]
    document = brief_of(speech, runs.forecasts, further)
    folder = run.folder.path
    writers = {"brief.docx": partial(write_docx, document)}
    if find_spec("typst") is not None:
        writers["brief.pdf"] = partial(write_pdf, document)
    kept = hand_out(folder, writers)
    return Written([folder / name for name in writers], kept, "brief.pdf" not in writers)


def _drawn(speech: Language, folder: AnswerFolder, answer: Answer) -> FurtherAnswer:
    """Return an answer with its figure drawn in the language of the brief."""
    if folder.kind in plots.DRAW_ANSWER:
        folder.add_figure(plots.DRAW_ANSWER[folder.kind], answer, speech.code)
    return FurtherAnswer(folder.kind, answer, folder.run.path / "figures")
