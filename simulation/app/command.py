"""What all commands have in common: options that every command takes, before its name or after, and error reports."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from .. import __version__
from .errors import report_errors
from .options import Debug, Json, Lang, LanguageChoice, Quiet, Settings, Verbose

_EVERY_COMMAND: dict[str, tuple[Any, Any]] = {
    "lang": (Lang, None),
    "quiet": (Quiet, False),
    "verbose": (Verbose, False),
    "debug": (Debug, False),
    "as_json": (Json, False),
}


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function from which Typer can make a command.

    `function` takes `settings` first, then arguments and options of its own; the result takes these and
    ``--lang``, ``--quiet``, ``--verbose``, ``--debug``, ``--json``, those given before the command's name included.
    Exceptions become messages here, once for all commands.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    context = Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    common = [
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind)
        for name, (kind, default) in _EVERY_COMMAND.items()
    ]

    def run(context: typer.Context, **given: Any) -> None:
        settings = Settings(*(given.pop(name) for name in _EVERY_COMMAND)).also(context)
        with report_errors(settings):
            function(settings, **given)

    parameters = [context, *own, *common]
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    vars(run)["__signature__"] = Signature(parameters)
    return run


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kampungkb {__version__}")
        raise typer.Exit


def keep_settings(
    context: typer.Context,
    lang: Annotated[LanguageChoice | None, typer.Option("--lang", hidden=True)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", hidden=True)] = False,
    verbose: Annotated[bool, typer.Option("--verbose", hidden=True)] = False,
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False,
    as_json: Annotated[bool, typer.Option("--json", hidden=True)] = False,
    _: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, hidden=True)] = False,
) -> None:
    """Keep the options given to a group before its command's name; every command shows them in its own help."""
    context.obj = Settings(lang, quiet, verbose, debug, as_json).also(context)
