"""How the page is served to this computer alone, and what it begins with."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from ...domain.messages import Message, Refusal
from ...engine.effort import Effort
from ...report.kinds.forecast.kind import FORECAST
from ...report.kinds.forecast.result import ask
from ...report.language import DEFAULT
from ..load_scenarios import load_all
from ..options import Settings
from ..runner import answer
from . import lists
from .server import page_of
from .visit import LISTS, Visit, Visits

HOST = "127.0.0.1"
GRACE = 2
"""Seconds that a browser may keep the page from ending."""


def serve(settings: Settings, given: Path | None, port: int, begun: Callable[[str], None]) -> None:
    """Serve the page until the process is interrupted; `begun` is told its address.

    Raises
    ------
    Refusal
        Where the port is taken, or what is given is neither a scenario nor a list.
    """
    if given is not None and given.suffix.casefold() not in LISTS:
        (scenario,) = load_all(settings, [given])
        lang = settings.lang or scenario.language or DEFAULT
    else:
        lang = settings.lang or DEFAULT
    with listening_at(port) as listening, Visits(lang) as visits:
        visit = visits.begin()
        begin_with(visits, visit, given)
        address = f"http://{HOST}:{listening.getsockname()[1]}/visit/{visit.key}"
        begun(address)
        server_of(visits, debug=settings.debug).run([listening])


def server_of(visits: Visits, *, debug: bool = False) -> uvicorn.Server:
    """Return what serves the page of some visits; `debug` shows the tracebacks of errors in the terminal."""
    level = "error" if debug else "critical"
    config = uvicorn.Config(
        page_of(visits), log_level=level, server_header=False, proxy_headers=False, timeout_graceful_shutdown=GRACE
    )
    return uvicorn.Server(config)


def begin_with(visits: Visits, visit: Visit, given: Path | None) -> None:
    """Begin a visit with the scenario or the list that the command was given."""
    if given is None:
        return
    if given.suffix.casefold() in LISTS:
        content = given.read_bytes()

        def work(settings: Settings) -> None:
            lists.take_in(visit, [(given.name, content)])
            lists.read(visit, settings)

        visits.ask(visit, "/", "/", work)
        return
    visit.scenario_file = given
    visits.ask(visit, "/answer", "/", lambda settings: forecast(visit, settings))


def forecast(visit: Visit, settings: Settings) -> None:
    """Compute the forecast of the visit's scenario, as the command does; a copy of it is taken into the visit."""
    scenario = visit.scenario()
    visit.scenario_file = scenario.to_yaml(visit.folder / f"{scenario.name}.yaml")
    question = ask(scenario, Effort.of(scenario), 0, "batch")
    visit.keep(answer(settings, FORECAST, question, visit.results, shown=False))


def listening_at(port: int) -> socket.socket:
    """Return a socket on which a browser of this computer can already knock."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()  # a browser may come before the server does
    except OSError as error:
        listening.close()
        message = Message(
            "port {port} is taken by another program; leave --port out for one that is free", {"port": port}
        )
        raise Refusal(message) from error
    return listening
