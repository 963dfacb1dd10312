"""Rises against the needed number, year by year."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from ...inference.forecast import Number, YearForecast
from .. import wording
from ..kinds.forecast import words
from ..kinds.forecast.result import ForecastResult
from ..kinds.head import under_headline
from ..kinds.kind import Source
from ..language import Language
from .page import (
    INK,
    LEVEL_COLOURS,
    QUIET_INK,
    Axes,
    Figure,
    Page,
    count_axis,
    text_width,
    write_above,
    year_ticks,
)

_HEIGHT = 2.15
_NEEDED_WIDTH = 0.56
_COLOUR = LEVEL_COLOURS["berkembang"]
_NEEDED = "#d55e00"
_MOST_YEARS = 6


def draw_rises(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw what is judged each year, and how likely it is enough."""
    if result.several:
        return _draw_districts(speech, result, source)
    (district,) = result.districts
    years = district.years
    known = all(year.judged is not None for year in years)
    headline = speech.say(
        "{verdict}: {event}",
        verdict=wording.word_and_chance(speech, years[0].probability_met, years[0].monte_carlo_error),
        event=words.event(speech, district),
    )
    explained = (
        speech.say(
            "{district}, {judged}. Dot: median; thick line: 50%, thin line: 90% interval.",
            district=district.district,
            judged=words.judged_name(speech, district.target),
        )
        if known
        else speech.say("Only the probability of this target is known from an exact result, not its count.")
    )
    every = next(words.all_years(speech, district), None)
    page = Page(
        headline,
        under_headline(speech, result),
        speech.say("{explained} {every}", explained=explained, every=every) if every else explained,
        words.footer(speech, result, source),
        _HEIGHT,
    )
    axes = page.axes(left=0.36, right=_NEEDED_WIDTH, bottom=0.2, top=0.5)
    counts = [None if year.judged is None else year.judged.quantiles for year in years]
    needed = [year.needed.ends for year in years]
    _draw(speech, axes, [year.year for year in years], counts, needed)
    _label_needed(speech, axes, years)
    spans = [year.parameter_interval90 for year in years]
    _label_chances(speech, axes, [(year.year, year.probability_met) for year in years], spans)
    return page.figure


def _draw_districts(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw how many districts meet their target each year."""
    meeting, total = result.meeting or (), len(result.districts)
    page = Page(
        words.verdict(speech, result).rstrip("."),
        under_headline(speech, result),
        speech.say(
            "Districts that meet their target, of {districts}. Dot: median; thick line: 50%, thin line: 90% interval.",
            districts=speech.number(total),
        ),
        words.footer(speech, result, source),
        _HEIGHT,
    )
    axes = page.axes(left=0.36, right=0.08, bottom=0.2, top=0.36)
    _draw(speech, axes, [year.year for year in meeting], [year.quantiles for year in meeting], [])
    if meeting[0].quantiles is None:
        axes.plot([year.year for year in meeting], [year.mean for year in meeting], "o", color=_COLOUR)
    axes.set_ylim(0, 1.04 * total)
    _label_chances(speech, axes, [(year.year, year.mean / total) for year in meeting])
    return page.figure


def _draw(
    speech: Language,
    axes: Axes,
    years: list[int],
    counts: Sequence[Mapping[float, Number] | None],
    needed: Sequence[tuple[int, int]],
) -> None:
    # Many years stand close together.
    slim = 1.0 if len(years) <= 15 else 0.4
    for year, quantiles in zip(years, counts, strict=True):
        if quantiles is None:
            continue
        at = [year] * 2
        axes.plot(at, [quantiles[0.05], quantiles[0.95]], color=_COLOUR, linewidth=slim, zorder=2)
        middle = [quantiles[0.25], quantiles[0.75]]
        axes.plot(at, middle, color=_COLOUR, linewidth=4 * slim, solid_capstyle="butt", zorder=3)
        axes.plot(year, quantiles[0.5], "o", color="white", markeredgecolor=INK, markersize=4 * slim, zorder=4)
    if needed:
        edges = [years[0] - 0.5, *(year + 0.5 for year in years)]
        low, high = zip(*needed, strict=True)
        axes.stairs(high, edges, baseline=low, fill=True, color=_NEEDED, alpha=0.3)
        axes.stairs(high, edges, baseline=None, color=_NEEDED, linewidth=1.1, linestyle=(0, (3, 1.5)), zorder=5)
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    count_axis(axes, speech)
    year_ticks(axes, years, _MOST_YEARS)


def _label_needed(speech: Language, axes: Axes, years: Sequence[YearForecast]) -> None:
    """Write the needed number at the right end of its line: of the last year, where years differ."""
    needed = years[-1].needed
    number = wording.whole_span(speech, *needed.ends)
    if text_width(number, weight="bold") > 72 * _NEEDED_WIDTH - 6:
        number = number.replace("–", "–\n").replace(" ", "\n")
    same = all(year.needed == needed for year in years)
    axes.annotate(
        speech.say("needed:\n{number}", number=number)
        if same
        else speech.say("needed\n{year}:\n{number}", year=years[-1].year, number=number),
        (1, (needed.min + needed.max) / 2),
        xycoords=axes.get_yaxis_transform(),
        xytext=(2, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=_NEEDED,
        weight="bold",
    )


def _label_chances(
    speech: Language,
    axes: Axes,
    chances: Sequence[tuple[int, float]],
    intervals: Sequence[Sequence[float] | None] = (),
) -> None:
    """Write the chance of meeting the target above every year that is named; below it its interval, if all fit."""
    named = set(axes.get_xticks())
    shown = {year: span for (year, _), span in zip(chances, intervals, strict=False) if year in named and span}
    spans = {year: wording.chance_span(speech, span, short=True) for year, span in shown.items()}
    room = axes.get_window_extent().width / axes.figure.dpi * 72 * _apart(named) / np.ptp(axes.get_xlim())
    fits = bool(spans) and max(text_width(span) for span in spans.values()) <= room - 3
    said = (
        speech.say("Probability target is met, 90% parameter interval:")
        if fits
        else speech.say("Probability that the target is met:")
    )
    write_above(axes, None, 24 if fits else 15, said, color=QUIET_INK)
    for year, probability in chances:
        if year in named:
            write_above(axes, year, 13 if fits else 4, wording.chance(speech, probability), ha="center", weight="bold")
    for year, span in spans.items() if fits else ():
        write_above(axes, year, 3, span, ha="center")


def _apart(named: Collection[float]) -> float:
    """Return how many years lie between two that are named."""
    return float(np.diff(sorted(named)).min()) if len(named) > 1 else 1.0
