"""The command ``schema``: the JSON Schema of the scenario file."""

from __future__ import annotations

from ..command import command
from ..options import Settings, print_json


@command
def schema(
    settings: Settings,  # noqa: ARG001  every command has it
) -> None:
    """Print the JSON Schema of the scenario file."""
    from ...inputs.schema import json_schema

    print_json(json_schema())
