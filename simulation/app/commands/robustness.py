"""The command ``robustness``: compares scenarios in every state of the world."""

from __future__ import annotations

from pathlib import Path

from ..command import command
from ..load_scenarios import OwnLaw, load_apart, tell_ignored
from ..options import (
    Agent,
    Cluster,
    District,
    Draws,
    Force,
    NoFigures,
    Out,
    Replicates,
    ScenarioFiles,
    Seed,
    Settings,
    With,
    Workers,
    Year,
)


@command
def robustness(
    settings: Settings,
    scenarios: ScenarioFiles,
    year: Year = None,
    draws: Draws = None,
    replicates: Replicates = None,
    seed: Seed = 0,
    agent: Agent = None,
    mechanisms: With = None,
    district: District = None,
    workers: Workers = None,
    executor: Cluster = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Try the scenarios in every state of the world, or find that, and print it."""
    loaded = load_apart(settings, scenarios, district, OwnLaw(agent, mechanisms or ()))

    from ...decision.pairing import leading_scenario
    from ...engine.effort import Effort
    from ...report.kinds.question import Question
    from ...report.kinds.robustness import ROBUSTNESS, Choice
    from ..runner import answer

    leading = leading_scenario(loaded)
    tell_ignored(settings, leading, draws)
    effort = Effort.of(leading, draws, replicates)
    asked = Choice(year or leading.years[0], effort.draws, effort.replicates, seed)
    answer(
        settings,
        ROBUSTNESS,
        Question(ROBUSTNESS.name, tuple(loaded), asked),
        out,
        workers=workers,
        executor=executor,
        force=force,
        figures=not no_figures,
    )
