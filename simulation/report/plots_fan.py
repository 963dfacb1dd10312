"""The fan chart: how the shares of the four levels may develop.

Knows how shares and their intervals are drawn; must not know how a page is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.status import LEVELS
from ..inference.forecast import QUANTILES
from . import wording
from .language import Language
from .plots_page import INK, LEVEL_COLOURS, WIDTH, Axes, Figure, Page, footer, grid, subtitle, year_ticks
from .record import districts_of

Record = Mapping[str, Any]
Floats = NDArray[np.float64]
_HEIGHT = 2.75
_LEFT, _RIGHT, _BETWEEN = 0.42, 0.14, 0.16
_BOTTOM, _MIDDLE, _TITLE = 0.18, 0.12, 0.3


def draw_fan_chart(language: Language, record: Record, run_hash: str | None) -> Figure:
    """Draw one panel a level, all on the same scale."""
    many = len(districts_of(record)) > 1
    lines = {level: (_medians if many else _fan)(record, level) for level in LEVELS}
    headline = _headline(language, record, lines["dasar"])
    explanation = (
        language.say(
            "Each thin line: one district's median share of villages; black: the middle district. "
            "How uncertain each district is, is not drawn."
        )
        if many
        else language.say("Share of villages at each level. Line: median; bands: 50% and 90% interval.")
    )
    page = Page(headline, subtitle(language, record), explanation, footer(language, record, run_hash), _HEIGHT)
    years = [record["origin"], *(year["year"] for year in districts_of(record)[0]["years"])]
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
        _name(axes, level, _change(language, drawn, many))
        _label_axes(language, axes, years, row, column)
    return page.figure


def _fan(record: Record, level: str) -> Floats:
    """Return the five quantiles of a level's share in one district, shape (5, years + 1), the origin first."""
    (district,) = districts_of(record)
    shares = [list(year["status_share"][level]["quantiles"].values()) for year in district["years"]]
    origin = [district["population"]["origin_share"][level]] * len(QUANTILES)
    return np.array([origin, *shares]).T


def _medians(record: Record, level: str) -> Floats:
    """Return the median share of every district, shape (districts, years + 1), the origin first."""
    return np.array(
        [
            [
                d["population"]["origin_share"][level],
                *(y["status_share"][level]["quantiles"]["0.5"] for y in d["years"]),
            ]
            for d in districts_of(record)
        ]
    )


def _headline(language: Language, record: Record, dasar: Floats) -> str:
    districts = districts_of(record)
    said = {"origin": record["origin"], "last": districts[0]["years"][-1]["year"]}
    if len(districts) > 1:
        middle = np.median(dasar, axis=0)
        return language.say(
            "At dasar in the middle one of {districts} districts: {before} of villages in {origin}, {after} in {last}",
            districts=language.number(len(districts)),
            before=language.percent(middle[0]),
            after=language.percent(middle[-1]),
            **said,
        )
    return language.say(
        "{district}: {before} of villages are dasar in {origin}, {after} in {last} (90% interval {interval})",
        district=districts[0]["name"],
        before=language.percent(dasar[2, 0]),
        after=language.percent(dasar[2, -1]),
        interval=wording.share_span(language, dasar[0, -1], dasar[-1, -1]),
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


def _change(language: Language, drawn: Floats, many: bool) -> str:
    """Return where a share is, and where it may go."""
    middle = np.median(drawn, axis=0) if many else drawn[2]
    before, after = language.percent(middle[0]), language.percent(middle[-1])
    if many:
        return language.say("{before} → {after}", before=before, after=after)
    interval = wording.share_span(language, drawn[0, -1], drawn[-1, -1])
    return language.say("{before} → {after} ({interval})", before=before, after=after, interval=interval)


def _name(axes: Axes, level: str, change: str) -> None:
    """Name the level above its panel, with how its share changes."""
    axes.text(0, 1.19, level, transform=axes.transAxes, weight="bold", color=LEVEL_COLOURS[level], va="bottom")
    axes.text(0, 1.04, change, transform=axes.transAxes, color=INK, va="bottom")


def _label_axes(language: Language, axes: Axes, years: list[int], row: int, column: int) -> None:
    low, high = axes.get_ylim()
    ticks = [tick for tick in (0, 0.25, 0.5, 0.75, 1.0) if low <= tick <= high]
    axes.set_yticks(ticks, [language.percent(tick) for tick in ticks] if column == 0 else [""] * len(ticks))
    grid(axes)
    named = year_ticks(axes, years, 3)
    if row == 0:
        axes.set_xticks(named, [""] * len(named))
    axes.set_xlim(years[0] - 0.15, years[-1] + 0.15)
