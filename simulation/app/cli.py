"""The command line ``kampungkb``: its commands, in the order in which a planner needs them."""

from __future__ import annotations

import signal
import sys
from functools import cache
from typing import Any

import typer

from .command import keep_settings
from .commands.backtest import backtest
from .commands.brief import brief
from .commands.calibrate import calibrate
from .commands.check import check
from .commands.compare import compare
from .commands.discover import discover
from .commands.elicit import elicit
from .commands.explain import explain
from .commands.export import export
from .commands.forecast import forecast
from .commands.help import show_help
from .commands.new import new
from .commands.page import page
from .commands.plan import plan
from .commands.register import register
from .commands.replay import replay
from .commands.rerun import rerun
from .commands.robustness import robustness
from .commands.schema import schema
from .commands.sensitivity import sensitivity
from .commands.start import start
from .errors import run
from .frame import App
from .options import HELP

app = App(name="kampungkb", help=HELP.say("Will a district meet its Kampung KB target, and how sure is that?"))

app.callback()(keep_settings)
app.command(help=HELP.say("From an office's list to a forecast and a brief."))(start)
app.command(help=HELP.say("All of it in a browser: drop a list in, read the answer."))(page)
app.command(help=HELP.say("Write a starter scenario and a village table to fill in."))(new)
app.command(help=HELP.say("Check scenario files: all problems of all files at once."))(check)
app.command(help=HELP.say("Forecast whether the target is met, and write a run folder."))(forecast)
app.command(help=HELP.say("Explain one village: why it rises in a year, or not."))(explain)
app.command(help=HELP.say("Compare scenarios with a baseline, on common random numbers."))(compare)
app.command(help=HELP.say("The least effort that meets the target; which villages first."))(plan)
app.command(help=HELP.say("Which scenario holds up when assumptions differ."))(robustness)
app.command(help=HELP.say("What the chance depends on, parameter by parameter."))(sensitivity)
app.command(help=HELP.say("Under which assumptions the target is at risk, in words."))(discover)
app.command(help=HELP.say("Ask experts in a workbook, and take assumptions from them."))(elicit)
app.command(help=HELP.say("Calibrate on local data; a scenario can use the result."))(calibrate)
app.command(help=HELP.say("Forecast past years again, and score the forecasts."))(backtest)
app.command(help=HELP.say("Write a policy brief of finished runs (DOCX and PDF)."))(brief)
app.command(help=HELP.say("Write a finished run as a workbook (XLSX)."))(export)
app.command(help=HELP.say("Run a single simulation again, year by year."))(replay)
app.command(help=HELP.say("Run a finished result again, and compare every byte."))(rerun)
app.add_typer(register, name="register")
app.command(help=HELP.say("Print the JSON Schema of the scenario file, for text editors."))(schema)
app.command("help", help=HELP.say("What a command does and takes; --version: which version."))(show_help)


@cache
def _command() -> Any:
    """Return what Typer makes of the application; once a process, for it takes as long as a small command."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that knows no ≥ or ± gets a question mark instead of a traceback.
            stream.reconfigure(errors="replace")
    # Whoever ends the process, the reader is told what is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run(_command())
