"""What a forecast rests on: every parameter with its value and where that comes from, and what the scenario states."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ....domain.parameters import DIRECTIONS, Kind, ParameterKey
from ....domain.past import NARROWED
from ....domain.status import LEVELS
from ....inputs.resolve import CALIBRATED, SHARE_SO_FAR, VILLAGE_MAP, is_default
from ... import wording
from ...document.blocks import Block, Cell, Column, Heading, On, Paragraph, Share, Table
from ...language import Language, phrase
from ...wording import LABELS, parameter_name, parameter_value, source_text, source_word
from ..head import called, parameter_called
from ..kind import Source
from .result import ForecastResult, Parameter, RisesSoFar
from .words import days_of_data, reading_name

Rows = list[list[str]]
APART = "\u00a0/\u00a0"
"""Between the quantiles of a value, which stay on one line."""
_LEFT = phrase(
    "Left: the share of the variance assumed before the data that the data leave. Near 100% they say nothing of a "
    "parameter, and its value is practically what was assumed."
)
_PRIORITIES = {
    "random": phrase("at random"),
    "lowest_status": phrase("lowest status first"),
    "highest_status": phrase("highest status first"),
    "nearest_to_rising": phrase("nearest to rising first"),
    "largest_gain": phrase("largest gain in the chance of rising first"),
}


def assumptions(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield every parameter with its value and source; in a short answer how many were left to their priors."""
    say = speech.say
    yield Heading(say("Assumptions and sources"), on=On.ANNEX)
    caption = say("Assumptions (5% / median / 95% where uncertain)")
    headers = [say("assumption"), say("value"), say("source")]
    effects, law = _effect_rows(speech, result), [*_matrix_rows(speech, result)]
    silent = {key: known for key, known in _of_the_law(result).items() if known.default_prior}
    law += [_row(speech, key, known) for key, known in _of_the_law(result).items() if key not in silent]
    law += _so_far_rows(speech, result)
    every = [*effects, *law, *(_row(speech, key, known) for key, known in silent.items())]
    if every:
        yield Table(caption, headers, every, on=On.VERBOSE)
    yield Table(caption, headers, every, prose=True, on=On.ANNEX)
    if any(known.variance_left is not None for known in result.parameters.values()):
        yield Paragraph(say(_LEFT), on=On.VERBOSE | On.ANNEX)
    if skips := _about_skips(speech, result):
        yield Paragraph(skips, on=On.VERBOSE | On.ANNEX)
    if silent:
        left = say(
            "Default assumptions (priors), not measured here: {number} (--verbose lists them).",
            number=speech.number(len(silent)),
        )
        yield Paragraph(left, on=On.TERMINAL)


def _about_skips(speech: Language, result: ForecastResult) -> str | None:
    """Return how many observed rises skipped a status, and what the model has them from; None if unknown."""
    seen = [one for district in result.districts for one in district.observed if one.skipped is not None]
    rises = sum(one.rises or 0 for one in seen)
    if not rises or not any(ParameterKey.told(key).kind == "skip" for key in result.parameters):
        return None
    said = (
        phrase(
            "Of {rises} observed rises {skipped} skipped a status. How many do in the forecast rests on default "
            "assumptions and on launch years, read as dasar at the end of that year."
        )
        if "launch_years" in result.basis
        else phrase("Of {rises} observed rises {skipped} skipped a status.")
    )
    skipped = sum(one.skipped or 0 for one in seen)
    return speech.say(said, rises=speech.number(rises), skipped=speech.number(skipped))


def _of_the_law(result: ForecastResult) -> dict[str, Parameter]:
    """Return all parameters but the effects of interventions."""
    return {key: known for key, known in result.parameters.items() if key not in _effects(result)}


def _effects(result: ForecastResult) -> dict[ParameterKey, Parameter]:
    """Return the effects of the interventions, in the order of the scenario."""
    keys = (ParameterKey.effect(plan.name, direction) for plan in result.interventions for direction in DIRECTIONS)
    return {key: result.parameters[key] for key in keys}


def _effect_rows(speech: Language, result: ForecastResult) -> Rows:
    """Return one row for all interventions that say the same; no effect on falls is not told."""
    alike: dict[tuple[Kind, str, str], list[str]] = {}
    for key, known in _effects(result).items():
        if key.kind == "odds_ratio_fall" and set(known.quantiles.values()) == {1.0}:
            continue
        _, value, source = _row(speech, key, known)
        told = speech.say("placeholder") if known.default_prior else source
        alike.setdefault((key.kind, value, told), []).append(called(speech, result, key.of))
    return [
        [speech.say(LABELS[kind], of=", ".join(names)), value, source] for (kind, value, source), names in alike.items()
    ]


def _matrix_rows(speech: Language, result: ForecastResult) -> Iterator[list[str]]:
    """Yield the rows of a matrix that the scenario gives, their means over what is uncertain."""
    for level, row in zip(LEVELS, result.matrix.mean, strict=True):
        source = result.sources.get(f"transition.matrix.{level}")
        if source is not None:
            label = speech.say("matrix, row {level} (mean)", level=level)
            yield [label, APART.join(speech.percent(share, 1) for share in row), source_word(speech, source)]


def _row(speech: Language, key: str, known: Parameter) -> list[str]:
    values = list(known.quantiles.values())
    shown = [parameter_value(speech, key, value) for value in (values if len(set(values)) > 1 else values[:1])]
    return [parameter_name(speech, key), APART.join(shown), _source(speech, known)]


def _so_far_rows(speech: Language, result: ForecastResult) -> Rows:
    """Return what is assumed of the share of a year's rises that happen by the day of a count; nothing without one."""
    so_far = result.districts[0].so_far
    if so_far is None:
        return []
    values = list(so_far.share.quantiles.values())
    shown = [speech.percent(value, 1) for value in (values if len(set(values)) > 1 else values[:1])]
    return [[_share_called(speech, so_far), APART.join(shown), _source(speech, so_far.share)]]


def _share_called(speech: Language, so_far: RisesSoFar) -> str:
    return speech.say("share of a year's rises that happen by {day}", day=speech.day_of(so_far.as_of))


def _source(speech: Language, known: Parameter) -> str:
    """Return where a value comes from; of one that the data hardly narrow, that it is still what was assumed."""
    if known.default_prior:
        return speech.say("default assumption")
    if known.variance_left is None:
        return source_word(speech, known.source)
    narrowed = known.variance_left < NARROWED
    said = source_word(speech, "estimated") if narrowed else speech.say("practically as assumed")
    return speech.say("{source} ({left} left)", source=said, left=speech.percent(min(1.0, known.variance_left)))


def statements(speech: Language, result: ForecastResult, source: Source) -> Iterator[Block]:
    """Yield what the scenario states besides, as paper shows it."""
    say = speech.say
    headers = [say("what"), say("value"), say("source"), say("explanation")]
    for name, stated in _statement_groups(speech, source.scenario, result):
        columns = len(headers) if any(explanation for *_, explanation in stated) else len(headers) - 1
        caption = say("What the scenario states of villages and target")
        if name:
            caption = say("Intervention {name}", name=name)
        yield Table(caption, headers[:columns], [row[:columns] for row in stated], prose=True, on=On.ANNEX)
    if source.scenario.get("villages") and days_of_data(speech, result, source.scenario) is None:
        undated = say(
            "Nothing in the list says of which day its statuses are; they are taken as those of the end of {origin}.",
            origin=result.origin,
        )
        yield Paragraph(undated, on=On.ANNEX)


def parameters_sheet(speech: Language, result: ForecastResult) -> Table:
    """Return every parameter in numbers."""
    say = speech.say
    rows: list[Mapping[Column | str, Cell]] = []
    parameters = [
        (parameter_called(speech, result, name), name, known, ParameterKey.told(name).scale == "probability")
        for name, known in result.parameters.items()
    ]
    if (so_far := result.districts[0].so_far) is not None:
        parameters.append((_share_called(speech, so_far), SHARE_SO_FAR, so_far.share, True))
    for called_so, name, known, is_share in parameters:
        told = say("from the calibration") if known.source == CALIBRATED else source_text(speech, known.source)
        number = Share if is_share else float
        rows.append(
            {
                Column(say("parameter")): called_so,
                Column(say("key")): name,
                **{Column(f"{100 * at:.0f}%", "decimal", 2): number(value) for at, value in known.quantiles.items()},
                Column(say("source")): _source(speech, known),
                Column(say("explanation"), "prose"): None if known.default_prior else told,
            }
        )
    return Table.of(say("Parameters"), rows)


def statements_sheet(speech: Language, result: ForecastResult, source: Source) -> Table:
    """Return what the scenario states beside its parameters, with where each statement comes from."""
    say = speech.say
    groups = _statement_groups(speech, source.scenario, result)
    rows = [[name or say("scenario"), *row] for name, group in groups for row in group]
    titles = (say("part"), say("what"), say("value"), say("source"))
    return Table(say("Statements"), [*map(Column, titles), Column(say("explanation"), "prose")], rows)


def _statement_groups(speech: Language, document: Mapping[str, Any], result: ForecastResult) -> list[tuple[str, Rows]]:
    """Return what a scenario states: first of each intervention, then, under no name, of its villages and target.

    A row holds name, value, kind of origin and explanation. A scenario that was made in Python states nothing.
    """
    if "schema" not in document:
        return []
    target = document["target"]
    defaults = {
        "target.share": is_default(target, "share"),
        "target.reading": all(is_default(target, key) for key in ("reading", "levels", "denominator", "net_of_falls")),
    }
    general = [
        [speech.say(name), value, *_origin(speech, result, key, default=defaults.get(key, False))]
        for key, name, value in _general(speech, document, result)
        if value
    ]
    return [
        *(
            (called(speech, result, plan["name"]), _intervention_rows(speech, plan, result))
            for plan in document["interventions"]
        ),
        ("", general),
    ]


def _intervention_rows(speech: Language, plan: Mapping[str, Any], result: ForecastResult) -> Rows:
    """Return everything about one intervention but its effects."""
    return [
        [
            speech.say(name),
            written,
            *_origin(speech, result, f"interventions.{plan['name']}.{key}", default=is_default(plan, key)),
        ]
        for key, (name, write) in _INTERVENTION.items()
        if plan.get(key) not in (None, "") and (written := write(speech, plan[key]))
    ]


def _origin(speech: Language, result: ForecastResult, key: str, *, default: bool) -> list[str]:
    """Return the kind of origin and its explanation, with web addresses cut to what still finds them on paper.

    Without a source, what differs from its `default` was written; what does not may have been written all the same.
    """
    if key not in result.sources:
        return [speech.say("as by default") if default else speech.say("written in the scenario, without a source"), ""]
    source = result.sources[key]
    return [source_word(speech, source), re.sub(r"https?://(?:www\.)?", "", source_text(speech, source))]


def _general(speech: Language, document: Mapping[str, Any], result: ForecastResult) -> Iterator[tuple[str, str, str]]:
    """Yield key, name and value of what is stated of villages and target."""
    villages, target = document.get("villages", {}), result.districts[0].target
    counts = villages.get("status_counts") or {}
    if any(isinstance(four, Mapping) for four in counts.values()):
        counts = {level: sum(four[level] for four in counts.values()) for level in LEVELS}
    number = speech.number(len(result.districts))
    districts = speech.say("{number} districts", number=number) if document.get("districts") else ""
    yield "districts.table", phrase("list of districts"), districts
    number = speech.number(result.villages_in_all)
    listed = speech.say("{number} Kampung KB", number=number) if villages.get("table") else ""
    yield "villages.table", phrase("list of villages"), listed
    yield VILLAGE_MAP, phrase("map of the villages"), villages.get("map") or ""
    yield "villages.network", phrase("network of neighbours"), villages.get("network") or ""
    yield "villages.distances", phrase("distances between the villages"), villages.get("distances") or ""
    yield (
        "villages.status_counts",
        phrase("villages at each status"),
        "; ".join(f"{level} {speech.number(count)}" for level, count in counts.items()),
    )
    as_of = speech.day_of(str(villages.get("as_of") or ""))
    quoted = speech.say("see the explanation") if "villages.as_of" in result.sources else ""
    yield "villages.as_of", phrase("day of the status data"), as_of or quoted
    yield "origin", phrase("last year of data"), str(document["origin"])
    if (so_far := result.districts[0].so_far) is not None:
        said = {"rises": speech.number(so_far.rises), "day": speech.day_of(so_far.as_of)}
        yield "so_far.rises", phrase("villages risen so far"), speech.say("{rises} by {day}", **said)
    yield "target.share", phrase("share that the target asks"), _share(speech, target.share)
    yield "target.reading", phrase("reading of the target"), reading_name(speech, target.key, target)


def _plainly(_: Language, value: object) -> str:
    return str(value)


def _cost(speech: Language, cost: float) -> str:
    return speech.money(cost) if cost else speech.say("not stated")


def _priority(speech: Language, rule: str | Sequence[str]) -> str:
    """Return the order as a rule, the name of a column, or village codes."""
    if not isinstance(rule, str):
        return ", ".join(rule)
    return speech.say(_PRIORITIES[rule]) if rule in _PRIORITIES else rule.removeprefix("column:")


def _eligible(_: Language, where: Mapping[str, Any]) -> str:
    parts = [*where.get("status", []), *where.get("subdistrict", [])]
    parts += [f"{column} = {wanted}" for column, wanted in where.get("where", {}).items()]
    return ", ".join(map(str, parts))


def _share(speech: Language, share: float | str) -> str:
    return wording.stated_share(speech, float(Fraction(str(share))))


_INTERVENTION: dict[str, tuple[str, Callable[[Language, Any], str]]] = {
    "sector": (phrase("who acts"), _plainly),
    "starts": (phrase("first year"), _plainly),
    "ends": (phrase("last year"), _plainly),
    "eligible": (phrase("villages that qualify"), _eligible),
    "coverage": (phrase("share of them reached"), _share),
    "capacity": (phrase("villages reached at a time"), wording.stated_number),
    "priority": (phrase("order of priority"), _priority),
    "years_per_village": (phrase("years of intervention for a village"), wording.stated_number),
    "ramp_years": (phrase("years until the full effect"), wording.stated_number),
    "fades_over_years": (phrase("years in which the effect fades afterwards"), wording.stated_number),
    "cost_idr_million": (phrase("cost of a village-year"), _cost),
}
"""What is told of an intervention: key of the file -> what it is called, and how its value is written."""
