"""Scenarios made and changed in Python meet the checks of scenario files, in the same words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scenario_desk import SECTIONS, Desk

from simulation.domain.distributions import (
    Beta,
    Dirichlet,
    Empirical,
    Fixed,
    HalfNormal,
    Normal,
    lognormal_from_interval,
)
from simulation.domain.messages import DataError, ScenarioError
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
INTERVENTIONS = (
    "interventions:\n  - {name: pokja, starts: 2026, ends: 2028, coverage: 0.4, odds_ratio_rise: 1.5}\n"
    "  - {name: fall, starts: 2027, capacity: 2}\n"
)
SOURCES = 'sources: {transition.rise.dasar: "stated; minutes", interventions.pokja.coverage: "stated; budget"}'
RISE = "transition: {rise: {dasar: 0.05}, covariates: {remoteness: 0.9}}"


@pytest.fixture
def known(desk: Desk) -> Scenario:
    """Return a scenario of six villages with two interventions, one of them called as a parameter is."""
    return desk.load(interventions=INTERVENTIONS, sources=SOURCES, transition=RISE)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_mapping_is_what_its_file_is(path: Path) -> None:
    """from_dict of what YAML holds, tables beside it, gives the scenario of the file."""
    mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert fingerprint(Scenario.from_dict(mapping, SCENARIOS)) == fingerprint(load_scenario(path))


CHANGES: dict[str, tuple[Any, str]] = {
    "rise.dasar": (0.1, "transition: {rise: {dasar: 0.1}}"),
    "transition.rise.mandiri": (Beta(2, 3), "transition: {rise: {mandiri: {beta: {alpha: 2, beta: 3}}}}"),
    "fall": ({"mandiri": 0.02}, "transition: {fall: {mandiri: 0.02}}"),
    "transition.fall": (0.02, "transition: {fall: 0.02}"),
    "fall_skip": (0.3, "transition: {fall_skip: 0.3}"),
    "fall_skip.mandiri": (0.3, "transition: {fall_skip: {mandiri: 0.3}}"),
    "fall.capacity": (3, "interventions: [{name: fall, capacity: 3}]"),
    "fall.odds_ratio_fall": (0.5, "interventions: [{name: fall, odds_ratio_fall: 0.5}]"),
    "pokja.capacity": (np.int64(7), "interventions: [{name: pokja, capacity: 7}]"),
    "pokja.coverage": (Fraction(1, 3), 'interventions: [{name: pokja, coverage: "1/3"}]'),
    "pokja.eligible.where.kind": ("desa", "interventions: [{name: pokja, eligible: {where: {kind: desa}}}]"),
    "pokja.priority": (("63.01.02.2004",), "interventions: [{name: pokja, priority: [63.01.02.2004]}]"),
    "interventions": (
        [{"name": "media", "starts": 2026, "capacity": 1, "odds_ratio_rise": lognormal_from_interval(1.5, 1.0, 2.25)}],
        """interventions:
          - {name: media, starts: 2026, capacity: 1, odds_ratio_rise: {median: 1.5, interval90: [1.0, 2.25]}}""",
    ),
    "remove": (["fall"], "remove: [fall]"),
    "village_sd": (HalfNormal(0.2), "transition: {village_sd: {half_normal: {sd: 0.2}}}"),
    "campaign.odds_ratio": (
        {"normal": {"mean": 1, "sd": 0.2}}, "transition: {campaign: {odds_ratio: {normal: {mean: 1, sd: 0.2}}}}",
    ),
    "covariates.remoteness": (0.8, "transition: {covariates: {remoteness: 0.8}}"),
    "target.share": (Fraction(2, 7), "target: {share: 2/7}"),
    "target": ({"reading": "stock", "levels": ["paripurna"]}, "target: {reading: stock, levels: [paripurna]}"),
    "horizon": (2, "horizon: 2"),
    "min_years": (1, "transition: {min_years: 1}"),
    "overlap": ("strongest", "overlap: strongest"),
    "title.en": ("Other", "title: {en: Other}"),
    "sources.transition.year_sd": ("stated; minutes", 'sources: {transition.year_sd: "stated; minutes"}'),
}  # fmt: skip


@pytest.mark.parametrize("key", CHANGES)
def test_a_change_is_what_an_overlay_would_be(desk: Desk, known: Scenario, key: str) -> None:
    """with_ and a file that extends the scenario give the same; the scenario itself is as before."""
    value, overlay = CHANGES[key]
    before = fingerprint(known)
    desk.write("overlay.yaml", f"extends: scenario.yaml\n{overlay}\n")
    changed = known.with_(**{key: value})
    assert changed.document == load_scenario(desk.folder / "overlay.yaml").document
    assert fingerprint(changed) != before == fingerprint(known)
    assert changed.provenance.changes


def test_several_changes_meet_one_check(known: Scenario) -> None:
    """All problems are told at once, each with its field, what was found and what is allowed."""
    with pytest.raises(ScenarioError) as refused:
        known.with_(
            **{
                "rise.dassar": 0.1,
                "pokja.coverage": 3,
                "pokja.ends": 2020,
                "horizon": 0,
                "pokj.capacity": 4,
                "overlap": "mutliply",
                "village_sd": float("nan"),
            }
        )
    told = {problem.field: problem for problem in refused.value.problems}
    assert set(told) == {
        "transition.rise.dassar", "interventions.pokja.coverage", "interventions.pokja.ends", "horizon",
        "pokj.capacity", "overlap", "transition.village_sd",
    }  # fmt: skip
    assert str(told["transition.rise.dassar"].suggestion) == "did you mean dasar?"
    assert str(told["pokj.capacity"].suggestion) == "did you mean pokja.capacity?"
    assert (told["horizon"].found, str(told["horizon"].allowed)) == ("0", "at least 1")
    assert "did you mean multiply?" in str(refused.value)
    assert all(problem.line is None for problem in refused.value.problems)


def test_draws_are_taken_and_give_way_to_what_is_stated_later(known: Scenario) -> None:
    """Empirical distributions are draws of the scenario; a number for the same parameter replaces them."""
    drawn = known.with_(**{"rise.dasar": Empirical(np.array([0.1, 0.3])), "fall": Empirical(np.array([0.01, 0.02]))})
    assert drawn.document["transition"]["parameters_from"] == "draws.parquet"
    assert drawn.sources["transition.rise.dasar"] == "estimated; posterior milik pengguna // the user's own posterior"
    assert drawn.with_(horizon=2).parameters.scalars["rise.dasar"] is drawn.parameters.scalars["rise.dasar"]
    stated = drawn.with_(**{"rise.dasar": 0.2, "fall.mandiri": 0.03}).parameters
    assert stated.scalars["rise.dasar"] == Fixed(0.2)
    assert stated.scalars["fall.mandiri"] == Fixed(0.03)
    assert "fall" not in stated.scalars
    assert stated.blocks == ()


def test_villages_are_kept_or_read_again(desk: Desk, known: Scenario) -> None:
    """Without a change of districts they are the same object; with one, the scenario's own table is read again."""
    assert known.with_(horizon=2).districts is known.districts
    desk.write("bare.csv", "village_code,village,subdistrict\na,A,Q\nb,B,R\nc,C,Q\n")
    counts = {"dasar": 2, "berkembang": 1, "mandiri": 0, "paripurna": 0}
    first = desk.load(villages=f"villages: {{table: bare.csv, status_counts: {counts}}}".replace("'", ""))
    (desk.folder / "bare.csv").unlink()
    other = first.with_(**{"villages.status_counts.dasar": 0, "villages.status_counts.mandiri": 2})
    assert other.document["villages"]["status_counts"] == {**counts, "dasar": 0, "mandiri": 2}
    assert other.districts[0].codes == first.districts[0].codes == ("a", "c", "b")
    with pytest.raises(ScenarioError, match="the counts add up to 4"):
        first.with_(**{"villages.status_counts.mandiri": 1})


def test_rows_of_a_matrix_may_be_dirichlet(known: Scenario) -> None:
    """They are stated as a file states them: four chances, and what the row is worth."""
    matrix = {
        "dasar": Dirichlet((0.7, 0.2, 0.1, 0), 9),
        **{level: {level: 1} for level in ("berkembang", "mandiri", "paripurna")},
    }
    found = known.with_(matrix=matrix).parameters.matrix
    assert found == (Dirichlet((0.7, 0.2, 0.1, 0), 9), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))


def test_what_a_change_cannot_name_is_refused(known: Scenario) -> None:
    """A scenario in memory extends no file, and no suggestion repeats what was written."""
    for key in ("extends", "pokja"):
        with pytest.raises(ScenarioError, match=f"unknown key {key}") as refused:
            known.with_(**{key: "x.yaml"})
        assert f"did you mean {key}?" not in str(refused.value)


def test_what_no_file_could_say_is_refused(known: Scenario) -> None:
    """A distribution on the wrong scale, an object, a row that sums to something else."""
    wrong = {
        "rise.dasar": Normal(0.1, 0.2),
        "year_sd": object(),
        "matrix.dasar": Dirichlet((0.5, 0.4, 0, 0), 3),
        "peer_odds_ratio": Beta(1, 2),
    }
    for key, value in wrong.items():
        with pytest.raises(ScenarioError, match=key.split(".", maxsplit=1)[0]):
            known.with_(**{key: value})


def test_a_mapping_with_mistakes_tells_them_as_a_file_would(desk: Desk) -> None:
    """The same sentences, without a line."""
    text = desk.text(horizon="horizon: 99", target="target: {share: 7}")
    desk.write("scenario.yaml", text)
    of_file = desk.error().problems
    with pytest.raises(ScenarioError) as refused:
        Scenario.from_dict(yaml.safe_load(text), desk.folder)
    assert [replace(problem, file="", line=None) for problem in of_file] == list(refused.value.problems)
    assert all(problem.line is not None for problem in of_file)


def test_a_mapping_whose_table_is_wrong_names_the_table(desk: Desk) -> None:
    """Row and column of the table, as for a file."""
    desk.write("villages.csv", "village_code,village,subdistrict,status\na,A,K,dasar\na,B,K,dasar\n")
    with pytest.raises(DataError, match="two villages have the same code"):
        Scenario.from_dict(yaml.safe_load("\n".join(SECTIONS.values())), desk.folder)


def test_a_mapping_may_extend_a_file(desk: Desk) -> None:
    """As an overlay does."""
    desk.load()
    changed = Scenario.from_dict({"extends": "scenario.yaml", "name": "lapis", "horizon": 2}, desk.folder)
    assert (changed.name, changed.horizon, len(changed.districts[0])) == ("lapis", 2, 6)


def test_a_path_names_a_file_as_its_text_does(known: Scenario, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any key that names one."""
    monkeypatch.chdir(desk.folder)
    changed = (known.with_(**{"villages.table": path}) for path in (Path("villages.csv"), "villages.csv"))
    assert next(changed) == next(changed)


def test_districts_beside_each_other_are_written_as_a_file_that_says_the_same(tmp_path: Path) -> None:
    """With both names where none is given; neither keeps the title of one."""
    laut, tabanan = (load_scenario(SCENARIOS / f"{name}.yaml") for name in ("tanah_laut", "tabanan"))
    both = laut.beside(tabanan)
    assert (both.name, both.title) == ("tanah-laut-tabanan", {})
    assert load_scenario(both.to_yaml(tmp_path / "both.yaml")) == both


@pytest.mark.parametrize("name", ["con", "nul", "aux", "prn", "com1", "lpt9"])
def test_a_name_that_a_system_reserves_is_refused(desk: Desk, known: Scenario, name: str) -> None:
    """No folder of such a name can be made on every system; the fix is a longer one."""
    (problem,) = desk.problems(name=f"name: {name}")
    assert problem.field == "name"
    assert f"write {name}-" in str(problem.suggestion)
    with pytest.raises(ScenarioError, match="reserve"):
        known.with_(name=name)
    assert known.with_(name=f"{name}-2").name == f"{name}-2"
