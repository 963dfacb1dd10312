"""The village map: villages where they are, nothing told by colour alone, names that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from districts import make_scenario, make_villages
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from told import result_of, written

import simulation as kkb
from simulation.domain.messages import Refusal
from simulation.domain.status import TOP, UNKNOWN
from simulation.domain.villages import Villages
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario
from simulation.inputs.village_map import Shape, VillageMap
from simulation.report import plots
from simulation.report.document.blocks import On, Picture
from simulation.report.figures.page import WIDTH
from simulation.report.figures.village_map import _FILLS, _WIDEST_LABEL, _borders, _Place, _Projection, _thinned
from simulation.report.kinds.forecast.kind import FORECAST
from simulation.report.kinds.forecast.result import undrawable
from simulation.report.language import language

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def example() -> Forecast:
    """Return a forecast of the invented district with its map: a village is missing, one is a point."""
    text = (ROOT / "scenarios" / "contoh.yaml").read_text(encoding="utf-8")
    import yaml

    stated = yaml.safe_load(text.replace("table: data/", "map: ../tests/data/contoh_villages.geojson\n  table: data/"))
    return forecast(Scenario.from_dict(stated, ROOT / "scenarios"), 20, 100, 3)


def square(x: float, y: float, side: float = 0.05) -> Shape:
    """Return a square by its south-western corner."""
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    return Shape(((np.array(corners),),))


def mapped(
    sizes: Sequence[int], status: Sequence[int], shapes: Sequence[Shape], names: Sequence[str] = (), **more: Any
) -> Forecast:
    """Return a small forecast of a district with a shape for each of its first villages."""
    villages = make_villages(sizes, status, **more)
    if names:
        villages = replace(villages, names=tuple(names))
    places = VillageMap(b"{}", dict(zip(villages.ever.codes, shapes, strict=False)))
    scenario = make_scenario(villages, horizon=1, covariates={"remote": 0.6} if "columns" in more else None)
    return forecast(with_map(scenario, places), 1, 400, 5)


def with_map(scenario: Scenario, places: VillageMap) -> Scenario:
    """Return a scenario that has read a map."""
    sources = {**scenario.provenance.sources, "villages.map": "stated; peta.geojson"}
    return replace(scenario, village_map=places, provenance=replace(scenario.provenance, sources=sources))


def texts(figure: Figure) -> list[Text]:
    """Return every text of a figure that says something."""
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]  # type: ignore[union-attr, misc]


def words(figure: Figure) -> str:
    """Return all that a figure says, as one line."""
    return " ".join(" ".join(text.get_text() for text in texts(figure)).split())


def filled(figure: Figure, colour: str) -> list[Bbox]:
    """Return the boxes of what is filled in a colour on the ground of a map."""
    from matplotlib.colors import to_rgba

    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch)]
    return [one.get_path().get_extents() for one in patches if one.get_facecolor() == to_rgba(colour)]


def circles(figure: Figure) -> list[Line2D]:
    """Return the circles on the villages, without those of the legend, which come first."""
    return [line for line in figure.axes[1].lines if line.get_marker() == "o"][3:]


def leaders(figure: Figure) -> list[np.ndarray[Any, Any]]:
    """Return the ends of the lines to the names, shape (2, 2) each."""
    return [np.array(line.get_xydata()) for line in figure.axes[1].lines if line.get_marker() != "o"]


def assert_apart(figure: Figure, dots_per_inch: int) -> None:
    """No text overlaps another or leaves the page, and every letter is 7 points high."""
    figure.set_dpi(dots_per_inch)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    assert figure.get_figheight() < 29.7 / 2.54
    slack = dots_per_inch / 72
    boxes = [(text, text.get_window_extent(canvas.get_renderer())) for text in texts(figure)]
    for text, box in boxes:
        assert text.get_fontsize() >= 7
        assert figure.bbox.x0 - 1 <= box.x0 <= box.x1 <= figure.bbox.x1 + 1, text.get_text()
        assert figure.bbox.y0 - 1 <= box.y0 <= box.y1 <= figure.bbox.y1 + 1, text.get_text()
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a.x1 <= b.x0 + slack or b.x1 <= a.x0 + slack or a.y1 <= b.y0 + slack or b.y1 <= a.y0 + slack
        assert apart, (one.get_text(), other.get_text())


LONG = ("Watukebonsarikidul Tegaldlimo", "Wringinpitu Tegaldlimo Kidul Wetan", "MMMMMMMMMMMMMMMM", "Sumber $Makmur$ 1")
LEVELS_OF = [(0, 1, 0, 2, 0, 3, UNKNOWN, 0)[i % 8] for i in range(48)]
SHAPES: dict[str, list[Shape]] = {
    "a block": [square(114 + 0.05 * (i % 8), -4 + 0.05 * (i // 8)) for i in range(48)],
    "a long coast": [square(114 + 0.05 * i, -4 + 0.002 * (i % 3)) for i in range(48)],
    "a long river": [square(114 + 0.002 * (i % 3), -4 + 0.05 * i) for i in range(48)],
    "points in a crowd": [Shape(point=(114 + 1e-4 * (i % 7), -4 + 1e-4 * (i // 7))) for i in range(48)],
    "one point": [Shape(point=(114.6, -3.8))],
}


@pytest.mark.slow
@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("name", SHAPES)
def test_no_text_overlaps_another_or_leaves_the_page(name: str, code: str) -> None:
    """Whatever the form of a district, with long names; lines to the names do not cross."""
    remote = {"remote": [i * 5 % 11 / 2 for i in range(48)]}
    names = [f"{LONG[i % 4]} {i}" for i in range(48)]
    figure = plots.village_map(mapped((16, 16, 16), LEVELS_OF, SHAPES[name], names, columns=remote), code)
    for dots_per_inch in (150, 300):
        assert_apart(figure, dots_per_inch)
    assert not [pair for pair in combinations(leaders(figure), 2) if cross(*pair)]


def cross(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    """Return whether two lines cross between their ends."""

    def side(line: np.ndarray[Any, Any], point: np.ndarray[Any, Any]) -> float:
        (ax, ay), (bx, by) = line
        return float(np.sign((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)))

    return side(one, other[0]) * side(one, other[1]) < 0 and side(other, one[0]) * side(other, one[1]) < 0


@pytest.mark.parametrize("code", ["id", "en"])
def test_the_example_is_drawn_without_overlaps(example: Forecast, code: str) -> None:
    """With everything that a map can have: a point, a hole, two parts, a stranger, a village that is missing."""
    figure = plots.village_map(example, code)
    assert_apart(figure, 150)
    said = words(figure)
    assert "1 dari 40 kampung (Cempaka 8)." in said if code == "id" else "1 of 40 villages (Cempaka 8)." in said
    assert ("Persegi kecil" if code == "id" else "A small square") in said
    assert ("Warna pucat" if code == "id" else "Pale:") in said


def test_status_shows_in_fill_and_pattern(example: Forecast) -> None:
    """A shape for each village on the map; lines of another kind for each status, so that colour is never alone."""
    figure = plots.village_map(example, "en")
    villages = example.districts[0].villages
    status = [level for code, level in zip(villages.codes, villages.levels, strict=True) if code != "99.01.02.2008"]
    edges = {colour: {tuple(box.bounds) for box in filled(figure, colour)} for colour in _FILLS.values()}
    assert [len(filled(figure, colour)) for colour in _FILLS.values()] == [status.count(level) for level in range(4)]
    patterns: dict[str, set[float]] = {colour: set() for colour in edges}
    ground = [patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch)]
    for patch, following in pairwise(ground):
        for colour, boxes in edges.items():
            if tuple(patch.get_path().get_extents().bounds) in boxes and following.get_clip_path() is not None:
                patterns[colour] |= {slope(*pair) for pair in pairs(following.get_path().vertices)}
    assert len({frozenset(slopes) for slopes in patterns.values()}) == 4
    assert len(filled(figure, "#f1f1f1")) == 1


def pairs(vertices: Any) -> list[np.ndarray[Any, Any]]:
    """Return the lines of a path of separate lines."""
    return list(np.asarray(vertices).reshape(-1, 2, 2))


def slope(start: np.ndarray[Any, Any], end: np.ndarray[Any, Any]) -> float:
    """Return how steep a line is."""
    return round(float((end[1] - start[1]) / (end[0] - start[0])), 6)


def test_the_area_of_a_circle_grows_as_the_chance(example: Forecast) -> None:
    """One for each village on the map that can rise; the legend has those of 5, 25 and 50%."""
    figure = plots.village_map(example, "en")
    district = example.districts[0]
    rises = dict(zip(district.villages.codes, district.rise_probability[:, 0], strict=True))
    can_rise = [
        code
        for code, level in zip(district.villages.codes, district.villages.levels, strict=True)
        if level != TOP and code != "99.01.02.2008"
    ]
    drawn = sorted(line.get_markersize() ** 2 for line in circles(figure))
    per_chance = 4 * 7.0**2 / 0.5
    np.testing.assert_allclose(drawn, sorted(per_chance * rises[code] for code in can_rise), rtol=1e-4)
    legend = [line.get_markersize() ** 2 for line in figure.axes[1].lines if line.get_marker() == "o"][:3]
    np.testing.assert_allclose(legend, [per_chance * chance for chance in (0.05, 0.25, 0.5)])


def test_the_likeliest_are_named_and_a_line_leads_to_each(example: Forecast) -> None:
    """Ten, with chance and kecamatan, each at the end of a line from a circle with a thick rim."""
    figure = plots.village_map(example, "id")
    likeliest = [one for one in result_of(example).districts[0].likeliest if one.village_code != "99.01.02.2008"][:10]
    said = [text.get_text() for text in figure.axes[1].texts]
    named = {f"{one.village} {language('id').percent(one.probability_rises)}" for one in likeliest}
    assert named <= set(said)
    marked = [line for line in circles(figure) if line.get_markeredgewidth() > 1]  # type: ignore[operator]
    assert len(leaders(figure)) == len(marked) == 10
    assert not [pair for pair in combinations(leaders(figure), 2) if cross(*pair)]
    middles = np.array([line.get_xydata()[0] for line in marked])  # type: ignore[index]
    radii = np.array([line.get_markersize() / 2 for line in marked])
    for begin, _ in leaders(figure):
        assert np.abs(np.hypot(*(middles - begin).T) - radii).min() < 1e-6


def test_villages_that_cannot_be_told_apart_are_not_named() -> None:
    """Twelve alike: which ten come first is chance."""
    figure = plots.village_map(mapped((12,), [0] * 12, SHAPES["a block"][:12]), "en")
    assert leaders(figure) == []
    assert "No village is named" in words(figure)


def test_a_district_at_the_top_has_no_circles() -> None:
    """None can rise, which is said."""
    figure = plots.village_map(mapped((3,), [TOP] * 3, SHAPES["a block"][:3]), "en")
    assert circles(figure) == []
    assert "none can rise in 2026" in words(figure)


def test_a_village_of_unknown_status_is_white_and_explained() -> None:
    """In the legend, with a broken edge."""
    figure = plots.village_map(mapped((3,), [0, 1, UNKNOWN], SHAPES["a block"][:3]), "en")
    assert len(filled(figure, "white")) == 1
    assert "status not known" in words(figure)
    assert "status not known" not in words(plots.village_map(mapped((2,), [0, 1], SHAPES["a block"][:2]), "en"))


@pytest.mark.parametrize("name", ["points in a crowd", "one point"])
def test_the_squares_of_points_are_drawn_whole(name: str) -> None:
    """Also those at the edge of the map."""
    figure = plots.village_map(mapped((16, 16, 16), LEVELS_OF, SHAPES[name]), "en")
    right, bottom = figure.axes[0].get_xlim()[1], figure.axes[0].get_ylim()[0]
    boxes = [box for colour in (*_FILLS.values(), "white") for box in filled(figure, colour)]
    assert len(boxes) == len(SHAPES[name])
    for box in boxes:
        assert 0 <= box.x0 <= box.x1 <= right
        assert 0 <= box.y0 <= box.y1 <= bottom


@pytest.mark.parametrize("latitude", [-8.5, 0.0, 45.0])
def test_a_degree_of_longitude_shrinks_with_the_cosine_of_the_latitude(latitude: float) -> None:
    """A degree from west to east beside one from north to south."""
    points = np.array([[114.0, latitude - 0.5], [115.0, latitude + 0.5]])
    projected = _Projection.of(points, 300.0)
    (left, lower), (right, upper) = projected(points)
    assert (right - left) / (lower - upper) == pytest.approx(np.cos(np.radians(latitude)))
    assert 0 < left < right < projected.width <= 300
    assert 0 < upper < lower < projected.height


def test_the_middle_of_a_village_lies_within_it() -> None:
    """The centroid of a convex shape, by its formula; within a horseshoe, a ring and of several parts the largest."""
    flat = _Projection(0.0, 0.0, 1.0, 1.0, 100.0, 100.0)
    triangle = np.array([[0.0, 0], [6, 0], [0, 9], [0, 0]])
    assert _Place.of({}, Shape(((triangle,),)), flat).middle == pytest.approx((2, -3))
    horseshoe = np.array([[0.0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [2, 2], [2, 10], [0, 10], [0, 0]])
    around = [10 * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * scale for scale in (1, 0.8)]
    for rings in ((horseshoe,), (horseshoe[::-1],), tuple(around)):
        place = _Place.of({}, Shape((rings,)), flat)
        assert place.outline.contains_point(place.middle)
    both = _Place.of({}, Shape(((triangle,), (triangle * 3 + 50,))), flat)
    assert both.middle == pytest.approx((56, -59))


def test_thick_lines_are_the_borders_that_two_kecamatan_share() -> None:
    """Of four squares in a row, two and two: the one edge in the middle."""
    flat = _Projection(0.0, 0.0, 1.0, 1.0, 100.0, 100.0)
    places = [_Place.of({"subdistrict": "AABB"[i]}, square(i, 0.0, 1.0), flat) for i in range(4)]
    (edge,) = _borders(places)
    assert sorted(map(tuple, np.abs(edge).tolist())) == [(2.0, 0.0), (2.0, 1.0)]


def test_an_outline_of_many_points_is_thinned_the_same_on_both_sides() -> None:
    """A circle of 10,000 points keeps its form, and loses most of them; a speck loses none."""
    turn = np.linspace(0, 2 * np.pi, 10_001)
    circle = np.stack([20 * np.cos(turn), 20 * np.sin(turn)], axis=1)
    thin = _thinned(circle)
    assert len(thin) < 2_000
    assert np.abs(np.hypot(*thin.T) - 20).max() < 0.1
    np.testing.assert_array_equal(_thinned(circle[::-1]), thin[::-1])
    speck = circle[::2500] / 1000
    np.testing.assert_array_equal(_thinned(speck), speck)


def test_a_village_that_joins_later_is_pale_in_the_first_year() -> None:
    """It has no status and no chance in it: the list of that year does not hold it."""
    west, middle, east = SHAPES["a block"][:3]
    made = mapped((3,), [0, 1, UNKNOWN], [west, east, middle], joins=[0, 0, 2026])
    figure = plots.village_map(made, "en")
    assert len(filled(figure, "#f1f1f1")) == 1
    assert len(circles(figure)) == 2
    assert "not in the list of Kampung KB of 2026" in words(figure)
    assert "Not on the map" not in words(figure)


def test_what_is_far_away_is_left_out() -> None:
    """A map of a whole province is drawn as far as the villages of the list reach."""
    made = mapped((2,), [0, 1], SHAPES["a block"][:2])
    places = made.scenario.village_map
    assert places is not None
    far = VillageMap(b"{}", {**places.shapes, "Z.1": square(120, 2), "Z.2": square(114.01, -3.98, 0.01)})
    figure = plots.village_map(replace(made, scenario=with_map(made.scenario, far)), "en")
    assert len(filled(figure, "#f1f1f1")) == 1


def test_what_has_no_map_says_why(small: Forecast, several: Forecast, example: Forecast) -> None:
    """No map, counts alone, several districts; a result that was taken from its folder."""
    unmapped = undrawable("village_map", result_of(small))
    counts = undrawable("village_map", replace(result_of(small), sources={"villages.map": "stated; peta.geojson"}))
    many = undrawable("village_map", result_of(several))
    told = [str(reason) for reason in (unmapped, counts, many)]
    for reason, part in zip(told, ("names no GeoJSON", "is not known", "shows one district"), strict=True):
        assert part in reason
    with pytest.raises(Refusal, match="names no GeoJSON"):
        plots.village_map(small)
    with pytest.raises(Refusal, match="does not hold its map"):
        plots.village_map(result_of(example))
    assert undrawable("village_map", result_of(example)) is None


def test_the_annex_has_the_map_with_words_for_those_who_cannot_see_it(example: Forecast, tmp_path: Path) -> None:
    """District, shares of the statuses, and the likeliest villages with their chances, in both languages."""
    run = written(example, tmp_path)
    for code, part in (("id", "paripurna 12%."), ("en", "by status: dasar 55%")):
        speech = language(code)
        shown = run.document(speech).shown(On.ANNEX)
        (picture,) = [block for block in shown if isinstance(block, Picture) and block.name == "village_map"]
        first = run.result.districts[0].likeliest[0]
        assert part in picture.alternative
        assert (
            f"{first.village}, {first.subdistrict} ({speech.percent(first.probability_rises)})" in picture.alternative
        )
    assert not [block for block in FORECAST.document(replace(run.result, sources={}), speech, run.source).blocks
                if isinstance(block, Picture) and block.name == "village_map"]  # fmt: skip


@pytest.mark.slow
def test_a_run_folder_draws_and_reruns_from_itself_alone(example: Forecast, tmp_path: Path) -> None:
    """In another language, after the files of the scenario are gone; twice the same bytes, and the same id again."""
    drawn = []
    for out in ("a", "b"):
        run = written(example, tmp_path / out)
        moved = run.path.rename(tmp_path / f"moved {out}")
        found = kkb.load_run(moved)
        assert found.draw("en")
        svg, png = (moved / "figures" / f"village_map_en.{kind}" for kind in ("svg", "png"))
        assert "Anggrek 8" in "".join(ET.parse(svg).getroot().itertext())  # noqa: S314 - our own file
        assert found.manifest.data[0].keys() >= {"villages.csv", "villages.geojson"}
        drawn.append((svg.read_bytes(), png.read_bytes()))
        assert words(plots.village_map(found, "id")) == words(plots.village_map(example, "id"))
    assert drawn[0] == drawn[1]
    again = kkb.rerun(tmp_path / "moved a")
    assert kkb.save(again, tmp_path / "c").is_dir()
    assert kkb.load_run(tmp_path / "c" / "contoh").id == found.id


def test_a_name_has_room_beside_the_map() -> None:
    """However long it is, and the map keeps most of the page."""
    assert _WIDEST_LABEL < 72 * WIDTH / 3
    assert isinstance(make_villages([1], [0]), Villages)
