"""The village board: a tile a village, by kecamatan, shaded by the chance that it rises."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...domain.status import LEVELS, TOP
from .. import wording
from ..kinds.forecast.result import ForecastResult
from ..kinds.forecast.words import failure_caveats
from ..kinds.kind import Source
from ..language import Language
from .page import (
    LETTERS,
    MARGIN,
    QUIET_INK,
    WIDTH,
    Axes,
    AxesImage,
    Figure,
    Page,
    page_of,
    text_width,
)

Row = Mapping[str, Any]

_LINE = LETTERS * 1.15
_MOST_COLUMNS, _FEWEST_COLUMNS = 12, 6
_SIDE_BY_SIDE = 4
_MOST_ROWS = 9
_APART = 6.0
_GAP = 1.2
_PAD = 1.5
_WIDTH = 72 * (WIDTH - 2 * MARGIN)
_DOWN = 3 * _LINE + 2 * _PAD + _GAP
_HEADER = _LINE + 2
_BETWEEN = 3.0
_SCALE = 26.0
_TALLEST = 72 * 9.2
"""Points that tiles may take up so that headline and footer fit on a page of A4 as well, about 150 villages."""
_SHADES = "YlGnBu"
_DARKEST = 0.5
"""Chance from which a tile has the darkest shade: the same on every board, so that boards can be set side by side."""
_SHOWN = 0.005
"""Error of a chance that shows in whole percent."""
_BREAK = re.compile(r"(?<=-)(?=.)|(?<=[a-z]{2})(?=(?:n[gy]|(?<!n(?=[gy]))[b-df-hj-np-tv-z])[aeiou])", re.IGNORECASE)
"""Where a word may be broken: at a hyphen, or before a consonant with a vowel after it; ng and ny are one consonant."""


@dataclass(frozen=True)
class _Tile:
    """Up to two lines of a name, what stands below it left and right, and a chance; None at the top."""

    name: tuple[str, ...]
    left: str
    right: str
    chance: float | None


@dataclass(frozen=True)
class _Grid:
    """How many columns of tiles a page has."""

    columns: int

    @property
    def across(self) -> float:
        """Points from one tile to the next."""
        return (_WIDTH + _GAP - (_SIDE_BY_SIDE - 1) * _APART) / self.columns

    @property
    def room(self) -> float:
        """Points for a line of letters in a tile."""
        return self.across - _GAP - 2 * _PAD


@dataclass(frozen=True)
class _Block:
    """Tiles under one header, in so many rows unless they need more or the header is wider."""

    grid: _Grid
    header: str
    tiles: list[_Tile]
    rows: int = 1

    @property
    def columns(self) -> int:
        """Columns that it takes up."""
        wide = math.ceil(text_width(self.header, weight="bold") / self.grid.across)
        return min(self.grid.columns, max(math.ceil(len(self.tiles) / self.rows), wide))

    @property
    def height(self) -> float:
        """Points that it takes up."""
        return (_HEADER if self.header else 0) + math.ceil(len(self.tiles) / self.columns) * _DOWN + _BETWEEN


_Line = list[tuple[float, _Block]]
"""Blocks side by side, each with the points to its left."""


def draw_village_board(speech: Language, result: ForecastResult, source: Source) -> Figure:
    """Draw a tile for each village, or for each kecamatan where so many villages do not fit on a page.

    The rows of the village table come from the source.
    """
    year = result.districts[0].years[0].year
    rows = [row for row in source.villages() if row["year"] == year]
    lines = _of_villages(speech, rows)
    if not (single := _height(lines) <= _TALLEST):
        lines = [[(0.0, _subdistricts(speech, rows))]]
    height = _SCALE + _height(lines)
    page = page_of(
        speech,
        result,
        source,
        headline(speech, rows, year),
        _explanation(speech, rows, year, single=single),
        height / 72,
        remarks=(*simulation_error(speech, result), *failure_caveats(speech, result)),
    )
    shade = _scale(speech, page, year, height)
    axes = page.axes(left=MARGIN, right=MARGIN, bottom=0, top=0)
    axes.set_xlim(0, _WIDTH)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    top = _SCALE
    for line in lines:
        for left, block in line:
            _draw_block(axes, shade, block, left, top)
        top += _height([line])
    return page.figure


def headline(speech: Language, rows: Sequence[Row], year: int) -> str:
    """Return between which chances the villages rise, and how many are expected to."""
    chances = _chances(rows)
    if not chances:
        return speech.say("Every village is at paripurna: none can rise in {year}", year=year)
    return speech.say(
        "Chance of rising in {year}: {span} across villages; {expected} of the {villages} below "
        "paripurna are expected to rise",
        year=year,
        span=wording.chance_span(speech, (min(chances), max(chances))),
        expected=_expected(speech, chances),
        villages=speech.number(len(chances)),
    )


def _explanation(speech: Language, rows: Sequence[Row], year: int, *, single: bool) -> str:
    if single:
        explained = speech.say(
            "A tile is a village: name, status (D dasar, B berkembang, M mandiri, P paripurna) and "
            "chance of rising in {year}. A village at paripurna is at the top and cannot rise. Beside "
            "a kecamatan: villages that rise on average, of all its villages. Such a mean may differ "
            "from the median in the yearly table.",
            year=year,
        )
        if all(row["origin_status"] for row in rows):
            return explained
        return speech.say("{explained} “?”: a village whose status is not known.", explained=explained)
    return speech.say(
        "A tile is a kecamatan: name, villages below paripurna, and the mean chance that one of them rises in {year}. "
        "For {villages} villages a tile each would be too small; the workbook lists them.",
        year=year,
        villages=speech.number(len(rows)),
    )


def simulation_error(speech: Language, result: ForecastResult) -> Iterator[str]:
    """Yield how far chance in the simulation may move a tile, where it shows in whole percent."""
    error = max((one.monte_carlo_error for one in result.districts[0].likeliest), default=0.0)
    if error >= _SHOWN:
        yield speech.say(
            "Simulation error of a chance: up to {points} percentage points.", points=speech.number(100 * error, 1)
        )


def _chances(rows: Sequence[Row]) -> list[float]:
    """Return the chances of the villages that are not at the top."""
    return [row["probability_rises"] for row in _below_top(rows)]


def _below_top(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["origin_status"] != LEVELS[TOP]]


def _expected(speech: Language, chances: Sequence[float]) -> str:
    expected = sum(chances)
    return speech.number(expected, 0 if expected >= 10 else 1)


def _by_subdistrict(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["subdistrict"], []).append(row)
    return groups


def _of_villages(speech: Language, rows: Sequence[Row]) -> list[_Line]:
    """Return lines of tiles: as many columns as leave every name whole, else as few as fit on the page."""
    fitting: list[_Line] | None = None
    for columns in range(_MOST_COLUMNS, _FEWEST_COLUMNS - 1, -1):
        grid = _Grid(columns)
        lines = _packed(list(_villages(speech, rows, grid)))
        if fitting is not None and _height(lines) > _TALLEST:
            break
        fitting = lines
        if all(_fits_whole(row["village"], grid.room) for row in rows):
            break
    return fitting or []


def _villages(speech: Language, rows: Sequence[Row], grid: _Grid) -> Iterator[_Block]:
    """Yield a block for each kecamatan, with a tile for each of its villages."""
    names = dict(zip((row["village_code"] for row in rows), _names(rows, grid.room), strict=True))
    for subdistrict, inside in _by_subdistrict(rows).items():
        header = speech.say(
            "{subdistrict}: {expected} of {villages}",
            subdistrict=subdistrict,
            expected=_expected(speech, _chances(inside)),
            villages=speech.number(len(inside)),
        )
        tiles = []
        for row in inside:
            name, letter = names[row["village_code"]], row["origin_status"][:1].upper() or "?"
            if row["origin_status"] == LEVELS[TOP]:
                tiles.append(_Tile(name, letter, speech.say("top"), None))
            else:
                chance = row["probability_rises"]
                tiles.append(_Tile(name, letter, wording.uncertain(speech, chance), chance))
        yield _Block(grid, header, tiles)


def _subdistricts(speech: Language, rows: Sequence[Row]) -> _Block:
    """Return one block with a tile for each kecamatan."""
    tiles, grid, groups = [], _Grid(_MOST_COLUMNS), _by_subdistrict(rows)
    names = _short_names(groups, grid.room)
    for subdistrict, inside in groups.items():
        chances, name = _chances(inside), names[subdistrict]
        if chances:
            mean = float(np.mean(chances))
            tiles.append(_Tile(name, speech.number(len(chances)), wording.uncertain(speech, mean), mean))
        else:
            tiles.append(_Tile(name, speech.number(0), speech.say("top"), None))
    return _Block(grid, "", tiles)


def _names(rows: Sequence[Row], room: float) -> list[tuple[str, ...]]:
    """Return names that fit a tile: no two villages of different names, or of one kecamatan, look alike."""
    short = _short_names([row["village"] for row in rows], room)
    uses, twins = Counter(short.values()), Counter((row["subdistrict"], row["village"]) for row in rows)
    return [
        label
        if uses[label := short[row["village"]]] == 1 == twins[row["subdistrict"], row["village"]]
        else (beginning(row["village"], room), ending(row["village_code"], room))
        for row in rows
    ]


def _short_names(names: Iterable[str], room: float) -> dict[str, tuple[str, ...]]:
    """Return names as they fit; those that initials would make alike have the beginnings of their words instead."""
    short = {name: in_two_lines(name, room) for name in names}
    uses = Counter(short.values())
    return {name: label if uses[label] == 1 else cut_in_two(name, room) for name, label in short.items()}


def _packed(blocks: Sequence[_Block]) -> list[_Line]:
    """Return lines of blocks with as many rows in each block as make the page the shortest."""
    choices = [list(_side_by_side([replace(block, rows=rows) for block in blocks])) for rows in range(1, _MOST_ROWS)]
    return min(choices, key=_height)


def _side_by_side(blocks: Iterable[_Block]) -> Iterator[_Line]:
    """Yield lines of blocks, each with where it begins, in the order in which they come."""
    line: _Line = []
    columns = 0
    for block in blocks:
        if line and (columns + block.columns > block.grid.columns or len(line) == _SIDE_BY_SIDE):
            yield line
            line, columns = [], 0
        line.append((columns * block.grid.across + len(line) * _APART, block))
        columns += block.columns
    yield line


def _height(lines: Sequence[_Line]) -> float:
    """Return the points that lines of blocks take up."""
    return sum(max(block.height for _, block in line) for line in lines)


def _scale(speech: Language, page: Page, year: int, height: float) -> AxesImage:
    """Draw the scale of shades above the tiles, and return what shades them."""
    label = speech.say("chance of rising in {year}", year=year)
    left, wide = text_width(label) + 6, 200.0
    axes = page.axes(
        left=MARGIN + left / 72, right=MARGIN + (_WIDTH - left - wide) / 72, bottom=(height - 9) / 72, top=0
    )
    image = axes.imshow(
        np.linspace(0, _DARKEST, 256)[None], cmap=_SHADES, vmin=0, vmax=_DARKEST, aspect="auto",
        extent=(0, _DARKEST, 0, 1),
    )  # fmt: skip
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    ends = [0, _DARKEST / 2, _DARKEST]
    axes.set_xticks(
        ends, [*map(speech.percent, ends[:-1]), speech.say("{share} or more", share=speech.percent(_DARKEST))]
    )
    axes.tick_params(length=0, pad=1)
    axes.text(-left / wide, 0.5, label, transform=axes.transAxes, va="center", color=QUIET_INK)
    return image


def _draw_block(axes: Axes, shade: AxesImage, block: _Block, left: float, top: float) -> None:
    if block.header:
        axes.text(left, top, block.header, va="top", weight="bold")
        top += _HEADER
    for number, tile in enumerate(block.tiles):
        row, column = divmod(number, block.columns)
        _draw_tile(axes, shade, tile, left + column * block.grid.across, top + row * _DOWN, block.grid.across - _GAP)


def _draw_tile(axes: Axes, shade: AxesImage, tile: _Tile, left: float, top: float, width: float) -> None:
    """Draw a tile: shaded by its chance, or white with a broken edge where there is none."""
    height = _DOWN - _GAP
    colour: Any = "white"
    ink, edge = "black", "--"
    if tile.chance is not None:
        shaded = shade.to_rgba(np.array([tile.chance]))[0]
        colour, ink, edge = shaded, "black" if _light(shaded) else "white", "-"
    axes.bar(
        left, height, width, top, align="edge", color=[colour], edgecolor=QUIET_INK, linewidth=0.5, linestyle=edge,
        clip_on=False,
    )  # fmt: skip
    for number, line in enumerate(tile.name):
        axes.text(left + _PAD, top + _PAD + number * _LINE, line, va="top", color=ink)
    bottom = top + height - _PAD
    axes.text(left + _PAD, bottom, tile.left, va="bottom", weight="bold", color=ink)
    axes.text(left + width - _PAD, bottom, tile.right, va="bottom", ha="right", color=ink)


def _light(colour: Sequence[float]) -> bool:
    """Return whether dark letters read better on a colour than white ones (contrast after WCAG 2.2)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18


def in_two_lines(name: str, room: float) -> tuple[str, ...]:
    """Return a name in two lines at most: whole, else a word broken, else first words as initials, else cut.

    `room` is the width of a line in points, here and below.
    """
    words = name.split() or ["–"]
    for initials in range(len(words)):
        text = " ".join([*(f"{word[0]}." for word in words[:initials]), *words[initials:]])
        for pair in [*_halves(text), *_broken(text)]:
            if all(_fits(line, room) for line in pair):
                return tuple(line for line in pair if line)
    fitting = [pair for pair in _broken(text) if _fits(pair[0], room)]
    first, rest = max(fitting, key=lambda pair: len(pair[0]), default=(text, ""))
    return tuple(beginning(line, room) for line in (first, rest) if line)


def cut_in_two(name: str, room: float) -> tuple[str, ...]:
    """Return the beginning of a name in two lines, whole words above: what initials would make like another name."""
    whole = [pair for pair in _halves(name) if _fits(pair[0], room)]
    first, rest = whole[0] if whole else (name, "")
    return tuple(beginning(line, room) for line in (first, rest) if line)


def _fits_whole(name: str, room: float) -> bool:
    """Return whether a name fits in two lines without a word broken or left out."""
    return any(all(_fits(line, room) for line in pair) for pair in _halves(name))


def _halves(text: str) -> list[tuple[str, str]]:
    """Return a text in two lines, broken between words: the longest first line first."""
    words = text.split()
    return [(" ".join(words[:place]), " ".join(words[place:])) for place in range(len(words), 0, -1)]


def _broken(text: str) -> list[tuple[str, str]]:
    """Return a text in two lines, broken within a word: the most even lines first."""
    places = [match.start() for match in _BREAK.finditer(text)]
    pairs = [(text[:place] if text[place - 1] == "-" else f"{text[:place]}-", text[place:]) for place in places]
    return sorted(pairs, key=lambda pair: abs(len(pair[0]) - len(pair[1])))


def _fits(line: str, room: float) -> bool:
    return text_width(line) <= room


def beginning(text: str, room: float) -> str:
    """Return the beginning of a text, as much as there is room for."""
    short = next(text[:end] for end in range(len(text), -1, -1) if _fits(f"{text[:end]}…", room))
    return text if _fits(text, room) else f"{short}…"


def ending(code: str, room: float) -> str:
    """Return the end of a code, as much as there is room for."""
    short = next(code[start:] for start in range(len(code) + 1) if _fits(f"…{code[start:]}", room))
    return code if _fits(code, room) else f"…{short.lstrip('.')}"
