"""The change in the chance of meeting the target, scenario by scenario and year by year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...decision.comparison import ComparedYear
from ...inference.uncertainty import WILSON_Z
from .. import wording
from ..kinds.comparison import ComparedScenario, ComparisonResult, change, titles_of
from ..kinds.head import PLACEHOLDERS, programme_line
from ..kinds.kind import Source
from ..language import Language
from .page import INK, Axes, Figure, grid, mark_spread, page_of, slim, write_above, year_ticks

_PANEL, _ABOVE, _BELOW, _TITLE = 1.05, 0.3, 0.24, 0.17
"""Inches of a panel, of the numbers above it, of the years below it, and of its title where there are several."""
_MOST_YEARS = 6


def draw_comparison(speech: Language, result: ComparisonResult, source: Source) -> Figure:
    """Draw a panel for each scenario, all on the same scale."""
    scenarios, titles = result.scenarios, titles_of(speech, result)
    several = len(scenarios) > 1
    each = _PANEL + _ABOVE + _BELOW + several * _TITLE
    explained = speech.say(
        "Difference in percentage points. Dot: mean; thin line: 90% range from assumptions; thick "
        "line, where it is longer than the dot: simulation error (95%)."
    )
    headline, subtitle = _headline(speech, result), _subtitle(speech, result)
    page = page_of(speech, result, source, headline, explained, each * len(scenarios), subtitle=subtitle)
    limits = _limits(scenarios)
    for place, one in enumerate(scenarios):
        below = each * (len(scenarios) - 1 - place)
        above = each * place + _ABOVE + several * _TITLE
        axes = page.axes(left=0.4, right=0.08, bottom=below + _BELOW, top=above, panel=several)
        _draw(speech, axes, one.years, limits)
        if several:
            write_above(axes, None, 15, titles[one.name], weight="bold", ha="left")
    return page.figure


def _headline(speech: Language, result: ComparisonResult) -> str:
    """Return what changes: of the only scenario, or of the one that changes most."""
    scenarios, titles = result.scenarios, titles_of(speech, result)
    if len(scenarios) == 1:
        (one,) = scenarios
        said = change(speech, titles[one.name], one)
        return said[0].upper() + said[1:]
    best = max(scenarios, key=lambda one: one.years[0].difference)
    first = best.years[0]
    if first.direction == "up":
        return speech.say(
            "Of {number} scenarios “{scenario}” raises the chance of meeting the target of {year} most, by {points} "
            "percentage points",
            scenario=titles[best.name],
            year=first.year,
            number=len(scenarios),
            points=speech.number(100 * first.difference, 1),
        )
    return speech.say("Chance of meeting the target, compared with “{baseline}”", baseline=titles[result.baseline])


def _subtitle(speech: Language, result: ComparisonResult) -> list[str]:
    """Return what is compared with what, and whether the effects of interventions are known."""
    scenarios, baseline = result.scenarios, titles_of(speech, result)[result.baseline]
    compared = speech.say("{district}; compared with: “{baseline}”.", district=result.district, baseline=baseline)
    if len(scenarios) == 1:
        programme = programme_line(speech, scenarios[0].interventions)
        return [compared] if programme is None else [compared, programme]
    if not any(plan.placeholder for one in scenarios for plan in one.interventions):
        return [compared]
    return [compared, speech.say(PLACEHOLDERS)]


def _limits(scenarios: Sequence[ComparedScenario]) -> tuple[float, float]:
    """Return the ends of the common scale, 0 within, in percentage points."""
    ends = [0.0]
    for year in (year for one in scenarios for year in one.years):
        ends += _noise(year)
        ends += [100 * end for end in year.interval90 or ()]
    low, high = min(ends), max(ends)
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def _noise(year: ComparedYear) -> list[float]:
    """Return between what the simulation alone leaves the difference, in percentage points."""
    return [100 * (year.difference + side * WILSON_Z * year.monte_carlo_error) for side in (-1, 1)]


def _draw(speech: Language, axes: Axes, years: Sequence[ComparedYear], limits: tuple[float, float]) -> None:
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
    for year in years:
        interval = None if year.interval90 is None else [100 * end for end in year.interval90]
        mark_spread(axes, year.year, 100 * year.difference, interval, _noise(year), slim(years))
    axes.set_xlim(years[0].year - 0.6, years[-1].year + 0.6)
    axes.set_ylim(*limits)
    decimals = 0 if np.ptp(limits) > 4 else 1
    axes.yaxis.set_major_formatter(lambda value, _: wording.signed(speech, value, decimals))
    axes.locator_params(axis="y", nbins=5, integer=decimals == 0)
    grid(axes)
    named = year_ticks(axes, [year.year for year in years], _MOST_YEARS)
    for year in years:
        if year.year in named:
            write_above(axes, year.year, 3, wording.signed(speech, 100 * year.difference), weight="bold", ha="center")
