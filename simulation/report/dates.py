"""Days and times as they are read.

Knows how each language writes a date; must not know what happened then.
"""

from __future__ import annotations

from datetime import date, datetime

from .language import Language

_TIMES = {"id": "HH.mm", "en": "HH:mm"}


def day(speech: Language, when: date) -> str:
    """Return a day, e.g. 31 Desember 2025."""
    from babel.dates import format_date

    return str(format_date(when, "d MMMM yyyy", locale=speech.code))


def day_of(speech: Language, text: str) -> str:
    """Return a day that is written YYYY-MM-DD, and any other text as it stands."""
    try:
        return day(speech, date.fromisoformat(text))
    except ValueError:
        return text


def moment(speech: Language, when: datetime) -> dict[str, str]:
    """Return ``day`` and ``time`` of a moment as the clock of this computer showed it."""
    from babel.dates import format_time

    here = when.astimezone()
    time = format_time(here, _TIMES[speech.code], tzinfo=here.tzinfo, locale=speech.code)
    return {"day": day(speech, here.date()), "time": str(time)}
