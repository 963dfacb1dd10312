"""The command ``help``: what a command does and takes."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import HELP, LanguageChoice

Names = Annotated[list[str] | None, typer.Argument(metavar=HELP.say("COMMAND"), help=HELP.say("A command."))]


def show_help(
    context: typer.Context,
    names: Names = None,
    _: Annotated[LanguageChoice | None, typer.Option("--lang", hidden=True)] = None,
) -> None:
    """Show the help of a command, or what commands there are."""
    above = context.find_root()
    for name in names or ():
        _, found, _ = above.command.resolve_command(above, [name])  # type: ignore[attr-defined]
        above = type(context)(found, info_name=name, parent=above)
    typer.echo(above.get_help())
