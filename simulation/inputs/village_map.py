"""The map of villages that a scenario names: GeoJSON, checked whole, which no number depends on."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from reprlib import repr as in_brief
from typing import Any

import numpy as np

from ..domain.arrays import Floats
from ..domain.constraints import Finding
from ..domain.messages import CONTROL, Message, listed, shown
from .districts import Region
from .files import Files, Source
from .problem_list import Node, ProblemList
from .schema import VillagesSection
from .tables.cells import clean, plain_code, strip_quotes
from .tables.table import spans

ENDING = ".geojson"
LARGEST_MAP = 20_000_000
MOST_VALUES = 1_000_000
"""Numbers, texts and brackets of a map: about 300,000 points."""
MOST_FEATURES = 10_000
LONGEST_CODE = 60
MOST_NAMED = 5
"""Villages that a note names."""
CODE = "village_code"
SHAPES = ("Polygon", "MultiPolygon", "Point")
_FEWEST_POINTS = 4
"""Of a ring, whose last point is the first again."""
_EXAMPLES = 3

_EXPORT = Message("export the map again as GeoJSON, in QGIS: Export > Save Features As")
_FORMS = Message("one of: {names}", {"names": ", ".join(SHAPES)})
_WRONG: dict[str, tuple[str, Finding]] = {
    "no feature": ("features", (Message("this is not a GeoJSON feature: no. {features}"), None, _EXPORT)),
    "no code": (
        CODE,
        (
            Message("the feature has no village_code: no. {features}"),
            None,
            Message("fill in the code of the village, or remove the feature"),
        ),
    ),
    "odd code": (
        CODE,
        (
            Message("village_code is not text: no. {features}"),
            Message("the code of a village as text, such as {code}", {"code": '"63.01.01.2001"'}),
            Message("save the codes as text, in quotation marks"),
        ),
    ),
    "code twice": (
        CODE,
        (
            Message("an earlier feature has this village_code already: no. {features}"),
            None,
            Message("correct the code, or join the shapes of a village into one MultiPolygon"),
        ),
    ),
    "no shape": (
        "geometry",
        (
            Message("the feature has no geometry: no. {features}"),
            _FORMS,
            Message("draw the outline of the village or a point, or remove the feature"),
        ),
    ),
    "other shape": (
        "geometry.type",
        (
            Message("the geometry is of a type that shows no village: no. {features}"),
            _FORMS,
            Message("give the village a polygon or a point, or remove the feature"),
        ),
    ),
    "no coordinates": (
        "geometry.coordinates",
        (
            Message("the coordinates do not fit the type of the geometry: no. {features}"),
            Message("points as [longitude, latitude], in rings of at least {fewest}", {"fewest": _FEWEST_POINTS}),
            _EXPORT,
        ),
    ),
    "outside": (
        "geometry.coordinates",
        (
            Message("a point lies outside the range of longitude and latitude: no. {features}"),
            Message("[longitude, latitude] in degrees: from -180 to 180, and from -90 to 90"),
            Message("export the map in the coordinate system WGS 84 (EPSG:4326), the longitude first"),
        ),
    ),
}
"""What can be wrong with features: field, and what is said of all of which it is true, by their numbers from 1."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Where a village is.

    Attributes
    ----------
    polygons
        Of each polygon its rings, the outer one first, then the holes: longitude and latitude in degrees, shape (n, 2).
        Empty where the map has a point alone.
    point
        Longitude and latitude of that.
    """

    polygons: tuple[tuple[Floats, ...], ...] = ()
    point: tuple[float, float] | None = None

    @property
    def points(self) -> Floats:
        """All its points, shape (n, 2)."""
        if self.point is not None:
            return np.array([self.point])
        return np.concatenate([ring for rings in self.polygons for ring in rings])


@dataclass(frozen=True, eq=False)
class VillageMap:
    """A map of villages.

    Attributes
    ----------
    content
        The file as it was read.
    shapes
        Code of a village as written -> where it is, in the order of the file.
    """

    content: bytes
    shapes: Mapping[str, Shape]

    @cached_property
    def _by_plain_code(self) -> Mapping[str, Shape]:
        return {plain_code(code): shape for code, shape in self.shapes.items()}

    def shape_of(self, village_code: str) -> Shape | None:
        """Return where a village is, however its code is separated; None where the map does not have it."""
        return self._by_plain_code.get(plain_code(village_code))


def read_village_map(
    node: Node, section: VillagesSection | None, region: Region, files: Files, collector: ProblemList
) -> VillageMap | None:
    """Return the map that a scenario names; None where it names none, or problems went to `collector`."""
    place = node.get("villages", "map")
    if place is None or section is None or section.map is None or node.get("districts") is not None:
        return None
    if section.table is None:
        message = Message("a map shows the villages of a table, and here is none")
        fix = Message("give villages.table, or remove {text}", {"text": "map"})
        collector.add(place, "villages.map", message, suggestion=fix)
        return None
    source = files.read(section.map, place.place, "villages.map", largest=LARGEST_MAP)
    found = None if source is None else map_in(source, collector)
    if source is None or found is None or not region.districts:
        return found
    villages = region.districts[0].ever
    missing = [name for code, name in zip(villages.codes, villages.names, strict=True) if found.shape_of(code) is None]
    if len(missing) == len(villages):
        message = Message("no village of the table is on the map")
        allowed = Message(
            "codes of the table, such as {codes}", {"codes": listed(villages.codes[:_EXAMPLES], _EXAMPLES)}
        )
        fix = Message("check that map and table are of the same district, and that village_code holds the same codes")
        on_map = listed(islice(found.shapes, _EXAMPLES), _EXAMPLES)
        collector.add((source.shown, None), CODE, message, found=on_map, allowed=allowed, suggestion=fix)
        return None
    if missing:
        message = Message("{map}: {count:,} of {villages:,} villages of the table are not on the map: {names}")
        named = {"map": source.shown, "count": len(missing), "villages": len(villages)}
        collector.note(message.filled(**named, names=listed(missing, MOST_NAMED)))
    if region.districts[0].single_levels is None:
        message = Message("{map}: no map is drawn, because the status of each village is not known")
        collector.note(message.filled(map=source.shown))
    return found


def map_in(source: Source, collector: ProblemList) -> VillageMap | None:
    """Return the map in a file, or None with every problem told."""
    features = _features(source, collector)
    if features is None:
        return None
    before, place = len(collector), (source.shown, None)
    if not any(CODE in _properties(feature) for feature in features):
        _tell_unnamed(place, features, collector)
    shapes: dict[str, Shape] = {}
    wrong: dict[str, list[tuple[int, str]]] = defaultdict(list)
    codes: set[str] = set()
    for number, feature in enumerate(features, start=1):
        code, shape = _code(feature), _shape(feature)
        for part in (code, shape):
            if isinstance(part, _Wrong) and not (part.kind == "no code" and len(collector) > before):
                wrong[part.kind].append((number, part.found))
        if isinstance(code, str):
            if plain_code(code) in codes:
                wrong["code twice"].append((number, code))
            codes.add(plain_code(code))
            if isinstance(shape, Shape):
                shapes[code] = shape
    for kind, (field, (message, allowed, fix)) in _WRONG.items():
        if kind in wrong:
            numbers, found = zip(*wrong[kind], strict=True)
            told = message.filled(features=listed(spans(numbers)))
            collector.add(place, field, told, found=found[0], allowed=allowed, suggestion=fix)
    return VillageMap(source.content, shapes) if len(collector) == before else None


def _features(source: Source, collector: ProblemList) -> list[Any] | None:
    """Return the features of a file, or None with the problem told."""

    def tell(message: Message, fix: Message, *, field: str = "", line: int | None = None, found: object = "") -> None:
        collector.add((source.shown, line), field, message, found=found, suggestion=fix)

    if sum(map(source.content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        fix = Message("simplify the outlines, in QGIS: Simplify; about 100 points for each village are enough")
        tell(Message("the map is too detailed: it holds more than {most:,} values", {"most": MOST_VALUES}), fix)
        return None
    text = source.text(collector)
    if text is None:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        tell(Message("the file is not valid JSON"), _EXPORT, line=getattr(error, "lineno", None))
        return None
    kind = data.get("type") if isinstance(data, dict) else None
    features = data.get("features") if isinstance(data, dict) else None
    if kind != "FeatureCollection" or not isinstance(features, list):
        message = Message("this is not a GeoJSON FeatureCollection with a list of features")
        tell(message, _EXPORT, field="type", found=kind if isinstance(kind, str) else "")
    elif not features:
        tell(Message("the map has no features"), _EXPORT, field="features")
    elif len(features) > MOST_FEATURES:
        message = Message("the map has more than {most:,} features", {"most": MOST_FEATURES})
        tell(message, Message("leave out what lies outside the district"), field="features", found=len(features))
    else:
        return features
    return None


@dataclass(frozen=True)
class _Wrong:
    """What is wrong with a feature, a key of `_WRONG`, and what was found there."""

    kind: str
    found: str = ""


def _properties(feature: Any) -> dict[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _tell_unnamed(place: tuple[str, None], features: Sequence[Any], collector: ProblemList) -> None:
    """Tell that no feature has a code, and which property looks like one."""
    named = list(dict.fromkeys(str(name) for feature in features for name in _properties(feature)))
    fix = Message("add the property village_code to every feature, with the code of its village as text")
    for name in named:
        if all(_is_official(_properties(feature).get(name)) for feature in features):
            fix = Message("rename the property {name} to village_code", {"name": shown(name)})
            break
    message = Message("no feature has the property village_code")
    collector.add(place, CODE, message, found=listed(named), suggestion=fix)


def _is_official(found: Any) -> bool:
    """Return whether a property may be the official code of a village."""
    return isinstance(found, str | int) and re.fullmatch("[0-9]{10}", plain_code(clean(f"{found}"))) is not None


def _code(feature: Any) -> str | _Wrong:
    """Return the code of a feature's village, or what is wrong with it."""
    found = _properties(feature).get(CODE)
    if not isinstance(feature, dict):
        return _Wrong("no feature", in_brief(feature))
    if found is None or found == "":
        return _Wrong("no code")
    code = strip_quotes(clean(found)) if isinstance(found, str) else ""
    if not code or len(code) > LONGEST_CODE or CONTROL.search(code):
        return _Wrong("odd code", found if isinstance(found, str) else in_brief(found))
    return code


def _shape(feature: Any) -> Shape | _Wrong | None:
    """Return where a feature lies, or what is wrong with it; None of what is no feature."""
    if not isinstance(feature, dict):
        return None
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return _Wrong("no shape", "" if geometry is None else in_brief(geometry))
    kind: Any = geometry.get("type")
    coordinates: Any = geometry.get("coordinates")
    if kind not in SHAPES:
        return _Wrong("other shape", kind if isinstance(kind, str) else in_brief(kind))
    polygons: Any = {"Point": [[[coordinates]]], "Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
    fewest = 1 if kind == "Point" else _FEWEST_POINTS
    if not _well_formed(polygons, fewest):
        return _Wrong("no coordinates", in_brief(coordinates))
    for lon, lat, *_ in (point for rings in polygons for ring in rings for point in ring):
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # so is what is not a number
            return _Wrong("outside", f"[{lon}, {lat}]")
    if kind == "Point":
        return Shape(point=(float(coordinates[0]), float(coordinates[1])))
    return Shape(
        tuple(tuple(np.array([point[:2] for point in ring], dtype=np.float64) for ring in rings) for rings in polygons)
    )


def _well_formed(polygons: Any, fewest: int) -> bool:
    """Return whether these are polygons of rings of so many points, or more."""
    return _filled(polygons) and all(
        _filled(rings) and all(_filled(ring, fewest) and all(map(_is_point, ring)) for ring in rings)
        for rings in polygons
    )


def _filled(found: Any, fewest: int = 1) -> bool:
    return isinstance(found, list) and len(found) >= fewest


def _is_point(found: Any) -> bool:
    return isinstance(found, list) and len(found) >= 2 and all(type(part) in {int, float} for part in found[:2])
