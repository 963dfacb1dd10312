"""To which district of a scenario a row of observations belongs, and whether it agrees with the scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...domain.messages import Message
from ...domain.status import LEVELS, UNKNOWN
from ...domain.status_knowledge import (
    DistrictCounts,
    SingleStatuses,
    SubdistrictCounts,
)
from ...domain.villages import Villages
from ..office.names import plain_subdistrict, plain_village
from ..office.roster import Known, Roster
from ..office.sheets import BEFORE_LAUNCH, CORRECT_LAUNCH
from ..scenario import Scenario
from ..tables.headers import normal
from .counts import CountRow
from .villages import Observation

_ADD_DISTRICT = Message("add a column district_code (kode_kabupaten) with the codes of the districts")
_MOST_PARTS = 10
"""Parts of a code between points, among which that of its district is looked for."""


def plain_place(place: str) -> str:
    """Return the name of a place without what kind of place it is.

    Examples
    --------
    >>> plain_place("Kab. Tanah Laut") == plain_place("Kabupaten Tanah Laut") == plain_place("TANAH LAUT")
    True
    """
    return normal(place).removeprefix("kabupaten_").removeprefix("kab_")


class Places:
    """Districts by their codes and names.

    Parameters
    ----------
    home
        Village code -> code of its district, where villages are known.
    """

    def __init__(self, names: Mapping[str, str], home: Mapping[str, str] = {}) -> None:
        self.names = names
        self._home = home
        self.only = next(iter(names)) if len(names) == 1 else None
        self._by_name = {plain_place(name): code for code, name in reversed([*names.items()])}
        self._by_name |= {plain_place(code): code for code in names}

    def find(self, place: str) -> str | None:
        """Return the code of the district that a place names by code or name; None where it is another one."""
        return place if place in self.names else self._by_name.get(plain_place(place))

    def group(self, found: Iterable[Observation]) -> dict[str, list[Observation]]:
        """Return the rows by the code of their district, which they say or which their village tells; else told."""
        grouped: dict[str, list[Observation]] = {}
        for observation in found:
            village = observation.village
            parts = village.code.split(".")[:_MOST_PARTS]
            begins = (start for end in range(1, len(parts)) if (start := ".".join(parts[:end])) in self.names)
            code = self._home.get(village.code) or self.only or next(begins, None)
            if village.district:
                code = self.find(village.district) or village.district
            if code is not None:
                grouped.setdefault(code, []).append(observation)
            elif village.code:
                message = Message("nothing says to which district this village belongs")
                observation.tell(message, _ADD_DISTRICT)
        return grouped

    def group_counts(self, rows: Iterable[CountRow]) -> dict[str, list[CountRow]]:
        """Return rows of counts by the code of their district, or by their place where that is another; else told."""
        grouped: dict[str, list[CountRow]] = {}
        others: dict[str, str] = {}
        for row in rows:
            code = self.find(row.place) if row.place else self.only
            if code is None and not row.place:
                row.tell("date", Message("nothing says of which district this row is"), _ADD_DISTRICT, found="")
                continue
            place = code or others.setdefault(plain_place(row.place), row.place)
            grouped.setdefault(place, []).append(row)
        return grouped


def levels_of(villages: Villages) -> dict[str, int]:
    """Return the level of each village at the end of the origin by its code; empty where single ones are not known."""
    known = villages.known
    if not isinstance(known, SingleStatuses):
        return {}
    return {code: level for code, level in zip(villages.codes, known.levels.tolist(), strict=True) if level != UNKNOWN}


class ScenarioVillages(Places):
    """The districts of a scenario, by their codes."""

    def __init__(self, scenario: Scenario) -> None:
        self._districts = {villages.district_code: villages for villages in scenario.districts}
        home = {village: code for code, villages in self._districts.items() for village in villages.ever.codes}
        super().__init__({code: villages.district for code, villages in self._districts.items()}, home)
        self._origin = scenario.origin
        self._counted_on = str(scenario.provenance.as_of or f"{scenario.origin}-12-31")

    def roster(self) -> Roster:
        """Return the villages of the scenario, for lists to be joined to; those that counts make up are nobody's."""
        return Roster(
            Known(code, name, one.subdistricts[k], one.district_code if len(self._districts) > 1 else "", one.district)
            for one in (villages.ever for villages in self._districts.values() if not villages.made_up)
            for code, name, k in zip(one.codes, one.names, one.subdistrict_index, strict=True)
        )

    def at_origin(self, code: str, found: Sequence[Observation]) -> list[Observation]:
        """Return the rows of a district without those of villages that join later, whose earlier statuses are told."""
        villages = self._districts.get(code)
        if villages is None or (joins := villages.ever.joins) is None:
            return [*found]
        later = {village: year for village, year in zip(villages.ever.codes, joins.tolist(), strict=True) if year}
        for row in found:
            launch = later.get(row.village.code, 0)
            if row.status != UNKNOWN and row.year < launch:
                row.tell_status(BEFORE_LAUNCH.filled(launch=launch, year=row.year), CORRECT_LAUNCH)
        return [row for row in found if row.village.code not in later]

    def check(self, code: str, found: Sequence[Observation]) -> None:
        """Tell rows of a district that contradict the scenario: other villages, later years, other statuses."""
        villages, origin = self._districts.get(code), self._origin
        if villages is None:
            return
        if not villages.made_up:
            _tell_strangers(found, villages)
        late = next((row for row in found if row.year > origin), None)
        if late is not None:
            late.tell(*self._after_origin(late.year), found=late.year)
        now = [row for row in found if row.year == origin and row.status != UNKNOWN]
        levels = levels_of(villages)
        for row in now:
            if (status := levels.get(row.village.code, row.status)) != row.status:
                values = {"origin": origin, "status": LEVELS[status]}
                message = Message("at the end of {origin} this village is {status} in the scenario", values)
                fix = Message("correct the status here, or in the village table of the scenario")
                row.tell_status(message, fix)
        if now:
            here = np.bincount([row.status for row in now], minlength=len(LEVELS))
            if (problem := _other_counts(villages, here)) is not None:
                now[0].table.tell(None, now[0].cell.column, *problem, found=_joined(here))

    def check_counts(self, code: str, rows: Sequence[CountRow]) -> None:
        """Tell counts of a district that lie after the origin, or are others than the scenario's own of that day."""
        for row in rows if code in self._districts else ():
            if row.day.year > self._origin:
                row.tell("date", *self._after_origin(row.day.year), found=row.day)
            if row.four is None or str(row.day) != self._counted_on:
                continue
            if (problem := _other_counts(self._districts[code], row.four)) is not None:
                row.tell("dasar", *problem, found=_joined(row.four))

    def _after_origin(self, year: int) -> tuple[Message, Message]:
        """Return what is wrong with observations of a year after the origin, and the fix."""
        values = {"year": year, "origin": self._origin}
        message = Message("statuses of {year} lie after the origin of the scenario, {origin}", values)
        return message, Message("write origin: {year} in the scenario, with the statuses of that year", values)


def _other_counts(villages: Villages, here: NDArray[np.int64]) -> tuple[Message, Message] | None:
    """Return how counts contradict those that the scenario knows, and the fix."""
    known = villages.known
    if not isinstance(known, DistrictCounts | SubdistrictCounts) or np.array_equal(known.counts, here):
        return None
    values = {"expected": _joined(known.counts), "names": "/".join(LEVELS)}
    message = Message("at this date the scenario counts {expected} ({names})", values)
    return message, Message("correct this table, or villages.status_counts in the scenario")


def _joined(counts: Iterable[int]) -> str:
    return "/".join(map(str, counts))


def _tell_strangers(found: Iterable[Observation], villages: Villages) -> None:
    """Tell every village that the scenario does not know, once."""
    subdistricts = (villages.subdistricts[k] for k in villages.subdistrict_index)
    names = zip(map(plain_village, villages.names), map(plain_subdistrict, subdistricts), strict=True)
    by_name = dict(zip(names, villages.codes, strict=True))
    seen = {"", *villages.codes}
    for observation in found:
        village = observation.village
        if village.code in seen:
            continue
        seen.add(village.code)
        same = by_name.get(observation.identity)
        message = Message("the scenario has no village of this code")
        fix = Message("correct the code, or the village table of the scenario")
        if same is not None:
            message = Message("the scenario knows this village under another code")
            fix = Message("write {value}, or correct the village table of the scenario", {"value": same})
        elif "village_code" not in observation.table.columns:
            message = Message("the scenario has no village of this name in kecamatan {name}")
            message = message.filled(name=village.subdistrict)
            fix = Message("correct the name or the kecamatan, here or in the village table of the scenario")
        observation.tell(message, fix)
