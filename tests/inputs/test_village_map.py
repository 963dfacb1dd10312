"""The map that a scenario names: read whole or refused in words, kept with the scenario, and deciding no number."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_desk import Desk, words

from simulation.domain.messages import DataError, ScenarioError
from simulation.inference.forecasting import forecast
from simulation.inputs.files import Source
from simulation.inputs.problem_list import ProblemList
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.inputs.village_map import VillageMap, map_in

WITH_MAP = "villages: {table: villages.csv, map: peta.geojson}"
SQUARE = [[114.0, -4.0], [115.0, -4.0], [115.0, -3.0], [114.0, -3.0], [114.0, -4.0]]
HOLE = [[114.4, -3.6], [114.4, -3.4], [114.6, -3.4], [114.6, -3.6], [114.4, -3.6]]


def feature(code: Any, kind: str = "Point", coordinates: Any = (114.5, -3.5)) -> dict[str, Any]:
    """Return a feature."""
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"village_code": code, "luas": 3.5}, "geometry": geometry}


def geojson(*features: Any) -> bytes:
    """Return a map of features."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


MAP = geojson(
    feature("63.01.01.2001", "Polygon", [SQUARE, HOLE]),
    feature(" 6301012002 ", "MultiPolygon", [[SQUARE], [HOLE]]),
    feature("63-01-02-2001"),
    feature("63.01.09.2009", coordinates=[114.75, -3.25, 12.0]),
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with a map of four features on it."""
    desk = Desk(tmp_path)
    desk.write("peta.geojson", MAP)
    return desk


def read(content: bytes) -> VillageMap | None:
    """Return the map in a file; None where it is refused with problems that can be shown."""
    collector = ProblemList()
    found = map_in(Source(Path("peta.geojson"), "peta.geojson", Path(), content), collector)
    assert (found is None) == (len(collector) > 0)
    if found is None:
        problems = collector.error().problems
        assert all(len(str(problem)) < 2000 and len(problem.found) <= 60 for problem in problems)
        assert all(problem.allowed or problem.suggestion for problem in problems)
    return found


def test_polygons_holes_and_points_are_read_as_they_stand(desk: Desk) -> None:
    """Longitude and latitude in degrees; a height is left out; codes match with and without separators."""
    found = desk.load(villages=WITH_MAP).village_map
    assert found is not None
    assert list(found.shapes) == ["63.01.01.2001", "6301012002", "63-01-02-2001", "63.01.09.2009"]
    shape = found.shape_of("6301012001")
    assert shape is not None
    ((outer, hole),) = shape.polygons
    np.testing.assert_array_equal(outer, SQUARE)
    np.testing.assert_array_equal(hole, HOLE)
    assert len(shape.points) == 10
    several, point = found.shape_of("63.01.01.2002"), found.shape_of("63.01.09.2009")
    assert several is not None
    assert point is not None
    assert [len(rings) for rings in several.polygons] == [1, 1]
    assert point.point == (114.75, -3.25)
    assert found.shape_of("63.01.02.2002") is None


def test_a_map_is_an_input_that_decides_no_number(desk: Desk) -> None:
    """It is hashed and kept byte for byte; every count of the simulation is the same without it."""
    with_it, without = desk.load(villages=WITH_MAP), desk.load("lain.yaml")
    assert fingerprint(with_it) != fingerprint(without)
    assert with_it.data["villages.geojson"] == MAP
    assert with_it.document["villages"]["map"] == "villages.geojson"
    assert with_it.provenance.files["peta.geojson"] == sha256(MAP).hexdigest()
    assert with_it.sources["villages.map"] == "stated; peta.geojson"
    assert "map" not in without.document["villages"]
    assert "villages.geojson" not in without.data
    assert "villages.map" not in without.sources
    here, there = (forecast(one, 5, 20, 3).ensemble_run for one in (with_it, without))
    assert here is not None
    assert there is not None
    for one, other in zip(here.outcomes, there.outcomes, strict=True):
        np.testing.assert_array_equal(one.rises, other.rises)


def test_another_map_makes_another_scenario(desk: Desk) -> None:
    """The same table with a point moved."""
    before = desk.load(villages=WITH_MAP)
    desk.write("peta.geojson", MAP.replace(b"114.75", b"114.76"))
    after = desk.load(villages=WITH_MAP)
    assert fingerprint(before) != fingerprint(after)
    assert before != after


def test_a_scenario_with_a_map_is_written_and_read_back(desk: Desk, tmp_path: Path) -> None:
    """The map lies beside the file under a name that begins with that of the file."""
    scenario = desk.load(villages=WITH_MAP)
    path = scenario.to_yaml(tmp_path / "salinan.yaml")
    assert (tmp_path / "salinan_villages.geojson").read_bytes() == MAP
    again = load_scenario(path)
    assert again == scenario
    assert fingerprint(again) == fingerprint(scenario)


def test_a_map_goes_along_with_what_python_and_overlays_change(desk: Desk) -> None:
    """Unless they change the villages; an overlay may name another one, or give one to a scenario without."""
    scenario = desk.load("dasar.yaml", villages=WITH_MAP)
    for changed in (scenario.with_(horizon=2), scenario.with_(**{"villages.as_of": "2025-12-31"})):
        assert changed.village_map is not None
        assert changed.data["villages.geojson"] == MAP
        assert changed.sources["villages.map"] == "stated; peta.geojson"
    (villages,) = scenario.districts
    other = replace(scenario, districts=(replace(villages, district="Kabupaten Lain"),))
    assert "map" not in other.document["villages"]
    assert "villages.geojson" not in other.data
    assert Scenario.from_dict(dict(other.document), desk.folder) is not None
    desk.write("lain.geojson", geojson(feature("63.01.01.2001")))
    desk.write("lain.yaml", "extends: dasar.yaml\nname: lain\nvillages: {map: lain.geojson}\n")
    overlaid = load_scenario(desk.folder / "lain.yaml")
    assert overlaid.village_map is not None
    assert list(overlaid.village_map.shapes) == ["63.01.01.2001"]
    assert overlaid.sources["villages.map"] == "stated; lain.geojson"


def test_a_source_that_is_given_for_the_map_is_kept(desk: Desk) -> None:
    """As that of any number; a key that is not there has none."""
    given = "sources: {villages.map: stated; Badan Informasi Geospasial 2025}"
    assert desk.load(villages=WITH_MAP, more=given).sources["villages.map"].endswith("Geospasial 2025")
    (problem,) = desk.problems(more=given)
    assert problem.field == "sources.villages.map"


def test_problems_of_a_map_come_with_all_others_as_one_error(desk: Desk) -> None:
    """Also where the table is wrong, which alone would be an error of data."""
    desk.write("peta.geojson", geojson(feature("63.01.01.2001", "LineString")))
    desk.write("villages.csv", "village_code,village,subdistrict,status\n63.01.01.2001,Benua,Takisung,maju\n")
    desk.write("scenario.yaml", desk.text(villages=WITH_MAP))
    error = desk.error()
    assert isinstance(error, ScenarioError)
    assert [problem.file.rpartition("/")[2] for problem in error.problems] == ["villages.csv", "peta.geojson"]
    desk.write("peta.geojson", MAP)
    with pytest.raises(DataError):
        load_scenario(desk.folder / "scenario.yaml")


def test_a_map_outside_the_folder_tree_is_not_read(desk: Desk) -> None:
    """Paths are held to the same rules as those of tables."""
    (problem,) = desk.problems(villages="villages: {table: villages.csv, map: ../../etc/peta.geojson}")
    assert (problem.field, problem.line) == ("villages.map", 6)
    (problem,) = desk.problems(villages="villages: {table: villages.csv, map: petta.json}")
    assert "peta.geojson" in words(problem)


def test_a_map_of_many_districts_is_no_key(desk: Desk) -> None:
    """Of one district alone a scenario names its map."""
    problems = desk.problems(villages=None, district=None, more="districts: {table: kab.csv, map: peta.geojson}")
    assert any("unknown key map" in words(problem) for problem in problems)


@pytest.mark.parametrize(
    "ring", [[], [SQUARE[:3]], SQUARE, [[]], "x", None, [[["a", "b"]] * 5], [[[True, False]] * 5], [[[1]] * 5], {}, 3]
)
def test_coordinates_that_are_no_polygon_are_refused(ring: Any) -> None:
    """Whatever stands in their place; truth values are no numbers."""
    assert read(geojson(feature("63.01.01.2001", "Polygon", ring))) is None


@pytest.mark.parametrize("depth", [500, 900, 2_000, 10_000, 100_000])
@pytest.mark.parametrize("key", ["village_code", "properties", "geometry", "type", "coordinates"])
def test_what_nests_deeply_is_refused(key: str, depth: int) -> None:
    """Wherever brackets stand, and however many: what reads them has an end, and so has what shows them."""
    content = geojson(feature("63.01.01.2001"))
    nested = b'"%s": %s' % (key.encode(), b"[" * depth + b"]" * depth)
    spoiled = re.sub(rb'"%s": ("[^"]*"|\[[^]]*\]|\{[^}]*\})' % key.encode(), lambda _: nested, content)
    assert spoiled != content
    assert read(spoiled) is None
    assert read(geojson().replace(b"[]", b"[" * depth + b"]" * depth)) is None


@pytest.mark.parametrize("number", ["1e999", "-Infinity", "NaN", "180.001", "1" + "0" * 400])
def test_what_is_not_on_earth_is_refused(number: str) -> None:
    """Not finite, too large, or a number of so many digits that Python would not turn it into text."""
    assert read(MAP.replace(b"114.75", number.encode())) is None


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6))
JSON = st.recursive(
    LEAVES | st.sampled_from(["Feature", "Point", "Polygon", "MultiPolygon", "63.01.01.2001"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "features", "properties", "geometry", "coordinates", "village_code"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JSON, JSON, JSON)
def test_any_json_is_a_map_or_is_refused_in_words(whole: Any, properties: Any, geometry: Any) -> None:
    """In the place of the file, of a feature, and of its parts."""
    read(json.dumps(whole).encode())
    read(geojson(whole))
    read(geojson({"type": "Feature", "properties": properties, "geometry": geometry}, feature("63.01.01.2001")))
    for kind in ("Point", "Polygon", "MultiPolygon"):
        read(geojson(feature("63.01.01.2001", kind, geometry)))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    """No crash, and no map."""
    assert read(content) is None


def test_the_invented_map_fits_its_district() -> None:
    """All but one village of the example lie on it, and something else besides."""
    root = Path(__file__).parents[2]
    villages = load_scenario(root / "scenarios" / "contoh.yaml").districts[0]
    found = read((root / "tests" / "data" / "contoh_villages.geojson").read_bytes())
    assert found is not None
    missing = [name for code, name in zip(villages.codes, villages.names, strict=True) if found.shape_of(code) is None]
    assert missing == ["Cempaka 8"]
    assert len(found.shapes) == len(villages)
    assert {*found.shapes} - {*villages.codes} == {"9901012002", "99.01.09.2001"}
