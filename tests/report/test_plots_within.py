"""Figures in axes of the caller's own, and of one of several districts."""

from __future__ import annotations

from inspect import signature
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import simulation as kkb
from simulation.report import plots
from simulation.report.language import language

EFFORT: dict[str, Any] = {"draws": 8, "replicates": 4, "seed": 3, "progress": False}
OF_ONE = ("fan_chart", "rises", "transition_matrix", "village_board")


def texts(figure: Figure) -> list[str]:
    """Return every line of text of a figure that is seen."""
    found = (text.get_text() for text in figure.findobj(Text) if isinstance(text, Text) and text.get_visible())
    return [line for text in found for line in text.splitlines() if line]


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """Return what each function can draw."""
    plain, coached = (kkb.load_scenario(f"scenarios/{name}.yaml") for name in ("contoh", "contoh_pendampingan"))
    learned = kkb.load_scenario("scenarios/contoh_belajar.yaml")
    evidence = kkb.read_evidence("scenarios/data/contoh_belajar_daftar.xlsx", learned).evidence
    province = kkb.load_scenario("scenarios/provinsi_contoh.yaml")
    forecast = kkb.forecast(plain, **EFFORT)
    return {
        **dict.fromkeys(OF_ONE, forecast),
        "districts": kkb.forecast(province, **EFFORT),
        "comparison": kkb.compare(plain, coached, coached.with_(name="lain"), **EFFORT),
        "plan": kkb.plan(coached, 0.5, "pendampingan.capacity", **EFFORT),
        "sensitivity": kkb.sensitivity(coached, 4, 2, progress=False),
        "robustness": kkb.robustness([plain, coached], **EFFORT),
        "posterior": kkb.calibrate(evidence, learned, 20, progress=False),
    }


@pytest.mark.slow
def test_every_figure_is_drawn_into_axes_of_ones_own(answers: dict[str, Any]) -> None:
    """The axes come back, filled; no headline, no footer, no axes beside them, and the style of others stays theirs."""
    functions = set(plots.__all__) - {"save_figure"}
    assert answers.keys() < functions
    assert all({"ax", "district"} < signature(getattr(plots, name)).parameters.keys() for name in functions)
    before = dict(mpl.rcParams)
    for name, answer in answers.items():
        draw = getattr(plots, name)
        figure = Figure(figsize=(8, 6))
        axes = figure.subplots()
        assert draw(answer, "en", ax=axes) is axes
        assert figure.axes == [axes], name
        assert axes.lines or axes.images or axes.patches or axes.child_axes, name
        figure.canvas.draw()
        around = {text.get_text() for text in draw(answer, "en").around}
        assert not around & set(texts(figure)), name
    assert dict(mpl.rcParams) == before


def test_panels_lie_within_the_axes(answers: dict[str, Any]) -> None:
    """Four levels in one cell of a page of one's own."""
    figure = Figure(figsize=(8, 4))
    left, right = figure.subplots(1, 2)
    plots.fan_chart(answers["fan_chart"], "en", ax=right)
    figure.canvas.draw()
    assert len(right.child_axes) == 4
    assert not left.child_axes
    edge = right.get_window_extent()
    for panel in right.child_axes:
        box = panel.get_window_extent()
        assert edge.x0 - 1 <= box.x0 < box.x1 <= edge.x1 + 1
        assert edge.y0 - 1 <= box.y0 < box.y1 <= edge.y1 + 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rises", "fan_chart", "village_board"])
@pytest.mark.parametrize("wanted", ["99.12", "Kabupaten Bakau (rekaan)", "kabupaten bakau (REKAAN)"])
def test_a_district_is_drawn_as_if_of_it_alone(answers: dict[str, Any], name: str, wanted: str) -> None:
    """By code or name; its numbers are those that it has among all."""
    several = answers["districts"]
    alone = kkb.forecast(several.scenario.of_district("99.12"), **EFFORT)
    if name == "village_board":
        for found in (several, alone):
            with pytest.raises(kkb.Refusal, match="status"):
                plots.village_board(found, district=wanted)
        return
    one, other = (texts(getattr(plots, name)(found, "en", "0" * 12, district=wanted)) for found in (several, alone))
    assert [line for line in one if "provinsi-contoh" not in line] == [
        line for line in other if "provinsi-contoh" not in line
    ]


def test_a_district_that_is_not_there_is_refused_with_the_nearest(answers: dict[str, Any]) -> None:
    """Also of an answer about one district; its own name is accepted."""
    with pytest.raises(kkb.Refusal, match=r"did you mean Kabupaten Bakau \(rekaan\)\?.*99.11 Kabupaten Akasia"):
        plots.rises(answers["districts"], district="Kabupaten Baku (rekaan)")
    with pytest.raises(kkb.Refusal, match=r"99\.77 is no district of this answer"):
        plots.comparison(answers["comparison"], district="99.77")
    assert plots.comparison(answers["comparison"], district="99.01").around


def test_an_agent_whose_source_cannot_be_read_is_drawn_without_a_run(answers: dict[str, Any]) -> None:
    """Its run has no name, but its numbers can be shown."""
    made: dict[str, Any] = {"VillageAgent": kkb.VillageAgent}
    exec("class Own(VillageAgent):\n    pass", made)  # noqa: S102  as in a notebook that keeps no source
    scenario = answers["rises"].scenario
    own = kkb.forecast(scenario, draws=2, replicates=2, engine="mesa", agent_class=made["Own"], progress=False)
    said = texts(plots.rises(own, "en"))
    assert any("Own" in line for line in said)
    assert not any("result no." in line for line in said)


@pytest.mark.parametrize("code", ["id", "en"])
def test_the_figure_of_a_choice_stays_on_its_page(answers: dict[str, Any], code: str) -> None:
    """Every option has its name and its chances in every case, in letters that can be read."""
    found = answers["robustness"]
    figure = plots.robustness(found, code)
    figure.canvas.draw()
    page, said, legend = figure.bbox, texts(figure), figure.axes[0].get_legend()
    assert legend is not None
    written = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]
    assert min(text.get_fontsize() for text in written) >= 8
    for one in (legend, *(text for text in written if text.get_visible() and text not in legend.get_texts())):
        box = one.get_window_extent()
        assert page.x0 - 1 <= box.x0 < box.x1 <= page.x1 + 1, one
        assert page.y0 - 1 <= box.y0 < box.y1 <= page.y1 + 1, one
    assert [option.title[code] for option in found.options if option.title[code] not in said] == []
    words = {"id": "seperti dalam skenario", "en": "as stated"}
    assert words[code] in said
    assert language(code).percent(1.0) in said
