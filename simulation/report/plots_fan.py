"""The fan chart: how the shares of the four levels may develop.

Knows how shares and their intervals are drawn; must not know how a page is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..domain.status import LEVELS
from ..inference.forecast import QUANTILES
from . import wording
from .language import Language
from .plots_page import INK, LEVEL_COLOURS, WIDTH, Axes, Figure, Page, footer, grid, year_ticks
from .record import districts_of

Record = Mapping[str, Any]
_HEIGHT = 2.75
_LEFT, _RIGHT, _BETWEEN = 0.42, 0.14, 0.16
_BOTTOM, _MIDDLE, _TITLE = 0.18, 0.12, 0.3


def draw_fan_chart(language: Language, record: Record, run_hash: str | None) -> Figure:
    """Draw one panel a level, all on the same scale."""
    fans = {level: _fan(record, level) for level in LEVELS}
    many = len(districts_of(record)) > 1
    headline = _headline(language, record, fans["dasar"])
    explanation = (
        language.say("Line: median of the districts' mean shares; bands: 50% and 90% of the districts.")
        if many
        else language.say("Share of villages at each level. Line: median; bands: 50% and 90% interval.")
    )
    page = Page(headline, explanation, footer(language, record, run_hash), _HEIGHT)
    years = [record["origin"], *(year["year"] for year in districts_of(record)[0]["years"])]
    top = min(1.0, np.ceil(10 * max(fan[-1].max() for fan in fans.values()) + 0.5) / 10)
    width = (WIDTH - _LEFT - _RIGHT - _BETWEEN) / 2
    height = (_HEIGHT - _BOTTOM - _MIDDLE - 2 * _TITLE) / 2
    for place, (level, fan) in enumerate(fans.items()):
        row, column = divmod(place, 2)
        axes = page.axes(
            left=_LEFT + column * (width + _BETWEEN),
            right=_RIGHT + (1 - column) * (width + _BETWEEN),
            bottom=_BOTTOM + (1 - row) * (height + _MIDDLE + _TITLE),
            top=_TITLE + row * (height + _MIDDLE + _TITLE),
        )
        _panel(axes, years, fan, LEVEL_COLOURS[level])
        axes.set_ylim(0, top)
        _name(language, axes, level, fan)
        _label_axes(language, axes, years, row, column)
    return page.figure


def _fan(record: Record, level: str) -> np.ndarray[Any, Any]:
    """Return the five quantiles of a level's share, shape (5, years + 1), the origin first."""
    districts = districts_of(record)
    if len(districts) == 1:
        shares = [list(year["status_share"][level]["quantiles"].values()) for year in districts[0]["years"]]
        origin = [districts[0]["population"]["origin_share"][level]] * len(QUANTILES)
        return np.array([origin, *shares]).T
    means = [
        [d["population"]["origin_share"][level], *(year["status_share"][level]["mean"] for year in d["years"])]
        for d in districts
    ]
    return np.asarray(np.quantile(means, QUANTILES, axis=0))


def _headline(language: Language, record: Record, dasar: np.ndarray[Any, Any]) -> str:
    districts = districts_of(record)
    said = {
        "before": language.percent(dasar[2, 0]),
        "after": language.percent(dasar[2, -1]),
        "interval": wording.share_span(language, dasar[0, -1], dasar[-1, -1]),
        "origin": record["origin"],
        "last": districts[0]["years"][-1]["year"],
    }
    if len(districts) > 1:
        return language.say(
            "At dasar in the median district: {before} of villages in {origin}, {after} in {last} "
            "(90% of districts: {interval})",
            **said,
        )
    return language.say(
        "{district}: {before} of villages are dasar in {origin}, {after} in {last} (90% interval {interval})",
        district=districts[0]["name"],
        **said,
    )


def _panel(axes: Axes, years: Sequence[int], fan: np.ndarray[Any, Any], colour: str) -> None:
    axes.fill_between(years, fan[0], fan[4], color=colour, alpha=0.22, linewidth=0)
    axes.fill_between(years, fan[1], fan[3], color=colour, alpha=0.38, linewidth=0)
    axes.plot(years, fan[2], color=colour, linewidth=1.4, marker="o", markersize=2.2 if len(years) < 15 else 0)


def _name(language: Language, axes: Axes, level: str, fan: np.ndarray[Any, Any]) -> None:
    """Name the level above its panel, with where it is and where it may go."""
    axes.text(0, 1.19, level, transform=axes.transAxes, weight="bold", color=LEVEL_COLOURS[level], va="bottom")
    described = language.say(
        "{before} → {after} ({interval})",
        before=language.percent(fan[2, 0]),
        after=language.percent(fan[2, -1]),
        interval=wording.share_span(language, fan[0, -1], fan[-1, -1]),
    )
    axes.text(0, 1.04, described, transform=axes.transAxes, color=INK, va="bottom")


def _label_axes(language: Language, axes: Axes, years: list[int], row: int, column: int) -> None:
    low, high = axes.get_ylim()
    ticks = [tick for tick in (0, 0.25, 0.5, 0.75, 1.0) if low <= tick <= high]
    axes.set_yticks(ticks, [language.percent(tick) for tick in ticks] if column == 0 else [""] * len(ticks))
    grid(axes)
    named = year_ticks(axes, years, 3)
    if row == 0:
        axes.set_xticks(named, [""] * len(named))
    axes.set_xlim(years[0] - 0.15, years[-1] + 0.15)
