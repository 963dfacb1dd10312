"""What a reader must know of a calibration, and why one is refused.

Knows what data cannot tell and what a likelihood leaves out; must not know how draws are found.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.evidence import Evidence
from ...domain.messages import Message
from ...domain.parameters import ParameterKey, ParameterSet
from ...inputs.scenario import Scenario
from .likelihood import Likelihood
from .posterior import Approximation

FEW = 200
"""Draws worth fewer independent ones than this leave the ends of 90% intervals uncertain."""

MATRIX = Message("calibration learns rise, fall and skip, but the scenario gives a matrix; remove transition.matrix")


def refusals(evidence: Evidence, parameters: ParameterSet) -> list[Message]:
    """Return why a calibration is not possible at all, before any likelihood is looked at."""
    found = []
    if parameters.matrix is not None:
        found.append(MATRIX)
    elif not parameters.uncertain:
        found.append(
            Message(
                "every parameter of the scenario is given as a plain number: nothing is left to learn; leave out those "
                "under transition that data should tell, or give distributions"
            )
        )
    if parameters.blocks:
        found.append(
            Message(
                "the scenario takes its parameters from a calibration already; remove transition.parameters_from, and "
                "give all data at once"
            )
        )
    found += [
        Message(
            "the counts of {place} do not add up to the same number of villages at every date; give counts of the "
            "same villages",
            {"place": counts.place},
        )
        for counts in evidence.counts
        if len(set(counts.counts.sum(axis=1).tolist())) > 1
    ]
    return found


def caveats(
    evidence: Evidence,
    scenario: Scenario | None,
    likelihood: Likelihood,
    approximation: Approximation | None,
    worth: float,
    *,
    estimate_effects: bool,
) -> tuple[Message, ...]:
    """Return what must be known of a posterior, the most important first.

    Parameters
    ----------
    worth
        Effective sample size.
    """
    return (
        *_of_single_dates(evidence, likelihood),
        *_of_counts(likelihood),
        *_of_effects(evidence, likelihood, estimate_effects=estimate_effects),
        *_of_the_law(likelihood, scenario),
        *_of_dates(evidence, likelihood),
        *_of_numbers(approximation, worth, likelihood),
    )


def _of_single_dates(evidence: Evidence, likelihood: Likelihood) -> Iterator[Message]:
    if (evidence.panels or evidence.counts or evidence.launches) and not likelihood.steps.years:
        yield Message(
            "the data show villages at a single date, from which nothing can be learned; a second date or the years in "
            "which villages joined are needed"
        )


def _of_counts(likelihood: Likelihood) -> Iterator[Message]:
    if not likelihood.moves:
        return
    allowed = [move.flow.allowed for move in likelihood.moves]
    if any(moves[s, d] for moves in allowed for s in range(4) for d in range(s)):
        yield Message(
            "counts show how many more villages moved up than down, not how many moved: the number of rises, which the "
            "target asks for, rests on the prior of falling"
        )
    for move in likelihood.moves:
        if (risen := move.flow.risen) is not None and move.flow.method != "saddlepoint":
            values = {"place": move.place, "first": move.years[0], "last": move.years[1]}
            values |= {"least": risen[0], "most": risen[1]}
            yield Message(
                "{place}, end of {first} to end of {last}: by the counts alone, from {least:,} to {most:,} villages "
                "may have risen",
                values,
            )
    if not likelihood.paths.taken:
        yield Message(
            "counts do not tell skipped levels, learning from peers and lasting differences between villages apart; "
            "what is said of them comes from the priors"
        )


def _of_effects(evidence: Evidence, likelihood: Likelihood, *, estimate_effects: bool) -> Iterator[Message]:
    if not evidence.assistance:
        return
    estimated = [key for key in likelihood.names if key.is_effect]
    if not estimate_effects:
        yield Message(
            "records of assistance were not used: who was assisted was not left to chance, so that rises of assisted "
            "villages do not show what assistance does; effects keep their priors, unless estimates are asked for "
            "(--estimate-effects)"
        )
    elif not estimated:
        yield Message("no record of assistance falls into years in which statuses are known; effects keep their priors")
    else:
        yield Message(
            "effects are estimated as if, without assistance, assisted villages would have risen as often as others of "
            "their status; where promising villages were chosen, the effects are overstated"
        )


def _of_the_law(likelihood: Likelihood, scenario: Scenario | None) -> Iterator[Message]:
    scalars = likelihood.parameters.scalars
    neutral = {
        ParameterKey("peer_odds_ratio"): 1.0,
        ParameterKey("campaign.probability"): 0.0,
        ParameterKey("subdistrict_sd"): 0.0,
    }
    if likelihood.steps.years and any(not _is(scalars[key], value) for key, value in neutral.items()):
        yield Message(
            "learning from peers, shocks of a kecamatan and campaign years keep their priors; what they did in the "
            "past is part of the chances of rising that were learned, a forecast adds it once more, and where they are "
            "strong the intervals that were learned are too narrow"
        )
    if likelihood.steps.years and scenario is not None and (scenario.min_years or scenario.parameters.covariates):
        yield Message("min_years and covariates of the scenario were left out when its parameters were learned")


def _is(known: object, value: float) -> bool:
    return getattr(known, "value", None) == value


def _of_dates(evidence: Evidence, likelihood: Likelihood) -> Iterator[Message]:
    if evidence.launches:
        yield Message("a village counts as dasar at the end of the year in which it joined")
    if likelihood.moves:
        yield Message("a count stands for the end of the year of its date; of several in one year, the last is used")
    for unused in likelihood.unused:
        yield Message(
            "the counts of {place} for {first} and {last} were not used: the villages' own statuses cover these years",
            {"place": unused.place, "first": unused.years[0], "last": unused.years[1]},
        )


def _of_numbers(approximation: Approximation | None, worth: float, likelihood: Likelihood) -> Iterator[Message]:
    if approximation is not None and approximation.log_error is not None:
        values = {"error": round(approximation.log_error, 3), "checked": approximation.checked}
        yield Message(
            "with skips and falls together, the likelihood of counts is a close approximation (saddlepoint): over "
            "{checked:,} draws its logarithm was off by at most {error:,}",
            values,
        )
    elif approximation is not None:
        yield Message(
            "with skips and falls together, the likelihood of counts is a close approximation (saddlepoint); numbers "
            "this large were not checked against the exact value"
        )
    if likelihood.names and worth < FEW:
        yield Message(
            "these draws are worth only about {worth:,} independent ones; ask for more draws (--draws)",
            {"worth": round(worth)},
        )
