"""The command ``discover``: under which assumptions the target is at risk, in words."""

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
from .plan import EveryYear

Draws = Annotated[int, typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Sets of assumptions."))]
Replicates = Annotated[
    int | None, typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Simulations under each [32 or 64]."))
]
FailsBelow = Annotated[
    float, typer.Option(metavar="P", help=HELP.say("A set of assumptions fails where the chance is below P."))
]
Vary = Annotated[
    list[str] | None,
    typer.Option(metavar=HELP.say("LEVER"), help=HELP.say("An effort to vary: NAME.capacity, NAME.coverage.")),
]


@command
def discover(
    settings: Settings,
    scenario: ScenarioFile,
    fails_below: FailsBelow = 0.5,
    year: Year = None,
    every_year: EveryYear = False,
    vary: Vary = None,
    draws: Draws = 2_000,
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
    """Find when the target is at risk, or find that, and print it."""
    (loaded,) = load_all(settings, [scenario], district, OwnLaw(agent, mechanisms or ()))

    from ...decision.discovery import DiscoveryRequest
    from ...report.kinds.discovery import DISCOVERY
    from ...report.kinds.question import Question
    from ..runner import answer

    asked = DiscoveryRequest(fails_below, tuple(vary or ()), year, every_year, draws, replicates, seed, engine)
    question = Question(DISCOVERY.name, (loaded,), asked.settled(loaded))
    answer(settings, DISCOVERY, question, out, workers=workers, executor=executor, force=force, figures=not no_figures)
