"""What experts believe of a scenario's parameters: the scenario that uses it, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..domain.messages import listed
from ..domain.parameters import ParameterKey
from ..inference.calibration.posterior import Spread
from ..inference.elicitation import Pooled, distribution
from ..inputs.expert_answers import VILLAGES_ASKED, Expert, questions_of
from ..inputs.resolve import yaml_of
from ..inputs.scenario import Scenario
from ..inputs.schema import notation
from .document.blocks import Block, Column, Document, Paragraph, Row, Table
from .expert_workbook import intervention_titles
from .kinds.calibration import spread_in_words
from .language import LANGUAGES, Language, language, phrase
from .started_scenario import source_in_both
from .wording import LABELS, parameter_name

_HEAD = phrase(
    "Written by kampungkb elicit from the answers of experts; extends {base}. A file that you changed is never "
    "overwritten."
)
_SOURCE = phrase("estimated from experts; {number} in all, {days}")
_NOT_ASKED = phrase("assumed; as before, experts were not asked")
_UNDATED = phrase("no date given")

TYPICAL = phrase(
    "Chances are those of a typical village in a usual year: not quite the share of all villages that was asked, "
    "because villages are unlike."
)
COARSEST_POOLING = 0.05
"""From where on it is told how far the pooled distribution is from the mixture."""
Elicited = Mapping[ParameterKey, Pooled]


def elicited_text(speech: Language, base: str, scenario: Scenario, experts: Sequence[Expert], found: Elicited) -> str:
    """Return the scenario that takes its priors from experts; `base` is the file of the one that it extends."""
    document: dict[str, Any] = {
        "extends": base,
        "name": f"{scenario.name[:52]}-experts",
        "title": {
            code: language(code).say("{title}, by experts", title=scenario.title.get(code) or scenario.name)
            for code in LANGUAGES
        },
    }
    effects: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for key, pooled in found.items():
        told = notation(distribution(key, pooled.mean, pooled.sd))
        if key.is_effect:
            effects[key.of] = {"name": key.of, key.kind: told}
        else:
            _state(document, key, told)
        sources[key.scenario_key] = source_of([experts[number] for number in pooled.beliefs])
    if ParameterKey("fall") in found:
        # Where fall is given alone, a file says that falls end one level below.
        for key in (key for key in scenario.parameters.scalars if key.kind == "fall_skip"):
            _state(document, key, notation(scenario.parameters.scalars[key]))
            given = None if key in scenario.parameters.defaulted else scenario.sources.get(key.scenario_key)
            sources[key.scenario_key] = given or source_in_both(lambda speech: speech.say(_NOT_ASKED))
    return f"# {speech.say(_HEAD, base=base)}\n" + yaml_of(
        document | ({"interventions": list(effects.values())} if effects else {}) | {"sources": sources}
    )


def _state(document: dict[str, Any], key: ParameterKey, told: Any) -> None:
    *sections, last = key.scenario_key.split(".")
    for section in sections:
        document = document.setdefault(section, {})
    document[last] = told


def source_of(experts: Sequence[Expert]) -> str:
    """Return, in both languages, how many experts answered and when."""

    def said(speech: Language) -> str:
        days = listed(dict.fromkeys(speech.day_of(expert.date) for expert in experts if expert.date))
        return speech.say(_SOURCE, number=speech.number(len(experts)), days=days or speech.say(_UNDATED))

    return source_in_both(said)


def label(speech: Language, scenario: Scenario, key: ParameterKey) -> str:
    """Return what a parameter is called, that of an intervention by its title."""
    if key.is_effect:
        return speech.say(LABELS[key.kind], of=intervention_titles(scenario, speech.code)[key.of])
    return parameter_name(speech, key)


def spreads(scenario: Scenario, key: ParameterKey, pooled: Pooled) -> tuple[dict[int, Spread], Spread, Spread | None]:
    """Return what each expert believes, what they believe together, and what the scenario has; None where nothing."""
    prior = scenario.parameters.scalars.get(key)
    return (
        {number: Spread.of(distribution(key, one.mean, one.sd)) for number, one in pooled.beliefs.items()},
        Spread.of(distribution(key, pooled.mean, pooled.sd)),
        None if prior is None else Spread.of(prior),
    )


def unanswered(scenario: Scenario, found: Elicited) -> list[ParameterKey]:
    """Return what was asked and nobody answered."""
    asked = dict.fromkeys(question.parameter for question in questions_of(scenario))
    return [key for key in asked if key not in found]


def elicited_document(speech: Language, scenario: Scenario, experts: Sequence[Expert], found: Elicited) -> Document:
    """Return what experts believe of each parameter beside what the scenario has, how well it fits, what stays open."""
    say = speech.say
    rows: list[Row] = []
    for key, pooled in found.items():
        _, together, prior = spreads(scenario, key, pooled)
        rows.append(
            {
                say("assumption"): label(speech, scenario, key),
                say("so far"): None if prior is None else spread_in_words(speech, key, prior),
                say("by experts"): spread_in_words(speech, key, together),
                Column(say("who answered"), "whole"): len(pooled.beliefs),
                Column(say("misfit"), "decimal", 1): max(one.misfit for one in pooled.beliefs.values()),
            }
        )
    names = ", ".join(
        say("{number} {name}", number=speech.number(number), name=expert.name)
        for number, expert in enumerate(experts, 1)
    )
    explained = say(
        "Median (90% interval). Misfit: the largest difference between an answer and what was fitted, in villages of "
        "{of}; up to ½ is rounding, more says that three answers do not suit one distribution, or that answers about "
        "several statuses contradict each other.",
        of=VILLAGES_ASKED,
    )
    blocks: list[Block] = [Paragraph(say("Experts: {names}. Each weighs the same.", names=names))]
    blocks += [Table.of("", rows), Paragraph(explained), Paragraph(say(TYPICAL))]
    worst = max(found, key=lambda key: found[key].distance)
    if found[worst].distance >= COARSEST_POOLING:
        blocks.append(
            Paragraph(
                say(
                    "The experts disagree so much that one distribution does not hold what they believe together: "
                    "{name}, up to {points} percentage points off.",
                    name=label(speech, scenario, worst),
                    points=speech.number(100 * found[worst].distance),
                )
            )
        )
    if left := unanswered(scenario, found):
        names = "; ".join(label(speech, scenario, key) for key in left)
        blocks.append(Paragraph(say("Nobody answered, so that these assumptions stay: {names}.", names=names)))
    return Document(say("What experts believe"), blocks)


def elicited_data(scenario: Scenario, experts: Sequence[Expert], found: Elicited) -> dict[str, Any]:
    """Return the same as plain data."""
    return {
        "experts": [{"name": expert.name, "position": expert.position, "date": expert.date} for expert in experts],
        "parameters": {
            key.scenario_key: {
                "prior": notation(distribution(key, pooled.mean, pooled.sd)),
                "distance": pooled.distance,
                "experts": {experts[number].name: vars(one) for number, one in pooled.beliefs.items()},
            }
            for key, pooled in found.items()
        },
        "unanswered": [key.scenario_key for key in unanswered(scenario, found)],
    }
