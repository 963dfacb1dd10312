"""The command ``page``: the same in a browser."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ...domain.messages import Message, Refusal
from ..command import command
from ..options import HELP, Settings, at_least

Given = Annotated[
    Path | None,
    typer.Argument(
        metavar=HELP.say("[SCENARIO|DATA]"), help=HELP.say("Scenario file (YAML), or an office's list (XLSX, CSV).")
    ),
]
Port = Annotated[int, typer.Option(metavar="N", callback=at_least(0), help=HELP.say("Port [any that is free]."))]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help=HELP.say("Open no browser; only say the address."))]


@command
def page(settings: Settings, given: Given = None, port: Port = 0, no_browser: NoBrowser = False) -> None:
    """Show the page in a browser of this computer, until Ctrl-C."""

    def begun(address: str) -> None:
        say = settings.language().say
        typer.echo(say("The page, on this computer alone (Ctrl-C ends it): {address}", address=address))
        if not no_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    server()(settings, given, port, begun)


def server() -> Callable[[Settings, Path | None, int, Callable[[str], None]], None]:
    """Return what serves the page.

    Raises
    ------
    Refusal
        Where the packages that it needs are not there.
    """
    try:
        from ..page.serving import serve
    except ModuleNotFoundError as missing:
        message = Message(
            "the page needs further packages ({name} is missing): "
            "pip install starlette uvicorn jinja2 python-multipart",
            {"name": str(missing.name)},
        )
        raise Refusal(message) from missing
    return serve
