"""What a district knows of its past: statuses at several dates, counts, years of launch, assistance given."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from .arrays import Bools, Ints, Statuses
from .constraints import problem_at, refuse
from .html_table import html_table
from .messages import DataError, Message, Problem
from .status import LEVELS, UNKNOWN


@dataclass(frozen=True, eq=False)
class Panel:
    """Statuses of the same villages at the ends of several years.

    Attributes
    ----------
    district_code
        Of the district they belong to.
    codes
        One a village, N in all.
    years
        Rising; gaps of several years are allowed.
    status
        Shape (N, years): 0 … 3, or `UNKNOWN`.

    Raises
    ------
    DataError
        With every problem.
    """

    district_code: str
    codes: tuple[str, ...]
    years: tuple[int, ...]
    status: Statuses

    def __repr__(self) -> str:
        """Return one line: how many villages, and which years."""
        return f"<Panel {self.district_code}: {len(self.codes)} villages, {_years(self.years)}>"

    def __post_init__(self) -> None:
        """Refuse what no table of past statuses could say."""
        refuse(self._problems(), DataError)

    def _problems(self) -> Iterator[Problem]:
        if any(later <= earlier for earlier, later in pairwise(self.years)):
            message = Message("the years of past statuses do not rise")
            yield problem_at("panel.years", self.years, (message, Message("each year once, the earliest first")))
        status, shape = np.asarray(self.status), (len(self.codes), len(self.years))
        if status.shape != shape:
            values = {"villages": shape[0], "years": shape[1]}
            message = Message("these are not the statuses of {villages:,} villages in {years:,} years", values)
            allowed = Message("an array of shape ({villages}, {years})", values)
            yield problem_at("panel.status", status.shape, (message, allowed))
        outside = status[~np.isin(status, [UNKNOWN, *range(len(LEVELS))])]
        if outside.size:
            message = Message("this is not a status")
            allowed = Message("a status from 0 (dasar) to 3 (paripurna), or -1 where it is not known")
            yield problem_at("panel.status", outside.flat[0], (message, allowed))


@dataclass(frozen=True, eq=False)
class Counts:
    """Villages at each level of one place at several dates.

    Attributes
    ----------
    place
        Name or code.
    dates
        Rising.
    counts
        Shape (dates, 4).
    """

    place: str
    dates: tuple[date, ...]
    counts: Ints

    def __repr__(self) -> str:
        """Return one line: whose, and of which days."""
        return f"<Counts {self.place}: {', '.join(map(str, self.dates))}>"


@dataclass(frozen=True, eq=False)
class Launches:
    """Year in which each village joined, at the lowest level, and its status now.

    Attributes
    ----------
    district_code
        Of the district they belong to.
    codes
        One a village, N in all.
    launch_year, status
        Shape (N,): year at whose end a village stood at the lowest level; status 0 … 3 at the end of `year`.
    year
        Of the statuses: the scenario's origin.
    """

    district_code: str
    codes: tuple[str, ...]
    launch_year: Ints
    status: Statuses
    year: int

    def __repr__(self) -> str:
        """Return one line: how many villages, and when they joined."""
        years = _years((int(self.launch_year.min()), int(self.launch_year.max()))) if self.codes else ""
        return f"<Launches {self.district_code}: {len(self.codes)} villages, joined {years}>"


@dataclass(frozen=True, eq=False)
class Assistance:
    """Which villages were assisted in which years.

    Attributes
    ----------
    district_code
        Of the district they belong to.
    codes
        One a village, N in all.
    years
        Rising.
    given
        Intervention -> shape (N, years): whether the village was assisted in that year.
    """

    district_code: str
    codes: tuple[str, ...]
    years: tuple[int, ...]
    given: Mapping[str, Bools]

    def __repr__(self) -> str:
        """Return one line: which years, and how many village-years each intervention assisted."""
        given = ", ".join(f"{name} {int(years.sum())} village-years" for name, years in self.given.items())
        return f"<Assistance {self.district_code}: {_years(self.years)}; {given}>"


def _years(years: tuple[int, ...]) -> str:
    """Return years in a line."""
    return f"{years[0]}-{years[-1]}" if years and years[-1] > years[0] else ", ".join(map(str, years))


_FIELDS = {"panel": "panels", "counts": "counts", "launch_years": "launches", "assistance": "assistance"}
BLOCKS = tuple(_FIELDS)
"""Kinds of data."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything that was supplied; each kind may be absent, or stand there for several districts.

    Attributes
    ----------
    sources
        File that it was read from -> SHA-256 of its content.
    left_out
        Kinds that were given and are not used, because somebody doubts them.

    Raises
    ------
    TypeError
        Where a kind is no tuple of its tables.
    """

    panels: tuple[Panel, ...] = ()
    counts: tuple[Counts, ...] = ()
    launches: tuple[Launches, ...] = ()
    assistance: tuple[Assistance, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no list of tables of its kind, as one table by itself."""
        for name, kind in zip(_FIELDS.values(), (Panel, Counts, Launches, Assistance), strict=True):
            found = getattr(self, name)
            if not isinstance(found, list | tuple) or not all(isinstance(one, kind) for one in found):
                raise TypeError(
                    f"{name}: a tuple of {kind.__name__} is needed, of one too, as {name}=(one,); found {found!r}"
                )
            object.__setattr__(self, name, tuple(found))

    def __repr__(self) -> str:
        """Return one line: what there is of each kind."""
        kinds = ", ".join(f"{name} ({len(getattr(self, _FIELDS[name]))})" for name in self.blocks)
        return f"<Evidence: {kinds or 'none'}>"

    def _repr_html_(self) -> str:
        """Return a row for every table of the past, for notebooks."""
        rows = [{"kind": name, "what": repr(one)[1:-1]} for name in self.blocks for one in getattr(self, _FIELDS[name])]
        return html_table(rows, "" if rows else "Nothing is known of the past.")

    def without(self, blocks: Collection[str]) -> Evidence:
        """Return the evidence without some of `BLOCKS`; those that are there are named in `left_out`.

        Raises
        ------
        ValueError
            Where there is no such kind.
        """
        if unknown := set(blocks) - set(BLOCKS):
            raise ValueError(f"{', '.join(sorted(unknown))}: no kind of data; there are {', '.join(BLOCKS)}")
        dropped: dict[str, Any] = {_FIELDS[block]: () for block in blocks}
        return replace(self, left_out=tuple(block for block in self.blocks if block in blocks), **dropped)

    @property
    def blocks(self) -> tuple[str, ...]:
        """Names of the kinds that are there: ``panel``, ``counts``, ``launch_years``, ``assistance``."""
        return tuple(block for block in BLOCKS if getattr(self, _FIELDS[block]))
