"""Figures: they exist, are valid, and speak the reader's language."""

from __future__ import annotations

import warnings
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from told import place_of, result_of

from simulation.domain.target import Target
from simulation.inference.forecast import Forecast, Needed
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import load_scenario
from simulation.report import plots, wording
from simulation.report.figures.page import drawing_alone
from simulation.report.language import language

ROOT = Path(__file__).parents[2]
FIGURES = ("fan_chart", "rises", "transition_matrix")
WORDS = {
    "id": {
        "fan_chart": "Persentase kampung",
        "rises": "Peluang, dan rentang",
        "transition_matrix": "Baris: status kini",
    },
    "en": {
        "fan_chart": "Share of villages",
        "rises": "Chance, and range",
        "transition_matrix": "Rows: status now",
    },
}


def texts(figure: Figure) -> str:
    """Return every text of a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_saved_as_svg_and_png_that_can_be_read(
    small: Forecast, tmp_path: Path, name: str, code: str
) -> None:
    """Words are text in the SVG, the PNG is wide enough for print, and saving twice gives the same bytes."""
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    plots.save_figure(getattr(plots, name)(small, code), svg, png, name)
    written = "".join(ET.parse(svg).getroot().itertext())  # noqa: S314 - our own file
    assert WORDS[code][name] in written
    assert ("Dasar hitungan" in written) == (code == "id")
    with Image.open(png) as image:
        assert image.size[0] == pytest.approx(17.0 / 2.54 * 300, abs=1)
    if code == "id":
        before = svg.read_bytes(), png.read_bytes()
        plots.save_figure(getattr(plots, name)(small, code), svg, png, name)
        assert (svg.read_bytes(), png.read_bytes()) == before


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_small_or_leaves_the_page(small: Forecast, several: Forecast, name: str) -> None:
    """As wide as the text of a page every letter is at least 8 points high, and nothing is cut off."""
    for result in (small, several):
        for code in ("id", "en"):
            figure = getattr(plots, name)(result, code)
            figure.canvas.draw()
            page = figure.bbox
            for text in figure.findobj(Text):
                if not text.get_text() or not text.get_visible():
                    continue
                assert isinstance(text, Text)
                assert text.get_fontsize() >= 8
                box = text.get_window_extent()
                assert box.x0 >= page.x0 - 1, text.get_text()
                assert box.x1 <= page.x1 + 1, text.get_text()
                assert box.y0 >= page.y0 - 1, text.get_text()
                assert box.y1 <= page.y1 + 1, text.get_text()


def test_a_record_draws_like_its_forecast(small: Forecast) -> None:
    """A finished run folder needs no new run for its figures."""
    kept = result_of(small)
    for draw in (getattr(plots, name) for name in FIGURES):
        from_forecast = texts(draw(small)).splitlines()
        from_record = texts(draw(kept)).splitlines()
        without_run = [line for line in from_forecast if not line.startswith("Prakiraan Kampung KB, ")]
        assert from_record == without_run


@pytest.mark.parametrize(("own", "asked", "spoken"), [("en", None, "en"), (None, None, "id"), ("id", "en", "en")])
def test_a_figure_speaks_the_language_asked_for_else_the_scenarios_else_indonesian(
    small: Forecast, own: str | None, asked: str | None, spoken: str
) -> None:
    """From a forecast and from its record alike."""
    result = replace(small, scenario=replace(small.scenario, language=own))
    for drawable in (result, result_of(result)):
        assert WORDS[spoken]["rises"] in texts(plots.rises(drawable, asked))


def test_the_rises_figure_says_finding_target_and_source(small: Forecast) -> None:
    """Headline with word and number, the needed number at its line, basis, source and run below."""
    said = texts(plots.rises(small, "en"))
    assert "at least 7 of 135" in said.replace("\n", " ")
    assert "needed:\n7" in said
    assert "default assumptions (priors), not measured locally" in said.replace("\n", " ")
    assert "borneotrend.com" in said
    assert place_of(small, Path()).id in said


@pytest.mark.parametrize("target", [Target(reading="stock"), Target(reading="entries"), Target(net_of_falls=True)])
def test_other_readings_draw_what_they_judge(small: Forecast, target: Target) -> None:
    """The explanation names the count that is drawn."""
    result = forecast(replace(small.scenario, target=target), 5, 5, 7)
    named = {"stock": "are mandiri or paripurna", "entries": "rise to mandiri or paripurna", "net_rises": "minus falls"}
    assert named[target.key] in texts(plots.rises(result, "en")).replace("\n", " ")


@pytest.mark.parametrize("name", FIGURES)
def test_made_up_counts_are_named_below_every_figure(several: Forecast, name: str) -> None:
    """With the number of districts that gave none."""
    said = {code: texts(getattr(plots, name)(several, code)).replace("\n", " ") for code in WORDS}
    assert "Counts invented for 1 of 3 districts" in said["en"]
    assert "untuk 1 dari 3 kabupaten/kota adalah angka rekaan" in said["id"]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_with_interventions_says_so_and_that_effects_are_placeholders(name: str) -> None:
    """Scenario, names, and what is not known of them."""
    scenario = load_scenario(ROOT / "scenarios" / "tanah_laut_semua.yaml")
    result = forecast(scenario, 5, 5, 7)
    said = {code: texts(getattr(plots, name)(result, code)).replace("\n", " ") for code in WORDS}
    assert "Tanah Laut: all five interventions" in said["en"]
    assert "Rumah DataKu" in said["en"]
    assert "effects of interventions: placeholders" in said["en"]
    assert "pengaruh intervensi: angka sementara" in said["id"]


def test_several_districts_are_lines_not_a_band(several: Forecast) -> None:
    """One median a district and the middle one; spread between districts is not drawn as uncertainty."""
    for axes in plots.fan_chart(several).axes:
        assert len(axes.lines) == 4
        assert not axes.collections


def test_fixed_numbers_have_no_interval_in_the_matrix(several: Forecast) -> None:
    """Only where the law is uncertain does the figure speak of an interval."""
    said = texts(plots.transition_matrix(several, "en")).replace("\n", " ")
    assert "interval" not in said
    assert "in a typical year" in said
    assert "come on top" in said


def test_intervals_stand_under_the_chances(small: Forecast) -> None:
    """In every language, of as many years as are named, however long they are."""
    result = result_of(small)
    (district,) = result.districts
    low, high = district.years[0].parameter_interval90
    assert f"{100 * low:.0f}–{100 * high:.0f}%" in texts(plots.rises(small, "en"))
    years = [replace(district.years[0], year=2026 + t, parameter_interval90=(0.001, 0.98)) for t in range(6)]
    crowded = replace(result, districts=(replace(district, years=tuple(years)),))
    figure = plots.rises(crowded, "id")
    figure.canvas.draw()
    span = wording.chance_span(language("id"), (0.001, 0.98), short=True)
    spans = [text for text in figure.findobj(Text) if text.get_text() == span]
    ends = sorted((text.get_window_extent().x0, text.get_window_extent().x1) for text in spans)
    assert len(spans) == 6
    assert all(end < begin for (_, end), (begin, _) in pairwise(ends))


def test_a_document_has_the_drawing_alone(small: Forecast) -> None:
    """Without headline, notes and footer, as wide as it was, saying below it how it is read."""
    figure = plots.rises(small, "en")
    svg, png = drawing_alone(figure, "rises")
    said = "".join(ET.fromstring(svg).itertext())  # noqa: S314 - our own file
    assert "needed:" in said
    assert "at least 7 of 135" not in said
    assert "borneotrend.com" not in said
    assert "Dot: median" in figure.explanation
    with Image.open(BytesIO(png)) as image:
        assert image.size == pytest.approx((17.0 / 2.54 * 300, 2.9 * 300), abs=2)


@pytest.mark.parametrize("code", ["id", "en"])
def test_a_wide_needed_range_stays_on_the_page_and_names_its_year(small: Forecast, code: str) -> None:
    """Four digits each way, and another range in the last year."""
    result = result_of(small)
    (district,) = result.districts
    last = replace(district.years[-1], needed=Needed(3000.0, 2500, 3776))
    wide = replace(result, districts=(replace(district, years=(*district.years[:-1], last)),))
    figure = plots.rises(wide, code)
    figure.canvas.draw()
    (label,) = [text for text in figure.findobj(Text) if "\n2030:" in text.get_text()]
    assert label.get_window_extent().x1 <= figure.bbox.x1


def test_drawing_leaves_the_readers_settings_alone(small: Forecast) -> None:
    """No global state of Matplotlib changes."""
    before = dict(mpl.rcParams)
    plots.fan_chart(small)
    assert dict(mpl.rcParams) == before


def test_a_figure_shows_itself_in_a_notebook(small: Forecast) -> None:
    """It is a PNG to whoever asks for one."""
    assert plots.rises(small)._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"  # type: ignore[attr-defined]


def test_letters_that_no_font_has_warn_of_nothing(small: Forecast, tmp_path: Path) -> None:
    """A box stands for them in the PNG; the SVG has the letters. Warnings would name places of the program."""
    titled = replace(small, scenario=replace(small.scenario, title={"en": "村庄"}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = tmp_path / "a.svg", tmp_path / "a.png"
        plots.save_figure(plots.fan_chart(result_of(titled), "en"), *files, title="fan_chart")
    assert "村庄" in files[0].read_text(encoding="utf-8")
