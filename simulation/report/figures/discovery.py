"""Where the values of the assumptions lie under which the target is at risk: a bar within the range of each."""

from __future__ import annotations

from ...decision.discovery import Restriction
from ..kinds.discovery import DiscoveryResult, assumption_called, ends_in_words, verdict
from ..kinds.kind import Source
from ..language import Language
from .page import QUIET_INK, SPREAD, WANTED, Axes, Figure, page_of

_ROW, _TITLE, _BELOW, _TICKS = 0.42, 0.28, 0.42, (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_discovery(speech: Language, result: DiscoveryResult, source: Source) -> Figure:
    """Draw each description of failures: for every assumption that it names the part of its values."""
    explained = speech.say(
        "Light bar: all values tried, from the smallest to the largest; dark bar: those under which the target is "
        "at risk, with its ends."
    )
    lines = [(box, name) for box in result.boxes for name in (None, *box.restrictions)]
    heights = [_TITLE if name is None else _ROW for _, name in lines]
    page = page_of(speech, result, source, verdict(speech, result), explained, sum(heights) + _BELOW)
    axes = page.axes(left=0.15, right=0.2, bottom=_BELOW, top=0.0)
    place = 0.0
    for (box, name), height in zip(lines, heights, strict=True):
        place -= height
        if name is None:
            said = speech.say(
                "{density} fail there, {coverage} of all that fail",
                density=speech.percent(box.density),
                coverage=speech.percent(box.coverage),
            )
            axes.text(0, place + 0.06, said, va="bottom", ha="left", fontweight="bold")
        else:
            part = box.restrictions[name]
            axes.text(0, place + 0.22, assumption_called(speech, result, name), va="bottom", ha="left")
            _draw_bar(axes, place + 0.11, part, ends_in_words(speech, result, name, part))
    axes.set_ylim(place - 0.04, 0.0)
    axes.set_xlim(0, 1)
    axes.set_xticks(_TICKS, [speech.percent(tick) for tick in _TICKS])
    axes.set_xlabel(speech.say("share of the sets of assumptions with a smaller value"), color=QUIET_INK)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    return page.figure


def _draw_bar(axes: Axes, place: float, part: Restriction, told: tuple[str, str]) -> None:
    """Draw the part of one assumption's values, each end with its value on the side where there is room."""
    axes.barh(place, 1.0, height=0.12, color=SPREAD, alpha=0.2, linewidth=0)
    axes.barh(place, part.below_high - part.below_low, left=part.below_low, height=0.12, color=SPREAD, linewidth=0)
    for at, text, is_high in ((part.below_low, told[0], False), (part.below_high, told[1], True)):
        if text:
            axes.plot([at, at], [place - 0.09, place + 0.09], color=WANTED, linewidth=1.2)
            outwards = is_high == (at < 0.85) if is_high else at < 0.15
            axes.text(
                at + (0.008 if outwards else -0.008),
                place,
                text,
                va="center",
                ha="left" if outwards else "right",
                color=QUIET_INK if outwards == is_high else "white",
            )
