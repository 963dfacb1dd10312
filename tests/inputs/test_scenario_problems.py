"""Every kind of problem a scenario file can have is told with its line, field and likely fix."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import pytest
from scenario_desk import Desk, line_of, words

from simulation.inference.forecast import forecast
from simulation.inputs.problems import ScenarioError

POKJA = "interventions:\n  - name: pokja\n    starts: 2026\n    capacity: 2\n"
STATUSLESS = "village_code,village,subdistrict\na,A,Takisung\nb,B,Takisung\nc,C,Jorong\n"


class Case(NamedTuple):
    """A mistake and how it must be told."""

    name: str
    section: str
    text: str
    mark: str
    field: str
    says: str


CASES = [
    Case("unknown key", "languag", "languag: id", "languag", "languag", "did you mean language?"),
    Case("unknown inner key", "target", "target: {shar: 0.05}", "shar", "target.shar", "did you mean share?"),
    Case("key in the wrong place", "as_of", "as_of: 2025-07-31", "as_of", "as_of", "belongs under villages"),
    Case("text for a number", "horizon", "horizon: five", "five", "horizon", "not a whole number"),
    Case("fraction for a count", "horizon", "horizon: 5.5", "5.5", "horizon", "not a whole number"),
    Case("boolean for a number", "horizon", "horizon: true", "true", "horizon", "not a whole number"),
    Case("number in quotes", "horizon", 'horizon: "5"', "horizon", "horizon", "without quotes: 5"),
    Case("horizon too long", "horizon", "horizon: 51", "51", "horizon", "at most 50"),
    Case("horizon too short", "horizon", "horizon: 0", "horizon: 0", "horizon", "at least 1"),
    Case("a huge number", "horizon", "horizon: " + "9" * 5000, "999", "horizon", "not a whole number"),
    Case("schema version", "schema", "schema: 2", "schema", "schema", "at most 1"),
    Case("number for text", "title", "title: {id: 7}", "title", "title.id", 'in quotes: "7"'),
    Case("list for a mapping", "target", "target: [0.05]", "target", "target", "a mapping of keys"),
    Case("empty value", "overlap", "overlap:", "overlap", "overlap", "no value"),
    Case("unquoted code", "district", "district: {code: 63.10, name: X}", "63.10", "district.code", '"63.10"'),
    Case("percent sign", "target", "target: {share: 5%}", "5%", "target.share", "0.05"),
    Case("percent number", "target", "target: {share: 5}", "share", "target.share", "0.05"),
    Case("share of nothing", "target", "target: {share: 0}", "share", "target.share", "above 0"),
    Case("decimal comma", "target", 'target: {share: "0,05"}', "share", "target.share", "with a point: 0.05"),
    Case("no for false", "target", "target: {net_of_falls: no}", "no", "target.net_of_falls", "write false"),
    Case("unknown reading", "target", "target: {reading: rise}", "reading", "target.reading", "mean rises?"),
    Case("unknown level", "target", "target: {levels: [mandir]}", "levels", "target.levels", "mean mandiri?"),
    Case("no levels", "target", "target: {levels: []}", "levels", "target.levels", "too short"),
    Case(
        "net of falls without rises",
        "target",
        "target: {reading: stock, net_of_falls: true}",
        "stock",
        "target.net_of_falls",
        "reading: rises only",
    ),
    Case("share of everything", "target", "target: {share: 1}", "share", "target.share", "1% is written 0.01"),
    Case(
        "share beyond a year", "target", "target: {share: 0.6, reading: entries}", "share", "target.share",
        "up to 0.5 | 0.6% is written 0.006",
    ),
    Case(
        "entries to dasar", "target", "target: {reading: entries, levels: [dasar, mandiri]}", "levels",
        "target.levels", "no village can rise to dasar, so entries cannot count it | write [mandiri]",
    ),
    Case(
        "stock of dasar", "target", "target: {reading: stock, levels: [dasar]}", "levels", "target.levels",
        "only where villages fall | write [mandiri, paripurna]",
    ),
    Case(
        "stock of all levels", "target",
        "target: {reading: stock, levels: [dasar, berkembang, mandiri, paripurna]}", "levels", "target.levels",
        "always met | write [mandiri, paripurna]",
    ),
    Case("unsafe name", "name", "name: ../../etc", "etc", "name", "lower-case letters"),
    Case("name as in prose", "name", "name: Kab. Tanah Laut", "Kab", "name", "write kab-tanah-laut"),
    Case("long name", "name", "name: " + "a" * 61, "aaa", "name", "too long"),
    Case("missing key", "origin", "", "schema", "origin", "origin is missing"),
    Case("language", "language", "language: fr", "fr", "language", "id, en"),
    Case(
        "day that is none", "villages", "villages: {table: villages.csv, as_of: 2025-02-30}", "02-30",
        "villages.as_of", "not a day of the calendar",
    ),
    Case(
        "year for a day", "villages", "villages: {table: villages.csv, as_of: 2025}", "as_of",
        "villages.as_of", "such as 2025-07-31",
    ),
    Case(
        "day after the origin", "villages", "villages: {table: villages.csv, as_of: 2026-01-01}", "2026",
        "villages.as_of", "after the origin, 2025",
    ),
    Case("row sum", "transition", """\
transition:
  matrix:
    dasar: {dasar: 0.5, berkembang: 0.4}
    berkembang: {berkembang: 1}
    mandiri: {mandiri: 1}
    paripurna: {paripurna: 1}""", "0.4", "transition.matrix.dasar", "sums to 0.9"),
    Case("matrix without a row", "transition", """\
transition:
  matrix:
    dasar: {dasar: 1}
    berkembang: {berkembang: 1}
    mandiri: {mandiri: 1}""", "matrix", "transition.matrix.paripurna", "paripurna is missing"),
    Case("matrix and fall", "transition", """\
transition:
  fall: 0.1
  matrix:
    dasar: {dasar: 1}
    berkembang: {berkembang: 1}
    mandiri: {mandiri: 1}
    paripurna: {paripurna: 1}""", "fall", "transition.fall", "one or the other"),
    Case("row worth less than one observation", "transition", """\
transition:
  matrix:
    dasar: {dasar: 1, effective_n: 0.5}
    berkembang: {berkembang: 1}
    mandiri: {mandiri: 1}
    paripurna: {paripurna: 1}""", "0.5", "transition.matrix.dasar.effective_n", "at least 1"),
    Case(
        "interval on a probability", "transition",
        "transition: {rise: {dasar: {median: 0.05, interval90: [0.03, 0.08]}}}", "0.05", "transition.rise.dasar",
        "logit_normal, beta | write {logit_normal: {mean: -2.96, sd: 0.314}}",
    ),
    Case(
        "unknown row", "transition", "transition: {rise: {dsar: 0.1}}", "dsar", "transition.rise.dsar",
        "mean dasar?",
    ),
    Case("negative spread", "transition", "transition: {year_sd: -0.1}", "-0.1", "transition.year_sd", "at least 0"),
    Case("not finite", "transition", "transition: {year_sd: .nan}", ".nan", "transition.year_sd", "finite"),
    Case("beyond numbers", "transition", "transition: {year_sd: 1e400}", "1e400", "transition.year_sd", "finite"),
    Case(
        "normal on a probability", "transition", "transition: {rise: {dasar: {normal: {mean: 0, sd: 1}}}}", "normal",
        "transition.rise.dasar", "kind normal does not fit",
    ),
    Case(
        "beta on an odds ratio", "transition", "transition: {peer_odds_ratio: {beta: {alpha: 1, beta: 2}}}", "beta",
        "transition.peer_odds_ratio", "kind beta does not fit",
    ),
    Case(
        "unknown distribution", "transition", "transition: {year_sd: {lognormal: 1}}", "lognormal",
        "transition.year_sd", "half_normal, {median, interval90}",
    ),
    Case(
        "shape of a beta", "transition", "transition: {fall: {beta: {alpha: 0, beta: 2}}}", "alpha",
        "transition.fall.beta.alpha", "above 0",
    ),
    Case(
        "half a distribution", "transition", "transition: {fall: {logit_normal: {mean: -4}}}", "mean",
        "transition.fall.logit_normal.sd", "sd is missing",
    ),
    Case(
        "median off the middle", "transition", "transition: {year_sd: {median: 0.9, interval90: [0.2, 1.8]}}",
        "0.9", "transition.year_sd", "geometric middle of interval90, 0.6",
    ),
    Case(
        "interval upside down", "transition", "transition: {year_sd: {median: 0.6, interval90: [1.8, 0.2]}}",
        "0.6", "transition.year_sd", "not below its high end",
    ),
    Case(
        "interval of three", "transition", "transition: {year_sd: {median: 0.6, interval90: [1, 2, 3]}}",
        "0.6", "transition.year_sd.interval90", "2 values at most",
    ),
    Case(
        "odds ratio of 0", "transition", "transition: {peer_odds_ratio: 0}", "peer", "transition.peer_odds_ratio",
        "above 0",
    ),
    Case(
        "odds ratio beyond reason", "transition", "transition: {peer_odds_ratio: 1001}", "peer",
        "transition.peer_odds_ratio", "at most 1000",
    ),
    Case(
        "covariate that is no column", "transition", "transition: {covariates: {remotness: 1.2}}", "remotness",
        "transition.covariates.remotness", "mean remoteness?",
    ),
    Case(
        "covariate of text", "transition", "transition: {covariates: {kind: 1.2}}", "kind",
        "transition.covariates.kind", "numbers only, but row 2",
    ),
    Case("unknown sources", "sources", "sources: {transition.year_s: x}", "year_s", "sources.transition.year_s",
         "mean transition.year_sd?"),
    Case("both forms of district", "districts", "districts: {table: villages.csv}", "villages: ", "villages",
         "one or the other"),
    Case("no villages", "villages", "", "schema", "villages", "villages is missing"),
    Case("no district", "district", "", "schema", "district", "district is missing"),
    Case("villages without anything", "villages", "villages: {as_of: 2025-07-31}", "villages", "villages",
         "table or status_counts"),
    Case("subdistricts beside a table", "villages", "villages: {table: villages.csv, subdistricts: 2}", "subd",
         "villages.subdistricts", "remove subdistricts"),
    Case("more kecamatan than villages", "villages",
         "villages: {subdistricts: 9, status_counts: {dasar: 1, berkembang: 1, mandiri: 0, paripurna: 0}}", "subd",
         "villages.subdistricts", "more kecamatan than the 2 villages"),
    Case("no village at all", "villages",
         "villages: {status_counts: {dasar: 0, berkembang: 0, mandiri: 0, paripurna: 0}}", "counts",
         "villages.status_counts", "no village"),
    Case("negative count", "villages",
         "villages: {status_counts: {dasar: -1, berkembang: 0, mandiri: 0, paripurna: 0}}", "counts",
         "villages.status_counts.dasar", "at least 0"),
    Case("a level without a count", "villages",
         "villages: {status_counts: {dasar: 1, berkembang: 1, mandiri: 0}}", "counts",
         "villages.status_counts.paripurna", "write paripurna: 0"),
    Case("unknown status of a count", "villages",
         "villages: {status_counts: {dasar: 1, berkembng: 1, berkembang: 1, mandiri: 0, berkelanjutan: 0}}", "counts",
         "villages.status_counts.berkembng", "mean berkembang?"),
    Case("a level under two names", "villages",
         "villages: {status_counts: {dasar: 1, berkembang: 1, mandiri: 0, paripurna: 1, berkelanjutan: 0}}", "counts",
         "villages.status_counts.berkelanjutan", "two names of the same level"),
    Case("counts beside a status column", "villages",
         "villages:\n  table: villages.csv\n  status_counts: {dasar: 3, berkembang: 1, mandiri: 1, paripurna: 1}",
         "counts", "villages.status_counts", "| remove status_counts; the statuses in the table are counted"),
    Case("remove without extends", "remove", "remove: [pokja]", "remove", "remove", "extends no other"),
    Case("interventions as a mapping", "interventions", "interventions: {pokja: {starts: 2026}}", "pokja",
         "interventions", "are a list"),
    Case("intervention that is a name", "interventions", "interventions: [pokja]", "pokja", "interventions",
         "starts with name:"),
    Case("intervention without name", "interventions", "interventions:\n  - starts: 2026\n    capacity: 2", "starts",
         "interventions.#1.name", "name is missing"),
    Case("intervention name with a dot", "interventions", POKJA.replace("pokja", "po.kja"), "po.kja",
         "interventions.po.kja.name", "letters, digits, - and _"),
    Case("two interventions of one name", "interventions", POKJA + "  - {name: pokja, starts: 2027, capacity: 1}",
         "2027", "interventions.pokja", "first starts on line 8"),
    Case("name taken by parameters", "interventions", POKJA.replace("pokja", "covariates"), "covariates",
         "interventions.covariates.name", "taken by the parameters"),
    Case("no start", "interventions", POKJA.replace("    starts: 2026\n", ""), "pokja", "interventions.pokja.starts",
         "starts is missing"),
    Case("starts at the origin", "interventions", POKJA.replace("2026", "2025"), "starts",
         "interventions.pokja.starts", "2026 or later"),
    Case("ends before it starts", "interventions", POKJA + "    ends: 2025", "ends", "interventions.pokja.ends",
         "2026 or later"),
    Case("percent for coverage", "interventions", POKJA.replace("capacity: 2", "coverage: 40"), "coverage",
         "interventions.pokja.coverage", "0.4"),
    Case("coverage and capacity", "interventions", POKJA + "    coverage: 0.4", "capacity",
         "interventions.pokja.capacity", "keep one"),
    Case("neither coverage nor capacity", "interventions", POKJA.replace("    capacity: 2\n", ""), "pokja",
         "interventions.pokja.coverage", "give coverage or capacity"),
    Case("unknown eligible status", "interventions", POKJA + "    eligible: {status: [dsar]}", "dsar",
         "interventions.pokja.eligible.status", "mean dasar?"),
    Case("unknown kecamatan", "interventions", POKJA + "    eligible: {subdistrict: [Jorng]}", "Jorng",
         "interventions.pokja.eligible.subdistrict", "mean Jorong?"),
    Case("unknown column", "interventions", POKJA + "    eligible: {where: {kindd: desa}}", "kindd",
         "interventions.pokja.eligible.where.kindd", "mean kind?"),
    Case("kecamatan as a column", "interventions", POKJA + "    eligible: {where: {subdistrict: Jorong}}", "eligible",
         "interventions.pokja.eligible.where.subdistrict", "in eligible.subdistrict"),
    Case("unknown cell", "interventions", POKJA + "    eligible: {where: {kind: dsa}}", "dsa",
         "interventions.pokja.eligible.where.kind", "mean desa?"),
    Case("text for a numeric column", "interventions", POKJA + "    eligible: {where: {remoteness: jauh}}", "jauh",
         "interventions.pokja.eligible.where.remoteness", "holds numbers, this is text"),
    Case("number for a text column", "interventions", POKJA + "    eligible: {where: {kind: 3}}", "kind",
         "interventions.pokja.eligible.where.kind", "holds text, this is a number"),
    Case("unknown priority", "interventions", POKJA + "    priority: lowest", "lowest",
         "interventions.pokja.priority", "mean lowest_status?"),
    Case("priority by an unknown column", "interventions", POKJA + "    priority: column:remotenes", "column",
         "interventions.pokja.priority", "mean remoteness?"),
    Case("priority by a column of text", "interventions", POKJA + "    priority: column:kind", "column",
         "interventions.pokja.priority", "numbers only, but row 2"),
    Case("unknown village in priority", "interventions", POKJA + "    priority: [63.01.01.2009]", "2009",
         "interventions.pokja.priority", "mean 63.01.01.200"),
    Case("village twice in priority", "interventions", POKJA + "    priority: [63.01.01.2001, 63.01.01.2001]", "prio",
         "interventions.pokja.priority", "twice"),
    Case("negative cost", "interventions", POKJA + "    cost_idr_million: -1", "cost",
         "interventions.pokja.cost_idr_million", "at least 0"),
    Case("place of no years", "interventions", POKJA + "    years_per_village: 0", "years_per",
         "interventions.pokja.years_per_village", "at least 1"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_at_its_line_and_field_with_the_fix(desk: Desk, case: Case) -> None:
    """Each mistake gives a problem at the line and field where it stands, saying what would be right."""
    sections = {case.section: case.text or None}
    text = desk.text(**sections)
    told = [p for p in desk.problems(**sections) if p.field == case.field]
    assert told, [str(problem) for problem in desk.error().problems]
    problem = told[0]
    assert problem.file == str(desk.folder / "scenario.yaml")
    assert problem.line == line_of(text, case.mark)
    assert case.says in words(problem)


@pytest.mark.parametrize("case", [c for c in CASES if c.text], ids=lambda case: case.name)
def test_what_was_found_is_quoted_from_the_file(desk: Desk, case: Case) -> None:
    """A problem quotes what stands in the file, or sums it up, in at most 60 characters on one line."""
    for problem in desk.problems(**{case.section: case.text}):
        assert len(problem.found) <= 60
        assert "\n" not in problem.found


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
        assert "from 500 to 5500" in words(problem)
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
    assert "add up to 2, but the table has 3 villages" in str(problem)
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
    assert "add up to 2, but the table has 1" in told["villages.status_counts.Jorong"]
    assert "missing for kecamatan Takisung" in told["villages.status_counts"]


def test_a_table_without_any_status_needs_counts(desk: Desk) -> None:
    """Where neither the table nor the scenario knows a status, that is a problem."""
    desk.write("villages.csv", STATUSLESS)
    (problem,) = desk.problems()
    assert problem.field == "villages.table"
    assert "no status is known" in str(problem)
    assert "add a column status to the table, or give villages.status_counts" in words(problem)


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        ("klasifikasi", "rename the column klasifikasi to status"),
        ("stats", "rename the column stats to status"),
        ("status", "fill in the column status"),
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
    desk.write("villages.csv", "village_code,village,subdistrict\n" + "a,A,K\n" * 2000)
    assert len(desk.problems()) == 500
