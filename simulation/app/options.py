"""Options that several commands share, and the settings that every command takes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..domain.messages import Message
from ..report.language import LANGUAGES, Language, language, language_of_environment, printable

if TYPE_CHECKING:
    from ..engine.progress import Progress

LanguageChoice = Literal["id", "en"]
EngineChoice = Literal["batch", "mesa", "exact"]
EstimatorChoice = Literal["conditional", "plain"]


def language_of_help() -> Language:
    """Return the language of ``--help``, whose texts are made before Typer reads any option."""
    arguments = sys.argv[1:]
    for given, following in zip(arguments, [*arguments[1:], ""], strict=False):
        option, _, value = given.partition("=")
        if option == "--lang" and (value or following) in LANGUAGES:
            return language(value or following)
    return language(language_of_environment())


HELP = language_of_help()


def at_least(least: int) -> Callable[[int | None], int | None]:
    """Return what refuses smaller numbers; Typer's own bounds would stand in every line of a help that has no room."""

    def checked(value: int | None) -> int | None:
        if value is not None and value < least:
            raise typer.BadParameter(HELP.say("{value} is too small; give at least {least}", value=value, least=least))
        return value

    return checked


def between_zero_and_one(value: float | None) -> float | None:
    """Refuse half-widths outside (0, 1), and NaN."""
    if value is not None and not 0 < value < 1:
        typed = f"{value:g}"
        raise typer.BadParameter(
            HELP.say("{value} is not a valid half-width; give a number between 0 and 1", value=typed)
        )
    return value


ScenarioFile = Annotated[Path, typer.Argument(metavar=HELP.say("SCENARIO"), help=HELP.say("Scenario file (YAML)."))]
ScenarioFiles = Annotated[
    list[Path],
    typer.Argument(metavar=HELP.say("SCENARIO…"), help=HELP.say("Scenario files (YAML).")),
]
Draws = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Draws of the uncertain parameters [1000].")),
]
Replicates = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Replicates per draw [20; 20000 if all fixed].")),
]
Precision = Annotated[
    float | None,
    typer.Option(metavar="H", callback=between_zero_and_one, help=HELP.say("Double draws until the error is below H.")),
]
Engine = Annotated[
    EngineChoice | None,
    typer.Option(metavar="batch|mesa|exact", help=HELP.say("How to compute [exact where it applies].")),
]
"""Of what takes the exact engine by itself where that applies."""
EstimatorOption = Annotated[
    EstimatorChoice,
    typer.Option(metavar="NAME", help=HELP.say("Of a chance; or plain.")),
]
EngineOption = Annotated[EngineChoice, typer.Option(metavar="batch|mesa|exact", help=HELP.say("How to compute."))]
Agent = Annotated[str | None, typer.Option(metavar=HELP.say("FILE:CLASS"), help=HELP.say("Own agents; FILE is run."))]
With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar=HELP.say("FILE:CLASS"), help=HELP.say("Own mechanism; FILE is run.")),
]
Year = Annotated[int | None, typer.Option(metavar=HELP.say("Y"), help=HELP.say("Forecast year [the first]."))]
Run = Annotated[Path, typer.Argument(metavar=HELP.say("RUN"), help=HELP.say("Folder of a finished run."))]
District = Annotated[
    str | None, typer.Option(metavar=HELP.say("CODE"), help=HELP.say("One district of several, by its code."))
]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", callback=at_least(1), help=HELP.say("Threads or processes [all cores; mesa: 1].")),
]
Cluster = Annotated[
    str | None, typer.Option("--executor", metavar="URL", help=HELP.say("Compute on the workers of a Dask scheduler."))
]
NoFigures = Annotated[bool, typer.Option("--no-figures", help=HELP.say("Tables only."))]
Force = Annotated[bool, typer.Option("--force", help=HELP.say("Compute again what is there already."))]
Out = Annotated[Path, typer.Option(metavar=HELP.say("DIR"), help=HELP.say("Where run folders are kept."))]
Seed = Annotated[int, typer.Option(metavar="N", callback=at_least(0), help=HELP.say("Seed of the random numbers."))]
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
        above = context.obj if isinstance(context.obj, Settings) else Settings()
        return Settings(*(mine or other for mine, other in zip(astuple(self), astuple(above), strict=True)))

    def speaking(self, of_scenario: str | None) -> Settings:
        """Return these settings in the scenario's language, unless another was asked for."""
        return replace(self, lang=self.lang or of_scenario)

    def language(self) -> Language:
        """Return the language asked for, else that of the reader's computer."""
        return language(self.lang or language_of_environment())

    def in_words(self, sentence: str | Message) -> str:
        """Return a sentence in that language."""
        return self.language().problem(sentence) if isinstance(sentence, Message) else sentence

    def note(self, sentence: str | Message) -> None:
        """Say something on stderr, unless asked to be quiet."""
        if not self.quiet:
            typer.echo(printable(self.in_words(sentence)), err=True)

    def progress(self, doing: tuple[str, str], resuming: Callable[[], bool]) -> AbstractContextManager[Progress]:
        """Return what shows how far some work is; what it takes is told at `ProgressReport`."""
        from .progress import ProgressReport

        return ProgressReport(self.language(), quiet=self.quiet, resuming=resuming, doing=doing)


def quoted(path: Path) -> str:
    """Return a path as it can be typed in a terminal."""
    return f'"{path}"' if " " in str(path) else str(path)


def print_json(value: Any) -> None:
    """Print plain data as it would stand in a file."""
    from ..report.files import json_text

    typer.echo(json_text(value), nl=False)


def print_written(settings: Settings, paths: Iterable[Path], changed: Iterable[Path] = ()) -> None:
    """Print where files were written, and which others somebody had `changed` by hand, so that these stay."""
    say = settings.language().say
    for path in changed:
        settings.note(say("Changed by hand since it was written, and left as it is: {path}", path=path))
    if settings.as_json:
        print_json({"written": [str(path) for path in paths]})
        return
    for path in paths:
        typer.echo(say("Written: {path}", path=quoted(path)))
