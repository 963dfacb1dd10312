"""Find a village as people name it: by its code, its name or part of it, with the kecamatan where that is needed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ..domain.messages import LONGEST, Message, Refusal, shown
from ..domain.scenario import Assumptions

MOST_OFFERED, MOST_ALIKE = 8, 4
"""Villages that are offered where several are called so, and names that are where none is."""
STATUS_UNKNOWN = Message(
    "the status of this village, or of each one, is not known; fill in the column status of the village table"
)
_WITH_SUBDISTRICT = re.compile(r"(?P<name>[^,(]+)[,(](?P<subdistrict>[^()]+)\)?")
"""Mekar Sari, Batu Ampar; Mekar Sari (Batu Ampar)."""
_TITLE = re.compile(r"(kecamatan|kec\.?) +")


@dataclass(frozen=True)
class _Found:
    """A village: the number of its district, its row, and what people call it."""

    district: int
    row: int
    code: str
    name: str
    subdistrict: str
    known: bool

    def __str__(self) -> str:
        return f"{shown(self.name)} ({shown(self.subdistrict)}, {self.code})"


def find_village(scenario: Assumptions, asked: str) -> tuple[int, int]:
    """Return the number of the district and the row, among `Villages.ever`, of the one village that is meant.

    Parameters
    ----------
    asked
        Its code, its name, or part of its name; followed by its kecamatan where others share it:
        ``"Mekar Sari, Batu Ampar"`` or ``"Mekar Sari (Batu Ampar)"``. Capitals and spaces do not matter.

    Raises
    ------
    Refusal
        Where none or several are called so, with those that are likely meant; where its level is not known.
    """
    villages = [
        _Found(number, row, code, name, each.subdistricts[k], each.single_levels is not None)
        for number, each in enumerate(district.ever for district in scenario.districts)
        for row, (code, name, k) in enumerate(zip(each.codes, each.names, each.subdistrict_index, strict=True))
    ]
    meant = [one for one in villages if one.code == asked.strip()] or _named(villages, asked)
    if not any(one.known for one in meant or villages):
        raise Refusal(STATUS_UNKNOWN)
    if len(meant) != 1:
        raise Refusal(_which(villages, meant, asked))
    return meant[0].district, meant[0].row


def _named(villages: Sequence[_Found], asked: str) -> list[_Found]:
    """Return the villages of this name, else those whose name holds it; in the kecamatan that is named beside it."""
    wholly = [one for one in villages if _plain(one.name) == _plain(asked)]
    if wholly or (apart := _WITH_SUBDISTRICT.fullmatch(asked.strip())) is None:
        return wholly or [one for one in villages if _plain(asked) and _plain(asked) in _plain(one.name)]
    subdistrict = _untitled(apart["subdistrict"])
    return _named([one for one in villages if subdistrict in _untitled(one.subdistrict)], apart["name"])


def _which(villages: Sequence[_Found], meant: Sequence[_Found], asked: str) -> Message:
    """Return that several villages are called so, or none, and which are likely meant."""
    values = {"name": shown(asked), "likely": _listed(meant)}
    villages = [one for one in villages if one.known]
    if meant:
        return Message("several villages are called {name}: {likely}; add the kecamatan or write the code", values)
    if inside := [one for one in villages if _untitled(one.subdistrict) == _untitled(asked)]:
        return Message("{name} is a kecamatan; its villages: {likely}", {**values, "likely": _listed(inside)})
    apart = _WITH_SUBDISTRICT.fullmatch(asked.strip())
    plain = _plain(asked if apart is None else apart["name"])[:LONGEST]
    names = {_plain(name): None for one in villages for name in (one.name, one.code)}
    close = get_close_matches(plain, names, MOST_ALIKE)
    if not close:
        return Message("no village of the forecast has the code or the name {name}", values)
    likely = [one for name in close for one in villages if name in {_plain(one.name), _plain(one.code)}]
    said = {**values, "likely": _listed(likely)}
    return Message("no village of the forecast has the code or the name {name}; likely meant: {likely}", said)


def _listed(villages: Sequence[_Found]) -> str:
    more = "; …" if len(villages) > MOST_OFFERED else ""
    return "; ".join(map(str, villages[:MOST_OFFERED])) + more


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _untitled(subdistrict: str) -> str:
    return _TITLE.sub("", _plain(subdistrict), count=1)
