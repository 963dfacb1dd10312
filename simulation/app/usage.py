"""Runs the command line, and says in the reader's language what of it could not be understood.

Knows how Typer tells that an option or a command is wrong; must not know what any of them does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import typer

from ..report.language import Language
from .settings import BAD_INPUT, language_of_help, printable

_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""What Typer raises for every command that cannot be understood; of its kinds it exports only the one."""

_PARENTHESIS = re.compile(r" \((.*)\)$")


def run(app: typer.Typer) -> None:
    """Run the command that was typed; never return.

    Typer writes its own errors in English only. What is not known here is shown in its words.
    """
    speech = language_of_help(sys.argv[1:])
    try:
        code = app(prog_name="kampungkb", standalone_mode=False)
    except _USAGE_ERROR as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sentences = [str(error)]
        else:
            sentences = [speech.say("Not possible: {reason}", reason=_reason(speech, error, sys.argv[1:]))]
            if command := getattr(getattr(error, "ctx", None), "command_path", ""):
                sentences.append(speech.say("{command} --help tells what may be given.", command=command))
        typer.echo(printable("\n".join(sentences), lines=True), err=True)
        code = BAD_INPUT
    except typer.Abort:
        code = BAD_INPUT
    sys.exit(code if isinstance(code, int) else 0)


def _reason(speech: Language, error: Any, typed: Sequence[str]) -> str:
    """Return what of the command could not be understood, and what may have been meant."""
    say, message = speech.say, error.format_message()
    said = str(message)
    match type(error).__name__:
        case "NoSuchOption" if error.possibilities:
            names = speech.either(sorted(error.possibilities))
            said = say("there is no option {name}; did you mean {names}?", name=error.option_name, names=names)
        case "NoSuchOption":
            said = say("there is no option {name}", name=error.option_name)
        case "BadOptionUsage" if "requires" in message:
            said = say("{name} needs a value", name=error.option_name)
        case "BadOptionUsage" if "not take" in message:
            said = say("{name} takes no value", name=error.option_name)
        case "MissingParameter" if error.param is not None:
            said = say("{name} is missing", name=_name(error.param))
        case "BadParameter" if error.param is not None:
            said = _bad_value(speech, error)
        case "UsageError" if hasattr(error.ctx.command, "commands"):
            name = next((one for one in typed if repr(one) in message), "")
            said = say("there is no command {name}; choose one of {names}", name=name, names=_commands(error))
        case "UsageError" if extra := _PARENTHESIS.search(message):
            said = say("{found} is too much", found=extra[1])
    return said


def _bad_value(speech: Language, error: Any) -> str:
    """Return why the value of an option cannot be used."""
    failure: list[Any] = getattr(error.__cause__, "errors", list)()
    kind, found = (failure[0]["type"], failure[0]["input"]) if failure else ("", "")
    name, choices = _name(error.param), getattr(getattr(error.param, "type_descriptor", None), "choices", None)
    if kind.startswith("int_"):
        return speech.say("{name}: {found} is not a whole number", name=name, found=found)
    if kind.startswith("float_"):
        return speech.say("{name}: {found} is not a number", name=name, found=found)
    if kind and choices:
        names = speech.either(map(str, choices))
        return speech.say("{name}: {found} is not known here; choose {names}", name=name, found=found, names=names)
    return speech.say("{name}: {reason}", name=name, reason=error.message)


def _name(param: Any) -> str:
    return str(param.metavar or param.name) if param.param_type_name == "argument" else max(param.opts, key=len)


def _commands(error: Any) -> str:
    return ", ".join(sorted(error.ctx.command.commands))
