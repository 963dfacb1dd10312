"""Saved answers as Python asks for them: save, load, compute again, and write as a brief or a workbook."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.messages import Message, Refusal
from ..engine.progress import Progress, progress_bar
from .brief import read_runs, which_run, write_brief
from .document.xlsx import write_xlsx
from .files import HandedOut, hand_out
from .kinds.kind import Work
from .kinds.question import Question
from .kinds.registry import KINDS, kind_of
from .language import DEFAULT, Language
from .language import language as spoken
from .store.data_package import read_table
from .store.folder import Answer, load
from .store.index import refresh_index
from .store.kept import why_not_loaded
from .store.making import Place, copied, obtain

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from ..domain.mechanism import Mechanism
    from ..engine.model import VillageAgent


def load_run(folder: str | Path) -> Answer[Any]:
    """Return a saved answer as it stands, whoever computed it.

    Parameters
    ----------
    folder
        As `simulation.save` returned it; or the one above, for its newest answer.

    Returns
    -------
    Answer
        With its typed ``result``, ``id``, ``scenario``, what was ``asked``, and ``table(name)`` for its CSV tables.

    Raises
    ------
    KampungError
        Where there is none, or its files were changed since.

    Examples
    --------
    >>> import simulation as kkb
    >>> run = kkb.load_run("results/example")
    >>> run.scenario.name, run.asked.draws, run.result.districts[0].years[0].needed.mean
    ('tanah-laut', 1000, 7.0)
    """
    return load(Path(folder), KINDS)


def read_hub(path: str | Path) -> pd.DataFrame:
    """Return a hub file as a table with the right types: codes of districts stay text, such as 32.10.

    Parameters
    ----------
    path
        A file in the columns of the hubverse, whoever wrote it; or the folder of a saved forecast.

    Returns
    -------
    DataFrame
        Text but for ``horizon`` and ``value``; ``output_type_id`` is text, too: ``0.5``, ``met``, or the number of a
        sample.

    Raises
    ------
    FileNotFoundError
        Where there is no such file.

    Examples
    --------
    >>> import simulation as kkb
    >>> table = kkb.read_hub("results/example")
    >>> table["location"].unique().tolist()
    ['63.01']
    """
    path = Path(path)
    return read_table(path / "hub.csv" if path.is_dir() else path, "hub")


def rerun(
    folder: str | Path,
    *,
    agent_class: type[VillageAgent] | None = None,
    mechanisms: Sequence[Mechanism] = (),
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | bool = True,
) -> Any:
    """Compute a saved answer again from its folder alone, and return what the library computes: such as a forecast.

    Saved again it has the same id, and its files the same bytes. Own agents and mechanisms are read from the sources
    that the folder keeps, which are run as any program of the researcher's own.

    Parameters
    ----------
    folder
        As for `load_run`.
    agent_class, mechanisms
        The own agent and mechanisms that were defined in a notebook, of which no file can be run, or within a function.
    workers, executor, progress
        As for a forecast.

    Returns
    -------
    object
        What the function returned that computed it first: a `Forecast`, a `Comparison`, and so on.

    Raises
    ------
    KampungError
        Where the folder does not hold all that is needed, or this version of the package would answer otherwise.

    Examples
    --------
    >>> import simulation as kkb
    >>> forecast = kkb.rerun("results/example")
    >>> forecast.scenario.name, forecast.effort.draws
    ('tanah-laut', 1000)
    """
    answer = load_run(folder)
    kind, question = answer.folder.kind, question_again(answer, (*filter(None, [agent_class]), *mechanisms))
    with progress_bar(progress, kind.name) as told:
        return kind.compute(question, Work(workers, told, executor=executor))


def question_again(answer: Answer[Any], own: Sequence[type[VillageAgent] | Mechanism] = ()) -> Question[Any]:
    """Return the question of a saved answer from what its folder keeps; the sources of a law that is kept are run.

    Raises
    ------
    Refusal
        Where what is kept leads to another id.
    """
    question = answer.question(own)
    if question.id != answer.id:
        message = Message(
            "what {folder} keeps does not lead to its id {id} any more, but to {other}: it was made with another "
            "version, or with an agent or a mechanism that differs",
            {"folder": str(answer.path), "id": answer.id, "other": question.id},
        )
        raise Refusal(message)
    return question


def save(answer: Any, folder: str | Path = "results") -> Path:
    """Write an answer to a folder of its own below `folder`, figures included, and return that folder.

    It is called ``<scenario>/<date> <kind>``, in the scenario's language. Where the same answer is there already, in
    whatever folder of the scenario, that one is returned, and figures that it lacks are added.

    Parameters
    ----------
    answer
        A forecast, comparison, plan, or any other answer of this package; or a saved one that was loaded.
    folder
        Below which run folders are kept.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    KampungError
        Where it is no answer that can be saved.

    Examples
    --------
    >>> import tempfile
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = kkb.save(kkb.forecast(scenario, draws=10, replicates=2), folder)
    ...     (saved / "forecast.json").is_file()
    True
    """
    if isinstance(answer, Answer):
        return copied(answer, folder, spoken(answer.scenario.language or DEFAULT)).path
    kind = kind_of(answer)
    question = kind.question(answer)
    speech = spoken(question.scenarios[0].language or DEFAULT)

    def tell(message: Message) -> None:
        warnings.warn(str(message), stacklevel=10)

    for why in filter(None, map(why_not_loaded, dict.fromkeys(code.name for law in question.own_code for code in law))):
        warnings.warn(f"rerun will not find all in the folder alone: {why}", stacklevel=2)
    obtained = obtain(Place.of(kind, question, folder), question, lambda: answer, speech, tell=tell)
    if obtained.undrawn is not None:
        raise obtained.undrawn
    return obtained.answer.path


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
        ``brief.docx``, ``annex.docx`` and, where the package typst is installed, both as PDF; ``brief_2.docx`` and so
        on where one was changed by hand since it was written.

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
        As for `brief`. A workbook that was changed by hand keeps its name, and the new one gets another.

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
    (path,) = write_workbook(speech, run).written
    return path


def write_workbook(speech: Language, run: Answer[Any]) -> HandedOut:
    """Write the workbook of an answer in its folder, beside one that was changed by hand."""

    def write(target: Path) -> None:
        write_xlsx(speech, run.document(speech), target, run.sheets(speech))

    out = hand_out(run.path, {f"{run.folder.kind.name}.xlsx": write})
    refresh_index(run.path.parent, speech)
    return out
