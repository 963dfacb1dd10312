"""Figures that a policy brief can carry, as `kkb.plots.rises(forecast)`.

Each takes what the library computed, its typed result as `load_run` reads it, or a saved answer; the `language`
(``"id"`` or ``"en"``; by default the scenario's, else Indonesian); and a `run_hash` to name in the footer, where what
is drawn does not know its own. A `Refusal` says why a figure cannot be drawn of this.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from ..decision.comparison import Comparison
from ..decision.plan.result import Plan
from ..decision.sensitivity import Sensitivity
from ..domain.messages import Refusal
from ..inference.backtest.rolling import Backtest
from ..inference.calibration.posterior import Posterior
from ..inference.forecast import Forecast
from .codec import rounded_as_kept
from .figures.drawings import draw
from .figures.page import Figure, save_figure
from .kinds.forecast.kind import village_rows
from .kinds.forecast.result import ForecastResult
from .kinds.head import Head
from .kinds.kind import Source
from .kinds.registry import KINDS, kind_of
from .language import DEFAULT
from .store.folder import Answer

OfForecast = Forecast | ForecastResult | Answer[ForecastResult]


def fan_chart(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the share of villages at each level, from the origin on, with 50% and 90% intervals."""
    return _figure("fan_chart", forecast, language, run_hash)


def rises(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw each year's rises against the number needed, with the probability that the target is met.

    Where the target counts something else (entries, stock, rises net of falls) that is drawn instead.
    """
    return _figure("rises", forecast, language, run_hash)


def districts(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw a dot for each of several districts, by its chance of meeting its target in the first year, by province.

    Of one province each district has a line with its name and the range from assumptions.
    """
    return _figure("districts", forecast, language, run_hash)


def transition_matrix(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the yearly transition matrix of a typical village with its 90% intervals."""
    return _figure("transition_matrix", forecast, language, run_hash)


def village_board(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw a tile for each village, by kecamatan: its level, and the chance that it rises in the first year.

    Where a tile each would not fit on a page, above about 150 villages, there is a tile a kecamatan. Where only counts
    by status are known, or of several districts, none is drawn.
    """
    return _figure("village_board", forecast, language, run_hash)


def village_map(forecast: OfForecast, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw where the villages are: status by fill and pattern, chance of rising in the first year by a circle.

    The ten likeliest to rise are named. The scenario names the map, a GeoJSON (``villages.map``); where it names none,
    where only counts by status are known, or of several districts, none is drawn.
    """
    return _figure("village_map", forecast, language, run_hash)


def comparison(compared: Comparison | Head, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw by how much each scenario changes the chance of meeting the target, year by year, with intervals."""
    return _figure("comparison", compared, language, run_hash)


def sensitivity(found: Sensitivity | Head, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw which uncertain parameters the chance of meeting the target depends on."""
    return _figure("sensitivity", found, language, run_hash)


def posterior(found: Posterior | Head, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw what every parameter was before the data and what it became."""
    return _figure("posterior", found, language, run_hash)


def plan(found: Plan | Head, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw the chance of meeting the target against the effort, for several sizes of the year shock.

    Of several levers the mixes are drawn that no other beats.
    """
    return _figure("plan", found, language, run_hash)


def backtest(found: Backtest | Head, language: str | None = None, run_hash: str | None = None) -> Figure:
    """Draw whether forecasts of past years said truly how sure they were: reliability and PIT."""
    return _figure("backtest", found, language, run_hash)


def _figure(name: str, found: Any, language: str | None, run_hash: str | None) -> Figure:
    source = Source(run_hash)
    if isinstance(found, Answer):
        kind, result, source = found.folder.kind, found.result, found.source
    elif isinstance(found, Head):
        kind, result = next(one for one in KINDS.values() if isinstance(found, one.result_type)), found
    else:
        kind = kind_of(found)
        result, source = rounded_as_kept(kind.result(found)), Source(run_hash or kind.question(found).id)
        if isinstance(found, Forecast):
            places = found.scenario.village_map
            source = replace(source, villages=partial(village_rows, found), village_map=lambda: places)
    if (reason := kind.undrawable(name, result)) is not None:
        raise Refusal(reason)
    return draw(name, result, language or result.language or DEFAULT, source)


__all__ = [
    "backtest",
    "comparison",
    "districts",
    "fan_chart",
    "plan",
    "posterior",
    "rises",
    "save_figure",
    "sensitivity",
    "transition_matrix",
    "village_board",
    "village_map",
]
