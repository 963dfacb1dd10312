"""What every result begins with: of which scenario and district it speaks, and what its numbers rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import msgspec
import numpy as np

from ...domain.mechanism import Mechanism
from ...domain.messages import listed
from ...domain.parameters import ParameterKey
from ...domain.reporting import REPORTING
from ...domain.status_knowledge import MadeUpCounts
from ...inference.forecast import basis_of
from ...inputs.scenario import Scenario
from .. import wording
from ..document.blocks import SCREEN, On, Paragraph
from ..language import Language, phrase
from .own_code import law_of, own_name

PLACEHOLDERS = phrase("Effects of interventions are placeholders, not measured: no study of them was found.")
PLACEHOLDER_MARKED = phrase(
    "* A placeholder: nobody has measured this effect, and with another the changes are others."
)
MOST_NAMED = 5
"""Villages that a sentence names."""
MODEL_CHANCE = 0.1
"""A chance of rising, to show what an effect does to it."""


@dataclass(frozen=True)
class Programme:
    """An intervention of the scenario.

    Attributes
    ----------
    cost_idr_million
        Of a village assisted for a year.
    placeholder
        Whether its effect on rising was left to the default prior.
    effect
        By what it multiplies the odds of rising: 5, 50 and 95% quantile.
    title
        What people call it, by language; empty where the scenario has its name alone.
    at_random
        Whether it reaches only some of the villages that qualify, and takes these at random.
    """

    name: str
    sector: str
    starts: int
    ends: int | None
    cost_idr_million: float
    placeholder: bool
    effect: tuple[float, float, float] = (1.0, 1.0, 1.0)
    title: Mapping[str, str] = field(default_factory=dict)
    at_random: bool = False


@dataclass(frozen=True)
class OtherLists:
    """How the villages differ from the lists that calibrated draws were learned from.

    Attributes
    ----------
    villages, differing
        How many villages there are now, and how many are new, gone, or of another status in the same year.
    elsewhere
        Whether the draws know none of these villages, nor their district.
    """

    villages: int
    differing: int
    elsewhere: bool


@dataclass(frozen=True, kw_only=True)
class Head:
    """The beginning of every result.

    Attributes
    ----------
    scenario, title, language, origin
        Of the scenario asked about: name, title by language, language it asks for, last observed year.
    district_code, district, villages_in_all
        The district, and how many villages it has; of several districts the first code, no name, and all villages.
    districts_in_all, synthetic_districts
        How many districts there are, and of how many the counts were made up.
    sources
        Scenario key -> where the number comes from.
    basis
        What the numbers rest on: names of data blocks, or that there were none.
    other_lists
        How the villages differ from those that the numbers were learned from; None where they do not.
    agent
        File and class of the researcher's own agent; None where there is none.
    mechanisms
        Names of the researcher's own mechanisms; only there where there are any.
    own_target
        What the target of a mechanism's own is called and says of itself; only there where one has any.
    """

    scenario: str
    title: Mapping[str, str]
    language: str | None
    origin: int
    district_code: str
    district: str
    villages_in_all: int
    districts_in_all: int
    synthetic_districts: int
    interventions: tuple[Programme, ...]
    sources: Mapping[str, str]
    basis: tuple[str, ...]
    other_lists: OtherLists | None = None
    agent: str | None = None
    mechanisms: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    own_target: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def own_law(self) -> tuple[str, ...]:
        """What makes the law another than the standard one: the agent, then the mechanisms."""
        named = () if isinstance(self.mechanisms, msgspec.UnsetType) else self.mechanisms
        return (*filter(None, [self.agent]), *named)

    @property
    def placeholders(self) -> bool:
        """Whether the effect of an intervention was left to its default prior."""
        return any(plan.placeholder for plan in self.interventions)


def head_of(scenario: Scenario, *others: Scenario) -> dict[str, Any]:
    """Return the fields of `Head` for a scenario, as keyword arguments of a result.

    What makes the law of any of the `others`, which are set against it, another than the standard one is named too.
    """
    own = dict.fromkeys(one for each in (scenario, *others) for one in law_of(each))
    agents = dict.fromkeys(own_name(one) for one in own if isinstance(one, type))
    mechanisms = dict.fromkeys(one.name for one in own if isinstance(one, Mechanism))
    targets = dict.fromkeys(each.own_target for each in (scenario, *others) if each.own_target)
    first = scenario.districts[0]
    one = len(scenario.districts) == 1
    return {
        "scenario": scenario.name,
        "title": dict(scenario.title),
        "language": scenario.language,
        "origin": scenario.origin,
        "district_code": first.district_code,
        "district": first.district if one else "",
        "villages_in_all": sum(map(len, scenario.districts)),
        "districts_in_all": len(scenario.districts),
        "synthetic_districts": sum(isinstance(one.known, MadeUpCounts) for one in scenario.districts),
        "interventions": programme_of(scenario),
        "sources": dict(scenario.sources),
        "basis": tuple(basis_of(scenario.parameters, scenario.districts)),
        "other_lists": other_lists(scenario),
        "agent": ", ".join(agents) or None,
        "mechanisms": tuple(mechanisms) or msgspec.UNSET,
        "own_target": "; ".join(targets) or msgspec.UNSET,
    }


def other_lists(scenario: Scenario) -> OtherLists | None:
    """Return how the villages differ from the lists behind the draws; None where they do not, or nothing is told."""
    parameters, districts = scenario.parameters, scenario.districts
    past = parameters.past
    if past is None:
        return None
    villages = {code for one in districts for code in one.codes}
    if not past.levels:
        seen = {one.district_code for one in past.observed}
        elsewhere = not seen.intersection(one.district_code for one in districts)
        return OtherLists(len(villages), len(villages), elsewhere=True) if elsewhere and seen else None
    known = {key.of for key in parameters.scalars if key.kind == "village_effect"} | past.levels.keys()
    if not known & villages:
        return OtherLists(len(villages), len(villages), elsewhere=True)
    differing = (villages - known) | (past.levels.keys() - villages)
    if scenario.origin == past.until:
        now = [
            pair
            for one in districts
            if (levels := one.single_levels) is not None
            for pair in zip(one.codes, levels.tolist(), strict=True)
        ]
        differing |= {code for code, level in now if past.levels.get(code, level) != level}
    return OtherLists(len(villages), len(differing), elsewhere=False) if differing else None


R = TypeVar("R", bound=Head)


def with_head(result_type: type[R], found: Any, **head: Any) -> R:
    """Return a typed result: a head, and the numbers of the same names of what the library computed.

    Parameters
    ----------
    result_type
        `Head` and the class of the numbers.
    found
        Of that class too; knows its ``scenario``.
    head
        Fields of the head that differ from those of the scenario.
    """
    own = {one.name for one in fields(result_type)} - {one.name for one in fields(Head)}
    every = getattr(found, "scenarios", (found.scenario,))
    return result_type(**head_of(*every) | head, **{name: getattr(found, name) for name in own})


def programme_of(scenario: Scenario) -> tuple[Programme, ...]:
    """Return the interventions of a scenario."""
    parameters = scenario.parameters
    programmes = []
    for plan in scenario.interventions:
        effect = ParameterKey.effect(plan.name, "rise")
        low, middle, high = map(float, parameters.scalars[effect].quantile(np.array([0.05, 0.5, 0.95])))
        programmes.append(
            Programme(
                plan.name,
                plan.sector,
                plan.starts,
                plan.ends,
                float(plan.cost_idr_million),
                effect in parameters.defaulted,
                (low, middle, high),
                dict(plan.title),
                plan.priority == "random" and plan.coverage != 1,
            )
        )
    return tuple(programmes)


def first_year_alone(speech: Language, year: int, reasons: Sequence[str] = ()) -> Iterator[str]:
    """Yield that an exact answer holds one year, and why; the reasons are numbered where there are several."""
    yield speech.say(
        "Only {first} is known exactly; later years need simulation: leave out --engine exact.", first=year
    )
    if reasons:
        numbered = [f"({place}) {reason}" for place, reason in enumerate(reasons, 1)]
        yield speech.say("Why not exactly: {reason}.", reason="; ".join(numbered if len(reasons) > 1 else reasons))


def title_of(speech: Language, head: Head) -> str:
    """Return the title of the scenario without a full stop, or its name where it has none in this language."""
    return str(head.title.get(speech.code) or head.scenario).rstrip(".")


def distinct_titles(speech: Language, named: Sequence[tuple[str, Mapping[str, str]]]) -> dict[str, str]:
    """Return what each scenario is called, given names and titles; those of two names that share a title with the name.

    An overlay that gives no title of its own has that of the scenario it extends.
    """
    titles = {name: (title.get(speech.code) or name).rstrip(".") for name, title in named}
    shared = Counter(titles.values())
    return {name: f"{title} ({name})" if shared[title] > 1 else title for name, title in titles.items()}


def footing(speech: Language, head: Head, run_id: str | None) -> list[str]:
    """Return the lines below a figure: basis, made-up counts, own law, source of the status data, which run."""
    lines = [rests_on(speech, head.basis).led, *caveats_of(speech, head)]
    if source := wording.status_source(speech, head.sources):
        lines.append(speech.say("Status data: {source}.", source=source))
    if run_id is not None:
        lines.append(run_line(speech, head, run_id))
    return lines


def rests_on(speech: Language, basis: Sequence[str], on: On = SCREEN, also: str = "") -> Paragraph:
    """Return what numbers rest on, and what is said behind it."""
    said = " ".join(filter(None, [wording.basis(speech, basis), also]))
    return Paragraph(said, lead=speech.say("Based on"), on=on)


def run_line(speech: Language, head: Head, run_id: str) -> str:
    """Return which run something comes from."""
    return speech.say("Kampung KB Forecast, {scenario}, result no. {hash}.", scenario=head.scenario, hash=run_id)


def unknown_statuses(speech: Language, villages: int, unknown: int, origin: int, names: Sequence[str] = ()) -> str:
    """Return of how many villages no status is known, by name where `names` are given, and what counts them."""
    said = {"villages": speech.number(villages), "unknown": speech.number(unknown), "origin": origin}
    if not names:
        return speech.say(
            "Of {villages} Kampung KB, {unknown} have no known status at the end of {origin}: they count in the "
            "target, not in lists of villages, ranks and shares by status.",
            **said,
        )
    return speech.say(
        "Of {villages} Kampung KB, {unknown} have no known status at the end of {origin} ({names}): they count in the "
        "target, not in lists of villages, ranks and shares by status.",
        names=listed(names, MOST_NAMED),
        **said,
    )


def caveats_of(speech: Language, head: Head) -> Iterator[str]:
    """Yield what must be said of the inputs wherever numbers stand: an own law, made-up counts, late reports."""
    yield from own_law(speech, head)
    if (other := head.other_lists) is not None and other.elsewhere:
        yield speech.say("Calibrated in other districts: the numbers do not rest on any list of these villages.")
    elif other is not None:
        yield speech.say(
            "Not calibrated on these data: {differing} of {villages} villages are new, gone or of "
            "another status than in the lists used; run calibrate again.",
            differing=speech.number(other.differing),
            villages=speech.number(other.villages),
        )
    yield from made_up_counts(speech, head)
    if REPORTING in head.sources:
        yield speech.say(
            "The lists are what is counted: a village that does not report in a year keeps its earlier status there."
        )


def own_law(speech: Language, head: Head) -> Iterator[str]:
    """Yield what makes the law another than the standard one, where anything does."""
    if head.own_law:
        yield speech.say("Computed with a law of the user's own: {names}.", names=", ".join(head.own_law))
    if isinstance(head.own_target, str):
        yield speech.say("The target is the user's own: {target}.", target=head.own_target)


def made_up_counts(speech: Language, head: Head) -> Iterator[str]:
    """Yield of how many districts the counts are made up, where they are."""
    if head.synthetic_districts:
        yield speech.say(
            "Counts invented for {number} of {districts} districts, which gave none: drawn at random "
            "around the shares of Tanah Laut.",
            number=speech.number(head.synthetic_districts),
            districts=speech.number(head.districts_in_all),
        )


def names_of(speech: Language, interventions: Sequence[Programme]) -> list[str]:
    """Return what interventions are called where people read: their titles, else their names."""
    return [one.title.get(speech.code) or one.name.replace("_", " ") for one in interventions]


def called(speech: Language, head: Head, name: str) -> str:
    """Return what the intervention of a name is called where people read."""
    plan = next((one for one in head.interventions if one.name == name), None)
    return name.replace("_", " ") if plan is None else names_of(speech, [plan])[0]


def parameter_called(speech: Language, head: Head, name: str) -> str:
    """Return what a parameter is called where people read, that of an intervention by its title."""
    key = ParameterKey.told(name)
    if key.is_effect:
        return speech.say(wording.LABELS[key.kind], of=called(speech, head, key.of))
    return wording.parameter_name(speech, name)


def effects_in_words(speech: Language, interventions: Sequence[Programme]) -> str:
    """Return what interventions make of `MODEL_CHANCE`, a placeholder with a star; their names where effects differ."""
    alike: dict[str, list[Programme]] = {}
    for plan in interventions:
        low, middle, high = (ratio * MODEL_CHANCE / (1 + (ratio - 1) * MODEL_CHANCE) for ratio in plan.effect)
        said = speech.percent(middle)
        if low < high:
            span = wording.share_span(speech, low, high)
            said = speech.say("{median} ({interval})", median=said, interval=span)
        alike.setdefault(said + "*" * plan.placeholder, []).append(plan)
    if len(alike) == 1:
        return next(iter(alike))
    told = (
        speech.say("{name} {value}", name=", ".join(names_of(speech, plans)), value=said)
        for said, plans in alike.items()
    )
    return "; ".join(told)


def placeholders_marked(speech: Language, interventions: Iterable[Programme], on: On) -> Iterator[Paragraph]:
    """Yield what the star of `effects_in_words` means, where one of the effects has it."""
    if any(plan.placeholder for plan in interventions):
        yield Paragraph(speech.say(PLACEHOLDER_MARKED), quiet=True, on=on)


def at_random(speech: Language, interventions: Sequence[Programme]) -> str | None:
    """Return which interventions take their villages at random; None where none does."""
    some = [one for one in interventions if one.at_random]
    if not some:
        return None
    return speech.say(
        "Assumed: the villages that receive {names} are chosen at random.",
        names=", ".join(dict.fromkeys(names_of(speech, some))),
    )


def programme_line(speech: Language, interventions: Sequence[Programme]) -> str | None:
    """Return which interventions are at work, and whose effects are placeholders; None where there are none."""
    if not interventions:
        return None
    names = names_of(speech, interventions)
    unknown = names_of(speech, [one for one in interventions if one.placeholder])
    listed = ", ".join(names)
    if not unknown:
        return speech.say("Interventions: {names}.", names=listed)
    if len(unknown) == len(names):
        return speech.say("Interventions: {names}; effects of interventions: placeholders.", names=listed)
    which = ", ".join(unknown)
    return speech.say("Interventions: {names}; effects of {which}: placeholders.", names=listed, which=which)


def under_headline(speech: Language, head: Head) -> list[str]:
    """Return the lines below a figure's headline: the scenario, and its interventions."""
    scenario = speech.say("Scenario: {title}.", title=title_of(speech, head))
    programme = programme_line(speech, head.interventions)
    return [scenario] if programme is None else [scenario, programme]
