"""What the page and the map beside lists refuse, and cannot be typed as a command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock, patch

from simulation.app.commands.page import server
from simulation.app.options import Settings
from simulation.app.page import serving
from simulation.app.page.lists import answered, take_in
from simulation.app.page.trial import Trial
from simulation.app.page.visit import Visit
from simulation.app.starting import map_apart
from simulation.domain.messages import Message
from simulation.report.what_if_scenario import Levers

VISIT = Visit("", Path(), Settings())


def _without_starlette() -> object:
    with patch.dict(sys.modules, {"uvicorn": None}):
        del sys.modules[serving.__name__]
        return server()


def _with_a_further_question() -> object:
    asked = Mock(key="programme_villages", understood=lambda _: "3")
    return answered(Visit("", Path(), Settings(), start=Mock(questions=[(asked, "3")]), asked=Mock()))


def _with_an_answer_that_is_none() -> object:
    asked = Mock(key="target", text=Message("What share of all Kampung KB must rise in status in a year?"))
    asked.understood = lambda _: None
    replied = {"target": "lima persen"}
    return answered(Visit("", Path(), Settings(), replies=replied, start=Mock(questions=[(asked, "5%")]), asked=Mock()))


def _at_a_port_that_is_taken() -> object:
    with patch("socket.socket", return_value=Mock(bind=Mock(side_effect=OSError))):
        return serving.listening_at(8080)


REFUSED_BY_PAGE: dict[str, Callable[[], object]] = {
    "two maps beside a list": lambda: map_apart([Path("a.xlsx"), Path("b.geojson"), Path("c.geojson")]),
    "a map alone": lambda: map_apart([Path("b.geojson")]),
    "a page without its packages": _without_starlette,
    "a page at a port that is taken": _at_a_port_that_is_taken,
    "a page before there is a scenario": VISIT.scenario,
    "a file that is no list": lambda: VISIT.place_for("surat.docx"),
    "more lists than a page takes": lambda: take_in(VISIT, [("daftar.csv", b"")] * 21),
    "nothing of that name to be tried out": lambda: Trial.pair(
        Mock(options=["pokja", "media"]), Levers("pokjaa", "", "", "", (), ""), Settings()
    ),
    "a page with an open question": lambda: answered(VISIT),
    "a page with an answer that is none": _with_an_answer_that_is_none,
    "a page with a further question": _with_a_further_question,
}
"""Refusals by what they are about."""
