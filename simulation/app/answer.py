"""The answer of ``forecast`` in the terminal.

Knows how a record is laid out in 80 columns; must not know how it was computed or where it is kept.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..report import wording
from ..report.language import Language
from ..report.record import districts_of
from .settings import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 80
MOST_DISTRICTS = 20
MOST_COUNTS = 6

Record = Mapping[str, Any]


def forecast_answer(speech: Language, record: Record) -> str:
    """Return the whole answer as text of at most 80 columns."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    for part in _parts(speech, record):
        console.print(*([wrapped(part)] if isinstance(part, str) else ["", part]), sep="\n")
    written = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO, see above
    return "\n".join(line.rstrip() for line in written.splitlines()).strip() + "\n"


def wrapped(sentence: str) -> str:
    """Return a sentence in lines of 80 columns, numbers kept together with their percent sign."""
    together = printable(sentence, lines=True).replace(" %", "\u00a0%").replace("± ", "±\u00a0")
    lines = [textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in together.splitlines()]
    return "\n".join(lines).replace("\u00a0", " ")


def _parts(speech: Language, record: Record) -> Iterator[RenderableType]:
    """Yield the tables and sentences of the answer, in reading order."""
    districts = districts_of(record)
    yield _heading(speech, record)
    yield ""
    yield record["verdict"][speech.code]
    yield wording.basis(speech, record["basis"])
    if len(districts) > 1:
        yield _districts_table(speech, record)
        if len(districts) > MOST_DISTRICTS:
            yield speech.say("The other districts stand in years.csv.")
    else:
        yield _years_table(speech, districts[0])
        yield from _joint(speech, districts[0])
        yield _readings_table(speech, districts[0])
    if record["interventions"] and len(districts) == 1:
        yield _assisted_table(speech, record)
    yield from _assumed(speech, record)
    yield from _notes(speech, districts)


def _heading(speech: Language, record: Record) -> str:
    title = record["title"].get(speech.code) or record["scenario"]
    districts = districts_of(record)
    if len(districts) > 1:
        return speech.say("{title}: {districts} districts", title=title, districts=speech.number(len(districts)))
    villages = speech.number(districts[0]["population"]["villages"])
    name = districts[0]["name"]
    return speech.say("{title}: {district}, {villages} villages", title=title, district=name, villages=villages)


def _table(title: str, *headers: str) -> Any:
    """Return an empty table: first column left, the others right."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="", box=box.SIMPLE_HEAD, padding=(0, 1))
    for place, header in enumerate(headers):
        table.add_column(header, justify="right" if place else "left", vertical="bottom")
    return table


def _years_table(speech: Language, district: Record) -> Any:
    say = speech.say
    own_count = district["target"]["key"] not in {"rises_all", "rises_below_top"}
    judged = [wording.judged_name(speech, district["target"])] if own_count else []
    table = _table(
        say("Year by year (median; every interval is 90%)"),
        say("year"),
        say("villages that rise"),
        *judged,
        say("needed"),
        say("target met ± simulation error"),
        say("parameter interval"),
        say("in words"),
    )
    for year in district["years"]:
        interval = year["parameter_interval90"]
        table.add_row(
            str(year["year"]),
            _median(speech, year["rises"]),
            *([_median(speech, year["judged"])] if own_count else []),
            wording.whole_span(speech, year["needed"]["min"], year["needed"]["max"]),
            _with_error(speech, year),
            "–" if interval is None else wording.chance_span(speech, interval),
            wording.word(speech, year["probability_met"]),
        )
    return table


def _median(speech: Language, counted: Record | None) -> str:
    if counted is None:
        return "–"
    quantiles = counted["quantiles"]
    span = wording.whole_span(speech, quantiles["0.05"], quantiles["0.95"])
    return speech.say("{median} ({interval})", median=speech.number(quantiles["0.5"]), interval=span)


def _with_error(speech: Language, estimate: Record) -> str:
    return speech.say(
        "{probability} ± {error}",
        probability=wording.chance(speech, estimate["probability_met"], 1),
        error=speech.number(100 * estimate["monte_carlo_error"], 1),
    )


def _joint(speech: Language, district: Record) -> Iterator[str]:
    """Yield what is said of all years together."""
    horizon = len(district["years"])
    if district["all_years"] is None or horizon == 1:
        return
    every = _with_error(speech, district["all_years"])
    word = wording.word(speech, district["all_years"]["probability_met"])
    yield speech.say("Met in every one of {years} years: {every} ({word}).", years=horizon, every=every, word=word)
    counts = [m for m in _spread(horizon) if m < horizon]
    chances = [
        speech.say("{years}: {chance}", years=m, chance=wording.chance(speech, district["at_least"][str(m)]))
        for m in counts
    ]
    yield speech.say("Met in at least so many of the years: {chances}.", chances="; ".join(chances))


def _spread(horizon: int) -> list[int]:
    """Return at most `MOST_COUNTS` numbers of years, evenly spread over 1 … horizon."""
    steps = min(horizon, MOST_COUNTS)
    return sorted({max(1, round(horizon * step / steps)) for step in range(1, steps + 1)})


def _readings_table(speech: Language, district: Record) -> Any:
    own, *others = district["readings"]
    names = [wording.reading_name(speech, key, district["target"]) for key in (own, *others)]
    share = district["target"]["share"]
    shown = speech.percent(share, 0 if round(100 * share, 6).is_integer() else 1)
    title = speech.say("Every reading of the {share} target: probability met; * is the scenario's own", share=shown)
    table = _table(title, speech.say("year"), f"* {names[0]}", *names[1:])
    for t, year in enumerate(district["years"]):
        table.add_row(str(year["year"]), *(wording.chance(speech, p[t], 1) for p in district["readings"].values()))
    return table


def _districts_table(speech: Language, record: Record) -> Any:
    say = speech.say
    first = record["origin"] + 1
    table = _table(
        say("District by district, {year} (median and 90% interval)", year=first),
        say("district"),
        say("villages that rise"),
        say("needed"),
        say("target met ± simulation error"),
        say("in words"),
    )
    for district in record["districts"][:MOST_DISTRICTS]:
        year = district["years"][0]
        table.add_row(
            printable(f"{district['code']} {district['name']}"),
            _median(speech, year["rises"]),
            wording.whole_span(speech, year["needed"]["min"], year["needed"]["max"]),
            _with_error(speech, year),
            wording.word(speech, year["probability_met"]),
        )
    return table


def _assisted_table(speech: Language, record: Record) -> Any:
    names = [plan["name"] for plan in record["interventions"]]
    years = [year["year"] for year in record["years"]]
    shown = years[: MOST_COUNTS + 2]
    table = _table(speech.say("Villages assisted (mean)"), speech.say("intervention"), *map(str, shown))
    for name in names:
        table.add_row(
            printable(name), *(speech.number(year["assisted"][name], 1) for year in record["years"][: len(shown)])
        )
    return table


def _assumed(speech: Language, record: Record) -> Iterator[str]:
    """Yield the default priors in use, and which effects are placeholders."""
    left = {name: known for name, known in record["parameters"].items() if known["default_prior"]}
    effects = [name for name in left if name.endswith((".odds_ratio_rise", ".odds_ratio_fall"))]
    law = [name for name in left if name not in effects]
    if law:
        shown = "; ".join(_quantiles(speech, name, left[name]) for name in law)
        yield speech.say("Assumed, default priors (5 / 50 / 95%): {parameters}.", parameters=shown)
    if effects:
        shown = "; ".join(_quantiles(speech, name, left[name]) for name in effects)
        yield speech.say(
            "Effects of interventions are placeholders until experts or data say otherwise (5 / 50 / 95%): {parameters}.",
            parameters=shown,
        )


def _quantiles(speech: Language, name: str, known: Record) -> str:
    values = known["quantiles"].values()
    return f"{name} " + " / ".join(speech.number(value, 3 if value < 0.1 else 2) for value in values)


def _notes(speech: Language, districts: list[Record]) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    if len(districts) == 1 and (saturated := wording.saturation(speech, districts[0])):
        yield saturated
    if not all(district["population"]["single_status_known"] for district in districts):
        yield speech.say(
            "Only counts by status are known, not which village stands where: single villages cannot be ranked."
        )
    synthetic = sum(district["population"]["synthetic_counts"] for district in districts)
    if synthetic:
        yield speech.say(
            "Synthetic counts: {number} districts gave none; theirs are drawn around the shares of Tanah Laut.",
            number=speech.number(synthetic),
        )
