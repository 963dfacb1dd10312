"""The record of a register: chances against what came, and rises against their intervals, forecast by forecast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

from ..document.blocks import picture_files
from ..figures.page import INK, LEVEL_COLOURS, QUIET_INK, WIDTH, Axes, Figure, Page, save_figure, style
from ..language import Language
from . import document as words
from .scoring import ForecastRow, TrackRecord

_COLOUR = LEVEL_COLOURS["berkembang"]
_MET, _MISSED = LEVEL_COLOURS["paripurna"], "#d55e00"
_ROW, _ABOVE, _BELOW = 0.32, 0.2, 0.24
_LEFT, _BETWEEN, _RIGHT = 0.15, 0.25, 0.12
_LONGEST = 60
"""Letters of a name that fit on the page."""
_TICKS = (0.0, 0.5, 1.0)


def draw_register(language: Language, record: TrackRecord) -> Figure:
    """Draw a row for each forecast whose year has come, the earliest on top."""
    rows = words.shown(record)
    page = Page(
        words.headline(language, record),
        [*words.scores(language, record)][:1],
        language.say(
            "Left: chance of meeting the target (dot), and the outcome: ● met, × missed; the shorter "
            "the line between them, the better. Right: rises; line: 90%, thick: 50% interval, dot: "
            "median; ◆ outcome, a bar where only bounds are known; dashes: needed."
        ),
        _footer(language, record, rows),
        _ROW * len(rows) + _ABOVE + _BELOW,
    )
    half = (WIDTH - _LEFT - _BETWEEN - _RIGHT) / 2
    chances = page.axes(left=_LEFT, right=_RIGHT + half + _BETWEEN, bottom=_BELOW, top=_ABOVE)
    rises = page.axes(left=_LEFT + half + _BETWEEN, right=_RIGHT, bottom=_BELOW, top=_ABOVE)
    # Names reach over both halves.
    rises.patch.set_visible(False)
    for place, row in enumerate(rows):
        chances.text(0, 0.28 - place, shorten(words.name(language, row), _LONGEST), va="bottom", ha="left")
        _draw_chance(language, chances, -place, row)
        _draw_rises(rises, -place, row)
    _finish(chances, len(rows), language.say("target met"))
    chances.set_xlim(-0.03, 1.03)
    chances.set_xticks(_TICKS, [language.percent(tick) for tick in _TICKS])
    _finish(rises, len(rows), language.say("villages that rise"))
    rises.set_xlim(left=min(0.0, rises.get_xlim()[0]))
    rises.locator_params(axis="x", nbins=4, integer=True)
    rises.xaxis.set_major_formatter(lambda value, _: language.number(value))
    return page.figure


def _draw_chance(language: Language, axes: Axes, at: int, row: ForecastRow) -> None:
    outcome, chance = row.outcome, row.probability_met
    met = None if outcome is None or row.late else outcome.met
    if met is None:
        # Between the chance and the end of the scale that is farther away there is room for a word.
        beside = {"ha": "left", "xytext": (5, 0)} if chance < 0.5 else {"ha": "right", "xytext": (-5, 0)}
        text = words.met(language, row)
        axes.annotate(text, (chance, at), textcoords="offset points", va="center", color=QUIET_INK, **beside)  # type: ignore[arg-type]
    else:
        colour = _MET if met else _MISSED
        axes.plot([chance, float(met)], [at, at], color=colour, linewidth=1, zorder=2)
        axes.plot(float(met), at, "o" if met else "x", color=colour, markersize=5, clip_on=False, zorder=4)
    axes.plot(chance, at, "o", color="white", markeredgecolor=INK, markersize=4, clip_on=False, zorder=5)


def _draw_rises(axes: Axes, at: int, row: ForecastRow) -> None:
    levels, outcome = row.rises, row.outcome
    for low, high, width in ((0.05, 0.95, 1.0), (0.25, 0.75, 4.0)):
        axes.plot(
            [levels[low], levels[high]], [at, at], color=_COLOUR, linewidth=width, solid_capstyle="butt", zorder=2
        )
    axes.plot(levels[0.5], at, "o", color="white", markeredgecolor=INK, markersize=4, zorder=3)
    if outcome is None:
        return
    if outcome.needed is not None and row.target in words.COUNTED:
        axes.plot([outcome.needed] * 2, [at - 0.28, at + 0.28], color=_MISSED, linestyle=(0, (2, 1)), linewidth=1)
    if outcome.rises is None:
        return
    least, most = outcome.rises
    if least == most:
        axes.plot(least, at - 0.2, "D", color=INK, markersize=3.5, clip_on=False, zorder=5)
    else:
        axes.plot([least, most], [at - 0.22, at - 0.22], color=INK, linewidth=1, zorder=4)
        for end in (least, most):
            axes.plot([end, end], [at - 0.3, at - 0.14], color=INK, linewidth=1, zorder=4)


def _finish(axes: Axes, rows: int, name: str) -> None:
    axes.set_ylim(-rows + 0.5, 0.62)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.annotate(name, (0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", weight="bold")


def _footer(language: Language, record: TrackRecord, rows: Sequence[ForecastRow]) -> list[str]:
    lines = [*words.cautions(language, record)]
    came = sum(row.state != "not over" for row in record.forecasts)
    if came > len(rows):
        lines.append(
            language.say(
                "Shown: the latest {shown} of {all}.", shown=language.number(len(rows)), all=language.number(came)
            )
        )
    lines.append(
        language.say(
            "Kampung KB Forecast, register {digest}, {day}.",
            digest=record.digest[:12],
            day=language.day_of(record.as_of),
        )
    )
    return lines


def save_figure_of_record(folder: Path, speech: Language, record: TrackRecord) -> None:
    """Draw the record in one language, over the figure of an earlier look."""
    with style():
        figure = draw_register(speech, record)
    save_figure(figure, *picture_files(folder / "figures", "record", speech.code), title="record")
