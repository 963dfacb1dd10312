"""What a scenario tells of its first year before it is over: a count, or a list in which it is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from openpyxl import Workbook
from scenario_desk import VILLAGES, Desk

from simulation.domain.distributions import Beta, Fixed, LogitNormal
from simulation.domain.messages import ScenarioError
from simulation.domain.so_far import SoFar
from simulation.domain.target import Target
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario

DAY = date(2026, 6, 30)
COUNT = "so_far: {as_of: 2026-06-30, rises: 3}"
LIST = "so_far: {as_of: 2026-06-30, table: juni.csv}"
JUNE = VILLAGES.replace("Benua,Takisung,dasar", "Benua,Takisung,mandiri").replace(
    "Asam,Jorong,mandiri", "Asam,Jorong,dasar"
)
"""The list of the desk, in which Benua has risen and Asam fallen."""


def again(desk: Desk, scenario: Scenario) -> Scenario:
    """Return a scenario written as a file and read."""
    return load_scenario(scenario.to_yaml(desk.folder / "again" / "again.yaml"))


@pytest.fixture(autouse=True)
def elsewhere(desk: Desk) -> None:
    """Make the folder in which scenarios are written again."""
    (desk.folder / "again").mkdir()


def test_a_count_is_read_as_it_stands(desk: Desk) -> None:
    """Day and count; the share is left to its default, and says so."""
    scenario = desk.load(so_far=COUNT)
    assert scenario.so_far == SoFar(DAY, 3)
    assert scenario.document["so_far"] == {"as_of": "2026-06-30", "rises": 3}
    assert scenario.sources["so_far.share"].startswith("assumed; ")
    assert "prior" in scenario.sources["so_far.share"]
    assert desk.load().so_far is None
    assert "so_far" not in desk.load().document


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("0.4", Fixed(0.4)),
        ("{beta: {alpha: 3, beta: 5}}", Beta(3.0, 5.0)),
        ("{logit_normal: {mean: -0.5, sd: 0.8}}", LogitNormal(-0.5, 0.8)),
    ],
)
def test_a_share_is_written_as_any_chance_is(desk: Desk, written: str, share: object) -> None:
    """A number or a distribution, with a source of its own; written again it is the same."""
    more = f"so_far: {{as_of: 2026-06-30, rises: 3, share: {written}}}\nsources: {{so_far.share: stated; minutes}}"
    scenario = desk.load(so_far=more)
    assert scenario.so_far == SoFar(DAY, 3, share)  # type: ignore[arg-type]
    assert scenario.sources["so_far.share"] == "stated; minutes"
    assert again(desk, scenario) == scenario
    assert fingerprint(again(desk, scenario)) == fingerprint(scenario)


def test_the_document_loads_again_as_the_same_scenario(desk: Desk) -> None:
    """Also with the share that is left out, whose source stays."""
    scenario = desk.load(so_far=COUNT)
    assert again(desk, scenario) == scenario
    assert fingerprint(again(desk, scenario)) == fingerprint(scenario)
    assert fingerprint(scenario) != fingerprint(desk.load())


def test_a_list_is_counted_village_by_village(desk: Desk) -> None:
    """Those above their status at the origin count; falls do not, and are told; the document keeps the count."""
    desk.write("juni.csv", JUNE)
    scenario = desk.load(so_far=LIST)
    assert scenario.so_far == SoFar(DAY, 1)
    assert scenario.document["so_far"] == {"as_of": "2026-06-30", "rises": 1}
    assert "juni.csv" in scenario.provenance.files
    assert scenario.sources["so_far.rises"] == "stated; juni.csv"
    note, *named = (str(note) for note in scenario.provenance.notes if "so_far" in str(note))
    assert "1 of 6 villages have a higher status" in note
    assert "and 1 a lower one" in note
    assert named == ["so_far: risen: Benua", "so_far: fallen: Asam"]
    assert again(desk, scenario) == scenario


def test_villages_of_a_list_are_found_by_kecamatan_and_name(desk: Desk) -> None:
    """Without codes, and however names are spelled; one that the list leaves out, or blank, has not risen."""
    desk.write("juni.csv", "desa,kecamatan,klasifikasi\nBENUA,TAKISUNG,Mandiri\nDesa Karang,Kec. Jorong,\n")
    scenario = desk.load(so_far=LIST)
    assert scenario.so_far == SoFar(DAY, 1)
    assert any("of 5 villages the status then" in str(note) for note in scenario.provenance.notes)


def test_of_several_sheets_the_one_that_is_named_is_counted(desk: Desk) -> None:
    """As with the table of villages."""
    book = Workbook()
    for name, status in (("Mei", "dasar"), ("Juni", "berkembang")):
        sheet = book.create_sheet(name)
        sheet.append(["desa", "kecamatan", "status"])
        sheet.append(["Benua", "Takisung", status])
    del book["Sheet"]
    book.save(desk.folder / "daftar.xlsx")
    table = "so_far: {as_of: 2026-06-30, table: daftar.xlsx, sheet: %s}"
    assert desk.load(so_far=table % "Mei").so_far == SoFar(DAY, 0)
    assert desk.load(so_far=table % "Juni").so_far == SoFar(DAY, 1)


def test_a_column_of_the_first_year_goes_before_those_of_earlier_years(desk: Desk) -> None:
    """A list that says years of its own is read in the one that is asked for."""
    desk.write("juni.csv", "desa,kecamatan,status 2025,status 2026\nBenua,Takisung,dasar,berkembang\n")
    assert desk.load(so_far=LIST).so_far == SoFar(DAY, 1)


def test_an_overlay_tells_how_the_year_goes_on(desk: Desk) -> None:
    """It adds the report, changes the count, or puts a list in its place and the other way round."""
    desk.write("juni.csv", JUNE)
    desk.write("base.yaml", desk.text())

    def overlaid(name: str, above: str, more: str) -> Scenario:
        return load_scenario(desk.write(name, f"extends: {above}\nname: lapis\n{more}\n"))

    first = overlaid("one.yaml", "base.yaml", COUNT)
    assert first.so_far == SoFar(DAY, 3)
    later = overlaid("two.yaml", "one.yaml", "so_far: {as_of: 2026-09-30}")
    assert later.so_far == SoFar(date(2026, 9, 30), 3)
    assert "so_far.as_of: 2026-06-30 -> 2026-09-30" in later.provenance.changes
    listed = overlaid("three.yaml", "one.yaml", "so_far: {table: juni.csv}")
    assert listed.so_far == SoFar(DAY, 1)
    assert "so_far.rises: 3 -> -" in listed.provenance.changes
    assert overlaid("four.yaml", "three.yaml", "so_far: {rises: 2}").so_far == SoFar(DAY, 2)


def test_the_report_can_be_changed_in_python(desk: Desk) -> None:
    """By its keys, as any other; a stated share is no default any more."""
    scenario = desk.load(so_far=COUNT)
    changed = scenario.with_(**{"so_far.rises": 4, "so_far.share": 0.5})
    assert changed.so_far == SoFar(DAY, 4, Fixed(0.5))
    assert changed.sources["so_far.share"] == "assumed"
    assert replace(scenario, so_far=None) == desk.load()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda scenario: replace(scenario, so_far=SoFar(DAY, 7)),
        lambda scenario: replace(scenario, so_far=SoFar(date(2027, 6, 30), 1)),
        lambda scenario: replace(scenario, so_far=SoFar(DAY, 1), target=Target(net_of_falls=True)),
        lambda _: SoFar("2026-06-30", 1),
        lambda _: SoFar(DAY, -1),
        lambda _: SoFar(DAY, 1, Fixed(0.0)),
        lambda _: SoFar(DAY, 1, Fixed(1.5)),
        lambda _: SoFar(DAY, 1, 0.5),
    ],
)
def test_python_is_refused_what_a_file_is_refused(desk: Desk, wrong: object) -> None:
    """Every one of these is told at its key."""
    with pytest.raises(ScenarioError) as caught:
        wrong(desk.load())  # type: ignore[operator]
    assert all(problem.field.startswith("so_far") for problem in caught.value.problems)
