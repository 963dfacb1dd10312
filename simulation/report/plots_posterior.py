"""What every parameter was before the data, and what it became.

Knows how two intervals of a parameter are drawn over each other; must not know how a page is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .assumptions import parameter_name
from .calibration import words
from .language import Language
from .plots_page import INK, LEVEL_COLOURS, QUIET_INK, Axes, Figure, Page, footer, subtitle

Record = Mapping[str, Any]
_COLOUR = LEVEL_COLOURS["berkembang"]
_ROW = 0.44
_EMPTY = 0.2


def draw_posterior(language: Language, record: Record) -> Figure:
    """Draw a light bar (before) and a dark one (after) for each parameter on which the data bear."""
    names = words.learned(record)
    page = Page(
        words.headline(language, record),
        subtitle(language, record),
        language.say(
            "Light bar: 90% interval before the data; dark bar: after them; lines across: medians. Each row has a "
            "scale of its own, from 0 (left). Right: how much of the prior variance is left."
        )
        if names
        else "",
        [*footer(language, record, None), *_worth(language, record)],
        _ROW * len(names) if names else _EMPTY,
    )
    if names:
        axes = page.axes(left=0.15, right=0.42, bottom=0.0, top=0.0)
        for row, name in enumerate(names):
            _draw(axes, -row, language, name, record["parameters"][name])
        axes.set_ylim(-len(names) + 0.42, 0.58)
        axes.set_xlim(0, 1)
        axes.axis("off")
    return page.figure


def _worth(language: Language, record: Record) -> list[str]:
    if not words.learned(record):
        return []
    draws, worth = (language.number(record[key]) for key in ("draws", "effective_sample_size"))
    return [
        language.say(
            "Draws: {draws}, worth {worth} independent ones (effective sample size).", draws=draws, worth=worth
        )
    ]


def _draw(axes: Axes, row: float, language: Language, name: str, known: Record) -> None:
    before, after = known["prior"], known["posterior"]
    most = max(before["interval90"][1], after["interval90"][1]) or 1.0
    for spread, height, alpha in ((before, 0.26, 0.3), (after, 0.13, 1.0)):
        low, high = (end / most for end in spread["interval90"])
        axes.barh(row, high - low, left=low, height=height, color=_COLOUR, alpha=alpha, linewidth=0)
        middle = spread["median"] / most
        half = height / 2
        axes.plot([middle, middle], [row - half, row + half + 0.04], color=INK, linewidth=1.2 if alpha == 1 else 0.6)
    axes.text(0, row + 0.2, parameter_name(language, name), va="bottom", ha="left")
    told = language.say(
        "before {before}; after {after}",
        before=words.spread(language, name, before),
        after=words.spread(language, name, after),
    )
    axes.text(0, row - 0.22, told, va="top", ha="left", color=QUIET_INK, size=5.5)
    axes.text(1.02, row, words.left(language, known), va="center", ha="left")
