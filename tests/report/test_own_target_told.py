"""A target of a mechanism's own is told as what it is, and the readings beside it stay those of the counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.text
import pandas as pd
import pytest
from districts import make_scenario, make_villages
from told import in_terminal, result_of, written

import simulation as kkb
from simulation.domain.so_far import SoFar
from simulation.inputs.scenario import Scenario
from simulation.report import plots
from simulation.report.document.blocks import On
from simulation.report.kinds.kind import Source
from simulation.report.kinds.registry import kind_of
from simulation.report.language import language

VISITS = kkb.Intervention(name="visits", starts=2026, capacity=3)
SAID = {
    "en": "the user's own target, few (At most eleven villages are at dasar), is met in 2026",
    "id": "target buatan pengguna sendiri, few (At most eleven villages are at dasar), tercapai pada 2026",
}
NAMED = {"en": "The target is the user's own: few", "id": "Target buatan pengguna sendiri: few"}
NEEDED = ("needed", "minimal", "Five readings of the 5% target, and", "rounded up")


class FewAtDasar(kkb.Mechanism):
    """At most eleven villages are at dasar."""

    name = "few"

    def met(self, year: kkb.Year) -> Any:
        """Count those on the list."""
        return year.levels[kkb.Status.DASAR] <= 11


def scenario(*, known_rises: int | None = None) -> Scenario:
    """Return eighteen villages, of which twelve are at dasar."""
    so_far = None if known_rises is None else SoFar(date(2026, 6, 30), known_rises)
    villages = make_villages([9, 9], status=[0] * 12 + [1] * 4 + [2] * 2)
    scalars = {"rise.dasar": kkb.Beta(2.0, 30.0), "fall": 0.05}
    return make_scenario(villages, scalars, (VISITS,), so_far=so_far, horizon=2)


@cache
def both() -> tuple[kkb.Forecast, kkb.Forecast]:
    """Return a forecast with the target of a mechanism's own, and of the same simulations without it."""
    one, other = (
        kkb.forecast(each, 30, 6, 3, estimator="plain", progress=False)
        for each in (scenario().with_mechanism(FewAtDasar), scenario())
    )
    return one, other


def test_readings_stay_those_of_the_counts() -> None:
    """Bit for bit those of the same simulations; only the chance that the target is met follows `met`."""
    own, plain = both()
    assert own.districts[0].readings == plain.districts[0].readings
    at_most = (plain.ensemble["dasar"] <= 11).groupby(plain.ensemble["year"]).mean()
    assert own.years["probability_met"].tolist() == pytest.approx(at_most.tolist(), abs=1e-12)
    assert own.years["probability_met"].tolist() != own.years["probability_rises_all"].tolist()
    columns = ["needed_mean", "needed_min", "needed_max", "judged_mean", "saturated"]
    assert own.years[columns].isna().all(axis=None)
    assert plain.years[columns].notna().all(axis=None)
    assert own.districts[0].shortfall == (None, None)


def test_it_is_named_and_nothing_is_needed() -> None:
    """In one line, in a notebook, in every document and in the figure, in both languages."""
    own, _ = both()
    result = result_of(own)
    assert "own target: few (At most eleven villages are at dasar)" in repr(own)
    assert "The target is the user&#x27;s own: few" in own._repr_html_()
    assert "<th>needed</th>" not in own._repr_html_()
    for code in ("en", "id"):
        speech = language(code)
        document = kind_of(own).document(result, speech, Source())
        for medium in (On.TERMINAL, On.VERBOSE, On.ANSWER, On.ANNEX, On.WORKBOOK):
            text = str(document.shown(medium))
            assert SAID[code] in text or medium in {On.VERBOSE, On.ANNEX}
            assert not [word for word in NEEDED if word in text], medium
        assert NAMED[code] in str(document.shown(On.TERMINAL))
        figure = plots.rises(own, code)
        drawn = " ".join(" ".join(text.get_text().split()) for text in figure.findobj(matplotlib.text.Text))
        assert SAID[code] in drawn
        assert not [word for word in NEEDED if word in drawn]


def test_rises_so_far_do_not_meet_it() -> None:
    """The one rise that the scenario's target asks for has happened; whether few are at dasar is as open as it was."""
    own = kkb.forecast(scenario(known_rises=1).with_mechanism(FewAtDasar), 40, 10, 3, progress=False)
    plain = kkb.forecast(scenario(known_rises=1), 40, 10, 3, progress=False)
    assert own.districts[0].years[0].probability_met < 1 == plain.districts[0].years[0].probability_met
    assert not result_of(own).districts[0].met_already


def test_files_say_it(tmp_path: Path) -> None:
    """The numbers of a run name it, and hold the readings under their own names."""
    own, plain = both()
    told = json.loads((written(own, tmp_path).folder.path / "forecast.json").read_text())
    assert told["own_target"] == "few (At most eleven villages are at dasar)"
    assert told["districts"][0]["target"]["own"] == told["own_target"]
    assert told["districts"][0]["target"]["needed"] is told["districts"][0]["years"][0]["needed"] is None
    readings = {name: pytest.approx(list(chances), abs=1e-6) for name, chances in plain.districts[0].readings.items()}
    assert told["districts"][0]["readings"] == readings


@cache
def planned() -> kkb.Plan:
    """Return a plan for the target of a mechanism's own."""
    own = scenario().with_mechanism(FewAtDasar)
    return kkb.plan(own, probability=0.9, vary="visits.capacity", draws=20, seed=1, progress=False)


def test_a_plan_says_what_it_plans_for(tmp_path: Path) -> None:
    """Its target, its line, its table and its JSON; no share, and nothing needed."""
    plan = planned()
    target = plan.target
    assert (target.reading, target.key, target.own) == (
        "own",
        "own",
        "few (At most eleven villages are at dasar)",
    )
    assert target.share is target.levels is target.denominator is target.needed is None
    for shown in (repr(plan), plan._repr_html_()):
        assert "own law: FewAtDasar, own target: few (At most eleven villages are at dasar)" in shown
    told = json.loads((written(plan, tmp_path).folder.path / "plan.json").read_text())
    assert told["target"]["own"] == told["own_target"] == target.own
    for code in ("en", "id"):
        text = in_terminal(plan, code)
        assert SAID[code] in " ".join(text.split())
        assert NAMED[code] in " ".join(text.split())


def test_of_several_districts_none_lacks_villages(tmp_path: Path) -> None:
    """Nor is a comparison silent of a target that one side alone has."""
    one = scenario()
    of_two = replace(one, districts=(one.districts[0], make_villages([8], status=[0] * 8, code="63.01")))
    own = kkb.forecast(of_two.with_mechanism(FewAtDasar), 10, 4, 3, progress=False)
    folder = written(own, tmp_path).folder.path
    rows = pd.read_csv(folder / "districts.csv")
    assert rows["needed_mean"].isna().all()
    assert rows["expected_shortfall"].isna().all()
    for code in ("en", "id"):
        document = str(kind_of(own).document(result_of(own), language(code), Source()).blocks)
        assert NAMED[code] in document
        assert not [word for word in NEEDED if word in document]
    compared = kkb.compare(one, one.with_mechanism(FewAtDasar), draws=10, replicates=4, seed=3, progress=False)
    assert NAMED["en"] in " ".join(in_terminal(compared, "en").split())
