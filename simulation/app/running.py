"""What ``forecast`` does once its scenario is read: find the run or make it, draw, answer.

Knows the order of these steps and what is said beside them; must not know options or how a scenario is read.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..domain.messages import KampungError
from ..engine.failure import EnsembleError
from ..report.language import Language
from ..report.results import FIGURES, RunFolder
from ..report.single_villages import board_refusal
from .disk_errors import FolderError, cannot_draw, cannot_finish, cannot_show
from .errors import RUN_FAILED, StoppedError
from .estimate import Work
from .failure_report import Replayable, tell_failures
from .keeping import holding, not_kept, what_is_left
from .options import Settings, print_json

if TYPE_CHECKING:
    from ..engine.model import VillageAgent
    from ..inference.forecast import Forecast
    from ..inference.precision import PrecisionTrace
    from ..report.record import Record
    from .estimate import Estimate


@dataclass(frozen=True)
class Order(Work):
    """What is to be run, and how.

    Attributes
    ----------
    agent_class, again
        The researcher's own agent, or None, and how one of the trajectories is run again.
    """

    agent_class: type[VillageAgent] | None
    again: Replayable


def answer(settings: Settings, order: Order, out: Path, *, force: bool, figures: bool) -> None:
    """Find the finished run or make it, add what figures it lacks, and print what it says."""
    began = time.monotonic()
    speech = settings.language()
    if order.precision is not None and order.engine == "exact":
        raise KampungError(speech.say("an exact result has no simulation error, so --precision says nothing here."))
    what = order.scenario, order.effort, order.seed, order.engine
    run = RunFolder.of(*what, out, order.agent_class, precision=order.precision)
    record, undrawn = _complete(settings, order, run, force=force, figures=figures)
    _print_answer(settings, speech, record, run)
    if settings.verbose:
        _tell_effort(settings, speech, time.monotonic() - began)
    if undrawn is not None:
        raise undrawn
    if record.get("failed"):
        tell_failures(settings, record, order.again, run.path)
        raise typer.Exit(RUN_FAILED)


def _complete(
    settings: Settings, order: Order, run: RunFolder, *, force: bool, figures: bool
) -> tuple[Record, StoppedError | None]:
    """Return the record of the run, found or made, and what is told where its figures cannot be written."""
    speech, missing = settings.language(), False
    found = None if force else run.read()
    if found is not None:
        settings.note(speech.say("Found finished; --force computes it again."))
        missing = figures and bool(run.missing_figures(found, [speech.code]))
        if not missing and not run.litter():
            return found, None
    try:
        with holding(settings, run, force=force):
            record = _found(settings, run, force=force) or _compute(settings, order, run, figures=figures)
            return record, _draw(settings, run, record) if figures else None
    except FolderError as stopped:
        if found is None:
            raise
        # A finished run that can only be read answers all the same.
        return found, cannot_draw(speech, run.path, stopped.error) if missing else None


def _found(settings: Settings, run: RunFolder, *, force: bool) -> Record | None:
    """Return the record where the run is finished and wanted, another run may just have made it; else clear the way."""
    if force:
        run.chunks.remove()
        return None
    record = run.read()
    if record is None:
        if altered := run.altered():
            say = settings.language().say
            settings.note(say("Not as the run wrote them, so it is computed again: {files}", files=", ".join(altered)))
        run.reopen()
    return record


def _draw(settings: Settings, run: RunFolder, record: Record) -> StoppedError | None:
    """Draw the figures that are missing; return what is told where they cannot be written."""
    speech = settings.language()
    try:
        drawn = run.add_figures(record, [speech.code])
    except OSError as error:
        return cannot_draw(speech, run.path, error)
    if drawn:
        run.log("figures", language=speech.code)
        if (reason := board_refusal(record)) is not None:
            settings.note(speech.say("No village board: {reason}.", reason=speech.problem(reason)))
    return None


def _compute(settings: Settings, order: Order, run: RunFolder, *, figures: bool) -> Record:
    """Make the forecast, write its tables and return the record."""
    from .announcing import announcement, size
    from .estimate import estimate

    began, speech = time.monotonic(), settings.language()
    expected = estimate(order, run.chunks, len(FIGURES) if figures else 0)
    for sentence in announcement(speech, order, expected, run.path):
        settings.note(sentence)
    try:
        result, trace = _forecast(settings, order, run, expected)
    except EnsembleError as error:
        if error.failures:
            # Nothing in them is of use, and the cause may lie outside the agent, such as a file it reads.
            run.chunks.remove()
            error.add_note(f"  {order.again.of(error.failures[0])}")
        raise
    try:
        record = run.write(result, trace, order.again.of)
    except OSError as error:
        left = what_is_left(speech, run, force=False)
        raise cannot_finish(speech, run.path, error, size(speech, expected.size), left) from error
    resumed = {"resumed_at": f"{expected.finished:.0%}"} if expected.finished else {}
    seconds = round(time.monotonic() - began, 2)
    run.log("finished", engine=order.engine, workers=order.workers or "default", **resumed, seconds=seconds)
    return record


def _forecast(
    settings: Settings, order: Order, run: RunFolder, expected: Estimate
) -> tuple[Forecast, PrecisionTrace | None]:
    """Run the ensemble, once or until it is precise enough."""
    from ..inference.failures import FailedTrajectoriesWarning
    from ..inference.forecasting import forecast
    from ..inference.precision import forecast_to_precision
    from ..report.chunks import ChunkFolder
    from .progress import ProgressReport

    warnings.simplefilter("ignore", FailedTrajectoriesWarning)  # the answer says it

    speech, effort = settings.language(), order.effort
    chunks = ChunkFolder(run.chunks.folder, expected.size, not_kept(settings))
    sink = chunks if expected.parts else None
    with ProgressReport(speech, quiet=settings.quiet, resuming=lambda: bool(chunks.resuming)) as progress:
        how: dict[str, Any] = {"engine": order.engine, "workers": order.workers, "progress": progress, "sink": sink}
        how["agent_class"] = order.agent_class
        request = (effort.draws, effort.replicates, order.seed)
        if order.precision is None:
            return forecast(order.scenario, *request, **how), None
        return forecast_to_precision(order.scenario, order.precision, *request, **how)


def _print_answer(settings: Settings, speech: Language, record: Record, run: RunFolder) -> None:
    """Print the record, or what a reader should know of it.

    Raises
    ------
    StoppedError
        Where the answer goes to a file that cannot be written.
    """
    from .answer import forecast_answer

    try:
        if settings.as_json:
            print_json(record)
        else:
            typer.echo(forecast_answer(speech, record, detailed=settings.verbose), nl=False)
            typer.echo(speech.say("Files: {folder}", folder=run.path))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise cannot_show(speech, run.path, error) from error


def _tell_effort(settings: Settings, speech: Language, seconds: float) -> None:
    """Say with what and how long."""
    from ..report.results import versions

    known = ", ".join(f"{name} {number}" for name, number in versions().items() if number is not None)
    settings.note(speech.say("Versions: {versions}.", versions=known))
    settings.note(speech.say("Time taken: {seconds} s.", seconds=speech.number(seconds, 1)))
