"""The villages that a scenario knows, held against those that the evidence names.

Knows to which district a row belongs; must not know what the row says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...domain.messages import Message
from ...domain.villages import KnownStatuses, Villages
from ..collector import Collector
from ..scenario import Scenario
from ..tables.headers import normal
from .sightings import Sighting

_MOST_PARTS = 10
"""Parts of a code between points, among which that of its district is looked for."""


@dataclass(frozen=True)
class District:
    """A district of the scenario.

    Attributes
    ----------
    villages
        As the scenario knows them.
    listed
        Whether it knows their codes; if not, they are made up from counts.
    status
        Village code -> its status at the end of the origin, where the scenario knows it.
    by_name
        Name and kecamatan of a village -> its code.
    """

    villages: Villages
    listed: bool
    status: Mapping[str, int]
    by_name: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, villages: Villages, *, listed: bool) -> District:
        """Return a district of a scenario."""
        known = villages.known
        levels = known.levels.tolist() if isinstance(known, KnownStatuses) else []
        status = dict(zip(villages.codes, levels, strict=False))
        subdistricts = [villages.subdistricts[k] for k in villages.subdistrict_index]
        names = zip(map(normal, villages.names), map(normal, subdistricts), strict=True)
        return cls(villages, listed, status, dict(zip(names, villages.codes, strict=True)))


def districts_of(scenario: Scenario) -> dict[str, District]:
    """Return the districts of a scenario by their codes."""
    section = scenario.document.get("villages") or {}
    return {
        villages.district_code: District.of(
            villages, listed="table" in section or isinstance(villages.known, KnownStatuses)
        )
        for villages in scenario.districts
    }


def by_district(
    found: Iterable[Sighting], known: Mapping[str, District], collector: Collector
) -> dict[str, list[Sighting]]:
    """Return the rows by the code of their district; one that belongs to none is told."""
    home = {code: number for number, district in known.items() for code in district.villages.codes}
    only = next(iter(known)) if len(known) == 1 else None
    grouped: dict[str, list[Sighting]] = {}
    for sighting in found:
        parts = sighting.code.split(".")[:_MOST_PARTS]
        begins = (start for end in range(1, len(parts)) if (start := ".".join(parts[:end])) in known)
        number = sighting.district or home.get(sighting.code) or only or next(begins, None)
        if number is None:
            message = Message("nothing says to which district this village belongs")
            fix = Message("add a column district_code (kode_kabupaten) with the codes of the districts")
            sighting.tell(message, collector, fix=fix)
            continue
        grouped.setdefault(number, []).append(sighting)
    return grouped


def tell_strangers(found: Iterable[Sighting], district: District, collector: Collector) -> None:
    """Tell every village that the scenario does not know, once."""
    if not district.listed:
        return
    seen = {"", *district.villages.codes}
    for sighting in found:
        if sighting.code in seen:
            continue
        seen.add(sighting.code)
        same = district.by_name.get((normal(sighting.name), normal(sighting.subdistrict)))
        message = Message("the scenario has no village of this code")
        fix = Message("correct the code, or the village table of the scenario")
        if same is not None:
            message = Message("the scenario knows this village under another code")
            fix = Message("write {value}, or correct the village table of the scenario", {"value": same})
        sighting.tell(message, collector, fix=fix)
