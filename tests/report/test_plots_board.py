"""The village board: every village has its tile, nothing overlaps, and nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from districts import make_scenario, make_villages
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image
from told import result_of, written

from simulation.domain.messages import Refusal
from simulation.domain.status import LEVELS, TOP, UNKNOWN
from simulation.domain.villages import Villages
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import load_scenario
from simulation.report import plots
from simulation.report.figures.board import _light, _names, beginning, ending, in_two_lines
from simulation.report.figures.page import WIDTH, text_width
from simulation.report.kinds.forecast.result import MOST_SUBDISTRICTS, undrawable
from simulation.report.language import language

ROOT = Path(__file__).parents[2]
NAMES = (
    "Angsau", "Panggung Baru", "Asam-Asam", "Kandangan Lama", "Sumber Makmur Sejahtera", "Atu-Atu", "Pabahanan",
    "Watukebonsarikidul", "Wringinpitu Tegaldlimo Kidul Wetan", "Batu Tungku", "Kampung Baru", "MMMMMMMMMMMMMMMM",
)  # fmt: skip
SIZES = {
    "135 of Tanah Laut's kecamatan": (20, 9, 12, 10, 11, 14, 14, 14, 9, 11, 11),
    "30": (9, 6, 8, 7),
    "400": (33, 40, 37, 35, 36, 40, 34, 38, 35, 36, 36),
    "one kecamatan": (31,),
    "many small kecamatan": (3,) * 36,
    "more small kecamatan than fit": (3,) * 48,
    "one village": (1,),
}
QUICK = {"30", "one village"}


def board(sizes: Sequence[int], status: Sequence[int] | None = None, names: Sequence[str] = NAMES) -> Forecast:
    """Return a small forecast of a district with single statuses, three villages of a kecamatan of one name."""
    total = sum(sizes)
    levels = [(0, 1, 0, 2, 0, 3, 0)[i % 7] for i in range(total)] if status is None else list(status)
    villages = Villages.arrange(
        "63.99",
        "Kabupaten Contoh",
        [f"63.99.{k + 1:02d}.{2000 + i}" for k, size in enumerate(sizes) for i in range(size)],
        ["Sabuhur" if i < 3 else f"{names[i % len(names)]} {i // 7}" for size in sizes for i in range(size)],
        [f"Tambang Ulang {k + 1}" for k, size in enumerate(sizes) for _ in range(size)],
        status=levels,
        columns={"remote": [i * 5 % 11 / 2 for i in range(total)]},
    )
    return forecast(make_scenario(villages, covariates={"remote": 0.7}, horizon=2), 1, 400, 5)


SHAPES = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SIZES]


@pytest.fixture(scope="module", params=SHAPES)
def made(request: pytest.FixtureRequest) -> Forecast:
    """Return a forecast of a district of each shape."""
    return board(SIZES[request.param])


def texts(figure: Figure) -> list[Text]:
    """Return every text of a figure that says something."""
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]  # type: ignore[union-attr, misc]


def words(figure: Figure) -> str:
    """Return all that a figure says, as one line."""
    return " ".join(" ".join(text.get_text() for text in texts(figure)).split())


def tiles(figure: Figure) -> list[Rectangle]:
    """Return the tiles of a board, in the order of reading."""
    return [patch for axes in figure.axes for patch in axes.patches if isinstance(patch, Rectangle)]


def single(forecast: Forecast) -> bool:
    """Return whether the board of a forecast has a tile for each village."""
    villages = forecast.districts[0].villages
    return len(villages) <= 150 and len(villages.subdistricts) < 48


@pytest.mark.parametrize("dots_per_inch", [150, 300])
@pytest.mark.parametrize("code", ["id", "en"])
def test_no_text_overlaps_another_or_leaves_its_tile(made: Forecast, code: str, dots_per_inch: int) -> None:
    """On screen and on paper; every letter is 7 points high, and the page no longer than A4."""
    figure = plots.village_board(made, code)
    figure.set_dpi(dots_per_inch)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    assert figure.get_figheight() < 29.7 / 2.54
    boxes = [(text, text.get_window_extent(canvas.get_renderer())) for text in texts(figure)]
    for text, box in boxes:
        assert text.get_fontsize() >= 7
        assert figure.bbox.x0 - 1 <= box.x0 <= box.x1 <= figure.bbox.x1 + 1, text.get_text()
    slack = dots_per_inch / 72
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a.x1 <= b.x0 + slack or b.x1 <= a.x0 + slack or a.y1 <= b.y0 + slack or b.y1 <= a.y0 + slack
        assert apart, (one.get_text(), other.get_text())
    for tile in tiles(figure):
        edge = tile.get_window_extent(canvas.get_renderer())
        for text, box in boxes:
            if edge.x0 < box.x0 < edge.x1 and edge.y0 < (box.y0 + box.y1) / 2 < edge.y1:
                assert box.x1 <= edge.x1 + 0.5 * slack, text.get_text()


def test_tiles_do_not_overlap_and_there_is_one_a_village_or_a_kecamatan(made: Forecast) -> None:
    """A kecamatan where so many villages do not fit on a page, which is then said."""
    figure = plots.village_board(made, "en")
    canvas = FigureCanvasAgg(figure)
    villages = made.districts[0].villages
    assert len(tiles(figure)) == (len(villages) if single(made) else len(villages.subdistricts))
    assert ("A tile is a kecamatan" in words(figure)) != single(made)
    for a, b in combinations([tile.get_window_extent(canvas.get_renderer()) for tile in tiles(figure)], 2):
        assert a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0


def test_a_tile_tells_level_and_chance_in_letters(made: Forecast) -> None:
    """Letter and percentage of every village, by kecamatan; what is darker is likelier."""
    if not single(made):
        return
    figure = plots.village_board(made, "id")
    district = made.districts[0]
    status = district.villages.levels
    drawn = [text.get_text() for text in texts(figure)]
    for s, level in enumerate(LEVELS):
        assert drawn.count(level[0].upper()) == (status == s).sum()
    assert drawn.count("tetap") == (status == TOP).sum()
    chances = district.rise_probability[:, 0]
    for one in result_of(made).districts[0].likeliest:
        assert language("id").percent(one.probability_rises) in drawn
    for name in district.villages.subdistricts:
        assert any(text.startswith(f"{name}: ") for text in drawn)
    lightness = [np.dot(tile.get_facecolor()[:3], (0.2126, 0.7152, 0.0722)) for tile in tiles(figure)]
    order = np.argsort(chances[status != TOP], kind="stable")
    in_grey = np.array(lightness)[status != TOP][order]
    assert (np.diff(in_grey) <= 1e-9).all()


def test_a_village_at_the_top_is_marked(made: Forecast) -> None:
    """A white tile with a broken edge and no percentage; every other tile is shaded within a whole edge."""
    if not single(made):
        return
    status = made.districts[0].villages.levels
    for tile, level in zip(tiles(plots.village_board(made)), status, strict=True):  # type: ignore[arg-type]
        assert (tile.get_linestyle() == "--") == (level == TOP)
        assert (tile.get_facecolor()[:3] == (1, 1, 1)) == (level == TOP)


def test_the_headline_adds_up_the_chances() -> None:
    """Lowest and highest chance, and the sum over the villages below the top; a kecamatan counts all its villages."""
    made = board((5, 4, 6))
    district = made.districts[0]
    below = district.villages.levels != TOP
    chances = district.rise_probability[below, 0]
    said = words(plots.village_board(made, "en"))
    low, high = (round(100 * end) for end in (chances.min(), chances.max()))
    assert f"{low}–{high}% across villages; {chances.sum():.1f} of the {below.sum()} below paripurna" in said
    first = district.rise_probability[district.villages.subdistrict_index == 0, 0].sum()
    assert f"Tambang Ulang 1: {first:.1f} of 5 " in said


def test_two_villages_never_have_one_label() -> None:
    """Names that initials would make alike, in one kecamatan or in two, and two of one name in one kecamatan."""
    names = ["Mekar Sejahteraraya", "Margo Sejahteraraya", "Kandangan Lamasejahtera", "Kandangan Baru"]
    rows = [
        {"village": name, "subdistrict": "A", "village_code": f"63.99.01.{2000 + i}"}
        for i, name in enumerate([*names, "Sabuhur", "Sabuhur"])
    ]
    rows.append({**rows[0], "village": "Mulya Sejahteraraya", "subdistrict": "B"})
    labels = _names(rows, 41.0)
    assert len(set(labels)) == len(rows)
    assert labels[:2] == [("Mekar", "Sejahte…"), ("Margo", "Sejahte…")]
    assert all(text_width(line) <= 41.0 for label in labels for line in label)


def test_names_are_whole_where_wider_tiles_fit() -> None:
    """Tiles are as narrow as leaves no word broken, the same on the whole page."""
    figure = plots.village_board(board((5, 4), names=("Sumber Sejahteraraya",)))
    drawn = {text.get_text() for text in texts(figure)}
    assert {"Sumber", "Sejahteraraya 0"} <= drawn
    narrow, wide = (
        tiles(plots.village_board(board((5, 4), names=(name,))))[0].get_width() for name in ("Batu", "Sejahteraraya")
    )
    assert narrow < wide


def test_the_scale_is_the_same_on_every_board() -> None:
    """From 0 to 50%, with its legend; a chance beyond has the darkest shade, and its number."""
    for made in (board((5, 4)), board((2, 1), [TOP] * 3)):
        figure = plots.village_board(made, "en")
        assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["0%", "25%", "50% or more"]
        assert figure.axes[0].images[0].get_clim() == (0, 0.5)


def test_a_village_of_unknown_status_has_a_question_mark_and_is_explained() -> None:
    """It is drawn in every trajectory, and its chance is the mean over what it may be."""
    villages = make_villages([3, 2], [0, 1, UNKNOWN, 0, 3])
    figure = plots.village_board(forecast(make_scenario(villages, horizon=1), 1, 200), "id")
    drawn = [text.get_text() for text in texts(figure)]
    assert drawn.count("?") == 1
    assert "“?”: kampung yang statusnya tidak diketahui." in words(figure)
    assert "“?”" not in words(plots.village_board(board((5, 4)), "id"))


def test_a_district_at_the_top_says_so() -> None:
    """None can rise, in both languages, and the scale still stands."""
    made = board((2, 1), [TOP] * 3)
    assert "none can rise in 2026" in words(plots.village_board(made, "en"))
    assert words(plots.village_board(made, "id")).count("tetap") >= 3


def test_letters_stand_out_from_their_tile() -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, AA) on every shade of grey and of the scale."""
    from matplotlib import colormaps

    def luminance(colour: Any) -> float:
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in colour[:3]]
        return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))

    shades = [*colormaps["YlGnBu"](np.linspace(0, 1, 301)), *np.repeat(np.linspace(0, 1, 101)[:, None], 3, axis=1)]
    for shade in shades:
        of = luminance(shade)
        assert ((of + 0.05) / 0.05 if _light(shade) else 1.05 / (of + 0.05)) >= 4.5


@pytest.mark.slow
def test_a_run_folder_draws_it_like_the_forecast(tmp_path: Path) -> None:
    """SVG and PNG as wide as a page, in the language asked for, from the tables alone; twice the same bytes."""
    made = board((8, 5), names=("=Sari", "Batu; -Hulu", "+Baru"))
    drawn = []
    for out in ("a", "b"):
        run = written(made, tmp_path / out)
        assert run.draw("id")
        assert run.draw("en")
        assert not run.draw("en")
        svg, png = (run.path / "figures" / f"village_board_en.{kind}" for kind in ("svg", "png"))
        with Image.open(png) as image:
            assert image.size[0] == pytest.approx(WIDTH * 300, abs=1)
        assert "=Sari" in "".join(ET.parse(svg).getroot().itertext())  # noqa: S314 - our own file
        assert tuple(row["village"] for row in run.villages()[::2]) == made.districts[0].villages.names
        drawn.append((svg.read_bytes(), png.read_bytes()))
    assert drawn[0] == drawn[1]
    from_rows = plots.village_board(run, "en")
    assert words(from_rows) == words(plots.village_board(made, "en"))


def test_a_large_table_is_read_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet and CSV give the same rows."""
    made = board((4, 3))
    run = written(made, tmp_path / "csv")
    monkeypatch.setattr("simulation.report.kinds.forecast.kind.VILLAGES_IN_CSV", 3)
    other = written(made, tmp_path / "parquet")
    assert not (other.path / "villages.csv").exists()
    assert run.villages() == other.villages()
    assert [row["year"] for row in other.villages() if row["village_code"] == "63.99.01.2001"] == [2026, 2027]


@pytest.mark.parametrize(
    ("code", "counts", "many", "wide"),
    [
        ("en", "of each one, is not known", "shows one district", "so many kecamatan do not fit"),
        (
            "id",
            "atau status setiap kampung, tidak diketahui",
            "satu kabupaten/kota",
            "kecamatan sebanyak ini tidak muat",
        ),
    ],
)
def test_what_has_no_board_says_why(
    small: Forecast, several: Forecast, code: str, counts: str, many: str, wide: str
) -> None:
    """Counts alone, several districts, and more kecamatan than a page holds, in both languages."""
    result = result_of(small)
    large = replace(result.districts[0], statuses_known=True, subdistricts=MOST_SUBDISTRICTS + 1)
    told = {counts: result, many: result_of(several), wide: replace(result, districts=(large,))}
    for words_of, said in told.items():
        reason = undrawable("village_board", said)
        assert reason is not None
        assert words_of in language(code).problem(reason)
        with pytest.raises(Refusal) as refused:
            plots.village_board(said)
        assert refused.value.reasons == (reason,)


def test_several_districts_with_single_statuses_have_no_board() -> None:
    """The reason is that they are several, not that statuses are unknown."""
    made = board((3, 2))
    (villages,) = made.scenario.districts
    other = make_villages([2], [0, 1], columns={"remote": [1.0, 2.0]}, code="63.98")
    both = forecast(replace(made.scenario, districts=(villages, other)), 1, 50, 5)
    with pytest.raises(Refusal, match="one district"):
        plots.village_board(both)


def test_the_invented_example_says_on_its_board_that_it_is_invented() -> None:
    """In its title, and where the statuses come from."""
    made = forecast(load_scenario(ROOT / "scenarios" / "contoh.yaml"), 5, 20, 3)
    assert "Contoh rekaan, bukan kabupaten yang ada" in words(plots.village_board(made, "id"))
    said = words(plots.village_board(made, "en"))
    assert "Invented example, no real district" in said
    assert "Status data: invented" in said


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Angsau", ("Angsau",)),
        ("Batu Hulu", ("Batu Hulu",)),
        ("Banyuirang", ("Banyui-", "rang")),
        ("Batu Tungku", ("Batu", "Tungku")),
        ("Kandangan Lama", ("K. Lama",)),
        ("Sumber Makmur Sejahtera", ("S. M.", "Sejahtera")),
        ("Watukebonsarikidul", ("Watuke-", "bonsari…")),
        ("", ("–",)),
    ],
)
def test_a_name_is_shortened_as_a_clerk_would(name: str, lines: tuple[str, ...]) -> None:
    """Whole words first, then a word broken between syllables, then first words as initials, then what fits."""
    assert in_two_lines(name, 41.0) == lines


@pytest.mark.parametrize("room", [20.0, 36.0, 70.0])
def test_shortened_names_fit(room: float) -> None:
    """Whatever the name, and however little room."""
    for name in (*NAMES, "X" * 60, "a b c d e f g h", "Ñandú Ågård"):
        assert len(in_two_lines(name, room)) <= 2
        for line in (*in_two_lines(name, room), beginning(name, room), ending(name, room)):
            assert text_width(line) <= room
    assert ending("63.99.05.2011", 36.0).removeprefix("…") in "63.99.05.2011"
