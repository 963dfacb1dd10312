"""The command ``sensitivity``: what the chance of meeting the target depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..load_scenarios import OwnLaw, load_all
from ..options import (
    HELP,
    Agent,
    Cluster,
    District,
    Engine,
    Force,
    NoFigures,
    Out,
    ScenarioFile,
    Seed,
    Settings,
    With,
    Workers,
    Year,
    at_least,
)

Draws = Annotated[int, typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Points of the design."))]
Replicates = Annotated[
    int | None, typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Simulations at each point [32 or 64]."))
]


@command
def sensitivity(
    settings: Settings,
    scenario: ScenarioFile,
    year: Year = None,
    draws: Draws = 512,
    replicates: Replicates = None,
    seed: Seed = 0,
    engine: Engine = None,
    agent: Agent = None,
    mechanisms: With = None,
    district: District = None,
    workers: Workers = None,
    executor: Cluster = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Analyse what the answer depends on, or find the analysis, and print it."""
    (loaded,) = load_all(settings, [scenario], district, OwnLaw(agent, mechanisms or ()))

    from ...report.kinds.sensitivity import SENSITIVITY, Analysis
    from ..runner import answer

    question = Analysis.of(loaded, year, draws, replicates, seed, engine)
    answer(
        settings, SENSITIVITY, question, out, workers=workers, executor=executor, force=force, figures=not no_figures
    )
