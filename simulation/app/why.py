"""Why a village rises or not, in two or three sentences.

Knows which component is worth a sentence and what would change the answer; must not know the tables beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, floor, log10

from ..domain.status import LEVELS, TOP
from ..domain.transition import LARGEST_LOG_ODDS
from ..inference.explanation import Explanation
from ..report import wording
from ..report.language import Language, phrase
from .settings import printable

WORTH_TELLING = 0.005
"""A component below half a percentage point does not explain much."""
EVEN = 0.5
AS_GOOD_AS_CERTAIN = 0.95
"""Assistance in so many of the simulated futures leaves hardly anything to assure."""

_MOST: Mapping[str, str] = {
    "covariate": phrase(
        "What sets it apart most is {name}: {value} here, {mean} on average in the district; that multiplies its odds "
        "of rising by {ratio}."
    ),
    "peers": phrase(
        "What sets it apart most are its neighbours: {above} of the other villages of its kecamatan stand higher; that "
        "multiplies its odds of rising by {ratio}."
    ),
    "intervention": phrase(
        "What sets it apart most is {name}, at work in {acts} of the simulated futures: there it multiplies the odds "
        "of rising by {ratio}."
    ),
    "waiting": phrase(
        "What sets it apart most is that a village may not rise again at once (min_years): it has to wait in {acts} of "
        "the simulated futures."
    ),
}
"""Kind of component -> what is said where it sets the village apart most."""

_UNFORESEEN = (
    phrase(
        "Good years, campaigns and unmeasured differences, which nobody can foresee, add {points} percentage points."
    ),
    phrase(
        "Bad years and unmeasured differences, which nobody can foresee, take away {points} percentage points on "
        "average."
    ),
)
_ASSURED = (
    phrase(
        "Assisted by {name} for certain and at full dose, rather than in {assisted} of the simulated futures, its "
        "chance would be {chance}."
    ),
    phrase(
        "Assisted by {name} for certain and at full dose, rather than in {assisted} of the simulated futures, its "
        "chance would be {chance}; by every intervention that may choose it, {all}."
    ),
)


def why(speech: Language, found: Explanation) -> Iterator[str]:
    """Yield the sentences: how likely, what matters most, what it would take."""
    said = {"village": printable(found.village), "year": found.year}
    if found.cannot_rise:
        yield speech.say("{village} stands at paripurna, the highest level, and cannot rise in {year}.", **said)
        return
    verdict = wording.word_and_chance(speech, found.probability_rises)
    yield speech.say("{verdict}: {village} rises in status in {year}.", verdict=verdict, **said)
    if (top := found.levels[LEVELS[TOP]]) >= WORTH_TELLING:
        yield speech.say(
            "In {share} of the simulated futures it stands at paripurna by then and cannot rise.",
            share=frequency(speech, top),
        )
    yield _most(speech, found)
    unforeseen = found.without_interventions - found.foreseen
    if abs(unforeseen) >= WORTH_TELLING:
        points = speech.number(100 * abs(unforeseen), 1)
        yield speech.say(_UNFORESEEN[unforeseen < 0], points=points)
    yield from _what_it_takes(speech, found)


def _most(speech: Language, found: Explanation) -> str:
    """Return what sets the village apart from a typical one at its level."""
    most = max((part for part in found.components if part.foreseeable), key=lambda part: abs(part.log_odds))
    if abs(_moved(found.base, most.log_odds) - found.base) < WORTH_TELLING:
        return speech.say("Nothing that is known of it sets it apart from a typical village at its level.")
    value, mean = found.covariates.get(most.name, (0.0, 0.0)) if most.kind == "covariate" else (0.0, 0.0)
    return speech.say(
        _MOST[most.kind],
        ratio="" if most.odds_ratio is None else times(speech, most.odds_ratio[1]),
        name=printable(most.name),
        acts=frequency(speech, most.acts),
        above=frequency(speech, found.share_above),
        value=measured(speech, value),
        mean=measured(speech, mean),
    )


def _moved(probability: float, log_odds: float) -> float:
    """Return a chance whose log odds something is added to."""
    ratio = exp(min(log_odds, LARGEST_LOG_ODDS))
    return probability * ratio / (1 - probability + probability * ratio)


def _what_it_takes(speech: Language, found: Explanation) -> Iterator[str]:
    """Yield what certain assistance would do, and whether that is enough for an even chance."""
    reaches = [(reach.if_assured, reach) for reach in found.interventions if reach.if_assured is not None]
    if not reaches or found.if_all_assured is None:
        yield speech.say("No intervention of the scenario can choose it in {year}.", year=found.year)
        return
    assured, best = max(reaches, key=lambda pair: pair[0])
    highest = max(found.if_all_assured, assured)
    if highest - found.chance < WORTH_TELLING:
        yield _nothing_to_gain(speech, [reach.assisted for _, reach in reaches])
        return
    yield speech.say(
        _ASSURED[len(reaches) > 1],
        name=printable(best.name),
        assisted=frequency(speech, best.assisted),
        chance=wording.uncertain(speech, assured, 1),
        all=wording.uncertain(speech, found.if_all_assured, 1),
    )
    if highest < EVEN:
        yield speech.say("Even then it more likely stays than rises.")
    elif found.probability_rises < EVEN:
        yield speech.say("It would then more likely rise than stay.")


def _nothing_to_gain(speech: Language, assisted: list[float]) -> str:
    """Return why certain assistance adds hardly anything: it is as good as certain already, or of little use."""
    if min(assisted) >= AS_GOOD_AS_CERTAIN:
        return speech.say("Its assistance is as good as certain already, so there is hardly anything more to gain.")
    if max(assisted) >= AS_GOOD_AS_CERTAIN:
        return speech.say(
            "Part of its assistance is as good as certain already; the rest for certain would not change its chance "
            "much."
        )
    return speech.say("Not even assistance for certain would change its chance much.")


def frequency(speech: Language, share: float) -> str:
    """Return how often something is so, in percent; never and always only where that is meant."""
    return speech.percent(share) if share in {0.0, 1.0} else wording.uncertain(speech, share)


def times(speech: Language, ratio: float) -> str:
    """Return an odds ratio."""
    return speech.number(ratio, 2 if ratio < 10 else 1)


def measured(speech: Language, value: float) -> str:
    """Return a number of the village table, with as many decimals as three digits need, and at most four."""
    return speech.number(value, 0 if value == round(value) else min(max(0, 2 - floor(log10(abs(value)))), 4))
