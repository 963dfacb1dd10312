"""The command ``forecast``: whether the target is met, and a run folder."""

from __future__ import annotations

import warnings
from pathlib import Path

import typer

from ..command import command
from ..errors import RUN_FAILED
from ..load_scenarios import tell_changes, tell_ignored
from ..options import (
    Draws,
    EngineChoice,
    EngineOption,
    Force,
    NoFigures,
    Out,
    Precision,
    Replicates,
    ScenarioFile,
    Seed,
    Settings,
    Workers,
)
from .replay import Agent, own_agent


@command
def forecast(
    settings: Settings,
    scenario: ScenarioFile,
    draws: Draws = None,
    replicates: Replicates = None,
    precision: Precision = None,
    seed: Seed = 0,
    engine: EngineOption = EngineChoice.batch,
    agent: Agent = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Run the ensemble of a scenario, or find it, and print the answer."""
    from ...inputs.scenario import load_scenario

    loaded = load_scenario(scenario)
    settings.speak(loaded.language)

    from ...engine.effort import Effort
    from ...engine.failure import EnsembleError
    from ...inference.forecast import FailedTrajectoriesWarning
    from ...report.kinds.forecast.kind import FORECAST
    from ...report.kinds.forecast.result import ask
    from ..failure_report import Replayable, tell_failures
    from ..runner import answer

    tell_changes(settings, loaded)
    tell_ignored(settings, loaded, draws)
    effort = Effort.of(loaded, draws, replicates)
    agent_class = own_agent(agent, engine.value)
    again = Replayable(scenario, seed, agent, len(loaded.districts) > 1)
    question = ask(loaded, effort, seed, engine.value, precision, agent_class)
    warnings.simplefilter("ignore", FailedTrajectoriesWarning)  # the answer says it
    try:
        found = answer(settings, FORECAST, question, out, workers=workers, force=force, figures=not no_figures)
    except EnsembleError as error:
        if error.failures:
            error.add_note(f"  {again.of(error.failures[0])}")
        raise
    if found.result.failures is not None:
        tell_failures(settings, found.result, again, found.path)
        raise typer.Exit(RUN_FAILED)
