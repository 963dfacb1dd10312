"""What a reader must know of a calibration, and why one is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...domain.evidence import Evidence
from ...domain.messages import Message
from ...domain.parameters import ParameterSet
from ...domain.reporting import lists_late
from ...domain.status import UNKNOWN
from ...inputs.scenario import Scenario
from .histories import FIRST_LAUNCH
from .lateness import FALSE_ALARMS, lateness
from .likelihood import Likelihood

LATE_EXAMPLE = "reporting: {yearly: {beta: {alpha: 14, beta: 6}}}"
FEW = 200
"""Draws worth fewer independent ones than this leave the ends of 90% intervals uncertain."""

MATRIX = Message("calibration estimates rise, fall and skip, but the scenario gives a matrix; remove transition.matrix")


COUNTS_LATE = Message(
    "counts do not show which villages reported: where some do not report every year, give lists of villages, or leave "
    "out reporting.yearly"
)

_SENTENCES: Mapping[str, Message] = {
    "without": Message("left out as asked: {blocks}"),
    "single_date": Message(
        "the data show villages at a single date, from which nothing can be estimated; a second "
        "date or the years in which villages joined are needed"
    ),
    "net_moves_only": Message(
        "counts show how many more villages moved up than down, not how many moved: the number of "
        "rises, which the target asks for, rests on the default assumption about falling"
    ),
    "bounds": Message(
        "{place}, end of {first} to end of {last}: by the counts alone, from {least:,} to {most:,} villages may have "
        "risen"
    ),
    "counts_alone": Message(
        "counts cannot tell skipped statuses, the influence of peers and lasting differences "
        "between villages apart; what is said of them comes from the default assumptions"
    ),
    "districts_differ": Message(
        "the data of {number} districts are used together: what a district's own data leave open "
        "is taken from the others. Districts differ: two in three have odds of rising between "
        "{low:,} and {high:,} times those of a typical one"
    ),
    "districts_alike": Message(
        "the data of {number} districts are used as if all of them had the same chances, because "
        "the scenario gives district_sd as 0; where it leaves this key out, differences between "
        "districts are estimated"
    ),
    "assistance_unused": Message(
        "records of interventions were not used: villages were not chosen at random, so that "
        "their rises do not show what the intervention does; effects keep their default "
        "assumptions, unless estimates are asked for (--estimate-effects)"
    ),
    "assistance_elsewhere": Message(
        "no recorded intervention falls into years in which statuses are known; effects keep their default assumptions"
    ),
    "effects_taken_at_face_value": Message(
        "effects are estimated as if villages that received an intervention would otherwise have "
        "risen as often as others of their status; where promising villages were chosen, the "
        "effects are overstated"
    ),
    "launches_unknown": Message(
        "a village whose year of joining is not known counts as having joined in any year from {first}, all alike, "
        "where its first status on the list is weighed"
    ),
    "subdistricts_unknown": Message(
        "which villages of {place} share a kecamatan is not known: what they have in common "
        "counts as chance, or as good and bad years of the whole district"
    ),
    "lists_look_late": Message(
        "villages whose status on the list had just changed: {villages:,}; the year after it changed again "
        "for {again:,} of them, where about {expected:,} would be expected from others of their status. "
        "Lists look like this where some villages do not report every year (otherwise in fewer than "
        "{share:,} of 100 districts): if that may be so here, say it in the scenario, for example {example}"
    ),
    "lists_late": Message(
        "lists may be behind, as some villages do not report every year: the status of each "
        "village is estimated with the parameters, what a village sees of its neighbours is taken "
        "from the lists, and what the model says of past years is not shown"
    ),
    "left_out": Message("min_years of the scenario was left out when its parameters were estimated"),
    "launch_level": Message(
        "a village counts as dasar at the end of the year in which it joined, so that years of "
        "joining tell how often villages rose since: of {villages:,} villages {above:,} had a "
        "higher status on their first list, {years:,} years later on average"
    ),
    "count_dates": Message(
        "a count is taken as of the end of the year of its date; of several in one year, the last is used"
    ),
    "counts_unused": Message(
        "the counts of {place} for {first} and {last} were not used: the villages' own statuses cover these years"
    ),
    "approximation": Message(
        "with skips and falls together, the likelihood of counts is a close approximation (saddlepoint): over "
        "{checked:,} draws its logarithm was off by at most {error:,}"
    ),
    "approximation_unchecked": Message(
        "with skips and falls together, the likelihood of counts is a close approximation (saddlepoint); numbers "
        "this large were not checked against the exact value"
    ),
    "few_draws": Message(
        "the effective sample size of these draws is only about {worth:,}; ask for more draws (--draws)"
    ),
}
"""Kind of caveat -> what is said."""


@dataclass(frozen=True)
class Caveat:
    """What must be known of a posterior."""

    kind: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def message(self) -> Message:
        """The sentence, to be shown in the reader's language."""
        return _SENTENCES[self.kind].filled(**self.values)

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Approximation:
    """How good the likelihood is where it is not exact.

    Attributes
    ----------
    pairs
        Pairs of counts whose flows could not be summed exactly for every particle.
    log_error
        Largest error of the log-likelihood against the exact value over some of the draws, its mean (which
        changes nothing) taken out; None where the exact value would have cost too much.
    """

    pairs: int
    log_error: float | None
    checked: int


def refusals(evidence: Evidence, parameters: ParameterSet) -> list[Message]:
    """Return why a calibration is not possible at all, before any likelihood is looked at."""
    found = []
    if parameters.matrix is not None:
        found.append(MATRIX)
    elif not parameters.uncertain:
        found.append(
            Message(
                "every parameter of the scenario is given as a plain number: nothing is left to estimate; "
                "leave out those under transition that the data should determine, or give distributions"
            )
        )
    if parameters.blocks:
        found.append(
            Message(
                "the scenario takes its parameters from a calibration already; remove transition.parameters_from, and "
                "give all data at once"
            )
        )
    if lists_late(parameters) and evidence.counts:
        found.append(COUNTS_LATE)
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
    between: float,
    *,
    estimate_effects: bool,
) -> tuple[Caveat, ...]:
    """Return what must be known of a posterior, the most important first.

    Parameters
    ----------
    worth
        Effective sample size.
    between
        Median of the spread of districts, in log odds.
    """
    return (
        *_of_single_dates(evidence, likelihood),
        *_of_districts(likelihood, between),
        *_of_counts(likelihood),
        *_of_effects(evidence, likelihood, estimate_effects=estimate_effects),
        *_of_reports(evidence, likelihood, scenario),
        *_of_the_law(likelihood, scenario),
        *_of_dates(evidence, likelihood),
        *_of_numbers(approximation, worth, likelihood),
    )


def _of_single_dates(evidence: Evidence, likelihood: Likelihood) -> Iterator[Caveat]:
    if evidence.left_out:
        yield Caveat("without", {"blocks": ", ".join(evidence.left_out)})
    if (evidence.panels or evidence.counts or evidence.launches) and not likelihood.blocks:
        yield Caveat("single_date")


def _of_districts(likelihood: Likelihood, between: float) -> Iterator[Caveat]:
    if (number := len(likelihood.learned_from)) < 2:
        return
    if between:
        low, high = (float(f"{np.exp(apart):.2g}") for apart in (-between, between))
        yield Caveat("districts_differ", {"number": number, "low": low, "high": high})
    else:
        yield Caveat("districts_alike", {"number": number})


def _of_counts(likelihood: Likelihood) -> Iterator[Caveat]:
    if not likelihood.moves:
        return
    allowed = [move.flow.allowed for move in likelihood.moves]
    if any(moves[s, d] for moves in allowed for s in range(4) for d in range(s)):
        yield Caveat("net_moves_only")
    for move in likelihood.moves:
        least, most = move.flow.risen
        values: dict[str, str | int] = {"place": move.place, "first": move.years[0], "last": move.years[1]}
        yield Caveat("bounds", values | {"least": least, "most": most})
    if not likelihood.follows_villages:
        yield Caveat("counts_alone")


def _of_effects(evidence: Evidence, likelihood: Likelihood, *, estimate_effects: bool) -> Iterator[Caveat]:
    if not evidence.assistance:
        return
    estimated = [key for key in likelihood.names if key.is_effect]
    if not estimate_effects:
        yield Caveat("assistance_unused")
    elif not estimated:
        yield Caveat("assistance_elsewhere")
    else:
        yield Caveat("effects_taken_at_face_value")


def _of_reports(evidence: Evidence, likelihood: Likelihood, scenario: Scenario | None) -> Iterator[Caveat]:
    if likelihood.late:
        if likelihood.follows_villages:
            yield Caveat("lists_late")
        return
    found = None if scenario is not None and scenario.min_years else lateness(evidence.panels)
    if found is not None:
        counted = {"villages": found.villages, "again": found.again, "expected": round(found.expected)}
        yield Caveat("lists_look_late", {**counted, "share": round(100 * FALSE_ALARMS), "example": LATE_EXAMPLE})


def _of_the_law(likelihood: Likelihood, scenario: Scenario | None) -> Iterator[Caveat]:
    for history in likelihood.histories:
        if history.groups and history.villages.subdistricts == ("",):
            yield Caveat("subdistricts_unknown", {"place": history.place})
    if likelihood.blocks and scenario is not None and scenario.min_years:
        yield Caveat("left_out")


def _of_dates(evidence: Evidence, likelihood: Likelihood) -> Iterator[Caveat]:
    if likelihood.follows_villages and any(
        len(one.status) > 1 and not one.launched for history in likelihood.histories for one in history.known
    ):
        yield Caveat("launches_unknown", {"first": FIRST_LAUNCH})
    if evidence.launches:
        yield Caveat("launch_level", _since_launch(evidence))
    if likelihood.moves:
        yield Caveat("count_dates")
    for unused in likelihood.unused:
        yield Caveat("counts_unused", {"place": unused.place, "first": unused.years[0], "last": unused.years[1]})


def _since_launch(evidence: Evidence) -> dict[str, str | int | float]:
    known = [launches.status != UNKNOWN for launches in evidence.launches]
    levels = np.concatenate([one.status[here] for one, here in zip(evidence.launches, known, strict=True)])
    ages = [one.year - one.launch_year[here] for one, here in zip(evidence.launches, known, strict=True)]
    years = float(np.round(np.concatenate(ages).mean(), 1)) if levels.size else 0.0
    return {"villages": int(levels.size), "above": int((levels > 0).sum()), "years": years}


def _of_numbers(approximation: Approximation | None, worth: float, likelihood: Likelihood) -> Iterator[Caveat]:
    if approximation is not None and approximation.log_error is not None:
        values: dict[str, float] = {"error": round(approximation.log_error, 3), "checked": approximation.checked}
        yield Caveat("approximation", values)
    elif approximation is not None:
        yield Caveat("approximation_unchecked")
    if likelihood.names and worth < FEW:
        yield Caveat("few_draws", {"worth": round(worth)})
