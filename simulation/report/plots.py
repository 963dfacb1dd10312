"""Figures that a policy brief can carry, as `kkb.plots.rises(forecast)`.

Each takes what the library computed, its typed result as `load_run` reads it, or a saved answer; the `language`
(``"id"`` or ``"en"``; by default the scenario's, else Indonesian); and a `run_hash` to name in the footer, where what
is drawn does not know its own. ``ax`` takes axes of your own: the drawing alone goes there, without headline and
footer, and these axes are returned. ``district`` names one of several districts by code or name. A `Refusal` says why
a figure cannot be drawn of this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar, cast, overload

from ..decision.comparison import Comparison
from ..decision.discovery import Discovery
from ..decision.plan.result import Plan
from ..decision.robustness import Robustness
from ..decision.sensitivity import Sensitivity
from ..domain.messages import KampungError, Message, Refusal, listed, nearest, shown
from ..inference.backtest.rolling import Backtest
from ..inference.calibration.posterior import Posterior
from ..inference.forecast import Forecast
from .codec import rounded_as_kept
from .figures.drawings import draw, draw_within
from .figures.page import Axes, Figure, save_figure
from .kinds.forecast.kind import village_rows
from .kinds.forecast.result import ForecastResult
from .kinds.head import Head
from .kinds.kind import AnyKind, Source
from .kinds.registry import KINDS, kind_of
from .language import DEFAULT
from .store.folder import Answer

Saved = Head | Answer[Any]
OfForecast = Forecast | ForecastResult | Answer[ForecastResult]
MOST_NAMED = 20
"""Names and codes of districts that are listed where none is the one that was asked for."""
NO_SUCH_DISTRICT = Message("{name} is no district of this answer; it has {names}")
NO_SUCH_DISTRICT_BUT = Message("{name} is no district of this answer ({nearest}); it has {names}")


Found_contra = TypeVar("Found_contra", contravariant=True)


class Plot(Protocol[Found_contra]):
    """A function that draws a figure, or into axes of the caller's own."""

    @overload
    def __call__(
        self,
        found: Found_contra,
        language: str | None = None,
        run_hash: str | None = None,
        *,
        ax: None = None,
        district: str | None = None,
    ) -> Figure: ...
    @overload
    def __call__(
        self,
        found: Found_contra,
        language: str | None = None,
        run_hash: str | None = None,
        *,
        ax: Axes,
        district: str | None = None,
    ) -> Axes: ...


def _plot(named: Callable[[Found_contra], None]) -> Plot[Found_contra]:
    """Return the function that draws the figure of this name, with the arguments that all of them take."""

    def plot(
        found: Any,
        language: str | None = None,
        run_hash: str | None = None,
        *,
        ax: Axes | None = None,
        district: str | None = None,
    ) -> Figure | Axes:
        return _figure(named.__name__, found, language, run_hash, ax, district)

    plot.__name__, plot.__qualname__, plot.__doc__ = named.__name__, named.__qualname__, named.__doc__
    return cast("Plot[Found_contra]", plot)


@_plot
def fan_chart(found: OfForecast) -> None:
    """Draw the share of villages at each level, from the origin on, with 50% and 90% intervals."""


@_plot
def rises(found: OfForecast) -> None:
    """Draw each year's rises against the number needed, with the probability that the target is met.

    Where the target counts something else (entries, stock, rises net of falls) that is drawn instead.
    """


@_plot
def districts(found: OfForecast) -> None:
    """Draw a dot for each of several districts, by its chance of meeting its target in the first year, by province.

    Of one province each district has a line with its name and the range from assumptions.
    """


@_plot
def transition_matrix(found: OfForecast) -> None:
    """Draw the yearly transition matrix of a typical village with its 90% intervals."""


@_plot
def village_board(found: OfForecast) -> None:
    """Draw a tile for each village, by kecamatan: its level, and the chance that it rises in the first year.

    Where a tile each would not fit on a page, above about 150 villages, there is a tile a kecamatan. Where only counts
    by status are known, or of several districts, none is drawn.
    """


@_plot
def village_map(found: OfForecast) -> None:
    """Draw where the villages are: status by fill and pattern, chance of rising in the first year by a circle.

    The ten likeliest to rise are named. The scenario names the map, a GeoJSON (``villages.map``); where it names none,
    where only counts by status are known, or of several districts, none is drawn.
    """


@_plot
def comparison(found: Comparison | Saved) -> None:
    """Draw by how much each scenario changes the chance of meeting the target, year by year, with intervals."""


@_plot
def sensitivity(found: Sensitivity | Saved) -> None:
    """Draw which uncertain parameters the chance of meeting the target depends on."""


@_plot
def posterior(found: Posterior | Saved) -> None:
    """Draw what every parameter was before the data and what it became."""


@_plot
def plan(found: Plan | Saved) -> None:
    """Draw the chance of meeting the target against the effort, for several sizes of the year shock.

    Of several levers the mixes are drawn that no other beats.
    """


@_plot
def robustness(found: Robustness | Saved) -> None:
    """Draw the chance of meeting the target with each option, in every state of the world."""


@_plot
def discovery(found: Discovery | Saved) -> None:
    """Draw under which assumptions the target is at risk: the part of the values of each, with its ends."""


@_plot
def backtest(found: Backtest | Saved) -> None:
    """Draw whether forecasts of past years said truly how sure they were: reliability and PIT."""


def _figure(
    name: str, found: Any, language: str | None, run_hash: str | None, ax: Axes | None, district: str | None
) -> Figure | Axes:
    source = Source(run_hash)
    if isinstance(found, Answer):
        kind, result, source = found.folder.kind, found.result, found.source
    elif isinstance(found, Head):
        kind, result = next(one for one in KINDS.values() if isinstance(found, one.result_type)), found
    else:
        kind = kind_of(found)
        result, source = rounded_as_kept(kind.result(found)), Source(run_hash or _id_of(kind, found))
        if isinstance(found, Forecast):
            places = found.scenario.village_map
            source = replace(source, villages=partial(village_rows, found), village_map=lambda: places)
    if district is not None:
        result, source = _of_district(result, source, district)
    if (reason := kind.undrawable(name, result)) is not None:
        raise Refusal(reason)
    code = language or result.language or DEFAULT
    if ax is None:
        return draw(name, result, code, source)
    draw_within(ax, name, result, code, source)
    return ax


def _id_of(kind: AnyKind, found: Any) -> str | None:
    """Return the id that the run of this would have; None where what decides its numbers has no name."""
    try:
        return kind.question(found).id
    except KampungError:
        return None


def _of_district(result: Any, source: Source, wanted: str) -> tuple[Any, Source]:
    """Return what is said of one district, by its code or name, as if of it alone; of what holds one, that one."""
    every = result.districts if isinstance(result, ForecastResult) else (result,)
    names = {each: one.district_code for one in every for each in (one.district, one.district_code)}
    code = names.get(wanted) or {name.casefold(): each for name, each in names.items()}.get(wanted.casefold())
    if code is None:
        close = nearest(wanted, names)
        listing = listed((f"{one.district_code} {one.district}" for one in every), MOST_NAMED)
        values = {"name": shown(wanted), "names": listing, "nearest": close}
        raise Refusal((NO_SUCH_DISTRICT if close is None else NO_SUCH_DISTRICT_BUT).filled(**values))
    if len(every) == 1:
        return result, source
    (one,) = (one for one in every if one.district_code == code)
    head = {
        "district_code": code,
        "district": one.district,
        "villages_in_all": one.villages,
        "districts_in_all": 1,
        "synthetic_districts": int(one.made_up_counts),
    }
    rows = source.villages
    return (
        replace(result, **head, districts=(one,), meeting=None),
        replace(source, villages=lambda: [row for row in rows() if row["district_code"] == code]),
    )


__all__ = [
    "backtest",
    "comparison",
    "districts",
    "fan_chart",
    "plan",
    "posterior",
    "rises",
    "robustness",
    "save_figure",
    "sensitivity",
    "transition_matrix",
    "village_board",
    "village_map",
]
