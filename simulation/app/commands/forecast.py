"""The command ``forecast``: whether the target is met, and a run folder.

Knows its options; must not know how a forecast is computed, kept or worded.
"""

from __future__ import annotations

from pathlib import Path

from ..command import command
from ..errors import report_errors
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
    with report_errors(settings):
        from ...inputs.scenario import load_scenario

        loaded = load_scenario(scenario)
        settings = settings.speaking(loaded.language)
    with report_errors(settings):
        from ...engine.effort import Effort
        from ..failure_report import Replayable
        from ..running import Order, answer

        tell_changes(settings, loaded)
        tell_ignored(settings, loaded, draws)
        effort = Effort.of(loaded, draws, replicates)
        agent_class = own_agent(agent, engine.value)
        again = Replayable(scenario, seed, agent, len(loaded.districts) > 1)
        order = Order(loaded, effort, seed, engine.value, workers, precision, agent_class, again)
        answer(settings, order, out, force=force, figures=not no_figures)
