"""Kampung KB Forecast: whether a district will meet its village-development target, and how sure that is.

The front door: the names below are the public API (`import simulation as kkb`). It imports nothing
until a name is asked for, so that every command starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .domain.status import Status
    from .domain.target import Target
    from .engine.model import KampungModel, VillageAgent
    from .inference.forecast import Forecast, forecast
    from .inputs.problems import DataError, KampungError, Problem, ScenarioError
    from .inputs.scenario import Scenario, load_scenario
    from .report import plots
    from .report.results import save

__all__ = [
    "DataError",
    "Forecast",
    "KampungError",
    "KampungModel",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Status",
    "Target",
    "VillageAgent",
    "forecast",
    "load_scenario",
    "plots",
    "save",
]

_HOMES = {
    "DataError": ".inputs.problems",
    "Forecast": ".inference.forecast",
    "KampungError": ".inputs.problems",
    "KampungModel": ".engine.model",
    "Problem": ".inputs.problems",
    "Scenario": ".inputs.scenario",
    "ScenarioError": ".inputs.problems",
    "Status": ".domain.status",
    "Target": ".domain.target",
    "VillageAgent": ".engine.model",
    "forecast": ".inference.forecast",
    "load_scenario": ".inputs.scenario",
    "save": ".report.results",
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
