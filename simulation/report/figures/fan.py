"""The fan chart: how the shares of the four levels may develop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...domain.status import LEVELS
from ...inference.forecast import QUANTILES
from .. import wording
from ..kinds.forecast.result import ForecastResult
from ..kinds.forecast.words import footer
from ..kinds.head import under_headline
from ..kinds.kind import Source
from ..language import Language
from .page import INK, LEVEL_COLOURS, WIDTH, Axes, Figure, Page, grid, year_ticks

Floats = NDArray[np.float64]
_HEIGHT = 2.75
_LEFT, _RIGHT, _BETWEEN = 0.42, 0.14, 0.16
_BOTTOM, _MIDDLE, _TITLE = 0.18, 0.12, 0.3


def draw_fan_chart(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw one panel a level, all on the same scale."""
    many = result.several
    lines = {level: (_medians if many else _fan)(result, level) for level in LEVELS}
    headline = _headline(speech, result, lines["dasar"])
    explanation = (
        speech.say(
            "Each thin line: one district's median share of villages; black: the middle district. "
            "How uncertain each district is, is not drawn."
        )
        if many
        else speech.say("Share of villages at each level. Line: median; bands: 50% and 90% interval.")
    )
    page = Page(headline, under_headline(speech, result), explanation, footer(speech, result, source), _HEIGHT)
    years = [result.origin, *(year.year for year in result.districts[0].years)]
    top = min(1.0, np.ceil(10 * max(drawn.max() for drawn in lines.values()) + 0.5) / 10)
    width = (WIDTH - _LEFT - _RIGHT - _BETWEEN) / 2
    height = (_HEIGHT - _BOTTOM - _MIDDLE - 2 * _TITLE) / 2
    for place, (level, drawn) in enumerate(lines.items()):
        row, column = divmod(place, 2)
        axes = page.axes(
            left=_LEFT + column * (width + _BETWEEN),
            right=_RIGHT + (1 - column) * (width + _BETWEEN),
            bottom=_BOTTOM + (1 - row) * (height + _MIDDLE + _TITLE),
            top=_TITLE + row * (height + _MIDDLE + _TITLE),
        )
        (_strands if many else _panel)(axes, years, drawn, LEVEL_COLOURS[level])
        axes.set_ylim(0, top)
        _name(axes, level, _change(speech, drawn, many))
        _label_axes(speech, axes, years, row, column)
    return page.figure


def _fan(result: ForecastResult, level: str) -> Floats:
    """Return the five quantiles of a level's share in one district, shape (5, years + 1), the origin first."""
    (district,) = result.districts
    shares = [list(year.status_share[level].quantiles.values()) for year in district.years]
    return np.array([[district.origin_share[level]] * len(QUANTILES), *shares]).T


def _medians(result: ForecastResult, level: str) -> Floats:
    """Return the median share of every district, shape (districts, years + 1), the origin first."""
    return np.array(
        [
            [one.origin_share[level], *(year.status_share[level].median for year in one.years)]
            for one in result.districts
        ]
    )


def _headline(speech: Language, result: ForecastResult, dasar: Floats) -> str:
    said = {"origin": result.origin, "last": result.districts[0].years[-1].year}
    if result.several:
        middle = np.median(dasar, axis=0)
        return speech.say(
            "At dasar in the middle one of {districts} districts: {before} of villages in {origin}, {after} in {last}",
            districts=speech.number(len(result.districts)),
            before=speech.percent(middle[0]),
            after=speech.percent(middle[-1]),
            **said,
        )
    return speech.say(
        "{district}: {before} of villages are dasar in {origin}, {after} in {last} (90% interval {interval})",
        district=result.district,
        before=speech.percent(dasar[2, 0]),
        after=speech.percent(dasar[2, -1]),
        interval=wording.share_span(speech, dasar[0, -1], dasar[-1, -1]),
        **said,
    )


def _strands(axes: Axes, years: Sequence[int], medians: Floats, colour: str) -> None:
    """Draw a thin line a district, the fainter the more there are, and the middle district."""
    faint = float(np.clip(4 / np.sqrt(len(medians)), 0.15, 0.7))
    axes.plot(years, medians.T, color=colour, linewidth=0.5, alpha=faint)
    axes.plot(years, np.median(medians, axis=0), color=INK, linewidth=1.4)


def _panel(axes: Axes, years: Sequence[int], fan: Floats, colour: str) -> None:
    axes.fill_between(years, fan[0], fan[4], color=colour, alpha=0.22, linewidth=0)
    axes.fill_between(years, fan[1], fan[3], color=colour, alpha=0.38, linewidth=0)
    axes.plot(years, fan[2], color=colour, linewidth=1.4, marker="o", markersize=2.2 if len(years) < 15 else 0)


def _change(speech: Language, drawn: Floats, many: bool) -> str:
    """Return where a share is, and where it may go."""
    middle = np.median(drawn, axis=0) if many else drawn[2]
    before, after = speech.percent(middle[0]), speech.percent(middle[-1])
    if many:
        return speech.say("{before} → {after}", before=before, after=after)
    interval = wording.share_span(speech, drawn[0, -1], drawn[-1, -1])
    return speech.say("{before} → {after} ({interval})", before=before, after=after, interval=interval)


def _name(axes: Axes, level: str, change: str) -> None:
    """Name the level above its panel, with how its share changes."""
    axes.text(0, 1.19, level, transform=axes.transAxes, weight="bold", color=LEVEL_COLOURS[level], va="bottom")
    axes.text(0, 1.04, change, transform=axes.transAxes, color=INK, va="bottom")


def _label_axes(speech: Language, axes: Axes, years: list[int], row: int, column: int) -> None:
    low, high = axes.get_ylim()
    ticks = [tick for tick in (0, 0.25, 0.5, 0.75, 1.0) if low <= tick <= high]
    axes.set_yticks(ticks, [speech.percent(tick) for tick in ticks] if column == 0 else [""] * len(ticks))
    grid(axes)
    named = year_ticks(axes, years, 3)
    if row == 0:
        axes.set_xticks(named, [""] * len(named))
    axes.set_xlim(years[0] - 0.15, years[-1] + 0.15)
