"""Every figure by its name. Adding a figure is one line here and its name in the kind that has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..kinds.kind import Source
from ..language import Language, language
from .backtest import draw_backtest
from .board import draw_village_board
from .comparison import draw_comparison
from .discovery import draw_discovery
from .districts import draw_districts
from .forecast import draw_fan_chart, draw_rises, draw_transition_matrix
from .page import Axes, Figure, drawing_alone, save_figure, show_picture, style, within
from .plan import draw_plan
from .posterior import draw_posterior
from .robustness import draw_robustness
from .sensitivity import draw_sensitivity
from .village_map import draw_village_map

__all__ = ["DRAW", "draw", "draw_within", "drawing_alone", "save_figure"]

DRAW: dict[str, Callable[[Language, Any, Source], Figure]] = {
    "comparison": draw_comparison,
    "fan_chart": draw_fan_chart,
    "rises": draw_rises,
    "districts": draw_districts,
    "transition_matrix": draw_transition_matrix,
    "village_board": draw_village_board,
    "village_map": draw_village_map,
    "backtest": draw_backtest,
    "plan": draw_plan,
    "posterior": draw_posterior,
    "robustness": draw_robustness,
    "sensitivity": draw_sensitivity,
    "discovery": draw_discovery,
}


_PICTURES = frozenset({"village_board", "village_map"})
"""Figures that letters fit into at one size alone."""


def draw_within(axes: Axes, name: str, result: Any, code: str, source: Source) -> None:
    """Draw what a figure shows into axes of the caller's own, without headline and footer."""
    if name in _PICTURES:
        show_picture(axes, draw(name, result, code, source))
        return
    with style(), within(axes):
        DRAW[name](language(code), result, source)


def draw(name: str, result: Any, code: str, source: Source) -> Figure:
    """Draw a figure of a result in a language."""
    with style():
        return DRAW[name](language(code), result, source)
