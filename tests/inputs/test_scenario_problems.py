"""Problems of a scenario file are told all at once, in reading order, each quoting what stands there."""

from __future__ import annotations

from fractions import Fraction

import pytest
from scenario_desk import Desk, words

from simulation.domain.messages import ScenarioError
from simulation.inference.forecasting import forecast

POKJA = "interventions:\n  - name: pokja\n    starts: 2026\n    capacity: 2\n"
STATUSLESS = "village_code,village,subdistrict\na,A,Takisung\nb,B,Takisung\nc,C,Jorong\n"


@pytest.mark.parametrize(
    ("sections", "field", "found"),
    [
        (
            {"transition": "transition: {rise: {dasar: {median: 0.05, interval90: [0.03, 0.08]}}}"},
            "transition.rise.dasar",
            "{median: 0.05, interval90: [0.03, 0.08]}",
        ),
        (
            {
                "transition": "transition:\n  matrix:\n    dasar: {dasar: 0.91, berkembang: 0.1}\n"
                "    berkembang: {berkembang: 1}\n    mandiri: {mandiri: 1}\n    paripurna: {paripurna: 1}"
            },
            "transition.matrix.dasar",
            "{dasar: 0.91, berkembang: 0.1}",
        ),
        (
            {"title": "title: [" + "1234567890, " * 500 + "]"},
            "title",
            "[" + "1234567890, " * 4 + "12345678…",
        ),
    ],
)
def test_a_refused_mapping_or_list_is_quoted_with_its_values(
    desk: Desk, sections: dict[str, str], field: str, found: str
) -> None:
    """A row or a distribution is quoted with what stands in it, cut where it is long."""
    (problem,) = desk.problems(**sections)
    assert (problem.field, problem.found) == (field, found)


def test_a_covariate_in_too_small_a_unit_is_told_with_the_ratios_that_fit(desk: Desk) -> None:
    """An odds ratio whose effect across its column is beyond e^50 is refused, also where only its tail is."""
    desk.write("villages.csv", "village_code,village,subdistrict,status,people\na,A,K,dasar,500\nb,B,K,dasar,5500\n")
    for given in ("1.02", "{median: 1, interval90: [0.98, 1.0204]}"):
        (problem,) = desk.problems(transition=f"transition: {{covariates: {{people: {given}}}}}")
        assert problem.field == "transition.covariates.people"
        assert "from 500 to 5,500" in words(problem)
        assert "an odds ratio from 0.99005 to 1.01005 | give the column in a larger unit" in words(problem)
    assert desk.load(transition="transition: {covariates: {people: 1.01}}").parameters.covariates == ("people",)


def test_an_intervention_may_start_after_the_last_forecast_year(desk: Desk) -> None:
    """It is accepted, for the horizon may be lengthened, and nobody is assisted within it."""
    fixed = "{rise: {dasar: 0.1, berkembang: 0.1, mandiri: 0.1}, fall: 0, skip: 0, year_sd: 0}"
    late = desk.load(
        transition=f"transition: {fixed}", interventions=POKJA.replace("2026", "2031") + "    odds_ratio_rise: 9\n"
    )
    without = desk.load(transition=f"transition: {fixed}")
    columns = ["probability_met", "rises_mean"]
    years = [forecast(scenario, draws=3, replicates=20, seed=1).years for scenario in (late, without)]
    assert years[0][columns].equals(years[1][columns])


def test_a_stock_of_all_villages_may_be_asked_for(desk: Desk) -> None:
    """The bound on shares is for what happens in a year; a stock may grow to the whole district."""
    assert desk.load(target="target: {share: 1, reading: stock}").target.share == 1
    assert desk.load(target="target: {share: 0.5}").target.share == Fraction(1, 2)


def test_all_problems_are_told_at_once_in_reading_order(desk: Desk) -> None:
    """One error carries every problem of the scenario and of its tables, in the order of reading."""
    desk.write("villages.csv", "village_code,village,subdistrict\na,A,Takisung\na,B,Takisung\n")
    problems = desk.problems(
        name="name: A/B",
        languag="languag: id",
        target="target: {share: 5, reading: rise}",
        transition="transition:\n  year_sd: -1\n  rise: {dasar: 5%}\n  min_years: x",
        interventions=POKJA.replace("2026", "1999") + "    coverage: 40",
        sources="sources: {transition.year_s: x}",
    )
    scenario = [p for p in problems if p.file.endswith("scenario.yaml")]
    assert [p.field for p in scenario] == [
        "name",
        "languag",
        "target.share",
        "target.reading",
        "transition.year_sd",
        "transition.rise.dasar",
        "transition.min_years",
        "interventions.pokja.starts",
        "interventions.pokja.capacity",
        "interventions.pokja.coverage",
        "sources.transition.year_s",
    ]
    assert [p.field for p in problems if p not in scenario] == ["village_code"]
    assert isinstance(desk.error(), ScenarioError)


def test_a_broken_key_hides_no_other_problem(desk: Desk) -> None:
    """A distribution that is wrong inside is told once, and its neighbours are still checked."""
    problems = desk.problems(
        transition="transition: {fall: {beta: {alpha: -1, beta: 2}}, year_sd: {median: 1, interval90: [3, 2]}}"
    )
    assert [p.field for p in problems] == ["transition.fall.beta.alpha", "transition.year_sd"]


def test_nothing_is_said_about_years_when_the_origin_is_wrong(desk: Desk) -> None:
    """Where the origin cannot be read, no start or date is held against it."""
    problems = desk.problems(
        origin="origin: soon", villages="villages: {table: villages.csv, as_of: 2025-07-31}", interventions=POKJA
    )
    assert [p.field for p in problems] == ["origin"]


def test_counts_that_do_not_match_the_table_are_told(desk: Desk) -> None:
    """Counts must add up to the rows of a table that has no status."""
    desk.write("villages.csv", STATUSLESS)
    (problem,) = desk.problems(
        villages="villages:\n  table: villages.csv\n"
        "  status_counts: {dasar: 1, berkembang: 1, mandiri: 0, paripurna: 0}"
    )
    assert (problem.line, problem.field) == (8, "villages.status_counts")
    assert "add up to 2, the villages of the table to 3" in str(problem)
    assert "add up to 3 | add 1 to the counts, or remove the villages" in words(problem)
    assert problem.found == "{dasar: 1, berkembang: 1, mandiri: 0, paripurna: 0}"


def test_counts_per_kecamatan_must_name_and_match_each_kecamatan(desk: Desk) -> None:
    """Unknown, missing and wrongly counted kecamatan are told, the unknown with the nearest name."""
    desk.write("villages.csv", STATUSLESS)
    problems = desk.problems(
        villages="villages:\n  table: villages.csv\n  status_counts:\n"
        "    Takisng: {dasar: 2, berkembang: 0, mandiri: 0, paripurna: 0}\n"
        "    Jorong: {dasar: 2, berkembang: 0, mandiri: 0, paripurna: 0}\n"
    )
    told = {p.field: words(p) for p in problems}
    assert "did you mean Takisung?" in told["villages.status_counts.Takisng"]
    assert "add up to 2, the villages of the table to 1" in told["villages.status_counts.Jorong"]
    assert "missing for kecamatan Takisung" in told["villages.status_counts"]


def test_a_table_without_any_status_needs_counts(desk: Desk) -> None:
    """Where neither the table nor the scenario knows a status, that is a problem."""
    desk.write("villages.csv", STATUSLESS)
    (problem,) = desk.problems()
    assert problem.field == "villages.table"
    assert "no status is known" in str(problem)
    assert "fill in a column status in the table, or give villages.status_counts" in words(problem)


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        ("stats", "rename the column stats to status"),
        ("status", "fill in a column status"),
    ],
)
def test_a_status_column_under_another_name_is_found(desk: Desk, header: str, advice: str) -> None:
    """Where no status is known, the column that seems to hold them is named, or that it is empty."""
    cell = "" if header == "status" else "dasar"
    desk.write("villages.csv", f"village_code,village,subdistrict,{header}\na,A,Takisung,{cell}\n")
    (problem,) = desk.problems()
    assert advice in words(problem)


def test_single_villages_cannot_be_named_without_a_table(desk: Desk) -> None:
    """A list of codes as priority needs a village table."""
    (problem,) = desk.problems(
        villages="villages: {status_counts: {dasar: 3, berkembang: 1, mandiri: 0, paripurna: 1}}",
        interventions=POKJA + "    priority: [a]",
    )
    assert "only where the scenario has a village table" in str(problem)


def test_an_error_carries_at_most_five_hundred_problems(desk: Desk) -> None:
    """A file full of the same mistake does not bury the reader."""
    desk.write("villages.csv", "village_code,village,subdistrict\n" + "".join(f"a,A{i},K\n" for i in range(2000)))
    assert len(desk.problems()) == 500
