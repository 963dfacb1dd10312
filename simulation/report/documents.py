"""The documents of finished runs as Python asks for them: the brief and the workbook.

Knows which runs are meant and in which language; must not know what a document says, nor who reads it.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from .brief import read_runs, which_run, write_brief
from .document.xlsx import write_xlsx
from .files import hand_out
from .kinds.registry import KINDS
from .language import DEFAULT, Language
from .language import language as spoken
from .store.folder import Answer, load


def brief(*folders: str | Path, language: str | None = None) -> tuple[Path, ...]:
    """Write the policy brief of saved runs, as DOCX and PDF, in the folder of the first forecast.

    Parameters
    ----------
    folders
        Folders of saved forecasts, the first being the one it is of, and of saved comparisons, plans and other
        answers. A folder that holds such folders stands for its newest forecast, and for the answers that belong to
        the forecasts; what is left out of it is said in a warning.
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
        Where a folder holds no answer, or none holds a forecast; where python-docx is not installed.

    Examples
    --------
    >>> import tempfile
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> forecast = kkb.forecast(scenario, draws=10, replicates=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kkb.brief(kkb.save(forecast, folder), language="en")[0].name
    'brief.docx'
    """
    runs = read_runs([Path(folder) for folder in folders])
    speech = spoken(language or runs.language or DEFAULT)
    for note in runs.notes(speech):
        warnings.warn(note, stacklevel=2)
    return tuple(write_brief(speech, runs).files)


def export(folder: str | Path, language: str | None = None) -> Path:
    """Write a saved answer as one workbook, such as ``forecast.xlsx``, in its folder, and return where it is.

    Parameters
    ----------
    folder
        As `simulation.save` returned it; or the one above, for its newest answer, which is said in a warning
        where there are several.
    language
        As for `brief`. A workbook that was changed by hand since it was written is kept under another name.

    Returns
    -------
    Path
        The workbook.

    Raises
    ------
    KampungError
        Where the folder holds no saved answer.

    Examples
    --------
    >>> import tempfile
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> forecast = kkb.forecast(scenario, draws=10, replicates=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kkb.export(kkb.save(forecast, folder)).name
    'forecast.xlsx'
    """
    run = load(Path(folder), KINDS)
    speech = spoken(language or run.result.language or DEFAULT)
    if which := which_run(speech, run):
        warnings.warn(which, stacklevel=2)
    path, _ = write_workbook(speech, run)
    return path


def write_workbook(speech: Language, run: Answer[Any]) -> tuple[Path, list[Path]]:
    """Write the workbook of an answer in its folder; return it, and where one that was changed by hand is kept."""
    path = run.path / f"{run.folder.kind.name}.xlsx"

    def write(target: Path) -> None:
        write_xlsx(speech, run.document(speech), target, run.sheets(speech))

    return path, hand_out(run.path, {path.name: write})
