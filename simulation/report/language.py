"""Languages: translated sentences, and numbers and dates as each language writes them.

English is the language of the code, Indonesian that of `locale/id.po`, which has one entry a sentence.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from ..domain.messages import KampungError, Message

LANGUAGES = ("id", "en")
DEFAULT = "id"
CATALOGUES = Path(__file__).parent / "locale"

_LINES = r'((?:".*"\n)+)'
_ENTRY = re.compile(rf"^msgid {_LINES}msgstr {_LINES}", re.MULTILINE)


def phrase(template: str) -> str:
    """Return a sentence unchanged: marks it for translation where it stands in a table."""
    return template


_MONEY = (
    (1e12, phrase("Rp{amount} trillion")),
    (1e9, phrase("Rp{amount} billion")),
    (1e6, phrase("Rp{amount} million")),
    (0.0, phrase("Rp{amount}")),
)
_TIMES = {"id": "HH.mm", "en": "HH:mm"}


class _Places(Formatter):
    """Fills the places of a sentence; a number in ``{named:,}`` is written as a language does."""

    def __init__(self, code: str) -> None:
        self._code = code

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return what stands in a place."""
        if format_spec != ",":
            return str(super().format_field(value, format_spec))
        from babel.numbers import format_decimal

        return str(format_decimal(value, "#,##0.##########", self._code))


def printable(text: str, *, lines: bool = False) -> str:
    """Return text without the control characters that could garble a terminal; names come from files."""
    kept = "\u00a0\n" if lines else "\u00a0"
    return "".join(c if c.isprintable() or c in kept else "\ufffd" for c in text)


@dataclass(frozen=True)
class Language:
    """One language: `Language("id")` or `Language("en")`; better `language(code)`, which keeps them."""

    code: str

    def say(self, template: str, **values: object) -> str:
        """Return a sentence of the report in this language.

        Parameters
        ----------
        template
            The English sentence, with ``{named}`` places.
        values
            What fills the places, written in this language already.
        """
        return self._translated(template).format(**values)

    def problem(self, message: Message) -> str:
        """Return a sentence of the inputs or the engine in this language."""
        return message.render(self._translated, _Places(self.code))

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with separators, e.g. 1.234,5 in Indonesian and 1,234.5 in English."""
        from babel.numbers import format_decimal

        return str(format_decimal(_no_negative_zero(value, decimals), "#,##0" + _places(decimals), self.code))

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share in percent, e.g. 5,4% in Indonesian and 5.4% in English."""
        from babel.numbers import format_percent

        pattern = f"#,##0{_places(decimals)}%"
        return str(format_percent(_no_negative_zero(share, decimals + 2), pattern, self.code))

    def money(self, idr_million: float) -> str:
        """Return an amount in million rupiah as people write it, to three digits: Rp2,5 miliar, Rp960 million."""
        from babel.numbers import format_decimal

        rupiah = float(f"{1e6 * idr_million:.3g}")
        least, written = next((least, written) for least, written in _MONEY if abs(rupiah) >= least)
        amount = format_decimal(abs(rupiah) / (least or 1.0), "#,##0.##", self.code)
        said = self.say(written, amount=amount)
        return f"−{said}" if rupiah < 0 else said

    def either(self, names: Iterable[str]) -> str:
        """Return names joined by "or"."""
        from babel.lists import format_list

        return str(format_list(list(names), style="or", locale=self.code))

    def all_of(self, names: Iterable[str]) -> str:
        """Return names joined by "and"."""
        from babel.lists import format_list

        return str(format_list(list(names), locale=self.code))

    def day(self, when: date) -> str:
        """Return a day, e.g. 31 Desember 2025."""
        from babel.dates import format_date

        return str(format_date(when, "d MMMM yyyy", locale=self.code))

    def day_of(self, text: str) -> str:
        """Return a day that is written YYYY-MM-DD, and any other text as it stands."""
        try:
            return self.day(date.fromisoformat(text))
        except ValueError:
            return text

    def moment(self, when: datetime) -> dict[str, str]:
        """Return ``day`` and ``time`` of a moment as the clock of this computer showed it."""
        from babel.dates import format_time

        here = when.astimezone()
        time = format_time(here, _TIMES[self.code], tzinfo=here.tzinfo, locale=self.code)
        return {"day": self.day(here.date()), "time": str(time)}

    def _translated(self, template: str) -> str:
        return self._catalogue.get(template, template)

    @cached_property
    def _catalogue(self) -> Mapping[str, str]:
        return {} if self.code == "en" else read_catalogue(CATALOGUES / f"{self.code}.po")


@lru_cache
def language(code: str) -> Language:
    """Return the language with this code.

    Raises
    ------
    KampungError
        Where there is none.
    """
    if code not in LANGUAGES:
        raise KampungError(f"there is no language {code!r}; choose one of {', '.join(LANGUAGES)}")
    return Language(code)


def language_of_environment(environment: Mapping[str, str] = os.environ) -> str:
    """Return the code of the language that LANG names, Indonesian where it is neither."""
    code = environment.get("LANG", "").split("_")[0].split(".")[0].lower()
    return code if code in LANGUAGES else DEFAULT


@lru_cache
def read_catalogue(path: Path) -> Mapping[str, str]:
    """Return English sentence -> translation, of a .po file.

    Read here and not by Babel or gettext, whose import or whose compiled files would cost every start 0.1 s, or every
    contributor a step.
    """
    entries = (map(_text, entry) for entry in _ENTRY.findall(path.read_text(encoding="utf-8") + "\n"))
    return {sentence: translation or sentence for sentence, translation in entries}


def _text(lines: str) -> str:
    """Return what stands in the quoted lines of an entry, which are written as in C."""
    return str(json.loads(lines.replace('"\n"', "")))


def _places(decimals: int) -> str:
    return "." + "0" * decimals if decimals else ""


def _no_negative_zero(value: float, decimals: int) -> Any:
    """Return the value, or 0 where it would be shown as −0."""
    return 0 if round(value, decimals) == 0 else value
