"""Workbooks as an office keeps them, untouched, against the clean list behind them (tests/data/office)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulation.domain.status import LEVELS, UNKNOWN
from simulation.inputs.office.names import made_code
from simulation.inputs.office.reading import read_lists
from simulation.inputs.office.records import Lists

OFFICE = Path(__file__).parents[1] / "data" / "office"
BLANK_2024 = {"karanganyar/margosejahtera"}
BLANK_2025 = {"rantaupanjang/baturaya", "tanjungharapan/sumberrejo"}
TWICE = {"batuampar/margojaya"}
"""Stands twice in 2025, once dasar and once mandiri; Muara Rejo stands twice alike."""


@dataclass(frozen=True)
class Case:
    """What is expected of some files: questions by kind, and villages whose status is not known by year."""

    files: tuple[str, ...]
    answers: tuple[tuple[str, str], ...] = ()
    villages: int = 148
    years: tuple[int, ...] = (2024, 2025)
    rises_falls: tuple[int, int] | None = (8, 2)
    doubles: int = 0
    unknown: tuple[set[str], ...] = (BLANK_2024, set())
    asked: tuple[str, ...] = ()


CASES = {
    "raw": Case(
        ("RAW_DATA KAMPUNG KB SUKAMAJU.xlsx",),
        doubles=1,
        unknown=(BLANK_2024, BLANK_2025 | TWICE),
        asked=("duplicate",),
    ),
    "raw, answered": Case(
        ("RAW_DATA KAMPUNG KB SUKAMAJU.xlsx",),
        (("duplicate/batuampar/margojaya/2025", "dasar"),),
        doubles=1,
        unknown=(BLANK_2024, BLANK_2025),
    ),
    "one file a year": Case(
        ("Data Kampung KB 2024.xlsx", "Data Kampung KB 2025.xlsx"), unknown=(BLANK_2024, BLANK_2025)
    ),
    "a header over two rows": Case(("duabaris.xlsx",), doubles=1, unknown=(BLANK_2024, TWICE), asked=("duplicate",)),
    "edited": Case(("EDITED_DATA KAMPUNG KB SUKAMAJU.xlsx",)),
    "d1": Case(("d1.xlsx",), doubles=1, unknown=(BLANK_2024, BLANK_2025 | TWICE), asked=("duplicate",)),
    "d3": Case(("d3.xlsx",), doubles=1, unknown=(BLANK_2024, TWICE), asked=("year", "duplicate")),
    "d5": Case(("d5.xlsx",), doubles=1, unknown=(BLANK_2024, TWICE), asked=("duplicate",)),
    "Kec. X is X": Case(("kec.xlsx",)),
    "a column without a year beside one with it": Case(("tanpatahun1.xlsx",), asked=("year",)),
    "no launch years": Case(("tanpa_tahun_cana.xlsx",)),
    "a row inserted": Case(("f2024.xlsx", "sisip 2025.xlsx"), villages=149, unknown=(set(), set())),
    "rows shifted": Case(("f2024.xlsx", "geser 2025.xlsx"), villages=149, unknown=(set(), set())),
    "sorted anew": Case(("f2024.xlsx", "urut abjad 2025.xlsx"), unknown=(set(), set())),
    "the starter, codes left out below": Case(
        ("tpl_part2.xlsx",),
        (("year/tpl_part2.xlsx/Kampung/status", "2025"),),
        years=(2025,),
        rises_falls=None,
        doubles=1,
        unknown=(TWICE,),
        asked=("duplicate",),
    ),
    "the starter without codes": Case(
        ("tpl_nocodes.xlsx",), years=(), rises_falls=None, doubles=1, unknown=(), asked=("year", "duplicate")
    ),
}


def truth() -> dict[str, tuple[str, dict[int, int]]]:
    """Return code -> name and statuses of the clean list."""
    with (OFFICE / "truth.csv").open(encoding="utf-8") as stream:
        return {
            made_code(row["subdistrict"], row["village"]): (
                row["village"],
                {year: LEVELS.index(row[f"status_{year}"].lower()) for year in (2024, 2025)},
            )
            for row in csv.DictReader(stream)
        }


def moves(lists: Lists) -> tuple[int, int]:
    """Return how many villages rose and fell, of those that are known in both years."""
    pairs = [(one.statuses.get(2024, UNKNOWN), one.statuses.get(2025, UNKNOWN)) for one in lists.villages]
    known = [pair for pair in pairs if UNKNOWN not in pair]
    return sum(after > before for before, after in known), sum(after < before for before, after in known)


@pytest.mark.parametrize("name", CASES)
def test_a_workbook_of_an_office_is_read_as_it_is(name: str) -> None:
    """Villages, statuses, rises, falls, what stands twice, what is asked: nothing is edited by hand."""
    case = CASES[name]
    lists = read_lists([OFFICE / file for file in case.files], dict(case.answers))
    known, codes = truth(), {one.code for one in lists.villages if "/" in one.code}
    assert len(lists.villages) == case.villages
    assert lists.years == case.years
    assert case.rises_falls is None or moves(lists) == case.rises_falls
    assert sum(change.kind == "duplicate" for change in lists.changes) == case.doubles
    assert tuple(question.kind for question in lists.questions) == case.asked
    assert len(codes - known.keys()) == case.villages - 148
    for year, unknown in zip(case.years, case.unknown, strict=True):
        of_year = {one.code: one.statuses[year] for one in lists.villages if year in one.statuses}
        assert {code for code, level in of_year.items() if level == UNKNOWN} == unknown
        wrong = {code for code in codes & of_year.keys() - unknown if code in known} - {
            code for code in codes & known.keys() & of_year.keys() if known[code][1][year] == of_year[code]
        }
        assert wrong == set()
