"""The chance of meeting the target against the effort that is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...decision.plan.result import Setting
from ..kinds.kind import Source
from ..kinds.plan import words
from ..kinds.plan.words import PlanResult
from ..language import Language, phrase
from .page import INK, LETTERS, QUIET_INK, SPREAD, WANTED, Axes, Figure, grid, page_of, write_at

End = tuple[float, str, str, Any]
"""Height at which a line ends, what stands there, its colour and its dashes."""
_HEIGHT, _RIGHT, _NARROW, _SAMPLE = 2.1, 1.2, 0.95, 0.22
_DASHED = (0, (3, 1.5))
_SHOCKS: Mapping[float, tuple[str, Any]] = {
    0.0: ("#707070", (0, (1, 1.2))),
    0.5: ("#5a5a5a", _DASHED),
    1.0: ("#333333", (0, (6, 1.5, 1, 1.5))),
}
"""Colour and dashes of each size of the shock."""
_YEARS: Mapping[float, str] = {
    0.0: phrase("all years\nalike"),
    0.5: phrase("years differ\nsomewhat"),
    1.0: phrase("years differ\ngreatly"),
}


def draw_plan(speech: Language, result: PlanResult, source: Source) -> Figure:
    """Draw chance against effort: of a single lever for several shocks, of several levers the undominated mixes."""
    single = len(result.levers) == 1
    page = page_of(speech, result, source, words.headline(speech, result), _explanation(speech, result), _HEIGHT)
    axes = page.axes(left=0.4, right=_RIGHT if single else _NARROW, bottom=0.36, top=0.08)
    label = _of_marked(speech, result)
    axes.set_ylim(*_heights(result, axes, label))
    points = sorted((_x(result, point), point.probability_met) for point in (result.tried if single else result.pareto))
    ends = [*_shocks(speech, axes, result), *_own(speech, axes, result, points), _goal(speech, axes, result)]
    _label_ends(axes, ends)
    _mark(axes, result, label)
    axes.set_xlabel(_label(speech, result), color=INK, labelpad=2)
    _scale(speech, axes, result)
    return page.figure


def _explanation(speech: Language, result: PlanResult) -> str:
    say, name = speech.say, result.district
    if len(result.levers) > 1:
        return say(
            "{district}. Each dot is an efficient mix: none with less effort has an equal or higher chance.",
            district=name,
        )
    return say(
        "{district}, probability that the target is met. Thick line: the scenario; broken lines: the same, if good "
        "and bad years that all villages share differed less or more.",
        district=name,
    )


def _x(result: PlanResult, point: Setting) -> float:
    if len(result.levers) == 1 and not result.by_budget:
        return float(next(iter(point.settings.values())))
    return float(point.cost_idr_million if result.weighed_by_cost else point.village_years)


def _heights(result: PlanResult, axes: Axes, label: str) -> tuple[float, float]:
    """Return 0, or less where a label needs the room, and the tenth below which everything lies that is drawn."""
    chances = [result.goal, *(point.probability_met for point in (*result.tried, *result.pareto))]
    chances += [chance for curve in result.curves for _, chance in curve.points]
    high = 1.02 * float(min(1.0, np.ceil(10 * max(chances)) / 10))
    share = (1.2 * LETTERS * (1 + label.count("\n")) + 4) / 72 / _inches(axes)
    return min(0.0, (min(chances) - share * high) / (1 - share)), high


def _inches(axes: Axes) -> float:
    """Return how high the axes are."""
    return float(axes.get_window_extent().height / axes.figure.dpi)


def _own(speech: Language, axes: Axes, result: PlanResult, points: Sequence[tuple[float, float]]) -> list[End]:
    """Draw what was tried of the scenario itself; return where its line ends and what stands there."""
    x, y = zip(*points, strict=True)
    axes.plot(x, y, color=SPREAD, linewidth=2, marker="o", markersize=2.5, zorder=4)
    if len(result.levers) > 1:
        return []
    return [(y[-1], speech.say("scenario"), SPREAD, "-")]


def _shocks(speech: Language, axes: Axes, result: PlanResult) -> list[End]:
    """Draw the scenario with other shocks; return where each line ends and what stands there."""
    ends = []
    known = sorted((next(iter(point.settings.values())), point.cost_idr_million) for point in result.tried)
    settings, costs = ([pair[place] for pair in known] for place in (0, 1))
    for curve in result.curves:
        colour, dashes = _SHOCKS[curve.year_sd]
        # Within a budget less is tried than there are villages.
        values, chances = zip(*(point for point in curve.points if point[0] <= settings[-1]), strict=True)
        x = np.interp(values, settings, costs) if result.by_budget else values
        axes.plot(x, chances, color=colour, linewidth=1, linestyle=dashes, zorder=3)
        ends.append((chances[-1], speech.say(_YEARS[curve.year_sd]), colour, dashes))
    return ends


def _label_ends(axes: Axes, ends: Sequence[End]) -> None:
    """Write what each line is at its right end, behind a piece of it, one below the other where they would overlap."""
    low, high = axes.get_ylim()
    line = 1.2 * LETTERS / 72 / _inches(axes) * (high - low)
    ordered = sorted(ends, key=lambda end: -end[0])
    halves = [line * (1 + text.count("\n")) / 2 for _, text, *_ in ordered]
    middles: list[float] = []
    for place, (height, *_) in enumerate(ordered):
        room = high if not place else middles[-1] - halves[place - 1]
        middles.append(min(height, room - halves[place]))
    # Where labels run out at the bottom, all move up.
    lift = max(0.0, low - (middles[-1] - halves[-1]))
    inch = axes.figure.dpi / axes.get_window_extent().width
    beside = axes.get_yaxis_transform()
    for (_, text, colour, dashes), middle in zip(ordered, middles, strict=True):
        strong = colour in {SPREAD, WANTED}
        sample = [1 + 0.04 * inch, 1 + _SAMPLE * inch]
        axes.plot(
            sample, [middle + lift] * 2, color=colour, linestyle=dashes, linewidth=2 if dashes == "-" else 1,
            transform=beside, clip_on=False,
        )  # fmt: skip
        look = {"va": "center", "ha": "left", "color": colour, "weight": "bold" if strong else "normal"}
        write_at(axes, text, (1, middle + lift), (72 * _SAMPLE + 3, 0), of=beside, linespacing=1.0, **look)


def _goal(speech: Language, axes: Axes, result: PlanResult) -> End:
    """Draw the wanted probability across; return where it stands and what it is called."""
    goal = result.goal
    axes.axhline(goal, color=WANTED, linewidth=1, linestyle=_DASHED, zorder=2)
    return goal, speech.say("wanted:\n{goal}", goal=words.goal(speech, result)), WANTED, _DASHED


def _of_marked(speech: Language, result: PlanResult) -> str:
    """Return what the marked setting is: the least that suffices, or the best that can be had."""
    setting = words.setting(speech, result, result.telling).replace(" + ", "\n")
    if not result.least:
        return speech.say("best:\n{setting}", setting=setting)
    if not result.least.is_range:
        return speech.say("least:\n{setting}", setting=setting)
    span = words.range_of(speech, result, result.least).replace(", ", ",\n")
    return speech.say("least:\n{setting}\n{range}", setting=setting, range=span)


def _mark(axes: Axes, result: PlanResult, label: str) -> None:
    """Mark that setting."""
    point = result.telling
    x, y = _x(result, point), point.probability_met
    axes.plot(x, y, "o", color="white", markeredgecolor=INK, markersize=5, zorder=6)
    axes.plot([x, x], [axes.get_ylim()[0], y], color=QUIET_INK, linewidth=0.6, zorder=1)
    if result.least and result.least.is_range:
        low, high = result.least.interval90 or (x, x)
        axes.plot([low, high], [result.goal] * 2, color=INK, linewidth=3.5, solid_capstyle="butt", zorder=5)
    left, right = axes.get_xlim()
    late = x > (left + right) / 2
    look = {"ha": "right" if late else "left", "va": "bottom", "color": INK, "linespacing": 1.1}
    write_at(axes, label, (x, 0), (-3 if late else 3, 3), of=axes.get_xaxis_transform(), **look)


def _label(speech: Language, result: PlanResult) -> str:
    """Return what the effort is."""
    if len(result.levers) == 1 and not result.by_budget:
        return words.lever_name(speech, result, result.levers[0])
    return (
        speech.say("cost {years} (million rupiah)", years=words.cost_years(speech, result))
        if result.weighed_by_cost
        else speech.say("village-years reached")
    )


def _scale(speech: Language, axes: Axes, result: PlanResult) -> None:
    share = len(result.levers) == 1 and not result.by_budget and result.levers[0].kind == "coverage"
    axes.xaxis.set_major_formatter(lambda value, _: speech.percent(value) if share else speech.number(value))
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlim(left=0)
    axes.locator_params(axis="y", nbins=6)
    # Below 0 there may be room for a label.
    axes.yaxis.set_major_formatter(lambda value, _: "" if value < 0 else speech.percent(value))
    grid(axes)
