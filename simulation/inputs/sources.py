"""Where the numbers of a scenario come from, as its files say it; and what is still as in the starter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from ..domain.distributions import Empirical
from ..domain.intervention import FILE_KEYS, Intervention
from ..domain.messages import Message, listed
from ..domain.parameters import ParameterSet
from ..domain.target import Target
from .problem_list import Node, ProblemList
from .resolve import (
    PRIORS,
    RISES_SO_FAR,
    SHARE_SO_FAR,
    StatedAssumptions,
    parameter_keys,
    source_of_draws,
    with_parents,
)

_ALWAYS = ("title", "origin", "horizon", "target", "transition.min_years", "interventions", "overlap")
"""Keys that every resolved scenario has, whether its files write them or not."""


DAY = "villages.as_of"
"""A key whose source may stand without it, and then quotes what the table of villages says of its day."""


def given_sources(
    node: Node, parameters: ParameterSet, interventions: Iterable[Intervention], collector: ProblemList, complete: bool
) -> dict[str, str]:
    """Return the sources that a scenario gives and that still hold; unknown keys of its own go to `collector`.

    The source of a value that an overlay changed or dropped does not hold, nor does one of the starter's examples.

    Parameters
    ----------
    complete
        Whether all files of the scenario were read; if not, unknown keys are not told.
    """
    given = node.get("sources")
    if given is None:
        return {}
    drawn = node.get("transition", "parameters_from")
    of_parameters = parameter_keys(parameters)
    known = {DAY} | {".".join(keys) for keys, _ in node.walk() if keys[0] != "sources"}
    known |= {above for key in (*of_parameters, *_ALWAYS) for above in with_parents(key)}
    known |= set() if node.get("so_far") is None else {SHARE_SO_FAR, RISES_SO_FAR}
    known |= {f"target.{each.name}" for each in fields(Target)}
    known |= {
        f"interventions.{plan.name}.{FILE_KEYS.get(each.name, each.name)}"
        for plan in interventions
        for each in fields(Intervention)
    }
    names = sorted(known)
    sources: dict[str, str] = {}
    for key, entry in given.mapping.items():
        if key not in known:
            if complete and not entry.place.generation and not collector.full:
                message = Message("the resolved scenario has no key of this name")
                allowed = Message("a key of the scenario, such as transition.year_sd or villages.status_counts")
                fix = collector.nearest(key, names)
                collector.add(entry, f"sources.{key}", message, found=key, allowed=allowed, suggestion=fix)
            continue
        value = node.get(*key.split(".")) or (node.get("villages", "table") if key == DAY else None)
        holds = value is None or entry.place.generation <= value.place.generation
        prior = PRIORS.get(entry.value) if key in of_parameters else None
        holds = holds and (prior is None or prior(of_parameters[key]) == parameters.scalars.get(of_parameters[key]))
        if isinstance(entry.value, str) and holds and not is_placeholder(entry.value):
            sources[key] = entry.value
    for key, name in of_parameters.items():
        if isinstance(parameters.scalars.get(name), Empirical) and drawn is not None:
            younger = [
                above
                for above in with_parents(key)
                if above in sources and given.mapping[above].place.generation <= drawn.place.generation
            ]
            sources[key] = sources[younger[-1]] if younger else source_of_draws(parameters)
    return sources


TITLES = frozenset({"Judul skenario", "Title of the scenario"})
SOURCES = ("tulis sumber data status di sini", "name the source of the status data here")
DISTRICT = {"code": "99.01", "name": "Kabupaten Contoh"}
VILLAGE = ("99.01.01.2001", "Contoh Satu")
EFFECT = {"median": 1.3, "interval90": [0.9, 1.9]}
COST = 25


def is_placeholder(source: str) -> bool:
    """Return whether the origin of a number is still the example of the starter."""
    return any(text in source for text in SOURCES)


def note_placeholders(scenario: StatedAssumptions, node: Node, collector: ProblemList) -> None:
    """Note what of a scenario is still as in the starter; `node` is the scenario as its files write it."""
    given = node.get("sources")
    written = {key: entry.text for key, entry in given.mapping.items()} if given is not None else {}
    document = scenario.document
    found = [*_texts(scenario, document, written), *_effects(document, written)]
    if found:
        message = Message("example entries not yet replaced by your own: {keys}", {"keys": listed(found)})
        collector.note(message)


def _texts(scenario: StatedAssumptions, document: Mapping[str, Any], written: Mapping[str, str]) -> Iterator[str]:
    found = ["title"] if TITLES & set(scenario.title.values()) else []
    found += [f"sources.{key}" for key, source in written.items() if is_placeholder(source)]
    if any(VILLAGE in zip(district.codes, district.names, strict=True) for district in scenario.districts):
        found.append(f"villages.table ({' '.join(VILLAGE)})")
    if found and document.get("district") == DISTRICT:
        found.append("district")
    yield from found


def _effects(document: Mapping[str, Any], written: Mapping[str, str]) -> Iterator[str]:
    """Yield effects and costs of the starter's example for which no source is given."""
    for plan in document["interventions"]:
        above = f"interventions.{plan['name']}"
        keys = {f"{above}.odds_ratio_rise", above, "interventions"}
        if plan.get("odds_ratio_rise") == EFFECT and not keys & set(written):
            yield f"{above}.odds_ratio_rise"
            if plan["cost_idr_million"] == COST and f"{above}.cost_idr_million" not in written:
                yield f"{above}.cost_idr_million"
