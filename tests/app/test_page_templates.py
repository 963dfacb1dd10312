"""The frame of the page and the parts of its forms: what a keyboard, a screen reader and a narrow screen need."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from elements import Element, parsed
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulation import app
from simulation.report.figures import page as figures
from simulation.report.language import LANGUAGES, language

PAGE = Path(app.__file__).parent / "page"
STYLE = (PAGE / "static" / "page.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", STYLE))
HOSTILE = '"><script>alert(1)</script>'
FORM = """{% extends "base.html" %}
{% block content %}
{% from "forms.html" import text, number, slider, choice, checkboxes, file, button, problems, progress with context %}
<h1>{{ word }}</h1>
{{ problems([word, {"text": word, "address": "#district"}]) }}
<form>
{{ file("list", word, hint=word, accept=".xlsx", multiple=true) }}
{{ text("district", word, word, hint=word, problem=word, required=true) }}
{{ number("pokja.capacity", word, 20.5, least=0, most=135, unit=word) }}
{{ slider("effect", word, 1.6, 1, 3, 0.05, decimals=2, unit=" ×", low=1.1, high=2.3, median=1.5, hint=word) }}
{{ slider("share", word, 0.05, 0, 1, 0.01, decimals=2) }}
{{ choice("same", word, [("yes", word), ("no", word, word)], "no", hint=word) }}
{{ checkboxes("programmes", word, [("pokja", word), ("data", word)], ["data"], problem=word) }}
{{ button(word, primary=true) }}
</form>
{{ progress(word, "/stop", 30, 40) }}
{{ progress(word, "/stop") }}
{% endblock %}"""


def page(code: str = "en", word: str = "words") -> Element:
    """Return a page with every part that a form can have, `word` wherever data may stand."""
    templates = Environment(
        loader=FileSystemLoader(PAGE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    speech = language(code)
    steps = [
        SimpleNamespace(title=word, address=f"/{place}", current=place == 1, available=place < 3) for place in range(4)
    ]
    values = {
        "code": code,
        "say": speech.say,
        "speech": speech,
        "title": word,
        "footer": word,
        "word": word,
        "problem": "",
        "notices": [(word, "/", word)],
    }
    return parsed(templates.from_string(FORM).render(steps=steps, **values))


def one(whole: Element, element: str, /, **attributes: str) -> Element:
    """Return the only element of its kind with these attributes."""
    (found,) = [each for each in whole.all(element) if attributes.items() <= each.attributes.items()]
    return found


def test_every_control_has_a_name_that_is_read_out() -> None:
    """By a label of its own, or around it and below the legend of a group; a button by its words."""
    whole = page()
    labels = {label.attributes.get("for"): label.text for label in whole.all("label")}
    inside = {id(control) for label in whole.all("label") for control in label.all("input")}
    controls = [each for each in whole.all("input") if id(each) not in inside]
    assert [each.attributes["type"] for each in controls] == ["file", "text", "number", "range", "range"]
    assert [labels[each.attributes["id"]] for each in controls] == ["words"] * 5
    assert [len(group.all("legend")) for group in whole.all("fieldset")] == [1, 1]
    assert len(inside) == 4
    assert all(button.text for button in whole.all("button"))
    assert {each.attributes["aria-label"] for each in whole.all("progress")} == {"words"}
    places = [each.attributes["id"] for each in whole.walk() if "id" in each.attributes]
    assert len(places) == len(set(places))


def test_hints_and_problems_are_read_out_with_their_control() -> None:
    """Each named place is on the page; a wrong field says so without its colour, too."""
    whole = page()
    texts = {each.attributes["id"]: each.text for each in whole.walk() if "id" in each.attributes}
    described = {
        each.attributes.get("id", each.name): each.attributes["aria-describedby"].split()
        for each in whole.walk()
        if "aria-describedby" in each.attributes
    }
    assert described["list"] == ["list-hint"]
    assert described["district"] == ["district-hint", "district-problem"]
    assert described["effect"] == ["effect-hint", "effect-range"]
    assert [one(whole, "fieldset", **{"aria-describedby": place}).name for place in ("same-hint", "programmes-problem")]
    assert all(texts[place] for places in described.values() for place in places)
    assert [each.attributes["id"] for each in whole.walk() if "aria-invalid" in each.attributes] == ["district"]
    assert one(whole, "section", role="alert").all("h2")[0].text == "Problem"


def test_what_was_chosen_is_chosen() -> None:
    """And the attributes of a control are those that were asked for."""
    whole = page()
    chosen = [each.attributes["value"] for each in whole.all("input") if "checked" in each.attributes]
    assert chosen == ["no", "data"]
    number = one(whole, "input", type="number").attributes
    assert {key: number[key] for key in ("value", "min", "max", "step")} == {
        "value": "20.5", "min": "0", "max": "135", "step": "any",
    }  # fmt: skip
    assert "required" in one(whole, "input", type="text").attributes
    assert {"multiple", "accept"} <= one(whole, "input", type="file").attributes.keys()
    shown = [{key: each.attributes.get(key) for key in ("value", "max")} for each in whole.all("progress")]
    assert shown == [{"value": "30", "max": "40"}, {"value": None, "max": None}]


def test_the_interval_of_an_effect_is_drawn_to_the_scale_of_its_slider() -> None:
    """From 1 to 3, 1.1 to 2.3 is from 5% to 65% of the way; and it is said in words."""
    whole = page()
    (bar, _) = whole.all("rect")
    (line,) = whole.all("line")
    assert [float(bar.attributes[key]) for key in ("x", "width")] == pytest.approx([50, 600])
    assert float(line.attributes["x1"]) == float(line.attributes["x2"]) == pytest.approx(250)
    assert one(whole, "p", id="effect-range").text == "90% interval: 1.10 × to 2.30 ×; median 1.50 ×."


@pytest.mark.parametrize(("code", "shown"), [("id", ["1,60 ×", "0,05"]), ("en", ["1.60 ×", "0.05"])])
def test_a_slider_shows_its_value_as_the_language_writes_it(code: str, shown: list[str]) -> None:
    """What it sends has a decimal point in any language."""
    whole = page(code)
    assert [each.text for each in whole.all("output")] == shown
    assert [each.attributes["value"] for each in whole.all("input") if each.attributes["type"] == "range"] == [
        "1.6",
        "0.05",
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_frame_says_where_one_is_and_offers_the_other_language(code: str) -> None:
    """One step is the current one; one that cannot be taken yet is no link; the content is one key away."""
    whole = page(code)
    assert one(whole, "html").attributes == {"lang": code}
    assert whole.all("a")[0].attributes["href"] == "#" + one(whole, "main").attributes["id"]
    steps = [(step.attributes.get("href"), step.attributes.get("aria-current")) for step in one(whole, "nav").all("a")]
    assert steps == [("/0", None), ("/1", "page"), ("/2", None), (None, None)]
    assert one(whole, "nav").all("a")[3].attributes["aria-disabled"] == "true"
    assert one(whole, "form", action="/language").attributes["method"] == "post"
    (other,) = set(LANGUAGES) - {code}
    button = one(whole, "button", name="code", value=other, lang=other)
    assert button.text == {"id": "Bahasa Indonesia", "en": "English"}[other]


def test_nothing_of_the_data_is_markup() -> None:
    """Wherever it stands in the frame or in a form."""
    assert [each.name for each in page(word=HOSTILE).walk()] == [each.name for each in page().walk()]
    assert one(page(word=HOSTILE), "input", type="text").attributes["value"] == HOSTILE


def test_the_page_needs_neither_a_network_nor_a_looser_policy() -> None:
    """Styles and scripts are files of the page: none within elements, none from elsewhere."""
    whole = page()
    loaded = [each.attributes[key] for each in whole.walk() for key in ("src", "href") if key in each.attributes]
    assert [address for address in loaded if not address.startswith(("/", "#", "data:,"))] == []
    assert [address for address in loaded if address.startswith("//")] == []
    assert all((PAGE / address.strip("/")).is_file() for address in loaded if address.startswith("/static/"))
    attributes = {name for each in whole.walk() for name in each.attributes}
    assert {name for name in attributes if name == "style" or name.startswith("on")} == set()
    assert [each for each in whole.all("script", "style") if each.text] == []
    assert re.findall(r"url\(|@import|@font-face", STYLE) == []


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as the Web Content Accessibility Guidelines define it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_guidelines_do() -> None:
    """Black on white is 21; #767676 is the lightest grey that white bears as text."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("ground", ["paper", "ground", "tint", "wrong-ground"])
def test_text_and_edges_stand_out_from_every_ground(ground: str) -> None:
    """WCAG 2.2 AA: text 4.5 to 1; edges of controls, and the sign of a problem, 3 to 1."""
    for text in ("ink", "quiet", "accent", "accent-dark", "wrong"):
        assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5, text
    for edge in ("edge", "wrong-edge"):
        assert contrast(COLOURS[edge], COLOURS[ground]) >= 3, edge


def test_colours_are_those_of_the_figures() -> None:
    """Ink, quiet ink, the blue of points and ranges, and the orange of what is asked for."""
    names = ("ink", "quiet", "accent", "wrong-edge")
    assert [COLOURS[name] for name in names] == [
        figures.INK, figures.QUIET_INK, figures.SPREAD, figures.WANTED,
    ]  # fmt: skip
