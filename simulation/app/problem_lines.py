"""Problems as lines of a terminal and as plain data.

Knows how places are named and what is told only once; must not know where the lines go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..domain.messages import Problem, listed
from ..inputs.tables.table import spans
from ..report.language import Language

_SHEET = re.compile(r"(.+)\[([^\[\]]+)\]")
"""A workbook and one of its sheets, in whose names spreadsheet programs allow no brackets."""


def as_data(speech: Language, problem: Problem) -> dict[str, Any]:
    """Return a problem as plain data, its sentences in a language."""
    return {
        "file": problem.file,
        "line": problem.line,
        "field": problem.field,
        "message": speech.problem(problem.message),
        "found": problem.found,
        "allowed": None if problem.allowed is None else speech.problem(problem.allowed),
        "suggestion": None if problem.suggestion is None else speech.problem(problem.suggestion),
    }


def problem_lines(speech: Language, problems: Iterable[Problem]) -> Iterator[str]:
    """Yield the lines of every problem as one text; those that differ only in their line are told once."""
    alike: dict[tuple[Any, ...], list[Problem]] = {}
    for problem in problems:
        key = tuple(value for name, value in as_data(speech, problem).items() if name != "line")
        alike.setdefault((*key, problem.line is None), []).append(problem)
    for first, *others in alike.values():
        lines = _lines(speech, first)
        rows = sorted({other.line for other in others if other.line is not None} - {first.line})
        if rows:
            number, numbers = speech.number(len(rows)), listed(spans(rows))
            if first.table:
                lines.append("  " + speech.say("the same in rows {rows} ({number} more)", rows=numbers, number=number))
            else:
                lines.append(
                    "  " + speech.say("the same in lines {lines} ({number} more)", lines=numbers, number=number)
                )
        yield "\n".join(lines)


def with_sheet(speech: Language, table: str) -> str:
    """Return how a table is named: its file, and its sheet where the workbook has several."""
    parts = _SHEET.fullmatch(table)
    return table if parts is None else speech.say("{file}, sheet {sheet}", file=parts[1], sheet=parts[2])


def _lines(speech: Language, problem: Problem) -> list[str]:
    data = as_data(speech, problem)
    lines = [_place(speech, problem), f"  {data['message']}"]
    if data["found"]:
        lines.append("  " + speech.say("found: {found}", found=data["found"]))
    if data["allowed"]:
        lines.append("  " + speech.say("allowed: {allowed}", allowed=data["allowed"]))
    if data["suggestion"]:
        lines.append("  " + speech.say("suggestion: {suggestion}", suggestion=data["suggestion"]))
    return lines


def _place(speech: Language, problem: Problem) -> str:
    """Return where a problem is: file, line and key of a scenario; sheet, row, column and cell of a table."""
    if not problem.table:
        place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        return f"{place}: {problem.field}" if problem.field else place
    place = with_sheet(speech, problem.file)
    if problem.line is not None:
        place = speech.say("{place}, row {row}", place=place, row=problem.line)
    if problem.cell:
        return speech.say(
            "{place}, column {column} (cell {cell})", place=place, column=problem.field, cell=problem.cell
        )
    return speech.say("{place}, column {column}", place=place, column=problem.field) if problem.field else place
