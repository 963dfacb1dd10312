"""Numbers, days and lists are written as the Unicode consortium says that each language does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from simulation.domain.messages import Message
from simulation.report.language import LANGUAGES, language

NUMBERS = st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12) | st.decimals(-1000, 1000, places=4).map(float)


def pattern(decimals: int) -> str:
    """Return what CLDR calls so many decimals."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


@pytest.mark.parametrize("code", LANGUAGES)
@given(number=NUMBERS, decimals=st.integers(0, 4))
def test_numbers_and_shares_are_written_as_babel_writes_them(code: str, number: float, decimals: int) -> None:
    """Rounded half to even as they are written out, with the marks of the language; 0 has no sign."""
    says = language(code)
    shown = format_decimal(number, pattern(decimals), code)
    assert says.number(number, decimals) == (shown.removeprefix("-") if not shown.strip("-0.,") else shown)
    share = Decimal(str(number)) / 1_000_000
    shown = format_percent(share, pattern(decimals) + "%", code)
    assert says.percent(float(share), decimals) == (shown.removeprefix("-") if not shown.strip("-0.,%") else shown)
    placed = says.problem(Message("{number:,}", {"number": number}))
    shown = format_decimal(number, "#,##0.##########", code)
    assert placed == ("0" if shown == "-0" else shown)


@pytest.mark.parametrize("code", LANGUAGES)
@given(day=st.dates())
def test_days_are_written_as_babel_writes_them(code: str, day: date) -> None:
    """Months in full."""
    assert language(code).day(day) == format_date(day, "d MMMM yyyy", locale=code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_moments_and_lists_are_written_as_babel_writes_them(code: str) -> None:
    """The clock of 24 hours; a comma before the last of several."""
    now = datetime(2026, 3, 5, 7, 4, tzinfo=UTC).astimezone()
    assert language(code).moment(now)["time"] == format_time(now, {"id": "HH.mm", "en": "HH:mm"}[code], locale=code)
    for count in range(1, 6):
        names = list("abcde")[:count]
        assert language(code).either(names) == format_list(names, style="or", locale=code)
