"""The villages of one district, in an order of their own that no input order can change.

Knows codes, kecamatan, statuses and covariates; must not know where they were read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .randomness import unit_hash

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Villages:
    """The villages of one district, sorted by (kecamatan, village code).

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
    status
        Shape (V,) of 0..3, or None where single statuses are unknown.
    status_counts
        Where statuses are unknown: shape (4,) counts for the district, or (K, 4) per kecamatan;
        None where statuses are known, or where counts are `synthetic`.
    synthetic
        Whether counts are to be drawn, for want of data, around the shares of another district.
    columns
        Further columns of the table, each of shape (V,): text, or float64 where every cell is a number.
    """

    district_code: str
    district: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    subdistricts: tuple[str, ...]
    subdistrict_index: Ints
    status: NDArray[np.int8] | None = None
    status_counts: Ints | None = None
    synthetic: bool = False
    columns: Mapping[str, NDArray[np.float64] | NDArray[np.str_]] = field(default_factory=dict)

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
        synthetic: bool = False,
        columns: Mapping[str, list[float] | list[str]] | None = None,
    ) -> Villages:
        """Sort rows by (kecamatan, code) and number the kecamatan.

        `status_counts` is an array of four, or one such array per kecamatan name.
        Row i of every list describes the same village; the order of rows does not matter.
        """
        order = sorted(range(len(codes)), key=lambda i: (subdistrict_of[i], codes[i]))
        subdistricts = tuple(sorted(set(subdistrict_of)))
        number = {name: k for k, name in enumerate(subdistricts)}
        if isinstance(status_counts, Mapping):
            status_counts = np.array([status_counts[name] for name in subdistricts], dtype=np.int64)
        return cls(
            district_code=district_code,
            district=district,
            codes=tuple(codes[i] for i in order),
            names=tuple(names[i] for i in order),
            subdistricts=subdistricts,
            subdistrict_index=np.array([number[subdistrict_of[i]] for i in order], dtype=np.int64),
            status=None if status is None else np.array([status[i] for i in order], dtype=np.int8),
            status_counts=status_counts,
            synthetic=synthetic,
            columns={name: np.array([cells[i] for i in order]) for name, cells in (columns or {}).items()},
        )

    @classmethod
    def from_counts(
        cls, district_code: str, district: str, counts: Ints | None, subdistricts: int, villages: int | None = None
    ) -> Villages:
        """Make up villages for a district of which only counts are known.

        Parameters
        ----------
        counts
            Shape (4,): villages per level, or None: then `villages` of them with synthetic statuses.
        subdistricts
            Number of kecamatan, at least 1; villages are spread over them as evenly as can be.
        """
        total = int(counts.sum()) if counts is not None else int(villages or 0)
        numbers = range(1, total + 1)
        kecamatan = [f"Kecamatan {1 + (i - 1) % subdistricts:03d}" for i in numbers]
        codes = [f"{district_code}.{i:05d}" for i in numbers]
        return cls.arrange(
            district_code,
            district,
            codes,
            [f"Kampung {i}" for i in numbers],
            kecamatan,
            status_counts=counts,
            synthetic=counts is None,
        )

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def units(self) -> NDArray[np.uint64]:
        """Shape (V,): the address of each village's random draws."""
        return unit_hash(self.codes)

    @cached_property
    def subdistrict_units(self) -> NDArray[np.uint64]:
        """Shape (K,): the address of each kecamatan's random draws."""
        return unit_hash(tuple(f"{self.district_code}/{name}" for name in self.subdistricts))

    @cached_property
    def district_unit(self) -> NDArray[np.uint64]:
        """Shape (1,): the address of the district's random draws."""
        return unit_hash((self.district_code,))

    @cached_property
    def subdistrict_sizes(self) -> Ints:
        """Shape (K,): villages in each kecamatan, each at least 1."""
        return np.bincount(self.subdistrict_index, minlength=len(self.subdistricts))

    def covariate(self, name: str) -> NDArray[np.float64]:
        """Return a numeric column, shape (V,), centred on the mean of the district."""
        column = np.asarray(self.columns[name], dtype=np.float64)
        return np.asarray(column - column.mean())
