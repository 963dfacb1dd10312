"""What was observed of past years, and what the fitted law says of them (posterior predictive check)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...domain.arrays import Floats, Ints
from ...domain.parameters import ParameterKey, Parameters, ParameterSet
from ...domain.past import Fitted, Observed, Past, PastRises
from ...domain.scenario import Assumptions
from ...domain.status import TOP, UNKNOWN
from ...domain.status_knowledge import DistrictCounts
from ...domain.target import Target, needed
from ...domain.villages import Villages
from ...engine.effort import Effort
from ...engine.ensemble import run
from ...engine.year_start import YearStart
from ..forecast import Summary
from .counted import CountMove
from .expected import CAMPAIGNS, NEIGHBOURS, expected_rises, without
from .histories import Histories
from .likelihood import Likelihood

TRAJECTORIES = 4000
"""So many are run of every span, over all draws of the parameters."""


@dataclass(frozen=True, eq=False)
class Span:
    """Two lists, or counts, of a district, one after the other: `start` are its villages at the first."""

    observed: Observed
    start: Villages

    @property
    def yearly(self) -> bool:
        """Whether one year lies between them."""
        return self.observed.year == self.observed.first + 1


def spans(likelihood: Likelihood, target: Target) -> Iterator[Span]:
    """Yield every span between two lists or counts of a district, by district and year."""
    of_lists = (span for history in likelihood.histories for span in _between_lists(history, target))
    known = {place.place: villages for place, villages in likelihood.counted}
    of_counts = (
        _between_counts(place.place, known.get(place.place), move, target)
        for place in likelihood.places
        for move in place.moves
    )
    yield from sorted((*of_lists, *of_counts), key=lambda one: (one.observed.district_code, one.observed.year))


@dataclass(frozen=True, eq=False)
class Fit:
    """Draws of the fitted law, D of them.

    Attributes
    ----------
    values
        Every parameter, and every village's effect -> shape (D,).
    luck
        (district, year) -> what its shocks added to the log odds in each kecamatan, shape (K or 1, D).
    """

    values: Mapping[ParameterKey, Floats]
    luck: Mapping[tuple[str, int], Floats]

    @property
    def draws(self) -> int:
        """D."""
        return len(next(iter(self.values.values())))


def past_of(likelihood: Likelihood, target: Target, fit: Fit | None, seed: int) -> Past:
    """Return what was observed, and what the fitted law says of it; nothing of the latter where nothing was fitted."""
    every = list(spans(likelihood, target))
    observed = [span.observed for span in every]
    rises: list[PastRises] = []
    if fit is not None:
        parameters = unassisted(likelihood.parameters).at(fit.values)
        observed = [replace(span.observed, fitted=_fitted(span, parameters, fit.draws, target, seed)) for span in every]
        homes = {history.place: history.villages for history in likelihood.histories}
        yearly = [span for span in every if span.observed.rises is not None and span.yearly]
        for code, of_district in groupby(yearly, key=lambda span: span.observed.district_code):
            rises.append(_rises(list(of_district), homes[code], parameters.draw(seed, fit.draws), fit))
    known = [
        (code, one.status) for of in likelihood.histories for code, one in zip(of.villages.codes, of.known, strict=True)
    ]
    until = max([0, *(max(status, default=0) for _, status in known)])
    levels = {code: status[until] for code, status in known if until in status}
    return Past(tuple(observed), tuple(rises), until, levels)


def _rises(of_district: list[Span], home: Villages, parameters: Parameters, fit: Fit) -> PastRises:
    """Return what was observed and what is expected of a district's years, the law put together term by term."""
    ordinary = without(parameters, CAMPAIGNS)
    laws = [parameters, ordinary, parameters, without(parameters, NEIGHBOURS)]
    expected = np.zeros(len(laws))
    for span in of_district:
        villages = span.start
        place = [home.subdistricts.index(name) for name in villages.subdistricts]
        luck = fit.luck[home.district_code, span.observed.year]
        here = np.broadcast_to(luck, (len(home.subdistricts), fit.draws))[place][villages.subdistrict_index]
        status = np.repeat(villages.levels[:, None], fit.draws, axis=1)
        for number, law in enumerate(laws):
            start = YearStart.unassisted(villages, law, status)
            expected[number] += expected_rises(villages, law, start, here if number == 0 else None).mean()
    seen = [span.observed.rises or 0 for span in of_district]
    return PastRises(home.district_code, len(seen), float(np.mean(seen)), *(expected / len(seen)).tolist())


def _between_lists(history: Histories, target: Target) -> Iterator[Span]:
    """Yield the spans between the years in which some village is on a list; its launch does not count as one."""
    listed = [dict(list(one.status.items())[one.launched :]) for one in history.known]
    years = sorted({year for status in listed for year in status})
    for first, year in pairwise(years):
        both = [first in status and year in status for status in listed]
        if not any(both):
            continue
        before, after = (
            np.array(
                [status[at] if here else UNKNOWN for status, here in zip(listed, both, strict=True)], dtype=np.int8
            )
            for at in (first, year)
        )
        start = history.villages.standing(before)
        moves = np.zeros((TOP + 1, TOP + 1), dtype=np.int64)
        np.add.at(moves, (before[both], after[both]), 1)
        counted = len(history.villages) if target.denominator == "all" else int(moves[:TOP].sum())
        yearly = year == first + 1
        yield Span(
            Observed(
                district_code=history.place,
                first=first,
                year=year,
                villages=int(moves.sum()),
                listed=counted,
                rises=int(np.triu(moves, 1).sum()),
                falls=int(np.tril(moves, -1).sum()),
                entries=int((moves * replace(target, reading="entries", net_of_falls=False).score).sum()),
                steps=_steps(moves.sum(axis=1), moves.sum(axis=0)),
                judged=int((moves * target.score).sum()) if yearly else None,
                needed=int(needed(target.share, counted)) if yearly else None,
                skipped=int(np.triu(moves, 2).sum()) if yearly else None,
            ),
            start,
        )  # fmt: skip


def _between_counts(place: str, villages: Villages | None, move: CountMove, target: Target) -> Span:
    (first, year), before, after = move.years, move.flow.before, move.flow.after
    counted = int(before.sum() if target.denominator == "all" else before[:TOP].sum())
    told = year == first + 1 and target.reading == "stock"
    observed = Observed(
        district_code=place,
        first=first,
        year=year,
        villages=int(before.sum()),
        listed=counted,
        rises=None,
        falls=None,
        entries=None,
        steps=_steps(before, after),
        judged=int(after[target.level_mask].sum()) if told else None,
        needed=int(needed(target.share, counted)) if year == first + 1 else None,
    )
    if villages is None or len(villages) != before.sum():
        return Span(observed, Villages.from_counts(place, place, before, 1))
    return Span(observed, replace(villages, known=DistrictCounts(before), with_later=None))


def _steps(before: Ints, after: Ints) -> int:
    return int(((after - before) * np.arange(TOP + 1)).sum())


def _fitted(span: Span, parameters: ParameterSet, draws: int, target: Target, seed: int) -> Fitted:
    """Run the span from the list at its start, unassisted, under every draw of the parameters."""
    observed = span.observed
    scenario = Assumptions(
        name="past",
        origin=observed.first,
        horizon=observed.year - observed.first,
        districts=(span.start,),
        parameters=parameters,
        target=target,
    )
    effort = Effort(draws, max(1, TRAJECTORIES // draws))
    outcome = run(scenario, effort, seed, workers=1, estimator="plain").outcomes[0]
    counted: NDArray[np.integer[Any]]
    if observed.judged is None:
        counted = (outcome.levels[..., -1, :] - outcome.levels[..., 0, :]) @ np.arange(TOP + 1)
    else:
        counted = outcome.counts.score(target)[..., 0]
    told = Summary.of_values(counted)
    quantiles = {share: int(value) for share, value in told.quantiles.items()}
    below = (counted < observed.compared).mean() + 0.5 * (counted == observed.compared).mean()
    return Fitted(told.mean, quantiles, float(below))


def unassisted(parameters: ParameterSet) -> ParameterSet:
    """Return the parameters of the law without interventions."""
    scalars = {key: known for key, known in parameters.scalars.items() if not key.is_effect}
    return replace(parameters, scalars=scalars, interventions=())
