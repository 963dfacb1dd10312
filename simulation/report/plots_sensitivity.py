"""Shares of the variance of the chance, parameter by parameter.

Knows how shares and their intervals are drawn; must not know how a page is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..domain.parameters import ParameterKey
from .language import Language
from .plots_page import INK, LEVEL_COLOURS, QUIET_INK, Axes, Figure, Page, footer, subtitle
from .sensitivity import words

Record = Mapping[str, Any]
_COLOUR = LEVEL_COLOURS["berkembang"]
_ROW, _BELOW, _TICKS = 0.3, 0.24, (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_sensitivity(language: Language, record: Record, run_hash: str | None) -> Figure:
    """Draw a bar for each parameter that was followed, the most important on top."""
    effects = {ParameterKey.effect(plan["name"], "rise"): plan for plan in record["interventions"]}
    page_record = {**record, "parameters": effects}
    shown = [key for key, driver in record["parameters"].items() if driver["total"] is not None]
    page = Page(
        words.headline(language, record),
        subtitle(language, page_record),
        language.say(
            "Share of the variance that stays while all else is known. Dark bar: the parameter alone; light bar: with "
            "interplay; line: 90% interval."
        ),
        footer(language, page_record, run_hash),
        _ROW * len(shown) + _BELOW,
    )
    axes = page.axes(left=0.15, right=0.2, bottom=_BELOW, top=0.0)
    for row, key in enumerate(shown):
        _draw(axes, -row, record["parameters"][key])
        axes.text(0, -row + 0.3, words.name(language, key), va="bottom", ha="left")
    axes.set_ylim(-len(shown) + 0.6, 0.75)
    axes.set_xlim(0, 1)
    axes.set_xticks(_TICKS, [language.percent(tick) for tick in _TICKS])
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    return page.figure


def _draw(axes: Axes, row: float, driver: Record) -> None:
    first, total = (words.share(driver[key]) for key in ("first", "total"))
    axes.barh(row, total, height=0.36, color=_COLOUR, alpha=0.35, linewidth=0)
    axes.barh(row, min(first, total), height=0.36, color=_COLOUR, linewidth=0)
    low, high = (words.share(end) for end in driver["interval90"])
    axes.plot([low, high], [row, row], color=INK, linewidth=0.8)
    for end in (low, high):
        axes.plot([end, end], [row - 0.09, row + 0.09], color=INK, linewidth=0.8)
    axes.axhline(row - 0.3, color=QUIET_INK, linewidth=0.15)
