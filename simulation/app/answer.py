"""The answer of ``forecast`` in the terminal.

Knows how a record is laid out in 80 columns; must not know how it was computed or where it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..report import wording
from ..report.language import Language, phrase
from ..report.record import districts_of
from .assumptions import assumptions
from .columns import WIDTH, table, wrapped
from .settings import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST_DISTRICTS = 20
MOST_COUNTS = 6
MOST_YEARS_ACROSS = 8

_ENDED = {
    "precision": phrase(
        "Precision reached with {trajectories} trajectories: 1.96 × the largest simulation error is {reached} "
        "percentage points, below the {wanted} asked for."
    ),
    "trajectories": phrase(
        "Precision not reached: with {trajectories} trajectories 1.96 × the largest simulation error is {reached} "
        "percentage points, not below the {wanted} asked for, and twice as many would go beyond the limit."
    ),
}

Record = Mapping[str, Any]


def forecast_answer(speech: Language, record: Record, *, detailed: bool = False) -> str:
    """Return the whole answer as text of at most 80 columns; `detailed` lists default priors too."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    for part in _parts(speech, record, detailed):
        console.print(wrapped(part) if isinstance(part, str) else part)
    written = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO, see above
    lines = [line.rstrip() for line in written.splitlines()]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before).strip() + "\n"


def _parts(speech: Language, record: Record, detailed: bool) -> Iterator[RenderableType]:
    """Yield the tables and sentences of the answer, in reading order."""
    districts = districts_of(record)
    yield _heading(speech, record)
    yield ""
    yield record["verdict"][speech.code]
    yield wording.basis(speech, record["basis"])
    if len(districts) > 1:
        yield from _meeting_table(speech, record)
        yield from _districts_table(speech, record)
    else:
        yield from _years_table(speech, districts[0])
        yield from _joint(speech, districts[0])
        yield from _readings_table(speech, districts[0])
        if record["interventions"]:
            yield from _assisted_table(speech, record)
    yield from assumptions(speech, record, detailed=detailed)
    if "precision" in record:
        yield _precision(speech, record["precision"])
    yield from _notes(speech, districts)


def _heading(speech: Language, record: Record) -> str:
    title = wording.title(speech, record)
    districts = districts_of(record)
    if len(districts) > 1:
        return speech.say("{title}: {districts} districts", title=title, districts=speech.number(len(districts)))
    villages = speech.number(districts[0]["population"]["villages"])
    name = districts[0]["name"]
    return speech.say("{title}: {district}, {villages} villages", title=title, district=name, villages=villages)


def _years_table(speech: Language, district: Record) -> Iterator[RenderableType]:
    """Yield the yearly table, with a column more where the target counts something else than rises."""
    say = speech.say
    own_count = district["target"]["key"] not in {"rises_all", "rises_below_top"}
    rows = []
    for year in district["years"]:
        interval = year["parameter_interval90"]
        rows.append(
            [
                str(year["year"]),
                _median(speech, year["rises"]),
                *([_median(speech, year["judged"])] if own_count else []),
                wording.whole_span(speech, year["needed"]["min"], year["needed"]["max"]),
                _with_error(speech, year),
                "–" if interval is None else wording.chance_span(speech, interval),
                _word(speech, year),
            ]
        )
    headers = [
        say("year"),
        say("villages that rise"),
        *([wording.judged_name(speech, district["target"])] if own_count else []),
        say("needed"),
        say("target met ± simulation error"),
        say("parameter interval"),
        say("in words"),
    ]
    yield ""
    yield say("Year by year (median; every interval is 90%)")
    yield table(headers, rows)


def _median(speech: Language, counted: Record | None) -> str:
    if counted is None:
        return "–"
    quantiles = counted["quantiles"]
    span = wording.whole_span(speech, quantiles["0.05"], quantiles["0.95"])
    return speech.say("{median} ({interval})", median=speech.number(quantiles["0.5"]), interval=span)


def _with_error(speech: Language, estimate: Record) -> str:
    probability = wording.chance(speech, estimate["probability_met"], 1)
    if estimate["monte_carlo_error"] == 0:
        return probability
    return speech.say(
        "{probability} ± {error}",
        probability=probability,
        error=speech.number(100 * estimate["monte_carlo_error"], 1),
    )


def _word(speech: Language, estimate: Record) -> str:
    return wording.word(speech, estimate["probability_met"], estimate["monte_carlo_error"])


def _joint(speech: Language, district: Record) -> Iterator[str]:
    """Yield what is said of all years together."""
    horizon = len(district["years"])
    if district["all_years"] is None or horizon == 1:
        return
    every = _with_error(speech, district["all_years"])
    word = _word(speech, district["all_years"])
    yield speech.say("Met in every one of {years} years: {every} ({word}).", years=horizon, every=every, word=word)
    counts = [m for m in _spread(horizon) if m < horizon]
    chances = [
        speech.say(
            "{some} of {all} years {chance}",
            some=m,
            all=horizon,
            chance=wording.chance(speech, district["at_least"][str(m)]),
        )
        for m in counts
    ]
    yield speech.say("Met in at least: {chances}.", chances="; ".join(chances))


def _spread(horizon: int, most: int = MOST_COUNTS) -> list[int]:
    """Return at most `most` numbers of years, evenly spread over 1 … horizon."""
    steps = min(horizon, most)
    return sorted({max(1, round(horizon * step / steps)) for step in range(1, steps + 1)})


def _readings_table(speech: Language, district: Record) -> Iterator[RenderableType]:
    own, *others = [wording.reading_name(speech, key, district["target"]) for key in district["readings"]]
    share = district["target"]["share"]
    shown = speech.percent(share, 0 if round(100 * share, 6).is_integer() else 1)
    yield ""
    yield speech.say("Every reading of the {share} target: probability met; * is the scenario's own", share=shown)
    yield table(
        [speech.say("year"), f"* {own}", *others],
        [
            [str(year["year"]), *(wording.uncertain(speech, p[t], 1) for p in district["readings"].values())]
            for t, year in enumerate(district["years"])
        ],
    )


def _meeting_table(speech: Language, record: Record) -> Iterator[RenderableType]:
    """Yield how many districts meet their target, and the mean chance, year by year."""
    say, districts = speech.say, record["districts"]
    rows = []
    for place, meeting in enumerate(record["districts_meeting"]):
        mean, error = meeting["mean"] / len(districts), wording.mean_error(districts, place)
        quantiles = meeting["quantiles"]
        expected = speech.number(meeting["mean"], 1)
        if quantiles is not None:
            span = wording.whole_span(speech, quantiles["0.05"], quantiles["0.95"])
            expected = say("{median} ({interval})", median=expected, interval=span)
        all_meet = "–" if meeting["all"] is None else wording.chance(speech, meeting["all"])
        word = wording.word(speech, mean, error)
        rows.append([str(meeting["year"]), expected, all_meet, wording.chance(speech, mean), word])
    headers = [say("year"), say("districts expected to meet it"), say("all meet it"), say("mean chance of a district")]
    yield ""
    yield say(
        "Districts that meet their target, of {districts} (mean and 90% interval)",
        districts=speech.number(len(districts)),
    )
    yield table([*headers, say("in words")], rows)


def _districts_table(speech: Language, record: Record) -> Iterator[RenderableType]:
    say = speech.say
    yield ""
    yield say("District by district, {year} (median and 90% interval)", year=record["origin"] + 1)
    firsts = [(district, district["years"][0]) for district in record["districts"][:MOST_DISTRICTS]]
    yield table(
        [
            say("district"),
            say("villages that rise"),
            say("needed"),
            say("target met ± simulation error"),
            say("in words"),
        ],
        [
            [
                printable(f"{district['code']} {district['name']}"),
                _median(speech, year["rises"]),
                wording.whole_span(speech, year["needed"]["min"], year["needed"]["max"]),
                _with_error(speech, year),
                _word(speech, year),
            ]
            for district, year in firsts
        ],
    )
    yield say("Every district in every year stands in years.csv, one row each.")


def _assisted_table(speech: Language, record: Record) -> Iterator[RenderableType]:
    years = [record["years"][m - 1] for m in _spread(len(record["years"]), MOST_YEARS_ACROSS)]
    yield ""
    yield speech.say("Villages assisted (mean)")
    yield table(
        [speech.say("intervention"), *(str(year["year"]) for year in years)],
        [
            [printable(plan["name"]), *(speech.number(year["assisted"][plan["name"]], 1) for year in years)]
            for plan in record["interventions"]
        ],
    )


def _precision(speech: Language, reached: Record) -> str:
    """Return which condition ended a run that doubled until it was precise enough."""
    template = _ENDED[reached["ended_by"]]
    return speech.say(
        template,
        wanted=speech.number(100 * reached["wanted"], 3),
        reached=speech.number(100 * reached["reached"], 3),
        trajectories=speech.number(reached["trajectories"]),
    )


def _notes(speech: Language, districts: list[Record]) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    if len(districts) == 1 and (saturated := wording.saturation(speech, districts[0])):
        yield saturated
    if not all(district["population"]["single_status_known"] for district in districts):
        yield speech.say(
            "Only counts by status are known, not which village stands where: single villages cannot be ranked."
        )
    if synthetic := wording.synthetic(speech, districts):
        yield synthetic
