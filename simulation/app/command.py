"""The decorator of all commands: adds the options that every command takes, and reports errors."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

import typer

from .errors import report_errors
from .options import Debug, Json, Lang, Quiet, Settings, Verbose

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
