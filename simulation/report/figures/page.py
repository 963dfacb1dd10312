"""The page a figure stands on: size, letters, colours, headline and footer.

A figure is as wide as the text of a page. Headline, notes and footer go with it where it stands alone; in a document,
which has its own, it is shown without. The only module that imports Matplotlib.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.figure
import matplotlib.image
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import get_hinting_flag
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from ...domain.status import LEVELS
from ..files import write_bytes
from ..kinds.head import Head, footing, under_headline
from ..kinds.kind import Source
from ..language import Language

__all__ = ["Axes", "AxesImage", "Figure", "Outline", "PathPatch"]

WIDTH = 17.0 / 2.54
LETTERS = 8.0
HEADLINE_LETTERS = 10.0
INK = "#1a1a1a"
QUIET_INK = "#555555"
LEVEL_COLOURS = dict(zip(LEVELS, ("#482878", "#31688e", "#1f9e89", "#5a9a1f"), strict=True))
"""Ordered hues of viridis, dark enough for lines; every panel is also named, so that colour is never alone."""

SPREAD, WANTED = LEVEL_COLOURS["berkembang"], "#d55e00"
"""Colours of a mark and its interval, and of what is asked for."""

MARGIN = 0.06
_LINE = 1.3 / 72
_SCREEN, _PAPER = 150, 300
_STYLE: Mapping[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": LETTERS,
    "axes.titlesize": LETTERS,
    "axes.labelsize": LETTERS,
    "xtick.labelsize": LETTERS,
    "ytick.labelsize": LETTERS,
    "text.color": INK,
    "axes.edgecolor": QUIET_INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET_INK,
    "ytick.color": QUIET_INK,
    "xtick.major.size": 2,
    "ytick.major.size": 2,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "savefig.dpi": _PAPER,
    "figure.dpi": _SCREEN,
    # Text stays text: it can be searched, copied and corrected in a drawing program. DejaVu Sans is cut
    # like Verdana, so that a reader without it sees the same lines; the PNG is there for exact looks.
    "svg.fonttype": "none",
    "svg.hashsalt": "kampung-kb",
}


@contextmanager
def style() -> Iterator[None]:
    """Give the style as a context: nothing of it stays behind in the reader's own figures.

    A letter that the font does not have, such as a Chinese one, is a box in the PNG and itself in the SVG.
    """
    with mpl.rc_context(dict(_STYLE)), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        yield


class Figure(mpl.figure.Figure):
    """A figure that a notebook shows by itself, without pyplot or a magic command.

    Attributes
    ----------
    around
        Headline, explanation and footer as drawn.
    drawing
        Where what is between them lies, in inches.
    """

    explanation: str
    around: list[Text]
    drawing: Bbox

    def _repr_png_(self) -> bytes:
        """Return the picture, for notebooks."""
        stream = BytesIO()
        with style():
            self.savefig(stream, format="png", dpi=150)
        return stream.getvalue()


class Page:
    """A figure with headline and footer in place; what is between them is for the drawing.

    Parameters
    ----------
    headline, subtitle, explanation
        The finding, of which scenario, and how to read the drawing.
    height
        Inches for the drawing itself.
    """

    def __init__(
        self,
        headline: str,
        subtitle: list[str],
        explanation: str,
        footer: list[str],
        height: float,
    ) -> None:
        head = _wrapped(headline, HEADLINE_LETTERS, "bold")
        explained = [line for sentence in (*subtitle, explanation) for line in _wrapped(sentence)]
        foot = [line for sentence in footer for line in _wrapped(sentence)]
        self._above = MARGIN + len(head) * HEADLINE_LETTERS * _LINE + 0.04 + len(explained) * LETTERS * _LINE + 0.08
        self._below = MARGIN + len(foot) * LETTERS * _LINE + 0.08
        self._total = self._above + height + self._below
        self.figure = Figure(figsize=(WIDTH, self._total))
        self.figure.explanation, self.figure.around = explanation, []
        self.figure.drawing = Bbox([[0, self._below], [WIDTH, self._below + height]])
        self._write(head, self._total - MARGIN, HEADLINE_LETTERS, INK, weight="bold")
        under = self._total - MARGIN - len(head) * HEADLINE_LETTERS * _LINE - 0.04
        self._write(explained, under, LETTERS, QUIET_INK)
        self._write(foot, self._below - 0.08, LETTERS, QUIET_INK)

    def axes(self, left: float, right: float, bottom: float, top: float, *, panel: bool = False) -> Axes:  # noqa: ARG002
        """Return axes inside the drawing, margins in inches from its edges; a `panel` is one of several."""
        height = self._total - self._above - self._below
        return self.figure.add_axes(
            (
                left / WIDTH,
                (self._below + bottom) / self._total,
                (WIDTH - left - right) / WIDTH,
                (height - bottom - top) / self._total,
            )
        )

    def _write(self, lines: list[str], top: float, size: float, colour: str, weight: str = "normal") -> None:
        for number, line in enumerate(lines):
            text = self.figure.text(
                MARGIN / WIDTH,
                (top - number * size * _LINE) / self._total,
                line,
                size=size,
                color=colour,
                weight=weight,
                va="top",
                ha="left",
            )
            self.figure.around.append(text)


class PageWithin(Page):
    """Axes of the caller's own in place of a page: what is drawn has neither headline nor footer.

    Parameters
    ----------
    axes
        What is filled; where there are several panels they lie within it.
    height
        Inches that the drawing has on a page, to which the margins of its panels refer.
    """

    def __init__(self, axes: Axes, height: float) -> None:
        self._axes, self._height = axes, height
        self.figure = axes.figure  # type: ignore[assignment]  # of the caller's own kind

    def axes(self, left: float, right: float, bottom: float, top: float, *, panel: bool = False) -> Axes:
        """Return the caller's axes, or those of a panel within them."""
        axes = self._axes
        if panel:
            axes.set_axis_off()
            width, height = WIDTH - left - right, self._height - bottom - top
            axes = axes.inset_axes((left / WIDTH, bottom / self._height, width / WIDTH, height / self._height))
        # Ticks are made when they are drawn, when the style is another again.
        axes.tick_params(labelsize=LETTERS, color=QUIET_INK, labelcolor=QUIET_INK, length=2, width=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        return axes


_WITHIN: ContextVar[Axes | None] = ContextVar("within", default=None)
"""Axes of the caller's own that are drawn into; None for a page."""


@contextmanager
def within(axes: Axes) -> Iterator[None]:
    """Let whatever asks for a page in this context get these axes instead."""
    token = _WITHIN.set(axes)
    try:
        yield
    finally:
        _WITHIN.reset(token)


def show_picture(axes: Axes, figure: Figure) -> None:
    """Show a drawing that has a size of its own as a picture in axes, without its headline and footer."""
    axes.imshow(mpl.image.imread(BytesIO(drawing_alone(figure, "")[1])))
    axes.set_axis_off()


def width_of(axes: Axes) -> float:
    """Return how wide axes are, in inches."""
    return float(axes.get_window_extent().width / axes.figure.dpi)


def page_of(
    speech: Language,
    result: Head,
    source: Source,
    headline: str,
    explanation: str,
    height: float,
    *,
    subtitle: list[str] | None = None,
    remarks: Iterable[str] = (),
) -> Page:
    """Return the page of a result: scenario and interventions on top, remarks, sources and run below; see `within`."""
    if (axes := _WITHIN.get()) is not None:
        return PageWithin(axes, height)
    under = under_headline(speech, result) if subtitle is None else subtitle
    return Page(headline, under, explanation, [*remarks, *footing(speech, result, source.id)], height)


def save_figure(figure: Figure, svg: Path, png: Path, title: str) -> None:
    """Save a figure as SVG and PNG, whole; the same figure gives the same bytes."""
    for path, content in zip((svg, png), _printed(figure, title), strict=True):
        write_bytes(path, content)


def drawing_alone(figure: Figure, title: str) -> tuple[bytes, bytes]:
    """Return the drawing without headline, explanation and footer as SVG and PNG, for a document that has its own."""
    for text in figure.around:
        text.set_visible(False)
    return _printed(figure, title, bbox_inches=figure.drawing)


def _printed(figure: Figure, title: str, **how: Any) -> tuple[bytes, bytes]:
    """Return a figure as SVG and PNG."""
    svg, png = BytesIO(), BytesIO()
    with style():
        figure.savefig(svg, format="svg", metadata={"Title": title, "Date": None, "Creator": None}, **how)
        figure.savefig(png, format="png", metadata={"Title": title, "Software": None}, **how)
    return svg.getvalue(), png.getvalue()


def year_ticks(axes: Axes, years: list[int], most: int) -> list[int]:
    """Name at most `most` of the years on the axis, the last one among them, and return these."""
    step = -(-len(years) // most)
    named = years[::-1][::step][::-1]
    axes.set_xticks(named, [str(year) for year in named])
    return named


def count_axis(axes: Axes, language: Language) -> None:
    """Let the upright axis count in whole numbers, written as the language does."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: language.number(value))
    grid(axes)


def grid(axes: Axes) -> None:
    """Draw quiet lines across, behind everything else."""
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)


def write_at(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float] = (0, 0),
    *,
    of: Any = "data",
    **look: Any,
) -> None:
    """Write text at a place, so many points to the right and upwards; `of` says what the place is measured in."""
    axes.annotate(text, at, xycoords=of, xytext=offset, textcoords="offset points", **look)


def write_above(axes: Axes, year: int | None, points: float, text: str, **look: Any) -> None:
    """Write text above the axes, at a year or at their left edge."""
    of = "axes fraction" if year is None else axes.get_xaxis_transform()
    write_at(axes, text, (year or 0, 1), (0, points), of=of, va="bottom", **look)


def mark_spread(
    axes: Axes,
    at: float,
    middle: float,
    thin: Sequence[float] | None,
    thick: Sequence[float],
    slim: float = 1.0,
    colour: str = SPREAD,
) -> None:
    """Draw an upright mark: a thin line for the wide interval, a thick one for the narrow, a dot in the middle."""
    if thin is not None:
        axes.plot([at, at], thin, color=colour, linewidth=slim, zorder=2)
    axes.plot([at, at], thick, color=colour, linewidth=4 * slim, solid_capstyle="butt", zorder=3)
    axes.plot(at, middle, "o", color="white", markeredgecolor=INK, markersize=4 * slim, zorder=4)


def slim(years: Sequence[object]) -> float:
    """Return how thick marks are: many years stand close together."""
    return 1.0 if len(years) <= 15 else 0.4


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = LETTERS, weight: str = "normal") -> float:
    """Return how wide a text is, in points, on screen or on paper, whichever is wider."""
    font = get_font(_font_file(weight))
    widths = []
    for dots_per_inch in (_SCREEN, _PAPER):
        font.set_size(size, dots_per_inch)
        font.set_text(text, flags=get_hinting_flag())  # type: ignore[no-untyped-call]
        # FreeType measures in 64ths of a dot, and rounds every letter to whole ones.
        widths.append(font.get_width_height()[0] / 64 * 72 / dots_per_inch)
    return float(max(widths))


@cache
def _font_file(weight: str) -> str:
    return findfont(FontProperties(family=["DejaVu Sans"], weight=weight))


def font_folder() -> str:
    """Return the folder of the fonts that come with Matplotlib: pages look alike whatever a computer has."""
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf")


def _wrapped(text: str, size: float = LETTERS, weight: str = "normal") -> list[str]:
    """Return lines that fit the page."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) > 72 * (WIDTH - 2 * MARGIN):
            lines.append(word)
        else:
            lines[-1:] = [longer]
    return [line.replace("$", r"\$") for line in lines]
