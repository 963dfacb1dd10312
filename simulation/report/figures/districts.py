"""The districts of a forecast: a dot each, by how likely it is to meet its target, within its province."""

from __future__ import annotations

from collections.abc import Sequence

from .. import wording
from ..kinds.forecast import words
from ..kinds.forecast.districts import Ranked, how_many, mean_chance, province_name, ranked
from ..kinds.forecast.result import ForecastResult, InProvince
from ..kinds.kind import Source
from ..language import Language
from .page import INK, MARGIN, SPREAD, Axes, Figure, page_of, text_width, width_of, write_at

_MOST_NAMED = 45
"""Districts of which each has a line of its own with its name; of more, each province has one."""
_LINE, _TALLEST = 0.26, 7.9
"""Inches of a line, at most, and of all lines."""
_DOT = 3.0
"""Points across."""
_TOP, _BOTTOM = 0.22, 0.22


def draw_districts(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw a dot a district on the line of its province; of one province, every district has a line of its own."""
    meeting = (result.meeting or ())[0]
    named = len(meeting.provinces) == 1 and len(result.districts) <= _MOST_NAMED
    lines = len(result.districts) if named else len(meeting.provinces)
    every = min(_LINE, _TALLEST / lines)
    headline = words.verdict(speech, result).rstrip(".")
    page = page_of(
        speech, result, source, headline, words.dots_explained(speech, result), _TOP + lines * every + _BOTTOM
    )
    order = ranked(result)[::-1]
    provinces = sorted(meeting.provinces, key=mean_chance, reverse=True)
    left = [one.district.district for one in order] if named else [province_name(speech, one) for one in provinces]
    right = [_chance(speech, one) for one in order] if named else [_expected(speech, one) for one in provinces]
    widths = [max(map(text_width, texts)) / 72 + 2 * MARGIN for texts in (left, right)]
    axes = page.axes(left=widths[0], right=widths[1], bottom=_BOTTOM, top=_TOP)
    axes.set_xlim(-0.015, 1.015)
    axes.set_ylim(lines - 0.5, -0.5)
    for line in range(0, lines, 2):
        axes.axhspan(line - 0.5, line + 0.5, color="#f3f3f3", linewidth=0, zorder=0)
    if named:
        _lines_of_districts(axes, order)
    else:
        _lines_of_provinces(axes, provinces, order, every)
    axes.set_yticks(range(lines), [text.replace("$", r"\$") for text in left])
    for line, text in enumerate(right):
        write_at(axes, text, (1, line), (4, 0), of=axes.get_yaxis_transform(), va="center", color=INK)
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    axes.set_xticks(ticks, [speech.percent(tick) for tick in ticks])
    axes.tick_params(axis="x", top=True, labeltop=True)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#cccccc", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    return page.figure


def _lines_of_districts(axes: Axes, order: Sequence[Ranked]) -> None:
    """Draw a dot a line, and the range from assumptions where it is known."""
    for line, one in enumerate(order):
        if (interval := words.known_interval(one.year)) is not None:
            axes.plot(interval, [line, line], color=SPREAD, linewidth=1.2, solid_capstyle="butt", zorder=2)
        axes.plot(one.year.probability_met, line, "o", color=SPREAD, markeredgecolor="white", markersize=5, zorder=3)


def _lines_of_provinces(axes: Axes, provinces: Sequence[InProvince], order: Sequence[Ranked], every: float) -> None:
    """Draw the dots of a province on its line, those that would cover each other side by side, and their mean."""
    step = _DOT / 72 / every
    apart = 1.03 * _DOT / 72 / width_of(axes)
    line_of = {code: line for line, province in enumerate(provinces) for code in province.districts}
    last: dict[tuple[int, int], float] = {}
    most = max(1, int((0.5 - step / 2) / step))
    for one in sorted(order, key=lambda one: one.year.probability_met):
        line, at = line_of[one.district.district_code], one.year.probability_met
        tracks = [place for number in range(most + 1) for place in dict.fromkeys((number, -number))]
        free = [track for track in tracks if at - last.get((line, track), -1.0) >= apart]
        track = free[0] if free else min(tracks, key=lambda track: last[line, track])
        last[line, track] = at
        axes.plot(at, line + track * step, "o", color=SPREAD, markeredgewidth=0, markersize=_DOT * 0.93, zorder=3)
    for line, province in enumerate(provinces):
        mean = mean_chance(province)
        axes.plot([mean, mean], [line - 0.42, line + 0.42], color=INK, linewidth=1.1, zorder=2)


def _chance(speech: Language, one: Ranked) -> str:
    return wording.chance(speech, one.year.probability_met)


def _expected(speech: Language, one: InProvince) -> str:
    return speech.say("{number} of {total}", number=how_many(speech, one), total=speech.number(len(one.districts)))
