"""The command ``forecast``: whether the target is met, and a run folder.

Knows its options; must not know how a forecast is computed, kept or worded.
"""

from __future__ import annotations

from pathlib import Path

import typer

from ..loading import tell_changes, tell_ignored
from ..replaying import Agent, own_agent
from ..settings import (
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
    ScenarioFile,
    Seed,
    Settings,
    Verbose,
    Workers,
    told,
)


def forecast(
    context: typer.Context,
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
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Run the ensemble of a scenario, or find it, and print the answer."""
    settings = Settings(lang, quiet, verbose, debug, as_json).also(context)
    with told(settings):
        from ...inputs.scenario import load_scenario

        loaded = load_scenario(scenario)
        settings = settings.speaking(loaded.language)
    with told(settings):
        from ...engine.ensemble import Effort
        from ..failing import Replayable
        from ..running import Order, answer

        tell_changes(settings, loaded)
        tell_ignored(settings, loaded, draws)
        effort = Effort.of(loaded, draws, replicates)
        agent_class = own_agent(agent, engine.value)
        again = Replayable(scenario, seed, agent, len(loaded.districts) > 1)
        order = Order(loaded, effort, seed, engine.value, workers, precision, agent_class, again)
        answer(settings, order, out, force=force, figures=not no_figures)
