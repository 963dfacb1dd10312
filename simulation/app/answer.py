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
MOST_YEARS_ACROSS = 8
LONGEST_WORD = 14

Record = Mapping[str, Any]


def forecast_answer(speech: Language, record: Record) -> str:
    """Return the whole answer as text of at most 80 columns."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    for part in _parts(speech, record):
        console.print(wrapped(part) if isinstance(part, str) else part)
    written = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO, see above
    lines = [line.rstrip() for line in written.splitlines()]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before).strip() + "\n"


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
        yield from _districts_table(speech, record)
    else:
        yield from _years_table(speech, districts[0])
        yield from _joint(speech, districts[0])
        yield from _readings_table(speech, districts[0])
        if record["interventions"]:
            yield from _assisted_table(speech, record)
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


def _table(headers: list[str], rows: list[list[str]]) -> Any:
    """Return a table: first column left, the others right; headers are broken into lines, numbers are not."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    for place, header in enumerate(headers):
        width = max(min(len(row[place]), LONGEST_WORD) for row in rows)
        table.add_column(header, justify="right" if place else "left", vertical="bottom", min_width=width)
    for row in rows:
        table.add_row(*row)
    return table


def _years_table(speech: Language, district: Record) -> Iterator[RenderableType]:
    """Yield the yearly table; the words make room where the target counts something else than rises."""
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
                *([] if own_count else [wording.word(speech, year["probability_met"])]),
            ]
        )
    headers = [
        say("year"),
        say("villages that rise"),
        *([wording.judged_name(speech, district["target"])] if own_count else []),
        say("needed"),
        say("target met ± simulation error"),
        say("parameter interval"),
        *([] if own_count else [say("in words")]),
    ]
    yield ""
    yield say("Year by year (median; every interval is 90%)")
    yield _table(headers, rows)


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
        speech.say(
            "{some} of {all} years {chance}",
            some=m,
            all=horizon,
            chance=wording.chance(speech, district["at_least"][str(m)]),
        )
        for m in counts
    ]
    yield speech.say("Met in at least: {chances}.", chances="; ".join(chances))


def _spread(horizon: int) -> list[int]:
    """Return at most `MOST_COUNTS` numbers of years, evenly spread over 1 … horizon."""
    steps = min(horizon, MOST_COUNTS)
    return sorted({max(1, round(horizon * step / steps)) for step in range(1, steps + 1)})


def _readings_table(speech: Language, district: Record) -> Iterator[RenderableType]:
    own, *others = [wording.reading_name(speech, key, district["target"]) for key in district["readings"]]
    share = district["target"]["share"]
    shown = speech.percent(share, 0 if round(100 * share, 6).is_integer() else 1)
    yield ""
    yield speech.say("Every reading of the {share} target: probability met; * is the scenario's own", share=shown)
    yield _table(
        [speech.say("year"), f"* {own}", *others],
        [
            [str(year["year"]), *(wording.uncertain(speech, p[t], 1) for p in district["readings"].values())]
            for t, year in enumerate(district["years"])
        ],
    )


def _districts_table(speech: Language, record: Record) -> Iterator[RenderableType]:
    say = speech.say
    yield ""
    yield say("District by district, {year} (median and 90% interval)", year=record["origin"] + 1)
    firsts = [(district, district["years"][0]) for district in record["districts"][:MOST_DISTRICTS]]
    yield _table(
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
                wording.word(speech, year["probability_met"]),
            ]
            for district, year in firsts
        ],
    )
    if len(record["districts"]) > MOST_DISTRICTS:
        yield say("The other districts stand in years.csv.")


def _assisted_table(speech: Language, record: Record) -> Iterator[RenderableType]:
    years = record["years"][:MOST_YEARS_ACROSS]
    yield ""
    yield speech.say("Villages assisted (mean)")
    yield _table(
        [speech.say("intervention"), *(str(year["year"]) for year in years)],
        [
            [printable(plan["name"]), *(speech.number(year["assisted"][plan["name"]], 1) for year in years)]
            for plan in record["interventions"]
        ],
    )


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
            "Effects of interventions are placeholders until experts or data say otherwise "
            "(5 / 50 / 95%): {parameters}.",
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
