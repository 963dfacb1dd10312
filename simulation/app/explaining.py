"""What ``explain`` says of one village of a finished run.

Knows the order of the answer and its tables; must not know how a chance is broken down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from ..domain.messages import Refusal
from ..inference.explanation import INTERVENTION, OWN_AGENTS, QUANTILES, Component, Explanation, explain
from ..report import wording
from ..report.finished import FinishedRun
from ..report.language import LANGUAGES, Language, language, phrase
from ..report.record import rounded
from ..report.single_villages import Row, read_rows
from .columns import laid_out, table
from .settings import Settings, print_json, printable
from .why import frequency, measured, times, why

if TYPE_CHECKING:
    from rich.console import RenderableType

_LABELS = {
    "waiting": phrase("may not rise again yet (min_years)"),
    "covariate": phrase("{name}: {value} (district mean {mean})"),
    "peers": phrase("neighbours: {above} of the other villages of the kecamatan stand higher"),
    "village": phrase("what sets villages apart, unmeasured"),
    "year": phrase("good and bad years"),
    "subdistrict": phrase("good and bad years of the kecamatan"),
    "campaign": phrase("campaigns"),
    "intervention": phrase("intervention {name}"),
}


def explain_village(settings: Settings, run: FinishedRun, village: str, year: int | None) -> None:
    """Print why a village rises or not, which is asked for by its code, or by a name that no other village has."""
    manifest = run.manifest
    if manifest.get("agent") is not None:
        raise Refusal(OWN_AGENTS)
    village_code = _code_of(run, village)
    replicates = None if manifest["engine"] == "exact" else manifest["replicates"]
    found = explain(
        run.scenario, village_code, year, draws=manifest["draws"], replicates=replicates, seed=manifest["seed"]
    )
    rows = read_rows(run.folder.path, village_code)
    (counted,) = (row["probability_rises"] for row in rows if row["year"] == found.year)
    found = replace(found, counted=counted)
    if settings.as_json:
        print_json(_data(found))
        return
    typer.echo(laid_out(_parts(settings.language(), run, found, rows)), nl=False)


def _code_of(run: FinishedRun, village: str) -> str:
    """Return the code of a village of that name; what was asked for, where none or several have it."""
    named = {row["village_code"] for row in read_rows(run.folder.path) if _alike(row["village"]) == _alike(village)}
    return named.pop() if len(named) == 1 else village


def _alike(name: str) -> str:
    return " ".join(name.casefold().split())


def _parts(speech: Language, run: FinishedRun, found: Explanation, rows: list[Row]) -> Iterator[RenderableType]:
    """Yield the answer in reading order."""
    yield wording.title(speech, run.record)
    yield speech.say(
        "{village} ({code}), {subdistrict}: {level} at the end of {origin}",
        village=found.village,
        code=found.village_code,
        subdistrict=found.subdistrict,
        level=found.origin_level,
        origin=run.record["origin"],
    )
    yield ""
    yield from why(speech, found)
    if not found.cannot_rise:
        yield from _components(speech, found)
        yield from _interventions(speech, found)
    yield ""
    yield speech.say("Chance of rising, year by year: {chances}.", chances=_year_by_year(speech, rows))
    yield wording.basis(speech, run.record["basis"])
    if intervention := wording.programme(speech, run.record):
        yield intervention


def _components(speech: Language, found: Explanation) -> Iterator[RenderableType]:
    """Yield the table of what the chance consists of, and how it is to be read."""
    say = speech.say

    def terms(*, interventions: bool, foreseeable: bool = True) -> list[list[str]]:
        return [
            [_label(speech, found, part), _ratio(speech, part), frequency(speech, part.acts), ""]
            for part in found.components
            if (part.kind == INTERVENTION, part.foreseeable) == (interventions, foreseeable)
            and (part.acts or interventions)
        ]

    def chance(label: str, probability: float) -> list[str]:
        return [label, "", "", wording.uncertain(speech, probability, 1)]

    rows = [
        chance(_base(speech, found), found.base),
        *terms(interventions=False),
        chance(say("this village in a typical year"), found.foreseen),
        *terms(interventions=False, foreseeable=False),
        chance(say("without interventions that year"), found.without_interventions),
        *terms(interventions=True),
        chance(say("chance of rising in {year}", year=found.year), found.probability_rises),
    ]
    yield ""
    yield say("Where the chance comes from")
    yield table([say("component"), say("odds × (5 / 50 / 95%)"), say("acts in"), say("chance")], rows)
    yield say(
        "Odds multiply: where a row acts, the odds of rising are so many times as large. Interventions are shown "
        "alone; together they overlap. Chances are means over the same {trajectories} simulated futures, with all "
        "rows above.",
        trajectories=speech.number(found.draws * found.replicates),
    )


def _base(speech: Language, found: Explanation) -> str:
    """Return what the first row is: one level, or those at which the village may stand by then."""
    levels = {level: share for level, share in found.levels.items() if share}
    if len(levels) > 1:
        shares = ", ".join(f"{level} {frequency(speech, share)}" for level, share in levels.items())
        return speech.say("typical village in a typical year, at its level by then ({shares})", shares=shares)
    (level,) = levels
    if found.base_interval90 is None:
        return speech.say("typical village at {level} in a typical year", level=level)
    interval = wording.chance_span(speech, found.base_interval90)
    return speech.say(
        "typical village at {level} in a typical year (90% interval {interval})", level=level, interval=interval
    )


def _label(speech: Language, found: Explanation, part: Component) -> str:
    value, mean = found.covariates[part.name] if part.kind == "covariate" else (0.0, 0.0)
    return speech.say(
        _LABELS[part.kind],
        name=printable(part.name),
        value=measured(speech, value),
        mean=measured(speech, mean),
        above=frequency(speech, found.share_above),
    )


def _ratio(speech: Language, part: Component) -> str:
    """Return the odds ratio, one number where it does not vary."""
    if part.odds_ratio is None:
        return "–"
    shown = [times(speech, ratio) for ratio in part.odds_ratio]
    return shown[0] if len(set(shown)) == 1 else " / ".join(shown)


def _interventions(speech: Language, found: Explanation) -> Iterator[RenderableType]:
    """Yield the table of what each intervention is to the village."""
    if not found.interventions:
        return
    say = speech.say
    rows = [
        [
            printable(reach.name),
            frequency(speech, reach.eligible),
            frequency(speech, reach.assisted),
            "–" if reach.if_assured is None else wording.uncertain(speech, reach.if_assured, 1),
        ]
        for reach in found.interventions
    ]
    yield ""
    yield say("Interventions in {year}", year=found.year)
    yield table(
        [say("intervention"), say("may choose it"), say("assists it"), say("chance if it did for certain")], rows
    )


def _year_by_year(speech: Language, rows: list[Row]) -> str:
    """Return the chance of every year, a dash where it never rose."""
    chances = [(row["year"], row["probability_rises"]) for row in rows]
    return "; ".join(f"{year} {wording.uncertain(speech, chance, 1) if chance else '–'}" for year, chance in chances)


def _data(found: Explanation) -> dict[str, Any]:
    """Return the answer as plain data."""
    return {
        "village_code": found.village_code,
        "village": found.village,
        "subdistrict": found.subdistrict,
        "district": found.district,
        "year": found.year,
        "origin_status": found.origin_level,
        "status_at_start": rounded(dict(found.levels)),
        "probability_rises": found.counted,
        "simulation_error": rounded(found.probability_rises - found.chance),
        "base": rounded({"probability": found.base, "parameter_interval90": found.base_interval90}),
        "components": [_component_data(part) for part in found.components],
        "covariates": {name: rounded({"value": v, "district_mean": m}) for name, (v, m) in found.covariates.items()},
        "share_above": rounded(found.share_above),
        "interventions": [
            rounded(
                {
                    "name": reach.name,
                    "eligible": reach.eligible,
                    "assisted": reach.assisted,
                    "probability_if_certain": reach.if_assured,
                }
            )
            for reach in found.interventions
        ],
        "probability_foreseen": rounded(found.foreseen),
        "probability_without_interventions": rounded(found.without_interventions),
        "probability_if_all_certain": rounded(found.if_all_assured),
        "draws": found.draws,
        "replicates": found.replicates,
        "why": {code: list(why(language(code), found)) for code in LANGUAGES},
    }


def _component_data(part: Component) -> dict[str, Any]:
    ratio = None if part.odds_ratio is None else dict(zip(map(str, QUANTILES), part.odds_ratio, strict=True))
    return {
        "kind": part.kind,
        "name": part.name,
        **rounded({"acts": part.acts, "odds_ratio": ratio}),
    }
