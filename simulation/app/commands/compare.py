"""The command ``compare``: scenarios against a baseline, pair by pair.

Knows its options and what must be read first; must not know how scenarios are compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..loading import load_all, tell_ignored
from ..settings import (
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
    told,
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
    with told(settings):
        loaded = load_all(settings, [baseline, *scenarios])
        settings = settings.speaking(loaded[0].language)
    with told(settings):
        from ...decision.pairing import leading_scenario
        from ...engine.ensemble import Effort
        from ..comparison_answer import Question, answer

        leading = leading_scenario(loaded)
        tell_ignored(settings, leading, draws)
        effort = Effort.of(leading, draws, replicates)
        question = Question(loaded, effort, seed, engine.value, workers, precision)
        answer(settings, question, out, force=force, figures=not no_figures)
