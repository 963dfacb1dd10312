"""The villages of one district, in an order of their own that no input order can change."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from .arrays import Bools, Floats, Ints, Statuses, Words
from .constraints import NOT_FINITE, Count, problem_at, refuse, within
from .html_table import html_table
from .messages import Message, Problem, listed, nearest
from .network import Network, distance_problems
from .randomness import unit_hash
from .status import LEVELS, UNKNOWN
from .status_knowledge import (
    MADE_UP_SHARES,
    DistrictCounts,
    KnownStatuses,
    MadeUpCounts,
    MissingStatuses,
    SingleStatuses,
    SomeStatuses,
    StatusKnowledge,
    SubdistrictCounts,
)


def code_order(code: str) -> list[tuple[int, str]]:
    """Return what sorts codes as people do, numbers by their value: 2 before 10, 63.01.02 before 63.01.10.

    Examples
    --------
    >>> sorted(["10", "2", "1"], key=code_order)
    ['1', '2', '10']
    """
    return [(int(part) if place % 2 else -1, part) for place, part in enumerate(re.split("([0-9]+)", code))]


def _last_known(earlier: Mapping[int, list[int]], village: int) -> tuple[int, int]:
    """Return the last level of a village that some years say, and the year; `UNKNOWN` and 0 where they say none."""
    known = (year for year in sorted(earlier, reverse=True) if earlier[year][village] != UNKNOWN)
    return next(((earlier[year][village], year) for year in known), (UNKNOWN, 0))


def _knowledge(
    district_code: str,
    rows: list[int],
    subdistricts: tuple[str, ...],
    status: list[int] | None,
    counts: Ints | Mapping[str, Ints] | None,
    earlier: Mapping[int, list[int]],
) -> StatusKnowledge:
    """Return what is known of the villages in some rows; see `Villages.arrange`."""
    if status is not None:
        levels = np.array([status[i] for i in rows])
        if UNKNOWN not in levels.tolist() or isinstance(counts, Mapping):
            return KnownStatuses(levels)
        if counts is not None:
            return SomeStatuses(levels, counts)
        last = [_last_known(earlier, i) if status[i] == UNKNOWN else (UNKNOWN, 0) for i in rows]
        return MissingStatuses(levels, *np.array(last).T)
    if isinstance(counts, Mapping):
        return SubdistrictCounts(np.array([counts[name] for name in subdistricts], dtype=np.int64))
    return MadeUpCounts(district_code, len(rows)) if counts is None else DistrictCounts(counts)


def _unequal(lengths: Mapping[str, int], size: int) -> Iterator[Problem]:
    """Yield which columns of a village table do not hold one value for each village."""
    for column, length in lengths.items():
        if length != size:
            values = {"length": length, "villages": size}
            message = Message("there are {length:,} values for {villages:,} villages", values)
            yield problem_at(f"villages.{column}", length, (message, Message("one value for each village"), None))


def _wrong_total(field: str, counts: Ints, villages: int) -> Iterator[Problem]:
    """Yield that these are not four counts that add up to so many villages."""
    whole = (int(count) if str(count).endswith(".0") else count for count in np.ravel(counts).tolist())
    if wrong := [problem for count in whole for problem in within(count, Count, field)]:
        yield from wrong
        return
    four = np.asarray(counts, dtype=np.int64)
    if four.shape == (len(LEVELS),) and int(four.sum()) == villages:
        return
    total = int(four.sum())
    values = {"total": total, "villages": int(villages)}
    message = Message("the counts add up to {total:,}, the villages of the table to {villages:,}", values)
    allowed = Message("four counts that add up to {villages:,}", values)
    left = {"number": abs(int(villages) - total)}
    fix = Message("take {number:,} off the counts, or add the villages that the table lacks", left)
    if total < villages:
        fix = Message("add {number:,} to the counts, or remove the villages that the table has too many", left)
    yield problem_at(field, four.tolist(), (message, allowed, fix))


def _wrong_subdistricts(counts: Mapping[str, Ints], subdistrict_of: list[str]) -> Iterator[Problem]:
    """Yield where counts by kecamatan are not those of the kecamatan in which the villages lie."""
    villages = dict(sorted(Counter(subdistrict_of).items()))
    for place, (name, four) in enumerate(counts.items()):
        field = f"villages.status_counts.{name}"
        if name in villages:
            yield from _wrong_total(field, four, villages[name])
            continue
        message = Message("the table has no kecamatan of this name")
        allowed = Message("one of: {names}", {"names": listed(villages, 30)})
        yield problem_at(field, name, (message, allowed, nearest(name, villages) if place < _SUGGESTED else None))
    if missing := [name for name in villages if name not in counts]:
        message = Message("counts are missing for kecamatan {names}", {"names": listed(missing)})
        fix = Message("add a line with four counts for each of them")
        yield problem_at("villages.status_counts", "", (message, None, fix))


def _plain(cells: NDArray[Any]) -> list[Any]:
    """Return the cells of a column, whole numbers as such."""
    whole = cells.dtype.kind == "f" and np.array_equal(cells, np.trunc(cells))
    return list(cells.astype(np.int64).tolist() if whole else cells.tolist())


_SUGGESTED = 50
"""Kecamatan for whose names another is suggested: many mistakes have one cause, and looking takes long."""
DISAGREEMENT = "disagreement"
"""Column of the statuses at the origin that a list says of a village, where they contradict each other; else blank."""
_OWN_COLUMNS = frozenset({"village_code", "village", "subdistrict", "status", "district_code"})


@dataclass(frozen=True, eq=False)
class Villages:
    """The villages of one district at the end of the origin year, sorted by (kecamatan, village code).

    Build it with `Villages.arrange`, which sorts. V villages, K kecamatan.

    Attributes
    ----------
    district_code, district
        Code and name of the kabupaten/kota.
    codes, names
        Shape (V,): unique village codes and names.
    subdistricts
        Shape (K,): names of the kecamatan.
    subdistrict_index
        Shape (V,), non-decreasing: which kecamatan a village lies in.
    known
        What is known of their levels at the end of the origin year.
    columns
        Further columns of the table, each of shape (V,): text, or float64 where every cell is a number.
    with_later
        These villages in this order, then those that join after the origin; None where none does.
    joins
        Of those, shape (V,): the year at whose end a village joins, at the lowest level; 0 where it is there at the
        origin, as all are where this is None. `known` then speaks of those that are there at the origin alone.
    network
        Which of them neighbour which; None where that is not stated. No number of the standard law depends on it.
    distances
        Shape (V, V), symmetric, in the unit in which they were stated; None where they were not.

    Raises
    ------
    ScenarioError
        With every problem.
    """

    district_code: str
    district: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    subdistricts: tuple[str, ...]
    subdistrict_index: Ints
    known: StatusKnowledge
    columns: Mapping[str, Floats | NDArray[np.str_]] = field(default_factory=dict)
    with_later: Villages | None = None
    joins: Ints | None = None
    network: Network | None = None
    distances: Floats | None = None

    def __repr__(self) -> str:
        """Return one line: the district, its villages, and how many stand at each level."""
        kecamatan = f"{len(self)} villages in {len(self.subdistricts)} kecamatan"
        return f"<Villages {self.district_code} {self.district}: {kecamatan}; {self.levels_in_words}>"

    def _repr_html_(self) -> str:
        """Return the villages, for notebooks."""
        levels = self.single_levels
        known = {} if levels is None else {"status": ["" if s == UNKNOWN else LEVELS[s] for s in levels.tolist()]}
        own = {"village_code": self.codes, "village": self.names, "subdistrict": self.subdistrict_names}
        columns = own | known | {name: _plain(cells) for name, cells in self.columns.items()}
        rows = [dict(zip(columns, cells, strict=False)) for cells in zip(*columns.values(), strict=False)]
        return html_table(
            rows[:10], repr(self)[1:-1], f"The first 10 of {len(self)} villages." if len(self) > 10 else ""
        )

    @property
    def levels_in_words(self) -> str:
        """How many villages stand at each level at the end of the origin year, as far as that is known."""
        known = self.known
        counts = known.known if isinstance(known, MissingStatuses) else known.counts
        if counts is None:
            return "statuses unknown"
        said = ", ".join(f"{count} {level}" for count, level in zip(counts.tolist(), LEVELS, strict=True))
        return f"{said}, {known.unknown} unknown" if isinstance(known, MissingStatuses) else said

    @property
    def subdistrict_names(self) -> tuple[str, ...]:
        """Shape (V,): the kecamatan in which each village lies."""
        return tuple(self.subdistricts[place] for place in self.subdistrict_index.tolist())

    def __post_init__(self) -> None:
        """Refuse what no village table could say."""
        refuse(self._problems())

    def _problems(self) -> Iterator[Problem]:
        size = len(self.codes)
        if not size:
            finding = Message("there is no village"), Message("at least one village")
            yield problem_at("villages.village_code", (), finding)
        twice = [code for code, times in Counter(self.codes).items() if times > 1]
        if twice:
            fix = Message("give every village a code of its own")
            message = Message("two villages have the same code")
            yield problem_at("villages.village_code", twice[0], (message, None, fix))
        lengths = {
            "village": len(self.names),
            "subdistrict": len(self.subdistrict_index),
            **{name: len(cells) for name, cells in self.columns.items()},
        }
        yield from _unequal(lengths, size)
        index = np.asarray(self.subdistrict_index)
        if (np.diff(index[: self.at_origin]) < 0).any() or not np.isin(index, np.arange(len(self.subdistricts))).all():
            message = Message("villages must be in the order of their kecamatan, numbered from 0")
            fix = Message("build them with Villages.arrange, which sorts")
            yield problem_at("villages.subdistrict", "", (message, None, fix))
        for name, cells in self.columns.items():
            if name in _OWN_COLUMNS:
                message = Message("the village table has a column of this name already")
                yield problem_at(f"villages.{name}", name, (message, None, Message("choose another name")))
            elif cells.dtype.kind not in "US" and not np.isfinite(np.asarray(cells, dtype=np.float64)).all():
                yield problem_at(f"villages.{name}", "nan", NOT_FINITE)
        places: list[tuple[str, Any]] = [
            ("district.code", self.district_code),
            *(("villages.village_code", code) for code in self.codes),
        ]
        for place, code in places:
            if not isinstance(code, str):
                yield from within(code, str, place)
        if self.network is not None and self.network.size != size:
            values = {"found": self.network.size, "villages": size}
            message = Message("the network is one of {found:,} villages, and there are {villages:,}", values)
            yield problem_at("villages.network", self.network.size, (message, None, None))
        if self.distances is not None:
            yield from distance_problems(np.asarray(self.distances), size)
        known: Any = self.known
        if isinstance(known, StatusKnowledge):
            yield from self._status_problems(self.at_origin)
        else:
            found = type(known).__name__
            message = Message("a value of type {name} does not fit into a scenario", {"name": found})
            allowed = Message(
                "one of: {names}", {"names": ", ".join(kind.__name__ for kind in get_args(StatusKnowledge))}
            )
            yield problem_at("villages.status", found, (message, allowed))

    def _status_problems(self, size: int) -> Iterator[Problem]:
        if isinstance(self.known, SingleStatuses):
            levels = np.asarray(self.known.levels)
            possible = [*range(len(LEVELS)), *([] if isinstance(self.known, KnownStatuses) else [UNKNOWN])]
            if isinstance(self.known, MissingStatuses) and (levels == UNKNOWN).all():
                levels = np.array([])
            if levels.shape != (size,) or not np.isin(levels, possible).all():
                wrong = levels[~np.isin(levels, possible)]
                found = str(wrong[0]) if wrong.size else levels.size
                allowed = Message("a status from 0 (dasar) to 3 (paripurna) for each village")
                message = Message("these are not the statuses of the villages")
                yield problem_at("villages.status", found, (message, allowed))
                return
        if isinstance(self.known, KnownStatuses):
            return
        counts = self.known.counts
        if counts is None:
            return
        places = [("villages.status_counts", counts, size)]
        if isinstance(self.known, SubdistrictCounts):
            fours, sizes = self.known.by_subdistrict, np.bincount(self.subdistrict_index[:size])
            names = [f"villages.status_counts.{name}" for name in self.subdistricts]
            places = list(zip(names, fours, sizes, strict=False))
        problems = [problem for place in places for problem in _wrong_total(*place)]
        yield from problems
        if isinstance(self.known, SomeStatuses) and not problems and (self.known.known > counts).any():
            level = int(np.argmax(self.known.known > counts))
            values = {"known": int(self.known.known[level]), "level": LEVELS[level], "counted": int(counts[level])}
            message = Message("{known:,} villages are known to be {level}, but the counts have {counted:,}", values)
            fix = Message("correct the statuses or the counts; the counts are those of all villages")
            yield problem_at("villages.status_counts", np.asarray(counts).tolist(), (message, None, fix))

    @classmethod
    def arrange(
        cls,
        district_code: str,
        district: str,
        codes: list[str],
        names: list[str],
        subdistrict_of: list[str],
        *,
        status: list[int] | None = None,
        status_counts: Ints | Mapping[str, Ints] | None = None,
        earlier: Mapping[int, list[int]] | None = None,
        columns: Mapping[str, list[float] | list[str]] | None = None,
        joins: list[int] | None = None,
    ) -> Villages:
        """Sort rows by (kecamatan, code) and number the kecamatan.

        `status_counts` is an array of four, or one such array per kecamatan name; without it and without `status`,
        counts are made up. Where `status` holds `UNKNOWN`, four counts of all villages say what is left for those;
        without them each is drawn, also by what it was in `earlier` years: year -> levels, `UNKNOWN` among them.
        `joins` holds the year at whose end a village joins after the origin, 0 for all others; its status is not read,
        and no counts hold it. Row i of every list describes the same village; the order of rows does not matter.

        Raises
        ------
        ScenarioError
            Where the lists differ in length or hold no village, and with every other problem of the villages.
        """
        lengths = {
            "village": len(names),
            "subdistrict": len(subdistrict_of),
            **({} if status is None else {"status": len(status)}),
            **({} if joins is None else {"launch_year": len(joins)}),
            **{name: len(cells) for name, cells in (columns or {}).items()},
        }
        problems = list(_unequal(lengths, len(codes)))
        refuse(problems)
        later = np.array(joins or [0] * len(codes), dtype=np.int64)
        order = sorted(range(len(codes)), key=lambda i: (later[i] > 0, subdistrict_of[i], code_order(codes[i])))
        here = [i for i in order if later[i] == 0]
        if isinstance(status_counts, Mapping):
            refuse(_wrong_subdistricts(status_counts, [subdistrict_of[i] for i in here]))
        subdistricts = tuple(sorted({subdistrict_of[i] for i in here}))
        every_subdistrict = subdistricts + tuple(sorted(set(subdistrict_of) - {*subdistricts}))
        number = {name: k for k, name in enumerate(every_subdistrict)}
        every = cls(
            district_code=district_code,
            district=district,
            codes=tuple(codes[i] for i in order),
            names=tuple(names[i] for i in order),
            subdistricts=every_subdistrict,
            subdistrict_index=np.array([number[subdistrict_of[i]] for i in order], dtype=np.int64),
            known=_knowledge(district_code, here, subdistricts, status, status_counts, earlier or {}),
            columns={name: np.array([cells[i] for i in order]) for name, cells in (columns or {}).items()},
            joins=later[order] if later.any() else None,
        )
        if every.joins is None:
            return every
        size = len(here)
        return replace(
            every,
            codes=every.codes[:size],
            names=every.names[:size],
            subdistricts=subdistricts,
            subdistrict_index=every.subdistrict_index[:size],
            columns={name: cells[:size] for name, cells in every.columns.items()},
            joins=None,
            with_later=every,
        )

    @classmethod
    def from_dataframe(cls, table: Any, district_code: str, district: str, origin: int, **more: Any) -> Villages:
        """Return the villages of a district from a data frame: `simulation.read_villages` by another name.

        Examples
        --------
        >>> import pandas as pd
        >>> import simulation as kkb
        >>> table = pd.DataFrame({"village_code": ["1"], "village": ["Benua"], "subdistrict": ["Takisung"],
        ...                       "status": ["dasar"]})
        >>> kkb.Villages.from_dataframe(table, "63.01", "Kabupaten Tanah Laut", 2025).names
        ('Benua',)
        """
        import simulation  # tables are read by the room above: this name of it is asked for at the front door

        return simulation.read_villages(table, district_code, district, origin, **more)

    @classmethod
    def from_counts(
        cls, district_code: str, district: str, counts: Ints | None, subdistricts: int, villages: int | None = None
    ) -> Villages:
        """Make up villages for a district of which only counts are known.

        Parameters
        ----------
        counts
            Shape (4,): villages per level, or None: then counts are made up for `villages` of them.
        subdistricts
            Number of kecamatan, at least 1; villages are spread over them as evenly as can be.
        """
        total = int(counts.sum()) if counts is not None else int(villages or 0)
        kecamatan = [f"Kecamatan {1 + i % subdistricts:03d}" for i in range(total)]
        return cls._made_up(district_code, district, kecamatan, counts)

    @classmethod
    def from_subdistrict_counts(cls, district_code: str, district: str, counts: Mapping[str, Ints]) -> Villages:
        """Make up villages for kecamatan of which only counts are known: `counts` by their names, shape (4,) each."""
        subdistrict_of = [name for name, four in counts.items() for _ in range(int(sum(four)))]
        return cls._made_up(district_code, district, subdistrict_of, counts)

    @classmethod
    def _made_up(
        cls, district_code: str, district: str, subdistrict_of: list[str], counts: Ints | Mapping[str, Ints] | None
    ) -> Villages:
        numbers = range(1, len(subdistrict_of) + 1)
        codes, names = [f"{district_code}.{i:05d}" for i in numbers], [f"Kampung {i}" for i in numbers]
        made = cls.arrange(district_code, district, codes, names, subdistrict_of, status_counts=counts)
        if tuple(dict.fromkeys(subdistrict_of)) == made.subdistricts:
            vars(made)["made_up"] = True  # else found out by making them up again, kecamatan in their order
        return made

    def related(self, network: Network | None = None, distances: Floats | None = None) -> Villages:
        """Return these villages with another network and other distances between all that are `ever` there.

        Parameters
        ----------
        network
            Among the V villages of `ever`, in their order; None for none.
        distances
            Shape (V, V), symmetric, at least 0, and 0 from a village to itself; None for none.

        Raises
        ------
        ScenarioError
            Where they do not fit these villages.
        """
        far = None if distances is None else np.asarray(distances, dtype=np.float64)
        every = replace(self.ever, network=network, distances=far)
        return every if self.with_later is None else self._first_of(every)

    def _first_of(self, every: Villages) -> Villages:
        """Return these villages with what is known between them among those that are ever there."""
        here = slice(len(self))
        network = None if every.network is None else every.network.among(here)
        distances = None if every.distances is None else every.distances[here, here]
        return replace(self, network=network, distances=distances, with_later=every)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def ever(self) -> Villages:
        """All villages that are there in some year: these first, then those that join later."""
        return self if self.with_later is None else self.with_later

    @property
    def at_origin(self) -> int:
        """How many of the villages are there at the end of the origin year; the others come after them."""
        return len(self) if self.joins is None else int((self.joins == 0).sum())

    def number(self, year: int) -> int:
        """Return how many villages are there at the start of a year, those included that joined by then."""
        return int(self.ever.there(year).sum())

    def joining(self, years: range) -> dict[int, int]:
        """Return how many villages join at the end of some years, those left out in which none does."""
        joined = {year: self.number(year + 1) - self.number(year) for year in years}
        return {year: number for year, number in joined.items() if number}

    def there(self, year: int) -> Bools:
        """Return which villages are there at the start of a year, shape (V,)."""
        return np.ones(len(self), dtype=bool) if self.joins is None else self.joins < year

    @cached_property
    def made_up(self) -> bool:
        """Whether the villages are just those that counts make up, so that the counts alone say all."""
        if self.columns or self.with_later is not None or isinstance(self.known, SingleStatuses):
            return False
        if isinstance(self.known, SubdistrictCounts):
            counts = dict(zip(self.subdistricts, self.known.by_subdistrict, strict=True))
            made = Villages.from_subdistrict_counts(self.district_code, self.district, counts)
        else:
            kecamatan = len(self.subdistricts)
            made = Villages.from_counts(self.district_code, self.district, self.known.counts, kecamatan, len(self))
        names = [(each.codes, each.names, each.subdistricts) for each in (made, self)]
        return names[0] == names[1] and np.array_equal(made.subdistrict_index, self.subdistrict_index)

    @property
    def levels(self) -> Statuses:
        """Shape (V,): the level of each village.

        Raises
        ------
        ValueError
            Where it is not known which village stands where.
        """
        if not isinstance(self.known, KnownStatuses):
            raise ValueError("it is not known which village stands where")  # noqa: TRY004  no type of the caller's
        return self.known.levels

    @property
    def single_levels(self) -> Statuses | None:
        """Shape (V,): the level of each village, `UNKNOWN` for a few; None where counts alone are known."""
        return self.known.levels if isinstance(self.known, KnownStatuses | MissingStatuses) else None

    def standing(self, levels: Statuses) -> Villages:
        """Return those villages whose level is not `UNKNOWN` among some, shape (V,), standing there."""
        rows = np.flatnonzero(levels != UNKNOWN)
        homes, index = np.unique(self.subdistrict_index[rows], return_inverse=True)
        return replace(
            self,
            codes=tuple(self.codes[row] for row in rows),
            names=tuple(self.names[row] for row in rows),
            subdistricts=tuple(self.subdistricts[home] for home in homes),
            subdistrict_index=index,
            known=KnownStatuses(levels[rows]),
            columns={name: cells[rows] for name, cells in self.columns.items()},
            network=None if self.network is None else self.network.among(rows),
            distances=None if self.distances is None else self.distances[np.ix_(rows, rows)],
            with_later=None,
        )

    @cached_property
    def units(self) -> Words:
        """Shape (V,): the address of each village's random draws."""
        return unit_hash(self.codes)

    @cached_property
    def subdistrict_units(self) -> Words:
        """Shape (K,): the address of each kecamatan's random draws."""
        return unit_hash(tuple(f"{self.district_code}/{name}" for name in self.subdistricts))

    @cached_property
    def district_unit(self) -> Words:
        """Shape (1,): the address of the district's random draws."""
        return unit_hash((self.district_code,))

    @cached_property
    def subdistrict_sizes(self) -> Ints:
        """Shape (K,): villages in each kecamatan, each at least 1."""
        return np.bincount(self.subdistrict_index, minlength=len(self.subdistricts))

    @property
    def shares(self) -> Floats:
        """Shape (4,): share of the villages at each level of the origin year; where made up, their centre."""
        counts = self.known.known if isinstance(self.known, MissingStatuses) else self.known.counts
        return MADE_UP_SHARES if counts is None else np.asarray(counts / counts.sum())

    def covariate(self, name: str) -> Floats:
        """Return a numeric column, shape (V,), centred on the mean of the villages that are there at the origin."""
        column = np.asarray(self.columns[name], dtype=np.float64)
        return np.asarray(column - column[: self.at_origin].mean())


def places(status: Statuses, subdistrict_index: Ints) -> Ints:
    """Return where each village's entry lies in a flat (K, 4, T) table, shape (V, T)."""
    size = status.shape[1]
    place = np.multiply(status, size, dtype=np.int64)
    place += (4 * size * subdistrict_index)[:, None]
    place += np.arange(size)
    return place


def count_levels(place: Ints, villages: Villages) -> Ints:
    """Return villages per kecamatan and level, shape (K, 4, T), from their `places`."""
    shape = (len(villages.subdistricts), len(LEVELS), place.shape[1])
    return np.bincount(place.ravel(), minlength=math.prod(shape)).reshape(shape)
