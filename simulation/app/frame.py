"""The frame of the help in the reader's language: Typer's own headings and marks are English.

Only the names of Typer's two classes and of what they call are taken from it: see `decisions/0011-typer-stays.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from .options import HELP

Run = TypeVar("Run", bound=Callable[..., Any])


class Command(TyperCommand):
    """A command whose help is said in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help: how it is called, what it does, arguments and options."""
        _write_head(self, ctx, formatter)
        rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                told = [_sentence(parameter), *(f"[{mark}]" for mark in _marks(parameter))]
                named = parameter.metavar if parameter.param_type_name == "argument" else record[0]
                rows[parameter.param_type_name].append((str(named), " ".join(told)))
        for title, of_kind in zip((HELP.say("Arguments"), HELP.say("Options")), rows.values(), strict=True):
            if of_kind:
                with formatter.section(title):
                    formatter.write_dl(of_kind)


class Group(TyperGroup):
    """A group of commands whose help is said in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help: how it is called, what it does, its commands."""
        _write_head(self, ctx, formatter)
        with formatter.section(HELP.say("Commands")):
            formatter.write_dl([(name, self.commands[name].help) for name in self.list_commands(ctx)])


class App(typer.Typer):
    """A Typer application that is framed so."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            cls=Group,
            subcommand_metavar=HELP.say("COMMAND …"),
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Run], Run]:
        """Return what makes a command of a function."""
        return super().command(name, cls=Command, **settings)


def _write_head(command: Command | Group, ctx: Any, formatter: Any) -> None:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    pieces = [HELP.say("[OPTIONS]"), *(str(one.metavar) if one.required else f"[{one.metavar}]" for one in arguments)]
    if isinstance(command, Group):
        pieces.append(command.subcommand_metavar)
    formatter.write_usage(ctx.command_path, " ".join(pieces), f"{HELP.say('Usage')}: ")
    command.format_help_text(ctx, formatter)


def _sentence(parameter: Any) -> str:
    return HELP.say("Show this help.") if parameter.name == "help" else str(parameter.help or "")


def _marks(parameter: Any) -> Iterator[str]:
    """Yield what holds of a parameter: its default, and whether it must be given."""
    value = parameter.default
    if parameter.required:
        yield HELP.say("required")
    elif parameter.name != "help" and value is not None and value is not False:
        yield HELP.say("default: {value}", value=value)
