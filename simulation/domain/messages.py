"""Messages that can be shown in every language, and the problems and errors that carry them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from string import Formatter
from typing import Any

LONGEST = 60
"""Characters of a value that a message shows."""

MOST_OPTIONS = 1000
"""Names among which the nearest is looked for."""

CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Characters that no name or sentence needs: they garble a terminal or a file, or make two names look alike."""


class _Plain(Formatter):
    """Fills the places of a sentence, numbers that are told written as in English."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return what stands in a place."""
        written = str(super().format_field(value, format_spec))
        return written.removesuffix(".0") if format_spec == "," else written


_PLAIN = _Plain()


@dataclass(frozen=True)
class Message:
    """A sentence to be shown in the reader's language.

    Attributes
    ----------
    template
        The English sentence with ``{named}`` places; also its key in the catalogue. A place ``{named:,}`` holds a
        number that is told, and is written as the reader's language does; all others stand as they are typed.
    values
        What fills the places; a value may itself be a `Message`.
    """

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str, formatter: Formatter = _PLAIN) -> str:
        """Return the sentence, with the template passed through `translate` and its places filled by `formatter`."""
        values = {k: v.render(translate, formatter) if isinstance(v, Message) else v for k, v in self.values.items()}
        return formatter.vformat(translate(self.template), (), values)

    def filled(self, **values: Any) -> Message:
        """Return the sentence with its places filled."""
        return replace(self, values=values)

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where, and what would be right.

    Attributes
    ----------
    file
        As the reader would name it.
    line
        1-based line (for tables: row of the file, the header being row 1); None where there is none.
    field
        Dotted key (``interventions.pokja.coverage``) or column name; "" for the whole file.
    found
        What stands there, shortened; "" where nothing does.
    allowed
        What may stand there; None where that says nothing.
    suggestion
        The likely fix: the nearest valid name, or what to write; None where none is likely.
    table
        Whether a table is wrong, not the scenario that names it; `line` is a row then.
    cell
        The cell of a table as spreadsheet programs name it (``D9``); "" where there is none.
    """

    file: str
    line: int | None
    field: str
    message: Message
    found: str = ""
    allowed: Message | None = None
    suggestion: Message | None = None
    table: bool = False
    cell: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        said = ": ".join(part for part in (place, self.field, str(self.message)) if part)
        more = {"found": self.found, "allowed": self.allowed, "fix": self.suggestion}
        return "; ".join([said, *(f"{name}: {part}" for name, part in more.items() if part)])


class KampungError(Exception):
    """The root of every error this package raises on purpose."""


class Refusal(KampungError):  # noqa: N818  what is refused is not always a fault
    """Something that was asked for is not possible, for reasons that can be told in the reader's language.

    Attributes
    ----------
    reasons
        Why; at least one.
    """

    def __init__(self, *reasons: Message) -> None:
        self.reasons = reasons
        super().__init__("; ".join(map(str, reasons)))


class ProblemsError(KampungError):
    """An error that lists problems.

    Attributes
    ----------
    problems
        Every problem found, in reading order; never empty.
    language
        The language that the file names for what is shown; None where it names none.
    """

    def __init__(self, problems: Iterable[Problem], language: str | None = None) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.language = language
        super().__init__("\n".join(map(str, self.problems)))


class ScenarioError(ProblemsError):
    """A scenario cannot be used as written."""


class DataError(ProblemsError):
    """A table cannot be used as supplied."""


def shown(text: str, most: int = LONGEST) -> str:
    """Return text as a message may show it: short, on one line, without control characters."""
    line = CONTROL.sub("\ufffd", " ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 3]}…"


def nearest(name: str, allowed: Iterable[str], most: int = MOST_OPTIONS) -> Message | None:
    """Return the question "did you mean …?" for the allowed name closest to `name`, if any is close."""
    by_lower = {option.lower(): option for option in islice(allowed, most) if len(option) <= LONGEST}
    close = get_close_matches(name.lower()[:LONGEST], by_lower, n=1, cutoff=0.6)
    return Message("did you mean {name}?", {"name": by_lower[close[0]]}) if close else None


def listed(names: Iterable[object], most: int = 12) -> str:
    """Return names in one line, cut after `most`."""
    some = [shown(str(name)) for name in islice(names, most + 1)]
    return ", ".join(some[:most]) + (", …" if len(some) > most else "")
