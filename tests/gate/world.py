"""A hidden world to judge forecasts by: districts whose law and future are known, simulated apart from the package.

Written from MODEL.md, sections 6 and 7.1 to 7.4; nothing of the package is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

VILLAGES, SUBDISTRICTS, NEIGHBOURS = 100, 8, 6
LAUNCHES = (2016, 2019)
FIRST_LIST = 2020
NEEDED = 5
"""5% of the villages."""
FUTURES = 10_000
TOP = 3
REPORTING = (14.0, 6.0)
"""Beta: of the chance that a village reports in a year, where some do not; 30% do not in the middle."""


@dataclass(frozen=True)
class Law:
    """The parameters of one truth, in the letters of MODEL.md, section 7.1.

    Attributes
    ----------
    rise
        Shape (3,): log odds of rising from dasar, berkembang and mandiri.
    fall
        Chance of falling given no rise.
    past_berkembang, past_mandiri
        Shares of rises that go on past that level: x₁, x₂.
    fall_past_berkembang, fall_past_mandiri
        Shares of falls that go on past that level.
    tau, sigma, sigma_k
        Spreads of villages, years, and kecamatan within years.
    rho
        Log odds ratio of peers.
    pi, omega
        Chance of a campaign year, and its log odds ratio.
    """

    rise: Floats
    fall: float
    past_berkembang: float
    past_mandiri: float
    fall_past_berkembang: float
    fall_past_mandiri: float
    tau: float
    sigma: float
    sigma_k: float
    rho: float
    pi: float
    omega: float

    @classmethod
    def from_priors(cls, rng: np.random.Generator) -> Law:
        """Draw every parameter from its default prior (MODEL.md, section 6)."""
        return cls(
            rise=np.array([-2.94, -2.30, -0.60]) + np.array([0.8, 0.8, 1.2]) * rng.standard_normal(3),
            fall=float(1 / (1 + np.exp(4 - rng.standard_normal()))),
            past_berkembang=float(rng.beta(1, 9)),
            past_mandiri=float(rng.beta(6, 2)),
            fall_past_berkembang=float(rng.beta(1, 4)),
            fall_past_mandiri=float(rng.beta(1, 4)),
            tau=abs(0.7 * rng.standard_normal()),
            sigma=abs(0.7 * rng.standard_normal()),
            sigma_k=abs(0.4 * rng.standard_normal()),
            rho=abs(0.5 * rng.standard_normal()),
            pi=float(rng.beta(1, 9)),
            omega=2.5 + 0.7 * rng.standard_normal(),
        )


@dataclass(frozen=True, eq=False)
class District:
    """One district of V villages at the end of `origin`, and what is going to happen to it.

    Attributes
    ----------
    law
        What holds in it.
    subdistrict, launched
        Shape (V,): kecamatan, and year of launch.
    lists
        Year -> status of every village at its end, shape (V,), as far as reported.
    rises
        Shape (futures,): rises of the year after the origin, on the list.
    late
        Whether some villages do not report every year.
    gaps
        Whether the last list leaves every tenth village blank.
    """

    law: Law
    subdistrict: Ints
    launched: Ints
    lists: Mapping[int, Ints]
    rises: Ints
    late: bool = False
    gaps: bool = False

    @property
    def origin(self) -> int:
        """Year of the last list."""
        return max(self.lists)

    @property
    def probability_met(self) -> float:
        """Chance of as many rises as are needed."""
        return float((self.rises >= NEEDED).mean())


def district(
    number: int, *, village_sd: float | None = None, lists: int = 6, burst: bool = False, late: bool = False
) -> District:
    """Return one truth by its number: the same parameters, luck and past whatever data are made of it.

    Parameters
    ----------
    village_sd
        Instead of a draw from its prior.
    lists
        How many yearly lists there are.
    burst
        Whether truths are passed over until the lists show a year in which a quarter of those below the top rose,
        and less than a tenth in every other year.
    late
        Whether a village's level reaches the list in a year with some chance only, drawn from `REPORTING`.
    """
    for attempt in range(10_000 if burst else 1):
        seeds = np.random.SeedSequence([2026, number, attempt]).spawn(4)
        law = Law.from_priors(np.random.default_rng(seeds[0]))
        if village_sd is not None:
            law = replace(law, tau=village_sd)
        past, future, reports = map(np.random.default_rng, seeds[1:])
        found = _live(law, lists, past, future, reports if late else None)
        if not burst or _has_burst(found):
            return found
    raise RuntimeError(f"no burst in any district of number {number}")


def neighbours(number: int, between: float) -> list[District]:
    """Return the six districts of one truth: one law, but for the log odds of rising, which differ by `between` (sd).

    By its number the law, the place of each district in units of `between`, and the luck are the same whatever that is.
    """
    seeds = np.random.SeedSequence([2026, number, 0]).spawn(2 + 2 * NEIGHBOURS)
    law, apart, *luck = map(np.random.default_rng, seeds)
    shared, places = Law.from_priors(law), apart.standard_normal(NEIGHBOURS)
    laws = [replace(shared, rise=shared.rise + between * place) for place in places]
    return [_live(own, 6, *both, None) for own, *both in zip(laws, luck[::2], luck[1::2], strict=True)]


def _live(
    law: Law, lists: int, past: np.random.Generator, future: np.random.Generator, reports: np.random.Generator | None
) -> District:
    def reported(before: Ints, now: Ints) -> Ints:
        return now if reports is None else np.where(reports.random(now.shape) < yearly, now, before)

    yearly = 1.0 if reports is None else reports.beta(*REPORTING)
    home = np.arange(VILLAGES) % SUBDISTRICTS
    launched = past.integers(LAUNCHES[0], LAUNCHES[1] + 1, VILLAGES)
    lasting = law.tau * past.standard_normal(VILLAGES)
    status = listed = np.zeros((1, VILLAGES), dtype=np.int64)
    seen: dict[int, Ints] = {}
    for year in range(LAUNCHES[0] + 1, FIRST_LIST + lists):
        status = np.where(launched < year, next_year(law, status, lasting, home, past), 0)
        listed = reported(listed, status)
        if year >= FIRST_LIST:
            seen[year] = listed[0]
    now = np.repeat(status, FUTURES, axis=0)
    rises = (reported(listed, next_year(law, now, lasting, home, future)) > listed).sum(axis=1)
    return District(law, home, launched, seen, rises, reports is not None)


def next_year(law: Law, status: Ints, lasting: Floats, home: Ints, rng: np.random.Generator) -> Ints:
    """Return where villages stand a year later; statuses of shape (trajectories, V)."""
    size = len(status)
    shared = law.sigma * rng.standard_normal((size, 1)) + law.omega * (rng.random((size, 1)) < law.pi)
    local = law.sigma_k * rng.standard_normal((size, SUBDISTRICTS))
    base = np.append(law.rise, -np.inf)
    log_odds = base[status] + lasting + law.rho * _peers(status, home) + shared + local[:, home]
    rises = rng.random(status.shape) < 1 / (1 + np.exp(-log_odds))
    falls = ~rises & (rng.random(status.shape) < law.fall) & (status > 0)

    def goes_on(share: float) -> NDArray[np.bool_]:
        return rng.random(status.shape) < share

    up = status + 1
    up = np.where((up == 1) & goes_on(law.past_berkembang), 2, up)
    up = np.where((up == 2) & goes_on(law.past_mandiri), TOP, up)
    down = status - 1
    down = np.where((down == 2) & goes_on(law.fall_past_mandiri), 1, down)
    down = np.where((down == 1) & goes_on(law.fall_past_berkembang), 0, down)
    return np.where(rises, up, np.where(falls, down, status))


def _peers(status: Ints, home: Ints) -> Floats:
    """Return for every village the share of the others of its kecamatan that stand above it."""
    found = np.empty(status.shape)
    for k in range(SUBDISTRICTS):
        members = home == k
        here = status[:, members]
        above = np.stack([(here > level).sum(axis=1) for level in range(TOP + 1)], axis=1)
        found[:, members] = np.take_along_axis(above, here, axis=1) / (members.sum() - 1)
    return found


def _has_burst(district: District) -> bool:
    lists = [district.lists[year] for year in sorted(district.lists)]
    shares = sorted((b > a).sum() / max((a < TOP).sum(), 1) for a, b in pairwise(lists))
    return shares[-1] >= 0.25 and shares[-2] < 0.1
