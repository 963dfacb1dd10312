"""CSV files as rows of text.

Knows delimiters and quotes; must not know what a column means.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from ...domain.messages import Message
from ..collector import Collector
from .cells import clean
from .headers import HEAD, MOST_ROWS, Grid, Row, Wanted, find_header

DELIMITERS = ",;\t"
_SAID = re.compile(r'"?sep=([,;\t])"?[,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line in which Excel says the delimiter; no program shows it as a row."""
_KEPT = re.compile(r'="([^"]*)"')
"""With this some programs keep Excel from making a number of a code; nothing is computed."""
MOST_CELLS = 1_000_000
"""Cells, and lines; rows of more than a table has would take long, and much memory, before they are counted."""
_LINE = re.compile(r"[^\r\n]{1,1000000}(?:\r\n?|\n)?|\r\n?|\n")
"""A line and its end, or as much of it as no row of a table needs."""
_BEGINNING = 100_000
"""Characters that tell the delimiter."""


def read_csv(shown: str, text: str, collector: Collector, wanted: Wanted) -> Grid | None:
    """Return the rows of a CSV file, or None with the problem told."""
    said = _SAID.match(text)
    delimiter = said[1] if said is not None else _delimiter(text[:_BEGINNING], wanted)
    if text.count(delimiter) > MOST_CELLS or text.count("\n") + text.count("\r") > MOST_CELLS:
        message = Message("the table has more than {most} million cells", {"most": MOST_CELLS // 10**6})
        fix = Message("remove the rows and columns that do not belong to the table")
        collector.add((shown, None), "", message, suggestion=fix, table=True)
        return None
    rows: list[Row] = []
    try:
        for row in _rows(text[said.end() :] if said is not None else text, delimiter):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                break
    except csv.Error:
        message = Message("the table cannot be read here")
        fix = Message("look for a quote that is not closed")
        collector.add((shown, rows[-1][0] + 1 if rows else 1), "", message, suggestion=fix, table=True)
        return None
    return Grid(shown, rows)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield number and cells of every row that is not blank."""
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=delimiter, strict=True)
    for number, cells in enumerate(reader, start=1):
        cleaned = [_KEPT.sub(r"\1", clean(cell)) if cell.startswith("=") else clean(cell) for cell in cells]
        if any(cleaned):
            yield number, cleaned


def _delimiter(text: str, wanted: Wanted) -> str:
    """Return the delimiter that gives the most columns that mean something, then the commonest in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda delimiter: (_known(text, delimiter, wanted), first.count(delimiter)))


def _known(text: str, delimiter: str, wanted: Wanted) -> int:
    rows: list[Row] = []
    with suppress(csv.Error):  # told when the whole table is read
        rows.extend(islice(_rows(text, delimiter), HEAD))
    header = find_header(rows, wanted)
    return header.known(wanted) if header is not None else 0
