"""Which villages were assisted in which years, from tables of assistance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from ...domain.evidence import Assistance
from ...domain.messages import Message, listed, nearest
from ..problem_list import ProblemList
from ..tables.dates import FIRST_YEAR, year_of
from ..tables.table import Table

Spell = tuple[str, int, str]
"""Village code, year, intervention."""


def read_spells(table: Table, interventions: Sequence[str], origin: int, collector: ProblemList) -> list[Spell]:
    """Return which village was assisted when by what; what is wrong is told.

    Parameters
    ----------
    interventions
        Names of those of the scenario.
    origin
        Last observed year.
    """
    if not table.read_codes("village_code", collector):
        return []
    for column in ("village_code", "year", "intervention"):
        table.check_filled(column, collector)
    table.columns["year"] = [year_of(cell) for cell in table.columns["year"]]
    years = table.whole_numbers("year", collector, FIRST_YEAR, origin)
    found: dict[Spell, int] = {}
    cells = zip(table.rows, table.columns["village_code"], years, table.columns["intervention"], strict=True)
    for row, code, year, name in cells:
        if name and name not in interventions:
            message = Message("the scenario has no intervention of this name")
            allowed = Message("one of: {names}", {"names": listed(interventions)}) if interventions else None
            fix = nearest(name, interventions) or Message("add the intervention to the scenario, or remove the row")
            table.tell(row, "intervention", message, collector, found=name, allowed=allowed, fix=fix)
        if year is None:
            continue
        first = found.setdefault((code, year, name), row)
        if first != row:
            message = Message("row {row} says the same already", {"row": first})
            table.tell(row, "village_code", message, collector, found=code, fix=Message("remove one of the two rows"))
    return list(found)


def assistance_of(number: str, codes: Sequence[str], found: Sequence[Spell]) -> Assistance:
    """Return the assistance given in a district to the villages of `codes`."""
    years = tuple(range(min(year for _, year, _ in found), max(year for _, year, _ in found) + 1))
    place = {code: i for i, code in enumerate(codes)}
    given = {name: np.zeros((len(codes), len(years)), dtype=np.bool_) for _, _, name in found}
    for code, year, name in found:
        given[name][place[code], year - years[0]] = True
    return Assistance(number, tuple(codes), years, given)


def tell_unknown_villages(table: Table, seen: Mapping[str, Collection[str]], collector: ProblemList) -> None:
    """Tell assisted villages of which no list of statuses speaks: nothing is known of what became of them."""
    codes = {code for villages in seen.values() for code in villages}
    for row, code in zip(table.rows, table.columns["village_code"], strict=True):
        if code and code not in codes:
            message = Message("no list of statuses speaks of this assisted village")
            fix = Message("correct the code, or give its statuses too")
            table.tell(row, "village_code", message, collector, found=code, fix=fix)
