"""The change in the chance of meeting the target, scenario by scenario and year by year.

Knows how differences and their intervals are drawn; must not know how a page is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..inference.uncertainty import WILSON_Z
from . import wording
from .comparison import words
from .language import Language
from .plots_page import INK, LEVEL_COLOURS, Axes, Figure, Page, footer, grid, year_ticks

Record = Mapping[str, Any]
_COLOUR = LEVEL_COLOURS["berkembang"]
_PANEL, _ABOVE, _BELOW, _TITLE = 1.05, 0.3, 0.24, 0.17
"""Inches of a panel, of the numbers above it, of the years below it, and of its title where there are several."""
_MOST_YEARS = 6


def draw_comparison(language: Language, record: Record, run_hash: str | None) -> Figure:
    """Draw a panel for each scenario, all on the same scale."""
    contrasts = record["scenarios"]
    several = len(contrasts) > 1
    each = _PANEL + _ABOVE + _BELOW + several * _TITLE
    page = Page(
        _headline(language, record),
        _subtitle(language, record),
        language.say(
            "Difference in percentage points. Dot: mean; thin line: 90% interval over the uncertain parameters; thick "
            "line, where it is longer than the dot: simulation error (95%)."
        ),
        footer(language, {**record, "scenario": record["baseline"]}, run_hash),
        each * len(contrasts),
    )
    limits = _limits(contrasts)
    for place, contrast in enumerate(contrasts):
        below = each * (len(contrasts) - 1 - place)
        above = each * place + _ABOVE + several * _TITLE
        axes = page.axes(left=0.4, right=0.08, bottom=below + _BELOW, top=above)
        _draw(language, axes, contrast["years"], limits)
        if several:
            _above(axes, None, 15, words.title(language, contrast), weight="bold", ha="left")
    return page.figure


def _headline(language: Language, record: Record) -> str:
    """Return what changes: of the only scenario, or of the one that changes most."""
    contrasts = record["scenarios"]
    if len(contrasts) == 1:
        said = words.change(language, contrasts[0])
        return said[0].upper() + said[1:]
    best = max(contrasts, key=lambda contrast: contrast["years"][0]["difference"])
    first = best["years"][0]
    if words.direction(first) == "up":
        return language.say(
            "Of {number} scenarios “{scenario}” raises the chance of meeting the target of {year} most, by {points} "
            "percentage points",
            scenario=words.title(language, best),
            year=first["year"],
            number=len(contrasts),
            points=language.number(100 * first["difference"], 1),
        )
    return language.say(
        "Chance of meeting the target, compared with “{baseline}”", baseline=words.title(language, record)
    )


def _subtitle(language: Language, record: Record) -> list[str]:
    """Return what is compared with what, and whether the effects of interventions are known."""
    contrasts, baseline = record["scenarios"], words.title(language, record)
    compared = language.say("{district}; compared with: “{baseline}”.", district=record["name"], baseline=baseline)
    if len(contrasts) == 1:
        programme = wording.programme(language, contrasts[0])
        return [compared] if programme is None else [compared, programme]
    if not any(wording.placeholders(contrast) for contrast in contrasts):
        return [compared]
    return [compared, language.say("Effects of interventions are placeholders until experts or data say otherwise.")]


def _limits(contrasts: Sequence[Record]) -> tuple[float, float]:
    """Return the ends of the common scale, 0 within, in percentage points."""
    ends = [0.0]
    for contrast in contrasts:
        for year in contrast["years"]:
            ends += _noise(year)
            ends += [100 * end for end in year["interval90"] or ()]
    low, high = min(ends), max(ends)
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def _noise(year: Record) -> list[float]:
    """Return between what the simulation alone leaves the difference, in percentage points."""
    return [100 * (year["difference"] + side * WILSON_Z * year["monte_carlo_error"]) for side in (-1, 1)]


def _draw(language: Language, axes: Axes, years: Sequence[Record], limits: tuple[float, float]) -> None:
    slim = 1.0 if len(years) <= 15 else 0.4
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
    for year in years:
        at = [year["year"]] * 2
        if year["interval90"] is not None:
            axes.plot(at, [100 * end for end in year["interval90"]], color=_COLOUR, linewidth=slim, zorder=2)
        axes.plot(at, _noise(year), color=_COLOUR, linewidth=4 * slim, solid_capstyle="butt", zorder=3)
        axes.plot(
            year["year"],
            100 * year["difference"],
            "o",
            color="white",
            markeredgecolor=INK,
            markersize=4 * slim,
            zorder=4,
        )
    axes.set_xlim(years[0]["year"] - 0.6, years[-1]["year"] + 0.6)
    axes.set_ylim(*limits)
    decimals = 0 if np.ptp(limits) > 4 else 1
    axes.yaxis.set_major_formatter(lambda value, _: words.signed(language, value, decimals))
    axes.locator_params(axis="y", nbins=5)
    grid(axes)
    named = year_ticks(axes, [year["year"] for year in years], _MOST_YEARS)
    for year in years:
        if year["year"] in named:
            _above(axes, year["year"], 3, words.signed(language, 100 * year["difference"]), weight="bold", ha="center")


def _above(axes: Axes, year: int | None, points: float, text: str, **look: Any) -> None:
    """Write text above the axes, at a year or at their left edge."""
    axes.annotate(
        text,
        (0, 1) if year is None else (year, 1),
        xycoords="axes fraction" if year is None else axes.get_xaxis_transform(),
        xytext=(0, points),
        textcoords="offset points",
        va="bottom",
        **look,
    )
