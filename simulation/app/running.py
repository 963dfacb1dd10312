"""What ``forecast`` does once its scenario is read: find the run or make it, draw, answer.

Knows the order of these steps and what is said beside them; must not know options or how a scenario is read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from ..engine.ensemble import Effort
from ..inputs.problems import KampungError
from ..inputs.scenario import Scenario
from ..report.language import Language
from ..report.results import RunFolder
from .settings import Settings, print_json

if TYPE_CHECKING:
    from ..inference.forecast import Forecast
    from ..inference.precision import PrecisionTrace
    from ..report.record import Record


@dataclass(frozen=True)
class Order:
    """What is to be run, and how.

    Attributes
    ----------
    scenario, effort, seed, engine, workers
        As for a forecast.
    precision
        The half-width at which doubling ends, `effort` being where it begins; None to run `effort` once.
    """

    scenario: Scenario
    effort: Effort
    seed: int
    engine: Literal["batch", "mesa", "exact"]
    workers: int | None
    precision: float | None


def answer(settings: Settings, order: Order, out: Path, *, force: bool, figures: bool) -> None:
    """Find the finished run or make it, add what figures it lacks, and print what it says."""
    began = time.monotonic()
    speech = settings.language()
    if order.precision is not None and order.engine == "exact":
        raise KampungError(speech.say("an exact result has no simulation error, so --precision says nothing here."))
    run = RunFolder.of(order.scenario, order.effort, order.seed, order.engine, out, precision=order.precision)
    if force:
        run.chunks.remove()
    record = None if force else run.read()
    if record is None:
        record = _compute(settings, order, run)
    else:
        settings.note(speech.say("Found finished; --force computes it again."))
    if figures and run.add_figures(record, [speech.code]):
        run.log("figures", language=speech.code)
    _print_answer(settings, speech, record, run)
    if settings.verbose:
        _tell_effort(settings, speech, time.monotonic() - began)


def _compute(settings: Settings, order: Order, run: RunFolder) -> Record:
    """Make the forecast, write its tables and return the record."""
    began = time.monotonic()
    result, trace = _forecast(settings, order, run)
    record = run.write(result, trace)
    seconds = round(time.monotonic() - began, 2)
    run.log("finished", engine=order.engine, workers=order.workers or "default", seconds=seconds)
    return record


def _forecast(settings: Settings, order: Order, run: RunFolder) -> tuple[Forecast, PrecisionTrace | None]:
    """Run the ensemble, once or until it is precise enough."""
    from ..inference.forecast import forecast
    from ..inference.precision import MOST_TRAJECTORIES, forecast_to_precision
    from ..report.chunks import worth_keeping
    from .progress import ProgressReport

    chunks, effort = run.chunks, order.effort
    most = effort if order.precision is None else Effort(1, MOST_TRAJECTORIES)
    sink = chunks if worth_keeping(order.scenario, most, order.engine) else None
    with ProgressReport(settings.language(), quiet=settings.quiet, resuming=lambda: chunks.resuming) as progress:
        how: dict[str, Any] = {"engine": order.engine, "workers": order.workers, "progress": progress, "sink": sink}
        request = (effort.draws, effort.replicates, order.seed)
        if order.precision is None:
            return forecast(order.scenario, *request, **how), None
        return forecast_to_precision(order.scenario, order.precision, *request, **how)


def _print_answer(settings: Settings, speech: Language, record: Record, run: RunFolder) -> None:
    """Print the record, or what a reader should know of it."""
    if settings.as_json:
        print_json(record)
        return
    from .answer import forecast_answer

    typer.echo(forecast_answer(speech, record, detailed=settings.verbose), nl=False)
    typer.echo(speech.say("Files: {folder}", folder=run.path))


def _tell_effort(settings: Settings, speech: Language, seconds: float) -> None:
    """Say with what and how long."""
    from ..report.results import versions

    known = ", ".join(f"{name} {number}" for name, number in versions().items() if number is not None)
    settings.note(speech.say("Versions: {versions}.", versions=known))
    settings.note(speech.say("Time taken: {seconds} s.", seconds=speech.number(seconds, 1)))
