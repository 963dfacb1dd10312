"""What every command takes: language, how much is said, and what happens when something goes wrong.

Knows exit codes and where messages go; must not know what a command does.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ..domain.messages import KampungError, ProblemsError
from ..engine.failure import EnsembleError
from ..report.language import LANGUAGES, Language, language, language_of_environment
from .problem_lines import as_data, problem_lines

RUN_FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


class LanguageChoice(StrEnum):
    """The languages that can be asked for."""

    id = "id"
    en = "en"


class EngineChoice(StrEnum):
    """How trajectories are computed."""

    batch = "batch"
    mesa = "mesa"
    exact = "exact"


def language_of_help(arguments: Sequence[str]) -> Language:
    """Return the language of ``--help``, which is written before any option is read."""
    for given, following in zip(arguments, [*arguments[1:], ""], strict=False):
        option, _, value = given.partition("=")
        if option == "--lang" and (value or following) in LANGUAGES:
            return language(value or following)
    return language(language_of_environment())


HELP = language_of_help(sys.argv[1:])


def at_least_one(value: int | None) -> int | None:
    """Refuse numbers of things below one."""
    if value is not None and value < 1:
        raise typer.BadParameter(HELP.say("{value} is too few; give a whole number of at least 1", value=value))
    return value


def at_least_zero(value: int) -> int:
    """Refuse seeds below zero."""
    if value < 0:
        raise typer.BadParameter(HELP.say("{value} is negative; give a whole number of at least 0", value=value))
    return value


def between_zero_and_one(value: float | None) -> float | None:
    """Refuse widths of nothing and of everything, and what is no number."""
    if value is not None and not 0 < value < 1:
        typed = f"{value:g}"
        raise typer.BadParameter(HELP.say("{value} is no half-width; give a number between 0 and 1", value=typed))
    return value


ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help=HELP.say("Scenario file (YAML)."), show_default=False)
]
ScenarioFiles = Annotated[
    list[Path], typer.Argument(metavar="SCENARIO…", help=HELP.say("Scenario files (YAML)."), show_default=False)
]
Draws = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Draws of the uncertain parameters [1000].")),
]
Replicates = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Trajectories per draw [20; 20000 if all fixed].")),
]
Precision = Annotated[
    float | None,
    typer.Option(metavar="H", callback=between_zero_and_one, help=HELP.say("Double draws until the error is below H.")),
]
EngineOption = Annotated[EngineChoice, typer.Option(metavar="batch|mesa|exact", help=HELP.say("How to compute."))]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Threads or processes [all cores; mesa: 1].")),
]
NoFigures = Annotated[bool, typer.Option("--no-figures", help=HELP.say("Tables only."))]
Force = Annotated[bool, typer.Option("--force", help=HELP.say("Compute again what is there already."))]
Out = Annotated[Path, typer.Option(metavar="DIR", help=HELP.say("Where run folders are kept."))]
Seed = Annotated[int, typer.Option(metavar="N", callback=at_least_zero, help=HELP.say("Seed of the random draws."))]
Lang = Annotated[LanguageChoice | None, typer.Option("--lang", help=HELP.say("Language of what is shown."))]
Quiet = Annotated[bool, typer.Option("--quiet", help=HELP.say("No progress, no notes."))]
Verbose = Annotated[bool, typer.Option("--verbose", help=HELP.say("Say more: changes, versions, time taken."))]
Debug = Annotated[bool, typer.Option("--debug", help=HELP.say("Show the traceback of an error."))]
Json = Annotated[bool, typer.Option("--json", help=HELP.say("Machine-readable answer on stdout."))]


@dataclass
class Settings:
    """What the reader asked for, before or after the command's name.

    Attributes
    ----------
    lang
        Code of the language, or None where none was asked for.
    quiet, verbose, debug, as_json
        As the options say.
    """

    lang: str | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    as_json: bool = False

    def also(self, context: typer.Context) -> Settings:
        """Return these settings joined with those given before the command's name."""
        above = context.obj
        if not isinstance(above, Settings):
            return self
        return Settings(
            self.lang or above.lang,
            self.quiet or above.quiet,
            self.verbose or above.verbose,
            self.debug or above.debug,
            self.as_json or above.as_json,
        )

    def speak(self, of_scenario: str | None) -> None:
        """Speak the scenario's language from now on, unless another was asked for."""
        self.lang = self.lang or of_scenario

    def speaking(self, of_scenario: str | None) -> Settings:
        """Return these settings in the scenario's language, unless another was asked for."""
        return replace(self, lang=self.lang or of_scenario)

    def language(self) -> Language:
        """Return the language asked for, else that of the reader's computer."""
        return language(self.lang or language_of_environment())

    def note(self, sentence: str) -> None:
        """Say something on stderr, unless asked to be quiet."""
        if not self.quiet:
            typer.echo(printable(sentence), err=True)


class StoppedError(Exception):
    """A command that ended early, in the reader's words.

    Attributes
    ----------
    code
        What the command exits with.
    """

    def __init__(self, sentences: Sequence[str], code: int) -> None:
        self.code = code
        super().__init__("\n".join(sentences))


@contextmanager
def told(settings: Settings) -> Iterator[None]:
    """Turn errors into a short message and the exit code of the contract."""
    try:
        yield
    except (typer.Exit, BrokenPipeError):
        raise
    except KeyboardInterrupt as interrupt:
        said = [settings.language().say("Interrupted."), *interrupt.args]
        typer.echo(printable(" ".join(said)), err=True)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001 - the last line before the reader: whatever it is becomes a sentence
        code = _show(settings, error)
        if settings.debug:
            typer.echo(traceback.format_exc(), err=True)
        raise typer.Exit(code) from None


def _show(settings: Settings, error: Exception) -> int:
    """Show what went wrong on stderr, and return the exit code."""
    say = settings.language().say
    match error:
        case ProblemsError():
            show_problems(settings, [error])
            return BAD_INPUT
        case KampungError():
            return _show_refusal(settings, error)
        case StoppedError():
            typer.echo(printable(str(error), lines=True), err=True)
            return error.code
        case MemoryError():
            typer.echo(say("The run failed: not enough memory. Ask for fewer draws or replicates."), err=True)
            return RUN_FAILED
    kind = type(error).__name__
    typer.echo(printable(say("The run failed: {kind}: {reason}", kind=kind, reason=error)), err=True)
    if not settings.debug:
        typer.echo(say("Run it again with --debug to see where."), err=True)
    return RUN_FAILED


def _show_refusal(settings: Settings, error: KampungError) -> int:
    """Show why something was not possible, or why a run came to nothing, and return the exit code."""
    failed, reasons = isinstance(error, EnsembleError), _reasons(settings, error)
    say = settings.language().say
    if len(reasons) > 1:
        sentences = [say("Not possible, for several reasons:"), *(f"- {reason}" for reason in reasons)]
    elif failed:
        sentences = [say("The run failed: {reason}", reason=reasons[0])]
    else:
        sentences = [say("Not possible: {reason}", reason=reasons[0])]
    typer.echo(printable("\n".join([*sentences, *getattr(error, "__notes__", ())]), lines=True), err=True)
    return RUN_FAILED if failed else BAD_INPUT


def _reasons(settings: Settings, error: KampungError) -> list[str]:
    """Return what an error says, in the reader's language where it can be translated; at least one sentence."""
    speech = settings.language()
    return [speech.problem(reason) for reason in getattr(error, "reasons", ())] or [str(error)]


def show_problems(settings: Settings, errors: Sequence[ProblemsError]) -> None:
    """Show the problems of one file or more on stderr, each file's in its own language unless another was asked for."""
    speech = settings.language()
    for error in errors:
        speech = settings.speaking(error.language).language()
        for lines in problem_lines(speech, error.problems):
            typer.echo(printable(lines, lines=True), err=True)
    number = speech.number(sum(len(error.problems) for error in errors))
    typer.echo(speech.say("Problems found: {number}. Nothing was written.", number=number), err=True)


def problem_data(settings: Settings, error: ProblemsError) -> list[dict[str, Any]]:
    """Return problems as plain data, their sentences in the language in which they are shown."""
    speech = settings.speaking(error.language).language()
    return [as_data(speech, problem) for problem in error.problems]


def print_json(value: Any) -> None:
    """Print plain data as it would stand in a file."""
    from ..report.files import json_text

    typer.echo(json_text(value), nl=False)


def printable(text: str, *, lines: bool = False) -> str:
    """Return text without the control characters that could garble a terminal; names come from files."""
    kept = "\n" if lines else ""
    return "".join(c if c.isprintable() or c in kept else "\ufffd" for c in text)
