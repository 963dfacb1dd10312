"""Saving what a reader has worked out in Python to the folder where a command would look for it.

Knows which answers can be saved; must not know how each is written.
"""

from __future__ import annotations

from pathlib import Path

from ..decision.comparison import Comparison
from ..decision.plans import Plan
from ..inference.forecast import Forecast
from . import results
from .comparison.folder import save_comparison
from .plan.folder import save_plan


def save(answer: Forecast | Comparison | Plan, folder: str | Path = "results") -> Path:
    """Write a forecast, a comparison or a plan to its folder below `folder`, figures included, and return that folder.

    The same answer goes to the same folder; one that is there already is left as it is, and figures that it lacks
    are added.
    """
    if isinstance(answer, Plan):
        return save_plan(answer, folder)
    return save_comparison(answer, folder) if isinstance(answer, Comparison) else results.save(answer, folder)
