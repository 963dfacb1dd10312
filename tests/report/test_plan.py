"""A plan told: record, sentences, tables, workbook and figure, in both languages."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.text import Text
from openpyxl import load_workbook
from plan_cases import LEVER, scenario

from simulation.decision.plan.planning import plan
from simulation.decision.plan.result import Plan
from simulation.report import plots
from simulation.report.language import LANGUAGES, language
from simulation.report.plan import ranking, tables, words
from simulation.report.plan.folder import plan_folder, save_plan, write_plan
from simulation.report.plan.record import plan_record

FOREIGN = {"id": re.compile(r"\d\.\d(?!\d\d)"), "en": re.compile(r"\d,\d(?!\d\d)")}
"""Decimals as the other language writes them."""


@pytest.fixture(scope="module")
def reached() -> Plan:
    """Return a plan within reach."""
    return plan(scenario(), 0.78, LEVER)


@pytest.fixture(scope="module")
def unreached() -> Plan:
    """Return a plan out of reach whose villages cannot be ranked."""
    return plan(scenario(known=False, cost=12.5), 0.99, LEVER)


@pytest.fixture(scope="module")
def mixed() -> Plan:
    """Return a plan of two levers."""
    return plan(scenario(cost=12.5), 0.78, "budget")


def said(record: dict[str, Any], code: str) -> list[str]:
    """Return everything that is said of a plan, tables cell by cell."""
    speech = language(code)
    found = [
        tables.settings_table(speech, record),
        tables.limits_table(speech, record),
        tables.villages_table(speech, record),
        tables.subdistricts_table(speech, record),
    ]
    cells = [cell for one in found if one for row in (one.headers, *one.rows) for cell in row]
    captions = [one.caption for one in found if one]
    texts = [words.heading(speech, record), record["verdict"][code], words.what_limits(speech, record) or ""]
    figure = [text.get_text() for text in plots.plan(record, code, "ab").findobj(Text)]
    return [*texts, *ranking.about_ranking(speech, record), *words.notes(speech, record), *captions, *cells, *figure]


def test_the_record_has_the_keys_of_the_contract(reached: Plan) -> None:
    """Names of contract.md; values are those of the plan."""
    record = plan_record(reached)
    assert record["goal"] == 0.78
    assert (record["year"], record["lever"], record["reachable"]) == (2026, LEVER, True)
    assert {"value", "probability_met", "lower95", "cost_idr_million"} <= set(record["least"])
    assert record["least"]["value"] == reached.least.places[0]
    assert record["best"]["probability_met"] == pytest.approx(reached.best.chance.probability, abs=1e-6)
    first = record["villages"][0]
    assert {"village_code", "rank", "gain_probability_met", "gain_rises", "reason"} <= set(first)
    assert first["rank"] == 1


def test_a_reason_names_level_chance_intervention_and_peers(reached: Plan) -> None:
    """In both languages, in one sentence."""
    (village,) = [one for one in plan_record(reached)["villages"] if one["village_code"] == reached.ranking.codes[0]]
    english, indonesian = village["reason"]["en"], village["reason"]["id"]
    for text in (english, indonesian):
        assert village["status"] in text
        assert "rumah dataku" in text
    assert re.search(r"chance of rising \d+\.\d%, with .* \d+\.\d%; \d+% of the other villages", english)
    assert re.search(r"peluang naik \d+,\d %, dengan .* \d+,\d %; \d+ % kampung lain", indonesian)


def test_the_verdict_says_whether_how_much_and_what_limits(reached: Plan, unreached: Plan) -> None:
    """One sentence for each; what is out of reach is followed by what limits it."""
    assert plan_record(reached)["verdict"]["en"].startswith("Within reach: with rumah dataku for ")
    record = plan_record(unreached)
    assert record["verdict"]["en"].startswith("Not within reach: even with rumah dataku for ")
    assert record["verdict"]["id"].startswith("Tidak terjangkau: dengan rumah dataku untuk ")
    assert words.what_limits(language("en"), record).startswith("What limits it most: ")
    assert words.what_limits(language("en"), plan_record(reached)) is None


def test_what_needs_nothing_and_what_is_too_close_are_said(reached: Plan) -> None:
    """A target that is met anyhow, and one whose lower bound alone falls short."""
    assert plan_record(plan(scenario(), 0.05, LEVER))["verdict"]["en"].startswith("No effort is needed")
    record = {**plan_record(reached), "least": None}
    record["goal"] = record["best"]["probability_met"] - 1e-4
    assert words.verdict(language("en"), record).startswith("Too close to call")


def test_a_cost_says_its_years_and_what_of_it_falls_until_the_goal() -> None:
    """Of three years the first is planned: a third of the cost where as many are assisted every year."""
    costly = scenario(cost=12.5)
    record = plan_record(plan(replace(costly, horizon=3), 0.5, LEVER, draws=50, replicates=4, budget=10_000))
    table = tables.settings_table(language("en"), record)
    assert "cost 2026–2028 (million rupiah)" in table.headers
    assert "of this until 2026" in table.headers
    point = next(point for point in record["tried"] if point["settings"][LEVER] > 0)
    assert 0 < point["cost_to_goal_idr_million"] < point["cost_idr_million"]
    assert "Limit on the cost in 2026–2028: 10,000 million rupiah." in list(words.notes(language("en"), record))
    one_year = tables.settings_table(language("en"), plan_record(plan(costly, 0.5, LEVER)))
    assert "cost 2026 (million rupiah)" in one_year.headers
    assert not any("until" in header for header in one_year.headers)


def test_the_amount_of_a_budget_stands_in_the_verdict() -> None:
    """With its thousands grouped as in the language."""
    found = plan(scenario(cost=600.0), 0.99, LEVER, budget=4500)
    assert "the best within the budget of 4,500 million rupiah" in plan_record(found)["verdict"]["en"]
    assert "batas anggaran 4.500 juta rupiah" in plan_record(found)["verdict"]["id"]


def test_unranked_villages_are_explained(unreached: Plan) -> None:
    """No list is invented: the record is empty and the reason is told."""
    record = plan_record(unreached)
    assert record["villages"] == []
    assert tables.villages_table(language("en"), record) is None
    (note,) = [one for one in words.notes(language("en"), record) if one.startswith("No ranking")]
    assert "only counts by status are known" in note


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["reached", "unreached", "mixed"])
def test_numbers_are_written_in_their_language(name: str, code: str, request: pytest.FixtureRequest) -> None:
    """No decimal point in Indonesian sentences, tables and figures, no decimal comma in English ones."""
    record = plan_record(request.getfixturevalue(name))
    texts = [text for text in said(record, code) if not re.search(r"63\.99|Desa", text)]
    assert [text for text in texts if FOREIGN[code].search(text)] == []


def test_subtotals_add_up_to_the_whole(reached: Plan) -> None:
    """Villages and expected rises of the kecamatan sum to those of all; the largest gain is the first village's."""
    record = plan_record(reached)
    parts, whole = tables.subtotals(record), tables.total(record["villages"])
    for key in ("villages", "in_plan"):
        assert sum(part[key] for part in parts) == whole[key]
    for key in ("gain_rises", "rises_without", "rises_with"):
        assert sum(part[key] for part in parts) == pytest.approx(whole[key])
    assert whole["in_plan"] == reached.in_order.places[0]
    assert max(part["largest_gain_probability_met"] for part in parts) == record["villages"][0]["gain_probability_met"]


def test_a_folder_holds_the_plan_its_tables_and_workbooks(reached: Plan, tmp_path: Path) -> None:
    """It is found again by the same question, and saved twice it is the same folder with the same bytes."""
    path = save_plan(reached, tmp_path)
    names = {one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file()}
    assert names >= {
        "plan.json", "plan.csv", "priorities.csv", "priorities_subdistricts.csv", "priorities_id.xlsx",
        "priorities_en.xlsx", "figures/plan_id.svg", "figures/plan_id.png", "manifest.json",
    }  # fmt: skip
    folder = plan_folder(reached.request, tmp_path)
    assert folder.run.path == path
    assert folder.read() == plan_record(reached)
    before = {name: (path / name).read_bytes() for name in names if name != "run.log"}
    write_plan(folder, plan(scenario(), 0.78, LEVER))
    assert {name: (path / name).read_bytes() for name in before} == before


def test_other_questions_have_other_folders(reached: Plan, tmp_path: Path) -> None:
    """Goal, lever, budget and effort name the folder; the default year is that year."""
    asked = reached.request
    other = [
        replace(asked, goal=replace(asked.goal, probability=0.7)),
        replace(asked, budget=10.0),
        replace(asked, draws=10),
        replace(asked, engine="batch"),
        replace(asked, seed=1),
    ]
    folders = {plan_folder(one, tmp_path).run.path for one in (asked, *other)}
    assert len(folders) == 6
    assert plan(scenario(), 0.78, LEVER, year=2026).request.options == asked.options


def test_names_do_not_become_formulas(reached: Plan, tmp_path: Path) -> None:
    """In the table they begin with an apostrophe, in the workbook they are text."""
    path = save_plan(reached, tmp_path)
    with (path / "priorities.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {"'=1+1", "'@SUM(A1)"} & {row["village"] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    for code in LANGUAGES:
        book = load_workbook(path / f"priorities_{code}.xlsx")
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        assert {"=1+1", "@SUM(A1)"} & {cell.value for cell in cells}


def test_the_workbook_has_a_subtotal_below_every_kecamatan(reached: Plan, tmp_path: Path) -> None:
    """In bold, with the gain in rises of its villages; the last row sums up all."""
    path = save_plan(reached, tmp_path)
    sheet = load_workbook(path / "priorities_en.xlsx")["By subdistrict"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    bold = [row[0].font.bold for row in sheet.iter_rows(min_row=2)]
    assert [row[1] in {"sub-total", "total"} for row in rows] == bold
    gain = 7
    running, totals = 0.0, []
    for row, strong in zip(rows, bold, strict=True):
        if not strong:
            running += row[gain]
        elif row[1] == "sub-total":
            assert row[gain] == pytest.approx(running)
            totals.append(running)
            running = 0.0
    assert rows[-1][1] == "total"
    assert rows[-1][gain] == pytest.approx(sum(totals))


def test_the_figure_shows_the_scenario_and_three_shocks(reached: Plan, mixed: Plan) -> None:
    """Of a single lever; a mix has the front alone, against its cost."""
    axes = plots.plan(reached, "en").axes[0]
    assert len([line for line in axes.lines if len(line.get_xdata()) > 2]) == 3
    texts = [text.get_text() for text in axes.texts]
    assert {"all years\nalike", "years differ\ngreatly", "scenario"} <= set(texts)
    front = plots.plan(mixed, "en").axes[0]
    assert front.get_xlabel() == "cost 2026 (million rupiah)"
    assert len([line for line in front.lines if len(line.get_xdata()) > 2]) == 1
