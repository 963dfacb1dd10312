"""The command ``forecast``: whether the target is met, and a run folder."""

from __future__ import annotations

import warnings
from pathlib import Path

import typer

from .. import options
from ..command import command
from ..errors import RUN_FAILED
from ..load_scenarios import OwnLaw, load_all, tell_ignored, tell_what_changed


@command
def forecast(
    settings: options.Settings,
    scenario: options.ScenarioFile,
    draws: options.Draws = None,
    replicates: options.Replicates = None,
    precision: options.Precision = None,
    seed: options.Seed = 0,
    engine: options.EngineOption = "batch",
    estimator: options.EstimatorOption = "conditional",
    agent: options.Agent = None,
    mechanisms: options.With = None,
    district: options.District = None,
    workers: options.Workers = None,
    executor: options.Cluster = None,
    no_figures: options.NoFigures = False,
    force: options.Force = False,
    out: options.Out = Path("results"),
) -> None:
    """Run the ensemble of a scenario, or find it, and print the answer."""
    (loaded,) = load_all(settings, [scenario], district, OwnLaw(agent, mechanisms or ()))

    from ...engine.effort import Effort
    from ...engine.failure import EnsembleError
    from ...inference.forecast import FailedTrajectoriesWarning
    from ...report.kinds.forecast.kind import FORECAST
    from ...report.kinds.forecast.result import ask
    from ..failure_report import replay_command, tell_failures
    from ..runner import answer

    tell_ignored(settings, loaded, draws)
    tell_what_changed(settings, loaded, out)
    effort = Effort.of(loaded, draws, replicates)
    question = ask(loaded, effort, seed, engine, precision, estimator)
    warnings.simplefilter("ignore", FailedTrajectoriesWarning)  # the answer says it
    try:
        found = answer(
            settings, FORECAST, question, out, workers=workers, executor=executor, force=force, figures=not no_figures
        )
    except EnsembleError as error:
        if error.failures:
            first = error.failures[0]
            district = first.district_code if len(loaded.districts) > 1 else None
            given = {"agent": agent, "with": mechanisms or (), "district": district}
            error.add_note(f"  {replay_command(scenario, first, seed=seed, **given)}")
        raise
    if found.result.failures is not None:
        tell_failures(settings, found.result, found.result.failures, found.path)
        raise typer.Exit(RUN_FAILED)
