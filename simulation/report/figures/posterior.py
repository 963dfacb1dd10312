"""What every parameter was before the data, and what it became: two intervals over each other."""

from __future__ import annotations

from ...inference.calibration.posterior import Learned
from ..kinds.calibration import (
    CalibrationResult,
    spread_in_words,
    variance_left,
    verdict,
    worth_of_draws,
)
from ..kinds.head import parameter_called, under_headline
from ..kinds.kind import Source
from ..language import Language
from .page import INK, QUIET_INK, SPREAD, Axes, Figure, page_of

_ROW = 0.54
_EMPTY = 0.2


def draw_posterior(speech: Language, result: CalibrationResult, source: Source) -> Figure:
    """Draw a light bar (before) and a dark one (after) for each parameter on which the data bear."""
    names = result.learned
    explained = speech.say(
        "Light bar: 90% interval before the data; dark bar: after them; lines across: medians. "
        "Each row has a scale of its own, from 0 (left). Right: share of the prior variance that "
        "remains."
    )
    page = page_of(
        speech,
        result,
        source,
        verdict(speech, result),
        explained if names else "",
        _ROW * len(names) if names else _EMPTY,
        subtitle=under_headline(speech, result)[:1],
        remarks=[worth_of_draws(speech, result)] if names else [],
    )
    if names:
        axes = page.axes(left=0.15, right=0.5, bottom=0.0, top=0.0)
        for row, name in enumerate(names):
            axes.text(0, -row + 0.16, parameter_called(speech, result, name), va="bottom", ha="left")
            _draw(axes, -row, speech, name, result.parameters[name])
        axes.set_ylim(-len(names) + 0.42, 0.58)
        axes.set_xlim(0, 1)
        axes.axis("off")
    return page.figure


def _draw(axes: Axes, row: float, speech: Language, name: str, known: Learned) -> None:
    most = max(known.prior.interval90[1], known.posterior.interval90[1]) or 1.0
    for spread, height, alpha in ((known.prior, 0.26, 0.3), (known.posterior, 0.13, 1.0)):
        low, high = (end / most for end in spread.interval90)
        axes.barh(row, high - low, left=low, height=height, color=SPREAD, alpha=alpha, linewidth=0)
        middle = spread.median / most
        half = height / 2
        axes.plot([middle, middle], [row - half, row + half + 0.04], color=INK, linewidth=1.2 if alpha == 1 else 0.6)
    both = speech.say(
        "before {before}; after {after}",
        before=spread_in_words(speech, name, known.prior),
        after=spread_in_words(speech, name, known.posterior),
    )
    axes.text(0, row - 0.16, both, va="top", ha="left", color=QUIET_INK)
    axes.text(1.02, row, speech.percent(variance_left(known)), va="center", ha="left")
