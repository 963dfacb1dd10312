"""All hostile cases.

Knows the modules that make them; must not know what is in them.
"""

from __future__ import annotations

from . import (
    chain_cases,
    path_cases,
    size_cases,
    table_cases,
    text_cases,
    value_cases,
    workbook_cases,
    yaml_cases,
)
from .bench import Case

MODULES = (
    yaml_cases,
    value_cases,
    size_cases,
    text_cases,
    path_cases,
    chain_cases,
    table_cases,
    workbook_cases,
)
GENERATED = {"wrong types", "not finite"}
"""Groups with one case for every key of the format, not counted among those that differ in kind."""

CORPUS: tuple[Case, ...] = tuple(case for module in MODULES for case in module.cases())
