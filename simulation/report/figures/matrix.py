"""The yearly transition matrix of a typical village."""

from __future__ import annotations

import numpy as np

from ...domain.status import LEVELS
from .. import wording
from ..kinds.forecast.result import ForecastResult
from ..kinds.forecast.words import footer
from ..kinds.head import under_headline
from ..kinds.kind import Source
from ..language import Language
from .page import INK, QUIET_INK, Axes, Figure, Page

_LEFT, _TOP, _CELL_HEIGHT = 0.78, 0.2, 0.36
_DARK = 0.65


def draw_transition_matrix(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw a table of sixteen cells, rows = level now, columns = level a year on."""
    mean, low, high = map(np.array, (result.matrix.mean, result.matrix.q05, result.matrix.q95))
    headline = _headline(speech, mean[0, 0], low[0, 0], high[0, 0])
    explanation = (
        speech.say("Rows: level now; columns: level a year later.")
        if np.array_equal(low, high)
        else speech.say(
            "Rows: level now; columns: level a year later. Mean, and 90% interval over the uncertain parameters."
        )
    )
    more = speech.say("Shocks of a year, campaigns, peers, differences between villages and interventions come on top.")
    explanation = speech.say("{explained} {more}", explained=explanation, more=more)
    page = Page(
        headline, under_headline(speech, result), explanation, footer(speech, result, source), _TOP + 4 * _CELL_HEIGHT
    )
    axes = page.axes(left=_LEFT, right=0.08, bottom=0, top=_TOP)
    axes.imshow(mean, cmap="Blues", vmin=0, vmax=1.1, aspect="auto")
    for row in range(4):
        for column in range(4):
            _cell(speech, axes, row, column, (mean[row, column], low[row, column], high[row, column]))
    _name(speech, axes)
    return page.figure


def _headline(speech: Language, mean: float, low: float, high: float) -> str:
    """Return the chance of rising from dasar: what staying leaves, since from there nobody falls."""
    rises = speech.percent(1 - mean)
    if low == high:
        return speech.say("A typical village at dasar rises with probability {mean} in a typical year", mean=rises)
    return speech.say(
        "A typical village at dasar rises with probability {mean} in a typical year (90% interval {interval})",
        mean=rises,
        interval=wording.share_span(speech, 1 - high, 1 - low),
    )


def _cell(speech: Language, axes: Axes, row: int, column: int, values: tuple[float, float, float]) -> None:
    mean, low, high = values
    colour = "white" if mean > _DARK else INK
    if high == 0:
        axes.text(column, row, "–", ha="center", va="center", color=colour)
        return
    shown = speech.percent(mean) if mean >= 0.005 else speech.say("<{percent}", percent=speech.percent(0.01))
    if low == high:
        axes.text(column, row, shown, ha="center", va="center", color=colour, weight="bold")
        return
    span = speech.say("{low}–{high}", low=speech.number(100 * low), high=speech.number(100 * high))
    axes.text(column, row - 0.19, shown, ha="center", va="center", color=colour, weight="bold")
    axes.text(column, row + 0.22, span, ha="center", va="center", color=colour)


def _name(speech: Language, axes: Axes) -> None:
    axes.set_xticks(range(4), LEVELS)
    axes.set_yticks(range(4), LEVELS)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, pad=2)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for edge in np.arange(0.5, 3):
        axes.axhline(edge, color="white", linewidth=1)
        axes.axvline(edge, color="white", linewidth=1)
    axes.annotate(
        speech.say("from ↓   to →"),
        (0, 1),
        xycoords="axes fraction",
        xytext=(-5, 3),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=QUIET_INK,
    )
