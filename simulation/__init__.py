"""Kampung KB Forecast: whether a district will meet its village-development target, and how sure that is.

The front door: the names below are the public API (`import simulation as kkb`). It imports nothing
until a name is asked for, so that every command starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .decision.comparing import compare
    from .decision.comparison import Comparison
    from .decision.next_datum import NextDatum, next_datum
    from .decision.plan.planning import plan
    from .decision.plan.result import Plan
    from .decision.robustness.analysis import Robustness, robustness
    from .decision.sensitivity.analysis import sensitivity
    from .decision.sensitivity.result import Sensitivity
    from .domain.messages import DataError, KampungError, Problem, ScenarioError
    from .domain.status import Status
    from .domain.target import Target
    from .engine.model import KampungModel, VillageAgent
    from .inference.backtest.rolling import Backtest, backtest
    from .inference.calibration.calibrate import calibrate
    from .inference.calibration.posterior import Posterior
    from .inference.explanation import Explanation, explain
    from .inference.forecast import Forecast, forecast
    from .inputs.observations.evidence import read_evidence
    from .inputs.scenario import Scenario, load_scenario
    from .report import plots
    from .report.documents import brief, export
    from .report.posterior import write_posterior
    from .report.saving import save

__all__ = [
    "Backtest",
    "Comparison",
    "DataError",
    "Explanation",
    "Forecast",
    "KampungError",
    "KampungModel",
    "NextDatum",
    "Plan",
    "Posterior",
    "Problem",
    "Robustness",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "Status",
    "Target",
    "VillageAgent",
    "backtest",
    "brief",
    "calibrate",
    "compare",
    "explain",
    "export",
    "forecast",
    "load_scenario",
    "next_datum",
    "plan",
    "plots",
    "read_evidence",
    "robustness",
    "save",
    "sensitivity",
    "write_posterior",
]

_HOMES = {
    "Backtest": ".inference.backtest.rolling",
    "Comparison": ".decision.comparison",
    "DataError": ".domain.messages",
    "Explanation": ".inference.explanation",
    "Forecast": ".inference.forecast",
    "KampungError": ".domain.messages",
    "KampungModel": ".engine.model",
    "NextDatum": ".decision.next_datum",
    "Plan": ".decision.plan.result",
    "Posterior": ".inference.calibration.posterior",
    "Problem": ".domain.messages",
    "Robustness": ".decision.robustness.analysis",
    "Scenario": ".inputs.scenario",
    "ScenarioError": ".domain.messages",
    "Sensitivity": ".decision.sensitivity.result",
    "Status": ".domain.status",
    "Target": ".domain.target",
    "VillageAgent": ".engine.model",
    "brief": ".report.documents",
    "backtest": ".inference.backtest.rolling",
    "calibrate": ".inference.calibration.calibrate",
    "compare": ".decision.comparing",
    "explain": ".inference.explanation",
    "export": ".report.documents",
    "forecast": ".inference.forecast",
    "load_scenario": ".inputs.scenario",
    "next_datum": ".decision.next_datum",
    "plan": ".decision.plan.planning",
    "read_evidence": ".inputs.observations.evidence",
    "robustness": ".decision.robustness.analysis",
    "save": ".report.saving",
    "sensitivity": ".decision.sensitivity.analysis",
    "write_posterior": ".report.posterior",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name == "plots":
        return import_module(".report.plots", __name__)
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
