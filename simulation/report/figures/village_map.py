"""The village map: where the villages are, filled by status, with a circle as large as the chance of rising."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...decision.likeliest import LikelyVillage
from ...domain.arrays import Floats
from ...domain.messages import Message, Refusal, listed
from ...domain.status import LEVELS, TOP
from ...inputs.tables.cells import plain_code
from ...inputs.village_map import Shape, VillageMap
from .. import wording
from ..kinds.forecast.result import ForecastResult
from ..kinds.forecast.villages import MOST_LISTED, about_ranks
from ..kinds.forecast.words import failure_caveats
from ..kinds.head import MOST_NAMED
from ..kinds.kind import Source
from ..language import Language
from .board import beginning, headline, simulation_error
from .page import (
    INK,
    LETTERS,
    LEVEL_COLOURS,
    MARGIN,
    QUIET_INK,
    WANTED,
    WIDTH,
    Axes,
    Figure,
    Outline,
    PathPatch,
    page_of,
    text_width,
)

Row = Mapping[str, Any]
Box = tuple[float, float, float, float]
"""Left, upper, right and lower edge, in points."""
Circle = tuple[float, float, float]
"""Middle and radius, in points."""

_WIDTH = 72 * (WIDTH - 2 * MARGIN)
_TALLEST = 72 * 6.6
_LINE = LETTERS * 1.15
_SMALL = 7.0
_LABEL = 2 * _LINE + 5
_WIDEST_LABEL = 130.0
_APART = 16.0
"""Points between the map and the names beside it."""
_LEGEND = 2 * (_LINE + 7) + 5
_SQUARE = 18.0
"""Points across a village of which the map has a point alone."""
_EDGE = _SQUARE / 2 + 1
"""Points beyond the villages on each side."""
_RADIUS = 7.0
"""Points from the middle to the rim of the circle of a chance of 50%; the area grows as the chance does."""
_CIRCLES = (0.05, 0.25, 0.5)
"""Chances whose circles the legend shows."""
_STEP = 5.0
"""Points between the places where the name of a kecamatan is tried."""
_PALE, _BORDER, _UNKNOWN = "#f1f1f1", "#9a9a9a", "white"
_FILLS = dict(zip(LEVELS, ("#e9e3f1", "#bcd3ea", "#8fd3c0", "#5a9a1f"), strict=True))
_RISING, _FALLING, _FLAT = (1.0, 1.0), (1.0, -1.0), (0.0, 1.0)
"""Lines of a pattern by what is the same all along one of them: a·x + b·y."""
_PATTERNS = dict(zip(LEVELS, ((), (_RISING,), (_RISING, _FALLING), (_FLAT,)), strict=True))
_PATTERN_COLOURS = {**LEVEL_COLOURS, LEVELS[TOP]: "white"}
_BETWEEN_LINES = 5.0
_NO_PLACES = Message("what is drawn does not hold its map; give the forecast itself, or the folder of its run")


@dataclass(frozen=True)
class _Projection:
    """Degrees to points from the upper left corner; a degree of longitude shrinks with the cosine of the latitude.

    Attributes
    ----------
    west, north, shrink, scale
        Degrees at the corner; the cosine; points to a degree of latitude.
    """

    west: float
    north: float
    shrink: float
    scale: float
    width: float
    height: float

    @classmethod
    def of(cls, points: Floats, width: float) -> _Projection:
        """Return the projection that fits points of shape (n, 2) into a width and the height of a page."""
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        shrink = float(np.cos(np.radians((south + north) / 2)))
        across, down = (east - west) * shrink, north - south
        rooms = [(room - 2 * _EDGE) / size for room, size in ((width, across), (_TALLEST, down)) if size > 0]
        scale = min(rooms, default=1.0)
        edge = _EDGE / scale
        wide, high = across * scale + 2 * _EDGE, down * scale + 2 * _EDGE
        return cls(west - edge / shrink, north + edge, shrink, scale, wide, high)

    def __call__(self, points: Floats) -> Floats:
        """Return degrees of shape (n, 2) as points."""
        return np.asarray((points - [self.west, self.north]) * [self.scale * self.shrink, -self.scale])


@dataclass(frozen=True, eq=False)
class _Place:
    """A village on the page: its row of the village table, and its rings in points."""

    row: Row
    polygons: tuple[tuple[Floats, ...], ...]

    @classmethod
    def of(cls, row: Row, shape: Shape, projected: _Projection) -> _Place:
        """Return where a shape lies; a point becomes a square."""
        if shape.point is not None:
            ((x, y),), half = projected(shape.points), _SQUARE / 2
            corners = [(x - half, y - half), (x - half, y + half), (x + half, y + half), (x + half, y - half)]
            return cls(row, ((np.array([*corners, corners[0]]),),))
        return cls(row, tuple(tuple(_thinned(projected(ring)) for ring in rings) for rings in shape.polygons))

    @cached_property
    def outline(self) -> Outline:
        """Its polygons; holes run the other way round, so that they stay empty."""
        rings = [
            ring if (_area(ring) > 0) == (number == 0) else ring[::-1]
            for polygon in self.polygons
            for number, ring in enumerate(polygon)
        ]
        codes = [[Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY] for ring in rings]
        return Outline(np.concatenate(rings), [code for ring in codes for code in ring])

    @cached_property
    def middle(self) -> tuple[float, float]:
        """The centroid of its largest polygon, or where that is outside a point beside it that is inside."""
        rings = max(self.polygons, key=lambda polygon: abs(_area(polygon[0])))
        x, y = _centroid(rings[0])
        crossings = np.sort([at for ring in rings for at in _crossings(ring, y)])
        spans = list(zip(crossings[::2], crossings[1::2], strict=False))
        if not spans or any(left < x < right for left, right in spans):
            return x, y
        left, right = max(spans, key=lambda span: span[1] - span[0])
        return float(left + right) / 2, y

    @property
    def can_rise(self) -> bool:
        """Whether its status is not known to be the top."""
        return bool(self.row["origin_status"] != LEVELS[TOP])

    def circle(self, corner: Floats) -> Circle:
        """Return the circle of its chance of rising, where the map begins at a corner of the page."""
        (x, y), (right, down) = self.middle, corner
        return float(x + right), float(y + down), _radius(self.row["probability_rises"])


@dataclass(frozen=True)
class _Label:
    """What is written beside the map of a village that is named."""

    name: str
    chance: str
    subdistrict: str

    @property
    def title(self) -> str:
        """Its upper line."""
        return f"{self.name} {self.chance}"

    @property
    def width(self) -> float:
        """Points that it takes up."""
        return max(text_width(self.title, weight="bold"), text_width(self.subdistrict, _SMALL))


def _thinned(ring: Floats) -> Floats:
    """Return a ring without points that no eye tells apart: the same on both sides of a border."""
    exact = np.round(ring, 1)
    kept = exact[np.append(True, (np.diff(exact, axis=0) != 0).any(axis=1))]
    return kept if len(kept) > 3 else ring


def _area(ring: Floats) -> float:
    """Return twice the signed area of a ring."""
    (x, y), (next_x, next_y) = ring.T, np.roll(ring, -1, axis=0).T
    return float((x * next_y - next_x * y).sum())


def _centroid(ring: Floats) -> tuple[float, float]:
    start = ring[0]
    here, then = ring - start, np.roll(ring - start, -1, axis=0)
    cross = here[:, 0] * then[:, 1] - then[:, 0] * here[:, 1]
    flat = abs(cross.sum()) < 1e-9
    x, y = ring.mean(axis=0) if flat else start + cross @ (here + then) / (3 * cross.sum())
    return float(x), float(y)


def _crossings(ring: Floats, y: float) -> list[float]:
    """Return where a ring crosses a horizontal line."""
    return [
        float(x + (y - at) / (next_at - at) * (next_x - x))
        for (x, at), (next_x, next_at) in pairwise(ring)
        if (at <= y) != (next_at <= y)
    ]


def draw_village_map(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw the villages of a district where a map has them; the rows of the village table come from the source.

    Raises
    ------
    Refusal
        Where the source holds no map.
    """
    villages = source.village_map()
    if villages is None:
        raise Refusal(_NO_PLACES)
    year = result.first_year
    rows = [row for row in source.villages() if row["year"] == year]
    found = [(row, shape) for row in rows if (shape := villages.shape_of(row["village_code"])) is not None]
    named = _likeliest(result, {row["village_code"] for row, _ in found})
    labels = {one.village_code: _label_of(speech, one) for one in named}
    beside = max(label.width for label in labels.values()) + _APART if labels else 0.0
    projected = _Projection.of(np.concatenate([shape.points for _, shape in found]), _WIDTH - beside)
    places = [_Place.of(row, shape, projected) for row, shape in found]
    others = _others(villages, rows, projected)
    height = max(projected.height, len(labels) * _LABEL)
    page = page_of(
        speech,
        result,
        source,
        headline(speech, rows, year),
        _explanation(speech, result, rows, found, named, others=bool(others)),
        (_LEGEND + height) / 72,
        remarks=(*simulation_error(speech, result), *failure_caveats(speech, result)),
    )
    left = (_WIDTH - projected.width - beside) / 2
    down = (height - projected.height) / 2
    ground = page.axes(
        left=MARGIN + left / 72,
        right=WIDTH - MARGIN - (left + projected.width) / 72,
        bottom=(height - projected.height - down) / 72,
        top=(_LEGEND + down) / 72,
    )
    _draw_ground(ground, projected, places, others)
    over = page.axes(left=MARGIN, right=MARGIN, bottom=0, top=0)
    over.set_xlim(0, _WIDTH)
    over.set_ylim(_LEGEND + height, 0)
    over.set_axis_off()
    _draw_legend(over, speech, year, unknown=any(not row["origin_status"] for row, _ in found), others=bool(others))
    corner = np.array([left, _LEGEND + down])
    circles = {place.row["village_code"]: place.circle(corner) for place in places if place.can_rise}
    _draw_circles(over, circles, labels)
    lines = _draw_labels(over, circles, labels, left + projected.width + _APART, (_LEGEND, height))
    _draw_subdistricts(over, places, corner, [*circles.values()], lines)
    return page.figure


def _likeliest(result: ForecastResult, codes: set[str]) -> list[LikelyVillage]:
    """Return of some villages those that are the likeliest to rise; none where the first of all share a rank."""
    likeliest = [one for one in result.districts[0].likeliest if one.village_code in codes]
    first = likeliest[:MOST_LISTED]
    return [] if len(likeliest) > len(first) and first[-1].rank == 1 else first


def _others(villages: VillageMap, rows: Sequence[Row], projected: _Projection) -> list[Outline]:
    """Return what the map has within the page besides the villages of the list."""
    codes = {plain_code(row["village_code"]) for row in rows}
    shapes = (shape for code, shape in villages.shapes.items() if plain_code(code) not in codes)
    page = [projected.width, projected.height]
    return [
        _Place.of({}, shape, projected).outline
        for shape in shapes
        if (((at := projected(shape.points)) > 0) & (at < page)).all(axis=1).any()
    ]


def _explanation(
    speech: Language,
    result: ForecastResult,
    rows: Sequence[Row],
    found: Sequence[tuple[Row, Shape]],
    named: Sequence[LikelyVillage],
    *,
    others: bool,
) -> str:
    """Return how to read the map, and which villages it lacks."""
    say, year = speech.say, result.first_year
    told = [
        say(
            "A village is filled by its status at the end of {origin}; the larger its circle, the larger the chance "
            "that it rises in {year}. A village at paripurna is at the top and cannot rise: it has no circle.",
            origin=result.origin,
            year=year,
        )
    ]
    if named:
        told.append(say("Named beside the map: the villages that are the likeliest to rise."))
        rest = [one.rank for one in result.districts[0].likeliest if one not in named]
        if said := about_ranks(speech, [*(one.rank for one in named), *rest], len(named)):
            told.append(said)
    else:
        told.append(say("No village is named: their chances cannot be told apart."))
    told.append(say("Thick lines are borders of kecamatan, slanted names their names, where there is room."))
    if any(shape.point is not None for _, shape in found):
        told.append(say("A small square: a village of which the map has a point alone."))
    if others:
        told.append(say("Pale: what is on the map and not in the list of Kampung KB of {year}.", year=year))
    codes = {row["village_code"] for row, _ in found}
    missing = [row for row in rows if row["village_code"] not in codes]
    if missing:
        told.append(
            say(
                "Not on the map: {count} of {villages} villages ({names}).",
                count=speech.number(len(missing)),
                villages=speech.number(len(rows)),
                names=listed((row["village"] for row in sorted(missing, key=_unlikely)), MOST_NAMED),
            )
        )
    return " ".join(told)


def _unlikely(row: Row) -> float:
    return -float(row["probability_rises"])


def _label_of(speech: Language, one: LikelyVillage) -> _Label:
    chance = wording.uncertain(speech, one.probability_rises)
    room = _WIDEST_LABEL - text_width(chance, weight="bold") - _LINE / 2
    # A bold letter is up to a seventh wider.
    return _Label(beginning(one.village, room * 0.85), chance, beginning(one.subdistrict, _WIDEST_LABEL))


def _radius(chance: float) -> float:
    return _RADIUS * float(np.sqrt(chance / 0.5))


def _fill(axes: Axes, outline: Outline, status: str) -> None:
    """Fill an outline as a status is, "" where that is not known.

    The lines of a pattern are drawn one by one: programs show patterns of SVG and PDF at different widths.
    """
    fill, style = _FILLS.get(status, _UNKNOWN), "-" if status else "--"
    axes.add_patch(PathPatch(outline, facecolor=fill, edgecolor=_BORDER, linewidth=0.5, linestyle=style))
    if lines := [line for pattern in _PATTERNS.get(status, ()) for line in _lines(outline, *pattern)]:
        codes = [Outline.MOVETO, Outline.LINETO] * len(lines)
        drawn = Outline(np.concatenate(lines), codes)
        patch = PathPatch(drawn, facecolor="none", edgecolor=_PATTERN_COLOURS[status], linewidth=0.9)
        patch.set_clip_path(outline, transform=axes.transData)
        axes.add_patch(patch)


def _lines(outline: Outline, a: float, b: float) -> Iterator[Floats]:
    """Yield lines on which a·x + b·y is the same, across the box of an outline, shape (2, 2) each."""
    box = outline.get_extents()
    left, right = box.x0, box.x1
    corners = [a * x + b * y for x in (left, right) for y in (box.y0, box.y1)]
    step = _BETWEEN_LINES * float(np.hypot(a, b))
    for same in np.arange(np.ceil(min(corners) / step), max(corners) / step) * step:
        yield np.array([[x, (same - a * x) / b] for x in (left, right)])


def _draw_ground(axes: Axes, projected: _Projection, places: Sequence[_Place], others: Sequence[Outline]) -> None:
    axes.set_xlim(0, projected.width)
    axes.set_ylim(projected.height, 0)
    axes.set_axis_off()
    for outline in others:
        axes.add_patch(PathPatch(outline, facecolor=_PALE, edgecolor=_BORDER, linewidth=0.4))
    for place in places:
        _fill(axes, place.outline, place.row["origin_status"])
    borders = list(_borders(places))
    if borders:
        codes = [Outline.MOVETO, Outline.LINETO] * len(borders)
        outline = Outline(np.concatenate(borders), codes)
        axes.add_patch(PathPatch(outline, facecolor="none", edgecolor=INK, linewidth=1.2, capstyle="round"))


def _borders(places: Sequence[_Place]) -> Iterator[Floats]:
    """Yield each piece of border, shape (2, 2), that two villages of different kecamatan share point by point."""
    homes: dict[tuple[tuple[float, float], ...], set[str]] = defaultdict(set)
    for place in places:
        for ring in (ring for rings in place.polygons for ring in rings):
            for pair in pairwise(map(tuple, ring.tolist())):
                homes[tuple(sorted(pair))].add(place.row["subdistrict"])
    yield from (np.array(edge) for edge, subdistricts in homes.items() if len(subdistricts) > 1)


def _draw_circles(axes: Axes, circles: Mapping[str, Circle], named: Mapping[str, _Label]) -> None:
    """Draw a circle for each chance, small ones on large ones; those of the villages that are named stand out."""
    for code, (x, y, radius) in sorted(circles.items(), key=lambda item: (item[0] in named, -item[1][2])):
        _circle(axes, x, y, radius, stands_out=code in named)


def _circle(axes: Axes, x: float, y: float, radius: float, *, stands_out: bool) -> None:
    edge, width = (WANTED, 1.6) if stands_out else (INK, 0.7)
    # The size of a mark is its area, in square points.
    axes.plot(x, y, "o", markersize=2 * radius, color="white", markeredgecolor=edge, markeredgewidth=width)


def _draw_labels(
    axes: Axes,
    circles: Mapping[str, Circle],
    labels: Mapping[str, _Label],
    left: float,
    down: tuple[float, float],
) -> list[Floats]:
    """Name villages beside the map, in the places to which lines are the shortest: such lines do not cross.

    Parameters
    ----------
    left, down
        Where the names begin, to the right and downwards, and the height that they have.

    Returns
    -------
    list of Floats
        Points along the lines, shape (n, 2) each.
    """
    if not labels:
        return []
    top, height = down
    slots = top + (np.arange(int(height // _LABEL)) + 0.5) * height / (height // _LABEL)
    at, texts = np.array([circles[code] for code in labels]), list(labels.values())
    lengths = np.hypot(left - at[:, :1], slots - at[:, 1:2])
    lines = []
    for i, slot in np.transpose(linear_sum_assignment(lengths)).tolist():
        (*middle, radius), label = at[i], texts[i]
        end = np.array([left - 3, slots[slot]])
        begin = middle + (end - middle) * min(radius / float(np.hypot(*(end - middle))), 1)
        axes.plot(*np.transpose([begin, end]), color=WANTED, linewidth=0.8)
        axes.text(left, slots[slot], label.title, weight="bold", va="bottom", parse_math=False)
        axes.text(left, slots[slot] + 1, label.subdistrict, size=_SMALL, color=QUIET_INK, va="top", parse_math=False)
        lines.append(np.linspace(begin, end, 60))
    return lines


def _draw_subdistricts(
    axes: Axes,
    places: Sequence[_Place],
    corner: Floats,
    circles: Sequence[Circle],
    lines: Sequence[Floats],
) -> None:
    """Write the name of each kecamatan within it, where it covers no circle, no line and no other name."""
    groups: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        groups[place.row["subdistrict"]].append(place)
    taken: list[Box] = []
    around = [(x + radius * dx, y + radius * dy) for x, y, radius in circles for dx, dy in _AROUND]
    dots = np.concatenate([np.array(around).reshape(-1, 2), *lines])
    for subdistrict, inside in groups.items():
        half = np.array([text_width(subdistrict, _SMALL) / 2 + 2, _SMALL * 0.7])
        centre = np.mean([place.middle for place in inside], axis=0)
        low, high = (
            func([func(ring, axis=0) for place in inside for (ring, *_) in place.polygons], axis=0)
            for func in (np.min, np.max)
        )
        grid = np.stack(np.meshgrid(*(np.arange(a, b + _STEP, _STEP) for a, b in zip(low, high, strict=True))), -1)
        spots = grid.reshape(-1, 2)
        spots = spots[np.any([place.outline.contains_points(spots) for place in inside], axis=0)]
        for spot in spots[np.argsort(np.hypot(*(spots - centre).T), kind="stable")] + corner:
            box: Box = (*(spot - half), *(spot + half))
            if not (np.abs(dots - spot) < half).all(axis=1).any() and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                axes.text(
                    spot[0], spot[1], subdistrict, size=_SMALL, style="italic", ha="center", va="center",
                    parse_math=False,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.75},
                )  # fmt: skip
                break


_AROUND = [
    (0, 0),
    *((float(np.cos(turn)), float(np.sin(turn))) for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False)),
]
"""The middle of a circle and points on its rim."""


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_legend(axes: Axes, speech: Language, year: int, *, unknown: bool, others: bool) -> None:
    """Draw what fills and circles mean, in two lines above the map."""
    x, y = 0.5, _LINE / 2 + 1
    entries = [(status, status) for status in LEVELS]
    entries += [("", speech.say("status not known"))] if unknown else []
    for status, text in entries:
        _fill(axes, _rectangle(x, y), status)
        x = _write(axes, x + 18, y, text)
    if others:
        axes.add_patch(PathPatch(_rectangle(x, y), facecolor=_PALE, edgecolor=_BORDER, linewidth=0.4))
        _write(axes, x + 18, y, speech.say("not in the list of {year}", year=year))
    x, y = 0.0, y + _LINE + 9
    x = _write(axes, x, y, speech.say("chance of rising in {year}", year=year))
    for chance in _CIRCLES:
        radius = _radius(chance)
        _circle(axes, x + radius, y, radius, stands_out=False)
        x = _write(axes, x + 2 * radius + 3, y, speech.percent(chance))


def _rectangle(x: float, y: float) -> Outline:
    corners = [(x, y - 5), (x + 14, y - 5), (x + 14, y + 5), (x, y + 5), (x, y - 5)]
    return Outline(corners, closed=True)


def _write(axes: Axes, x: float, y: float, text: str) -> float:
    """Write text of the legend, and return where the next entry begins."""
    axes.text(x, y, text, va="center_baseline")
    return x + text_width(text) + 14
