"""The command ``compare``: scenarios against a baseline, pair by pair."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import options
from ..command import command
from ..load_scenarios import OwnLaw, load_apart, tell_ignored

Baseline = Annotated[
    Path,
    typer.Argument(metavar=options.HELP.say("BASELINE"), help=options.HELP.say("Scenario to compare with.")),
]


@command
def compare(
    settings: options.Settings,
    baseline: Baseline,
    scenarios: options.ScenarioFiles,
    draws: options.Draws = None,
    replicates: options.Replicates = None,
    precision: options.Precision = None,
    seed: options.Seed = 0,
    engine: options.EngineOption = "batch",
    agent: options.Agent = None,
    mechanisms: options.With = None,
    district: options.District = None,
    workers: options.Workers = None,
    executor: options.Cluster = None,
    no_figures: options.NoFigures = False,
    force: options.Force = False,
    out: options.Out = Path("results"),
) -> None:
    """Compare scenarios with a baseline, or find the comparison, and print the answer."""
    loaded = load_apart(settings, [baseline, *scenarios], district, OwnLaw(agent, mechanisms or ()))

    from ...decision.pairing import leading_scenario
    from ...report.kinds.comparison import COMPARISON, Comparing
    from ..runner import answer

    tell_ignored(settings, leading_scenario(loaded), draws)
    question = Comparing.of(loaded, draws, replicates, seed, engine, precision)
    answer(settings, COMPARISON, question, out, workers=workers, executor=executor, force=force, figures=not no_figures)
