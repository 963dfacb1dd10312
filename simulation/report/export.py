"""A finished run as one workbook: read me, summary, years, villages, parameters, statements, villages by year.

Knows which sheets a planner finds and what their columns are called; must not know how a workbook is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..domain.status import LEVELS
from . import answer_tables, wording
from .assumptions import parameter_name, source_word
from .failures import caveats
from .finished import FinishedRun
from .handed_out import hand_out
from .language import Language
from .record import districts_of
from .single_villages import read_rows
from .statements import statement_groups
from .workbook import Column, Prose, Sheet, write_workbook

Record = Mapping[str, Any]


def hand_out_workbook(speech: Language, run: FinishedRun) -> tuple[Path, list[Path]]:
    """Write ``forecast.xlsx`` in the folder of a run; return it, and where one that was changed by hand is kept."""
    path = run.folder.path / "forecast.xlsx"
    return path, hand_out(path.parent, {path.name: partial(export_workbook, speech, run)})


def export_workbook(speech: Language, run: FinishedRun, path: Path) -> None:
    """Write a finished run as a workbook in one language."""
    sheets: list[Sheet | Prose] = [
        _read_me(speech, run),
        _summary(speech, run.record),
        _years(speech, run.record),
        *_villages(speech, run),
        _parameters(speech, run.record),
        _statements(speech, run),
        *_village_years(speech, run),
    ]
    write_workbook(path, answer_tables.heading(speech, run.record), sheets)


def _read_me(speech: Language, run: FinishedRun) -> Prose:
    say, record = speech.say, run.record
    districts = districts_of(record)
    sentences = [
        answer_tables.heading(speech, record),
        record["verdict"][speech.code],
        wording.basis(speech, record["basis"]),
        wording.programme(speech, record),
        *caveats(speech, record),
        *answer_tables.notes(speech, districts),
        say("Every interval is a 90% interval: 5% of the possible values lie below it and 5% above it."),
        say(
            "The simulation error says how far a number would move if the computation were repeated with other "
            "random numbers. The parameter interval says how far it could move once the true values of the "
            "uncertain parameters are known: only data can narrow it."
        ),
        say("It is a statement about a scenario: if an assumption is wrong, so is the number."),
        say("Kampung KB Forecast, {scenario}, run {hash}.", scenario=record["scenario"], hash=run.folder.hash),
    ]
    return Prose(say("Read me"), [sentence for sentence in sentences if sentence])


def _summary(speech: Language, record: Record) -> Sheet:
    """Return the chance of every reading of the target, year by year; the scenario's own has a star."""
    say = speech.say
    several = "districts" in record
    rows = []
    for district in districts_of(record):
        own = next(iter(district["readings"]))
        for key, chances in district["readings"].items():
            name = wording.reading_name(speech, key, district["target"])
            rows.append(
                [*_place(several, district), say("* the scenario's own") if key == own else None, name, *chances]
            )
    years = [_chance(speech, str(year["year"])) for year in districts_of(record)[0]["years"]]
    columns = [
        *_place_columns(speech, several),
        Column("*"),
        Column(say("probability that the target is met")),
    ]
    return Sheet(say("Summary"), [*columns, *years], rows)


def _chance(speech: Language, title: str) -> Column:
    """Return a column of chances, of which none is shown as sure that is not."""
    never, always = (wording.uncertain(speech, chance, 1) for chance in (0.0, 1.0))
    return Column(title, "chance", never, always)


def _years(speech: Language, record: Record) -> Sheet:
    say, several = speech.say, "districts" in record
    needed = [year["needed"]["mean"] for district in districts_of(record) for year in district["years"]]
    whole = all(float(number).is_integer() for number in needed)
    columns = [
        *_place_columns(speech, several),
        Column(say("year"), "year"),
        _chance(speech, say("probability that the target is met")),
        Column(say("simulation error"), "percent"),
        _chance(speech, say("parameter interval, from")),
        _chance(speech, say("parameter interval, to")),
        Column(say("in words")),
        Column(say("needed"), "whole" if whole else "decimal"),
        Column(say("rises, mean"), "decimal"),
        *(Column(title, "whole") for title in (say("rises, 5%"), say("rises, median"), say("rises, 95%"))),
        Column(say("falls, mean"), "decimal"),
        *(Column(say("share {level}, mean", level=level), "percent") for level in LEVELS),
        *(Column(say("assisted: {name}", name=plan["name"]), "decimal") for plan in record["interventions"]),
    ]
    rows = [
        [*_place(several, district), *_year(speech, year, record["interventions"])]
        for district in districts_of(record)
        for year in district["years"]
    ]
    return Sheet(say("Years"), columns, rows)


def _year(speech: Language, year: Record, interventions: Sequence[Record]) -> list[Any]:
    """Return the cells of one year, None where an exact result does not know them."""
    chance, error = year["probability_met"], year["monte_carlo_error"]
    rises, falls = year["rises"] or {}, year["falls"] or {}
    quantiles = rises.get("quantiles", {})
    return [
        year["year"],
        chance,
        error,
        *(year["parameter_interval90"] or (None, None)),
        wording.word(speech, chance, error),
        year["needed"]["mean"],
        rises.get("mean"),
        *(quantiles.get(q) for q in ("0.05", "0.5", "0.95")),
        falls.get("mean"),
        *(year["status_share"][level]["mean"] for level in LEVELS),
        *(year["assisted"][plan["name"]] for plan in interventions),
    ]


def _villages(speech: Language, run: FinishedRun) -> Iterator[Sheet]:
    """Yield the sheet of villages, a row each: the chance of rising in every year, and of having risen at the end."""
    if not _known_singly(run.record):
        return
    say, record = speech.say, run.record
    years = [year["year"] for year in districts_of(record)[0]["years"]]
    rows: dict[tuple[Any, ...], list[Any]] = {}
    columns = _village_columns(speech, record)
    for row in read_rows(run.folder.path):
        rows.setdefault(tuple(row.get(name) for name in columns), []).append(row)
    risen = say("chance of having risen since {year}", year=record["origin"])
    titles = [
        *columns.values(),
        *(_chance(speech, say("chance of rising in {year}", year=year)) for year in years),
        _chance(speech, risen),
    ]
    cells = [
        [*village, *(year["probability_rises"] for year in of_years), of_years[-1]["probability_risen"]]
        for village, of_years in rows.items()
    ]
    yield Sheet(say("Villages"), titles, cells)


def _known_singly(record: Record) -> bool:
    """Return whether single villages can be listed: where only counts are known, who stands where would be invented."""
    return all(district["population"]["single_status_known"] for district in districts_of(record))


def _village_columns(speech: Language, record: Record) -> dict[str, Column]:
    """Return the columns that name a village."""
    say = speech.say
    return {
        **({"district_code": Column(say("district code"))} if "districts" in record else {}),
        "village_code": Column(say("village code")),
        "village": Column(say("village")),
        "subdistrict": Column(say("subdistrict")),
        "origin_status": Column(say("level in {year}", year=record["origin"])),
    }


def _village_years(speech: Language, run: FinishedRun) -> Iterator[Sheet]:
    """Yield the sheet of everything that is known of villages, a row a village and year."""
    if not _known_singly(run.record):
        return
    say, record = speech.say, run.record
    columns = {
        **_village_columns(speech, record),
        "year": Column(say("year"), "year"),
        "probability_rises": _chance(speech, say("chance of rising in the year")),
        "probability_risen": _chance(speech, say("chance of having risen since {year}", year=record["origin"])),
        **{f"probability_{level}": _chance(speech, say("chance of being {level}", level=level)) for level in LEVELS},
        **{
            f"assisted_{plan['name']}": Column(say("assisted: {name}", name=plan["name"]), "percent")
            for plan in record["interventions"]
        },
    }
    rows = [[row.get(name) for name in columns] for row in read_rows(run.folder.path)]
    yield Sheet(say("Villages by year"), list(columns.values()), rows)


def _parameters(speech: Language, record: Record) -> Sheet:
    say = speech.say
    rows = []
    for name, known in record["parameters"].items():
        quantiles = known["quantiles"]
        kind, _, told = known["source"].partition(";")
        origin = say("default prior") if known["default_prior"] else source_word(speech, kind)
        values = [quantiles[q] for q in ("0.05", "0.5", "0.95")]
        rows.append(
            [parameter_name(speech, name), name, *values, origin, None if known["default_prior"] else told.strip()]
        )
    columns = [
        Column(say("parameter")),
        Column(say("key")),
        Column("5%", "decimal"),
        Column("50%", "decimal"),
        Column("95%", "decimal"),
        Column(say("source")),
        Column(say("explanation"), "prose"),
    ]
    return Sheet(say("Parameters"), columns, rows)


def _statements(speech: Language, run: FinishedRun) -> Sheet:
    """Return what the scenario states beside its parameters, with where each statement comes from."""
    say = speech.say
    rows = [[name or say("scenario"), *row] for name, group in statement_groups(speech, run) for row in group]
    titles = (say("part"), say("what"), say("value"), say("source"))
    return Sheet(say("Statements"), [*map(Column, titles), Column(say("explanation"), "prose")], rows)


def _place_columns(speech: Language, several: bool) -> list[Column]:
    return [Column(speech.say("district code")), Column(speech.say("district"))] if several else []


def _place(several: bool, district: Record) -> list[str]:
    return [district["code"], district["name"]] if several else []
