"""The command ``backtest``: past years forecast from what was known before them, and scored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..load_scenarios import OwnLaw, load_all, tell_notes
from ..options import HELP, Agent, Force, NoFigures, Out, Seed, Settings, With, at_least
from .calibrate import FixedCohort

Panels = Annotated[
    list[Path],
    typer.Argument(metavar=HELP.say("PANEL…"), help=HELP.say("Village lists of past years (CSV, XLSX).")),
]
Of = Annotated[
    Path | None,
    typer.Option("--scenario", metavar="S", help=HELP.say("Scenario whose target and assumptions apply.")),
]
Draws = Annotated[
    int, typer.Option(metavar="N", callback=at_least(2), help=HELP.say("Draws of the parameters for each year."))
]


@command
def backtest(
    settings: Settings,
    panels: Panels,
    scenario: Of = None,
    fixed_cohort: FixedCohort = False,
    draws: Draws = 500,
    seed: Seed = 0,
    agent: Agent = None,
    mechanisms: With = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Back-test the model, or find the back-test, and print the answer."""
    loaded = None if scenario is None else load_all(settings, [scenario], law=OwnLaw(agent, mechanisms or ()))[0]

    from ...inference.backtest.rolling import read_panels
    from ...report.kinds.backtest import BACKTEST, PastYears
    from ..runner import answer

    gathered = read_panels(panels, loaded, fixed_cohort=fixed_cohort)
    tell_notes(settings, gathered.notes, loaded)
    question = PastYears.of(gathered.evidence.panels, loaded, draws, seed)
    answer(settings, BACKTEST, question, out, force=force, figures=not no_figures)
