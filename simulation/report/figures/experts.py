"""What each expert believes of a parameter, beside what they believe together and what was assumed before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...domain.parameters import ParameterKey
from ...inference.calibration.posterior import Spread
from ...inference.elicitation import Pooled
from ...inputs.expert_answers import Expert
from ...inputs.scenario import Scenario
from ..expert_priors import TYPICAL, Elicited, label, source_of, spreads
from ..kinds.calibration import spread_in_words
from ..language import Language
from ..wording import source_text
from .page import INK, MARGIN, QUIET_INK, SPREAD, WANTED, WIDTH, Axes, Figure, Page, style

_LINE, _GAP = 0.17, 0.3
"""Inches of a bar, and of what a parameter is called above its own."""
_LEFT, _RIGHT = 1.1, 1.75


class _Bar(NamedTuple):
    """What somebody believes, who that is, and in which colour."""

    name: str
    known: Spread
    colour: str


def draw_experts(speech: Language, scenario: Scenario, experts: Sequence[Expert], found: Elicited) -> Figure:
    """Draw a bar for each expert, for all together, for the scenario so far; every parameter on its own scale."""
    title = scenario.title.get(speech.code) or scenario.name
    explained = speech.say(
        "Bars: 90% intervals; lines across: medians. Each block has a scale of its own, from 0 (left). Experts are "
        "numbered in the order in which they were read."
    )
    blocks = {key: _bars(speech, scenario, key, pooled) for key, pooled in found.items()}
    height = sum(map(_height, blocks.values()))
    with style():
        source = speech.say("Source: experts, {source}.", source=source_text(speech, source_of(experts)))
        headline = speech.say("What experts believe: {title}", title=title)
        page = Page(headline, [], explained, [speech.say(TYPICAL), source], height)
        top = 0.0
        for key, bars in blocks.items():
            below = top + _height(bars)
            axes, most = page.axes(_LEFT, _RIGHT, height - below, top), max(bar.known.interval90[1] for bar in bars)
            axes.set(xlim=(0, most), ylim=(below - top, 0))
            axes.axis("off")
            edge = (MARGIN - _LEFT) / (WIDTH - _LEFT - _RIGHT)
            called = label(speech, scenario, key)
            axes.text(edge, _GAP - 0.1, called, transform=axes.get_yaxis_transform(), weight="bold")
            for row, bar in enumerate(bars):
                _draw(axes, _GAP + _LINE * (row + 0.5), bar, spread_in_words(speech, key, bar.known))
            top = below
    return page.figure


def _bars(speech: Language, scenario: Scenario, key: ParameterKey, pooled: Pooled) -> list[_Bar]:
    beliefs, together, prior = spreads(scenario, key, pooled)
    bars = [_Bar(speech.say("expert {number}", number=n + 1), one, QUIET_INK) for n, one in beliefs.items()]
    bars.append(_Bar(speech.say("together"), together, SPREAD))
    return bars if prior is None else [*bars, _Bar(speech.say("so far"), prior, WANTED)]


def _height(bars: Sequence[_Bar]) -> float:
    return _GAP + _LINE * len(bars)


def _draw(axes: Axes, at: float, bar: _Bar, said: str) -> None:
    low, high = bar.known.interval90
    axes.barh(at, high - low, left=low, height=0.09, color=bar.colour, alpha=0.6, linewidth=0)
    axes.plot([bar.known.median] * 2, [at - 0.06, at + 0.06], color=INK, linewidth=1.2)
    for x, text, side in ((-0.02, bar.name, "right"), (1.02, said, "left")):
        axes.text(x, at, text, transform=axes.get_yaxis_transform(), ha=side, va="center", color=bar.colour)
