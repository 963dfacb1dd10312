"""Villages followed one by one: how likely their paths are, and where each stands among its like.

Villages are independent given the shocks of every year. Equal paths in one kecamatan are counted once. A village whose
status is unknown at the end of a year may then stand at any level, and the likelihood sums over them, forwards and
backwards in time; so a year's shocks can be changed at the cost of that year alone. Where villages do not report every
year the list may be behind, and the likelihood sums over where they stood.

Shapes: P particles, N nodes of the lasting difference, K kecamatan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np

from ...domain.arrays import Bools, Floats, Ints
from ...domain.law import OfNeighbours, OfVillage, Term, luck_among
from ...domain.status import UNKNOWN
from ...domain.villages import Villages
from .law_at_particles import NODES, WEIGHTS, Doses, LawAtParticles, Part
from .shocks import Scores, crank_nicolson, flipped

FIRST_LAUNCH = 2016
"""The programme's first year: a village whose launch is unknown joined in any year from it on, all alike."""
_SMALLEST = 1e-300


@dataclass(frozen=True)
class Known:
    """What is known of one village.

    Attributes
    ----------
    status
        Year -> level at its end, rising.
    launched
        Whether the first year is that of its launch, at the lowest level, rather than that of a list.
    """

    status: Mapping[int, int]
    launched: bool = False


class Standing(NamedTuple):
    """The level of a village and the one that the list shows."""

    level: int
    listed: int


_ALL = tuple(Standing(level, level) for level in range(4))
_ALL_LATE = tuple(Standing(level, listed) for level in range(4) for listed in range(4))


@dataclass(eq=False)
class _Group:
    """Villages of one kecamatan that are alike in all that is known; `late` where lists may be behind."""

    subdistrict: int
    known: Known
    doses: Mapping[int, Doses]
    seen: tuple[float, ...]
    late: bool
    members: list[int] = field(default_factory=list)

    @property
    def first(self) -> int:
        return min(self.known.status)

    @property
    def last(self) -> int:
        return max(self.known.status)

    def standings(self, year: int) -> tuple[Standing, ...]:
        """Return where it may stand at the end of a year."""
        shown = self.known.status
        if year not in shown:
            return _ALL_LATE if self.late else _ALL
        listed = shown[year]
        reported = shown.get(year - 1, listed) != listed or (self.known.launched and year == self.first)
        if reported or not self.late:
            return (Standing(listed, listed),)
        return tuple(Standing(level, listed) for level in range(4))

    def past(self, year: int) -> object:
        """Return all that bears on it up to the end of a year."""
        known = tuple(one for one in self.known.status.items() if one[0] <= year)
        had = tuple(doses for other, doses in self.doses.items() if other <= year)
        return self.subdistrict, self.seen, self.known.launched, had, known

    def future(self, year: int) -> object:
        """Return all that bears on it from the end of a year on."""
        known = tuple(one for one in self.known.status.items() if one[0] >= year)
        had = tuple(doses for other, doses in self.doses.items() if other > year)
        return self.subdistrict, self.seen, had, known


StateKey = tuple[object, Standing]
"""What villages have in common in their past, or in their future, and where they stand."""
Reports = Literal["told", "silent", "either"]
"""Whether a village reported in a year, as far as the list shows."""


class _Move(NamedTuple):
    """A move from one level to another in a year."""

    levels: tuple[int, int]
    doses: Doses
    reports: Reports

    @property
    def rises(self) -> bool:
        return self.levels[1] > self.levels[0]

    def chance(self, law: LawAtParticles) -> Floats:
        """Return the chance of it, shape (P,), given a rise where it leads up, else given none."""
        moves = np.asarray(law.up[self.levels] if self.rises else law.down(self.doses)[self.levels])
        if self.reports == "either":
            return moves
        return moves * (law.reporting if self.reports == "told" else 1 - law.reporting)


@dataclass(frozen=True, eq=False)
class _Way:
    """All that make one move: states before it and after, and cells."""

    move: _Move
    before: Ints
    after: Ints
    cell: Ints


@dataclass(frozen=True, eq=False)
class _Fan:
    """All that may stand alike before a year, in L ways, and after it, in M: states, (F, L) and (F, M), and moves."""

    moves: tuple[tuple[_Move | None, ...], ...]
    before: Ints
    after: Ints

    def chances(self, law: LawAtParticles) -> list[tuple[Part, Part]]:
        """Return, of each standing before the year, the moves that lead up and those that do not."""
        if self.moves not in law.of_moves:
            law.of_moves[self.moves] = [
                (_part(of_now, law, rises=True), _part(of_now, law, rises=False)) for of_now in self.moves
            ]
        return law.of_moves[self.moves]


def _part(moves: Sequence[_Move | None], law: LawAtParticles, *, rises: bool) -> Part:
    """Return which of some moves lead up, or do not, and have any chance, and these chances, (M, P)."""
    none = np.zeros(len(law.parameters.rise))
    chances = np.stack([none if one is None or one.rises != rises else one.chance(law) for one in moves])
    some = np.flatnonzero(chances.any(axis=1))
    these = slice(some[0], some[-1] + 1) if some.size else slice(0)
    return these, chances[these]


@dataclass(frozen=True, eq=False)
class _Start:
    """Paths that start in one year, all with a list or all with the launch: their G groups, shape (G,).

    Levels and states of each, what the list shows included, have shape (G, B): B is 4 where the list may be behind.
    """

    year: int
    launched: bool
    groups: Ints
    level: Ints
    listed: Ints
    past: Ints
    future: Ints


@dataclass(frozen=True, eq=False)
class _Year:
    """The moves of one year.

    Attributes
    ----------
    cell_subdistrict, cell_level, cell_doses, cell_seen
        C cells of villages that share a chance of rising.
    onwards, backwards
        Moves between states that share a past, and between those that share a future.
    cell_of
        Cell of each state at the start of the year that shares a future.
    past, future, cell
        One entry a group and level at the start of the year: its states in the past and in the future, and its cell.
    group_starts, groups
        Where the entries of each group begin.
    subdistrict_starts, subdistricts
        Where the groups of each kecamatan begin.
    """

    cell_subdistrict: Ints
    cell_level: Ints
    cell_doses: tuple[Doses, ...]
    cell_seen: Mapping[Term, Floats]
    onwards: list[_Way]
    backwards: list[_Fan]
    cell_of: Ints
    past: Ints
    future: Ints
    cell: Ints
    group_starts: Ints
    groups: Ints
    subdistrict_starts: Ints
    subdistricts: Ints


class DrawnVillages(NamedTuple):
    """What was drawn of the villages of a district.

    Attributes
    ----------
    effects
        Shape (V, P): odds ratios.
    levels, statuses
        Village -> level, (P,): where it stands, for all of them where lists may be behind, else for none; what the
        list of the origin would show of villages that it leaves blank.
    """

    effects: Floats
    levels: dict[int, Floats]
    statuses: dict[int, Floats]


class Histories:
    """What is known of the villages of one district.

    Parameters
    ----------
    doses
        Village code -> year -> doses; `none` for others. Empty where effects are not estimated.
    late
        Whether lists may be behind, as some villages do not report every year.

    Notes
    -----
    Where every village is known at its launch and once more alone, its kecamatan tells hardly anything: shocks of
    kecamatan are averaged over for each village, and its neighbours are those of the district.

    Attributes
    ----------
    place
        Code of the district.
    units
        Luck of a year -> how many draws of it a year has.
    """

    def __init__(
        self,
        villages: Villages,
        known: list[Known],
        terms: list[Term],
        doses: Mapping[str, Mapping[int, Doses]],
        none: Doses = (),
        *,
        late: bool = False,
    ) -> None:
        self.villages, self.known, self.late = villages, known, late
        self.place = villages.district_code
        self.by_subdistrict = any(len(one.status) > 1 + one.launched for one in known)
        self.size = len(villages.subdistricts) if self.by_subdistrict else 1
        moves = [(min(one.status), max(one.status)) for one in known if len(one.status) > 1]
        first, last = min((a for a, _ in moves), default=0), max((b for _, b in moves), default=0)
        self.years = range(first + 1, last + 1)
        self.units = {
            term: self.size if term.needs_subdistricts else 1
            for term in luck_among(terms, None if self.by_subdistrict else "district", lasting=False)
        }
        self._around: dict[int, dict[Term, Floats]] = {}
        self._neighbours = [term for term in terms if isinstance(term.regressor, OfNeighbours)]
        self._of_village = [term for term in terms if isinstance(term.regressor, OfVillage)]
        lasting = [seen.value(villages) for term in terms if isinstance(seen := term.regressor, OfVillage)]
        self.groups = self._grouped(
            [tuple(float(row[i]) for row in lasting) for i in range(len(villages))], doses, none
        )
        self.sizes = np.array([len(group.members) for group in self.groups], dtype=np.float64)
        self._past: dict[int, dict[StateKey, int]] = {year: {} for year in range(first, last + 1)}
        self._future: dict[int, dict[StateKey, int]] = {year: {} for year in range(first, last + 1)}
        for group in self.groups:
            for year in range(group.first, group.last + 1):
                for standing in group.standings(year):
                    self._past[year].setdefault((group.past(year), standing), len(self._past[year]))
                    self._future[year].setdefault((group.future(year), standing), len(self._future[year]))
        self._starts = self._begin()
        self.steps = [self._step(year) for year in self.years]

    def _grouped(
        self, seen: list[tuple[float, ...]], doses: Mapping[str, Mapping[int, Doses]], none: Doses
    ) -> list[_Group]:
        found: dict[tuple[Any, ...], _Group] = {}
        for i, one in enumerate(self.known):
            if len(one.status) < 2:
                continue
            k = int(self.villages.subdistrict_index[i]) if self.by_subdistrict else 0
            given = doses.get(self.villages.codes[i], {})
            had = {year: given.get(year, none) for year in range(min(one.status) + 1, max(one.status) + 1)}
            key = (k, tuple(one.status.items()), one.launched, tuple(had.values()), seen[i])
            found.setdefault(key, _Group(k, one, had, seen[i], self.late)).members.append(i)
        return [found[key] for key in sorted(found)]

    def _begin(self) -> list[_Start]:
        """Return the starts of paths by year and kind."""
        found: dict[tuple[int, bool], list[int]] = defaultdict(list)
        for number, group in enumerate(self.groups):
            found[group.first, group.known.launched].append(number)
        starts = []
        for (year, launched), numbers in sorted(found.items()):
            groups = [self.groups[number] for number in numbers]
            past = [[self._past[year][group.past(year), one] for one in group.standings(year)] for group in groups]
            future = [
                [self._future[year][group.future(year), one] for one in group.standings(year)] for group in groups
            ]
            level, listed = np.moveaxis(np.array([group.standings(year) for group in groups]), 2, 0)
            starts.append(_Start(year, launched, np.array(numbers), level, listed, np.array(past), np.array(future)))
        return starts

    def neighbours(self, year: int) -> dict[Term, Floats]:
        """Return what is seen of neighbours at the end of a year, shape (K, 4): terms -> regressors.

        Between two known dates a village stands at the one or the other in the proportion of the time; kecamatan
        are filled up where some of their villages are on no list.
        """
        if year in self._around:
            return self._around[year]
        index, sizes = self.villages.subdistrict_index, self.villages.subdistrict_sizes
        levels, on_list = np.zeros((sizes.size, 4)), np.zeros(sizes.size)
        for i, one in enumerate(self.known):
            if one.status:
                levels[index[i]] += _standing(one, year)
                on_list[index[i]] += 1
        levels *= (sizes / np.maximum(on_list, 1))[:, None]
        self._around[year] = {
            term: seen.value(self.villages, levels[:, :, None])[:, :, 0]  # type: ignore[arg-type]  # parts of villages
            for term in self._neighbours
            if isinstance(seen := term.regressor, OfNeighbours)
        }
        if not self.by_subdistrict:
            self._around[year] = {term: (sizes @ each)[None] / sizes.sum() for term, each in self._around[year].items()}
        return self._around[year]

    def _step(self, year: int) -> _Year:
        cells: dict[tuple[int, int, Doses, tuple[float, ...]], int] = {}
        onwards: dict[tuple[_Move, int], dict[tuple[int, int, int], None]] = defaultdict(dict)
        backwards: dict[tuple[tuple[_Move | None, ...], ...], dict[tuple[Any, Any], None]] = defaultdict(dict)
        cell_of, entries = [0] * len(self._future[year - 1]), []
        for g, group in enumerate(self.groups):
            if not group.first < year <= group.last:
                continue
            doses, standings = group.doses[year], group.standings(year)
            moves = tuple(tuple(self._move(now, to, doses) for to in standings) for now in group.standings(year - 1))
            heres = [self._future[year - 1][group.future(year - 1), now] for now in group.standings(year - 1)]
            theres = [self._future[year][group.future(year), to] for to in standings]
            backwards[moves][tuple(heres), tuple(theres)] = None
            for now, here, of_now in zip(group.standings(year - 1), heres, moves, strict=True):
                cell = cells.setdefault((group.subdistrict, now.level, doses, group.seen), len(cells))
                before = self._past[year - 1][group.past(year - 1), now]
                cell_of[here] = cell
                entries.append((before, here, cell, g))
                for to, move in zip(standings, of_now, strict=True):
                    if move is not None:
                        # Of lists that differ before a report the same follows: such moves are kept apart to be added.
                        listed = now.listed if move.reports == "told" else -1
                        onwards[move, listed][before, self._past[year][group.past(year), to], cell] = None
        past, future, cell_at, of_group = np.array(entries, dtype=np.int64).T
        distinct, starts = np.unique(of_group, return_index=True)
        homes, home_starts = np.unique([self.groups[g].subdistrict for g in distinct], return_index=True)
        k, s = (np.array([key[i] for key in cells], dtype=np.int64) for i in (0, 1))
        seen: dict[Term, Floats] = {term: value[k, s] for term, value in self.neighbours(year - 1).items()}
        seen |= {term: np.array([key[3][i] for key in cells]) for i, term in enumerate(self._of_village)}
        return _Year(
            cell_subdistrict=k, cell_level=s, cell_doses=tuple(key[2] for key in cells), cell_seen=seen,
            onwards=[_Way(move, *np.array(list(of), dtype=np.int64).T) for (move, _), of in onwards.items()],
            backwards=[_Fan(moves, *map(np.array, zip(*of, strict=True))) for moves, of in backwards.items()],
            cell_of=np.array(cell_of), past=past, future=future, cell=cell_at,
            group_starts=starts, groups=distinct, subdistrict_starts=home_starts, subdistricts=homes,
        )  # fmt: skip

    def _move(self, now: Standing, to: Standing, doses: Doses) -> _Move | None:
        """Return the move between two standings; None where the list cannot show it."""
        reports = _reports(now, to) if self.late else "either"
        return None if reports is None else _Move((now.level, to.level), doses, reports)

    # ---- likelihood

    def log_likelihood(self, law: LawAtParticles, scores: Scores) -> Floats:
        """Return the log-likelihood, shape (P,), at scores of the shocks."""
        total = np.zeros(len(law.parameters.rise))
        for start, each in self._of_groups(law, scores):
            total += self.sizes[start.groups] @ each
        return total

    def pointwise(self, law: LawAtParticles, scores: Scores) -> Iterator[tuple[tuple[str, ...], Floats]]:
        """Yield villages with the same past, and the log-likelihood of the path of each of them, shape (P,)."""
        codes = self.villages.codes
        for start, each in self._of_groups(law, scores):
            for number, of_path in zip(start.groups, each, strict=True):
                yield tuple(codes[i] for i in self.groups[number].members), of_path

    def _of_groups(self, law: LawAtParticles, scores: Scores) -> Iterator[tuple[_Start, Floats]]:
        """Yield where paths start, and the log-likelihood of one village of each group that starts there, (G, P)."""
        for start, follows, weights in self._on_paths(law, scores):
            flat = (each.reshape(len(each), -1, len(law.parameters.rise)) for each in (follows, weights))
            with np.errstate(divide="ignore"):
                each = np.log(np.einsum("gnp,gnp->gp", *flat))
            yield start, each

    def _on_paths(self, law: LawAtParticles, scores: Scores) -> Iterator[tuple[_Start, Floats, Floats]]:
        """Yield where paths start, how likely they go on as known, and the weight of each node, (G, B, N, P) each."""
        later = self._backward(law, [self._rise(law, scores, number) for number in range(len(self.years))])
        for start in self._starts:
            follows = later[start.year - self.years.start + 1][start.future]
            yield start, follows, self._at_first(law, start)

    def _at_first(self, law: LawAtParticles, start: _Start) -> Floats:
        """Return the weight of each level and node at the start of paths, shape (G, B, N, P)."""
        if start.launched:
            return np.broadcast_to(WEIGHTS[:, None], (*start.level.shape, NODES.size, len(law.parameters.rise)))
        weights = self.standing(law, start.year)[start.listed]
        if self.late:
            weights = weights * self._behind(law, start.year)[start.listed, start.level]
        return np.asarray(weights)

    def _rise(self, law: LawAtParticles, scores: Scores, number: int) -> Floats:
        step, shocks = self.steps[number], {term: score[number] for term, score in scores.items()}
        return self.rise(law, step, self.seen_in(law, step), shocks)

    def rise(self, law: LawAtParticles, step: _Year, seen: Floats, shocks: Mapping[Term, Floats]) -> Floats:
        """Return the chance of rising in each cell of a year, shape (C, N, P)."""
        luck = law.luck(shocks)
        log_odds = seen + (luck if len(luck) == 1 else luck[step.cell_subdistrict])
        if self.by_subdistrict:
            return law.chances(log_odds, step.cell_level)
        cases = law.averaged_luck("subdistrict")
        return np.asarray(sum(weight * law.chances(log_odds + apart, step.cell_level) for apart, weight in cases))

    def seen_in(self, law: LawAtParticles, step: _Year) -> Floats:
        """Return what is seen of villages and of their neighbours, and assistance, in log odds, shape (C, P)."""
        total = np.zeros((step.cell_level.size, len(law.parameters.rise)))
        for term, regressor in step.cell_seen.items():
            total += regressor[:, None] * term.coefficient(law.parameters)
        for number, doses in enumerate(step.cell_doses):
            if (effect := law.effect(doses, "rise")) is not None:
                total[number] += effect
        return total

    def _forward(self, number: int, now: Floats | None, rise: Floats | None, law: LawAtParticles) -> Floats:
        """Carry weights of states at the start of a year, (S, N, P), to its end, where others begin."""
        year = self.years[number] if number >= 0 else self.years.start - 1
        found = np.zeros((len(self._past[year]), NODES.size, len(law.parameters.rise)))
        if now is not None and rise is not None:
            for way in self.steps[number].onwards:
                chance = way.move.chance(law)
                if chance.any():
                    rising = rise[way.cell]
                    found[way.after] += now[way.before] * (rising if way.move.rises else 1 - rising) * chance
        for start in self._starts:
            if start.year == year:
                found[start.past] = self._at_first(law, start)
        return found

    def standing(self, law: LawAtParticles, year: int) -> Floats:
        """Return the weight of each node for a village that stands at each level on its first list, shape (4, N, P).

        When it joined is integrated out.
        """
        key = (id(self), year, "first list")
        if key not in law.remembered:
            ages = max(1, year - FIRST_LAUNCH)
            law.remembered[key] = law.standing(0.5 * self._around_all(law, year), ages)
        return law.remembered[key]

    def _behind(self, law: LawAtParticles, year: int) -> Floats:
        """Return where villages stand whose reports may be years old, (4 listed, 4, N, P)."""
        key = (id(self), year, "behind")
        if key not in law.remembered:
            law.remembered[key] = law.behind_list(self._around_all(law, year))
        return law.remembered[key]

    def _around_all(self, law: LawAtParticles, year: int) -> Floats:
        """Return what is seen of neighbours at the end of a year, mean over the villages, on the log odds, (4, P)."""
        seen = np.zeros((4, len(law.parameters.rise)))
        share = self.villages.subdistrict_sizes / len(self.villages) if self.by_subdistrict else np.ones(1)
        for term, regressor in self.neighbours(year).items():
            seen += (share @ regressor)[:, None] * term.coefficient(law.parameters)
        return seen

    def draw_villages(
        self, law: LawAtParticles, scores: Scores, rng: np.random.Generator, origin: int = 0
    ) -> DrawnVillages:
        """Draw from its past what sets each village apart for good, and where it stands at the end of `origin`."""
        particles = len(law.parameters.rise)
        found = np.empty((len(self.villages), particles))
        nodes = np.empty(found.shape, dtype=np.int64)
        weight: dict[int, Floats] = {}
        for start, follows, at_first in self._on_paths(law, scores) if self.groups else ():
            for number, of_group in zip(start.groups, (follows * at_first).sum(axis=1), strict=True):
                weight |= dict.fromkeys(self.groups[number].members, of_group)
        for i, one in enumerate(self.known):
            weights = weight.get(i)
            if weights is None:
                year, level = next(iter(one.status.items()), (0, -1))
                weights = np.broadcast_to(WEIGHTS[:, None], (NODES.size, particles))
                if level >= 0 and not one.launched:
                    weights = self.standing(law, year)[level]
            nodes[i] = law.draw_node(weights, rng)
            found[i] = law.at_node(nodes[i])
        listed = self.villages.single_levels
        blank = {i for i, one in enumerate(self.known) if one.status and listed is not None and listed[i] == UNKNOWN}
        late = self.late and all(one.status for one in self.known)
        levels: dict[int, Floats] = {}
        if late or blank:
            levels = self._draw_levels(law, scores, nodes, rng, origin, range(len(nodes)) if late else sorted(blank))
        return DrawnVillages(found, levels if late else {}, {i: level for i, level in levels.items() if i in blank})

    def _draw_levels(
        self, law: LawAtParticles, scores: Scores, nodes: Ints, rng: np.random.Generator, origin: int,
        of: Sequence[int],
    ) -> dict[int, Floats]:  # fmt: skip
        """Draw where some villages stand behind their last list, (P,) each, given their nodes, (V, P)."""
        every, last = np.arange(nodes.shape[1]), max(origin, *(max(one.status, default=0) for one in self.known))
        weights = dict(self._at_last(law, scores)) if self.late else {}
        found = {}
        for i in of:
            one = self.known[i]
            year, listed = list(one.status.items())[-1]
            if i in weights:
                chances = weights[i][:, nodes[i], every]
            elif one.launched or not self.late:
                chances = np.eye(4)[:, [listed]]
            else:
                chances = self._behind(law, year)[listed][:, nodes[i], every]
            chances = np.broadcast_to(chances / chances.sum(axis=0), (4, every.size))
            for then in range(year + 1, last + 1):
                chances = np.einsum("sp,sdp->dp", chances, self._moves(law, scores, i, nodes[i], then))
            found[i] = (np.cumsum(chances, axis=0) < rng.random(every.size)).sum(axis=0).clip(max=3)
        return found

    def _moves(self, law: LawAtParticles, scores: Scores, village: int, node: Ints, year: int) -> Floats:
        """Return how a village at its node moves in a year after its last list, unassisted, shape (4, 4, P).

        With the shocks of that year as they were learned from villages that are followed; else averaged over shocks.
        """
        k = int(self.villages.subdistrict_index[village]) if self.by_subdistrict else 0
        seen = np.zeros((4, node.size))
        for term, regressor in self.neighbours(year - 1).items():
            seen += regressor[k][:, None] * term.coefficient(law.parameters)
        for term in self._of_village:
            if isinstance(own := term.regressor, OfVillage):
                seen += own.value(self.villages)[village] * term.coefficient(law.parameters)
        cases = law.averaged_luck()
        if year in self.years:
            luck = law.luck({term: score[year - self.years.start] for term, score in scores.items()})
            here = luck[k if len(luck) > 1 else 0]
            others = [] if self.by_subdistrict else law.averaged_luck("subdistrict")
            cases = [(here + apart, weight) for apart, weight in others] or [(here, np.ones(node.size))]
        rise = np.zeros((4, node.size))
        for value, weight in cases:
            rise += weight * law.chances(seen + value, np.arange(4))[:, node, np.arange(node.size)]
        return np.asarray(rise[:, None] * law.up + (1 - rise[:, None]) * law.down(()))

    def _at_last(self, law: LawAtParticles, scores: Scores) -> Iterator[tuple[int, Floats]]:
        """Yield each village that is followed, and the weights of its levels at its last list, shape (4, N, P)."""
        now: Floats | None = None
        for number in range(-1, len(self.years)):
            rise = None if number < 0 else self._rise(law, scores, number)
            now = self._forward(number, now, rise, law)
            year = self.years.start + number
            for group in self.groups:
                if group.last == year:
                    weights = np.zeros((4, *now.shape[1:]))
                    for standing in group.standings(year):
                        weights[standing.level] = now[self._past[year][group.past(year), standing]]
                    yield from ((i, weights) for i in group.members)

    # ---- moves

    def move_shocks(
        self, law: LawAtParticles, scores: Scores, fit: Floats, temperature: float, rng: np.random.Generator
    ) -> Floats:
        """Move the shocks of every year in turn, in place, towards the tempered posterior; return the new fit."""
        rises = [self._rise(law, scores, number) for number in range(len(self.years))]
        later = self._backward(law, rises)
        now = self._forward(-1, None, None, law)
        for number in range(len(self.years)):
            visit = _Visit(self, law, number, now, later[number + 1])
            shocks = {term: score[number] for term, score in scores.items()}
            fit = fit + visit.move(shocks, rises[number], temperature, rng)
            now = self._forward(number, now, visit.rise, law)
        return fit

    def _backward(self, law: LawAtParticles, rises: list[Floats]) -> list[Floats]:
        """Return for every year end how likely what follows is, from each state, shape (S, N, P)."""
        shape = (NODES.size, len(law.parameters.rise))
        found = [np.ones((len(self._future[self.years.stop - 1]), *shape))]
        for number in reversed(range(len(self.years))):
            cell_of = self.steps[number].cell_of
            here = np.ones((len(cell_of), *shape))
            for before, up, down in self.towards(law, number, found[0]):
                here[before] = (up - down) * rises[number][cell_of[before]] + down
            found.insert(0, here)
        return found

    def towards(self, law: LawAtParticles, number: int, later: Floats) -> Iterator[tuple[Ints, Floats, Floats]]:
        """Yield states, (F,), and how likely what follows is after a rise, and after none, from each, (F, N, P)."""
        for fan in self.steps[number].backwards:
            reached = later[fan.after]
            for before, parts in zip(fan.before.T, fan.chances(law), strict=True):
                up, down = (np.einsum("mp,fmnp->fnp", chances, reached[:, these]) for these, chances in parts)
                yield before, up, down


class _Visit:
    """One year whose shocks are changed while all other years stand still.

    The chance of a path is linear in the chances of rising of the year, so that a change costs little.
    """

    def __init__(self, histories: Histories, law: LawAtParticles, number: int, now: Floats, later: Floats) -> None:
        step = histories.steps[number]
        slope, base = np.zeros((2, len(step.cell_of), *later.shape[1:]))
        for states, up, down in histories.towards(law, number, later):
            slope[states], base[states] = up - down, down
        before = now[step.past]
        self._histories, self._law, self._step = histories, law, step
        self._slope = before * slope[step.future]
        self._base = np.einsum("inp,inp->ip", before, base[step.future])
        self._weight = histories.sizes[step.groups][:, None]
        self._seen = histories.seen_in(law, step)

    def fit(self, rise: Floats) -> Floats:
        """Return the log-likelihood of the kecamatan, shape (K, P)."""
        step = self._step
        paths = self._base + np.einsum("inp,inp->ip", self._slope, rise[step.cell])
        if step.groups.size < len(paths):
            paths = np.add.reduceat(paths, step.group_starts, axis=0)
        logs = self._weight * np.log(np.maximum(paths, _SMALLEST))
        found = np.zeros((self._histories.size, rise.shape[2]))
        found[step.subdistricts] = np.add.reduceat(logs, step.subdistrict_starts, axis=0)
        return found

    def _rise_at(self, shocks: Mapping[Term, Floats]) -> Floats:
        return self._histories.rise(self._law, self._step, self._seen, shocks)

    def move(self, shocks: dict[Term, Floats], rise: Floats, temperature: float, rng: np.random.Generator) -> Floats:
        """Move the shocks, in place; return by how much the log-likelihood rose, shape (P,)."""
        self.rise = rise
        here = self.fit(rise)
        start = here.sum(axis=0)
        normal = [term for term in shocks if term.coin is None]
        for term in normal:
            here = self._move_normal(shocks, term, here, temperature, rng, alone=term.needs_subdistricts)
        district = next((term for term in normal if not term.needs_subdistricts), None)
        for term in [term for term in shocks if term.coin is not None]:
            here = self._move_coin(shocks, term, district, here, temperature, rng)
        return here.sum(axis=0) - start

    def _move_normal(
        self, shocks: dict[Term, Floats], term: Term, here: Floats, temperature: float, rng: np.random.Generator,
        *, alone: bool,
    ) -> Floats:  # fmt: skip
        proposed = {**shocks, term: crank_nicolson(shocks[term], rng)}
        rise = self._rise_at(proposed)
        there = self.fit(rise)
        gain = there - here if alone else (there - here).sum(axis=0)[None]
        taken = np.log(rng.random(gain.shape)) < temperature * gain
        shocks[term][...] = np.where(taken, proposed[term], shocks[term])
        self._keep(rise, taken)
        return np.where(taken, there, here)

    def _move_coin(
        self, shocks: dict[Term, Floats], term: Term, district: Term | None, here: Floats, temperature: float,
        rng: np.random.Generator,
    ) -> Floats:  # fmt: skip
        changed, log_prior = flipped(self._law, shocks, term, district, rng)
        rise = self._rise_at({**shocks, **changed})
        there = self.fit(rise)
        taken = (np.log(rng.random(log_prior.size)) < temperature * (there - here).sum(axis=0) + log_prior)[None]
        for one, score in changed.items():
            shocks[one][...] = np.where(taken, score, shocks[one])
        self._keep(rise, taken)
        return np.where(taken, there, here)

    def _keep(self, rise: Floats, taken: Bools) -> None:
        of_cell = taken if len(taken) == 1 else taken[self._step.cell_subdistrict]
        self.rise = np.where(of_cell[:, None], rise, self.rise)


def _reports(before: Standing, after: Standing) -> Reports | None:
    """Return what a list that may be behind shows of a village's report of a year; None where it cannot be."""
    if after.listed == after.level:
        return "either" if after.listed == before.listed else "told"
    return "silent" if after.listed == before.listed else None


def _standing(one: Known, year: int) -> Floats:
    """Return with what weight a village stands at each level at the end of a year, shape (4,)."""
    years = list(one.status)
    found = np.zeros(4)
    if year <= years[0] or year >= years[-1]:
        found[one.status[years[0] if year <= years[0] else years[-1]]] = 1.0
        return found
    for a, b in pairwise(years):
        if a <= year <= b:
            found[one.status[a]] += (b - year) / (b - a)
            found[one.status[b]] += (year - a) / (b - a)
            return found
    return found
