"""Shares of the variance of the chance, a bar for each parameter that was followed."""

from __future__ import annotations

from ...decision.sensitivity import Driver
from ..kinds.kind import Source
from ..kinds.sensitivity import SensitivityResult, parameter_label, share, verdict
from ..language import Language
from .page import INK, SPREAD, Axes, Figure, page_of

_ROW, _BELOW, _TICKS = 0.3, 0.24, (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_sensitivity(speech: Language, result: SensitivityResult, source: Source) -> Figure:
    """Draw which uncertain parameters the chance depends on, the most important on top."""
    shown = {key: shares for key, shares in result.parameters.items() if shares.total is not None}
    explained = speech.say(
        "Share of the variance that stays while all else is known. Dark bar: the parameter alone; light bar: with "
        "interplay; line: 90% interval."
    )
    page = page_of(speech, result, source, verdict(speech, result), explained, _ROW * len(shown) + _BELOW)
    axes = page.axes(left=0.15, right=0.2, bottom=_BELOW, top=0.0)
    for row, (key, shares) in enumerate(shown.items()):
        _draw_bar(axes, -row, shares)
        axes.text(0, -row + 0.3, parameter_label(speech, result, key), va="bottom", ha="left")
    axes.set_ylim(-len(shown) + 0.6, 0.75)
    axes.set_xlim(0, 1)
    axes.set_xticks(_TICKS, [speech.percent(tick) for tick in _TICKS])
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    return page.figure


def _draw_bar(axes: Axes, row: float, shares: Driver) -> None:
    first, total = share(shares.first or 0.0), share(shares.total or 0.0)
    axes.barh(row, total, height=0.36, color=SPREAD, alpha=0.35, linewidth=0)
    axes.barh(row, min(first, total), height=0.36, color=SPREAD, linewidth=0)
    low, high = (share(end) for end in shares.interval90 or (total, total))
    axes.plot([low, high], [row, row], color=INK, linewidth=0.8)
    for end in (low, high):
        axes.plot([end, end], [row - 0.09, row + 0.09], color=INK, linewidth=0.8)
    axes.axhline(row - 0.3, color="#dddddd", linewidth=0.5, zorder=0)
