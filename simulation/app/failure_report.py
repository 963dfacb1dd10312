"""Reports the trajectories in which an agent failed, with the commands that run them again."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import typer

from ..engine.failure import Failure
from ..report.kinds.forecast.kind import FAILURES
from ..report.kinds.forecast.result import Failures, ForecastResult
from ..report.kinds.forecast.words import failure_caveats
from ..report.language import Language, printable
from .options import Settings


def replay_command(what: Path, failure: Failure, **options: int | str | Sequence[str] | None) -> str:
    """Return the command that runs a failed trajectory of a scenario or a run again, as a shell reads it."""
    named = {"draw": failure.draw, "replicate": failure.replicate, **options}
    every = {name: value if isinstance(value, list | tuple) else [value] for name, value in named.items()}
    given = [
        word for name, of in every.items() for value in of if value is not None for word in (f"--{name}", str(value))
    ]
    words = ["kampungkb", "replay", str(what), *given]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def tell_failures(settings: Settings, result: ForecastResult, failed: Failures, folder: Path) -> None:
    """Show on stderr which trajectories of a run failed, and the commands that run the first of them again."""
    speech = settings.language()
    lines = list(failure_caveats(speech, result)) if settings.as_json else [""]
    lines.append(speech.say("Failed simulations: {number}. The first:", number=speech.number(failed.number)))
    for failure in failed.first:
        district = failure.district_code if len(result.districts) > 1 else None
        lines += [f"- {in_words(speech, failure)}", f"  {replay_command(folder, failure, district=district)}"]
    lines.append(speech.say("All of them: {file}", file=folder / FAILURES))
    typer.echo(printable("\n".join(lines), lines=True), err=True)


def in_words(speech: Language, failure: Failure) -> str:
    """Return which trajectory failed, when, where and why."""
    said = vars(failure)
    if not failure.place:
        return speech.say("draw {draw}, replicate {replicate}: {error}", **said)
    if failure.year is None:
        return speech.say("draw {draw}, replicate {replicate}, before the first year, {place}: {error}", **said)
    return speech.say("draw {draw}, replicate {replicate}, {year}, {place}: {error}", **said)
