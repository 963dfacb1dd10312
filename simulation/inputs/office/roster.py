"""Which villages of several lists are one: by code where names agree, else by kecamatan and name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ...domain.messages import Message, listed
from ..tables.headers import normal
from .names import are_near, made_code, plain_subdistrict, plain_village
from .records import Change, Doubt
from .sheets import VillageRow, VillageSheet, assumed

_MOST_COMPARED = 250_000
"""Pairs of names that are compared: so many villages without a counterpart are other villages."""
_SHIFTED = 3
"""Villages under codes of others from which on the rows of a list are taken to be shifted."""


class Known(NamedTuple):
    """A village that is known already: its code, names and district, and which list says so."""

    code: str
    name: str
    subdistrict: str
    district: str
    where: str


class Roster:
    """Villages that are known, in the order of the lists that named them."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._by_code: dict[str, Known] = {}
        self._by_name: dict[tuple[str, str], list[Known]] = defaultdict(list)
        for one in known:
            self._add(one)

    def _add(self, one: Known) -> None:
        if one.code not in self._by_code:
            self._by_code[one.code] = one
            self._by_name[_identity(one)].append(one)

    def code_of(self, subdistrict: str, name: str) -> str:
        """Return the code of a village by its kecamatan and name, as they make it where nobody knows the village."""
        code = made_code(subdistrict, name)
        known = self._named(subdistrict, name)
        return code if known is None else known.code

    def join(self, sheet: VillageSheet, answers: Mapping[str, str], *, asks: bool = False) -> None:
        """Give the villages of a sheet the codes under which they are known, and know the others from now on.

        Parameters
        ----------
        answers
            What was answered about villages of nearly one name.
        asks
            Whether a person is asked what was not answered; else they are taken for one, and that is noted.
        """
        found = [self._find(row) for row in sheet.rows]
        self._tell_moved(sheet, found)
        meant = self._near(sheet, found, answers, asks=asks)
        where = sheet.table.shown
        for i, (row, one) in enumerate(zip(sheet.rows, found, strict=True)):
            same = one or meant.get(i)
            # A code of its own tells a village from others of its name; a made one does not.
            has_own_code = same is not None and row.coded and row.code != same.code and "/" not in same.code
            if same is not None and not has_own_code:
                sheet.rows[i] = replace(row, code=same.code)
            else:
                self._add(Known(row.code, row.name, row.subdistrict, row.district, where))

    def _find(self, row: VillageRow) -> Known | None:
        by_code = self._by_code.get(row.code) if row.coded or not plain_village(row.name) else None
        return by_code or self._named(row.subdistrict, row.name, row.district)

    def _named(self, subdistrict: str, name: str, district: str = "") -> Known | None:
        """Return the only village of a kecamatan and name; of its name alone where no kecamatan is named."""
        plain = plain_village(name)
        if not plain:
            return None
        if subdistrict:
            found = self._by_name.get((plain_subdistrict(subdistrict), plain), [])
        else:
            found = [one for key, some in self._by_name.items() if key[1] == plain for one in some]
        if district:
            there = normal(district)
            found = [one for one in found if not one.district or normal(one.district) == there]
        return found[0] if len(found) == 1 else None

    def _tell_moved(self, sheet: VillageSheet, found: Sequence[Known | None]) -> None:
        """Tell villages that stand under the codes of others; note those of another name under their own code."""
        moved: list[tuple[VillageRow, dict[str, str]]] = []
        renamed: list[str] = []
        for row, one in zip(sheet.rows, found, strict=True):
            if one is None or not row.coded or not row.name or not one.name or row.code != one.code:
                continue
            name, known = plain_village(row.name), plain_village(one.name)
            if name == known or are_near(name, known):
                continue
            itself = self._named(row.subdistrict, row.name, row.district)
            if itself is None:
                renamed.append(f"{row.code}: {row.name} / {one.name}")
            else:
                values = {"name": row.name, "old": itself.code, "other": one.name, "where": itself.where}
                moved.append((row, values))
        if renamed:
            message = Message("{table}: villages of one code have other names in another list: {names}")
            sheet.table.note(message.filled(names=listed(renamed, 6)))
        if len(moved) >= _SHIFTED:
            row, values = moved[0]
            message = Message(
                "from here to row {last}, {count:,} villages have the codes of others in {where}: {name} "
                "has code {old} there, and this code is that of {other}; rows are shifted, or sorted anew",
                {**values, "count": len(moved), "last": sheet.table.rows[moved[-1][0].i]},
            )
            fix = Message("empty the column of codes: the villages are then known by kecamatan and name; or correct it")
            sheet.table.tell(row.i, "village_code", message, fix)
            return
        for row, values in moved:
            message = Message("in {where} this code is that of {other}, and {name} has code {old}", values)
            fix = Message("write the code of the village here, or in the other list")
            sheet.table.tell(row.i, "village_code", message, fix)

    def _near(
        self, sheet: VillageSheet, found: Sequence[Known | None], answers: Mapping[str, str], *, asks: bool
    ) -> dict[int, Known]:
        """Return which villages that nobody knows are known ones of nearly their name, as answered or proposed."""
        matched = {one.code for one in found if one is not None}
        left = [one for one in self._by_code.values() if one.code not in matched and one.name]
        new = [(i, row) for i, (row, one) in enumerate(zip(sheet.rows, found, strict=True)) if one is None and row.name]
        if len(left) * len(new) > _MOST_COMPARED:
            return {}
        pairs = [(i, row, one) for i, row in new for one in left if _may_be(row, one)]
        meant: dict[int, Known] = {}
        for i, row, one in pairs:
            if sum(i == j for j, _, _ in pairs) > 1 or sum(one is other for _, _, other in pairs) > 1:
                continue
            where = sheet.place(row.i, "village")
            values = {
                "name": row.name, "subdistrict": row.subdistrict, "other": one.name,
                "other_subdistrict": one.subdistrict, "list": one.where,
            }  # fmt: skip
            doubt = Doubt(
                "near_village", f"near/{row.code}/{one.code}", (where,), values, ("same", "different"), "same"
            )
            answer = answers.get(doubt.key)
            if answer is None:
                sheet.doubts.append(doubt)
                if not asks:
                    sheet.table.note(assumed(doubt))
                    answer = doubt.proposal
            if answer == "same":
                meant[i] = one
                sheet.changes.append(Change("village", where, row.name, one.name))
        return meant


def _identity(one: Known) -> tuple[str, str]:
    return plain_subdistrict(one.subdistrict), plain_village(one.name)


def _may_be(row: VillageRow, one: Known) -> bool:
    """Return whether a village and a known one differ by no more than typing."""
    here = plain_subdistrict(row.subdistrict), plain_village(row.name)
    pairs = list(zip(here, _identity(one), strict=True))
    return here != _identity(one) and all(a == b or are_near(a, b) for a, b in pairs)
