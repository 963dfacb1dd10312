"""The resolved scenario says everything and loads again as itself; the files in scenarios/ are whole."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from scenario_desk import Desk

from simulation.inputs.scenario import Scenario, load_scenario
from simulation.inputs.schema import json_schema

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
INVENTED = {path.stem for path in FILES if path.stem.startswith("contoh")}
"""Made up, and says so wherever it is shown."""
LEVERS = ("pokja", "rumah_dataku", "media", "tematik", "koordinasi")

RICH = {
    "title": 'title: {id: "Judul", en: "Title"}',
    "villages": "villages: {table: villages.csv, as_of: 2025-07-31}",
    "target": "target: {share: 0.07, reading: stock, levels: [berkelanjutan]}",
    "transition": (
        "transition:\n  rise: {dasar: {beta: {alpha: 2, beta: 30}}, mandiri: 0.3}\n  fall: {mandiri: 0.02}\n"
        "  skip: 0.2\n  village_sd: {median: 0.6, interval90: [0.2, 1.8]}\n  covariates: {remoteness: 0.8}\n"
        "  min_years: 1\n"
    ),
    "interventions": (
        "interventions:\n  - {name: pokja, starts: 2026, ends: 2028, coverage: 0.4, priority: column:remoteness}\n"
        "  - name: media\n    starts: 2027\n    capacity: 2\n"
        "    eligible: {where: {kind: desa}, subdistrict: [Jorong]}\n"
        "    priority: [63.01.02.2004]\n    odds_ratio_rise: {normal: {mean: 0.3, sd: 0.2}}\n    odds_ratio_fall: 0.9\n"
    ),
    "sources": "sources: {transition.rise: stated; minutes, villages.as_of: assumed}",
}
MATRIX = {
    "villages": "villages: {status_counts: {dasar: 5, berkembang: 2, mandiri: 0, paripurna: 1}, subdistricts: 3}",
    "transition": (
        "transition:\n  matrix:\n    dasar: {dasar: 0.9, berkembang: 0.1, effective_n: 40}\n"
        "    berkembang: {berkembang: 1}\n    mandiri: {mandiri: 1}\n    paripurna: {paripurna: 1}\n"
    ),
}


def again(scenario: Scenario, folder: Path) -> Scenario:
    """Write a document beside its tables and load it."""
    path = folder / "again.yaml"
    path.write_text(yaml.safe_dump(dict(scenario.document), sort_keys=False), encoding="utf-8")
    return load_scenario(path)


@pytest.mark.parametrize("sections", [{}, RICH, MATRIX], ids=["smallest", "rich", "matrix"])
def test_a_document_loads_again_as_itself(desk: Desk, sections: dict[str, str]) -> None:
    """The document, written as YAML, is a scenario with the same document, to the byte."""
    first = desk.load(**sections)
    second = again(first, desk.folder)
    assert json.dumps(second.document) == json.dumps(first.document)
    assert second.sources == first.sources
    assert second.parameters.scalars == first.parameters.scalars
    assert second.interventions == first.interventions


@pytest.mark.parametrize(("section", "code"), [(None, None), ("language: id", "id"), ("language: en", "en")])
def test_a_language_is_known_only_where_it_is_written(desk: Desk, section: str | None, code: str | None) -> None:
    """A scenario that names no language has none, so that the reader's own can be used; its document has no key."""
    scenario = desk.load(language=section)
    assert scenario.language == code
    assert scenario.document.get("language", "left out") == (code or "left out")
    assert again(scenario, desk.folder).language == code


def test_a_document_with_draws_loads_again_as_itself(desk: Desk) -> None:
    """Parameters that come from a file are named by the file only."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"rise.dasar": [0.1, 0.2], "fall": [0.01, 0.02]}), desk.folder / "posterior.parquet")
    first = desk.load(transition="transition: {parameters_from: posterior.parquet}")
    assert "fall" not in first.document["transition"]
    assert json.dumps(again(first, desk.folder).document) == json.dumps(first.document)


def test_paths_in_a_document_start_at_the_scenario_that_was_asked_for(desk: Desk) -> None:
    """A table named by a parent in another folder is named from the overlay's folder."""
    desk.write("pyproject.toml", "")
    desk.write("base.yaml", desk.text())
    path = desk.write("deep/overlay.yaml", "extends: ../base.yaml\nname: lapis\n")
    scenario = load_scenario(path)
    assert scenario.document["villages"]["table"] == "../villages.csv"
    assert json.dumps(again(scenario, path.parent).document) == json.dumps(scenario.document)


def test_every_parameter_has_a_source(desk: Desk) -> None:
    """Listed origins are kept, also for what stands below a listed key; the rest is assumed."""
    scenario = desk.load(**RICH)
    assert scenario.sources["transition.rise.dasar"] == "stated; minutes"
    assert scenario.sources["transition.rise.berkembang"] == "stated; minutes"
    assert scenario.sources["transition.skip"] == "assumed"
    assert scenario.sources["transition.year_sd"] == "assumed; default prior, see MODEL.md"
    assert scenario.sources["interventions.media.odds_ratio_fall"] == "assumed"
    assert len([key for key in scenario.sources if key.startswith(("transition.", "interventions."))]) == (
        len(scenario.parameters.scalars) + 1
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_published_scenario_loads_and_names_its_sources(path: Path) -> None:
    """Each file in scenarios/ is whole, and says where its counts or its choices come from."""
    scenario = load_scenario(path)
    assert set(scenario.title) == {"id", "en"}
    assert scenario.name == path.stem.replace("_", "-")
    if path.stem in INVENTED:
        given = [text for text in scenario.sources.values() if "prior" not in text and text != "assumed"]
        assert set(given) == {"assumed; rekaan / invented"}
        assert all("rekaan" in name for name in (scenario.title["id"], scenario.districts[0].district))
    else:
        assert scenario.sources["villages.status_counts"].startswith("stated; ")
    assert all(re.match(r"(stated|estimated|assumed)(; |$)", text) for text in scenario.sources.values())
    assert json.dumps(json.loads(json.dumps(scenario.document))) == json.dumps(scenario.document)


@pytest.mark.parametrize("path", [path for path in FILES if path.stem not in INVENTED], ids=lambda path: path.stem)
def test_the_source_printed_below_figures_reads_in_both_languages(path: Path) -> None:
    """Where the status counts come from is links and a date, for figures carry it in Indonesian and in English."""
    source = load_scenario(path).sources["villages.status_counts"]
    assert re.fullmatch(r"stated; (https://\S+ , )+[0-9]{2}-[0-9]{2}-[0-9]{4}", source)


def test_the_published_districts_have_their_published_counts() -> None:
    """Tanah Laut has 93/25/3/14 of 135 in 11 kecamatan, Tabanan 48/44/7/34 of 133 in 10."""
    for name, counts, kecamatan in (("tanah_laut", [93, 25, 3, 14], 11), ("tabanan", [48, 44, 7, 34], 10)):
        (district,) = load_scenario(SCENARIOS / f"{name}.yaml").districts
        assert district.known.counts.tolist() == counts
        assert len(district) == sum(counts)
        assert len(district.subdistricts) == kecamatan


def test_all_levers_together_are_the_single_levers() -> None:
    """The scenario with everything holds each single overlay's intervention, word for word, with its sources."""
    everything = load_scenario(SCENARIOS / "tanah_laut_semua.yaml")
    singles = [load_scenario(SCENARIOS / f"tanah_laut_{lever}.yaml") for lever in LEVERS]
    assert everything.document["interventions"] == [single.document["interventions"][0] for single in singles]
    for single in singles:
        assert single.interventions[0].eligible_status == ("dasar",)
        assert f"{single.interventions[0].name}.odds_ratio_rise" in single.parameters.defaulted
        shared = {key: text for key, text in single.sources.items() if key.startswith("interventions.")}
        assert shared.items() <= everything.sources.items()


def described(part: Any, path: str = "") -> list[str]:
    """Return the properties of a JSON Schema that carry no description."""
    if isinstance(part, list):
        return [name for item in part for name in described(item, path)]
    if not isinstance(part, dict):
        return []
    own = [
        f"{path}.{name}"
        for name, child in part.get("properties", {}).items()
        if isinstance(child, dict) and not child.get("description")
    ]
    return own + [name for key, child in part.items() for name in described(child, f"{path}/{key}")]


def test_the_json_schema_describes_every_key() -> None:
    """Editors show a description for each key, alternatives as anyOf, and accept overlays and synonyms."""
    schema = json_schema()
    assert described(schema) == []
    assert "oneOf" not in json.dumps(schema)
    assert {"required": ["extends"]} in schema["anyOf"]
    assert "berkelanjutan" in schema["$defs"]["StatusCounts"]["properties"]
    kinds = schema["$defs"]["Rise"]["properties"]["dasar"]["anyOf"]
    assert {"$ref": "#/$defs/LogitNormal"} in kinds
