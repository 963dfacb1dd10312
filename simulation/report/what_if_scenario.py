"""Scenarios that try an intervention out: which there are to choose from, what is moved, and the files that say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import sqrt
from typing import Any

import numpy as np

from ..decision.plan.levers import LeverKind, eligible_now, own_kind
from ..domain.constraints import LONGEST_NAME
from ..domain.intervention import Intervention
from ..inputs.examples import example
from ..inputs.resolve import is_default
from ..inputs.scenario import Scenario
from .kinds.head import Programme, programme_of
from .language import LANGUAGES, Language, language, phrase
from .started_scenario import file_text

BASELINE, VARIANT = "what_if_baseline.yaml", "what_if.yaml"
"""Names of the files: the scenario with another target, and what is compared with it or with the scenario itself."""
THEMATIC = "tanah_laut_semua"
"""The example whose interventions can be added to any other."""
_HEAD = phrase("Written by kampungkb page, and written over when something else is tried out there.")


@dataclass(frozen=True)
class Option:
    """An intervention that can be tried out.

    Attributes
    ----------
    plan, told
        What the engines take of it, and what people read.
    stated
        As a scenario file states it, without what holds by default.
    sources
        Key of a scenario file -> where its number comes from.
    new
        Whether it is added; else the scenario has it.
    """

    plan: Intervention
    told: Programme
    stated: Mapping[str, Any]
    sources: Mapping[str, str]
    new: bool

    @property
    def kind(self) -> LeverKind:
        """Whether a number of villages is reached, or a share of those that are eligible."""
        return own_kind(self.plan)

    @property
    def source_of_effect(self) -> str:
        """Where the range of its effect comes from: ``assumed; …``, say."""
        return self.sources[f"interventions.{self.plan.name}.odds_ratio_rise"]

    def called(self, code: str) -> str:
        """Return what people call it in a language."""
        return self.told.title.get(code) or self.plan.name.replace("_", " ")

    def eligible(self, scenario: Scenario) -> int:
        """Return how many villages of the only district are eligible at the origin, or may be; at least 1."""
        return max(1, int(np.sum(eligible_now(self.plan, scenario.districts[0]))))


@dataclass(frozen=True)
class Levers:
    """What can be moved, as it is typed: numbers with a decimal point.

    Attributes
    ----------
    intervention
        Name of the one that is tried out.
    villages
        How many are reached at a time, or percent of the eligible ones where it states a coverage.
    starts
        First year of support.
    effect
        Median of the odds ratio of rising; the range around it moves along.
    places
        Names of the kecamatan whose villages may be chosen; none where kecamatan have no names.
    share
        Percent of the villages that the target asks for.
    """

    intervention: str
    villages: str
    starts: str
    effect: str
    places: tuple[str, ...]
    share: str

    @classmethod
    def at_rest(cls, scenario: Scenario, option: Option) -> Levers:
        """Return where everything stands before it is moved, in a scenario of one district."""
        plan, villages = option.plan, scenario.districts[0].ever
        everywhere = () if villages.made_up else tuple(villages.subdistricts)
        return cls(
            plan.name,
            f"{100 * float(plan.coverage):g}" if plan.coverage is not None else f"{plan.capacity}",
            f"{plan.starts}",
            f"{option.told.effect[1]:.2f}",
            plan.eligible_subdistricts or everywhere,
            f"{100 * float(scenario.target.share):g}",
        )


def options_of(scenario: Scenario) -> dict[str, Option]:
    """Return what can be tried out by name: interventions of a scenario, then thematic ones that it lacks.

    The latter begin in its first forecast year.
    """
    options, first = _options(scenario), scenario.years[0]
    for name, option in _thematic().items():
        if name not in options:
            plan, told = replace(option.plan, starts=first), replace(option.told, starts=first)
            options[name] = Option(plan, told, {**option.stated, "starts": first}, option.sources, new=True)
    return options


def files_of(
    speech: Language, base: str, scenario: Scenario, option: Option, rest: Levers, levers: Levers
) -> dict[str, str]:
    """Return the files that try something out, by name: `VARIANT`, and `BASELINE` where the target is moved.

    Whatever was typed goes into them, right or wrong: who reads them says what is wrong.

    Parameters
    ----------
    base
        Name of the scenario's file, beside which they are to lie.
    rest
        Where the levers stand before they are moved.
    """
    files, title = dict[str, str](), _title_of(scenario)
    if not _alike(levers.share, rest.share):
        share = typed_number(levers.share, 1e-2)

        def title(speech: Language, of: Callable[[Language], str] = title) -> str:
            asked = speech.percent(share, 1) if isinstance(share, float) else levers.share
            return speech.say("{title}, target {share}", title=of(speech), share=asked)

        files[BASELINE] = _text(speech, base, scenario, "target", title, target={"share": share})
        base = BASELINE

    def with_it(speech: Language) -> str:
        names = {"title": title(speech), "programme": option.called(speech.code)}
        if option.new:
            return speech.say("{title}, with {programme}", **names)
        return speech.say("{title}, with {programme} changed", **names)

    eligible = f"interventions.{option.plan.name}.eligible"
    sources = {"sources": {eligible: option.sources[eligible]}} if option.new and eligible in option.sources else {}
    plans = [_section(option, rest, levers)]
    files[VARIANT] = _text(speech, base, scenario, "what-if", with_it, interventions=plans, **sources)
    return files


@cache
def _thematic() -> dict[str, Option]:
    """Return the thematic interventions."""
    return _options(example(THEMATIC))


def _options(scenario: Scenario) -> dict[str, Option]:
    every = zip(scenario.interventions, programme_of(scenario), scenario.document["interventions"], strict=True)
    return {
        plan.name: Option(
            plan,
            told,
            {
                key: value
                for key, value in section.items()
                if not is_default(section, key)
                and not (key == "odds_ratio_fall" and value == 1)
                and not (key == "odds_ratio_rise" and told.placeholder)
            },
            {key: source for key, source in scenario.sources.items() if key.startswith(f"interventions.{plan.name}.")},
            new=False,
        )
        for plan, told, section in every
    }


def _section(option: Option, rest: Levers, levers: Levers) -> dict[str, Any]:
    """Return the intervention as an overlay states it: what was moved, and all of it where it is new."""
    section: dict[str, Any] = dict(option.stated) if option.new else {"name": option.plan.name}
    if not _alike(levers.villages, rest.villages):
        section[option.kind] = typed_number(levers.villages, 1e-2 if option.kind == "coverage" else 1)
    if not _alike(levers.starts, rest.starts):
        section["starts"] = typed_number(levers.starts)
    if set(levers.places) != set(rest.places):
        section["eligible"] = {**section.get("eligible", {}), "subdistrict": list(levers.places)}
    if not _alike(levers.effect, rest.effect):
        section["odds_ratio_rise"] = _effect(option.told.effect, typed_number(levers.effect))
    return section


def _effect(now: tuple[float, float, float], median: float | str) -> Any:
    """Return an effect around another median, as wide as it is now on the scale of logarithms."""
    low, _, high = now
    if isinstance(median, str) or low == high:
        return median
    width = sqrt(high / low)
    return {"median": median, "interval90": [round(median / width, 4), round(median * width, 4)]}


def typed_number(typed: str, unit: float = 1) -> float | str:
    """Return what was typed as a number, times a unit; as it was typed where it is none."""
    try:
        value = float(typed)
    except ValueError:
        return typed
    if unit != 1:
        return round(value * unit, 9)
    return int(value) if value.is_integer() else value


def _alike(one: str, other: str) -> bool:
    """Return whether two texts are the same number."""
    return one == other or typed_number(one) == typed_number(other)


def _title_of(scenario: Scenario) -> Callable[[Language], str]:
    return lambda speech: scenario.title.get(speech.code) or scenario.name


def _text(
    speech: Language, base: str, scenario: Scenario, ending: str, title: Callable[[Language], str], **changes: Any
) -> str:
    """Return an overlay; its name is that of the scenario with an ending."""
    name = f"{scenario.name[: LONGEST_NAME - len(ending) - 1]}-{ending}"
    titles = {code: title(language(code)) for code in LANGUAGES}
    return file_text(speech, {"extends": base, "name": name, "title": titles, **changes}, _HEAD)
