"""An overlay changes what it names, and nothing else; every change is accounted for."""

from __future__ import annotations

import pytest
from scenario_desk import VILLAGES, Desk, words

from simulation.domain.messages import ScenarioError
from simulation.domain.status_knowledge import KnownStatuses
from simulation.inputs.scenario import Scenario, load_scenario

BASE = """\
target: {share: 0.05, levels: [mandiri, paripurna]}
transition:
  rise: {dasar: {logit_normal: {mean: -3, sd: 0.5}}, mandiri: 0.3}
  fall: {mandiri: 0.02}
  year_sd: {median: 0.6, interval90: [0.2, 1.8]}
interventions:
  - {name: pokja, starts: 2026, coverage: 0.4, eligible: {status: [dasar, berkembang]}, sector: A}
  - {name: media, starts: 2027, capacity: 3}
sources:
  transition.rise.mandiri: stated; minutes
  transition.year_sd: estimated; panel
  interventions.pokja.odds_ratio_rise: assumed; talks
  interventions.media.capacity: stated; budget
"""


def overlaid(desk: Desk, overlay: str, base: str = BASE) -> Scenario:
    """Return an overlay on the base."""
    desk.write("base.yaml", desk.text(base=base))
    return load_scenario(desk.write("overlay.yaml", "extends: base.yaml\nname: lapis\n" + overlay))


def test_an_overlay_that_says_nothing_changes_its_name_only(desk: Desk) -> None:
    """What an overlay leaves out is inherited."""
    scenario = overlaid(desk, "")
    base = load_scenario(desk.folder / "base.yaml")
    assert {**scenario.document, "name": "coba"} == base.document
    assert scenario.provenance.changes == ("name: coba -> lapis",)
    assert list(scenario.provenance.files) == ["overlay.yaml", "base.yaml", "villages.csv"]


def test_mappings_merge_key_by_key(desk: Desk) -> None:
    """A key deep in a mapping is replaced alone."""
    scenario = overlaid(desk, "target: {share: 0.1}\ntransition: {rise: {mandiri: 0.5}}")
    assert scenario.document["target"]["levels"] == ["mandiri", "paripurna"]
    assert scenario.document["transition"]["rise"]["dasar"] == {"logit_normal": {"mean": -3, "sd": 0.5}}
    assert scenario.provenance.changes[1:] == ("target.share: 0.05 -> 0.1", "transition.rise.mandiri: 0.3 -> 0.5")


def test_distributions_are_replaced_whole(desk: Desk) -> None:
    """A distribution of another kind leaves nothing of the old one."""
    scenario = overlaid(
        desk, "transition: {year_sd: {half_normal: {sd: 0.4}}, rise: {dasar: {beta: {alpha: 2, beta: 9}}}}"
    )
    assert scenario.document["transition"]["year_sd"] == {"half_normal": {"sd": 0.4}}
    assert scenario.document["transition"]["rise"]["dasar"] == {"beta": {"alpha": 2, "beta": 9}}
    assert (
        "transition.year_sd: {median: 0.6, interval90: [0.2, 1.8]} -> {half_normal: {sd: 0.4}}"
        in scenario.provenance.changes
    )


def test_half_of_a_distribution_does_not_merge_with_the_old_half(desk: Desk) -> None:
    """An overlay must give a distribution whole."""
    with pytest.raises(ScenarioError) as caught:
        overlaid(desk, "transition: {year_sd: {median: 0.7}}")
    assert [problem.field for problem in caught.value.problems] == ["transition.year_sd.interval90"]


def test_lists_are_replaced_whole(desk: Desk) -> None:
    """A list in an overlay stands instead of the inherited one."""
    scenario = overlaid(
        desk, "target: {levels: [paripurna]}\ninterventions: [{name: pokja, eligible: {status: [mandiri]}}]"
    )
    assert scenario.target.levels == ("paripurna",)
    assert scenario.interventions[0].eligible_status == ("mandiri",)


def test_levels_of_fall_merge_but_one_number_replaces_them(desk: Desk) -> None:
    """Per-level values merge with per-level values; a single value replaces them, and the other way round."""
    merged = overlaid(desk, "transition: {fall: {berkelanjutan: 0.01}}").document["transition"]["fall"]
    assert (merged["mandiri"], merged["paripurna"]) == (0.02, 0.01)
    assert overlaid(desk, "transition: {fall: 0.03}").document["transition"]["fall"] == 0.03
    back = overlaid(desk, "transition: {fall: {mandiri: 0.5}}", BASE.replace("{mandiri: 0.02}", "0.02"))
    assert back.document["transition"]["fall"]["mandiri"] == 0.5


def test_matrix_rows_are_replaced_whole(desk: Desk) -> None:
    """A row keeps nothing of the inherited row; the other rows stay."""
    base = (
        "transition:\n  matrix:\n    dasar: {dasar: 0.9, berkembang: 0.1, effective_n: 50}\n"
        "    berkembang: {berkembang: 1}\n    mandiri: {mandiri: 1}\n    paripurna: {paripurna: 1}\n"
    )
    matrix = overlaid(desk, "transition: {matrix: {dasar: {dasar: 1}}}", base).parameters.matrix
    assert matrix == ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))


def test_interventions_merge_by_name_and_new_ones_come_last(desk: Desk) -> None:
    """An intervention of a known name is changed in place, one of a new name is added."""
    scenario = overlaid(
        desk,
        "interventions:\n  - {name: tematik, starts: 2028, capacity: 1}\n  - {name: media, ends: 2029}\n",
    )
    assert [plan.name for plan in scenario.interventions] == ["pokja", "media", "tematik"]
    assert (scenario.interventions[1].capacity, scenario.interventions[1].ends) == (3, 2029)
    assert scenario.provenance.changes[1:] == (
        "interventions.tematik: - -> {name: tematik, starts: 2028, capacity: 1}",
        "interventions.media.ends: - -> 2029",
    )


def test_remove_leaves_an_intervention_and_its_sources_out(desk: Desk) -> None:
    """A removed intervention leaves no trace but the change."""
    scenario = overlaid(desk, "remove: [media]")
    assert [plan.name for plan in scenario.interventions] == ["pokja"]
    assert not [key for key in scenario.sources if "media" in key]
    assert "interventions.media: {name: media, starts: 2027, capacity: 3} -> -" in scenario.provenance.changes


def test_removing_what_is_not_inherited_is_a_problem(desk: Desk) -> None:
    """An unknown name in `remove` is told with the nearest name."""
    with pytest.raises(ScenarioError) as caught:
        overlaid(desk, "remove: [medai]")
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (3, "remove")
    assert "did you mean media?" in words(problem)


@pytest.mark.parametrize(
    ("overlay", "gone", "stays"),
    [
        ("interventions: [{name: pokja, capacity: 7}]", "coverage", "capacity"),
        ("interventions: [{name: media, coverage: 0.2}]", "capacity", "coverage"),
    ],
)
def test_choosing_coverage_or_capacity_drops_the_other(desk: Desk, overlay: str, gone: str, stays: str) -> None:
    """An overlay that chooses one way to say how many drops the inherited other one."""
    scenario = overlaid(desk, overlay)
    name = "pokja" if "pokja" in overlay else "media"
    section = next(plan for plan in scenario.document["interventions"] if plan["name"] == name)
    assert stays in section
    assert gone not in section
    assert any(
        change.startswith(f"interventions.{name}.{gone}:") and change.endswith("-> -")
        for change in scenario.provenance.changes
    )


def test_choosing_a_matrix_drops_rise_and_fall(desk: Desk) -> None:
    """An overlay with a matrix drops the inherited shorthand and its sources, and the other way round."""
    rows = "{dasar: {dasar: 1}, berkembang: {berkembang: 1}, mandiri: {mandiri: 1}, paripurna: {paripurna: 1}}"
    scenario = overlaid(desk, f"transition: {{matrix: {rows}}}")
    assert scenario.parameters.matrix is not None
    assert not [name for name in scenario.parameters.scalars if name.startswith(("rise", "fall", "skip"))]
    assert "transition.rise.mandiri" not in scenario.sources
    back = overlaid(desk, "transition: {rise: {dasar: 0.1}}", f"transition: {{matrix: {rows}}}\n")
    assert back.parameters.matrix is None
    assert "rise.dasar" in back.parameters.scalars


def test_a_table_with_statuses_drops_inherited_counts(desk: Desk) -> None:
    """Statuses per village win over inherited counts; counts an overlay gives itself are a problem."""
    desk.write("plain.csv", "village_code,village,subdistrict\na,A,K\nb,B,K\n")
    desk.write(
        "base.yaml",
        desk.text(
            villages="villages: {table: plain.csv, status_counts: {dasar: 2, berkembang: 0, mandiri: 0, paripurna: 0}}",
            sources="sources: {villages.status_counts: stated}",
        ),
    )
    desk.write("villages.csv", VILLAGES)
    scenario = load_scenario(
        desk.write("overlay.yaml", "extends: base.yaml\nname: lapis\nvillages: {table: villages.csv}\n")
    )
    assert isinstance(scenario.districts[0].known, KnownStatuses)
    assert "status_counts" not in scenario.document["villages"]
    assert "villages.status_counts" not in scenario.sources
    assert any(
        change.startswith("villages.status_counts:") and change.endswith("-> -")
        for change in scenario.provenance.changes
    )
    desk.write(
        "overlay.yaml",
        "extends: base.yaml\nname: lapis\nvillages:\n  table: villages.csv\n"
        "  status_counts: {dasar: 6, berkembang: 0, mandiri: 0, paripurna: 0}\n",
    )
    assert [problem.line for problem in desk.error("overlay.yaml").problems] == [5]


def test_many_districts_replace_one(desk: Desk) -> None:
    """An overlay with a table of districts drops the inherited district and its villages."""
    desk.write("d.csv", "district_code,district,province,villages,subdistricts\n51.02,Tabanan,Bali,133,10\n")
    assert overlaid(desk, "districts: {table: d.csv}").districts[0].district_code == "51.02"


def test_a_source_does_not_outlive_its_number(desk: Desk) -> None:
    """A number that an overlay changes loses the inherited origin; others keep theirs."""
    scenario = overlaid(desk, "transition: {year_sd: 0.4}")
    assert scenario.sources["transition.year_sd"] == "assumed"
    assert scenario.sources["transition.rise.mandiri"] == "stated; minutes"


def test_chains_merge_from_the_oldest_to_the_youngest(desk: Desk) -> None:
    """In a chain the youngest file wins, and changes are listed in the order they were made."""
    desk.write("base.yaml", desk.text(base=BASE))
    desk.write("deep/middle.yaml", "extends: ../base.yaml\nhorizon: 7\nlanguage: en\n")
    desk.write("pyproject.toml", "")
    scenario = load_scenario(desk.write("top.yaml", "extends: deep/middle.yaml\nhorizon: 9\n"))
    assert (scenario.horizon, scenario.language) == (9, "en")
    assert scenario.provenance.changes == ("horizon: 5 -> 7", "language: - -> en", "horizon: 7 -> 9")


def test_a_circle_of_files_is_a_problem_that_names_it(desk: Desk) -> None:
    """Files that extend each other are told with the whole chain, where the circle closes."""
    desk.write("a.yaml", "extends: b.yaml\n")
    desk.write("b.yaml", "name: b\nextends: a.yaml\n")
    (problem,) = desk.error("a.yaml").problems
    assert (problem.file, problem.line, problem.field) == (str(desk.folder / "b.yaml"), 2, "extends")
    assert "a.yaml -> " in str(problem)
    assert str(problem.message).count("a.yaml") == 2


@pytest.mark.parametrize(
    ("extends", "says"),
    [
        ("bse.yaml", "did you mean base.yaml?"),
        ("[base.yaml]", "not the name of one scenario file"),
        (".", "a folder"),
        ("broken.yaml", "cannot be read here"),
    ],
)
def test_a_parent_that_cannot_be_read_is_told_and_the_overlay_is_still_checked(
    desk: Desk, extends: str, says: str
) -> None:
    """Without its parent an overlay's own mistakes are told, but not what the parent would have given."""
    desk.write("base.yaml", desk.text(base=BASE))
    desk.write("broken.yaml", "a: [\n")
    desk.write("overlay.yaml", f"extends: {extends}\nname: lapis\nhorizon: 99\nremove: [media]\n")
    problems = desk.error("overlay.yaml").problems
    assert {problem.field for problem in problems} == {"extends" if extends != "broken.yaml" else "", "horizon"}
    assert any(says in words(problem) for problem in problems)


def test_a_problem_stands_in_the_file_that_wrote_the_value(desk: Desk) -> None:
    """A wrong value of the parent is told in the parent, one of the overlay in the overlay."""
    desk.write("base.yaml", desk.text(base=BASE.replace("mandiri: 0.3", "mandiri: 3")))
    desk.write("overlay.yaml", "extends: base.yaml\nname: lapis\ninterventions: [{name: pokja, starts: 2020}]\n")
    problems = desk.error("overlay.yaml").problems
    told = {problem.field: (problem.file.rsplit("/", 1)[1], problem.line) for problem in problems}
    assert told == {"transition.rise.mandiri": ("base.yaml", 9), "interventions.pokja.starts": ("overlay.yaml", 3)}
