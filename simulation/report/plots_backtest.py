"""Whether forecasts of past years said truly how sure they were: a reliability diagram and a PIT histogram.

Knows how chances, shares and counts are drawn; must not know how a page is laid out, nor how scores are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import binom

from ..inference.uncertainty import INTERVAL90
from .backtest import words
from .language import Language
from .plots_page import INK, MARGIN, Axes, Figure, Page, count_axis, footer, grid

Record = Mapping[str, Any]
_GREY = "#bbbbbb"
_PANEL, _TITLE, _BELOW, _LEFT = 1.5, 0.34, 0.42, 0.5
"""Inches of a panel, of the title above it, of the numbers and words below it and beside it."""
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def draw_backtest(language: Language, record: Record, run_hash: str | None) -> Figure:
    """Draw the reliability of "target met" above the PIT of the number of rises."""
    each = _TITLE + _PANEL + _BELOW
    page = Page(
        words.headline(language, record),
        [words.heading(language, record)],
        language.say(
            "Above: dots on the dashed line came true as often as was said; the number of district-years stands beside "
            "them. Below: even bars are right, a hump means too unsure, a trough too sure. If forecasts are right, "
            "nine of ten dots and bars end within the grey."
        ),
        footer(language, record, run_hash),
        2 * each,
    )
    above = page.axes(left=_LEFT, right=0.24, bottom=each + _BELOW, top=_TITLE)
    _draw_reliability(language, above, record["reliability"])
    _title(above, language.say("How often the target was met, by the chance given"))
    below = page.axes(left=_LEFT, right=0.24, bottom=_BELOW, top=each + _TITLE)
    _draw_pit(language, below, [row["forecasts"]["model"]["pit"] for row in record["rows"]])
    _title(below, language.say("Where rises fell in their forecast (district-years)"))
    return page.figure


def _draw_reliability(language: Language, axes: Axes, bins: list[Record]) -> None:
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
    for one in bins:
        axes.plot([one["said"]] * 2, one["expected90"], color=_GREY, linewidth=5, solid_capstyle="butt", zorder=1)
        axes.plot(one["said"], one["happened"], "o", color="white", markeredgecolor=INK, markersize=4.5, zorder=3)
        axes.annotate(
            language.number(one["number"]),
            (one["said"], one["happened"]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            zorder=4,
        )
    axes.set_xlim(-0.03, 1.08)
    axes.set_ylim(-0.06, 1.06)
    shown = [language.percent(tick) for tick in _TICKS]
    axes.set_xticks(_TICKS, shown)
    axes.set_yticks(_TICKS, shown)
    grid(axes)
    axes.set_xlabel(language.say("chance given"))


def _draw_pit(language: Language, axes: Axes, pit: list[float]) -> None:
    number = 10 if len(pit) >= 50 else 5
    counts, edges = np.histogram(pit, bins=number, range=(0, 1))
    low, high = (float(binom.ppf(end, len(pit), 1 / number)) for end in INTERVAL90)
    axes.axhspan(low, high, color=_GREY, alpha=0.6, linewidth=0, zorder=1)
    axes.bar(edges[:-1], counts, 1 / number, align="edge", facecolor="none", edgecolor=INK, linewidth=0.9, zorder=3)
    axes.axhline(len(pit) / number, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.1 * max(float(counts.max()), high))
    axes.set_xticks(_TICKS, [language.percent(tick) for tick in _TICKS])
    count_axis(axes, language)
    axes.set_xlabel(language.say("randomised PIT"))


def _title(axes: Axes, text: str) -> None:
    axes.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(-72 * (_LEFT - MARGIN), 6),
        textcoords="offset points",
        weight="bold",
        ha="left",
        va="bottom",
    )
