"""The command ``compare``: scenarios against a baseline, pair by pair.

Knows its options and what must be read first; must not know how scenarios are compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..loading import load_all, tell_ignored
from ..settings import (
    HELP,
    Debug,
    Draws,
    EngineChoice,
    EngineOption,
    Force,
    Json,
    Lang,
    NoFigures,
    Out,
    Precision,
    Quiet,
    Replicates,
    ScenarioFiles,
    Seed,
    Settings,
    Verbose,
    Workers,
    told,
)

Baseline = Annotated[
    Path,
    typer.Argument(metavar="BASELINE", help=HELP.say("Scenario to compare with."), show_default=False),
]


def compare(
    context: typer.Context,
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
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Compare scenarios with a baseline, or find the comparison, and print the answer."""
    settings = Settings(lang, quiet, verbose, debug, as_json).also(context)
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
