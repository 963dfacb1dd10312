"""The headline of a plan beside its priority list: one number with its rule, and no second one that confuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from plan_cases import LEVER, reached_plan, result_of

from simulation.decision.plan.ranking import mark_enough
from simulation.decision.plan.result import Plan, Setting
from simulation.report.document.xlsx import HEADER, write_xlsx
from simulation.report.kinds.kind import Source
from simulation.report.kinds.plan import document, words
from simulation.report.kinds.plan.words import PlanResult
from simulation.report.language import language

EN, ID = language("en"), language("id")


def workbook(result: PlanResult, folder: Path) -> Workbook:
    """Return the English workbook of a plan."""
    write_xlsx(EN, document.document_of(result, EN, Source("ab")), folder / "list.xlsx")
    return load_workbook(folder / "list.xlsx")


@pytest.fixture(scope="module")
def reached() -> Plan:
    """Return a plan within reach."""
    return reached_plan()


def listed(found: Plan, in_order: Setting, least: Setting | None) -> Plan:
    """Return a plan whose list, and whose own order, ask for other settings."""
    villages = tuple(mark_enough(found.villages, in_order, None if least is None else least.places))
    return replace(found, villages=villages, in_order=in_order, least=least)


def test_the_verdict_says_the_rule_of_its_number_and_what_the_list_needs(reached: Plan) -> None:
    """Fewer or more by the list: both numbers, one after the other. As many: the number alone."""
    own = reached.least.places[0]
    ordered = own - 1
    cut = replace(reached.in_order, places=(ordered,), settings={LEVER: ordered})
    fewer = listed(reached, cut, reached.least)
    english, indonesian = (words.verdict(speech, result_of(fewer)) for speech in (EN, ID))
    assert f"for {own} villages at a time, the least that suffices where villages are chosen at random" in english
    assert f"In the order of the priority list, {ordered} villages suffice" in english
    assert f"Menurut urutan daftar prioritas, {ordered} kampung sudah memadai" in indonesian
    as_many = result_of(listed(reached, reached.least, reached.least))
    assert "priority list" not in words.verdict(EN, as_many)
    assert as_many.listed == own


def test_villages_that_are_named_first_but_share_a_rank_say_with_how_many(reached: Plan) -> None:
    """Where no plan says who is in it, the first five are only examples of those that share the rank."""
    villages = tuple(replace(village, in_plan=None, rank=1 + 8 * (i > 7)) for i, village in enumerate(reached.villages))
    told = words.villages_first(EN, result_of(replace(reached, villages=villages)))
    assert "Rank 1 is shared by 8 villages, 5 of them listed here" in told
    apart = tuple(replace(village, rank=i + 1) for i, village in enumerate(villages))
    assert "is shared by" not in words.villages_first(EN, result_of(replace(reached, villages=apart)))
    alike = tuple(replace(village, rank=1) for village in villages)
    told = words.villages_first(EN, result_of(replace(reached, villages=alike)))
    assert told == f"Among {len(alike)} villages none is seen to gain more than another."


def test_a_list_that_needs_more_than_the_scenario_s_own_order_marks_nobody(reached: Plan, tmp_path: Path) -> None:
    """The verdict says how many the list needs; no table or workbook marks the first of it as enough."""
    more = listed(reached, reached.tried[-1], reached.least)
    result = result_of(more)
    assert {village.in_plan for village in result.villages} == {None}
    assert f"In the order of the priority list, {result.in_order.places[0]} villages suffice" in words.verdict(
        EN, result
    )
    headers = document.subdistricts_table(EN, result).as_text(EN).headers
    assert not any("among the first" in one for one in headers)
    sheet = workbook(result, tmp_path)["Ranking"]
    assert not any("among the first" in cell.value for cell in sheet[HEADER + 1])


def test_a_list_may_reach_what_chance_does_not(reached: Plan) -> None:
    """The answer stays no, and the sentence goes on with what the list reaches."""
    result = result_of(replace(listed(reached, reached.in_order, None), below=None))
    assert "In the order of the priority list, " in words.verdict(EN, result)
    assert result.listed == reached.in_order.places[0]


def test_villages_that_share_the_last_rank_are_marked_as_a_choice(reached: Plan, tmp_path: Path) -> None:
    """All of the rank, inside and outside of what suffices; a rank that is wholly inside is no choice."""
    ranks = [village.rank for village in reached.villages]
    place = next(place for place in range(1, len(ranks)) if ranks[place - 1] == ranks[place])
    cut = replace(reached.in_order, places=(place,), settings={LEVER: place})
    result = result_of(listed(reached, cut, replace(cut, places=(place + 1,))))
    tied = [village for village in result.villages if village.tied]
    assert {village.rank for village in tied} == {ranks[place]}
    assert {village.in_plan for village in tied} == {True, False}
    (said,) = [one for one in words.about_ranking(EN, result) if "choose freely" in one]
    assert f"Rank {ranks[place]} is shared by {len(tied)} villages" in said
    cells = [cell.value for row in workbook(result, tmp_path)["Ranking"].iter_rows() for cell in row]
    assert cells.count("free choice") == len(tied)
