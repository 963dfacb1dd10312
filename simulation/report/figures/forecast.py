"""The figures of a forecast: how the levels may develop, rises against the number needed, the transition matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from ...domain.arrays import Floats
from ...domain.past import Observed
from ...domain.status import LEVELS
from ...inference.forecast import QUANTILES, Number, YearForecast
from .. import wording
from ..kinds.forecast import words
from ..kinds.forecast.result import District, ForecastResult
from ..kinds.kind import Source
from ..language import Language, phrase
from .page import (
    INK,
    LEVEL_COLOURS,
    QUIET_INK,
    SPREAD,
    WANTED,
    WIDTH,
    Axes,
    Figure,
    Page,
    count_axis,
    grid,
    mark_spread,
    page_of,
    slim,
    text_width,
    width_of,
    write_above,
    write_at,
    year_ticks,
)

_FAN_HEIGHT = 2.75
_FAN_LEFT, _FAN_RIGHT, _BETWEEN = 0.42, 0.14, 0.16
_BOTTOM, _MIDDLE, _TITLE = 0.18, 0.12, 0.3


def draw_fan_chart(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw one panel a level, all on the same scale."""
    many = result.several
    lines = {level: (_medians if many else _fan)(result, level) for level in LEVELS}
    headline = _fan_headline(speech, result, lines["dasar"])
    if many:
        explanation = speech.say(
            "Each thin line: one district's median share of villages; black: the middle district. The "
            "uncertainty of each district is not drawn."
        )
    elif (one := result.districts[0]).known_statuses < one.villages:
        explanation = speech.say(
            "Share of villages at each status. Line: median; bands: 50% and 90% interval. {origin}: of the {known} "
            "villages whose status is known; then of all {villages}.",
            origin=result.origin,
            known=speech.number(one.known_statuses),
            villages=speech.number(one.villages),
        )
    else:
        explanation = speech.say("Share of villages at each status. Line: median; bands: 50% and 90% interval.")
    page = _page(speech, result, source, headline, explanation, _FAN_HEIGHT)
    years = [result.origin, *(year.year for year in result.districts[0].years)]
    top = min(1.0, np.ceil(10 * max(drawn.max() for drawn in lines.values()) + 0.5) / 10)
    width = (WIDTH - _FAN_LEFT - _FAN_RIGHT - _BETWEEN) / 2
    height = (_FAN_HEIGHT - _BOTTOM - _MIDDLE - 2 * _TITLE) / 2
    for place, (level, drawn) in enumerate(lines.items()):
        row, column = divmod(place, 2)
        axes = page.axes(
            left=_FAN_LEFT + column * (width + _BETWEEN),
            right=_FAN_RIGHT + (1 - column) * (width + _BETWEEN),
            bottom=_BOTTOM + (1 - row) * (height + _MIDDLE + _TITLE),
            top=_TITLE + row * (height + _MIDDLE + _TITLE),
            panel=True,
        )
        (_strands if many else _panel)(axes, years, drawn, LEVEL_COLOURS[level])
        axes.set_ylim(0, top)
        axes.text(0, 1.19, level, transform=axes.transAxes, weight="bold", color=LEVEL_COLOURS[level], va="bottom")
        axes.text(0, 1.04, _change(speech, drawn, many), transform=axes.transAxes, color=INK, va="bottom")
        _label_axes(speech, axes, years, row, column)
    return page.figure


def _fan(result: ForecastResult, level: str) -> Floats:
    """Return the five quantiles of a level's share in one district, shape (5, years + 1), the origin first."""
    (district,) = result.districts
    shares = [list(year.status_share[level].quantiles.values()) for year in district.years]
    return np.array([[district.origin_share[level]] * len(QUANTILES), *shares]).T


def _medians(result: ForecastResult, level: str) -> Floats:
    """Return the median share of every district, shape (districts, years + 1), the origin first."""
    return np.array(
        [
            [one.origin_share[level], *(year.status_share[level].median for year in one.years)]
            for one in result.districts
        ]
    )


def _fan_headline(speech: Language, result: ForecastResult, dasar: Floats) -> str:
    said = {"origin": result.origin, "last": result.districts[0].years[-1].year}
    if result.several:
        middle = np.median(dasar, axis=0)
        return speech.say(
            "The middle one of {districts} districts: {before} of villages at dasar in {origin}; "
            "under this scenario's assumptions {after} in {last}",
            districts=speech.number(len(result.districts)),
            before=speech.percent(middle[0]),
            after=speech.percent(middle[-1]),
            **said,
        )
    return speech.say(
        "{district}: {before} of villages at dasar in {origin}; under this scenario's assumptions "
        "{after} in {last} (90% interval {interval})",
        district=result.district,
        before=speech.percent(dasar[2, 0]),
        after=speech.percent(dasar[2, -1]),
        interval=wording.share_span(speech, dasar[0, -1], dasar[-1, -1]),
        **said,
    )


def _strands(axes: Axes, years: Sequence[int], medians: Floats, colour: str) -> None:
    """Draw a thin line a district, the fainter the more there are, and the middle district."""
    faint = float(np.clip(4 / np.sqrt(len(medians)), 0.15, 0.7))
    axes.plot(years, medians.T, color=colour, linewidth=0.5, alpha=faint)
    axes.plot(years, np.median(medians, axis=0), color=INK, linewidth=1.4)


def _panel(axes: Axes, years: Sequence[int], fan: Floats, colour: str) -> None:
    axes.fill_between(years, fan[0], fan[4], color=colour, alpha=0.22, linewidth=0)
    axes.fill_between(years, fan[1], fan[3], color=colour, alpha=0.38, linewidth=0)
    axes.plot(years, fan[2], color=colour, linewidth=1.4, marker="o", markersize=2.2 if len(years) < 15 else 0)


def _change(speech: Language, drawn: Floats, many: bool) -> str:
    """Return where a share is, and where it may go."""
    middle = np.median(drawn, axis=0) if many else drawn[2]
    before, after = speech.percent(middle[0]), speech.percent(middle[-1])
    if many:
        return speech.say("{before} → {after}", before=before, after=after)
    interval = wording.share_span(speech, drawn[0, -1], drawn[-1, -1])
    return speech.say("{before} → {after} ({interval})", before=before, after=after, interval=interval)


def _label_axes(speech: Language, axes: Axes, years: list[int], row: int, column: int) -> None:
    low, high = axes.get_ylim()
    ticks = [tick for tick in (0, 0.25, 0.5, 0.75, 1.0) if low <= tick <= high]
    axes.set_yticks(ticks, [speech.percent(tick) for tick in ticks] if column == 0 else [""] * len(ticks))
    grid(axes)
    named = year_ticks(axes, years, 3)
    if row == 0:
        axes.set_xticks(named, [""] * len(named))
    axes.set_xlim(years[0] - 0.15, years[-1] + 0.15)


_RISES_HEIGHT = 2.9
_NEEDED_WIDTH = 0.65
_MOST_YEARS = 6
_MOST_PAST = 6
_ROOM = 1.4
"""Height of the axis, as a multiple of the highest fact, needed number or end of a thick line."""
_WHITE = {"facecolor": "white", "linewidth": 0, "pad": 0.6}
"""Ground of a number that stands on lines."""
_LEFT = {
    (False, True): phrase(
        "Left of the dotted line: what happened (diamond) and, in grey, what the fitted model says of it."
    ),
    (True, False): phrase("Left of the dotted line: rises a year, as a mean over several years (bar)."),
    (True, True): phrase(
        "Left of the dotted line: what happened (diamond) and, in grey, what the fitted model says of it; a bar is the "
        "mean of several years."
    ),
}
"""Whether means over several years are drawn, and single years: what stands for them."""
_PAST = "#9a9a9a"
"""Colour of what the fitted model says of years that are over."""


def draw_rises(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw what is judged each year, and how likely it is enough; before it, facts and what the model says of them."""
    if result.several:
        return _draw_districts(speech, result, source)
    (district,) = result.districts
    years = district.years
    own = district.target.of_own
    judged = [year.rises if own else year.judged for year in years]
    known = None not in judged
    headline = words.met_already_so_far(speech, district) or speech.say(
        "{verdict}: {event}",
        verdict=wording.word_and_chance(speech, years[0].probability_met, years[0].monte_carlo_error),
        event=words.event(speech, district),
    )
    explained = (
        speech.say(
            "{district}, {judged}. Dot: median; thick line: 50%, thin line: 90% interval.",
            district=district.district,
            judged=speech.say("villages that rise") if own else words.judged_name(speech, district.target),
        )
        if known
        else speech.say("Only the probability of this target is known from an exact result, not its count.")
    )
    past = _drawn(result, district) if known and not own else []
    counts = [None if one is None else one.quantiles for one in judged]
    needed = [year.needed.ends for year in years if year.needed is not None]
    top = _top(counts, needed, past)
    if past:
        means, facts = (any((one.judged is None) is mean for one in past) for mean in (True, False))
        explained = speech.say("{explained} {more}", explained=explained, more=speech.say(_LEFT[means, facts]))
    if top is not None:
        cut = speech.say("▲: the interval goes on to the number above it.")
        explained = speech.say("{explained} {more}", explained=explained, more=cut)
    page = _page(speech, result, source, headline, explained, _RISES_HEIGHT)
    axes = page.axes(left=0.36, right=_NEEDED_WIDTH, bottom=0.2, top=0.5)
    _draw(speech, axes, [year.year for year in years], counts, needed, past, top)
    _label_needed(speech, axes, years)
    spans = [words.known_interval(year) for year in years]
    _label_chances(speech, axes, [(year.year, year.probability_met) for year in years], spans)
    return page.figure


def _draw_districts(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw how many districts meet their target each year."""
    meeting, total = result.meeting or (), len(result.districts)
    explained = speech.say(
        "Districts that meet their target, of {districts}. Dot: median; thick line: 50%, thin line: 90% interval.",
        districts=speech.number(total),
    )
    page = _page(speech, result, source, words.verdict(speech, result).rstrip("."), explained, _RISES_HEIGHT)
    axes = page.axes(left=0.36, right=0.08, bottom=0.2, top=0.36)
    _draw(speech, axes, [year.year for year in meeting], [year.quantiles for year in meeting], [])
    if meeting[0].quantiles is None:
        axes.plot([year.year for year in meeting], [year.mean for year in meeting], "o", color=SPREAD)
    axes.set_ylim(0, 1.04 * total)
    means = speech.say("Mean chance of a district:")
    _label_chances(speech, axes, [(year.year, year.mean / total) for year in meeting], said=means)
    return page.figure


def _draw(
    speech: Language,
    axes: Axes,
    years: list[int],
    counts: Sequence[Mapping[float, Number] | None],
    needed: Sequence[tuple[int, int]],
    past: Sequence[Observed] = (),
    top: float | None = None,
) -> None:
    marks = [*(one.first + 1 for one in past), *years]
    for year, quantiles in zip(years, counts, strict=True):
        if quantiles is not None:
            narrow = quantiles[0.25], quantiles[0.75]
            mark_spread(axes, year, quantiles[0.5], (quantiles[0.05], quantiles[0.95]), narrow, slim(marks))
    if needed:
        _draw_needed(axes, years, needed)
    for one in past:
        _draw_past(speech, axes, one)
    if past:
        axes.axvline(years[0] - 0.5, color=QUIET_INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    axes.set_xlim(marks[0] - 0.6, marks[-1] + 0.6)
    axes.set_ylim(min(0, axes.get_ylim()[0]), top)
    if top is not None:
        for year, end in _ends(years, counts, past):
            if end > top:
                _write_end(axes, year, speech.number(end))
    count_axis(axes, speech)
    year_ticks(axes, list(range(marks[0], marks[-1] + 1)), _MOST_YEARS)


def _write_end(axes: Axes, year: int, end: str) -> None:
    """Write at the upper edge where a thin line ends that goes beyond it."""
    at, above = (year, 1), axes.get_xaxis_transform()
    write_at(
        axes, f"{end}\n▲", at, of=above, ha="center", va="top", color=QUIET_INK, linespacing=0.9, zorder=6, bbox=_WHITE
    )


def _top(
    counts: Sequence[Mapping[float, Number] | None], needed: Sequence[tuple[int, int]], past: Sequence[Observed]
) -> float | None:
    """Return where the axis ends so that thin lines do not squeeze all else; None where they do not."""
    seen = [quantiles for quantiles in counts if quantiles is not None]
    fitted = [one.fitted.quantiles for one in past if one.fitted is not None and one.judged is not None]
    matter = [quantiles[0.75] for quantiles in (*seen, *fitted)] + [high for _, high in needed]
    matter += [number for one in past for number in (one.needed, one.judged) if number is not None]
    top = _ROOM * max(matter)
    return top if max((quantiles[0.95] for quantiles in (*seen, *fitted)), default=0) > _ROOM * top else None


def _ends(
    years: Sequence[int], counts: Sequence[Mapping[float, Number] | None], past: Sequence[Observed]
) -> Iterator[tuple[int, Number]]:
    """Yield where the thin line of each year ends."""
    for year, quantiles in zip(years, counts, strict=True):
        if quantiles is not None:
            yield year, quantiles[0.95]
    for one in past:
        if one.judged is not None and one.fitted is not None:
            yield one.year, one.fitted.quantiles[0.95]


def _draw_needed(axes: Axes, years: Sequence[int], needed: Sequence[tuple[int, int]]) -> None:
    edges = [years[0] - 0.5, *(year + 0.5 for year in years)]
    low, high = zip(*needed, strict=True)
    axes.stairs(high, edges, baseline=low, fill=True, color=WANTED, alpha=0.3)
    axes.stairs(high, edges, baseline=None, color=WANTED, linewidth=1.1, linestyle=(0, (3, 1.5)), zorder=5)


def _drawn(result: ForecastResult, district: District) -> list[Observed]:
    """Return the spans of the last years of which it is known what the target counts, or how many villages rose."""
    rises = district.target.key.startswith("rises")
    recent = (one for one in district.observed if one.year > result.origin - _MOST_PAST)
    return [one for one in recent if one.judged is not None or (rises and one.rises is not None)]


def _draw_past(speech: Language, axes: Axes, one: Observed) -> None:
    """Draw a year that is over: the fact, what the fitted model says of it, and what was needed.

    Of several years only their mean number of rises is drawn.
    """
    if one.judged is None:
        mean = (one.rises or 0) / (one.year - one.first)
        axes.plot([one.first + 0.7, one.year + 0.3], [mean, mean], color=INK, linewidth=2.2, zorder=6)
        middle = (one.first + 1 + one.year) / 2
        write_at(axes, speech.number(mean, 1), (middle, mean), (0, 3), ha="center", weight="bold", zorder=6)
        return
    if one.fitted is not None:
        told = one.fitted.quantiles
        mark_spread(axes, one.year, told[0.5], one.fitted.interval90, (told[0.25], told[0.75]), colour=_PAST)
    if one.needed is not None:
        _draw_needed(axes, [one.year], [(one.needed, one.needed)])
    axes.plot(one.year, one.compared, "D", color=INK, markersize=4.5, zorder=6)
    place = one.year, one.compared
    write_at(axes, speech.number(one.compared), place, (5, 0), va="center", weight="bold", zorder=6, bbox=_WHITE)


def _label_needed(speech: Language, axes: Axes, years: Sequence[YearForecast]) -> None:
    """Write the needed number at the right end of its line: of the last year, where years differ."""
    needed = years[-1].needed
    if needed is None:
        return
    number = wording.whole_span(speech, *needed.ends)
    if text_width(number, weight="bold") > 72 * _NEEDED_WIDTH - 6:
        number = number.replace("–", "–\n").replace(" ", "\n")
    same = all(year.needed is not None and year.needed.ends == needed.ends for year in years)
    said = (
        speech.say("needed:\n{number}", number=number)
        if same
        else speech.say("needed\n{year}:\n{number}", year=years[-1].year, number=number)
    )
    at, beside = (1, sum(needed.ends) / 2), axes.get_yaxis_transform()
    write_at(axes, said, at, (2, 0), of=beside, ha="left", va="center", color=WANTED, weight="bold")


def _label_chances(
    speech: Language,
    axes: Axes,
    chances: Sequence[tuple[int, float]],
    intervals: Sequence[Sequence[float] | None] = (),
    said: str = "",
) -> None:
    """Write the chance of meeting the target above every year that is named, and its interval where it is known.

    What they are is `said` above them, that of one district by default.
    """
    named = set(axes.get_xticks())
    spans = {year: span for (year, _), span in zip(chances, intervals, strict=False) if year in named and span}
    said = said or (
        speech.say("Chance, and range from assumptions (90%):")
        if spans
        else speech.say("Probability that the target is met:")
    )
    write_above(axes, None, 26 if spans else 16, said, color=QUIET_INK)
    for year, probability in chances:
        if year in named:
            write_above(axes, year, 14 if spans else 4, wording.chance(speech, probability), ha="center", weight="bold")
    apart = min(np.diff(sorted(named)), default=1) / np.ptp(axes.get_xlim())
    room = 72 * width_of(axes) * apart
    crowded = any(text_width(wording.chance_span(speech, span)) > room - 3 for span in spans.values())
    for year, span in spans.items():
        write_above(axes, year, 3, wording.chance_span(speech, span, short=crowded), ha="center")


_CELLS_LEFT, _CELLS_TOP, _CELL_HEIGHT = 0.95, 0.2, 0.36
_DARK = 0.65


def draw_transition_matrix(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw a table of sixteen cells, rows = level now, columns = level a year on."""
    matrix = result.matrix
    mean, low, high = map(np.array, (matrix.mean, matrix.q05 or matrix.mean, matrix.q95 or matrix.mean))
    headline = _matrix_headline(speech, mean[0, 0], low[0, 0], high[0, 0])
    explanation = (
        speech.say("Rows: status now; columns: status a year later.")
        if np.array_equal(low, high)
        else speech.say("Rows: status now; columns: status a year later. Mean and 90% range from assumptions.")
    )
    more = _on_top(speech, result)
    explanation = speech.say("{explained} {more}", explained=explanation, more=more)
    page = _page(speech, result, source, headline, explanation, _CELLS_TOP + 4 * _CELL_HEIGHT)
    axes = page.axes(left=_CELLS_LEFT, right=0.08, bottom=0, top=_CELLS_TOP)
    axes.imshow(mean, cmap="Blues", vmin=0, vmax=1.1, aspect="auto")
    for row in range(4):
        for column in range(4):
            _cell(speech, axes, row, column, (mean[row, column], low[row, column], high[row, column]))
    _name_cells(speech, axes)
    return page.figure


def _on_top(speech: Language, result: ForecastResult) -> str:
    """Return what the matrix leaves out, and what villages rise with on average in the forecast where that is known."""
    chances: dict[str, list[float]] = {level: [] for level in LEVELS}
    for village in result.districts[0].likeliest:
        chances[village.status].append(village.probability_rises)
    means = [
        speech.say("{level} {chance}", level=level, chance=wording.chance(speech, fmean(found)))
        for level, found in chances.items()
        if found
    ]
    on_top = speech.say(
        "Good and bad years, acceleration drives, peers, differences between villages and interventions come on top."
    )
    if not means:
        return on_top
    return speech.say(
        "{on_top} With these, villages of the forecast rise in {year} with a mean chance of: {means}.",
        on_top=on_top,
        year=result.first_year,
        means="; ".join(means),
    )


def _matrix_headline(speech: Language, mean: float, low: float, high: float) -> str:
    """Return the chance of rising from dasar: what staying leaves, since from there nobody falls."""
    rises = speech.percent(1 - mean)
    if low == high:
        return speech.say("Mean chance that a typical village at dasar rises in a typical year: {mean}", mean=rises)
    return speech.say(
        "Mean chance that a typical village at dasar rises in a typical year: {mean} (90% interval {interval})",
        mean=rises,
        interval=wording.share_span(speech, 1 - high, 1 - low),
    )


def _cell(speech: Language, axes: Axes, row: int, column: int, values: tuple[float, float, float]) -> None:
    mean, low, high = values
    colour = "white" if mean > _DARK else INK
    if high == 0:
        axes.text(column, row, "–", ha="center", va="center", color=colour)
        return
    shown = wording.frequency(speech, mean)
    if low == high:
        axes.text(column, row, shown, ha="center", va="center", color=colour, weight="bold")
        return
    span = speech.say("{low}–{high}", low=speech.number(100 * low), high=speech.number(100 * high))
    axes.text(column, row - 0.19, shown, ha="center", va="center", color=colour, weight="bold")
    axes.text(column, row + 0.22, span, ha="center", va="center", color=colour)


def _name_cells(speech: Language, axes: Axes) -> None:
    axes.set_xticks(range(4), LEVELS)
    axes.set_yticks(range(4), LEVELS)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, pad=2)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for edge in np.arange(0.5, 3):
        axes.axhline(edge, color="white", linewidth=1)
        axes.axvline(edge, color="white", linewidth=1)
    write_at(
        axes, speech.say("from ↓   to →"), (0, 1), (-5, 3), of="axes fraction", ha="right", va="bottom", color=QUIET_INK
    )


def _page(
    speech: Language, result: ForecastResult, source: Source, headline: str, explanation: str, height: float
) -> Page:
    remarks = words.failure_caveats(speech, result)
    return page_of(speech, result, source, headline, explanation, height, remarks=remarks)
