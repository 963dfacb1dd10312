"""The resolved scenario says everything and loads again as itself; the files in scenarios/ are whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_desk import Desk

from simulation.domain.distributions import Distribution, Empirical, Fixed, HalfNormal, lognormal_from_interval
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterSet
from simulation.domain.target import Target
from simulation.domain.villages import Villages
from simulation.engine.effort import Effort
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.inputs.schema import json_schema
from simulation.inputs.tables.cells import clean
from simulation.report.codec import plain
from simulation.report.kinds.forecast.result import ask

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
INVENTED = {path.stem for path in FILES if "contoh" in path.stem}
"""Made up, and says so wherever it is shown."""
COUNTS_MADE_UP = {"national"}
"""Places that exist; how many villages stand at each status is made up, and said to be."""
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
    """Write a scenario and load it."""
    folder.mkdir(exist_ok=True)
    return load_scenario(scenario.to_yaml(folder / "again.yaml"))


def same(one: Scenario, other: Scenario) -> None:
    """Check that two scenarios state the same, hold the same numbers and have the same input hash."""
    assert json.dumps(one.document) == json.dumps(other.document)
    assert fingerprint(one) == fingerprint(other)
    assert ask(one, Effort(3, 2), 1, "batch").id == ask(other, Effort(3, 2), 1, "batch").id
    assert (one.parameters.defaulted, one.parameters.blocks) == (other.parameters.defaulted, other.parameters.blocks)
    assert (one.interventions, one.target, one.provinces) == (other.interventions, other.target, other.provinces)
    draws = [each.parameters.draw(5, 7) for each in (one, other)]
    assert plain(draws[0]) == plain(draws[1])
    assert [each.made_up for each in one.districts] == [each.made_up for each in other.districts]
    assert plain(one.districts) == plain(other.districts)


@pytest.mark.parametrize("sections", [{}, RICH, MATRIX], ids=["smallest", "rich", "matrix"])
def test_a_document_loads_again_as_itself(desk: Desk, sections: dict[str, str]) -> None:
    """The document, written as YAML, is a scenario with the same document, to the byte."""
    first = desk.load(**sections)
    same(again(first, desk.folder / "elsewhere"), first)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_published_scenario_is_stated_by_its_document(path: Path, tmp_path: Path) -> None:
    """Written and loaded again, it is the same, though its tables lie elsewhere."""
    same(again(load_scenario(path), tmp_path), load_scenario(path))


CHANGES: dict[str, Callable[[Scenario], Scenario]] = {
    "horizon": lambda known: replace(known, horizon=3),
    "target": lambda known: replace(known, target=Target(Fraction(1, 3), "stock")),
    "overlap": lambda known: replace(known, overlap="strongest", min_years=2),
    "parameter": lambda known: with_scalars(known, {"rise.dasar": Fixed(0.3), "village_sd": HalfNormal(0.123456789)}),
    "interval": lambda known: with_scalars(known, {"village_sd": lognormal_from_interval(0.5, 0.2, 1.3)}),
    "draws": lambda known: with_scalars(
        known, {"rise.dasar": Empirical(np.array([0.1, 0.2, 0.15])), "year_sd": Empirical(np.array([0.3, 1e-9, 1 / 3]))}
    ),
    "coverage": lambda known: replace(
        known, interventions=tuple(replace(one, coverage=Fraction(2, 7), capacity=None) for one in known.interventions)
    ),
    "villages": lambda known: replace(
        known,
        districts=(
            Villages.arrange(
                "63.01", "Kabupaten, Contoh", ["b", "a", "63.01.02.2004"], ['Desa "X"', "Ü", "Z, 1"],
                ["Q", "Jorong", "Q"],
                status=[0, 3, 1],
                columns={"remoteness": [1.234, 1e-7, -12.345], "kind": ["desa", "1,5", "kelurahan"]},
            ),
        ),
    ),
    "counts": lambda known: replace(
        known, districts=(Villages.from_counts("63.01", "Contoh", np.array([5, 3, 2, 1]), 4),), interventions=(),
        parameters=bare(known),
    ),
    "kecamatan": lambda known: replace(
        known,
        districts=(
            Villages.from_subdistrict_counts("63.01", "C", {"B": np.array([1, 2, 0, 0]), "A": np.array([3, 0, 1, 0])}),
        ),
        interventions=(), parameters=bare(known),
    ),
    "districts": lambda known: replace(
        known,
        districts=(
            Villages.from_counts("63.10", "Contoh", np.array([5, 3, 2, 1]), 4),
            Villages.from_counts("51.02", "Lain", None, 2, 9),
        ),
        interventions=(), parameters=bare(known), provinces={"63.10": "Kalimantan Selatan", "51.02": "Bali"},
    ),
    "districts with villages": lambda known: replace(
        known,
        districts=(
            known.districts[0],
            Villages.arrange("63.10", "B", ["x", "y"], ["X", "Y"], ["K", "L"], status=[1, 2], columns={"f": [2.5, 3]}),
            Villages.arrange("63.11", "C", ["v", "w"], ["V", "W"], ["K", "L"], status_counts=np.array([1, 0, 0, 1])),
            Villages.from_counts("51.02", "Lain", None, 2, 9),
        ),
        interventions=(), parameters=bare(known), provinces={"63.01": "A", "63.10": "B", "63.11": "B", "51.02": ""},
    ),
}  # fmt: skip


def with_scalars(known: Scenario, scalars: dict[str, Distribution]) -> Scenario:
    """Return a scenario with other parameters, as a Python user changes them."""
    return replace(known, parameters=replace(known.parameters, scalars={**known.parameters.scalars, **scalars}))


def bare(scenario: Scenario) -> ParameterSet:
    """Return the parameters of a scenario without those of covariates and interventions."""
    known = scenario.parameters
    scalars = {key: value for key, value in known.scalars.items() if not key.is_effect and key.kind != "covariate"}
    return replace(known, scalars=scalars, interventions=(), covariates=())


@pytest.mark.parametrize("change", CHANGES)
def test_a_scenario_changed_in_python_states_what_it_is(desk: Desk, change: str) -> None:
    """Its document is made from its own assumptions, not kept from the file that it began as."""
    first = desk.load(**RICH)
    other = CHANGES[change](first)
    same(again(other, desk.folder / "elsewhere"), other)
    assert fingerprint(other) != fingerprint(first)


def test_a_source_speaks_of_the_value_that_it_was_given_with(desk: Desk) -> None:
    """Changed in Python, a number is no longer stated by the minutes nor a default prior; its neighbours are."""
    first = desk.load(**RICH)
    other = with_scalars(first, {"rise.dasar": Fixed(0.3), "year_sd": HalfNormal(0.1)})
    assert other.sources["transition.rise.dasar"] == other.sources["transition.year_sd"] == "assumed"
    assert other.sources["transition.rise.mandiri"] == "stated; minutes"
    assert other.sources["transition.subdistrict_sd"] == "assumed; default prior, see MODEL.md"
    assert "year_sd" in first.parameters.defaulted
    assert "year_sd" not in other.parameters.defaulted
    assert other.document["villages"]["as_of"] == "2025-07-31"
    assert "as_of" not in CHANGES["villages"](first).document["villages"]


def test_draws_made_in_python_are_named_as_what_they_are(desk: Desk) -> None:
    """Numbers that rest on draws of unstated origin do not claim to rest on priors alone."""
    other = CHANGES["draws"](desk.load(**RICH))
    assert other.parameters.blocks == ("own_posterior",)
    assert other.sources["transition.rise.dasar"] == "estimated; posterior milik pengguna // the user's own posterior"


@settings(deadline=None, max_examples=50)
@given(
    share=st.fractions(Fraction(1, 500), Fraction(1, 2), max_denominator=997),
    value=st.floats(1e-12, 1, exclude_max=True),
    spread=st.floats(0, 10),
    column=st.lists(st.floats(-1e15, 1e15), min_size=3, max_size=3),
    name=st.text(st.characters(categories=("L", "N", "P")), max_size=20).map(lambda text: clean(f"K{text}")),
)
@pytest.mark.slow
def test_any_number_and_any_name_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    share: Fraction,
    value: float,
    spread: float,
    column: list[float],
    name: str,
) -> None:
    """Shares stay exact fractions, floats keep their last bit, names their quotes and commas."""
    folder = tmp_path_factory.mktemp("exact")
    villages = Villages.arrange(
        "1", "D", ["1.1", "1.2", "1.3"], [name, "B", "C"], ["K", "K", "L"], status=[0, 1, 2], columns={"far": column}
    )
    first = Scenario("any", 2025, 3, (villages,), ParameterSet(DEFAULT_PRIORS), Target(share))
    same(again(first, folder), first)
    other = with_scalars(first, {"rise.dasar": Fixed(value), "year_sd": HalfNormal(spread)})
    same(again(other, folder), other)


@pytest.mark.parametrize("name", ["=1+1", "'=cmd|' /C calc'!A0", "@SUM(A1)", "-", "+62", "-5"])
def test_a_name_that_is_a_formula_comes_back_and_is_none_in_the_table(tmp_path: Path, name: str) -> None:
    """A spreadsheet program that opens the kept table computes nothing."""
    villages = Villages.arrange("1", "D", ["1.1", "1.2"], [name, "B"], ["K", "L"], status=[0, 1])
    first = Scenario("any", 2025, 3, (villages,), ParameterSet(DEFAULT_PRIORS))
    same(again(first, tmp_path), first)
    cells = next(iter(first.data.values())).decode().splitlines()[1].split(",")
    assert cells[1].lstrip("+-").isdigit() or not cells[1].startswith(("=", "+", "-", "@"))


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
    same(again(first, desk.folder / "elsewhere"), first)


def test_every_parameter_has_a_source(desk: Desk) -> None:
    """Listed origins are kept, also for what stands below a listed key; the rest is assumed."""
    scenario = desk.load(**RICH)
    assert scenario.sources["transition.rise.dasar"] == "stated; minutes"
    assert scenario.sources["transition.rise.berkembang"] == "assumed; default prior, see MODEL.md"
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
        assert set(given) == {"assumed; rekaan // invented"}
        assert all("rekaan" in name for name in (scenario.title["id"], scenario.districts[0].district))
    elif path.stem in COUNTS_MADE_UP:
        assert scenario.sources["districts.table"].startswith("stated; Kepmendagri")
        assert all("rekaan" in text for text in (scenario.title["id"], scenario.sources["districts.table"]))
    else:
        assert scenario.sources["villages.status_counts"].startswith("stated; ")
    assert all(re.match(r"(stated|estimated|assumed)(; |$)", text) for text in scenario.sources.values())
    assert json.dumps(json.loads(json.dumps(scenario.document))) == json.dumps(scenario.document)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.stem not in INVENTED | COUNTS_MADE_UP], ids=lambda path: path.stem
)
def test_the_source_printed_below_figures_reads_in_both_languages(path: Path) -> None:
    """Where the status counts come from is links; the day stands above, as the reader's language writes it."""
    source = load_scenario(path).sources["villages.status_counts"]
    assert re.fullmatch(r"stated; https://\S+( , https://\S+)*", source)


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
