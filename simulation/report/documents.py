"""The documents of finished runs as Python asks for them: the brief and the workbook.

Knows which runs are meant and in which language; must not know what a document says, nor who reads it.
"""

from __future__ import annotations

from pathlib import Path

from .brief.files import read_runs, write_brief
from .export import hand_out_workbook
from .finished import load_run
from .language import DEFAULT
from .language import language as spoken


def brief(*folders: str | Path, language: str | None = None) -> tuple[Path, ...]:
    """Write the policy brief of saved runs, as DOCX and PDF, in the folder of the first forecast.

    Parameters
    ----------
    folders
        Folders of saved forecasts, the first being the one it is of, and of saved comparisons, plans and other
        answers; a folder that holds such folders stands for all of them.
    language
        ``"id"`` or ``"en"``; by default the scenario's language, else Indonesian.

    Returns
    -------
    tuple of Path
        ``brief.docx`` and, where the package typst is installed, ``brief.pdf``. One that was changed by hand since
        it was written is kept under another name.

    Raises
    ------
    KampungError
        Where a folder holds no answer, several forecasts to choose from, or none holds a forecast; where
        python-docx is not installed.
    """
    runs = read_runs([Path(folder) for folder in folders])
    return tuple(write_brief(spoken(language or runs.language or DEFAULT), runs).files)


def export(folder: str | Path, language: str | None = None) -> Path:
    """Write a saved forecast as one workbook, ``forecast.xlsx`` in its folder, and return where it is.

    Parameters
    ----------
    folder
        As `simulation.save` returned it.
    language
        As for `brief`. A workbook that was changed by hand since it was written is kept under another name.

    Raises
    ------
    KampungError
        Where the folder holds no saved forecast, or several to choose from.
    """
    run = load_run(Path(folder))
    path, _ = hand_out_workbook(spoken(language or run.record["language"] or DEFAULT), run)
    return path
