"""What a starter scenario holds in place of a district's own: titles, sources and numbers to be replaced.

Knows the examples of the starter; must not know how a scenario is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..domain.messages import Message, listed
from ..domain.scenario import StatedAssumptions
from .located_nodes import Node
from .problem_list import ProblemList
from .resolve import document_of

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
    document = document_of(scenario)
    found = [*_texts(scenario, document, written), *_effects(document, written)]
    if found:
        message = Message("still as in the starter; replace by your own: {keys}", {"keys": listed(found)})
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
