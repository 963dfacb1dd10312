"""Figures that a policy brief can carry.

Knows which figures there are and how each reads a record; must not know run folders or screens.
`plots_page` is the only module that imports Matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..inference.forecast import Forecast
from .identity import input_hash
from .language import DEFAULT, Language
from .language import language as spoken
from .plots_fan import draw_fan_chart
from .plots_matrix import draw_transition_matrix
from .plots_page import Figure, save_figure, style
from .plots_rises import draw_rises
from .record import record

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


DRAW: dict[str, Callable[..., Figure]] = {
    "fan_chart": fan_chart,
    "rises": rises,
    "transition_matrix": transition_matrix,
}
"""Every figure of a run folder, by the name of its file."""


def _drawn(
    draw: Callable[[Language, Mapping[str, Any], str | None], Figure],
    forecast: Drawable,
    language: str | None,
    run_hash: str | None,
) -> Figure:
    if isinstance(forecast, Forecast):
        run_hash = run_hash or input_hash(
            forecast.scenario, forecast.effort, forecast.seed, forecast.engine, forecast.agent_class
        )
        forecast = record(forecast)
    with style():
        return draw(spoken(language or forecast["language"] or DEFAULT), forecast, run_hash)


__all__ = ["DRAW", "fan_chart", "rises", "save_figure", "transition_matrix"]
