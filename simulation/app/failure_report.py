"""Reports the trajectories in which an agent failed, with the commands that run them again."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import typer

from ..engine.failure import Failure
from ..report.kinds.forecast.kind import FAILURES
from ..report.kinds.forecast.result import ForecastResult
from ..report.kinds.forecast.words import failure_caveats
from ..report.language import Language, printable
from .options import Settings


@dataclass(frozen=True)
class Replayable:
    """What the command line said about a run, enough to run one of its trajectories again.

    Attributes
    ----------
    scenario, seed, agent
        The scenario file, the seed and the option ``--agent``.
    several
        Whether the scenario has several districts, so that one must be named.
    """

    scenario: Path
    seed: int
    agent: str | None
    several: bool

    def command(self, failure: Failure) -> str:
        """Return the command that runs a failed trajectory again."""
        options: dict[str, int | str | None] = {"--draw": failure.draw, "--replicate": failure.replicate}
        options |= {"--seed": self.seed, "--agent": self.agent}
        options |= {"--district": failure.district_code} if self.several else {}
        given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
        words = ["kampungkb", "replay", str(self.scenario), *given]
        return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def tell_failures(settings: Settings, result: ForecastResult, again: Replayable, folder: Path) -> None:
    """Show on stderr which trajectories of a run failed, and the commands that run the first of them again."""
    speech, failed = settings.language(), result.failures
    if failed is None:
        return
    lines = list(failure_caveats(speech, result)) if settings.as_json else [""]
    lines.append(speech.say("Failed trajectories: {number}. The first:", number=speech.number(failed.number)))
    for failure in failed.first:
        lines += [f"- {in_words(speech, failure)}", f"  {again.command(failure)}"]
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
