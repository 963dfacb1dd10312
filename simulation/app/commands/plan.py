"""The command ``plan``: the least effort that reaches the target, and which villages come first.

Knows its options and what must be read first; must not know how a plan is made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..loading import load_all, tell_ignored
from ..settings import (
    HELP,
    EngineChoice,
    Force,
    NoFigures,
    Out,
    ScenarioFile,
    Seed,
    Settings,
    Workers,
    at_least_one,
    told,
)

Probability = Annotated[float, typer.Option(metavar="P", help=HELP.say("Wanted probability of meeting the target."))]
Vary = Annotated[
    list[str] | None,
    typer.Option(metavar="LEVER", help=HELP.say("NAME.capacity, NAME.coverage (up to 3 times), or budget.")),
]
Year = Annotated[int | None, typer.Option(metavar="Y", help=HELP.say("When it is to be met [the first year]."))]
EveryYear = Annotated[bool, typer.Option("--every-year", help=HELP.say("It is to be met in every year."))]
Budget = Annotated[str | None, typer.Option(metavar="N", help=HELP.say("Limit on the cost, in million rupiah."))]
Draws = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Draws to begin with [5000; exact: 2500].")),
]
Replicates = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Trajectories per draw [4; 20000 if all fixed].")),
]
Engine = Annotated[
    EngineChoice | None,
    typer.Option(metavar="batch|mesa|exact", help=HELP.say("How to compute [exact where it applies].")),
]


@command
def plan(
    settings: Settings,
    scenario: ScenarioFile,
    probability: Probability = 0.9,
    vary: Vary = None,
    year: Year = None,
    every_year: EveryYear = False,
    budget: Budget = None,
    draws: Draws = None,
    replicates: Replicates = None,
    seed: Seed = 0,
    engine: Engine = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Make a plan for a scenario, or find it, and print the answer."""
    with told(settings):
        (loaded,) = load_all(settings, [scenario])
        settings = settings.speaking(loaded.language)
    with told(settings):
        from ...decision.plan.request import PlanRequest
        from ..budget import budget_of
        from ..plan_answer import answer

        tell_ignored(settings, loaded, draws)
        limit = None if budget is None else budget_of(budget)
        asked = PlanRequest.of(
            loaded,
            probability,
            vary or (),
            year=year,
            every_year=every_year,
            budget=limit,
            draws=draws,
            replicates=replicates,
            engine=None if engine is None else engine.value,
            seed=seed,
        )
        answer(settings, asked, workers, out, force=force, figures=not no_figures)
