"""What notebooks show of an object: one line, or a narrow table in which no name can do anything."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import simulation as kkb

EVIL = "<img src=x onerror=alert(1)>&\"'"
TAGS = {"p", "table", "thead", "tbody", "tr", "th", "td"}
MOST_COLUMNS, MOST_LETTERS = 8, 250
EFFORT: dict[str, Any] = {"draws": 6, "replicates": 2, "progress": False}


class Page(HTMLParser):
    """The tags, attributes, text and rows of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text, self.rows = "", list[int]()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append(0)
        elif tag in {"td", "th"}:
            self.rows[-1] += 1

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def evil(name: str) -> kkb.Scenario:
    """Return a scenario whose places, columns and priorities bear names that mean harm."""
    levels = [0, 0, 1, 2, 3] * 4
    villages = kkb.Villages.arrange(
        "99.66",
        EVIL,
        [f"99.66.{i:02d}.{EVIL}" for i in range(20)],
        [EVIL] * 20,
        [f"{EVIL}{i % 2}" for i in range(20)],
        status=levels,
        columns={EVIL: [float(i) for i in range(20)]},
    )
    base = kkb.load_scenario("scenarios/contoh.yaml")
    parameters = {**base.parameters.scalars}
    kept = {key: value for key, value in parameters.items() if not key.startswith(("covariates", "rumah", "pokja"))}
    from dataclasses import replace

    bare = replace(
        base,
        name=name,
        districts=(villages,),
        interventions=(),
        parameters=kkb.ParameterSet(kept),
        village_map=None,
        title={"id": EVIL, "en": EVIL},
    )
    return bare.with_intervention(kkb.Intervention("help", 2026, capacity=3, sector=EVIL, title={"id": EVIL}))


@pytest.fixture(scope="module")
def objects() -> dict[str, Any]:
    """Return one object of each class that a notebook may show."""
    one, other = evil("one"), evil("other").with_(**{"help.capacity": 5})
    code = one.districts[0].codes[0]
    codes = tuple(f"{EVIL}{i}" for i in range(90))
    past = np.array(30 * [[0, 0, 1, 1], [0, 1, 1, 2], [1, 1, 3, 3]], dtype=np.int8)
    panel = kkb.Panel(EVIL, codes, (2021, 2022, 2023, 2024), past)
    model = kkb.KampungModel(one, seed=3)
    learned = kkb.load_scenario("scenarios/contoh_belajar.yaml")
    gathered = kkb.read_evidence("scenarios/data/contoh_belajar_daftar.xlsx", learned)
    forecast = kkb.forecast(one, **EFFORT)
    return {
        "scenario": one,
        "many districts": kkb.load_scenario("scenarios/provinsi_contoh.yaml"),
        "villages": one.districts[0],
        "parameters": one.parameters,
        "forecast": forecast,
        "district": forecast.districts[0],
        "comparison": kkb.compare(one, other, **EFFORT),
        "grid": one.grid({"help.capacity": [0, 4], "help.priority": [f"column:{EVIL}"]}, **EFFORT),
        "plan": kkb.plan(one, 0.5, **EFFORT),
        "sensitivity": kkb.sensitivity(one, 4, 2, progress=False),
        "robustness": kkb.robustness([one, other], **EFFORT),
        "explanation": kkb.explain(one, code, draws=4, replicates=2),
        "evidence": kkb.Evidence(
            panels=(panel,),
            counts=(kkb.Counts(EVIL, (), np.zeros((0, 4), int)),),
            launches=(kkb.Launches(EVIL, codes, np.full(90, 2020), past[:, 3], 2024),),
            assistance=(kkb.Assistance(EVIL, codes, (2022,), {EVIL: np.ones((90, 1), bool)}),),
        ),
        "gathered": gathered,
        "posterior": kkb.calibrate(gathered.evidence, learned, draws=20, progress=False),
        "next datum": kkb.next_datum(learned, 20, 10, progress=False),
        "back-test": kkb.backtest(kkb.Panel("99.66", codes, panel.years, past), draws=4, progress=False),
        "saved": kkb.load_run("results/example"),
        "model": model,
        "agent": model.village_agents[0],
    }


@pytest.mark.slow
def test_every_object_is_shown_in_one_line(objects: dict[str, Any]) -> None:
    """With its class first; a wall of numbers tells nobody anything."""
    for name, one in objects.items():
        line = repr(one)
        assert line.startswith(f"<{type(one).__name__}"), name
        assert "\n" not in line, name
        assert len(line) <= MOST_LETTERS, name


@pytest.mark.slow
def test_tables_are_narrow_and_escape_every_name(objects: dict[str, Any]) -> None:
    """8 columns at most, 31 rows with the head, no tag and no attribute but those of the table."""
    shown = {name: Page(one._repr_html_()) for name, one in objects.items() if hasattr(one, "_repr_html_")}
    assert objects.keys() - shown.keys() == {"parameters", "saved", "model", "agent"}
    for name, page in shown.items():
        assert page.tags <= TAGS, name
        assert page.attributes <= {"style"}, name
        assert max(page.rows, default=0) <= MOST_COLUMNS, name
        assert len(set(page.rows)) <= 2, name  # notes of what was read are a table of their own
        assert len(page.rows) <= 2 * 31, name
    for name in ("scenario", "villages", "district", "grid", "explanation", "evidence"):
        assert "onerror" in shown[name].text, name


def test_numbers_are_told_with_the_digits_that_say_something() -> None:
    """Whole numbers as such, small ones with three digits, large ones without decimals, nothing for nothing."""
    from simulation.domain.html_table import html_table

    row = {"a": 2026, "b": 0.000012345, "c": 1234.5, "d": -0.25, "e": None, "f": float("nan"), "g": True, "h": 123.45}
    page = Page(html_table([row]))
    assert page.text == "abcdefgh" + "2026" + "1.23e-05" + "1,234" + "\N{MINUS SIGN}0.250" + "" + "" + "True" + "123.5"


def test_of_many_rows_the_first_are_shown() -> None:
    """And it is said how many more there are."""
    from simulation.domain.html_table import html_table

    page = Page(html_table([{"n": n} for n in range(40)], below="All: .table"))
    assert len(page.rows) == 31
    assert page.text.endswith("10 more rows. All: .table")
