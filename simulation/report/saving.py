"""Saving what a reader has worked out in Python to the folder where a command would look for it.

Knows which answers can be saved; must not know how each is written.
"""

from __future__ import annotations

from pathlib import Path

from ..decision.comparison import Comparison
from ..decision.plan.result import Plan
from ..decision.robustness.analysis import Robustness
from ..decision.sensitivity.result import Sensitivity
from ..inference.backtest.rolling import Backtest
from ..inference.forecast import Forecast
from . import results
from .backtest.folder import save_backtest
from .comparison.folder import save_comparison
from .plan.folder import save_plan
from .robustness.folder import save_robustness
from .sensitivity.folder import save_sensitivity

Answer = Forecast | Comparison | Plan | Sensitivity | Robustness | Backtest


def save(answer: Answer, folder: str | Path = "results") -> Path:
    """Write an answer to its folder below `folder`, figures included, and return that folder.

    The same answer goes to the same folder; one that is there already is left as it is, and figures that it lacks
    are added.
    """
    match answer:
        case Forecast():
            return results.save(answer, folder)
        case Comparison():
            return save_comparison(answer, folder)
        case Plan():
            return save_plan(answer, folder)
        case Sensitivity():
            return save_sensitivity(answer, folder)
        case Robustness():
            return save_robustness(answer, folder)
        case Backtest():
            return save_backtest(answer, folder)
