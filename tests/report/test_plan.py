"""A plan told: typed result, sentences, tables, workbook and figure, in both languages."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from districts import make_scenario, make_villages
from matplotlib.text import Text
from openpyxl import load_workbook
from plan_cases import LEVER, reached_plan, result_of, scenario

import simulation as kkb
from simulation.decision.plan.levers import PlanRequest
from simulation.decision.plan.planning import plan
from simulation.decision.plan.result import Plan
from simulation.domain.intervention import Intervention
from simulation.inputs.scenario import Scenario
from simulation.report import plots
from simulation.report.codec import rounded_as_kept, to_data
from simulation.report.document.blocks import Paragraph, Table
from simulation.report.document.terminal import as_text
from simulation.report.document.xlsx import HEADER
from simulation.report.kinds.kind import Source
from simulation.report.kinds.plan import document, words
from simulation.report.kinds.plan.kind import PLAN
from simulation.report.kinds.plan.words import PlanResult
from simulation.report.kinds.question import Question
from simulation.report.language import LANGUAGES, language
from simulation.report.store.making import Place

FOREIGN = {"id": re.compile(r"\d\.\d(?!\d\d)"), "en": re.compile(r"\d,\d(?!\d\d)")}
"""Decimals as the other language writes them."""


@pytest.fixture(scope="module")
def reached() -> Plan:
    """Return a plan within reach."""
    return reached_plan()


@pytest.fixture(scope="module")
def unreached() -> Plan:
    """Return a plan out of reach whose villages cannot be ranked."""
    return plan(scenario(known=False, cost=12.5), 0.9999, LEVER, engine="batch", replicates=200)


@pytest.fixture(scope="module")
def mixed() -> Plan:
    """Return a plan of two levers, of a goal so far away that few trajectories decide."""
    return plan(scenario(cost=12.5), 0.9999, "budget", engine="batch", replicates=200)


def question(planned: Scenario, **asked: Any) -> Question[PlanRequest]:
    """Return the question of the plan within reach, or another."""
    request = PlanRequest(**{"probability": 0.78, "vary": (LEVER,), **asked})
    return Question("plan", (planned,), request.settled(planned))


def said(result: PlanResult, code: str) -> list[str]:
    """Return everything that is said of a plan, tables cell by cell."""
    speech = language(code)
    told = document.document_of(result, speech, Source())
    tables = [block.as_text(speech) for block in told.blocks if isinstance(block, Table)]
    cells = [cell for one in tables for row in (one.headers, *one.rows) for cell in row]
    texts = [block.text for block in told.blocks if isinstance(block, Paragraph)]
    figure = [text.get_text() for text in plots.plan(result, code, "ab").findobj(Text)]
    return [told.title, *texts, *(one.caption for one in tables), *cells, *figure]


def verdict(found: Plan, code: str = "en") -> str:
    """Return the sentence on a plan."""
    return words.verdict(language(code), result_of(found))


def test_the_result_has_the_keys_of_the_contract(reached: Plan) -> None:
    """Names of contract.md; values are those of the plan."""
    record = to_data(result_of(reached))
    assert record["goal"] == 0.78
    assert (record["year"], record["lever"], record["reachable"]) == (2026, LEVER, True)
    assert {"value", "interval90", "probability_met", "lower95", "cost_idr_million"} <= set(record["least"])
    assert record["least"]["value"] == reached.least.places[0]
    assert record["best"]["probability_met"] == pytest.approx(reached.best.probability_met, abs=1e-6)
    first = record["villages"][0]
    assert {"village_code", "rank", "gain_probability_met", "gain_rises", "reason"} <= set(first)
    assert first["rank"] == 1


def test_a_reason_names_level_chance_intervention_and_peers(reached: Plan) -> None:
    """In both languages, in one sentence."""
    result = result_of(reached)
    village = result.villages[0]
    assert village.village_code == reached.villages[0].village_code
    english, indonesian = (words.reason(language(code), result, village) for code in ("en", "id"))
    for text in (english, indonesian):
        assert village.reason.status in text
        assert "rumah dataku" in text
    assert re.search(r"chance of rising \d+\.\d%, with .* \d+\.\d%; \d+% of the other villages", english)
    assert re.search(r"peluang naik \d+,\d%, dengan .* \d+,\d%; \d+% kampung lain", indonesian)


def test_the_verdict_says_whether_how_much_and_what_limits(reached: Plan, unreached: Plan) -> None:
    """One sentence for each; what is out of reach is followed by what limits it."""
    assert verdict(reached).startswith("A chance of 78% can be reached: with rumah dataku for ")
    assert "cannot be reached: even with rumah dataku for " in verdict(unreached)
    assert "tidak dapat dicapai: dengan rumah dataku untuk " in verdict(unreached, "id")
    assert words.what_limits(language("en"), result_of(unreached)).startswith("What limits it most: ")
    assert words.what_limits(language("en"), result_of(reached)) is None


@pytest.mark.parametrize(
    ("code", "range_said"),
    [
        ("en", "by simulation error 2 to 4, most likely 3"),
        ("id", "menurut galat simulasi 2 sampai 4, paling mungkin 3"),
    ],
)
def test_a_least_that_is_a_range_is_told_as_one(reached: Plan, code: str, range_said: str) -> None:
    """In the verdict, the table and the figure, and by Python; one number stays one number."""
    tried = {point.value: replace(point, settings={LEVER: point.value}) for point in reached.tried}
    point = replace(reached.least, value=4, settings={LEVER: 4.0}, places=(4,), interval90=(2.0, 4.0), likeliest=3.0)
    others = [replace(point, value=n, settings={LEVER: float(n)}, places=(n,)) for n in (2, 3)]
    ranged = replace(reached, least=point, tried=(*others, point, *tried.values()))
    texts = [" ".join(text.split()) for text in said(result_of(ranged), code)]
    assert sum(range_said in text for text in texts) >= 2
    assert "(90% interval 2 to 4, likeliest 3)" in repr(ranged)
    for mark in ("least that may suffice", "most likely the least", "least that safely suffices"):
        assert language(code).say(mark) in texts
    single = said(result_of(replace(ranged, least=replace(point, interval90=(4.0, 4.0), likeliest=4.0))), code)
    assert not any(range_said.split(",", maxsplit=1)[0] in " ".join(text.split()) for text in single)


def test_what_needs_nothing_and_what_is_too_close_are_said(reached: Plan) -> None:
    """A target that is met anyhow, and one whose lower bound alone falls short."""
    assert verdict(plan(scenario(), 0.05, LEVER, engine="batch", replicates=200)).startswith(
        "Under the scenario's assumptions the goal is reached without"
    )
    result = replace(result_of(reached), least=None)
    result = replace(result, goal=result.best.probability_met - 1e-4)
    assert words.verdict(language("en"), result).startswith("Too close to call")


@pytest.mark.slow
def test_a_cost_says_its_years_and_what_of_it_falls_until_the_goal() -> None:
    """Of three years the first is planned: a third of the cost where as many are assisted every year."""
    costly = scenario(cost=12.5)
    english = language("en")
    result = result_of(plan(replace(costly, horizon=3), 0.9999, LEVER, engine="batch", replicates=200, budget=10_000))
    headers = document.settings_table(english, result).as_text(english).headers
    assert "cost 2026–2028 (million rupiah)" in headers
    assert "cost to 2026" in headers
    point = next(point for point in result.tried if point.settings[LEVER] > 0)
    assert 0 < point.cost_to_goal_idr_million < point.cost_idr_million
    assert "Budget: Rp10 billion for all of 2026–2028 together." in words.verdict(english, result)
    result = result_of(plan(costly, 0.9999, LEVER, engine="batch", replicates=200))
    headers = document.settings_table(english, result).as_text(english).headers
    assert "cost 2026 (million rupiah)" in headers
    assert not any("until" in header for header in headers)


@pytest.mark.parametrize(
    ("limit", "english", "indonesian"),
    [
        (
            "budget",
            "Budget: Rp4.5 billion for all of 2026–2027 together.",
            "Anggaran: Rp4,5 miliar untuk 2026–2027 seluruhnya.",
        ),
        (
            "budget_per_year",
            "Budget: Rp4.5 billion for each year, 2026–2027.",
            "Anggaran: Rp4,5 miliar setiap tahun, 2026–2027.",
        ),
    ],
)
def test_a_budget_says_for_which_years_it_is(limit: str, english: str, indonesian: str) -> None:
    """In the verdict, whether the target can be reached within it or not."""
    costly = replace(scenario(cost=600.0), horizon=2)
    for goal in (0.9999, 0.0001):
        found = plan(costly, goal, LEVER, engine="batch", replicates=200, **{limit: 4500})  # type: ignore[arg-type]
        assert verdict(found).endswith(english)
        assert verdict(found, "id").endswith(indonesian)


def test_a_short_answer_has_one_effort_its_cost_and_the_effect_that_is_assumed(reached: Plan) -> None:
    """That of the list below it, so that no second number stands there; what else the scenario pays for is said."""
    enough = replace(reached.in_order, places=(9,), settings={LEVER: 9}, cost_idr_million=1560.0, interval90=None)
    result = replace(result_of(reached), in_order=enough)
    short, option = words.in_short(language("en"), result), words.option(language("en"), result)
    assert short.startswith("A chance of 78% takes rumah dataku for 9 villages at a time; largest gains first, the ")
    assert option.startswith("rumah dataku for 9 villages at a time, largest gains first. Cost ")
    for said in (short, option):
        assert "Cost 2026, with the scenario's other interventions: Rp1.56 billion on average." in said
        assert words.effort(language("en"), result, result.least) not in said
    assert "Assumed effect: turns a 10% chance of rising into 22%." in option
    alone = replace(result, interventions=result.interventions[:1])
    assert "Cost 2026: Rp1.56 billion on average." in words.option(language("en"), alone)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_terminal_says_how_many_what_chance_what_cost_and_who_first_in_25_lines(reached: Plan, code: str) -> None:
    """At least five villages by name; the effort stands in the last line too."""
    result, speech = result_of(reached), language(code)
    files = ["Files: results/contoh/2026-11-27 plan"]
    lines = as_text(speech, document.document_of(result, speech, Source("ab")), files).splitlines()
    assert len(lines) <= 25
    for village in result.villages[:5]:
        assert sum(village.village in line and village.subdistrict in line for line in lines) == 1
    assert words.effort(speech, result, result.in_order) in lines[-1]


def test_unranked_villages_are_explained(unreached: Plan) -> None:
    """No list is invented: it is empty and the reason is told."""
    result = result_of(unreached)
    assert result.villages == ()
    captions = [
        block.caption
        for block in document.document_of(result, language("en"), Source()).blocks
        if isinstance(block, Table)
    ]
    assert "Which villages first" not in captions
    (note,) = [one for one in words.notes(language("en"), result) if one.startswith("No ranking")]
    assert "the status of this village, or of each one, is not known" in note


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["reached", "unreached", pytest.param("mixed", marks=pytest.mark.slow)])
def test_numbers_are_written_in_their_language(name: str, code: str, request: pytest.FixtureRequest) -> None:
    """No decimal point in Indonesian sentences, tables and figures, no decimal comma in English ones."""
    texts = [
        text for text in said(result_of(request.getfixturevalue(name)), code) if not re.search(r"63\.99|Desa", text)
    ]
    assert [text for text in texts if FOREIGN[code].search(text)] == []


def test_subtotals_add_up_to_the_whole(reached: Plan) -> None:
    """Villages and expected rises of the kecamatan sum to those of all; the largest gain is the first village's."""
    villages = result_of(reached).villages
    parts, whole = document.totals_of(villages), document.Total.of("all", villages)
    for key in ("villages", "in_plan"):
        assert sum(getattr(part, key) for part in parts) == getattr(whole, key)
    for key in ("gain_rises", "rises_without", "rises_with"):
        assert sum(getattr(part, key) for part in parts) == pytest.approx(getattr(whole, key))
    assert whole.in_plan == reached.in_order.places[0]
    assert max(part.largest_gain_probability_met for part in parts) == villages[0].gain_probability_met


@pytest.mark.slow
def test_a_folder_holds_the_plan_its_tables_and_workbooks(reached: Plan, tmp_path: Path) -> None:
    """It is found again by the same question, and saved twice it is the same folder with the same bytes."""
    path = kkb.save(reached, tmp_path)
    names = {one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file()}
    assert names >= {
        "plan.json", "plan.csv", "priorities.csv", "priorities_subdistricts.csv", "priorities_id.xlsx",
        "priorities_en.xlsx", "figures/plan_id.svg", "figures/plan_id.png", "manifest.json",
    }  # fmt: skip
    asked = question(scenario())
    found = Place.of(PLAN, asked, tmp_path).found()
    assert found is not None
    assert found.path == path
    assert found.result == rounded_as_kept(result_of(reached))
    again = kkb.save(kkb.rerun(path), tmp_path / "again")
    assert {name: (again / name).read_bytes() for name in found.manifest.files} == {
        name: (path / name).read_bytes() for name in found.manifest.files
    }


def test_other_questions_have_other_ids(reached: Plan) -> None:
    """Goal, lever, budget, engine and seed name the plan; the default year is that year."""
    asked = [
        question(scenario(cost=1.0)),
        question(scenario(cost=1.0), probability=0.7),
        question(scenario(cost=1.0), budget=10.0),
        question(scenario(cost=1.0), budget_per_year=10.0),
        question(scenario(cost=1.0), vary=("pokja.coverage",)),
        question(scenario(cost=1.0), engine="batch"),
        question(scenario(cost=1.0), seed=1),
        PLAN.question(reached),
    ]
    assert len({question.id for question in asked}) == len(asked)
    assert question(scenario(), year=2026).id == asked[-1].id


def test_names_do_not_become_formulas(reached: Plan, tmp_path: Path) -> None:
    """In the table they begin with an apostrophe, in the workbook they are text."""
    path = kkb.save(reached, tmp_path)
    with (path / "priorities.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {"'=1+1", "'@SUM(A1)"} & {row["village"] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    for code in LANGUAGES:
        book = load_workbook(path / f"priorities_{code}.xlsx")
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        assert {"=1+1", "@SUM(A1)"} & {cell.value for cell in cells}


def test_the_workbook_ends_its_kecamatan_with_the_total(reached: Plan, tmp_path: Path) -> None:
    """In bold, with the gain in rises of all; the ranking has a row for every village."""
    book = load_workbook(kkb.save(reached, tmp_path) / "priorities_en.xlsx")
    rows = list(book["By kecamatan"].iter_rows(min_row=HEADER + 2))
    assert [row[0].font.bold for row in rows] == [False] * (len(rows) - 1) + [True]
    gain = [cell.value for cell in book["By kecamatan"][HEADER + 1]].index("more if all are reached")
    assert rows[-1][0].value == "all kecamatan"
    assert rows[-1][gain].value == pytest.approx(sum(row[gain].value for row in rows[:-1]))
    ranked = list(book["Ranking"].iter_rows(min_row=HEADER + 2, values_only=True))
    assert [row[-1] for row in ranked] == [village.village_code for village in reached.villages]


def test_today_s_effort_beside_the_forecast(reached: Plan) -> None:
    """The same number is not said twice; another one is told with what either rests on."""
    result = result_of(reached)
    other = replace(result.forecast, probability_met=result.now.probability_met + 0.01)
    said = words.beside_the_forecast(language("en"), replace(result, forecast=other))
    assert said is not None
    assert "1,000 parameter draws × 20 simulations" in said or "1 parameter draws × 20,000" in said
    same = replace(result.forecast, probability_met=result.now.probability_met)
    assert words.beside_the_forecast(language("en"), replace(result, forecast=same)) is None


def test_the_figure_shows_the_scenario_and_three_shocks(reached: Plan) -> None:
    """Of a single lever."""
    axes = plots.plan(reached, "en").axes[0]
    assert len([line for line in axes.lines if len(line.get_xdata()) > 2]) == 3
    assert axes.get_ylim()[0] == 0
    texts = [text.get_text() for text in axes.texts]
    assert {"all years\nalike", "years differ\ngreatly", "scenario"} <= set(texts)


@pytest.mark.slow
def test_the_figure_of_a_mix_shows_the_front_alone(mixed: Plan) -> None:
    """Against its cost."""
    front = plots.plan(mixed, "en").axes[0]
    assert front.get_xlabel() == "cost 2026 (million rupiah)"
    assert len([line for line in front.lines if len(line.get_xdata()) > 2]) == 1


@pytest.mark.slow
def test_an_exact_plan_says_where_chance_places_villages() -> None:
    """Counts of a district lie at random on kecamatan with shocks of their own; with one kecamatan nothing is drawn."""
    for sizes, drawn in (([9, 3], True), ([12], False)):
        villages = make_villages(sizes, counts=[8, 2, 1, 1])
        planned = make_scenario(
            villages,
            {"subdistrict_sd": 0.8},
            [Intervention("rumah_dataku", 2026, capacity=4)],
            {"rumah_dataku.odds_ratio_rise": 3.0},
            horizon=1,
        )
        result = plan(planned, 0.5, LEVER, engine="exact")
        text = " ".join(said(result_of(result), "en"))
        assert ("were drawn at random" in text) == drawn
        assert ("without simulation" in text) != drawn


def test_the_range_from_assumptions_stands_beside_what_a_plan_rests_on(reached: Plan) -> None:
    """It is that of the setting which the verdict tells; where all draws are alike nothing is said."""
    result = result_of(reached)
    assert result.least is not None
    for interval, told in (((0.43, 0.98), "between 43% and 98%"), (None, ""), ((0.8, 0.8), "")):
        setting = replace(result.least, parameter_interval90=interval)
        assert told in words.range_told(language("en"), result, setting)
        assert bool(told) == bool(words.range_told(language("en"), result, setting))
