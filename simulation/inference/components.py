"""What a village's chance of rising comes from: its components, and what each intervention is to it.

Knows the steps of the cut; must not know words, nor how trajectories are played.

The order of the steps is fixed: a typical village at its level in a typical year; what ``min_years`` takes from
that; covariates; peers; what nobody can know in advance (differences between villages, shocks, campaigns);
interventions. A step adds the change of the mean chance over trajectories when its terms join those before it,
trajectory by trajectory, so that all steps together are the chance, and the interventions together are the
difference between the scenario and the same luck without them. Within a step that has several terms each
gets its Shapley value (`shares`): a term that never acts gets 0, terms that act alike get the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ..domain.intervention import combine
from ..domain.law import TERMS, OfVillage, Term
from ..domain.transition import chance
from ..engine.log_odds_terms import LogOddsTerms
from ..inputs.scenario import Scenario
from .shares import Cut

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
QUANTILES = (0.05, 0.5, 0.95)
UNKNOWN = tuple(term.name for term in TERMS if not term.foreseeable)


@dataclass(frozen=True)
class Component:
    """One term of the chance.

    Attributes
    ----------
    kind
        ``waiting`` (``min_years``), ``covariate``, ``peers``, ``village``, ``year``, ``subdistrict``,
        ``campaign`` or ``intervention``.
    name
        Of the covariate or the intervention; else empty.
    share
        What it adds to the chance.
    acts
        Share of the trajectories in which it acts.
    odds_ratio
        5%, 50% and 95% quantile, over these, of the factor by which it alone multiplies the odds; None where
        it never acts, and for waiting.
    """

    kind: str
    name: str
    share: float
    acts: float
    odds_ratio: tuple[float, float, float] | None


@dataclass(frozen=True)
class Reach:
    """What an intervention is to the village.

    Attributes
    ----------
    name
        Of the intervention.
    eligible, assisted
        Share of the trajectories in which it may choose the village this year, and in which it assists it.
    if_assured
        The chance if it assisted the village for certain and at full dose wherever it may choose it, all else the
        same; None where it never may.
    """

    name: str
    eligible: float
    assisted: float
    if_assured: float | None


@dataclass(frozen=True)
class Breakdown:
    """A chance of rising, broken down.

    Attributes
    ----------
    base
        Chance of a typical village at its level in a typical year.
    components
        What is added to that, in order; with `base` they sum to the chance.
    interventions
        One an intervention of the scenario.
    if_all_assured
        The chance if every intervention that may choose the village assisted it for certain and at full dose; None
        where there is none.
    """

    base: float
    components: tuple[Component, ...]
    interventions: tuple[Reach, ...]
    if_all_assured: float | None

    @property
    def chance(self) -> float:
        """The chance of rising: `base` and all components."""
        return self.base + sum(component.share for component in self.components)

    @property
    def without_interventions(self) -> float:
        """The chance of rising in that year with the same luck and no intervention."""
        return self.base + sum(c.share for c in self.components if c.kind != "intervention")


def break_down(scenario: Scenario, terms: LogOddsTerms) -> Breakdown:
    """Break down the mean chance of a village over trajectories."""
    base = float(chance(terms.base_odds).mean())
    cut = Cut(np.where(terms.blocked, 0.0, terms.base_odds))
    waiting = Component("waiting", "", cut.mean() - base, float(terms.blocked.mean()), None)
    others = list(_without_interventions(terms, cut))
    interventions, if_all_assured = _reach(scenario, terms, cut)
    return Breakdown(base, (waiting, *others, *_interventions(scenario, terms, cut)), interventions, if_all_assured)


def _without_interventions(terms: LogOddsTerms, cut: Cut) -> Iterator[Component]:
    """Yield the components of every step before the interventions."""
    for _, step in groupby(terms.terms, _step):
        together = list(step)
        rows = np.stack([terms.terms[term] for term in together])
        shares = cut.step(rows, lambda some: some.sum(axis=0))
        for term, row, share in zip(together, rows, shares, strict=True):
            yield _component(term.name, term.key.of, row, share)


def _step(term: Term) -> tuple[bool, bool]:
    """Return what terms of one step have in common."""
    return term.foreseeable, isinstance(term.regressor, OfVillage)


def _interventions(scenario: Scenario, terms: LogOddsTerms, cut: Cut) -> Iterator[Component]:
    """Yield the components of the last step."""
    shares = cut.step(terms.programmes, lambda some: combine(list(some), scenario.overlap))
    for plan, row, share in zip(scenario.interventions, terms.programmes, shares, strict=True):
        yield _component("intervention", plan.name, row, share)


def _component(kind: str, name: str, row: Floats, share: float) -> Component:
    acting = row[row != 0]
    low, middle, high = np.exp(np.quantile(acting, QUANTILES)) if acting.size else (np.nan,) * 3
    ratio = (float(low), float(middle), float(high)) if acting.size else None
    return Component(kind, name, share, acting.size / row.size, ratio)


def _reach(scenario: Scenario, terms: LogOddsTerms, before: Cut) -> tuple[tuple[Reach, ...], float | None]:
    """Return what each intervention is to the village, and the chance with all that could choose it for certain.

    `before` holds every step but the interventions.
    """

    def assured(chosen: Bools) -> float | None:
        there = chosen[:, None] & terms.eligible
        if not there.any():
            return None
        rows = np.where(there, terms.at_full_dose, terms.programmes)
        return before.mean(combine(list(rows), scenario.overlap))

    every = np.arange(len(scenario.interventions))
    reaches = tuple(
        Reach(plan.name, float(terms.eligible[j].mean()), float(terms.assisted[j].mean()), assured(every == j))
        for j, plan in enumerate(scenario.interventions)
    )
    return reaches, assured(every >= 0)
