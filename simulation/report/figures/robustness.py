"""The chance of meeting the target with each option, case by case."""

from __future__ import annotations

from ...inference.uncertainty import WILSON_Z
from .. import wording
from ..kinds.kind import Source
from ..kinds.robustness import STATES, RobustnessResult, choice, titles_of
from ..language import Language
from .page import INK, LETTERS, LEVEL_COLOURS, MARGIN, QUIET_INK, Axes, Figure, page_of, text_width, write_at

_LINE, _BELOW, _NAME = 0.17, 0.24, 0.19
"""Inches of an option in a case, of the numbers below, and of the name of an option above."""
_MARKS = "osD^v"
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_robustness(speech: Language, result: RobustnessResult, source: Source) -> Figure:
    """Draw a row for each case, in it a mark for each option, and its chance beside it."""
    states = [speech.say(STATES[state.name]) for state in result.worlds]
    explained = speech.say(
        "Chance of meeting the target of {year} in each case; line, where it is longer than the mark: simulation error "
        "(95%).",
        year=result.year,
    )
    number, above = len(result.options), _NAME * len(result.options) + 0.06
    row = _LINE * (number + 1)
    tall, subtitle = row * len(states) + above + _BELOW, [f"{result.district}."]
    page = page_of(speech, result, source, choice(speech, result), explained, tall, subtitle=subtitle)
    left = max(map(text_width, states)) / 72 + 2 * MARGIN
    said = {chance: wording.chance(speech, chance) for option in result.options for chance in option.probability_met}
    right = max(map(text_width, said.values())) / 72 + 2 * MARGIN
    axes = page.axes(left=left, right=right, bottom=_BELOW, top=above)
    axes.set_xlim(-0.015, 1.015)
    axes.set_ylim(len(states) * (number + 1) - 0.5, -0.5)
    for place in range(0, len(states), 2):
        axes.axhspan(place * (number + 1) - 0.5, (place + 1) * (number + 1) - 0.5, color="#f3f3f3", zorder=0)
    titles = titles_of(speech, result)
    colours = list(LEVEL_COLOURS.values())
    for place, option in enumerate(result.options):
        look = _MARKS[place % len(_MARKS)], colours[place % len(colours)]
        for state, (chance, error) in enumerate(zip(option.probability_met, option.monte_carlo_error, strict=True)):
            height = state * (number + 1) + place + 0.5
            _mark(axes, chance, error, height, *look, titles[option.name] if state == 0 else "_")
            write_at(axes, said[chance], (1, height), (4, 0), of=axes.get_yaxis_transform(), va="center", color=INK)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.4, borderpad=0, handletextpad=0.2, labelspacing=0.5,
        frameon=False, fontsize=LETTERS,
    )  # fmt: skip
    axes.set_yticks([place * (number + 1) + number / 2 for place in range(len(states))], states)
    axes.set_xticks(_TICKS, [speech.percent(tick) for tick in _TICKS])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#cccccc", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    return page.figure


def _mark(axes: Axes, chance: float, error: float, height: float, mark: str, colour: str, title: str) -> None:
    ends = [max(0.0, chance - WILSON_Z * error), min(1.0, chance + WILSON_Z * error)]
    axes.plot(ends, [height, height], color=QUIET_INK, linewidth=1.2, solid_capstyle="butt", zorder=2)
    axes.plot(
        chance,
        height,
        mark,
        color=colour,
        markeredgecolor="white",
        markersize=5.5,
        zorder=3,
        linestyle="none",
        label=title,
    )
