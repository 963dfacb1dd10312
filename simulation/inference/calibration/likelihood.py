"""The evidence arranged for the law: which villages and places it follows, and which parameters it bears on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ...domain.arrays import Floats, Ints
from ...domain.evidence import Counts, Evidence
from ...domain.intervention import Intervention
from ...domain.law import TERMS, Term, covariate, luck_among
from ...domain.parameters import ParameterKey, ParameterSet
from ...domain.reporting import lists_late
from ...domain.scenario import Assumptions
from ...domain.status import UNKNOWN
from ...domain.status_knowledge import MadeUpCounts
from ...domain.villages import Villages
from .count_flows import Flow
from .counted import CountedPlace, CountMove
from .data_conflicts import possible_moves
from .histories import Histories, Known
from .law_at_particles import LawAtParticles
from .records import doses_on_record, seen_villages
from .sampler import Particles, Sampler
from .shocks import Scores

_OPEN = 1e-12
Observations = tuple[str, tuple[str, ...]]
"""``status`` and the codes of villages with the same past, or ``counts`` and the years of a pair of counts."""


@dataclass(frozen=True)
class Unused:
    """Counts that are left out, because the villages of their place are known one by one over those years."""

    place: str
    years: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Likelihood:
    """What the evidence says of the parameters.

    Attributes
    ----------
    histories
        One a district whose villages are known one by one; those without two dates have no years.
    places
        Those of which counts are used.
    plans
        Whose effects are part of it, in the order of the doses.
    scenario
        Where villages lie, and how effects overlap; None where nothing is known of it.
    """

    parameters: ParameterSet
    histories: tuple[Histories, ...]
    places: tuple[CountedPlace, ...]
    plans: tuple[Intervention, ...] = ()
    scenario: Assumptions | None = None
    unused: tuple[Unused, ...] = ()

    @classmethod
    def of(
        cls,
        evidence: Evidence,
        parameters: ParameterSet,
        scenario: Assumptions | None = None,
        plans: tuple[Intervention, ...] = (),
    ) -> Likelihood:
        """Arrange evidence.

        Parameters
        ----------
        plans
            Interventions whose effects are estimated from `evidence.assistance`.
        """
        terms, seen = _terms(parameters), seen_villages(evidence)
        districts = () if scenario is None else scenario.districts
        by_code = {district.district_code: district for district in districts}
        histories = []
        for code in dict.fromkeys([*seen, *by_code]):
            known, villages = dict(seen.get(code, {})), by_code.get(code)
            if villages is not None and known.keys() <= set(villages.codes):
                if scenario is not None and (levels := villages.single_levels) is not None:
                    now = zip(villages.codes, levels.tolist(), strict=True)
                    known = {one: Known({scenario.origin: level}) for one, level in now if level != UNKNOWN} | known
            elif known:
                # Nothing is known of where these villages lie: one kecamatan holds them all.
                codes = list(known)
                villages = Villages.arrange(code, code, codes, codes, [""] * len(codes), status=[0] * len(codes))
            if villages is None or not known:
                continue
            last = max((year for one in known.values() for year in one.status), default=0)
            doses = doses_on_record((one for one in evidence.assistance if one.district_code == code), plans, last)
            in_order = [known.get(one, Known({})) for one in villages.codes]
            none = (0.0,) * len(plans)
            histories.append(Histories(villages, in_order, terms, doses, none, late=lists_late(parameters)))
        places, unused = _places(evidence, parameters, districts, seen, terms)
        return cls(parameters, tuple(histories), tuple(places), plans, scenario, tuple(unused))

    @cached_property
    def blocks(self) -> tuple[Histories | CountedPlace, ...]:
        """What has a likelihood."""
        return (*(one for one in self.histories if one.groups), *self.places)

    @cached_property
    def names(self) -> tuple[ParameterKey, ...]:
        """Uncertain parameters of the law: all of them are learned jointly, but effects that are not estimated."""
        if not self.blocks:
            return ()
        dosed = {
            plan.name
            for number, plan in enumerate(self.plans)
            if any(
                doses and doses[number]
                for one in self.histories
                for group in one.groups
                for doses in group.doses.values()
            )
        }
        return tuple(key for key in self.parameters.uncertain if not key.is_effect or key.of in dosed)

    @property
    def lasting(self) -> list[Term]:
        """Luck that may set districts apart for good."""
        return luck_among(_terms(self.parameters), "district", lasting=True)

    @property
    def learned_from(self) -> tuple[str, ...]:
        """Codes of the districts that the data bear on."""
        return tuple(dict.fromkeys(block.place for block in self.blocks))

    def set_apart(self, learned: Mapping[str, Scores], particles: int, rng: np.random.Generator) -> dict[str, Scores]:
        """Return what sets every known district apart: as learned or, where no data bear on it, from its prior."""
        districts = () if self.scenario is None else self.scenario.districts
        others = [*(one.place for one in self.histories), *(one.district_code for one in districts)]
        fresh = {
            code: {term: rng.standard_normal((1, 1, particles)) for term in self.lasting}
            for code in dict.fromkeys(others)
            if code not in learned
        }
        return {**learned, **fresh}

    @property
    def late(self) -> bool:
        """Whether lists may be behind."""
        return lists_late(self.parameters)

    @property
    def follows_villages(self) -> bool:
        """Whether any village is known at two dates."""
        return any(one.groups for one in self.histories)

    @property
    def counted(self) -> list[tuple[CountedPlace, Villages]]:
        """Districts of the scenario of whose past counts alone are known, and their villages."""
        districts = () if self.scenario is None else self.scenario.districts
        followed = {one.place for one in self.histories if one.groups}
        villages = {
            one.district_code: one
            for one in districts
            if one.district_code not in followed and not isinstance(one.known, MadeUpCounts)
        }
        return [(place, villages[place.place]) for place in self.places if place.place in villages]

    @property
    def moves(self) -> list[CountMove]:
        """Every pair of counts."""
        return [move for place in self.places for move in place.moves]

    def values(self, scores: Floats) -> dict[ParameterKey, Floats]:
        """Return every scalar parameter at scores of `names`, shape (d, P); those that have none at their median."""
        from scipy.special import ndtr

        column = dict(zip(self.names, np.clip(ndtr(scores), _OPEN, 1 - _OPEN), strict=True))
        middle = np.full(scores.shape[1], 0.5)
        return {name: prior.quantile(column.get(name, middle)) for name, prior in self.parameters.scalars.items()}

    def law(self, scores: Floats) -> LawAtParticles:
        """Return the law at scores of `names`, shape (d, P)."""
        drawn = self.parameters.at(self.values(scores)).draw(0, scores.shape[1])
        chosen = tuple(self.parameters.interventions.index(plan.name) for plan in self.plans)
        return LawAtParticles(drawn, chosen, "diminishing" if self.scenario is None else self.scenario.overlap)

    def pointwise(self, particles: Particles, law: LawAtParticles) -> Iterator[tuple[Observations, Floats]]:
        """Yield equally likely observations, and the log-likelihood of each of them at the particles, shape (P,).

        Given the shocks of the particles observations are independent: villages of each other, and each pair of counts
        of those before.
        """
        for block, scores in zip(self.blocks, particles.shocks, strict=True):
            kind = "status" if isinstance(block, Histories) else "counts"
            for names, each in block.pointwise(law.in_district(particles.apart[block.place]), scores):
                yield (kind, names), np.broadcast_to(each, len(law.parameters.rise))

    def sampler(self, rng: np.random.Generator) -> Sampler:
        """Return the sampler of the posterior."""
        return Sampler(self.parameters, self.names, self.blocks, self.law, rng, self.lasting)


def _terms(parameters: ParameterSet) -> list[Term]:
    """Return the terms that act in some draw."""
    every = [*(covariate(name) for name in parameters.covariates), *TERMS]
    return [term for term in every if parameters.scalars[term.switch] != term.off]


def _places(
    evidence: Evidence,
    parameters: ParameterSet,
    districts: tuple[Villages, ...],
    seen: Mapping[str, Mapping[str, Known]],
    terms: list[Term],
) -> tuple[list[CountedPlace], list[Unused]]:
    codes = {district.district.casefold(): district.district_code for district in districts}
    places: dict[str, list[CountMove]] = {}
    unused = []
    for counts in evidence.counts:
        place = codes.get(counts.place.casefold(), counts.place)
        for years, before, after in year_ends(counts):
            if _covered(years, seen.get(place, {})):
                unused.append(Unused(counts.place, years))
            else:
                flow = Flow(before, after, possible_moves(parameters, years[1] - years[0]))
                places.setdefault(place, []).append(CountMove(counts.place, years, flow))
    return [CountedPlace(place, moves, terms) for place, moves in places.items()], unused


def year_ends(counts: Counts) -> list[tuple[tuple[int, int], Ints, Ints]]:
    """Return the years, the counts before and the counts after of every pair of dates in a row.

    A date stands for the end of its year; of several dates in one year the last counts.
    """
    ends = {day.year: row for day, row in zip(counts.dates, counts.counts, strict=True)}
    years = sorted(ends)
    return [((a, b), ends[a], ends[b]) for a, b in pairwise(years)]


def _covered(years: tuple[int, int], seen: Mapping[str, Known]) -> bool:
    """Return whether years overlap with those over which single villages are followed."""
    known = [year for one in seen.values() if len(one.status) > 1 for year in one.status]
    return bool(known) and years[0] < max(known) and years[1] > min(known)
