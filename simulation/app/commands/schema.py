"""The command ``schema``: the JSON Schema of the scenario file.

Knows its options; must not know what a scenario holds.
"""

from __future__ import annotations

import typer

from ..settings import Debug, Json, Lang, Quiet, Settings, Verbose, print_json, told


def schema(
    context: typer.Context,
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    as_json: Json = False,
) -> None:
    """Print the JSON Schema of the scenario file."""
    with told(Settings(lang, quiet, verbose, debug, as_json).also(context)):
        from ...inputs.schema import json_schema

        print_json(json_schema())
