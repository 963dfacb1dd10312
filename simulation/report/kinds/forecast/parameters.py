"""What a forecast rests on: every parameter with its value and where that comes from, and what the scenario states."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ....domain.parameters import DIRECTIONS, Kind, ParameterKey
from ....domain.status import LEVELS
from ....inputs.resolve import is_default
from ... import wording
from ...language import Language, phrase
from ...wording import LABELS, parameter_name, parameter_value, source_word
from .result import ForecastResult, Parameter
from .words import reading_name

Document = Mapping[str, Any]
Rows = list[list[str]]
_PRIORITIES = {
    "random": phrase("at random"),
    "lowest_status": phrase("lowest level first"),
    "highest_status": phrase("highest level first"),
    "nearest_to_rising": phrase("nearest to rising first"),
    "largest_gain": phrase("largest gain in the chance of rising first"),
}
_INTERVENTION = {
    "sector": phrase("who acts"),
    "starts": phrase("first year"),
    "ends": phrase("last year"),
    "eligible": phrase("villages that qualify"),
    "coverage": phrase("share of them assisted"),
    "capacity": phrase("villages assisted at a time"),
    "priority": phrase("order of assistance"),
    "years_per_village": phrase("years of assistance for a village"),
    "ramp_years": phrase("years until the full effect"),
    "fades_over_years": phrase("years in which the effect fades afterwards"),
    "cost_idr_million": phrase("cost of a village-year (million rupiah)"),
}


def assumption_rows(speech: Language, result: ForecastResult, *, detailed: bool) -> Rows:
    """Return name, value and source of what was given, effects of interventions first.

    Parameters
    ----------
    detailed
        Whether parameters that were left to their default prior are listed too.
    """
    effects = dict(_effects(result))
    law = {name: known for name, known in result.parameters.items() if name not in effects}
    silent = set(default_priors(result))
    return [
        *_effect_rows(speech, effects),
        *_matrix_rows(speech, result),
        *(_row(speech, parameter_name(speech, name), name, law[name]) for name in law if name not in silent),
        *(_row(speech, parameter_name(speech, name), name, law[name]) for name in law if name in silent and detailed),
    ]


def default_priors(result: ForecastResult) -> list[str]:
    """Return the parameters of the law, effects of interventions aside, that were left to their default prior."""
    effects = dict(_effects(result))
    return [name for name, known in result.parameters.items() if known.default_prior and name not in effects]


def effects_are_placeholders(result: ForecastResult) -> bool:
    """Return whether the effect of an intervention was left to its default prior."""
    return any(known.default_prior for _, known in _effects(result))


def _effects(result: ForecastResult) -> Iterator[tuple[ParameterKey, Parameter]]:
    """Yield the parameters of the interventions, in the order of the scenario."""
    for plan in result.interventions:
        for direction in DIRECTIONS:
            key = ParameterKey.effect(plan.name, direction)
            yield key, result.parameters[key]


def _effect_rows(speech: Language, effects: Mapping[ParameterKey, Parameter]) -> Rows:
    """Return one row for all interventions that say the same; no effect on falls is not told."""
    alike: dict[tuple[Kind, str, str], list[str]] = {}
    for key, known in effects.items():
        if key.kind == "odds_ratio_fall" and set(known.quantiles.values()) == {1.0}:
            continue
        _, value, source = _row(speech, "", key, known)
        told = speech.say("placeholder") if known.default_prior else source
        alike.setdefault((key.kind, value, told), []).append(key.of)
    return [
        [speech.say(LABELS[kind], of=", ".join(names)), value, source] for (kind, value, source), names in alike.items()
    ]


def _matrix_rows(speech: Language, result: ForecastResult) -> Iterator[list[str]]:
    """Yield the rows of a matrix that the scenario gives, their means over what is uncertain."""
    for level, row in zip(LEVELS, result.matrix.mean, strict=True):
        source = result.sources.get(f"transition.matrix.{level}")
        if source is not None:
            label = speech.say("matrix, row {level} (mean)", level=level)
            yield [label, " / ".join(speech.percent(share, 1) for share in row), source_word(speech, source)]


def _row(speech: Language, label: str, name: str, known: Parameter) -> list[str]:
    values = list(known.quantiles.values())
    shown = [parameter_value(speech, name, value) for value in (values if len(set(values)) > 1 else values[:1])]
    source = speech.say("default prior") if known.default_prior else source_word(speech, known.source)
    return [label, " / ".join(shown), source]


def statement_groups(speech: Language, document: Document, result: ForecastResult) -> list[tuple[str, Rows]]:
    """Return what a scenario states: first of each intervention, then, under no name, of its villages and target.

    A row holds name, value, kind of origin and explanation. A scenario that was made in Python states nothing.
    """
    sources = result.sources
    if "schema" not in document:
        return []
    groups = [(plan["name"], _intervention_rows(speech, plan, sources)) for plan in document["interventions"]]
    target = ("reading", "levels", "denominator", "net_of_falls")
    defaults = {
        "target.share": is_default(document["target"], "share"),
        "target.reading": all(is_default(document["target"], key) for key in target),
    }
    general = [
        [speech.say(name), value, *_origin(speech, sources, key, default=defaults.get(key, False))]
        for key, name, value in _general(speech, document, result)
        if value
    ]
    return [*groups, ("", general)]


def _intervention_rows(speech: Language, plan: Document, sources: Mapping[str, str]) -> Rows:
    """Return everything about one intervention but its effects."""
    rows = []
    for key, name in _INTERVENTION.items():
        value = _intervention_value(speech, key, plan.get(key))
        if value:
            origin = _origin(speech, sources, f"interventions.{plan['name']}.{key}", default=is_default(plan, key))
            rows.append([speech.say(name), value, *origin])
    return rows


def _origin(speech: Language, sources: Mapping[str, str], key: str, *, default: bool) -> list[str]:
    """Return the kind of origin and its explanation, with web addresses cut to what still finds them on paper.

    Without a source, what differs from its `default` was written; what does not may have been written all the same.
    """
    if key not in sources:
        return [speech.say("as by default") if default else speech.say("written in the scenario, without a source"), ""]
    kind, _, told = sources[key].partition(";")
    return [source_word(speech, kind), re.sub(r"https?://(?:www\.)?", "", told).strip()]


def _general(speech: Language, document: Document, result: ForecastResult) -> Iterator[tuple[str, str, str]]:
    """Yield key, name and value."""
    villages, target = document.get("villages", {}), result.districts[0].target
    counts = villages.get("status_counts") or {}
    if any(isinstance(four, Mapping) for four in counts.values()):
        counts = {level: sum(four[level] for four in counts.values()) for level in LEVELS}
    yield "districts.table", phrase("list of districts"), _file(document.get("districts", {}))
    yield "villages.table", phrase("list of villages"), _file(villages)
    yield (
        "villages.status_counts",
        phrase("villages at each level"),
        "; ".join(f"{level} {speech.number(count)}" for level, count in counts.items()),
    )
    yield "villages.as_of", phrase("day of the status data"), speech.day_of(str(villages.get("as_of") or ""))
    yield "origin", phrase("last observed year"), str(document["origin"])
    yield "target.share", phrase("share that the target asks"), _share(speech, target.share)
    yield "target.reading", phrase("reading of the target"), reading_name(speech, target.key, target)


def _file(section: Document) -> str:
    return str(section.get("table") or "").rpartition("/")[2]


def _intervention_value(speech: Language, key: str, value: Any) -> str:
    """Return a value as it is read, empty where it says nothing."""
    if value in (None, ""):
        return ""
    if key in _WRITERS:
        return _WRITERS[key](speech, value)
    return wording.stated_number(speech, value)


def _plainly(_: Language, value: Any) -> str:
    return str(value)


def _cost(speech: Language, cost: float) -> str:
    return wording.stated_number(speech, cost) if cost else speech.say("not stated")


def _priority(speech: Language, rule: str | Sequence[str]) -> str:
    """Return the order as a rule, the name of a column, or village codes."""
    if not isinstance(rule, str):
        return ", ".join(rule)
    return speech.say(_PRIORITIES[rule]) if rule in _PRIORITIES else rule.removeprefix("column:")


def _eligible(_: Language, where: Document) -> str:
    parts = [*where.get("status", []), *where.get("subdistrict", [])]
    parts += [f"{column} = {wanted}" for column, wanted in where.get("where", {}).items()]
    return ", ".join(map(str, parts))


def _share(speech: Language, share: float | str) -> str:
    return wording.stated_share(speech, float(Fraction(str(share))))


_WRITERS: dict[str, Callable[[Language, Any], str]] = {
    "sector": _plainly,
    "starts": _plainly,
    "ends": _plainly,
    "eligible": _eligible,
    "coverage": _share,
    "priority": _priority,
    "cost_idr_million": _cost,
}
