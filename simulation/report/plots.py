"""Figures that a policy brief can carry.

Knows which figures there are and how each reads a record; must not know run folders or screens.
`plots_page` is the only module that imports Matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..decision.comparison import Comparison
from ..decision.plan.result import Plan
from ..decision.sensitivity.result import Sensitivity
from ..domain.messages import Refusal
from ..inference.backtest.rolling import Backtest
from ..inference.calibration.posterior import Posterior
from ..inference.forecast import Forecast
from .figures.drawings import draw
from .identity import input_hash
from .kinds.backtest import BacktestResult
from .kinds.calibration import CalibrationResult
from .kinds.comparison import ComparisonResult
from .kinds.head import Head
from .kinds.kind import Source
from .kinds.plan.result import PlanResult
from .kinds.registry import kind_of
from .kinds.sensitivity import SensitivityResult
from .language import DEFAULT, Language
from .language import language as spoken
from .plots_board import draw_village_board
from .plots_fan import draw_fan_chart
from .plots_matrix import draw_transition_matrix
from .plots_page import Figure, save_figure, style
from .plots_rises import draw_rises
from .record import record
from .single_villages import board_refusal, rows_of
from .store.codec import rounded_as_kept

Drawable = Forecast | Mapping[str, Any]


def fan_chart(forecast: Drawable, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the share of villages at each level, from the origin on, with 50% and 90% intervals.

    Parameters
    ----------
    forecast
        A forecast, or its record (``forecast.json``).
    language
        ``"id"`` or ``"en"``; by default the scenario's language, else Indonesian.
    run_hash
        Named in the footer; a forecast knows its own.
    """
    return _drawn(draw_fan_chart, forecast, language, run_hash)


def rises(forecast: Drawable, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw each year's rises against the number needed, with the probability that the target is met.

    Where the target counts something else (entries, stock, rises net of falls) that is drawn instead.
    Parameters as in `fan_chart`.
    """
    return _drawn(draw_rises, forecast, language, run_hash)


def transition_matrix(forecast: Drawable, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the yearly transition matrix of a typical village with its 90% intervals.

    Parameters as in `fan_chart`.
    """
    return _drawn(draw_transition_matrix, forecast, language, run_hash)


def village_board(forecast: Drawable, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw a tile for each village, by kecamatan: its level, and the chance that it rises in the first year.

    Parameters as in `fan_chart`; a record needs the rows of its village table under ``villages``. Where a
    tile each would not fit on a page, above about 150 villages, there is a tile a kecamatan.

    Raises
    ------
    Refusal
        Where only counts by status are known, the forecast has several districts, or not even its kecamatan fit.
    """
    told = record(forecast) if isinstance(forecast, Forecast) else forecast
    if (reason := board_refusal(told)) is not None:
        raise Refusal(reason)
    if isinstance(forecast, Forecast):
        told, run_hash = {**told, "villages": rows_of(forecast)}, run_hash or _hash(forecast)
    return _drawn(draw_village_board, told, language, run_hash)


def comparison(
    compared: Comparison | ComparisonResult, language: str | None = None, run_hash: str | None = None
) -> Figure:
    """Draw by how much each scenario changes the chance of meeting the target, year by year, with intervals.

    Parameters
    ----------
    compared
        A comparison, or its result as `load_run` reads it.
    language, run_hash
        As in `fan_chart`.
    """
    return _figure("comparison", compared, language, run_hash)


def sensitivity(
    found: Sensitivity | SensitivityResult, language: str | None = None, run_hash: str | None = None
) -> Figure:
    """Draw which uncertain parameters the chance of meeting the target depends on.

    Parameters
    ----------
    found
        An analysis, or its result (``sensitivity.json``).
    language, run_hash
        As in `fan_chart`.
    """
    return _figure("sensitivity", found, language, run_hash)


def posterior(found: Posterior | CalibrationResult, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw what every parameter was before the data and what it became.

    Parameters
    ----------
    found
        A posterior, or the result of a calibration as `load_run` reads it.
    language, run_hash
        As in `fan_chart`.
    """
    return _figure("posterior", found, language, run_hash)


def plan(found: Plan | PlanResult, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the chance of meeting the target against the effort, for several sizes of the year shock.

    Parameters
    ----------
    found
        A plan, or its result as `load_run` reads it; of several levers the mixes that no other beats are drawn.
    language, run_hash
        As in `fan_chart`.
    """
    return _figure("plan", found, language, run_hash)


def backtest(found: Backtest | BacktestResult, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw whether forecasts of past years said truly how sure they were: reliability and PIT.

    Parameters
    ----------
    found
        A back-test, or its result as `load_run` reads it.
    language, run_hash
        As in `fan_chart`.
    """
    return _figure("backtest", found, language, run_hash)


DRAW: dict[str, Callable[..., Figure]] = {
    "fan_chart": fan_chart,
    "rises": rises,
    "transition_matrix": transition_matrix,
    "village_board": village_board,
}
"""Every figure of a run folder, by the name of its file."""


def _figure(name: str, found: Any, language: str | None, run_hash: str | None) -> Figure:
    """Draw a figure of something that the library computed, or of its typed result."""
    if not isinstance(found, Head):
        kind = kind_of(found)
        run_hash = run_hash or kind.question(found).id
        found = rounded_as_kept(kind.result(found))
    return draw(name, found, language or found.language or DEFAULT, Source(run_hash))


def _drawn(
    draw: Callable[[Language, Mapping[str, Any], str | None], Figure],
    forecast: Drawable,
    language: str | None,
    run_hash: str | None,
) -> Figure:
    if isinstance(forecast, Forecast):
        run_hash, forecast = run_hash or _hash(forecast), record(forecast)
    with style():
        return draw(spoken(language or forecast["language"] or DEFAULT), forecast, run_hash)


def _hash(forecast: Forecast) -> str:
    return input_hash(forecast.scenario, forecast.effort, forecast.seed, forecast.engine, forecast.agent_class)


__all__ = [
    "DRAW",
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
