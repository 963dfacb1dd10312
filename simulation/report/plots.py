"""Figures that a policy brief can carry.

Knows which figures there are and how each reads a record; must not know run folders or screens.
`plots_page` is the only module that imports Matplotlib.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from ..decision.comparison import Comparison
from ..decision.plan.result import Plan
from ..decision.sensitivity import Sensitivity
from ..domain.messages import Refusal
from ..inference.backtest.rolling import Backtest
from ..inference.calibration.posterior import Posterior
from ..inference.forecast import Forecast
from .codec import rounded_as_kept
from .figures.drawings import draw
from .figures.page import Figure, save_figure
from .kinds.backtest import BacktestResult
from .kinds.calibration import CalibrationResult
from .kinds.comparison import ComparisonResult
from .kinds.forecast.kind import village_rows
from .kinds.forecast.result import ForecastResult
from .kinds.head import Head
from .kinds.kind import Source
from .kinds.plan.words import PlanResult
from .kinds.registry import KINDS, kind_of
from .kinds.sensitivity import SensitivityResult
from .language import DEFAULT
from .store.folder import Answer

OfForecast = Forecast | ForecastResult | Answer[ForecastResult]


def fan_chart(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the share of villages at each level, from the origin on, with 50% and 90% intervals.

    Parameters
    ----------
    forecast
        A forecast, its result (``forecast.json``), or a saved run.
    language
        ``"id"`` or ``"en"``; by default the scenario's language, else Indonesian.
    run_hash
        Named in the footer; a forecast and a run know their own.
    """
    return _figure("fan_chart", forecast, language, run_hash)


def rises(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw each year's rises against the number needed, with the probability that the target is met.

    Where the target counts something else (entries, stock, rises net of falls) that is drawn instead.
    Parameters as in `fan_chart`.
    """
    return _figure("rises", forecast, language, run_hash)


def transition_matrix(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the yearly transition matrix of a typical village with its 90% intervals.

    Parameters as in `fan_chart`.
    """
    return _figure("transition_matrix", forecast, language, run_hash)


def village_board(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw a tile for each village, by kecamatan: its level, and the chance that it rises in the first year.

    Parameters as in `fan_chart`, but for a result alone, which knows no villages. Where a tile each would not fit on
    a page, above about 150 villages, there is a tile a kecamatan.

    Raises
    ------
    Refusal
        Where only counts by status are known, the forecast has several districts, or not even its kecamatan fit.
    """
    return _figure("village_board", forecast, language, run_hash)


def comparison(
    compared: Comparison | ComparisonResult, language: str | None = None, run_hash: str | None = None
) -> Figure:
    """Draw by how much each scenario changes the chance of meeting the target, year by year, with intervals.

    Parameters as in `fan_chart`, of a comparison, or its result as `load_run` reads it.
    """
    return _figure("comparison", compared, language, run_hash)


def sensitivity(
    found: Sensitivity | SensitivityResult, language: str | None = None, run_hash: str | None = None
) -> Figure:
    """Draw which uncertain parameters the chance of meeting the target depends on.

    Parameters as in `fan_chart`, of an analysis, or its result (``sensitivity.json``).
    """
    return _figure("sensitivity", found, language, run_hash)


def posterior(found: Posterior | CalibrationResult, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw what every parameter was before the data and what it became.

    Parameters as in `fan_chart`, of a posterior, or the result of a calibration as `load_run` reads it.
    """
    return _figure("posterior", found, language, run_hash)


def plan(found: Plan | PlanResult, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the chance of meeting the target against the effort, for several sizes of the year shock.

    Parameters as in `fan_chart`, of a plan, or its result as `load_run` reads it; of several levers the mixes are
    drawn that no other beats.
    """
    return _figure("plan", found, language, run_hash)


def backtest(found: Backtest | BacktestResult, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw whether forecasts of past years said truly how sure they were: reliability and PIT.

    Parameters as in `fan_chart`, of a back-test, or its result as `load_run` reads it.
    """
    return _figure("backtest", found, language, run_hash)


def _figure(name: str, found: Any, language: str | None, run_hash: str | None) -> Figure:
    """Draw a figure of something that the library computed, of its typed result, or of a saved answer.

    Raises
    ------
    Refusal
        Where it cannot be drawn of this.
    """
    source = Source(run_hash)
    if isinstance(found, Answer):
        kind, result, source = found.folder.kind, found.result, found.source
    elif isinstance(found, Head):
        kind, result = next(one for one in KINDS.values() if isinstance(found, one.result_type)), found
    else:
        kind = kind_of(found)
        result, source = rounded_as_kept(kind.result(found)), Source(run_hash or kind.question(found).id)
        if isinstance(found, Forecast):
            source = replace(source, villages=partial(village_rows, found))
    if (reason := kind.undrawable(name, result)) is not None:
        raise Refusal(reason)
    return draw(name, result, language or result.language or DEFAULT, source)


__all__ = [
    "backtest",
    "comparison",
    "fan_chart",
    "plan",
    "posterior",
    "rises",
    "save_figure",
    "sensitivity",
    "transition_matrix",
    "village_board",
]
