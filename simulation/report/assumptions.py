"""What a forecast rests on, in words: every parameter with its value and where that comes from.

Knows the readable name of each parameter; must not know where the list is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..domain.parameters import DIRECTIONS, Kind, ParameterKey
from ..domain.status import LEVELS
from .language import Language, phrase

Record = Mapping[str, Any]
Rows = list[list[str]]

_AT_ALL_LEVELS: dict[Kind, str] = {
    "fall": phrase("chance of falling in a year"),
    "skip": phrase("rises that pass over a level"),
}
LABELS: dict[Kind, str] = {
    "rise": phrase("chance of rising from {of} in a year"),
    "fall": phrase("chance of falling from {of} in a year"),
    "skip": phrase("rises that pass over {of}"),
    "matrix": phrase("matrix, row {of}"),
    "village_sd": phrase("differences between villages (spread of log odds)"),
    "year_sd": phrase("differences between years (spread of log odds)"),
    "subdistrict_sd": phrase("differences between subdistricts (spread of log odds)"),
    "peer_odds_ratio": phrase("peers in the subdistrict (odds ratio)"),
    "campaign.probability": phrase("chance of a campaign in a year"),
    "campaign.odds_ratio": phrase("campaign (odds ratio of rising)"),
    "covariate": phrase("{of}, per unit (odds ratio)"),
    "odds_ratio_rise": phrase("{of}: odds ratio of rising"),
    "odds_ratio_fall": phrase("{of}: odds ratio of falling"),
}
_SOURCES = {"stated": phrase("stated"), "estimated": phrase("estimated"), "assumed": phrase("assumed")}


def assumption_rows(speech: Language, record: Record, *, detailed: bool) -> Rows:
    """Return name, value and source of what was given, effects of interventions first.

    Parameters
    ----------
    detailed
        Whether parameters that were left to their default prior are listed too.
    """
    effects = dict(_effects(record))
    law = {name: known for name, known in record["parameters"].items() if name not in effects}
    silent = set(default_priors(record))
    return [
        *_effect_rows(speech, effects),
        *_matrix_rows(speech, record),
        *(_row(speech, parameter_name(speech, name), name, law[name]) for name in law if name not in silent),
        *(_row(speech, parameter_name(speech, name), name, law[name]) for name in law if name in silent and detailed),
    ]


def default_priors(record: Record) -> list[str]:
    """Return the parameters of the law, effects of interventions aside, that were left to their default prior."""
    effects = dict(_effects(record))
    return [name for name, known in record["parameters"].items() if known["default_prior"] and name not in effects]


def effects_are_placeholders(record: Record) -> bool:
    """Return whether the effect of an intervention was left to its default prior."""
    return any(known["default_prior"] for _, known in _effects(record))


def _effects(record: Record) -> Iterator[tuple[ParameterKey, Record]]:
    """Yield the parameters of the interventions by name, in the order of the scenario."""
    for plan in record["interventions"]:
        for direction in DIRECTIONS:
            key = ParameterKey.effect(plan["name"], direction)
            yield key, record["parameters"][key]


def _effect_rows(speech: Language, effects: Mapping[ParameterKey, Record]) -> Rows:
    """Return one row for all interventions that say the same; no effect on falls is not told."""
    alike: dict[tuple[Kind, str, str], list[str]] = {}
    for key, known in effects.items():
        if key.kind == "odds_ratio_fall" and set(known["quantiles"].values()) == {1.0}:
            continue
        _, value, source = _row(speech, "", key, known)
        told = speech.say("placeholder") if known["default_prior"] else source
        alike.setdefault((key.kind, value, told), []).append(key.of)
    return [
        [speech.say(LABELS[kind], of=", ".join(names)), value, source] for (kind, value, source), names in alike.items()
    ]


def _matrix_rows(speech: Language, record: Record) -> Iterator[list[str]]:
    """Yield the rows of a matrix that the scenario gives, their means over what is uncertain."""
    for level, row in zip(LEVELS, record["matrix"]["mean"], strict=True):
        source = record["sources"].get(f"transition.matrix.{level}")
        if source is not None:
            label = speech.say("matrix, row {level} (mean)", level=level)
            yield [label, " / ".join(speech.percent(share, 1) for share in row), source_word(speech, source)]


def _row(speech: Language, label: str, name: str, known: Record) -> list[str]:
    values = known["quantiles"].values()
    shown = [parameter_value(speech, name, value) for value in (values if len(set(values)) > 1 else list(values)[:1])]
    source = speech.say("default prior") if known["default_prior"] else source_word(speech, known["source"])
    return [label, " / ".join(shown), source]


def source_word(speech: Language, source: str) -> str:
    """Return whether something is stated, estimated or assumed."""
    keyword = source.partition(";")[0].strip()
    return speech.say(_SOURCES[keyword]) if keyword in _SOURCES else keyword


def parameter_name(speech: Language, name: str) -> str:
    """Return what a parameter of the law is called in words."""
    key = ParameterKey.parse(name)
    if key.kind in _AT_ALL_LEVELS and not key.of:
        return speech.say(_AT_ALL_LEVELS[key.kind])
    return speech.say(LABELS[key.kind], of=key.of) if key.of else speech.say(LABELS[key.kind])


def parameter_value(speech: Language, name: str, value: float) -> str:
    """Return a value of a parameter as it is read: a probability in percent, else a number."""
    if ParameterKey.parse(name).scale == "probability":
        return speech.percent(value, 1)
    return speech.number(value, 3 if 0 < value < 0.1 else 2)
