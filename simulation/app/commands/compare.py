"""The command ``compare``: scenarios against a baseline, pair by pair."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..load_scenarios import load_all, tell_ignored
from ..options import (
    HELP,
    Draws,
    EngineChoice,
    EngineOption,
    Force,
    NoFigures,
    Out,
    Precision,
    Replicates,
    ScenarioFiles,
    Seed,
    Settings,
    Workers,
)

Baseline = Annotated[
    Path,
    typer.Argument(metavar="BASELINE", help=HELP.say("Scenario to compare with."), show_default=False),
]


@command
def compare(
    settings: Settings,
    baseline: Baseline,
    scenarios: ScenarioFiles,
    draws: Draws = None,
    replicates: Replicates = None,
    precision: Precision = None,
    seed: Seed = 0,
    engine: EngineOption = EngineChoice.batch,
    workers: Workers = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Compare scenarios with a baseline, or find the comparison, and print the answer."""
    loaded = load_all(settings, [baseline, *scenarios])

    from ...decision.pairing import leading_scenario
    from ...report.kinds.comparison import COMPARISON, Comparing
    from ..runner import answer

    tell_ignored(settings, leading_scenario(loaded), draws)
    question = Comparing.of(loaded, draws, replicates, seed, engine.value, precision)
    answer(settings, COMPARISON, question, out, workers=workers, force=force, figures=not no_figures)
