"""Whether forecasts of past years said truly how sure they were: a reliability diagram and a PIT histogram."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...inference.backtest.rolling import MODEL
from ...inference.backtest.scoring import Bin
from ...inference.uncertainty import INTERVAL90
from ..kinds.backtest import BacktestResult, heading, verdict_of
from ..kinds.kind import Source
from ..language import Language
from .page import INK, MARGIN, Axes, Figure, count_axis, grid, page_of, write_at

_GREY = "#bbbbbb"
_PANEL, _TITLE, _BELOW, _LEFT = 1.5, 0.34, 0.42, 0.5
"""Inches of a panel, of the title above it, of the numbers and words below it and beside it."""
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def draw_backtest(speech: Language, result: BacktestResult, source: Source) -> Figure:
    """Draw the reliability of "target met" above the PIT of the number of rises."""
    each = _TITLE + _PANEL + _BELOW
    explained = speech.say(
        "Above: for dots on the dashed line the target was met as often as forecast; the number "
        "of district-years is beside them. Below: level bars are right; high in the middle: too "
        "cautious; high at the ends: overconfident. If forecasts are right, nine of ten dots and "
        "bars end within the grey."
    )
    subtitle = [heading(speech, result)]
    page = page_of(speech, result, source, verdict_of(speech, result), explained, 2 * each, subtitle=subtitle)
    above = page.axes(left=_LEFT, right=0.24, bottom=each + _BELOW, top=_TITLE, panel=True)
    _draw_reliability(speech, above, result.reliability)
    _title(above, speech.say("How often the target was met, by the chance given"))
    below = page.axes(left=_LEFT, right=0.24, bottom=_BELOW, top=each + _TITLE, panel=True)
    _draw_pit(speech, below, [row.forecasts[MODEL].pit for row in result.rows])
    _title(below, speech.say("Where rises fell in their forecast (district-years)"))
    return page.figure


def _draw_reliability(speech: Language, axes: Axes, bins: Sequence[Bin]) -> None:
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
    for one in bins:
        axes.plot([one.said] * 2, one.expected90, color=_GREY, linewidth=5, solid_capstyle="butt", zorder=1)
        axes.plot(one.said, one.happened, "o", color="white", markeredgecolor=INK, markersize=4.5, zorder=3)
        write_at(axes, speech.number(one.number), (one.said, one.happened), (6, 0), va="center", zorder=4)
    axes.set_xlim(-0.03, 1.08)
    axes.set_ylim(-0.06, 1.06)
    shown = [speech.percent(tick) for tick in _TICKS]
    axes.set_xticks(_TICKS, shown)
    axes.set_yticks(_TICKS, shown)
    grid(axes)
    axes.set_xlabel(speech.say("chance given"))


def _draw_pit(speech: Language, axes: Axes, pit: list[float]) -> None:
    from scipy.stats import binom

    number = 10 if len(pit) >= 50 else 5
    counts, edges = np.histogram(pit, bins=number, range=(0, 1))
    low, high = (float(binom.ppf(end, len(pit), 1 / number)) for end in INTERVAL90)
    axes.axhspan(low, high, color=_GREY, alpha=0.6, linewidth=0, zorder=1)
    axes.bar(edges[:-1], counts, 1 / number, align="edge", facecolor="none", edgecolor=INK, linewidth=0.9, zorder=3)
    axes.axhline(len(pit) / number, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.1 * max(float(counts.max()), high))
    axes.set_xticks(_TICKS, [speech.percent(tick) for tick in _TICKS])
    count_axis(axes, speech)
    axes.set_xlabel(speech.say("randomised PIT"))


def _title(axes: Axes, text: str) -> None:
    left = -72 * (_LEFT - MARGIN)
    write_at(axes, text, (0, 1), (left, 6), of="axes fraction", weight="bold", ha="left", va="bottom")
