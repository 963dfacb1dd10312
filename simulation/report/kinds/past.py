"""What is told of past years: what was observed, and what the fitted model says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ...domain.past import BlockWeight, Observed
from ...inference.reasons import Reasons, Step
from .. import wording
from ..document.blocks import DETAIL, SCREEN, UNKNOWN, Block, Column, On, Paragraph, Row, Table
from ..language import Language, phrase

_STEPS: dict[Step, str] = {
    "priors": phrase("pull of the default assumptions, since data are few"),
    "luck": phrase("good and bad years averaged, in place of the years that were"),
    "campaigns": phrase("that {year} may be a year of an acceleration drive or re-validation"),
    "villages": phrase("the status of each village now"),
    "peers": phrase("influence of the other villages of the kecamatan"),
    "assistance": phrase("interventions as planned"),
}


def past_blocks(speech: Language, past: Sequence[Observed], first_page: On) -> Iterator[Block]:
    """Yield what was observed: the last span of one district in a sentence, all of them in a table.

    Of several districts the table adds them up; the workbook has each by itself.
    """
    if not past:
        return
    if len({one.district_code for one in past}) == 1:
        yield Paragraph(observed_in_words(speech, replace(past[-1], skipped=None)), on=On.TERMINAL & first_page)
        yield Paragraph(observed_in_words(speech, past[-1]), on=first_page & ~On.TERMINAL)
        if past[-1].fitted is not None:
            on = first_page & ~(On.ANSWER | On.TERMINAL) | On.ANNEX
            yield Paragraph(fitted_in_words(speech, past[-1]), on=on)
    if sentence := disagreement(speech, past):
        yield Paragraph(sentence, on=first_page)
    several = len({one.district_code for one in past}) > 1
    if several:
        yield past_of_all(speech, past)
    yield past_table(speech, past, On.WORKBOOK if several else DETAIL if len(past) > 1 else On.ANNEX | On.WORKBOOK)


def observed_in_words(speech: Language, one: Observed) -> str:
    """Return what was observed over a span, so that it can be checked by hand with the lists beside it."""
    values = {
        "first": one.first,
        "year": one.year,
        "villages": speech.number(one.villages),
        "rises": speech.number(one.rises or 0),
        "falls": speech.number(one.falls or 0),
    }
    if one.rises is None:
        return speech.say(
            "Observed from the end of {first} to the end of {year}, of {villages} villages: {steps} net steps "
            "(steps up minus steps down). Counts show net moves only, not how many villages rose.",
            steps=speech.number(one.steps),
            **values,
        )
    if one.year > one.first + 1:
        return speech.say(
            "Observed: of {villages} villages with a status at the ends of both {first} and {year}, "
            "{rises} have a higher status and {falls} a lower one after these {span} years.",
            span=one.year - one.first,
            **values,
        )
    said = speech.say(
        "Observed in {year}: of {villages} villages with a status at the ends of both {first} and {year}, {rises} rose "
        "and {falls} fell.",
        **values,
    )
    if one.rises and one.skipped is not None:
        skips = (
            speech.say("{skipped} of these rises skipped a status.", skipped=speech.number(one.skipped))
            if one.skipped
            else speech.say("None of these rises skipped a status.")
        )
        said = speech.say("{one} {other}", one=said, other=skips)
    if one.needed is None or one.judged is None:
        return said
    asked = {"needed": speech.number(one.needed), "listed": speech.number(one.listed)}
    if one.judged == one.rises:
        judged = (
            speech.say("Needed: {needed} of {listed}; met.", **asked)
            if one.met
            else speech.say("Needed: {needed} of {listed}; not met.", **asked)
        )
    else:
        judged = speech.say(
            "The target counts {judged} of them; {needed} of {listed} were needed.",
            judged=speech.number(one.judged),
            **asked,
        )
    return speech.say("{one} {other}", one=said, other=judged)


def fitted_in_words(speech: Language, one: Observed) -> str:
    """Return what the fitted model says of a span, and where what was observed lies."""
    values = {"first": one.first, "said": _said(speech, one), "fact": speech.number(one.compared)}
    if one.judged is None:
        return speech.say(
            "For steps up minus steps down, the fitted model, starting from the data of {first}, gives {said} "
            "(median and 90% interval); observed: {fact}.",
            **values,
        )
    return speech.say(
        "Starting from the list of {first}, the fitted model gives {said} for {year} (median and 90% interval); "
        "observed: {fact}.",
        year=one.year,
        **values,
    )


def disagreement(speech: Language, past: Sequence[Observed]) -> str | None:
    """Return in which spans facts lie outside the 90% interval of the fitted model; None where they do in none.

    Whether they are too many for luck is asked of a binomial with one in ten, at 5%.
    """
    from scipy.special import bdtrc

    outside, every = [one for one in past if not one.explained], sum(one.fitted is not None for one in past)
    if not outside:
        return None
    values = {
        "outside": speech.number(len(outside)),
        "all": speech.number(every),
        "years": ", ".join(sorted(set(map(_years, outside)))),
    }
    if bdtrc(len(outside) - 1, every, 0.1) >= 0.05:
        return speech.say(
            "{outside} of {all} observations lie outside the 90% interval of the fitted model "
            "({years}), no more than chance explains: one in ten is to be expected.",
            **values,
        )
    return speech.say(
        "The fitted model does not explain all of the past: {outside} of {all} observations lie "
        "outside its 90% interval, where one in ten is to be expected ({years}).",
        **values,
    )


def past_table(speech: Language, past: Sequence[Observed], on: On) -> Table:
    """Return every span: what was observed, and what the fitted model says of it."""
    say = speech.say
    several = len({one.district_code for one in past}) > 1
    net = any(one.judged is None for one in past)
    own = any(one.judged not in {None, one.rises} for one in past)
    rows: list[Row] = [
        {
            **({say("district code"): one.district_code} if several else {}),
            say("years"): _years(one),
            Column(say("villages"), "whole"): one.villages,
            Column(say("rose"), "whole"): one.rises,
            Column(say("fell"), "whole"): one.falls,
            **({Column(say("steps net"), "whole"): one.steps} if net else {}),
            **({Column(say("counted"), "whole"): one.judged} if own else {}),
            Column(say("needed"), "whole"): one.needed,
            say("the fitted model says"): _said(speech, one),
            say("explained"): UNKNOWN if one.fitted is None else say("yes") if one.explained else say("no"),
        }
        for one in past
    ]
    caption = (
        say(
            "Past years: what was observed, and what the fitted model says (median and 90% interval): net steps "
            "where lists are several years apart or only counts are known, otherwise what the target counts"
        )
        if net
        else say("Past years: what was observed, and what the fitted model says (median and 90% interval)")
    )
    return Table.of(caption, rows, on, sheet=say("Past years"))


def weights_in_words(speech: Language, weights: Sequence[BlockWeight]) -> str:
    """Return what the chance of the first year would be without each kind of data, and without all of them."""
    every = {block for one in weights for block in one.without}
    said = []
    for one in weights[1:]:
        chance = wording.chance(speech, one.probability_met)
        if set(one.without) == every:
            said.append(speech.say("On default assumptions alone the chance would be {chance}.", chance=chance))
        else:
            named = ", ".join(wording.block(speech, block) for block in one.without)
            said.append(speech.say("Without {blocks} the chance would be {chance}.", blocks=named, chance=chance))
    return " ".join(said)


def weights_table(speech: Language, weights: Sequence[BlockWeight]) -> Table:
    """Return by how much each kind of data, and all of them, raise or lower the chance of the first year."""
    say, (whole, *others) = speech.say, weights
    rows: list[Row] = []
    for one in others:
        points = wording.signed(speech, 100 * (whole.probability_met - one.probability_met))
        error = float(np.hypot(whole.monte_carlo_error, one.monte_carlo_error))
        named = wording.block(speech, one.without[0]) if len(one.without) == 1 else say("all data together")
        rows.append(
            {
                say("data"): named,
                say("percentage points"): wording.with_error(speech, points, error),
            }
        )
    caption = say(
        "How each kind of data changes the chance of {year}: percentage points against the answer without it "
        "(± simulation error)",
        year=whole.year,
    )
    return Table.of(caption, rows, sheet=say("Effect of the data"))


def past_of_all(speech: Language, past: Sequence[Observed]) -> Table:
    """Return every span, its districts together."""
    say = speech.say
    rows: list[Row] = []
    for years in sorted({(one.first, one.year) for one in past}):
        some = [one for one in past if (one.first, one.year) == years]
        judged, fitted = [one for one in some if one.met is not None], [one for one in some if one.fitted is not None]
        rows.append(
            {
                say("years"): _years(some[0]),
                Column(say("districts"), "whole"): len(some),
                Column(say("villages"), "whole"): sum(one.villages for one in some),
                Column(say("rose"), "whole"): _total([one.rises for one in some]),
                Column(say("fell"), "whole"): _total([one.falls for one in some]),
                say("districts that met the target"): _of(speech, sum(bool(one.met) for one in judged), len(judged)),
                say("facts in the model's interval"): _of(speech, sum(one.explained for one in fitted), len(fitted)),
            }
        )
    caption = say("Past years, all districts together: what was observed, and how often the fitted model explains it")
    return Table.of(caption, rows, SCREEN | On.ANNEX)


def _total(numbers: Sequence[int | None]) -> int | None:
    """Return the sum; None where one is not known."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _of(speech: Language, some: int, every: int) -> str:
    """Return how many of how many; nothing of none."""
    return speech.say("{some} of {all}", some=speech.number(some), all=speech.number(every)) if every else UNKNOWN


def _years(one: Observed) -> str:
    return f"{one.first}→{one.year}"


def _said(speech: Language, one: Observed) -> str:
    """Return the median and the 90% interval of the fitted model."""
    if one.fitted is None:
        return UNKNOWN
    span = wording.whole_span(speech, *one.fitted.interval90)
    return speech.say("{median} ({interval})", median=speech.number(one.fitted.quantiles[0.5]), interval=span)


def reasons_in_words(speech: Language, reasons: Reasons, year: int, median: float) -> str:
    """Return how far the expectation lies from the past, and what most of it is due to."""
    values = {
        "year": year,
        "median": speech.number(median),
        "expected": speech.number(reasons.expected, 1),
        "observed": speech.number(reasons.observed, 1),
        "years": speech.number(reasons.years),
        "step": speech.say(_STEPS[reasons.largest], year=year),
        "change": wording.signed(speech, _changes(reasons)[reasons.largest]),
    }
    if round(reasons.expected, 1) == round(reasons.observed, 1):
        return speech.say(
            "On average {expected} rises are expected in {year} (median {median}), as many as were observed.", **values
        )
    if reasons.years == 1:
        return speech.say(
            "On average {expected} rises are expected in {year} (median {median}), compared with {observed} "
            "observed in the one year known; the largest reason: {step} ({change}).",
            **values,
        )
    return speech.say(
        "On average {expected} rises are expected in {year} (median {median}), compared with {observed} a "
        "year observed in {years} years; the largest reason: {step} ({change}).",
        **values,
    )


def reasons_table(speech: Language, reasons: Reasons, year: int) -> Table:
    """Return the steps from what was observed to what is expected."""
    say = speech.say
    told = {
        say("observed, mean of the past years"): speech.number(reasons.observed, 1),
        **{say(_STEPS[step], year=year): wording.signed(speech, change) for step, change in _changes(reasons).items()},
        say("expected in {year}", year=year): speech.number(reasons.expected, 1),
    }
    caption = say(
        "Why the forecast differs from the past: from observed to expected villages that rise in a year (means)"
    )
    sheet, ends = say("From past to forecast"), frozenset({0, len(told) - 1})
    return Table(caption, [say("step"), say("villages")], [*told.items()], sheet, strong=ends, on=DETAIL)


def _changes(reasons: Reasons) -> dict[Step, float]:
    """Return the steps between rounded sums, which add up as they are read."""
    sums = np.round(np.cumsum([reasons.observed, *reasons.steps.values()]), 1)
    return dict(zip(reasons.steps, np.diff(sums).tolist(), strict=True))
