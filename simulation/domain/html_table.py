"""What a notebook shows of an object: a narrow table, everything in it escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from numbers import Integral, Real
from typing import Any

from .messages import shown

MOST_COLUMNS, MOST_ROWS = 8, 30
_CELL_LETTERS = 200
_LEFT = ' style="text-align: left; white-space: normal"'


def html_table(rows: Sequence[Mapping[Any, Any]], above: str = "", below: str = "", digits: int = 3) -> str:
    """Return rows with the same keys as a table of 8 columns and 30 rows at most.

    Parameters
    ----------
    above, below
        Plain text around it, such as where the rest stands.
    digits
        Decimals of numbers that are no whole numbers: fewer from 100 on, and as many that say something below 0.001.

    Examples
    --------
    >>> html_table([{"year": 2026, "<b>": 0.25}]).count("&lt;b&gt;")
    1
    """
    columns = list(rows[0])[:MOST_COLUMNS] if rows else []
    head = "".join(f"<th{_LEFT if _is_text(rows[0][name]) else ''}>{escape(str(name))}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(_cell(row[name], digits) for name in columns)}</tr>" for row in rows[:MOST_ROWS])
    more = [f"{len(rows) - MOST_ROWS:,} more rows."] if len(rows) > MOST_ROWS else []
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    under = " ".join([*more, *([below] if below else [])])
    return "".join(f"<p>{escape(text)}</p>" if text is not table else text for text in (above, table, under) if text)


def span(ends: tuple[float, float] | None, digits: int = 3) -> str:
    """Return both ends of an interval; nothing where there is none.

    Examples
    --------
    >>> span((0.1234, 0.5)), span((2, 15)), span(None)
    ('0.123 – 0.500', '2 – 15', '')
    """
    return "" if ends is None else " – ".join(_text(end, digits) for end in ends)


def _is_text(value: Any) -> bool:
    return not isinstance(value, Real) and value is not None


def _cell(value: Any, digits: int) -> str:
    text = escape(shown(_text(value, digits), _CELL_LETTERS))
    return f"<td{_LEFT if _is_text(value) else ''}>{text}</td>"


def _text(value: Any, digits: int) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN alone differs from itself
        return ""
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    if isinstance(value, Integral):
        return str(value)
    number = float(value)
    decimals = digits if abs(number) < 100 else 0 if abs(number) >= 1000 else 1
    fine = f"{number:.{digits}g}" if 0 < abs(number) < 10**-digits else f"{number:,.{decimals}f}"
    return fine.replace("-", "\N{MINUS SIGN}", 1) if fine.startswith("-") else fine
