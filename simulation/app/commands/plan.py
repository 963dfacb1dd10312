"""The command ``plan``: the least effort that reaches the target, and which villages come first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ...domain.messages import Message, Refusal, shown
from ..command import command
from ..load_scenarios import OwnLaw, load_all, tell_ignored
from ..options import (
    HELP,
    Agent,
    Cluster,
    District,
    Engine,
    Force,
    NoFigures,
    Out,
    Replicates,
    ScenarioFile,
    Seed,
    Settings,
    With,
    Workers,
    at_least,
)

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")
Probability = Annotated[float, typer.Option(metavar="P", help=HELP.say("Wanted probability of meeting the target."))]
Vary = Annotated[
    list[str] | None,
    typer.Option(metavar=HELP.say("LEVER"), help=HELP.say("NAME.capacity, NAME.coverage (up to 3 times), or budget.")),
]
Year = Annotated[
    int | None, typer.Option(metavar=HELP.say("Y"), help=HELP.say("When it is to be met [the first year]."))
]
EveryYear = Annotated[bool, typer.Option("--every-year", help=HELP.say("It is to be met in every year."))]
Budget = Annotated[
    str | None,
    typer.Option(metavar="N", help=HELP.say("Limit on the cost of all forecast years together, in million rupiah.")),
]
BudgetPerYear = Annotated[
    str | None, typer.Option(metavar="N", help=HELP.say("Limit on the cost of each year, in million rupiah."))
]
Draws = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Draws to begin with [1000; exact: 2500].")),
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
    budget_per_year: BudgetPerYear = None,
    draws: Draws = None,
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
    """Make a plan for a scenario, or find it, and print the answer."""
    (loaded,) = load_all(settings, [scenario], district, OwnLaw(agent, mechanisms or ()))

    from ...decision.plan.levers import PlanRequest
    from ...report.kinds.plan.kind import PLAN
    from ...report.kinds.question import Question
    from ..runner import answer

    tell_ignored(settings, loaded, draws)
    asked = PlanRequest(
        probability,
        tuple(vary or ()),
        year,
        every_year,
        None if budget is None else budget_of(budget, "--budget"),
        None if budget_per_year is None else budget_of(budget_per_year, "--budget-per-year"),
        draws,
        replicates,
        engine,
        seed,
    )
    question = Question("plan", (loaded,), asked.settled(loaded))
    answer(settings, PLAN, question, out, workers=workers, executor=executor, force=force, figures=not no_figures)


def budget_of(text: str, option: str) -> float:
    """Return a limit in million rupiah, typed after an option.

    Raises
    ------
    Refusal
        Where it is no number, or one whose separator may group thousands: 1.000 is read as 1 by machines.
    """
    text = text.strip()
    if _GROUPED.fullmatch(text):
        values = {"option": option, "found": text, "whole": re.sub(r"[.,]", "", text)}
        raise Refusal(
            Message(
                "{option} {found} can be read in two ways; write the number of million rupiah without separators of "
                "thousands, such as {whole}",
                values,
            )
        )
    try:
        return float(text)
    except ValueError:
        message = Message(
            "{option} must be a number of million rupiah, with a point before decimals, such as 1000 or 12.5; "
            "found {found}",
            {"option": option, "found": shown(text)},
        )
        raise Refusal(message) from None
