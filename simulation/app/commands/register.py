"""The commands ``register add`` and ``register score``: forecasts frozen, and scored when their years have come.

Knows their options and what is told; must not know how a register is kept, nor how forecasts are scored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..command import command
from ..settings import HELP, NoFigures, Settings, told

if TYPE_CHECKING:
    from ...report.register.register import Register

register = typer.Typer(
    help=HELP.say("Freeze forecasts, and score them when their years have come."),
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
Folder = Annotated[Path, typer.Option("--register", metavar="DIR", help=HELP.say("Where the register is kept."))]
Run = Annotated[Path, typer.Argument(metavar="RUN", help=HELP.say("Folder of a finished run."), show_default=False)]
Actuals = Annotated[
    list[Path],
    typer.Argument(
        metavar="ACTUALS…",
        help=HELP.say("What happened: counts by year, or a list of villages by year (CSV, XLSX)."),
        show_default=False,
    ),
]
DEFAULT = Path("results") / "register"


def today() -> date:
    """Return the day on which a forecast is frozen, or scored."""
    return date.today()  # noqa: DTZ011  the reader's own calendar says which year it is


@register.command(help=HELP.say("Freeze a finished run: what was forecast can then be proved."))
@command
def add(
    settings: Settings,
    run: Run,
    folder: Folder = DEFAULT,
) -> None:
    """Freeze a run in the register."""
    with told(settings):
        from ...report.finished import load_run, which_run

        found = load_run(run)
        settings = settings.speaking(found.record["language"])
    with told(settings):
        from ...report.register.register import Register
        from ..register_answer import freeze

        if which := which_run(settings.language(), found):
            settings.note(which)
        kept = Register(folder)
        with _held(settings, kept):
            freeze(settings, kept, found, today())


@register.command(help=HELP.say("Score every frozen forecast whose year has come."))
@command
def score(
    settings: Settings,
    actuals: Actuals,
    folder: Folder = DEFAULT,
    no_figures: NoFigures = False,
) -> None:
    """Score the register against what happened."""
    with told(settings):
        from ...report.register.register import Register
        from ..register_answer import look_back, open_register

        kept = Register(folder)
        contents = open_register(kept)
        first = next(iter(contents.entries), None)
        settings = settings.speaking(None if first is None else first.snapshot.language)
    with told(settings):
        look_back(settings, kept, contents, actuals, today(), figures=not no_figures)


@contextmanager
def _held(settings: Settings, kept: Register) -> Iterator[None]:
    """Hold the register, so that two processes that add to it do so one after the other."""
    speech = settings.language()

    def waiting() -> None:
        settings.note(speech.say("Another process writes in {folder}; waiting for it.", folder=kept.path))

    def unlocked() -> None:
        settings.note(
            speech.say(
                "The file system of {folder} cannot lock files: do not add to the register from two computers at once.",
                folder=kept.path,
            )
        )

    with kept.alone(waiting, unlocked):
        yield
