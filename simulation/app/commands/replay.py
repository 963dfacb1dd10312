"""The command ``replay``: one trajectory of an ensemble again, year by year."""

from __future__ import annotations

import faulthandler
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...report.language import printable
from ..command import command
from ..errors import RUN_FAILED
from ..load_scenarios import STANDARD, OwnLaw, finished_run, load_all
from ..options import HELP, Agent, Settings, With, at_least

if TYPE_CHECKING:
    from ...domain.villages import Villages
    from ...engine.failure import Failure
    from ...engine.model import KampungModel
    from ...inputs.scenario import Scenario
    from ...report.document.blocks import Cell, Document
    from ...report.language import Language

Draw = Annotated[int, typer.Option(metavar="N", callback=at_least(0), help=HELP.say("Which draw, from 0."))]
Replicate = Annotated[int, typer.Option(metavar="N", callback=at_least(0), help=HELP.say("Which replicate, from 0."))]
What = Annotated[
    Path,
    typer.Argument(
        metavar=HELP.say("SCENARIO|RUN"), help=HELP.say("Scenario file (YAML), or the folder of a finished run.")
    ),
]
OwnSeed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        callback=at_least(0),
        help=HELP.say("Seed of the random numbers [that of the result; 0]."),
    ),
]
District = Annotated[str | None, typer.Option(metavar=HELP.say("CODE"), help=HELP.say("Which district [the first]."))]


@dataclass(frozen=True)
class Trajectory:
    """What is printed with ``--json``.

    Attributes
    ----------
    years
        The years that came to their end, columns as in the table of the ensemble.
    failure
        What ended it early; None where nothing did.
    """

    scenario: str
    district_code: str
    draw: int
    replicate: int
    seed: int
    years: Sequence[Mapping[str, Any]]
    failure: Failure | None


@command
def replay(
    settings: Settings,
    what: What,
    draw: Draw = 0,
    replicate: Replicate = 0,
    seed: OwnSeed = None,
    agent: Agent = None,
    mechanisms: With = None,
    district: District = None,
) -> None:
    """Run a single trajectory with agents and print its years, or how it failed."""
    run = finished_run(settings, what) if what.is_dir() else None
    law = OwnLaw(agent, mechanisms or ())
    if run is None:
        loaded = load_all(settings, [what], law=law)[0]
    else:  # what is kept of its law is run, unless another is given
        loaded = law.on([run.scenario])[0] if law != STANDARD else run.question().scenarios[0]
    if sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)  # an agent that brings down the process shows where

    from ...domain.messages import Message, Refusal
    from ...engine.ensemble import MOST_ROWS
    from ...engine.failure import Failure
    from ..runner import show_result

    seed = seed if seed is not None else 0 if run is None else run.asked.seed
    if max(draw, replicate) >= MOST_ROWS:
        raise Refusal(Message("draw and replicate must be below {most:,}", {"most": MOST_ROWS}))
    villages = (loaded if district is None else loaded.of_district(district)).districts[0]
    model, error = _live(loaded, villages, (draw, replicate, seed))
    failure = None
    if error is not None:
        year = None if model is None else model.year
        failure = Failure.of(error, loaded.own_classes, villages.district_code, (draw, replicate), year)
    origin, *years = _rows(loaded, model) or [{}]
    found = Trajectory(loaded.name, villages.district_code, draw, replicate, seed, years, failure)
    show_result(settings, found, _document(settings.language(), found, villages.district, origin))
    if failure is not None and error is not None:
        _show_failure(settings, failure, error, loaded.own_classes)
        raise typer.Exit(RUN_FAILED)


def _live(
    scenario: Scenario, villages: Villages, address: tuple[int, int, int]
) -> tuple[KampungModel | None, BaseException | None]:
    """Return the model after its last step, None where its agents could not be made; and what ended it early."""
    from ...engine.model import KampungModel

    model = None
    try:
        draw, replicate, seed = address
        model = KampungModel(scenario, draw, replicate, seed=seed, villages=villages, collect_agents=False)
        for _ in scenario.years:
            model.step()
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a researcher's own code raises
        return model, error
    return model, None


def _rows(scenario: Scenario, model: KampungModel | None) -> list[dict[str, Any]]:
    """Return the origin and the years that were finished."""
    if model is None:
        return []
    columns: Mapping[str, list[int]] = {
        name: values for name, values in model.datacollector.model_vars.items() if name != "seed"
    }
    met = [False, *model.outcome.met(scenario.target)[0].tolist()]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return [{**row, "met": met[place]} for place, row in enumerate(rows)]


def _document(speech: Language, found: Trajectory, district: str, origin: Mapping[str, Any]) -> Document:
    """Return the years as a table, the origin first."""
    from ...domain.status import LEVELS
    from ...report.document.blocks import Column, Document, Table

    say = speech.say
    at = {"draw": found.draw, "replicate": found.replicate, "seed": found.seed, "district": district}
    title = say("{district}: draw {draw}, replicate {replicate}, seed {seed}", **at)
    if not origin:
        return Document(title, [])
    rows: list[list[Cell]] = [[str(origin["year"]), *(origin[level] for level in LEVELS), None, None, None]]
    for row in found.years:
        counts = [row[name] for name in (*LEVELS, "rises", "falls")]
        rows.append([str(row["year"]), *counts, say("yes") if row["met"] else say("no")])
    counted = [Column(level, "whole") for level in (*LEVELS, say("rise"), say("fall"))]
    return Document(title, [Table("", [say("year"), *counted, say("target met")], rows)])


def _show_failure(settings: Settings, failure: Failure, error: BaseException, classes: Sequence[type]) -> None:
    """Show on stderr what failed and where in the agent's file, with ``--debug`` the whole traceback."""
    from ...engine.failure import own_frames
    from ..failure_report import in_words

    speech = settings.language()
    frames = [] if settings.debug else own_frames(error, classes)
    trace = traceback.format_list(frames) if frames else traceback.format_exception(error)
    said = speech.say("Failed: {failure}", failure=in_words(speech, failure))
    typer.echo(printable("\n".join([said, "".join(trace).rstrip()]), lines=True), err=True)
    if frames:
        settings.note(speech.say("--debug shows the whole traceback."))
